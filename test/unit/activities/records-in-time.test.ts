import { afterEach, expect, test, vi } from 'vitest'
import type { Outside } from '../../../src/activities/outside.ts'
import { trafficActions } from '../../../src/activities/traffic.ts'
import type { RecordRoute } from '../../../src/domain/platform.ts'
import type { RecordSet } from '../../../src/domain/weighted-records.ts'
import { driven, ending } from '../../support/driven.ts'
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
  let changes = 0
  const key = ({ type, setIdentifier }: RecordSet) => `${type} ${setIdentifier}`
  const service = (cluster: string) => ({
    metadata: { name: 'web' },
    status: { loadBalancer: { ingress: [{ hostname: hostOf(cluster) }] } },
  })
  const records = () => ({
    named: async (_: string, name: string) => sets.filter((s) => s.name === name),
    isInSync: async () => true,
    async change(_: string, asked: readonly { action: string; record: RecordSet }[]) {
      for (const { action, record } of asked)
        sets = [...sets.filter((s) => key(s) !== key(record)), ...(action === 'DELETE' ? [] : [record])]
      changes += 1
      return 'C1'
    },
  })
  const ports = {
    identity: { whoAmI: async () => ({ account: scope.account, principalArn: 'arn' }) },
    kubernetes: async (_: string, cluster: string) => ({ list: async () => [service(cluster)] }),
    records,
    recordsFirst: records,
    trail: () => ({ calls: async function* () {} }),
    loadBalancing: () => ({
      findBalancer: async (name: string) => ({ name, zone: 'ZELB', arn: name, zones: 2 }),
      healthBehind: async () => [{ state: 'healthy' }],
    }),
  }
  // Of the rest nothing is asked.
  const all = new Proxy(ports, { get: (its, port) => Reflect.get(its, port) ?? (() => ({})) })
  return {
    acts: trafficActions({ ports: all } as unknown as Outside),
    sets: () => sets,
    changes: () => changes,
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

/** A route that is open at 0 %, and what others do to it. */
async function anOpenOne() {
  const zone = aZone(cname(300))
  await driven(zone.acts.openRoute, call<'openRoute'>({ route }), passing())
  return {
    ...zone,
    weights: () => zone.sets().map((s) => s.weight),
    write: (green: number) =>
      zone.set(zone.sets().map((s) => ({ ...s, weight: s.setIdentifier?.includes('blue') ? 100 - green : green }))),
  }
}

test('who moves it back while clients are waited for is followed, also to the weight before', async () => {
  const it = await anOpenOne()
  const before = it.changes()
  const failure = await ending(it.acts.setWeight, call<'setWeight'>({ route, to: 5, expect: [0, 5] }), {
    withinMs: 3000,
    between: (why) => {
      if (why.includes('before this for')) it.write(0)
    },
  })
  expect(failure.type).toBe('MovedBack')
  expect(failure.message).toContain('is at 0 %, where 5 % was left')
  expect([it.weights(), it.changes() - before]).toEqual([[100, 0], 1])
})

test('what others moved towards green goes back to what the step before left, though this one is to write more', async () => {
  const it = await anOpenOne()
  await driven(it.acts.setWeight, call<'setWeight'>({ route, to: 5, expect: [0, 5] }), passing())
  it.write(40)
  const up = call<'setWeight'>({ route, to: 25, expect: [5, 25] }, { contest: true })
  const seen: unknown[] = []
  await driven(it.acts.setWeight, up, {
    withinMs: 3000,
    between: () => {
      seen.push(it.weights()[1])
      vi.setSystemTime(Date.now() + 61_000)
    },
  })
  expect(new Set(seen)).toEqual(new Set([5, 25]))
})

test('who moves it back while it is read whether others have stopped is followed', async () => {
  const it = await anOpenOne()
  await driven(it.acts.setWeight, call<'setWeight'>({ route, to: 5, expect: [0, 5] }), passing())
  it.write(40)
  const up = call<'setWeight'>({ route, to: 25, expect: [5, 25] }, { contest: true })
  const failure = await ending(it.acts.setWeight, up, {
    withinMs: 3000,
    between: (why) => {
      if (why.includes('and is read for')) it.write(0)
    },
  })
  expect(failure.type).toBe('MovedBack')
  expect(it.weights()).toEqual([100, 0])
})

test('what is written over at once is written once more, and not again', async () => {
  const it = await anOpenOne()
  it.write(40)
  const before = it.changes()
  const up = call<'setWeight'>({ route, to: 5, expect: [0, 5] }, { contest: true })
  const failure = await ending(it.acts.setWeight, up, {
    withinMs: 3000,
    between: () => {
      it.write(40)
      vi.setSystemTime(Date.now() + 20_000)
    },
  })
  expect(failure.type).toBe('Contested')
  expect([it.weights(), it.changes() - before]).toEqual([[60, 40], 1])
})

test('a route that somebody closes again and again is not opened against them', async () => {
  const zone = aZone(cname(300))
  const failure = await ending(zone.acts.openRoute, call<'openRoute'>({ route }), {
    withinMs: 3000,
    between: (why) => {
      if (why.includes('before this for')) zone.set([cname(300)])
    },
  })
  expect([failure.type, zone.changes()]).toEqual(['Contested', 3])
  expect(failure.message).toMatch(/^route a\.example\.com does not know green, where 0 % was left: .* wrote it/)
})
