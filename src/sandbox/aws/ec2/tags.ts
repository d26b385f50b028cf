import type { CreateTagsRequest, Filter, ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2'
import { AwsError, notServed } from '../errors.ts'
import type { Operations, Serve } from '../protocol/operations.ts'
import type { Ec2World } from './world.ts'

export const tagOperations = (world: Ec2World) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html: of what is there already too. */
    CreateTags: (({ Resources, Tags }) => {
      // All of them are there, or none is tagged.
      const tagged = Resources.map((id) => (id.startsWith('snap-') ? world.snapshot(id) : world.volume(id)))
      for (const { tags } of tagged) for (const [key, value] of tagsOf(Tags)) tags.set(key, value)
      return {}
    }) satisfies Serve<CreateTagsRequest, object>,
  }) satisfies Operations

export function tagsOf(tags: readonly Tag[]): Map<string, string> {
  const pairs = tags.map(({ Key = '', Value = '' }): [string, string] => [Key, Value])
  const reserved = pairs.find(([key]) => key.startsWith('aws:'))
  if (reserved)
    throw new AwsError('InvalidParameterValue', `Tag keys starting with 'aws:' are reserved: ${reserved[0]}`)
  return new Map(pairs)
}

/** What a request for a new thing says of its tags. */
export const specifiedTags = (specs: readonly TagSpecification[], type: ResourceType): Map<string, string> =>
  tagsOf(specs.filter((s) => s.ResourceType === type).flatMap((s) => s.Tags ?? []))

export const told = (tags: ReadonlyMap<string, string>): Tag[] => [...tags].map(([Key, Value]) => ({ Key, Value }))

/** `of`: what it has under the names of the filters that the sandbox knows, beside those of tags. */
export function passes(
  operation: string,
  { Name = '', Values = [] }: Filter,
  tags: ReadonlyMap<string, string>,
  of: Readonly<Record<string, string>>,
): boolean {
  if (Values.length > 200)
    throw new AwsError('FilterLimitExceeded', 'The maximum number of filter values specified on a single call is 200')
  if (Name === 'tag-key') return Values.some((key) => tags.has(key))
  const value = Name.startsWith('tag:') ? (tags.get(Name.slice('tag:'.length)) ?? '') : of[Name]
  if (value === undefined) throw notServed(`the filter ${Name} of ${operation}`)
  return Values.includes(value)
}
