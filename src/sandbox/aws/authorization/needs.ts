import type { Context } from './conditions.ts'
import type { Need } from './policy.ts'

/**
 * What the operations of a service need, by name; `never` lets functions of different inputs stand in one table. One that needs
 * nothing says so. Actions, resources and condition keys are those of
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export type Needs = Readonly<Record<string, (input: never) => readonly Need[]>>

type Tags = Readonly<Record<string, string>> | ReadonlyMap<string, string> | undefined

/** The tags that a thing has. */
export const tagged = (tags: Tags): Context => prefixed('aws:ResourceTag', tags)

/** The tags that a request gives; without any there are no such keys. */
export function tagging(tags: Tags): Context {
  const keys = pairsOf(tags).map(([key]) => key)
  return keys.length === 0 ? {} : { ...prefixed('aws:RequestTag', tags), 'aws:TagKeys': keys }
}

/** A role that is handed to a service. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html */
export const passed = (role: string | undefined, service: string): Need[] =>
  role === undefined
    ? []
    : [{ action: 'iam:PassRole', resource: role, context: { 'iam:PassedToService': `${service}.amazonaws.com` } }]

/** For operations that IAM knows no resources for. */
export const anywhere = (service: string, ...operations: readonly string[]): Needs =>
  Object.fromEntries(operations.map((name) => [name, () => [{ action: `${service}:${name}`, resource: '*' }]]))

const prefixed = (prefix: string, tags: Tags): Context =>
  Object.fromEntries(pairsOf(tags).map(([key, value]) => [`${prefix}/${key}`, value]))

const pairsOf = (tags: Tags = {}): [string, string][] =>
  tags instanceof Map ? [...(tags as ReadonlyMap<string, string>)] : Object.entries(tags as Record<string, string>)
