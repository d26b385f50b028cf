import { describe, expect, test } from 'vitest'
import { gateOf } from '../../src/domain/asking.ts'
import { blocker, info } from '../../src/domain/findings.ts'
import { closed, opened, record, type Desk } from '../../src/domain/gates.ts'
import { blank, write, type Journal, type StepState } from '../../src/domain/journal.ts'
import {
  blindNotice,
  endedNotice,
  gateNotice,
  gateSettled,
  heldNotice,
  wentBackNotice,
} from '../../src/domain/notices.ts'
import { outlineOf } from '../../src/domain/outline.ts'
import { byTeam } from '../../src/domain/effort.ts'
import { joined, reportOf, type Report } from '../../src/domain/report.ts'
import { leaves } from '../../src/domain/steps.ts'
import {
  aCutoverPlan,
  anApp,
  anEnvironment,
  anUpgradePlan,
  aPlatform,
  clusterFacts,
  emptyReport,
  rule,
  someFacts,
} from '../support/builders.ts'

const plan = aCutoverPlan(
  anApp('api'),
  anEnvironment('production', { weights: [5, 100], gate: rule('scala') }),
  someFacts,
)
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
const desk: Desk = { gates: [], ahead: [], log: [], requester: '', members: { scala: ['chiba'] } }
const step = leaves(plan.phases[0]?.forward ?? []).find((s) => s.kind === 'gate')
const gate = step?.kind === 'gate' ? gateOf(plan, step, 1, at(0)) : undefined
const wrote = (journal: Journal, id: string, state: StepState, minute: number, attempt = 1, message?: string) =>
  write(journal, {
    step: id,
    attempt,
    state,
    startedAt: at(minute),
    endedAt: at(minute + 1),
    ...(message !== undefined && { problem: { type: 'Failed', message } }),
    ...(state === 'done' && { receipt: { note: `${id} read back` } }),
  })

test('what was noticed for all together and again at its turn is told once', () => {
  const findings = [blocker('field-invalid', 'Deployment/shop/web', 'm', 'r')]
  const one = reportOf(
    [
      {
        plan,
        goingBack: false,
        journal: write(blank, {
          step: 'production/verify',
          attempt: 1,
          state: 'done',
          startedAt: at(0),
          receipt: { note: '', findings },
        }),
      },
    ],
    desk,
  )
  expect(one.findings).toEqual(findings)
  expect(joined([one, one]).findings).toEqual(findings)
})

test('of what was tried with others first, its own try has the last word', () => {
  const blocks = (message: string) => blocker('field-invalid', 'Deployment/shop/web', message, 'r')
  const empty = reportOf([], desk)
  const [left, other] = ['api production', 'web production'].map((it) => info('findings-left-out', it, '9 more', 'r'))
  const [own, lone] = [blocks('m (and 7 other objects likewise)'), blocker('api-missing', 'Job/shop/x', 'm', 'r')]
  const ofAll = {
    ...empty,
    subjects: [{ digest: 'a' }],
    findings: [blocks('m (and 3 other objects likewise)'), lone, ...(left && other ? [left, other] : [])],
  }
  const ofApp = {
    ...empty,
    subjects: [{ app: 'api', environment: 'production', digest: 'b', ended: 'done' }],
    findings: [own],
  }
  expect(joined([ofAll, ofApp]).findings).toEqual([lone, other, own])
})

describe('a report', () => {
  const given = gate ? record(opened(desk, gate), [], 'approve', { gate: gate.id, by: 'chiba' }, at(9)) : desk
  const decided = closed(given, gate?.id ?? '', 'approve', at(10))
  const journal = [
    ['production/deploy', 'failed', 1, 1, 'no room'],
    ['production/deploy', 'done', 3, 2],
    ['production/route/web/5', 'done', 12],
    ['production/observe/5', 'done', 14],
    ['production/withdraw', 'skipped', 20, 1, 'denied'],
  ] as const
  const run = {
    plan: { ...plan, findings: [blocker('b', 'x', 'm', 'r')] },
    goingBack: false,
    ended: 'rolled-back',
    journal: journal.reduce(
      (j, [id, state, minute, attempt = 1, message]) => wrote(j, id, state, minute, attempt, message),
      blank,
    ),
  } as const
  const back = { app: 'api', environment: 'production', at: at(20), why: 'sick' }
  const it = reportOf([run], decided, [back])

  test('says who decided, how long they were waited for, what was weighed, and what went wrong', () => {
    expect(it.subjects).toEqual([{ app: 'api', environment: 'production', digest: plan.digest, ended: 'rolled-back' }])
    expect(it.decisions.map((d) => [d.message, d.became])).toEqual([['approve', 'counted']])
    expect(it.waits).toEqual([
      { app: 'api', environment: 'production', gate: gate?.id, seconds: 600, ended: 'approve', by: ['chiba'] },
    ])
    expect(it.weights.map((w) => w.step)).toEqual(['production/route/web/5', 'production/observe/5'])
    expect(it.problems.map((p) => [p.step, p.attempt, p.message])).toEqual([
      ['production/deploy', 1, 'no room'],
      ['production/withdraw', 1, 'denied'],
    ])
    expect([it.rollbacks, it.findings.map((f) => f.code)]).toEqual([[back], ['b']])
  })
  test('says what it took of people: from asked to answered, and what they said', () => {
    expect(it.effort).toEqual([{ app: 'api', team: 'scala', seconds: 540, answered: 1, acts: 1 }])
    const [open] = decided.gates
    const nobody = { at: at(90), as: 'withdrawn' } as const
    const unanswered = open
      ? [
          { ...open, id: 'w@d.1', closed: nobody },
          { ...open, id: 'o@d.1', given: [] },
        ]
      : []
    const refused = { at: at(1), message: 'approve', body: {}, became: 'refused' } as const
    const more = { ...decided, gates: [...decided.gates, ...unanswered], log: [...decided.log, refused] }
    expect(reportOf([run], more).effort, 'nobody answered, nothing counted').toEqual(it.effort)
    const again = { ...it, effort: [{ app: 'api', team: 'scala', seconds: 60, answered: 1, acts: 2 }] }
    const own = { ...emptyReport, effort: [{ team: 'sre', seconds: 30, answered: 2, acts: 3 }] }
    expect(joined([own, it, again]).effort, 'an app that was started again is one').toEqual([
      { team: 'sre', seconds: 30, answered: 2, acts: 3 },
      { app: 'api', team: 'scala', seconds: 600, answered: 2, acts: 3 },
    ])
    expect(byTeam(joined([own, it, again]).effort)).toEqual([
      { team: 'sre', apps: 0, seconds: 30, answered: 2, acts: 3 },
      { team: 'scala', apps: 1, seconds: 600, answered: 2, acts: 3 },
    ])
  })
  test('says which app and environment each word and each wait was about', () => {
    const log = (body: unknown) => ({ at: at(1), message: 'm', body, became: 'counted' as const })
    const about = (bodies: readonly unknown[], runs: Parameters<typeof reportOf>[0]) =>
      reportOf(runs, { ...desk, log: bodies.map(log) }).decisions.map((d) => [d.app, d.environment])
    expect(
      about(
        [
          { gate: 'production/gate@00000000.2' },
          { gate: 'production@00000000.1' },
          { environment: 'production' },
          { by: 'chiba', reason: 'all of it' },
          'junk',
        ],
        [run],
      ),
    ).toEqual([
      ['api', 'production'],
      ['api', 'production'],
      ['api', 'production'],
      ['api', undefined],
      ['api', undefined],
    ])
    const upgrade = { plan: anUpgradePlan(), journal: blank, goingBack: false }
    expect(about([{ gate: 'start@00000000.1' }], [upgrade])).toEqual([[undefined, undefined]])
  })
  test('a window that told too little stands as what it told', () => {
    const judged = wrote(blank, 'production/observe/5', 'failed', 14, 1, 'inconclusive: errors 0 of 5 samples')
    expect(reportOf([{ ...run, journal: judged }], desk).weights.map((w) => w.note)).toEqual([
      'inconclusive: errors 0 of 5 samples',
    ])
  })
  test('names what was left over, until it was undone after all', () => {
    expect(it.leftovers).toEqual(['withdraw api from green'])
    const undone = wrote(run.journal, 'production/withdraw', 'done', 30, 2)
    expect(reportOf([{ ...run, journal: undone }], decided).leftovers).toEqual([])
  })
})

test('reports are joined by time, and nothing is lost', () => {
  const one = (minute: number, name: string): Report => ({
    ...emptyReport,
    subjects: [{ app: name, digest: name }],
    decisions: [{ at: at(minute), message: name, body: {}, became: 'counted' }],
    rollbacks: [{ app: name, environment: 'e', at: at(minute), why: name }],
    leftovers: [name],
  })
  const all = joined([one(5, 'a'), one(1, 'b'), one(3, 'c')])
  expect(all.decisions.map((d) => d.message)).toEqual(['b', 'c', 'a'])
  expect(all.rollbacks.map((d) => d.app)).toEqual(['b', 'c', 'a'])
  expect(all.subjects.map((s) => s.app)).toEqual(['a', 'b', 'c'])
  expect(all.leftovers).toEqual(['a', 'b', 'c'])
})

test('a notice has one id for one matter, and another for another', () => {
  const from = { workflowId: 'w', runId: 'r', at: '2026-11-24T04:00:00Z' }
  if (!gate) throw new Error('no gate')
  const ids = [
    gateNotice(from, plan.subject, gate, 0),
    gateNotice(from, plan.subject, gate, 1),
    wentBackNotice(from, plan.subject, 1, 'a'),
    wentBackNotice(from, plan.subject, 2, 'a'),
    wentBackNotice(from, { ...plan.subject, environment: 'test' }, 1, 'a'),
    endedNotice(from, plan.subject, 'done', []),
    gateSettled(from, plan.subject, gate),
    heldNotice(from, plan.subject, 1, 'a'),
    blindNotice(from, plan.subject, 1, { since: 'then', why: 'a' }),
  ].map((n) => n.id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(gateNotice(from, plan.subject, gate, 0)).toEqual(gateNotice(from, plan.subject, gate, 0))
  expect(gateNotice(from, plan.subject, gate, 0)).toMatchObject({
    about: 'gate',
    app: 'api',
    environment: 'production',
    teams: ['scala'],
    waiting: { gate: gate.id },
  })
  expect(gateNotice(from, plan.subject, gate, 2).about).toBe('reminder')
  expect(endedNotice(from, anUpgradePlan().subject, 'done', ['2 of 2 apps are on green'])).toMatchObject({
    teams: ['sre'],
    title: 'toy: toy-1-35 → toy-1-36 ended: done',
    evidence: ['2 of 2 apps are on green'],
  })
  const refresh = anUpgradePlan(aPlatform({ green: 'toy-1-35-r2' }), { ...clusterFacts, targetVersion: '1.35' })
  expect(endedNotice(from, refresh.subject, 'done', []).title).toBe('toy: toy-1-35 → toy-1-35-r2 (refresh) ended: done')
})

test('an outline tells every step, in its lanes, and who is asked, but no inputs', () => {
  const outline = outlineOf(anUpgradePlan())
  expect(outline.phases.map((p) => p.name)).toEqual(anUpgradePlan().phases.map((p) => p.name))
  expect(outline.phases[0]?.forward).toEqual([{ id: 'start', title: 'upgrade toy from 1.35 to 1.36', asks: ['sre'] }])
  expect(outline.phases[1]?.forward.find((s) => s.lanes)?.lanes).toHaveLength(2)
  expect(outline.phases.map((p) => p.pointOfNoReturn ?? false)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
    true,
  ])
  expect(JSON.stringify(outline)).not.toContain('"input"')
  expect(outlineOf(anUpgradePlan(), false)).toMatchObject({ digest: outline.digest, phases: [] })
})
