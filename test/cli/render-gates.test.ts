import { expect, test } from 'vitest'
import { gateDetails, gateList } from '../../src/cli/render/gates.ts'
import { drawn } from '../../src/cli/render/lines.ts'
import { live } from '../../src/cli/render/live.ts'
import { warning } from '../../src/domain/findings.ts'
import { problemsWith } from './valid.ts'
import { aBusyView, aCutover, aDecommission, aStatus, aView, aWaiting, gateIn, screen } from './views.ts'

test('a gate says who may answer it later too', () => {
  const escalates = { to: ['sre'], at: '2026-11-25T04:00:00.000Z' }
  const view = aView({
    cutovers: [aCutover('api', 'production', { waitingFor: [aWaiting('production/gate@3f9a2c1b.1', { escalates })] })],
  })
  const details = drawn(gateDetails(gateIn(view, 'api'), screen()), screen())
  expect(details).toContain('later     sre may answer too, in 1d')
})

test('the decommission gate says that a name is typed', () => {
  const view = aView({
    status: { run: aStatus({ phase: 'soak', waitingFor: [aDecommission()], doing: ['live on green for 7d'] }) },
  })
  expect(live(view, screen({ who: 'baba' }))).toMatchInlineSnapshot(`
    "chatwork-prod 1.35 → 1.36   day 2   soak
    now: live on green for 7d
    waiting for you (baba):
      decommission  sre, for 4m  approve or reject  → norikae approve decommission --typed <its name>"
  `)
})

test('a gate names what runs other images on the two sides, and what Argo CD would do to them', () => {
  const differing = ['Deployment/chat/web: web:2 on blue, web:1 on green']
  const hazards = ['Application chat-web on chatwork-prod-1-35 prunes by itself']
  const gate = gateIn(
    aView({
      cutovers: [
        aCutover('api', 'production', { waitingFor: [aWaiting('production/gate@3f9a2c1b.1', { differing, hazards })] }),
      ],
    }),
    'api',
  )
  expect(problemsWith('gates', { gates: [gate] })).toEqual([])
  expect(drawn(gateDetails(gate, screen()), screen())).toMatch(
    /other images +Deployment\/chat\/web: web:2 on blue, web:1 on green\n +Argo CD +Application chat-web on chatwork-prod-1-35 prunes by itself/,
  )
})

test('who is about to say no reads what a no begins, and nothing of what a yes would', () => {
  const opens = { forward: ['route web: 5 % to green'], back: [] }
  const gate = gateIn(
    aView({
      cutovers: [aCutover('api', 'production', { waitingFor: [aWaiting('production/gate@3f9a2c1b.1', { opens })] })],
    }),
    'api',
  )
  const [yes, no] = (['approve', 'reject'] as const).map((answer) =>
    drawn(gateDetails(gate, screen({ width: 80 }), answer), screen({ width: 80 })),
  )
  expect(yes).toMatch(/then +→ route web: 5 % to green\n/)
  expect(no).toMatch(/then +it stays on blue: what is under "back now" is taken back/)
  expect(no).not.toContain('5 %')
  expect(no?.replaceAll(/\s+/g, ' ')).toContain('blue stays until all are on green')
})

test('who may not approve it is told so, and not that it waits for them', () => {
  const waiting = { ...aDecommission(), excluded: { aoki: 'approved start' } }
  const view = aView({ status: { run: aStatus({ phase: 'soak', waitingFor: [waiting] }) } })
  expect(live(view, screen({ who: 'aoki' }))).toMatchInlineSnapshot(`
    "chatwork-prod 1.35 → 1.36   day 2   soak
    waiting for you (aoki): nothing
    waiting for others:
      decommission  sre (not you, who approved start), for 4m  → norikae approve decommission --typed <its name>"
  `)
  expect(drawn(gateDetails(gateIn(view), screen()), screen())).toContain('not from  aoki, who approved start')
})

test('what is approved is shown: title, plan, who, findings', () => {
  const gate = {
    ...gateIn(aBusyView(), 'chat-actor'),
    findings: [warning('pdb', 'chat-actor', 'a budget allows no disruption', 'allow one')],
  }
  expect(drawn(gateDetails(gate, screen()), screen())).toMatchInlineSnapshot(`
    "▲ warning  chat-actor  pdb
        a budget allows no disruption
      → allow one

    chat-actor production   chatwork-prod
      what      move production to green
      plan      d9b6f453   gate production/gate@3f9a2c1b.1
      takes     0 of 1: approve or reject
      from      scala: chiba, doi
      open for  4m
      so far    production: waiting
      back now  nothing to take back yet"
  `)
  expect(drawn(gateList([], screen()), screen())).toMatchInlineSnapshot(`"no gate is open"`)
})

test('a gate shows what an approval begins, how that comes back, and what was judged so far', () => {
  const opens = {
    forward: ['route web: 5 % to green', 'observe api at 5 %', 'hand over api’s workloads (9 steps)'],
    back: ['route web: 0 % to green'],
  }
  const cutover = aCutover('api', 'production', {
    state: 'waiting',
    wayBack: ['leave only blue in route web', ...Array.from({ length: 20 }, (_, n) => `undo ${n}`)],
    waitingFor: [aWaiting('production/gate@3f9a2c1b.1', { opens })],
  })
  const test = aCutover('api', 'test', { state: 'on-green', verdicts: ['observe api at 100 %: pass: 40 samples'] })
  const view = aView({ cutovers: [{ ...cutover, runs: [...test.runs, ...cutover.runs] }] })
  expect(drawn(gateDetails(gateIn(view, 'api'), screen()), screen())).toMatchInlineSnapshot(`
    "api production   chatwork-prod
      what        move production to green
      plan        d9b6f453   gate production/gate@3f9a2c1b.1
      takes       0 of 1: approve or reject
      from        scala: chiba, doi
      open for    4m
      so far      test: on-green
                    observe api at 100 %: pass: 40 samples
                  production: waiting
      then        → route web: 5 % to green
                  → observe api at 5 %
                  → hand over api’s workloads (9 steps)
      comes back  ↩ route web: 0 % to green
      back now    ↩ leave only blue in route web
                  ↩ undo 0
                  ↩ undo 1
                  ↩ undo 2
                  ↩ undo 3
                  ↩ undo 4
                  ↩ undo 5
                  ↩ undo 6
                  ↩ undo 7
                  ↩ undo 8
                  ↩ undo 9
                  ↩ undo 10
                  … and 9 more steps"
  `)
})
