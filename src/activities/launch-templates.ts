import { each } from './few-at-a-time.ts'
import { imageOf } from '../domain/amis.ts'
import { PLATFORM_TAG } from '../domain/clone.ts'
import type { BlueFacts } from '../domain/facts.ts'
import { CLUSTER_TAG, isMade, namesOf, templateFor, templateName, type Templated } from '../domain/launch-templates.ts'
import { proveIdentity } from './clusters.ts'
import { contested, denied, notFound } from './errors.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import type { LaunchTemplatesPort } from './ports.ts'
import { tagsOf, tokenOf } from './tokens.ts'
import { budgets, notYet, unlessGone } from './waiting.ts'

/** Templates that Norikae makes have one version. */
const FIRST = '1'

export const launchTemplateActions = (outside: Outside) => {
  const copyLaunchTemplate: Deed<'copyLaunchTemplate'> = async (call) => {
    const { cluster, nodeGroup, like, image } = call.input
    const { eks, launchTemplates } = await proven(outside, call.scope)
    const name = templateName(cluster, nodeGroup)
    const { platform } = call.scope
    const found = await launchTemplates.find(name, FIRST)
    if (found && !isMade(found.tags, { cluster, platform, run: call.run }))
      throw contested(`launch template ${name} is there already, and this run did not make it. Delete it, then retry`)
    const blue = await eks.findCluster(like)
    if (found) {
      const starts = imageOf(found) ?? 'none'
      if (image !== undefined && starts !== image)
        throw contested(`launch template ${name} names the image ${starts}, not ${image}. Delete it, then retry`)
      const left = blue ? namesOf(blue, found) : []
      if (left.length === 0) return { note: `${name} names nothing of ${like}` }
      throw contested(`launch template ${name} names ${left.join(', ')} of ${like}. Delete it, then retry`)
    }
    const [green, group] = await Promise.all([eks.findCluster(cluster), eks.findNodegroup(like, nodeGroup)])
    if (!blue || !green || !group)
      throw notFound(`node group ${nodeGroup} of ${like}, or ${cluster}, is not there any more`)
    const template = await templateOf(launchTemplates, group.launchTemplate)
    if (!template) throw notFound(`the launch template of node group ${nodeGroup} of ${like} is not there any more`)
    const made = templateFor(cluster, nodeGroup, template, {
      blue,
      green,
      made: { platform, run: call.run },
      ...(image !== undefined && { image }),
    })
    await launchTemplates.create({ ...made, tags: { ...made.tags, ...tagsOf(call) } }, tokenOf(call))
    throw notYet(`launch template ${name} was just made`, budgets.objects)
  }

  const deleteLaunchTemplate: Deed<'deleteLaunchTemplate'> = async (call) => {
    const { cluster, nodeGroup, identity } = call.input
    const { launchTemplates, eks } = await proven(outside, call.scope)
    const name = templateName(cluster, nodeGroup)
    const { platform } = call.scope
    // By its name another cluster may have it by now; one that this run made may be gone already.
    const owner = identity === 'made-by-this-run' ? undefined : await eks.findCluster(cluster)
    if (owner) proveIdentity(owner, identity, call.run)
    const found = await launchTemplates.find(name, FIRST)
    if (!found) return { note: `launch template ${name} is gone` }
    // Its owner was asked to remove it, and people did not wait for that.
    if (owner && (await eks.findNodegroup(cluster, nodeGroup)))
      return { note: `node group ${nodeGroup} of ${cluster} is there yet, and launch template ${name} stays with it` }
    if (!isMade(found.tags, { cluster, platform, ...(identity === 'made-by-this-run' && { run: call.run }) }))
      throw denied(
        `launch template ${name} was not made by ${identity === 'made-by-this-run' ? 'this run' : 'Norikae'} for ${cluster} (its tags say ${found.tags[PLATFORM_TAG] ?? 'nothing'}, ${found.tags[CLUSTER_TAG] ?? 'nothing'}). It was left alone`,
      )
    await unlessGone(
      `launch template ${name}`,
      budgets.objects,
      async () => (await launchTemplates.find(name, FIRST)) === undefined,
      () => launchTemplates.remove(found.id),
    )
    throw notYet(`launch template ${name} was just deleted`, budgets.objects)
  }

  return { copyLaunchTemplate, deleteLaunchTemplate }
}

/** As a node group tells it: `lt-…:7`. */
export async function templateOf(port: LaunchTemplatesPort, told = ''): Promise<Templated['template']> {
  const [id = '', version = ''] = told.split(':')
  return port.find(id, version)
}

export const templatesOn = ({ launchTemplates }: Pick<Proven, 'launchTemplates'>, { nodegroups }: BlueFacts) =>
  each(
    nodegroups.filter((group) => group.launchTemplate !== undefined),
    async (group): Promise<Templated> => ({
      group,
      template: await templateOf(launchTemplates, group.launchTemplate),
    }),
  )
