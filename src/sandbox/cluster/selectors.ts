/** Label and field selectors of lists, and the label selectors of specs. */
import type { KubernetesObject } from '../types.ts'
import { fields, isFields, list, strings, textAt } from './json.ts'
import type { Kind } from './kinds.ts'
import { badRequest } from './status.ts'

type Labels = Readonly<Record<string, string>>
type Matches<T> = (value: T) => boolean

const key = String.raw`([A-Za-z0-9][\w./-]*)`
const value = String.raw`([\w.-]*)`

const forms: readonly (readonly [RegExp, (found: readonly string[]) => Matches<Labels>])[] = [
  [
    new RegExp(`^${key}$`),
    ([name = '']) =>
      (labels) =>
        Object.hasOwn(labels, name),
  ],
  [
    new RegExp(`^!\\s*${key}$`),
    ([name = '']) =>
      (labels) =>
        !Object.hasOwn(labels, name),
  ],
  [
    new RegExp(`^${key}\\s*==?\\s*${value}$`),
    ([name = '', wanted]) =>
      (labels) =>
        labels[name] === wanted,
  ],
  [
    new RegExp(`^${key}\\s*!=\\s*${value}$`),
    ([name = '', other]) =>
      (labels) =>
        labels[name] !== other,
  ],
  [
    new RegExp(`^${key}\\s+in\\s*\\(([^)]*)\\)$`),
    ([name = '', values = '']) =>
      (labels) =>
        labels[name] !== undefined && values.split(',').some((one) => one.trim() === labels[name]),
  ],
  [
    new RegExp(`^${key}\\s+notin\\s*\\(([^)]*)\\)$`),
    ([name = '', values = '']) =>
      (labels) =>
        labels[name] === undefined || !values.split(',').some((one) => one.trim() === labels[name]),
  ],
]

/**
 * Reads `app=web,tier in (a, b),!legacy`.
 * @throws ApiError 400 for what no selector looks like.
 */
export function labelSelector(text: string): Matches<Labels> {
  // Commas within brackets separate values, not requirements.
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim())
  const requirements = parts
    .filter((part) => part !== '')
    .map((part) => {
      for (const [form, matcher] of forms) {
        const found = form.exec(part)
        if (found !== null) return matcher(found.slice(1))
      }
      throw badRequest(`unable to parse requirement: found '${part}', expected: identifier or selector`)
    })
  return (labels) => requirements.every((matches) => matches(labels))
}

/** The fields that a list can be selected by, beyond name and namespace. */
const selectable: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  Pod: { 'spec.nodeName': ['spec', 'nodeName'], 'status.phase': ['status', 'phase'] },
  Secret: { type: ['type'] },
  Namespace: { 'status.phase': ['status', 'phase'] },
  Event: {
    'involvedObject.kind': ['involvedObject', 'kind'],
    'involvedObject.name': ['involvedObject', 'name'],
    reason: ['reason'],
  },
}

/** @throws ApiError 400 for a field that this kind cannot be selected by. */
export function fieldSelector(kind: Kind, text: string): Matches<KubernetesObject> {
  const places: Readonly<Record<string, readonly string[]>> = {
    'metadata.name': ['metadata', 'name'],
    'metadata.namespace': ['metadata', 'namespace'],
    ...selectable[kind.kind],
  }
  const requirements = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part): Matches<KubernetesObject> => {
      const [, name = '', operator, wanted = ''] = /^\s*([\w.]+)\s*(==?|!=)\s*(.*?)\s*$/.exec(part) ?? []
      if (operator === undefined) {
        throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`)
      }
      const place = places[name]
      if (place === undefined) throw badRequest(`field label not supported: ${name}`)
      return (object) => ((textAt(object, ...place) ?? '') === wanted) === (operator !== '!=')
    })
  return (object) => requirements.every((matches) => matches(object))
}

const operators: Readonly<Record<string, (has: string | undefined, values: readonly unknown[]) => boolean>> = {
  In: (has, values) => has !== undefined && values.includes(has),
  NotIn: (has, values) => has === undefined || !values.includes(has),
  Exists: (has) => has !== undefined,
  DoesNotExist: (has) => has === undefined,
}

/** A spec's `selector`: matchLabels and matchExpressions. Nothing at all selects nothing. */
export function selects(selector: unknown, labels: Labels | undefined): boolean {
  if (!isFields(selector)) return false
  const has = labels ?? {}
  return (
    Object.entries(strings(selector['matchLabels'])).every(([name, wanted]) => has[name] === wanted) &&
    list(selector['matchExpressions']).every((one) => {
      const { key: name, operator, values } = fields(one)
      return operators[String(operator)]?.(has[String(name)], list(values)) ?? false
    })
  )
}
