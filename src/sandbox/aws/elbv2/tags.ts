import type {
  AddTagsInput,
  AddTagsOutput,
  DescribeTagsInput,
  DescribeTagsOutput,
  RemoveTagsInput,
  RemoveTagsOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError, validationError } from '../errors.ts'
import type { Operations, Serve } from '../protocol/operations.ts'
import { known, type ElbWorld } from './world.ts'

export const tagOperations = (world: ElbWorld) =>
  ({
    DescribeTags: (({ ResourceArns }) => {
      // "You can specify up to 20 resources in a single call."
      if (ResourceArns.length > 20) throw validationError('At most 20 resources can be described at a time')
      return {
        TagDescriptions: ResourceArns.map((arn) => ({
          ResourceArn: arn,
          Tags: [...tagsOf(world, arn)].map(([Key, Value]) => ({ Key, Value })),
        })),
      }
    }) satisfies Serve<DescribeTagsInput, DescribeTagsOutput>,

    AddTags: (({ ResourceArns, Tags }) => {
      if (new Set(Tags.map(({ Key }) => Key)).size < Tags.length)
        throw new AwsError('DuplicateTagKeys', 'A tag key was specified more than once')
      for (const tags of ResourceArns.map((arn) => tagsOf(world, arn)))
        for (const { Key = '', Value = '' } of Tags) tags.set(Key, Value)
      return {}
    }) satisfies Serve<AddTagsInput, AddTagsOutput>,

    RemoveTags: (({ ResourceArns, TagKeys }) => {
      for (const tags of ResourceArns.map((arn) => tagsOf(world, arn))) for (const key of TagKeys) tags.delete(key)
      return {}
    }) satisfies Serve<RemoveTagsInput, RemoveTagsOutput>,
  }) satisfies Operations

/** The kind of a resource is in its ARN. Throws the kind's own NotFound. */
function tagsOf(world: ElbWorld, arn: string): Map<string, string> {
  switch (arn.split(':')[5]?.split('/')[0]) {
    case 'loadbalancer':
      return known('LoadBalancer', world.loadBalancers, arn).tags
    case 'listener':
      return known('Listener', world.listeners, arn).tags
    case 'listener-rule':
      return known('Rule', world.rules, arn).tags
    case 'targetgroup':
      return known('TargetGroup', world.targetGroups, arn).tags
    default:
      throw validationError(`'${arn}' is not a valid load balancer ARN`)
  }
}
