import fc from 'fast-check'
import { expect, test } from 'vitest'
import { meansIn } from '../../src/activities/readings.ts'
import type { Proven } from '../../src/activities/outside.ts'
import { askedOfDatadog, spansOf, type Span } from '../../src/domain/datadog.ts'
import type { Duration } from '../../src/domain/duration.ts'

const NOW = 1_795_000_000_000
/** Of twenty readings, each so many seconds after the one before. */
const times = (everyS: number) => Array.from({ length: 20 }, (_, n) => NOW - (19 - n) * everyS * 1000)
const windows = (everyS: number, window: Duration) => times(everyS).map((atMs) => askedOfDatadog(atMs, window))

test.for([
  { says: 'a quarter of a minute apart', everyS: 15, window: '1m', questions: 1 },
  { says: 'a minute apart', everyS: 60, window: '1m', questions: 1 },
  { says: 'further apart than their windows', everyS: 120, window: '1m', questions: 1 },
  { says: 'of more than an hour, which is told by minutes', everyS: 300, window: '5m', questions: 2 },
  { says: 'of fewer points than make the same number', everyS: 15, window: '30s', questions: 20 },
  { says: 'each longer than an hour', everyS: 60, window: '2h', questions: 20 },
] as const)('readings $says are asked for in $questions', ({ everyS, window, questions }) => {
  expect(spansOf(windows(everyS, window))).toHaveLength(questions)
})

test('every window is whole in one span, a short one in its own, and none is longer than an hour but what is so itself', () => {
  const aWindow = fc
    .tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 10, max: 7_200 }))
    .map(([fromS, forS]): Span => ({ fromMs: fromS * 1000, untilMs: (fromS + forS) * 1000 }))
  fc.assert(
    fc.property(fc.array(aWindow, { minLength: 1, maxLength: 30 }), (all) => {
      const spans = spansOf(all)
      for (const { fromMs, untilMs } of all)
        expect(
          spans.some((span) =>
            untilMs - fromMs < 60_000
              ? span.fromMs === fromMs && untilMs === span.untilMs
              : span.fromMs <= fromMs && untilMs <= span.untilMs,
          ),
        ).toBe(true)
      for (const span of spans)
        expect(span.untilMs - span.fromMs <= 3_600_000 || all.some((one) => one.untilMs === span.untilMs)).toBe(true)
    }),
  )
})

test('one question tells of each window what its own would have, and of one without points that it has none', async () => {
  // One point each 20 s, and none for five minutes.
  const points = Array.from({ length: 300 }, (_, n) => ({ atMs: NOW - n * 20_000, value: n % 7 })).filter(
    ({ atMs }) => atMs < NOW - 600_000 || atMs > NOW - 300_000,
  )
  const asked: Span[] = []
  const query = async (_site: string, _query: string, span: Span) => {
    asked.push(span)
    return points.filter(({ atMs }) => span.fromMs <= atMs && atMs <= span.untilMs)
  }
  const world = { datadog: { query } } as unknown as Proven // all that is asked for it
  const source = { kind: 'datadog', site: 'datadoghq.com', queries: { blue: 'b', green: 'g' }, window: '1m' } as const
  const all = await meansIn(world, source, 'green', times(60))
  expect(asked).toHaveLength(1)
  const each = await Promise.all(times(60).map(async (atMs) => (await meansIn(world, source, 'green', [atMs]))[0]))
  expect(asked).toHaveLength(21)
  expect(all).toEqual(each)
  expect(all.filter((value) => value === null)).not.toEqual([])
})
