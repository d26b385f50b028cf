import { arnLike, like } from './patterns.ts'

/**
 * What a policy's conditions ask of a request.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */

/** By key, as AWS names them: `aws:RequestTag/team`. A key that a request does not have is absent. */
export type Context = Readonly<Record<string, string | readonly string[] | undefined>>

/** By operator, then by key. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

interface Comparison {
  readonly holds: (wanted: string, is: string) => boolean
  /** None of what is wanted may hold, and an absent key is well. */
  readonly negated?: true
}

const same = (wanted: string, is: string) => wanted === is
const sameInAnyCase = (wanted: string, is: string) => wanted.toLowerCase() === is.toLowerCase()

const comparisons: Readonly<Record<string, Comparison>> = {
  StringEquals: { holds: same },
  StringNotEquals: { holds: same, negated: true },
  StringEqualsIgnoreCase: { holds: sameInAnyCase },
  StringNotEqualsIgnoreCase: { holds: sameInAnyCase, negated: true },
  StringLike: { holds: like },
  StringNotLike: { holds: like, negated: true },
  // "ArnEquals and ArnLike behave identically", and so do their opposites.
  ArnEquals: { holds: arnLike },
  ArnLike: { holds: arnLike },
  ArnNotEquals: { holds: arnLike, negated: true },
  ArnNotLike: { holds: arnLike, negated: true },
  Bool: { holds: sameInAnyCase },
}

/** `ForAllValues:StringEquals`, `StringLikeIfExists`. */
const PATTERN = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/

export function isOperator(name: string): boolean {
  const [, set, base = '', ifExists] = PATTERN.exec(name) ?? []
  return base === 'Null' ? set === undefined && ifExists === undefined : Object.hasOwn(comparisons, base)
}

/** All of them must hold. */
export const hold = (conditions: Conditions, context: Context): boolean =>
  Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, wanted, valueOf(context, key))),
  )

/** Keys are the same in any case, and so are those of tags in them. */
function valueOf(context: Context, key: string): readonly string[] | undefined {
  const value = Object.entries(context).find(([name]) => sameInAnyCase(name, key))?.[1]
  return typeof value === 'string' ? [value] : value
}

function holds(operator: string, wanted: readonly string[], values: readonly string[] | undefined): boolean {
  const [, set, base = '', ifExists] = PATTERN.exec(operator) ?? []
  if (base === 'Null') return wanted.includes(String(values === undefined))
  const comparison = comparisons[base]
  if (!comparison) throw new Error(`${operator} is no operator that is known here`)
  if (values === undefined && ifExists !== undefined) return true
  const one = (is: string) => wanted.some((w) => comparison.holds(w, is)) !== (comparison.negated ?? false)
  // "ForAllValues also returns true if there are no context keys in the request".
  if (set === 'ForAllValues') return (values ?? []).every(one)
  if (set === 'ForAnyValue') return (values ?? []).some(one)
  if (values === undefined) return comparison.negated ?? false
  return comparison.negated ? values.every(one) : values.some(one)
}
