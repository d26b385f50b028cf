import { ownerByAddress, ownerOf, ownerOfWhole, written, type DeclaredOwners } from './ownership.ts'
import { saysTool } from './said-tools.ts'

/** By what it is told whose a role or a provider of IAM is, beside its tags. */
export interface Whose {
  /** What the platform file says of owners. */
  readonly declared?: DeclaredOwners | undefined
  readonly platform: string
}

interface Named {
  readonly arn: string
  readonly tags: Readonly<Record<string, string>>
}

/**
 * By which tool of others it is made: that takes back what it does not know. As of every other resource (`ownerOf`), and
 * what tags say in words, since tools without tags of their own make roles too. Undefined: they do not tell of any, or
 * leave it to others to change it, where it is to be changed.
 */
export function toolOf(
  { tags, arn }: Named,
  { declared = {}, platform }: Whose,
  so: 'changed' | 'deleted' = 'changed',
): string | undefined {
  const ownerFor = so === 'deleted' ? ownerOfWhole : ownerOf
  const owner = ownerFor({ tags, key: arn }, declared, platform)
  if (written(owner) === 'requested') return ownerByAddress(owner)
  if (owner.tool !== 'nobody') return undefined
  const [key, value] = Object.entries(tags).find((said) => saysTool(...said)) ?? []
  return key === undefined ? undefined : `what its tag ${key}: ${value ?? ''} says`
}

/**
 * What later steps need of it, which write what has these ARNs; undefined where the file says nothing of owners. Of a state
 * file no more than these: it may name thousands, and each step keeps its own.
 */
export const toBeKnown = ({ terraform }: DeclaredOwners, arns: readonly string[]): DeclaredOwners | undefined => {
  if (!terraform) return undefined
  const { tags, at, ignore } = terraform
  const stated = terraform.stated?.filter(({ key }) => arns.includes(key)) ?? []
  return {
    terraform: {
      ...(tags && { tags }),
      ...(at !== undefined && { at }),
      ...(stated.length > 0 && { stated, ...(ignore && { ignore }) }),
    },
  }
}

/** The same of one role, by its name. */
export const knownOfRole = (declared: DeclaredOwners | undefined, name: string): DeclaredOwners | undefined =>
  declared &&
  toBeKnown(
    declared,
    (declared.terraform?.stated ?? []).flatMap(({ key }) => (key.endsWith(`/${name}`) ? [key] : [])),
  )
