import { milliseconds, type Duration } from './duration.ts'
import type { Kind, KubernetesObject } from './kubernetes-objects.ts'

/**
 * Where a lease of this name may be: Kubernetes' own, and the kinds that Akka and Pekko made before there was one.
 * https://doc.akka.io/libraries/akka-management/current/kubernetes-lease.html
 */
export const leaseKinds = ['Lease', 'AkkaLease', 'PekkoLease'] as const satisfies readonly Kind[]

/**
 * For how long Akka and Pekko believe in a holder that says nothing: `heartbeat-timeout`, whose default this is. They
 * write when it last spoke, and not for how long that counts.
 */
const HEARTBEAT_TIMEOUT: Duration = '2m'

interface Held {
  readonly by: string
  /** Milliseconds since 1970; not a number where nothing tells. */
  readonly until: number
}

/**
 * Who holds a lease; undefined where it was released or has expired.
 * https://kubernetes.io/docs/concepts/architecture/leases/
 */
export function leaseHolder(lease: KubernetesObject, now: number): string | undefined {
  const { by, until } = lease.apiVersion.startsWith('coordination.k8s.io/') ? ofKubernetes(lease) : ofItsOwnKind(lease)
  if (by === '') return undefined
  // Where nothing tells when it ends there is no telling that it has.
  return until < now ? undefined : by
}

/** Pekko's native lease has neither `renewTime` nor a duration: its `acquireTime` is written anew with each heartbeat. */
function ofKubernetes({ spec = {} }: KubernetesObject): Held {
  const { holderIdentity, renewTime, leaseDurationSeconds, acquireTime } = spec
  const by = typeof holderIdentity === 'string' ? holderIdentity : ''
  if (renewTime === undefined && leaseDurationSeconds === undefined)
    return { by, until: time(acquireTime) + milliseconds(HEARTBEAT_TIMEOUT) }
  return {
    by,
    until: time(renewTime) + (typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds * 1000 : Number.NaN),
  }
}

function ofItsOwnKind({ spec = {} }: KubernetesObject): Held {
  const { owner, time: spoke } = spec
  return {
    by: typeof owner === 'string' ? owner : '',
    until: (typeof spoke === 'number' ? spoke : Number.NaN) + milliseconds(HEARTBEAT_TIMEOUT),
  }
}

const time = (value: unknown): number => (typeof value === 'string' ? Date.parse(value) : Number.NaN)

/**
 * One of this workload's pods leads by it: leaders call themselves by their pod, with more behind it or not.
 * https://github.com/kubernetes/client-go/blob/master/examples/leader-election/main.go
 */
export const isHeldBy = ({ spec }: KubernetesObject, { kind, metadata: { name } }: KubernetesObject): boolean => {
  const holder = spec?.['holderIdentity']
  if (typeof holder !== 'string') return false
  // Of a Deployment the pods are named by their ReplicaSet's hash and five letters, of a StatefulSet by their number.
  const pod = kind === 'StatefulSet' ? String.raw`\d+` : '[a-z0-9]+-[a-z0-9]{5}'
  return new RegExp(`^${name.replaceAll('.', String.raw`\.`)}-${pod}(?![a-z0-9])`).test(holder)
}
