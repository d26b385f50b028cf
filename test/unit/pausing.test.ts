import { expect, test } from 'vitest'
import { blank, write, type Journal } from '../../src/domain/journal.ts'
import { mayRest, pauseOf } from '../../src/domain/pausing.ts'
import type { Handover } from '../../src/domain/platform.ts'
import { leaves } from '../../src/domain/steps.ts'
import {
  aCutoverPlan,
  anApp,
  anEnvironment,
  aPlatform,
  fullEnvironment,
  fullFacts,
  route,
  workload,
} from '../support/builders.ts'

const planWith = (handovers: Readonly<Record<string, Handover>> = {}) =>
  aCutoverPlan(
    anApp('api'),
    anEnvironment('production', { handovers: { ...fullEnvironment.handovers, ...handovers } }),
    fullFacts,
    aPlatform({}),
  )
const done = (journal: Journal, step: string) =>
  write(journal, { step, attempt: 1, state: 'done', startedAt: '', endedAt: '' })

/** Steps before which a pause does not hold it, in the order of the plan, while all before them are done. */
const goesOn = (plan = planWith()): string[] => {
  const steps = plan.phases.flatMap((p) => leaves(p.forward))
  return steps
    .filter(
      (step, n) =>
        !mayRest(
          {
            plan,
            journal: steps
              .slice(0, n)
              .map((s) => s.id)
              .reduce(done, blank),
          },
          step,
        ),
    )
    .map((s) => s.id)
}

test('a pause holds everywhere but between stopping on one side and starting on the other', () => {
  expect(goesOn().map((id) => id.replace('production/', ''))).toMatchInlineSnapshot(`
    [
      "shop/cronjob/invoices/resume-green",
      "shop/deployment/leader/start-green",
      "shop/deployment/payer/start-green",
    ]
  `)
})

test('a consumer that runs on both sides meanwhile may rest', () => {
  const idempotent: Handover = { class: 'consumer', idempotent: true }
  const all = Object.fromEntries(Object.keys(fullEnvironment.handovers ?? {}).map((ref) => [ref, idempotent]))
  expect(goesOn(planWith(all))).toEqual(['production/shop/cronjob/invoices/resume-green'])
})

test('a pause leaves nothing down while its volumes change sides', () => {
  const db: Handover = { class: 'stateful', by: 'handover' }
  const plan = planWith({ 'Deployment/shop/payer': db })
  expect(goesOn(plan).filter((id) => id.includes('/payer/'))).toMatchInlineSnapshot(`
    [
      "production/shop/deployment/payer/detach-blue",
      "production/shop/deployment/payer/attach-green",
      "production/shop/deployment/payer/start-green",
    ]
  `)
})

test('a pause leaves no page up: it holds before one, and not again until the last is gone', () => {
  const plan = aCutoverPlan(
    anApp('api'),
    anEnvironment('e', {
      page: { status: 503, type: 'text/plain', body: 'back soon' },
      routes: [route('one'), route('two')],
      handovers: { 'Deployment/shop/leader': { class: 'singleton', downtime: '1m' } },
    }),
    { images: '', workloads: [workload('Deployment', 'leader')] },
  )
  expect(goesOn(plan)).toEqual([
    'e/route/two/page',
    'e/shop/deployment/leader/stop-blue',
    'e/shop/deployment/leader/start-green',
    'e/route/one/100',
    'e/route/two/100',
    'e/route/one/served',
    'e/route/two/served',
  ])
})

test('a start that failed is tried again while it is paused, and one that was passed over holds nothing', () => {
  const plan = planWith()
  const its = leaves(plan.phases[0]?.forward ?? []).filter((s) => s.id.includes('/leader/'))
  const [stop, start] = ['stop-blue', 'start-green'].map(
    (verb) => its.find((s) => s.id.endsWith(verb)) ?? expect.fail(verb),
  )
  const stopped = done(blank, stop?.id ?? '')
  const as = (state: 'failed' | 'skipped') =>
    write(stopped, { step: start?.id ?? '', attempt: 1, state, startedAt: '' })
  const rests = (journal: Journal) => mayRest({ plan, journal }, { id: start?.id ?? '' })
  expect([rests(blank), rests(stopped), rests(as('failed')), rests(as('skipped'))]).toEqual([true, false, false, true])
})

test('who paused it is told while it is, by the last that counted', () => {
  const at = '2026-11-26T03:00:00Z'
  const said = (message: string, body: unknown, became: 'counted' | 'refused' = 'counted') => ({
    at,
    message,
    body,
    became,
  })
  const log = [
    said('pause', { by: 'aoki', reason: 'holidays' }),
    said('resume', { by: 'aoki' }),
    said('pause', { by: 'baba', reason: '' }),
    said('pause', { by: 'chiba' }, 'refused'),
  ]
  expect(pauseOf({ log }, true)).toEqual({ by: 'baba', at })
  expect(pauseOf({ log: log.slice(0, 1) }, true)).toEqual({ by: 'aoki', at, reason: 'holidays' })
  expect([pauseOf({ log }, false), pauseOf({ log: [] }, true)]).toEqual([undefined, undefined])
})
