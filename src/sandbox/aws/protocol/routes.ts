/** REST: which operation is meant is in a request's method and path. */
import type { Operation } from './model.ts'
import type { Question } from './wire.ts'

export interface Routed {
  readonly operation: Operation
  /** As they came: percent-encoded. */
  readonly labels: Readonly<Record<string, string>>
}

/** A fixed word beats a label: `/clusters/{name}/updates` and `/clusters/{name}/{other}` cannot be confused. */
export function router(operations: ReadonlyMap<string, Operation>): (question: Question) => Routed | undefined {
  const routes = [...operations.values()].flatMap((operation) => {
    const { method, path } = operation.http ?? {}
    if (!method || !path) return []
    const labels = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '([^/]+)')}/?$`)
    return [{ operation, method, pattern, labels }]
  })
  routes.sort((a, b) => a.labels.length - b.labels.length)
  return (question) => {
    for (const { operation, method, pattern, labels } of routes) {
      const found = method === question.method ? pattern.exec(question.path) : null
      if (!found) continue
      return {
        operation,
        labels: Object.fromEntries(labels.map((name, index) => [name, found[index + 1] ?? ''])),
      }
    }
    return undefined
  }
}
