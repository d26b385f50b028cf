import { hold, isOperator, type Conditions, type Context } from './conditions.ts'
import { arnLike, like } from './patterns.ts'

/**
 * Identity-based policies, and whether they allow what a request needs.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */

/** One action on one resource: a request needs as many as it touches resources, and all of them. */
export interface Need {
  /** `eks:CreateNodegroup`. */
  readonly action: string
  /** An ARN; `*` for an action that IAM knows no resources for. */
  readonly resource: string
  readonly context?: Context
}

interface Statement {
  readonly sid: string
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly conditions: Conditions
}

export interface Policy {
  readonly name: string
  readonly statements: readonly Statement[]
}

/** A statement of a policy, and the action of it that was used: `upgrade/MakeGreen eks:CreateCluster`. */
export type Grant = string

export type Decision =
  | { readonly is: 'allowed'; readonly grants: readonly Grant[] }
  /** No statement allows it. */
  | { readonly is: 'not allowed' }
  | { readonly is: 'denied'; readonly by: string }

/** A statement that denies beats all that allow; what nothing allows is not allowed. */
export function decide(policies: readonly Policy[], need: Need): Decision {
  const found = policies.flatMap(({ name, statements }) =>
    statements.filter((s) => isAbout(s, need)).map((s) => ({ ...s, name: `${name}/${s.sid}` })),
  )
  const denying = found.find(({ effect }) => effect === 'Deny')
  if (denying) return { is: 'denied', by: denying.name }
  if (found.length === 0) return { is: 'not allowed' }
  const grants = found.flatMap(({ name, actions }) =>
    actions.filter((action) => isAction(action, need)).map((action) => `${name} ${action}`),
  )
  return { is: 'allowed', grants }
}

const isAbout = ({ actions, resources, conditions }: Statement, need: Need): boolean =>
  actions.some((action) => isAction(action, need)) &&
  resources.some((resource) => arnLike(resource, need.resource)) &&
  hold(conditions, need.context ?? {})

const isAction = (pattern: string, { action }: Need): boolean => like(pattern.toLowerCase(), action.toLowerCase())

/** Everything that these policies allow, in the words of `Decision`. */
export const grantsOf = (policies: readonly Policy[]): Grant[] =>
  policies.flatMap(({ name, statements }) =>
    statements
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ sid, actions }) => actions.map((action) => `${name}/${sid} ${action}`)),
  )

/**
 * A policy from its JSON. Throws where it says what is not understood here: half a policy would be another one. `sid`s are
 * told apart by number where there are none.
 */
export function policyFrom(name: string, text: string): Policy {
  const document = JSON.parse(text) as { readonly Version?: unknown; readonly Statement?: unknown }
  if (document.Version !== '2012-10-17') throw new Error(`${name}: Version is not 2012-10-17`)
  if (!Array.isArray(document.Statement)) throw new Error(`${name}: Statement is not a list`)
  return { name, statements: document.Statement.map((it: unknown, index) => statementFrom(name, it, index)) }
}

const known = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition'])

function statementFrom(policy: string, told: unknown, index: number): Statement {
  const it = told as Readonly<Record<string, unknown>> // each of its elements is looked at below
  const sid = typeof it['Sid'] === 'string' ? it['Sid'] : `${index + 1}`
  const where = `${policy}/${sid}`
  const strange = Object.keys(it).find((key) => !known.has(key))
  if (strange !== undefined) throw new Error(`${where}: ${strange} is not understood here`)
  const { Effect: effect } = it
  if (effect !== 'Allow' && effect !== 'Deny') throw new Error(`${where}: Effect is neither Allow nor Deny`)
  return {
    sid,
    effect,
    actions: textsIn(`${where}: Action`, it['Action']),
    resources: textsIn(`${where}: Resource`, it['Resource']),
    conditions: conditionsFrom(where, it['Condition'] ?? {}),
  }
}

function conditionsFrom(where: string, told: object): Conditions {
  return Object.fromEntries(
    Object.entries(told).map(([operator, keys]: [string, object]) => {
      if (!isOperator(operator)) throw new Error(`${where}: the operator ${operator} is not understood here`)
      const wanted = Object.entries(keys).map(([key, values]) => [key, textsIn(`${where}: ${key}`, values)] as const)
      return [operator, Object.fromEntries(wanted)]
    }),
  )
}

/** One text, or a list of them. */
function textsIn(where: string, told: unknown): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(told) ? told : [told]
  return texts.map((text) => {
    if (typeof text !== 'string') throw new Error(`${where} is neither a text nor a list of texts`)
    if (text.includes('${')) throw new Error(`${where}: variables are not understood here: ${text}`)
    return text
  })
}
