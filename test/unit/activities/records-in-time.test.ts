import { afterEach, expect, test, vi } from 'vitest'
import type { Outside } from '../../../src/activities/outside.ts'
import { trafficActions } from '../../../src/activities/traffic.ts'
import type { RecordRoute } from '../../../src/domain/platform.ts'
import type { RecordSet } from '../../../src/domain/weighted-records.ts'
import { driven } from '../../support/driven.ts'
import { call, scope } from '../../support/small-world.ts'

afterEach(() => vi.useRealTimers())

const route: RecordRoute = { kind: 'route53', name: 'a.example.com', zone: 'Z1', namespace: 'a', target: 'Service/web' }
const hostOf = (cluster: string) => `${cluster}.elb.amazonaws.com`
const cname = (ttl: number, to = hostOf(scope.blue)): RecordSet => ({
  name: route.name,
  type: 'CNAME',
  ttl,
  values: [to],
})

/** A hosted zone and two load balancers, in memory: what takes Route 53 half an hour takes the clock of the test. */
function aZone(...before: readonly RecordSet[]) {
  let sets: readonly RecordSet[] = before
  const key = ({ type, setIdentifier }: RecordSet) => `${type} ${setIdentifier}`
  const service = (cluster: string) => ({
    metadata: { name: 'web' },
    status: { loadBalancer: { ingress: [{ hostname: hostOf(cluster) }] } },
  })
  const ports = {
    identity: { whoAmI: async () => ({ account: scope.account, principalArn: 'arn' }) },
    kubernetes: async (_: string, cluster: string) => ({ list: async () => [service(cluster)] }),
    records: () => ({
      named: async (_: string, name: string) => sets.filter((s) => s.name === name),
      isInSync: async () => true,
      async change(_: string, changes: readonly { action: string; record: RecordSet }[]) {
        for (const { action, record } of changes)
          sets = [...sets.filter((s) => key(s) !== key(record)), ...(action === 'DELETE' ? [] : [record])]
        return 'C1'
      },
    }),
    loadBalancing: () => ({
      findBalancer: async (name: string) => ({ name, zone: 'ZELB', arn: name }),
      healthBehind: async () => [{ state: 'healthy' }],
    }),
  }
  // Of the rest nothing is asked.
  const all = new Proxy(ports, { get: (its, port) => Reflect.get(its, port) ?? (() => ({})) })
  return {
    acts: trafficActions({ ports: all } as unknown as Outside),
    sets: () => sets,
    set: (now: readonly RecordSet[]) => {
      sets = now
    },
  }
}

/** Clients are waited for at once. */
const passing = (seen: () => void = () => undefined) => ({
  withinMs: 3000,
  between: (why: string) => {
    const [, left] = /before this for (\d+)s more/.exec(why) ?? []
    if (left === undefined) return
    seen()
    vi.setSystemTime(Date.now() + Number(left) * 1000 + 1)
  },
})

test('a record with a long TTL is opened: targets have their time after clients had theirs', async () => {
  const { acts, sets } = aZone(cname(600))
  const { answer, waits } = await driven(acts.openRoute, call<'openRoute'>({ route }), passing())
  expect(answer.note).toBe('1 targets healthy on green, at 0 %')
  expect(waits.filter((w) => w.endsWith('before this for 1200s more'))).toHaveLength(1)
  expect(sets().map((s) => s.weight)).toEqual([100, 0])
})

test('what a terminated cutover left is taken back, and green goes once no client goes by it', async () => {
  const zone = aZone(cname(300))
  await driven(zone.acts.openRoute, call<'openRoute'>({ route }), passing())
  zone.set(zone.sets().map((s) => ({ ...s, weight: 50 })))
  const settle = call<'settleRoute'>({ route, on: 'blue', left: { weights: [50], grown: [] } }, { asker: 'run-2' })
  let weights: unknown
  // Taking it back took its time too: no budget of what follows has begun before.
  const { waits } = await driven(zone.acts.settleRoute, settle, {
    ...passing(() => {
      weights = zone.sets().map((s) => s.weight)
    }),
    scheduledMs: Date.now() - 600_000,
  })
  expect(waits.filter((w) => /before this for 1[12]\ds more$/.test(w))).toHaveLength(1)
  expect(weights).toEqual([100, 0])
  expect(zone.sets()).toEqual([cname(300)])
})
