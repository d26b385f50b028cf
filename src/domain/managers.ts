import type { KubernetesObject } from './kubernetes-objects.ts'

/** As which Norikae writes. */
const OWN = 'norikae'

interface Entry {
  readonly manager?: string
  readonly time?: string
  readonly fieldsV1?: unknown
}

/**
 * Who else wrote a field, by the server's own record: `argocd-controller at 2026-11-24T04:00:00Z`. Undefined where the
 * server knows of nobody. https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function writerOf({ metadata }: KubernetesObject, path: readonly string[]): string | undefined {
  const entries = Array.isArray(metadata['managedFields']) ? (metadata['managedFields'] as Entry[]) : [] // the server's
  const [last] = entries
    .filter(({ manager, fieldsV1 }) => manager !== OWN && owns(fieldsV1, path))
    .toSorted((a, b) => Date.parse(b.time ?? '') - Date.parse(a.time ?? ''))
  return last?.manager === undefined ? undefined : `${last.manager} at ${last.time ?? 'an unknown time'}`
}

/** `{"f:spec":{"f:replicas":{}}}` owns `spec.replicas`. */
const owns = (fields: unknown, path: readonly string[]): boolean =>
  path.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[`f:${name}`] : undefined),
    fields,
  ) !== undefined
