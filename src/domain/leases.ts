import type { KubernetesObject } from './kubernetes-objects.ts'

/**
 * Who holds a Lease; undefined where it was released or has expired.
 * https://kubernetes.io/docs/concepts/architecture/leases/
 */
export function leaseHolder({ spec = {} }: KubernetesObject, now: number): string | undefined {
  const { holderIdentity, renewTime, leaseDurationSeconds } = spec
  if (typeof holderIdentity !== 'string' || holderIdentity === '') return undefined
  const renewed = typeof renewTime === 'string' ? Date.parse(renewTime) : Number.NaN
  const lasts = typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds * 1000 : Number.NaN
  // Without both there is no telling that it expired.
  if (Number.isNaN(renewed) || Number.isNaN(lasts)) return holderIdentity
  return renewed + lasts < now ? undefined : holderIdentity
}
