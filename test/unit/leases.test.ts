import { expect, test } from 'vitest'
import { leaseHolder } from '../../src/domain/leases.ts'

const NOW = Date.parse('2026-11-25T12:00:00Z')
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString()
const lease = (apiVersion: string, spec: object) => ({
  apiVersion,
  kind: 'Lease',
  metadata: { name: 'leader' },
  spec: { ...spec },
})
const own = 'coordination.k8s.io/v1'
const [akka, pekko] = ['akka.io/v1', 'pekko.apache.org/v1']

test.for([
  ['renewed a moment ago', lease(own, { holderIdentity: 'a', renewTime: ago(5), leaseDurationSeconds: 15 }), 'a'],
  ['not renewed in time', lease(own, { holderIdentity: 'a', renewTime: ago(16), leaseDurationSeconds: 15 }), undefined],
  ['released', lease(own, { holderIdentity: '', renewTime: ago(5), leaseDurationSeconds: 15 }), undefined],
  ['held for nobody knows how long', lease(own, { holderIdentity: 'a', renewTime: ago(9_999) }), 'a'],
  ['held since nobody knows when', lease(own, { holderIdentity: 'a' }), 'a'],
  ['native of Pekko, a heartbeat ago', lease(own, { holderIdentity: 'a', acquireTime: ago(12) }), 'a'],
  ['native of Pekko, whose holder died', lease(own, { holderIdentity: 'a', acquireTime: ago(121) }), undefined],
  ['of Akka, a heartbeat ago', lease(akka, { owner: 'a', time: NOW - 12_000 }), 'a'],
  ['of Akka, whose holder died', lease(akka, { owner: 'a', time: NOW - 121_000 }), undefined],
  ['of Pekko, released', lease(pekko, { owner: '', time: NOW }), undefined],
  ['of Pekko, held', lease(pekko, { owner: 'a', time: NOW }), 'a'],
] as const)('a lease %s', ([, it, holder]) => {
  expect(leaseHolder(it, NOW)).toBe(holder)
})
