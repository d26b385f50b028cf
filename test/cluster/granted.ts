import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import type { RealWorld } from './real-world.ts'

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}
interface Role {
  readonly kind: string
  readonly rules?: readonly Rule[]
}

/** A line of the audit log. https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ */
interface AuditEvent {
  readonly verb: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly objectRef?: { readonly apiGroup?: string; readonly resource: string; readonly subresource?: string }
  readonly responseStatus?: { readonly code: number }
  readonly requestReceivedTimestamp: string
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * What the authorizer said. Where it is `allow`, a 403 is admission's: of a fence, a quota, or a namespace that is going.
 * https://kubernetes.io/docs/reference/labels-annotations-taints/audit-annotations/
 */
const DECISION = 'authorization.k8s.io/decision'

/** So long after a server says that it is well it may still not have read a role. */
const ROLES_MS = 1_000

/** How the API servers call the worker. */
export const WORKER = 'norikae-worker'

export const rbacFile = new URL('../../deploy/rbac/norikae.yaml', import.meta.url)
/** What is granted on the cluster of Argo CD, in its namespace. */
export const argocdFile = new URL('../../deploy/rbac/argocd.yaml', import.meta.url)
/** And in each namespace of a team's own Applications. */
export const argocdApplicationsFile = new URL('../../deploy/rbac/argocd-applications.yaml', import.meta.url)
/** And on the cluster of HTTPRoutes. */
export const gatewayFile = new URL('../../deploy/rbac/gateway.yaml', import.meta.url)
/** For numbers that are told over HTTP. */
export const measuresFile = new URL('../../deploy/rbac/measures.yaml', import.meta.url)
/** What may be granted on top. */
export const customFile = new URL('../../deploy/rbac/custom-resources.yaml', import.meta.url)

/** What deploy/rbac grants and the worker never asked of these servers, and what it asked and was denied. */
export async function granted({ auditLogs, crashes }: Pick<RealWorld, 'auditLogs' | 'crashes'>) {
  const files = await Promise.all(
    [rbacFile, measuresFile, argocdFile, gatewayFile].map((file) => readFile(file, 'utf8')),
  )
  const documents = files.flatMap((text) => parseAllDocuments(text)).map((d) => d.toJS() as Role) // the files are ours
  const rights = documents
    .flatMap((d) => d.rules ?? [])
    .flatMap((r) => r.apiGroups.flatMap((g) => r.resources.flatMap((of) => r.verbs.map((verb) => right(g, of, verb)))))
  const logs = await Promise.all(auditLogs.map((path) => readFile(path, 'utf8')))
  const events = logs
    .flatMap((text) => text.split('\n').filter((line) => line !== ''))
    .map((line) => JSON.parse(line) as AuditEvent) // an API server wrote it
    .filter((e) => e.user.username === WORKER)
  const isStarting = ({ requestReceivedTimestamp }: AuditEvent) => {
    const at = Date.parse(requestReceivedTimestamp)
    return crashes.some(({ fromMs, untilMs }) => fromMs <= at && at <= untilMs + ROLES_MS)
  }
  const used = new Set(events.flatMap(asked))
  return {
    unused: rights.filter((r) => !used.has(r)),
    denied: events
      .filter((e) => e.responseStatus?.code === 403 && e.annotations?.[DECISION] !== 'allow' && !isStarting(e))
      .map((e) => `${e.verb} ${e.requestURI}`),
  }
}

const right = (group: string, resource: string, verb: string): string =>
  `${verb} ${group === '' ? resource : `${resource}.${group}`}`

/** An apply that makes the object is asked for as both, and what binds rights or parameters is looked at once more. */
function asked({ verb, objectRef, responseStatus }: AuditEvent): string[] {
  if (objectRef === undefined) return []
  const { apiGroup = '', resource, subresource } = objectRef
  const of = subresource === undefined ? resource : `${resource}/${subresource}`
  const plain = [right(apiGroup, of, verb)]
  if (verb !== 'patch' || responseStatus?.code !== 201) return plain
  const made = [...plain, right(apiGroup, of, 'create')]
  if (of === 'validatingadmissionpolicies') return [...made, right('', 'configmaps', 'get')]
  if (of === 'roles') return [...made, right(apiGroup, 'roles', 'escalate')]
  if (of === 'rolebindings') return [...made, right(apiGroup, 'roles', 'bind'), right(apiGroup, 'clusterroles', 'bind')]
  return made
}
