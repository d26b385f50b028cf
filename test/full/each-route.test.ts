import { expect, test } from 'vitest'
import { rulesOf } from '../../src/domain/http-routes.ts'
import { defaultTimes } from '../../src/sandbox/aws/times.ts'
import { ZONE } from '../../src/sandbox/seed/ways.ts'
import { aBed, BLUE, GREEN, type Bed } from './bed.ts'
import { endState, wellOn } from './end-state.ts'
import { report } from './every.ts'
import { played } from './played.ts'

/**
 * A whole upgrade with an app that is found by a record of Route 53 and one behind an HTTPRoute on a third cluster, each
 * of which fails on green at first: with clients that go by what they are told, for as long as they may.
 */

const RECORD_S = 6
/** What records are lowered to, so that nobody waits for minutes. */
const LOWERED_S = 2
const lowered = {
  file: 'domain/weighted-records.ts',
  from: 'const SHORT_TTL = 60',
  to: `const SHORT_TTL = ${LOWERED_S}`,
}
/** A change of Route 53 takes so long in the sandbox until all of its servers have it. */
const SPREADS_S = defaultTimes.recordsMs / 1000

/** What a route was, one after the other: green's weight, or the one side that it serves. */
type Seen = { readonly is: number | 'blue' | 'green'; readonly at: number; readonly ttl?: number | undefined }

test('both are moved, go back by themselves, and are moved for good, with nothing dropped', async () => {
  const apps = ['billing', 'chat-archiver']
  await using bed = await aBed(['production'], {
    apps,
    sick: apps,
    recordTtl: RECORD_S,
    // One after the other, and related: two that fail at once would be taken for the platform's trouble.
    says: [['  billing:\n', '  billing:\n    dependsOn: [chat-archiver]\n']],
  })
  const watched = watch(bed)
  await bed.worker(undefined, { rewrites: [lowered] }).ready()
  await bed.begin()
  const { view, asked } = await played(bed)
  watched.stop()
  report('each kind of route', asked)
  expect(view.outcome).toBe('done')
  expect(new Set(asked.map((it) => it.split(' ')[0]))).toEqual(new Set(apps))
  expect(asked).toHaveLength(apps.length)

  const there = [0, 50, 0, 'blue', 0, 50, 100, 'green']
  expect(watched.record.map((r) => r.is)).toEqual(['blue', ...there])
  expect(watched.httpRoute.map((r) => r.is)).toEqual(['blue', ...there])
  // Lowered while there are two, and given back with each that is left.
  for (const { is, ttl } of watched.record)
    expect([is, ttl]).toEqual([is, typeof is === 'number' ? LOWERED_S : RECORD_S])
  // What clients may still go by is waited for before the next one is written.
  for (const [n, { is, at }] of watched.record.entries()) {
    const before = watched.record[n - 1]
    if (!before || typeof before.is !== 'number') continue
    const opened = before.is === 0 && is === 50
    // A breach may come before a weight is everywhere; what follows it may not.
    if (!opened && is === 0) continue
    const follows = SPREADS_S + 2 * (opened ? RECORD_S : LOWERED_S)
    expect((at - before.at) / 1000, `from ${before.is} to ${is}`).toBeGreaterThan(follows - 0.2)
  }

  const { byHost } = bed.world.load.report()
  for (const app of apps) {
    const { servedBy } = byHost[`${app}.chatwork.test`] ?? {}
    for (const side of [BLUE, GREEN]) expect(servedBy?.[side] ?? 0, `${app} on ${side}`).toBeGreaterThan(20)
  }
  // With what records and HTTPRoutes are in the end.
  expect(await endState(bed)).toEqual(wellOn(GREEN))
})

/** Looks as often as nothing is missed: writes are seconds apart. */
function watch({ world }: Bed) {
  const [record, httpRoute]: [Seen[], Seen[]] = [[], []]
  const note = (seen: Seen[], now: Seen | undefined) => {
    if (now && now.is !== seen.at(-1)?.is) seen.push(now)
  }
  const timer = setInterval(() => {
    note(record, recordOf(world))
    note(httpRoute, httpRouteOf(world))
  }, 50)
  return { record, httpRoute, stop: () => clearInterval(timer) }
}

function recordOf({ aws }: Bed['world']): Seen | undefined {
  const at = Date.now()
  const sets = aws.route53.records(ZONE)
  const ofGreen = (value = '') =>
    aws.elbv2.inventory().loadBalancers.find((b) => b.host === value)?.tags['elbv2.k8s.aws/cluster'] === GREEN
  const [one, other] = sets
  if (!one) return undefined
  const green = sets.find((set) => ofGreen(set.ResourceRecords?.[0]?.Value))
  return { is: other ? (green?.Weight ?? 0) : green ? 'green' : 'blue', at, ttl: one.TTL }
}

function httpRouteOf(world: Bed['world']): Seen | undefined {
  const [route] = world.edge()?.list('gateway.networking.k8s.io/v1', 'HTTPRoute') ?? []
  if (!route) return undefined
  const refs = (rulesOf(route)[0]?.['backendRefs'] ?? []) as { name: string; weight?: number }[] // as its API says
  const green = refs.find((ref) => ref.name.endsWith(GREEN))
  return { is: refs.length > 1 ? (green?.weight ?? 0) : green ? 'green' : 'blue', at: Date.now() }
}
