import { ownerInWords, ownerOf, written, type DeclaredOwners } from './ownership.ts'

/** By what it is told whose a role or a provider of IAM is, beside its tags. */
export interface Whose {
  /** What the platform file says of owners. */
  readonly declared?: DeclaredOwners | undefined
  readonly platform: string
}

/**
 * By which tool of others it is made: that takes back what it does not know. As of every other resource (`ownerOf`), and
 * what tags say in words, since tools without tags of their own make roles too. Undefined: they do not tell of any.
 */
export function toolOf(tags: Readonly<Record<string, string>>, { declared = {}, platform }: Whose): string | undefined {
  const owner = ownerOf(tags, declared, platform)
  if (written(owner) === 'requested') return ownerInWords(owner)
  if (owner.tool !== 'nobody') return undefined
  const said = Object.entries(tags).find(
    ([key, value]) =>
      /^(terraform|managed[-_]?by|created[-_]?by|provisioner|iac)$/i.test(key) && TOOLS.test(`${key} ${value}`),
  )
  const [key, value] = said ?? Object.entries(tags).find(([name]) => /^(crossplane|pulumi)[.:/-]/i.test(name)) ?? []
  return key === undefined ? undefined : `what its tag ${key}: ${value ?? ''} says`
}
const TOOLS = /terraform|terragrunt|opentofu|pulumi|crossplane|cloudformation|cdk|ansible|\back\b/i

/** What later steps need of it; undefined where the file says nothing of owners. */
export const toBeKnown = ({ terraform }: DeclaredOwners): DeclaredOwners | undefined =>
  terraform && {
    terraform: { tags: terraform.tags, ...(terraform.at !== undefined && { at: terraform.at }) },
  }
