import { describe, expect, test } from 'vitest'
import { failureGate, gateOf, phaseGate, plannedGates } from '../../src/domain/asking.ts'
import { blocker, warning } from '../../src/domain/findings.ts'
import { closed, opened, record, type Desk } from '../../src/domain/gates.ts'
import { archived, blank, write, type Journal, type StepRecord, type StepState } from '../../src/domain/journal.ts'
import { afterWayBack, wayBack, type Phase } from '../../src/domain/plan.ts'
import { allowed, orderRefusal, phaseOf, stateOf, type Run } from '../../src/domain/run.ts'
import { details, statusOf } from '../../src/domain/status.ts'
import { leaves } from '../../src/domain/steps.ts'
import { aCutoverPlan, anApp, anEnvironment, anUpgradePlan, aPlatform, rule, someFacts } from '../support/builders.ts'

const plan = aCutoverPlan(
  anApp('api'),
  anEnvironment('production', { weights: [5, 100], gate: rule('scala', { typed: 'api' }) }),
  someFacts,
)
const [phase] = plan.phases as readonly [Phase] // a cutover has one
const desk: Desk = { gates: [], ahead: [], log: [], requester: 'aoki', members: { sre: ['baba'], scala: ['chiba'] } }
let clock = 0
const rec = (step: string, state: StepState, more: Partial<StepRecord> = {}): StepRecord => {
  clock += 1
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, clock)).toISOString()
  return { step, attempt: 1, state, startedAt: at, ...(state !== 'running' && { endedAt: at }), ...more }
}
const journal = (...records: StepRecord[]): Journal => records.reduce(write, blank)
const upTo = (id: string): StepRecord[] => {
  const ids = leaves(phase.forward).map((s) => s.id)
  return ids.slice(0, ids.indexOf(id) + 1).map((s) => rec(s, 'done'))
}
const run = (j: Journal, more: Partial<Run> = {}): Run => ({ plan, journal: j, goingBack: false, ...more })
const gone = afterWayBack(phase, journal(...upTo('production/gate')))
const open = (j: Journal): Desk => {
  const gate = leaves(phase.forward).find((s) => s.kind === 'gate')
  return gate?.kind === 'gate'
    ? opened(desk, gateOf(plan, gate, 1, '2026-01-01T00:00:00Z'))
    : { ...desk, log: [...desk.log, { at: '', message: JSON.stringify(j), body: '', became: 'void' }] }
}
const all = () => journal(...leaves(phase.forward).map((s) => rec(s.id, 'done')))

test.for<[string, Run, boolean, boolean, string]>([
  ['nothing has begun', run(blank), false, false, 'pending'],
  ['it moves', run(journal(rec('production/deploy', 'running'))), false, false, 'moving'],
  ['it is paused', run(journal(rec('production/deploy', 'done'))), false, true, 'paused'],
  ['people are asked', run(journal(rec('production/deploy', 'done'))), true, false, 'waiting'],
  ['people are asked while it is paused', run(journal(rec('production/deploy', 'done'))), true, true, 'waiting'],
  ['it goes back', run(journal(rec('production/deploy', 'done')), { goingBack: true }), false, false, 'going-back'],
  ['it cannot go back', run(journal(rec('production/deploy', 'done')), { goingBack: true }), true, false, 'stuck'],
  ['it went back whole', run(gone), false, false, 'rolled-back'],
  ['it went back, and asks', run(gone), true, false, 'rolled-back'],
  ['it is there', run(all()), false, false, 'on-green'],
  ['it is over', run(all(), { ended: 'done' }), false, false, 'done'],
])('state: %s', ([, it, asks, paused, state]) => expect(stateOf(it, asks, paused)).toBe(state))

test('after a full way back nothing is left to do, and a retry starts clean and counts on', () => {
  const it = run(archived(journal(...upTo('production/gate')), []))
  const status = statusOf(run(gone), desk, false)
  expect(wayBack(phase, it.journal).length).toBeGreaterThan(0)
  expect([status.state, status.wayBack, status.done, status.weight]).toEqual(['rolled-back', [], 0, 0])
  expect(gone.steps).toEqual({})
  expect(gone.archive.length).toBe(upTo('production/gate').length)
  expect(plannedGates(run(gone), '').map((g) => g.id.slice(-2))).toEqual(['.2'])
  expect(plannedGates(run(gone, { ended: 'rolled-back' }), '')).toEqual([])
})

test('what is left because its undo was skipped is done again, and taken back again', () => {
  const j = journal(...upTo('production/route/web/5'), rec('production/route/web/back', 'skipped'))
  const after = afterWayBack(phase, j)
  expect(Object.values(after.steps).map((r) => [r.step, r.state])).toEqual([['production/route/web/5', 'stopped']])
  expect(leaves(wayBack(phase, after)).map((s) => s.id)).toContain('production/route/web/back')
})

test.for<[string, StepRecord[], number]>([
  ['nothing written', [], 0],
  ['written and read back', upTo('production/route/web/5'), 5],
  ['being written', [...upTo('production/route/web/5'), rec('production/route/web/100', 'running')], 5],
  ['all', upTo('production/route/web/100'), 100],
  ['taken back', [...upTo('production/route/web/100'), rec('production/route/web/back', 'done')], 0],
])('weight: %s', ([, records, weight]) => expect(statusOf(run(journal(...records)), desk, false).weight).toBe(weight))

test.for<[string, StepRecord[], string]>([
  ['before it begins', [], 'blue'],
  ['while it is copied', [rec('production/deploy', 'running')], 'blue'],
  ['from when it is on green', upTo('production/where/both'), 'both'],
  [
    'until pipelines are pointed back',
    [...upTo('production/route/web/5'), rec('production/route/web/back', 'done')],
    'both',
  ],
  ['from then on', [...upTo('production/route/web/5'), rec('production/where/blue', 'done')], 'blue'],
  ['once nobody can go back', [...upTo('production/route/web/100'), rec('production/commit/where', 'done')], 'green'],
])('where pipelines deploy %s: %s', ([, records, where]) =>
  expect(statusOf(run(journal(...records)), desk, false).where).toBe(where),
)

test('without a route there is no weight', () => {
  const none = aCutoverPlan(anApp('api'), anEnvironment('e', { routes: [] }), someFacts)
  expect('weight' in statusOf({ plan: none, journal: blank, goingBack: false }, desk, false)).toBe(false)
})

describe('the problem that matters', () => {
  const problem = (message: string) => ({ problem: { type: 'Failed', message } })
  const first = rec('production/deploy', 'failed', problem('first'))
  const later = rec('production/ready', 'failed', problem('later'))
  test('is the latest, whatever was begun first', () => {
    const again = rec('production/deploy', 'failed', { attempt: 2, ...problem('latest') })
    expect(statusOf(run(journal(first, later)), desk, false).problem).toBe('later')
    expect(statusOf(run(journal(first, later, again)), desk, false).problem).toBe('latest')
  })
  test('is gone once it was done after all', () => {
    expect(
      statusOf(run(journal(first, rec('production/deploy', 'done', { attempt: 2 }))), desk, false).problem,
    ).toBeUndefined()
  })
  test('is still told on blue, also while people are asked there, and no longer when it moves again', () => {
    const back = afterWayBack(phase, journal(rec('production/deploy', 'done'), later))
    expect(statusOf(run(back), desk, false).problem).toBe('later')
    expect(statusOf(run(write(back, rec('production', 'running'))), desk, false).problem).toBe('later')
    expect(
      statusOf(run(write(back, rec('production/deploy', 'running', { attempt: 2 }))), desk, false).problem,
    ).toBeUndefined()
  })
})

test('who waits is told what to send, with what must be typed, and how many have said so', () => {
  const d = open(blank)
  const [gate] = d.gates
  const waiting = statusOf(run(journal(...upTo('production/ready'))), d, false).waitingFor
  expect(waiting).toMatchObject([{ gate: gate?.id, who: ['scala'], needs: '0 of 1: approve or reject' }])
  expect(waiting[0]?.send).toEqual([
    { message: 'approve', body: { gate: gate?.id, by: '<you>', typed: '<its name>' } },
    { message: 'reject', body: { gate: gate?.id, by: '<you>' } },
  ])
  const said = record(d, [], 'approve', { gate: gate?.id ?? '', by: 'chiba', typed: 'api' }, '')
  expect(statusOf(run(blank), said, false).waitingFor[0]?.needs).toBe('1 of 1: approve or reject')
  const text = details([
    statusOf(run(journal(...upTo('production/ready'), rec('production/gate', 'running'))), d, false),
  ])
  expect(text).toContain(
    '- **waiting for scala** since 2026-01-01T00:00:00Z: move production to green (0 of 1: approve or reject); by chiba\n',
  )
  expect(text).toContain(
    `\n- to approve, send \`approve\` \`{"gate":"${gate?.id}","by":"<you>","typed":"<its name>"}\``,
  )
  // As Temporal's UI draws it: lists are flat, and begin after an empty line.
  const [first = '', empty, ...points] = text.split('\n')
  expect([first.startsWith('**'), empty]).toEqual([true, ''])
  expect(points.filter((line) => !line.startsWith('- '))).toEqual([])
})

test('whose deployment is waited for is told, as long as it is', () => {
  const external = aCutoverPlan(anApp('api', { deploy: 'external' }), anEnvironment('test'), someFacts)
  const at = (state: StepRecord['state']) =>
    statusOf({ plan: external, journal: journal(rec('test/deployed', state)), goingBack: false }, desk, false)
  expect([at('running').awaits, at('done').awaits]).toEqual([['scala'], undefined])
  expect(details([at('running')])).toContain('- now: wait until somebody has deployed api to green (waiting for scala)')
})

test('who is asked sees what an approval begins, up to the next gate, and what would take that back', () => {
  const [{ opens } = {}] = statusOf(run(journal(...upTo('production/ready'))), open(blank), false).waitingFor
  expect(opens?.forward).toEqual([
    'route web: 5 % to green',
    'observe api at 5 %',
    'route web: 100 % to green',
    'observe api at 100 %',
    'suspend CronJob shop/invoices on blue',
    'resume CronJob shop/invoices on green',
    'observe api after the handover',
    'no request on blue for 5m',
  ])
  expect(opens?.back).toContain('route web: 0 % to green')
  expect(opens?.back).not.toContain('withdraw api from green')
  const upgrade = anUpgradePlan()
  const start = leaves(upgrade.phases.flatMap((p) => p.forward)).find((s) => s.kind === 'gate')
  const asked = start?.kind === 'gate' && opened(desk, gateOf(upgrade, start, 1, ''))
  const [first] = asked ? statusOf({ plan: upgrade, journal: blank, goingBack: false }, asked, false).waitingFor : []
  expect(first?.opens?.forward[0]).toBe('create cluster toy-1-36 (1.36) like toy-1-35')
  expect(first?.opens?.forward.at(-1)).toBe('ask sre: delete toy-1-35 for good, after nothing used it for 1h')
})

test('who may not approve is told with the reason, and only they', () => {
  const told = (exclude: readonly string[], before: Desk) => {
    const asks = {
      ...plan,
      phases: [
        {
          ...phase,
          forward: phase.forward.map((s) => (s.kind === 'gate' ? { ...s, gate: { ...s.gate, exclude } } : s)),
        },
      ],
    }
    const step = leaves(asks.phases[0]?.forward ?? []).find((s) => s.kind === 'gate')
    const it = step?.kind === 'gate' && opened(before, gateOf(asks, step, 1, ''))
    return it && statusOf({ plan: asks, journal: blank, goingBack: false }, it, false).waitingFor.map((w) => w.excluded)
  }
  const members = { ...desk.members, scala: ['aoki', 'chiba', 'doi'] }
  expect(told(['requester'], { ...desk, members })).toEqual([{ aoki: 'asked for the upgrade' }])
  expect(told([], { ...desk, members })).toEqual([undefined])
  const step = leaves(phase.forward).find((s) => s.kind === 'gate')
  const start = step?.kind === 'gate' && { ...gateOf(plan, step, 1, ''), id: 'start@00000000.1' }
  const d = start
    ? record(opened({ ...desk, members }, start), [], 'approve', { gate: start.id, by: 'chiba' }, '')
    : desk
  expect(told(['start'], closed(d, 'start@00000000.1', 'approve', ''))).toEqual([{ chiba: 'approved start' }])
})

test('of very many steps a gate tells sixty lines, the lanes as one', () => {
  const after = phase.forward.at(-1)
  const lane = (n: number) => leaves(after ? [after] : []).map((s) => ({ ...s, id: `${n}`, title: `step ${n}` }))
  const group = {
    kind: 'group',
    id: 'g',
    title: 'all of it',
    atMost: 9,
    lanes: Array.from({ length: 500 }, (_, n) => lane(n)),
  } as const
  const long = (more: Phase['forward']) => {
    const big = { ...plan, phases: [{ ...phase, forward: [...phase.forward, ...more] }] }
    return statusOf({ plan: big, journal: blank, goingBack: false }, open(blank), false).waitingFor[0]?.opens?.forward
  }
  expect(long([group])?.at(-1)).toBe('all of it (500 steps)')
  const flat = long(group.lanes.flat())
  expect(flat).toHaveLength(60)
  expect(flat?.at(-1)).toMatch(/^… and \d+ more$/)
})

test('verdicts are told a line a window, also those that failed', () => {
  const judged = journal(
    rec('production/observe/5', 'done', { receipt: { note: 'pass: errors 40 samples within the limit' } }),
    rec('production/observe/100', 'failed', {
      problem: { type: 'Inconclusive', message: 'inconclusive: errors 0 of 5 samples' },
    }),
  )
  expect(statusOf(run(judged), desk, false).verdicts).toEqual([
    'observe api at 5 %: pass: errors 40 samples within the limit',
    'observe api at 100 %: inconclusive: errors 0 of 5 samples',
  ])
})

describe('what a step noticed', () => {
  const warns = warning('api-deprecated', 'CronJob/shop/tick', 'it is old', 'move')
  const stops = {
    ...blocker('field-invalid', 'Deployment/shop/web', 'must not be -1', 'mend it'),
    field: 'spec.replicas',
  }
  const receipt = { note: 'taken', findings: [warns] }
  const problem = { type: 'Failed', message: 'green would refuse 1', findings: [warns, stops] }

  test.for([
    {
      says: 'is told with the gate that follows',
      journal: journal(rec('production/verify', 'done', { receipt })),
      is: [warns],
    },
    {
      says: 'is told where it failed, what stops it first',
      journal: journal(rec('production/verify', 'failed', { problem })),
      is: [stops, warns],
    },
    {
      says: 'is told while it waits on blue',
      journal: { steps: {}, archive: [rec('production/verify', 'failed', { problem })] },
      is: [stops, warns],
    },
    {
      says: 'is what it noticed last',
      journal: {
        ...journal(rec('production/verify', 'done', { receipt })),
        archive: [rec('production/verify', 'failed', { problem })],
      },
      is: [warns],
    },
    {
      says: 'on the way back is told too',
      journal: { steps: {}, archive: [rec('production/route/web/back', 'done', { receipt })] },
      is: [warns],
    },
    { says: 'is nothing before it ran', journal: blank, is: undefined },
  ])('$says', ({ journal, is }) => {
    expect(statusOf(run(journal), desk, false).noticed).toEqual(is)
  })

  test('is in the current details, with the field and what to do', () => {
    const status = statusOf(run(journal(rec('production/verify', 'failed', { problem }))), desk, false)
    expect(details([status])).toContain(
      '- blocker `field-invalid` Deployment/shop/web spec.replicas: must not be -1 → mend it',
    )
  })

  test('of an upgrade is of the phase it is in, and not more than a status takes', () => {
    const upgrade = anUpgradePlan(aPlatform({ apps: ['php', 'scala', 'sre'].map((team) => anApp(team, { team })) }))
    const verify = upgrade.phases.find((p) => p.name === 'verify')
    const ids = leaves(verify?.forward ?? []).map((s) => s.id)
    const before = upgrade.phases.slice(0, 3).flatMap((p) => leaves(p.forward).map((s) => rec(s.id, 'done')))
    const many = { note: '', findings: Array.from({ length: 40 }, () => warns) }
    const noticed = (...records: StepRecord[]) =>
      statusOf({ plan: upgrade, journal: journal(...before, ...records), goingBack: false }, desk, false).noticed
    const failed = rec(ids.at(-1) ?? '', 'failed', { problem })
    expect(noticed(...ids.slice(0, -1).map((id) => rec(id, 'done', { receipt: many })), failed)).toHaveLength(50)
    expect(noticed(...ids.slice(0, -1).map((id) => rec(id, 'done', { receipt: many })), failed)?.[0]).toEqual(stops)
    expect(noticed(...ids.map((id) => rec(id, 'done', { receipt: many })))).toBeUndefined()
  })
})

test('a gate of another plan is not this run’s', () => {
  const other = aCutoverPlan(anApp('web'))
  expect(statusOf({ plan: other, journal: blank, goingBack: false }, open(blank), false).waitingFor).toEqual([])
})

test('a failure’s gate offers what loses nothing, and its title is no page', () => {
  const step = (id: string) => leaves([...phase.forward, ...phase.back]).find((s) => s.id === id)
  const offers = (id: string, goingBack = false) => {
    const it = step(id)
    return it && failureGate(run(blank, { goingBack }), it, 1, { type: 'Failed', message: 'x'.repeat(100_000) }, '')
  }
  expect(offers('production/deploy')?.offers).toEqual(['retry'])
  expect(offers('production/ready')?.offers).toEqual(['retry', 'skip'])
  expect(offers('production/observe/5')?.offers).toEqual(['retry', 'skip'])
  expect(offers('production/withdraw', true)?.offers).toEqual(['retry', 'skip'])
  expect(offers('production/gate')?.id).toMatch(/^production\/gate\/again@/)
  expect(offers('production/deploy')?.title.length).toBeLessThan(1100)
  expect(phaseGate(plan, phase, 3, 'why', '').id).toMatch(/^production@.{8}\.3$/)
})

describe('what may be ordered, and by whom', () => {
  const upgrade = anUpgradePlan()
  const decommissioning = write(blank, rec('app/api/commit', 'running'))
  const moving = run(journal(rec('production/deploy', 'done')))
  test.for<[string, Run, boolean, readonly string[]]>([
    ['on blue', run(blank), false, ['pause', 'abort']],
    ['moving', moving, false, ['pause', 'abort', 'rollback']],
    ['paused', moving, true, ['resume', 'abort', 'rollback']],
    ['going back', { ...moving, goingBack: true }, false, ['pause']],
    ['rolled back', run(gone), false, ['pause', 'abort']],
    ['committed', { ...moving, letGo: true }, false, ['pause']],
    ['over', { ...moving, ended: 'done' }, false, []],
    ['an upgrade', { ...moving, plan: upgrade }, false, ['pause', 'abort', 'replan']],
    ['past the point of no return', { plan: upgrade, journal: decommissioning, goingBack: false }, false, ['pause']],
  ])('%s', ([, it, paused, may]) => {
    const can = allowed(it, stateOf(it, false, paused), paused)
    expect(Object.entries(can).flatMap(([name, why]) => (why === undefined ? [name] : []))).toEqual(may)
  })
  test.for<
    [string, readonly Run[], Parameters<typeof orderRefusal>[3], Parameters<typeof orderRefusal>[4], string | undefined]
  >([
    ['before it planned', [], 'abort', { by: 'baba', reason: 'no' }, 'not-now'],
    ['the platform team aborts', [moving], 'abort', { by: 'baba', reason: 'no' }, undefined],
    ['the app’s team may not', [moving], 'abort', { by: 'chiba', reason: 'no' }, 'not-allowed'],
    ['but roll back', [moving], 'rollback', { by: 'chiba', reason: 'no' }, undefined],
    [
      'as may the platform team',
      [moving],
      'rollback',
      { by: 'baba', reason: 'no', environment: 'production' },
      undefined,
    ],
    ['a stranger may nothing', [moving], 'rollback', { by: 'mallory', reason: 'no' }, 'not-allowed'],
    ['who asked is no team', [moving], 'abort', { by: 'aoki', reason: 'no' }, 'not-allowed'],
    [
      'no such environment',
      [moving],
      'rollback',
      { by: 'chiba', reason: 'no', environment: 'stage' },
      'no-such-environment',
    ],
    [
      'one environment cannot abort',
      [moving],
      'abort',
      { by: 'baba', reason: 'no', environment: 'production' },
      'malformed',
    ],
    ['one that can is enough', [run(blank), moving], 'rollback', { by: 'chiba', reason: 'no' }, undefined],
    ['none can', [run(blank), run(gone)], 'rollback', { by: 'chiba', reason: 'no' }, 'not-now'],
  ])('%s', ([, runs, name, order, code]) => {
    expect(orderRefusal(runs, desk, 'sre', name, order, false)?.code).toBe(code)
  })
})

test('the phase is the first that is not over, and the last at the end', () => {
  const upgrade = anUpgradePlan()
  const at = (...names: string[]) =>
    phaseOf({
      plan: upgrade,
      goingBack: false,
      journal: journal(
        ...upgrade.phases
          .filter((p) => names.includes(p.name))
          .flatMap((p) => leaves(p.forward).map((s) => rec(s.id, 'done'))),
      ),
    })?.name
  expect([at(), at('start'), at('start', 'provision'), at(...upgrade.phases.map((p) => p.name))]).toEqual([
    'start',
    'provision',
    'bootstrap',
    'decommission',
  ])
})
