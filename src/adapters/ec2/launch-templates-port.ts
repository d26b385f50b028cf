import type { EC2, RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import { unreachable } from '../../activities/errors.ts'
import type { LaunchTemplatesPort } from '../../activities/ports.ts'
import type { LaunchTemplate } from '../../domain/ec2-objects.ts'
import { ask, askFor } from '../aws-errors.ts'

export const launchTemplates = (client: EC2): LaunchTemplatesPort => ({
  async find(idOrName, version) {
    const by = /^lt-[0-9a-f]+$/.test(idOrName) ? { LaunchTemplateId: idOrName } : { LaunchTemplateName: idOrName }
    const told = await askFor(`DescribeLaunchTemplateVersions ${idOrName}`, (o) =>
      client.describeLaunchTemplateVersions({ ...by, Versions: [version] }, o),
    )
    const found = told?.LaunchTemplateVersions?.[0]
    if (!found) return undefined
    const { LaunchTemplateId: id = '', LaunchTemplateName: name = '', VersionNumber, LaunchTemplateData = {} } = found
    // Tags are the template's, and not told with its versions.
    const template = await askFor(`DescribeLaunchTemplates ${id}`, (o) =>
      client.describeLaunchTemplates({ LaunchTemplateIds: [id] }, o),
    )
    const [described] = template?.LaunchTemplates ?? []
    // It goes, or is not known everywhere yet: without its tags it would look like somebody else's, and it is not gone.
    if (!described)
      throw unreachable(`launch template ${name} (${id}) is not told alike everywhere yet: its tags are not`)
    const { UserData, ...settings } = LaunchTemplateData
    return {
      id,
      name,
      version: String(VersionNumber ?? version),
      settings,
      ...decoded(UserData),
      tags: Object.fromEntries((described.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    }
  },

  async create({ name, settings, userData, tags }, ClientToken) {
    await ask(`CreateLaunchTemplate ${name}`, (o) =>
      client.createLaunchTemplate(
        {
          ClientToken,
          LaunchTemplateName: name,
          // What EC2 tells of a template has the shape in which it is asked for one.
          LaunchTemplateData: {
            ...(settings as RequestLaunchTemplateData),
            ...(userData !== undefined && { UserData: Buffer.from(userData, 'utf8').toString('base64') }),
          },
          TagSpecifications: [
            { ResourceType: 'launch-template', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
          ],
        },
        o,
      ),
    )
  },

  async remove(LaunchTemplateId) {
    await askFor(`DeleteLaunchTemplate ${LaunchTemplateId}`, (o) =>
      client.deleteLaunchTemplate({ LaunchTemplateId }, o),
    )
  },
})

/** cloud-init takes it compressed too, or in parts that are encoded once more, and Windows in other encodings. */
function decoded(base64: string | undefined): Pick<LaunchTemplate, 'userData' | 'unreadable'> {
  if (base64 === undefined || base64 === '') return {}
  try {
    const userData = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'))
    return /^content-transfer-encoding:\s*(base64|quoted-printable)/im.test(userData)
      ? { unreadable: true }
      : { userData }
  } catch {
    return { unreadable: true }
  }
}
