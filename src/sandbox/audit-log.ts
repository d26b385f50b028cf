/** What an API server of EKS writes of a request into the audit log of its cluster. */
import { createHash } from 'node:crypto'
import { target, type Target } from './cluster/routes.ts'
import { verbOf } from './cluster/verbs.ts'
import type { KubernetesCall, LogLine } from './types.ts'

type Event = Readonly<Record<string, unknown>> & { readonly requestReceivedTimestamp: string }

/** Leaders renew their leases so often, and so are seen in every moment of a log. */
const LEASE_MS = 2_000
const LEADERS = ['kube-controller-manager', 'kube-scheduler'] as const

/** Of the calls that this cluster was asked between two moments, and of its own control plane; in the order of their time. */
export function auditLog(cluster: string, calls: readonly KubernetesCall[], from: number, to: number): LogLine[] {
  const asked = calls.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) <= to)
  const leases = Array.from({ length: Math.floor((to - from) / LEASE_MS) + 1 }, (_, n) => from + n * LEASE_MS)
  const stream = `kube-apiserver-audit-${hash(cluster)}`
  return [...asked.map(eventOf), ...leases.flatMap((at) => LEADERS.map((leader) => renewal(leader, at)))]
    .map((event) => ({ at: Date.parse(event.requestReceivedTimestamp), stream, message: JSON.stringify(event) }))
    .toSorted((a, b) => a.at - b.at)
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/ */
function eventOf(call: KubernetesCall): Event {
  const { at, user, userAgent = '', path, query, status } = call
  const asked = targetOf(path)
  return {
    ...common(at, JSON.stringify(call)),
    requestURI: query === '' ? path : `${path}?${query}`,
    verb: asked ? verbIn(call, asked) : call.method.toLowerCase(),
    user: { username: user, groups: ['system:authenticated'], ...principal(user) },
    userAgent,
    ...(asked && { objectRef: objectRef(asked) }),
    responseStatus: { metadata: {}, code: status },
  }
}

const renewal = (leader: string, at: number): Event => ({
  ...common(new Date(at).toISOString(), `${leader} ${at}`),
  requestURI: `/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${leader}`,
  verb: 'update',
  user: { username: `system:${leader}`, groups: ['system:authenticated'] },
  userAgent: `${leader} (linux/amd64) kubernetes/leader-election`,
  objectRef: { resource: 'leases', namespace: 'kube-system', name: leader, apiGroup: 'coordination.k8s.io' },
  responseStatus: { metadata: {}, code: 200 },
})

const common = (at: string, of: string) => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: hash(of),
  stage: 'ResponseComplete',
  sourceIPs: ['127.0.0.1'],
  requestReceivedTimestamp: at,
  stageTimestamp: at,
})

/** What EKS adds for an IAM principal that it let in. */
function principal(user: string): object {
  const [, account, role, session] = /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\/(.+)$/.exec(user) ?? []
  if (account === undefined) return {}
  return {
    extra: {
      arn: [user],
      canonicalArn: [`arn:aws:iam::${account}:role/${role ?? ''}`],
      sessionName: [session],
    },
  }
}

/** Undefined: no resource, such as `/version`. */
function targetOf(path: string): Target | undefined {
  try {
    return target(path)
  } catch {
    return undefined
  }
}

const verbIn = ({ method, query }: KubernetesCall, asked: Target): string =>
  new URLSearchParams(query).get('watch') === 'true' ? 'watch' : verbOf(method, asked)

const objectRef = ({ kind, namespace, name, subresource }: Target) => ({
  resource: kind.plural,
  ...(namespace !== undefined && { namespace }),
  ...(name !== undefined && { name }),
  ...(kind.group !== '' && { apiGroup: kind.group }),
  apiVersion: kind.version,
  ...(subresource !== undefined && { subresource }),
})
