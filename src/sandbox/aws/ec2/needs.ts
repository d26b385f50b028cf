/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html */
import type {
  CreateLaunchTemplateRequest,
  CreateSnapshotRequest,
  CreateTagsRequest,
  CreateVolumeRequest,
  ResourceType,
  TagSpecification,
} from '@aws-sdk/client-ec2'
import { anywhere, tagged, tagging, type Needs } from '../authorization/needs.ts'
import type { Need } from '../authorization/policy.ts'
import type { Given } from '../protocol/operations.ts'
import type { Templates } from './launch-templates.ts'
import { specifiedTags, tagsOf } from './tags.ts'
import type { Ec2World } from './world.ts'

interface Ec2 {
  readonly world: Ec2World
  readonly templates: Templates
  readonly account: string
  readonly region: string
}

export const ec2Needs = ({ world, templates, account, region }: Ec2): Needs => {
  /** Snapshots are of no account in their ARN. */
  const arn = (type: ResourceType, id: string) =>
    `arn:aws:ec2:${region}:${type === 'snapshot' ? '' : account}:${type}/${id}`
  const there = (
    action: string,
    type: ResourceType,
    id: string,
    tags: ReadonlyMap<string, string> | undefined,
  ): Need => ({
    action: `ec2:${action}`,
    resource: arn(type, id),
    context: tagged(tags),
  })
  const volume = (action: string, id: string) => there(action, 'volume', id, world.all.get(id)?.tags)
  const snapshot = (action: string, id: string) => there(action, 'snapshot', id, world.taken.get(id)?.tags)
  const template = (action: string, { id, name }: { id?: string | undefined; name?: string | undefined }) => {
    const found = [...templates.values()].find((t) => t.id === id || t.name === name)
    return there(action, 'launch-template', found?.id ?? id ?? '*', found?.tags)
  }
  /** What is made with tags needs that its maker may tag while making it. */
  const makes = (action: string, type: ResourceType, specs: readonly TagSpecification[] | undefined): Need[] => {
    const tags = specifiedTags(specs ?? [], type)
    const resource = arn(type, '*')
    return [
      { action: `ec2:${action}`, resource, context: tagging(tags) },
      ...(tags.size > 0
        ? [{ action: 'ec2:CreateTags', resource, context: { ...tagging(tags), 'ec2:CreateAction': action } }]
        : []),
    ]
  }
  return {
    ...anywhere('ec2', 'DescribeVolumes', 'DescribeSnapshots', 'DescribeInstances', 'DescribeSubnets'),
    ...anywhere('ec2', 'DescribeSecurityGroups', 'DescribeLaunchTemplates', 'DescribeLaunchTemplateVersions'),
    ...anywhere('ec2', 'DescribeImages', 'DescribeNetworkInterfaces'),
    CreateVolume: ({ SnapshotId, TagSpecifications }: Given<CreateVolumeRequest>) => [
      ...makes('CreateVolume', 'volume', TagSpecifications),
      ...(SnapshotId === undefined ? [] : [snapshot('CreateVolume', SnapshotId)]),
    ],
    CreateSnapshot: ({ VolumeId, TagSpecifications }: Given<CreateSnapshotRequest>) => [
      ...makes('CreateSnapshot', 'snapshot', TagSpecifications),
      volume('CreateSnapshot', VolumeId),
    ],
    CreateLaunchTemplate: ({ TagSpecifications }: Given<CreateLaunchTemplateRequest>) =>
      makes('CreateLaunchTemplate', 'launch-template', TagSpecifications),
    DeleteVolume: ({ VolumeId }: { VolumeId: string }) => [volume('DeleteVolume', VolumeId)],
    DeleteSnapshot: ({ SnapshotId }: { SnapshotId: string }) => [snapshot('DeleteSnapshot', SnapshotId)],
    DeleteLaunchTemplate: (input: { LaunchTemplateId?: string; LaunchTemplateName?: string }) => [
      template('DeleteLaunchTemplate', { id: input.LaunchTemplateId, name: input.LaunchTemplateName }),
    ],
    CreateTags: ({ Resources, Tags }: Given<CreateTagsRequest>) =>
      Resources.map((id) => {
        const of = id.startsWith('snap-') ? snapshot('CreateTags', id) : volume('CreateTags', id)
        return { ...of, context: { ...of.context, ...tagging(tagsOf(Tags)) } }
      }),
  } satisfies Needs
}
