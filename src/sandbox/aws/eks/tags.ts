import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  TagResourceResponse,
  UntagResourceRequest,
  UntagResourceResponse,
} from '@aws-sdk/client-eks'
import { AwsError } from '../errors.ts'
import type { Operations, Serve } from '../protocol/operations.ts'
import type { EksWorld } from './world.ts'

/** These three have errors of their own. https://docs.aws.amazon.com/eks/latest/APIReference/API_TagResource.html */
export const tagOperations = (world: EksWorld) =>
  ({
    TagResource: (({ resourceArn, tags }) => {
      const before = tagsOf(world, resourceArn)
      const reserved = Object.keys(tags).find((key) => key.startsWith('aws:'))
      if (reserved) throw new AwsError('BadRequestException', `Tag ${reserved}: keys must not begin with aws:`)
      // A resource takes at most 50 tags.
      if (Object.keys({ ...before, ...tags }).length > 50)
        throw new AwsError('BadRequestException', 'A resource can have at most 50 tags')
      Object.assign(before, tags)
      return {}
    }) satisfies Serve<TagResourceRequest, TagResourceResponse>,

    UntagResource: (({ resourceArn, tagKeys }) => {
      const tags = tagsOf(world, resourceArn)
      for (const key of tagKeys) delete tags[key]
      return {}
    }) satisfies Serve<UntagResourceRequest, UntagResourceResponse>,

    ListTagsForResource: (({ resourceArn }) => ({ tags: tagsOf(world, resourceArn) })) satisfies Serve<
      ListTagsForResourceRequest,
      ListTagsForResourceResponse
    >,
  }) satisfies Operations

function tagsOf(world: EksWorld, arn: string): Record<string, string> {
  const found = tagsOfArn(world, arn)
  if (!found) throw new AwsError('NotFoundException', `No resource found for ARN: ${arn}`, 404)
  return found
}

/** The tags of whatever has this ARN, as they are kept. */
export function tagsOfArn(world: EksWorld, arn: string): Record<string, string> | undefined {
  for (const cluster of world.clusters.values()) {
    if (cluster.arn === arn) return cluster.described.tags
    for (const { described } of cluster.nodegroups.values()) if (described.nodegroupArn === arn) return described.tags
    for (const { described } of cluster.addons.values()) if (described.addonArn === arn) return described.tags
    for (const it of cluster.fargateProfiles.values()) if (it.fargateProfileArn === arn) return it.tags
    for (const it of cluster.identityProviders.values()) if (it.identityProviderConfigArn === arn) return it.tags
    for (const it of cluster.podIdentities.values()) if (it.associationArn === arn) return it.tags
    for (const { entry } of cluster.access.values()) if (entry.accessEntryArn === arn) return entry.tags
  }
  return undefined
}
