import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { change } from '../../src/cli/render/change.ts'
import { gateDetails, gateList } from '../../src/cli/render/gates.ts'
import { drawn } from '../../src/cli/render/lines.ts'
import { live } from '../../src/cli/render/live.ts'
import { overview } from '../../src/cli/render/overview.ts'
import { changes } from '../../src/client/changes.ts'
import { holding } from '../../src/client/holding.ts'
import type { UpgradeSummary } from '../../src/client/shapes.ts'
import { problemsWith } from './valid.ts'
import { aBusyView, aCutover, ago, anAppStanding, aRetry, aStatus, aView, gateIn, screen } from './views.ts'

const anUpgrade: UpgradeSummary = {
  platform: 'chatwork-prod',
  to: '1.36',
  by: 'aoki',
  workflowId: 'cluster-upgrade/chatwork-prod',
  runId: 'run',
  startedAt: ago(60 * 30),
  outcome: 'running',
  phase: ['cutovers'],
  waitingFor: ['php', 'scala'],
}

test('the live view says where it is, who is waited for, and what to paste', () => {
  expect(live(aBusyView(), screen({ who: 'chiba' }))).toMatchInlineSnapshot(`
    "chatwork-prod 1.35 → 1.36   day 2   cutovers   way back: all 4
    waiting for you (chiba):
      chat-actor production  scala, for 4m  approve or reject  → norikae approve chat-actor production
    waiting for others:
      legacy-php production  php, for 4m  retry  → norikae retry legacy-php production

    APP          TEAM   TEST        STAGE       PRODUCTION
    chat-api     scala  ✔ on green  ✔ on green  ◐ 25 %
    chat-actor   scala  ✔ on green  ✔ on green  ◇ asks
    legacy-php   php    ✔ on green  ✔ on green  ↩ rolled back
       legacy-php production is on blue: 5xx 2.1 % against 0.1 % (8,412 requests) → norikae retry legacy-php production
    mail-sender  php    ✔ on green  · pending   · pending"
  `)
})

test('what waits for its hours is nobody’s to answer, and says how it goes on before', () => {
  const until = { opensAt: '2026-11-25T01:00:00.000Z', onTheWall: 'Wed 2026-11-25 10:00 (Asia/Tokyo)' }
  const gate = 'production/shop/deployment/actor/window@3f9a2c1b.1'
  const shut = aRetry(gate, 'wait for the window of actor', {
    ...until,
    send: [{ message: 'skip', body: { gate, by: '<you>' } }],
  })
  const view = aView({
    status: {
      apps: [anAppStanding('chat-actor', 'scala', 'on-green', 'on-green', 'window')],
      held: 'outside of its hours until Wed 2026-11-25 10:00 (Asia/Tokyo)',
    },
    cutovers: [aCutover('chat-actor', 'production', { state: 'moving', waitingFor: [shut] })],
  })
  expect(live(view, screen({ who: 'chiba' }))).toMatchInlineSnapshot(`
    "chatwork-prod 1.35 → 1.36   day 2   cutovers   way back: all 1
    no more turns: outside of its hours until Wed 2026-11-25 10:00 (Asia/Tokyo)
    waiting for you (chiba): nothing
    waiting for their hours:
      chat-actor production  Wed 2026-11-25 10:00 (Asia/Tokyo), in 21h  → norikae skip chat-actor production

    APP         TEAM   TEST        STAGE       PRODUCTION
    chat-actor  scala  ✔ on green  ✔ on green  ◷ window"
  `)
  expect(changes(aView({}), view).map((c) => change(c, screen()))).toMatchInlineSnapshot(`
    [
      "2026-11-24T04:00:00Z  · chatwork-prod: outside of its hours until Wed 2026-11-25 10:00 (Asia/Tokyo)",
      "2026-11-24T04:00:00Z  ✔ chat-actor test: on green",
      "2026-11-24T04:00:00Z  ✔ chat-actor stage: on green",
      "2026-11-24T04:00:00Z  ◷ chat-actor production: window",
      "2026-11-24T04:00:00Z  ◇ chat-actor production: wait for the window of actor: norikae skip chat-actor production",
    ]
  `)
  const details = drawn(gateDetails(gateIn(view, 'chat-actor'), screen()), screen())
  expect(details).toContain('by itself  Wed 2026-11-25 10:00 (Asia/Tokyo), in 21h')
})

/** What `status` shows, in which gates say what they hold up. */
const held = () => holding(aBusyView())

test('the status says what waits for whom, what it holds up, and who else could answer', () => {
  expect(live(held(), screen({ who: 'chiba', width: 100 }))).toMatchInlineSnapshot(`
    "chatwork-prod 1.35 → 1.36   day 2   cutovers   way back: all 4
    waiting for you (chiba):
      chat-actor production  scala, for 4m  approve or reject  → norikae approve chat-actor production
        holds up soak, decommission; doi could answer too
    waiting for others:
      legacy-php production  php, for 4m  retry  → norikae retry legacy-php production
        holds up soak, decommission; aoki may answer

    APP          TEAM   TEST        STAGE       PRODUCTION
    chat-api     scala  ✔ on green  ✔ on green  ◐ 25 %
    chat-actor   scala  ✔ on green  ✔ on green  ◇ asks
    legacy-php   php    ✔ on green  ✔ on green  ↩ rolled back
       legacy-php production is on blue: 5xx 2.1 % against 0.1 % (8,412 requests)
       → norikae retry legacy-php production
    mail-sender  php    ✔ on green  · pending   · pending"
  `)
  expect(live(held(), screen({ width: 80 }))).toMatchInlineSnapshot(`
    "chatwork-prod 1.35 → 1.36   day 2   cutovers   way back: all 4
    waiting:
      chat-actor production  scala, for 4m  → norikae approve chat-actor production
        holds up soak, decommission; chiba or doi may answer
      legacy-php production  php, for 4m    → norikae retry legacy-php production
        holds up soak, decommission; aoki may answer

    APP          TEAM   TEST        STAGE       PRODUCTION
    chat-api     scala  ✔ on green  ✔ on green  ◐ 25 %
    chat-actor   scala  ✔ on green  ✔ on green  ◇ asks
    legacy-php   php    ✔ on green  ✔ on green  ↩ rolled back
       legacy-php production is on blue: 5xx 2.1 % against 0.1 % (8,412 requests)
       → norikae retry legacy-php production
    mail-sender  php    ✔ on green  · pending   · pending"
  `)
  expect(overview({ upgrades: [anUpgrade], gates: held().gates }, screen({ who: 'chiba', width: 80 })))
    .toMatchInlineSnapshot(`
    "PLATFORM       TO    STATE      PHASE     WAITS FOR   STARTED BY  FOR
    chatwork-prod  1.36  ◐ running  cutovers  php, scala  aoki        1d 6h

    waiting for you (chiba):
    GATE                   PLATFORM       FOR    SINCE  TAKES
    chat-actor production  chatwork-prod  scala  4m     0 of 1: approve or reject
      move production to green
      holds up soak, decommission; doi could answer too
      → norikae approve chat-actor production

    waiting for others:
    GATE                   PLATFORM       FOR  SINCE  TAKES
    legacy-php production  chatwork-prod  php  4m     0 of 1: retry
      legacy-php production is on blue: 5xx 2.1 % against 0.1 % (8,412 requests)
      holds up soak, decommission; aoki may answer
      → norikae retry legacy-php production"
  `)
})

test('without a worker it says what Temporal has kept, and as of when', () => {
  const { gates, status } = held()
  const { run: _run, ...rest } = status
  const kept = { at: ago(12), phase: ['cutovers'], doing: ['move chat-api'] }
  const silent = 'no worker answers on task queue norikae: start one with npm run worker'
  const view = { ...aView({ cutovers: [] }), status: rest, gates, kept, silent }
  expect(problemsWith('status', view)).toEqual([])
  expect(live(view, screen({ who: 'doi', width: 80 }))).toMatchInlineSnapshot(`
    "chatwork-prod 1.35 → 1.36   day 2   cutovers   way back: all 4
    ▲ no worker answers on task queue norikae: start one with npm run worker
    this is what Temporal has kept, as of 2026-11-24 03:48 UTC (12m ago): gates and
    states; weights, verdicts and the way back are told by a worker
    waiting for you (doi):
      chat-actor production  scala, for 4m  → norikae approve chat-actor production
        holds up soak, decommission; chiba could answer too
    waiting for others:
      legacy-php production  php, for 4m  → norikae retry legacy-php production
        holds up soak, decommission; aoki may answer

    APP          TEAM   TEST        STAGE       PRODUCTION
    chat-api     scala  ✔ on green  ✔ on green  ◐ moving
    chat-actor   scala  ✔ on green  ✔ on green  ◇ asks
    legacy-php   php    ✔ on green  ✔ on green  ✖ trouble
       legacy-php production is on blue: 5xx 2.1 % against 0.1 % (8,412 requests)
       → norikae retry legacy-php production
    mail-sender  php    ✔ on green  · pending   · pending"
  `)
})

test('what both clusters cost is told while there are both', () => {
  const cost = { currency: 'USD', blue: 10, green: 8, missing: ['prices.instances.m6i.large'] }
  const shown = (more: object) =>
    live(
      { ...aView(), status: { ...aView().status, run: aStatus({ cost: { ...cost, ...more } }) } },
      screen({ width: 200 }),
    )
  expect(shown({})).toContain(
    'cost: at least 18.00 USD a day for both clusters (unknown: prices.instances.m6i.large)\n',
  )
  expect(shown({ since: ago(60 * 48) })).toContain(
    '; at least 36.00 USD for both clusters in the 2.0 days since green began',
  )
})

test('at 80 columns the commands are still whole', () => {
  expect(live(aBusyView(), screen({ width: 80 }))).toMatchInlineSnapshot(`
    "chatwork-prod 1.35 → 1.36   day 2   cutovers   way back: all 4
    waiting:
      chat-actor production  scala, for 4m  → norikae approve chat-actor production
      legacy-php production  php, for 4m    → norikae retry legacy-php production

    APP          TEAM   TEST        STAGE       PRODUCTION
    chat-api     scala  ✔ on green  ✔ on green  ◐ 25 %
    chat-actor   scala  ✔ on green  ✔ on green  ◇ asks
    legacy-php   php    ✔ on green  ✔ on green  ↩ rolled back
       legacy-php production is on blue: 5xx 2.1 % against 0.1 % (8,412 requests)
       → norikae retry legacy-php production
    mail-sender  php    ✔ on green  · pending   · pending"
  `)
})

test('a small screen of many apps shows those that need a look and counts the rest', () => {
  const view = aBusyView()
  const more = Array.from({ length: 50 }, (_, n) => anAppStanding(`app-${n}`, 'php', 'on-green'))
  const many = { ...view, status: { ...view.status, apps: [...more, ...view.status.apps] } }
  const text = live(many, screen({ width: 80, height: 24 }))
  expect(text.split('\n').length).toBeLessThanOrEqual(24)
  expect(text).toMatchInlineSnapshot(`
    "chatwork-prod 1.35 → 1.36   day 2   cutovers   way back: all 54
    waiting:
      chat-actor production  scala, for 4m  → norikae approve chat-actor production
      legacy-php production  php, for 4m    → norikae retry legacy-php production

    APP         TEAM   TEST        STAGE       PRODUCTION
    app-0       php    ✔ on green  · pending   · pending
    app-1       php    ✔ on green  · pending   · pending
    app-2       php    ✔ on green  · pending   · pending
    app-3       php    ✔ on green  · pending   · pending
    app-4       php    ✔ on green  · pending   · pending
    app-5       php    ✔ on green  · pending   · pending
    app-6       php    ✔ on green  · pending   · pending
    app-7       php    ✔ on green  · pending   · pending
    app-8       php    ✔ on green  · pending   · pending
    app-9       php    ✔ on green  · pending   · pending
    app-10      php    ✔ on green  · pending   · pending
    chat-api    scala  ✔ on green  ✔ on green  ◐ 25 %
    chat-actor  scala  ✔ on green  ✔ on green  ◇ asks
    legacy-php  php    ✔ on green  ✔ on green  ↩ rolled back
       legacy-php production is on blue: 5xx 2.1 % against 0.1 % (8,412 requests)
       → norikae retry legacy-php production
    … and 40 more apps: 40 on green"
  `)
})

test('what is shown to whoever said --as can be pasted by them as it stands; what is for others names nobody', () => {
  const named = screen({ who: 'chiba', named: true })
  const shown = live(aBusyView(), named)
  expect(shown).toContain('→ norikae approve chat-actor production --as chiba\n')
  expect(shown).toMatch(/→ norikae retry legacy-php production$/m)
  const list = drawn(gateList(aBusyView().gates, named), named)
  expect(list).toContain('→ norikae approve chat-actor production --as chiba\n')
})

test('of several errors each has its line, and none is cut', () => {
  const message = [
    'examples/chatwork-prod.yaml:14:5  teams.scala.approvers: needs at least one address',
    'examples/chatwork-prod.yaml:31:9  apps.chat-actor.workloads.actor.downtime: "60" is not a duration; write 60s, 1m30s or 2h',
    '2 problems; nothing was started',
  ].join('\n')
  const view = aView({ outcome: 'failed', message, status: { run: aStatus() } })
  expect(live(view, screen({ width: 80 }))).toMatchInlineSnapshot(`
    "chatwork-prod 1.35 → 1.36   day 2   ✖ failed
    examples/chatwork-prod.yaml:14:5 teams.scala.approvers: needs at least one
    address
    examples/chatwork-prod.yaml:31:9 apps.chat-actor.workloads.actor.downtime: "60"
    is not a duration; write 60s, 1m30s or 2h
    2 problems; nothing was started"
  `)
  const ended = changes(aView(), view).filter((c) => c.what === 'ended')
  expect(ended.map((c) => change(c, screen({ width: Infinity }))).join('\n')).toMatchInlineSnapshot(`
    "2026-11-24T04:00:00Z  ■ chatwork-prod ended: ✖ failed: examples/chatwork-prod.yaml:14:5  teams.scala.approvers: needs at least one address
      examples/chatwork-prod.yaml:31:9  apps.chat-actor.workloads.actor.downtime: "60" is not a duration; write 60s, 1m30s or 2h
      2 problems; nothing was started"
  `)
})

test('a pause, a hold, a silent worker and an end are said', () => {
  const view = aView({
    silent: 'no worker answers',
    status: {
      paused: true,
      pause: { by: 'baba@example.com', at: '2026-11-25T03:00:00Z', reason: 'errors everywhere' },
      held: 'in trouble: api, web',
      ending: 'aoki aborted it: no',
      untold: [{ place: 'Slack #scala', why: 'Slack refuses it: channel_not_found' }],
    },
  })
  expect(live(view, screen())).toMatchInlineSnapshot(`
    "chatwork-prod 1.35 → 1.36   day 2   cutovers   ‖ paused
    paused by baba@example.com 0s ago: errors everywhere → norikae resume
    ending: aoki aborted it: no
    no more turns: in trouble: api, web
    ▲ no worker answers
    ▲ Slack #scala was not told: Slack refuses it: channel_not_found
    waiting for nobody"
  `)
  expect(live(aView({ outcome: 'failed', message: 'no such platform' }), screen())).toMatchInlineSnapshot(`
    "chatwork-prod 1.35 → 1.36   day 2   ✖ failed
    no such platform"
  `)
})

test.for([40, 60, 80, 100, 120, 160])('no line is wider than %i columns, with colour or without', (width) => {
  const view = aBusyView()
  const wide = { ...view, status: { ...view.status, held: '乗り換え'.repeat(40) } }
  const plain = live(wide, screen({ width }))
  for (const line of plain.split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(width)
  const coloured = live(wide, screen({ width, colour: true }))
  expect(coloured).not.toBe(plain)
  expect(stripVTControlCharacters(coloured)).toBe(plain)
})

test('colour adds to the words and replaces none', () => {
  expect(live(aBusyView(), screen({ colour: true })).split('\n')[0]).toMatchInlineSnapshot(
    `"[1mchatwork-prod[22m[1m 1.35 → 1.36[22m[2m   day 2[22m   [36mcutovers[39m[2m   way back:[22m all 4"`,
  )
})

test('all upgrades and every gate, each with its command', () => {
  const { gates } = aBusyView()
  const upgrades = [
    {
      platform: 'chatwork-prod',
      to: '1.36',
      by: 'aoki',
      workflowId: 'w',
      runId: 'r',
      startedAt: ago(90),
      outcome: 'running' as const,
      phase: ['cutovers'],
      waitingFor: ['php', 'scala'],
    },
    {
      platform: 'old',
      to: '1.35',
      by: 'baba',
      workflowId: 'w',
      runId: 'r',
      startedAt: ago(9000),
      closedAt: ago(10),
      outcome: 'rolled-back' as const,
      phase: [],
      waitingFor: [],
    },
  ]
  expect(overview({ upgrades, gates }, screen())).toMatchInlineSnapshot(`
    "PLATFORM       TO    STATE          PHASE     WAITS FOR   STARTED BY  FOR
    chatwork-prod  1.36  ◐ running      cutovers  php, scala  aoki        1h 30m
    old            1.35  ↩ rolled back  -         -           baba        6d 5h

    GATE                   PLATFORM       FOR    SINCE  TAKES
    chat-actor production  chatwork-prod  scala  4m     0 of 1: approve or reject
      move production to green
      chiba or doi may answer
      → norikae approve chat-actor production
    legacy-php production  chatwork-prod  php    4m     0 of 1: retry
      legacy-php production is on blue: 5xx 2.1 % against 0.1 % (8,412 requests)
      aoki may answer
      → norikae retry legacy-php production"
  `)
  const silent = 'no worker answers'
  expect(overview({ upgrades: upgrades.slice(0, 1), gates: [], silent }, screen())).toMatchInlineSnapshot(`
    "PLATFORM       TO    STATE      PHASE     WAITS FOR   STARTED BY  FOR
    chatwork-prod  1.36  ◐ running  cutovers  php, scala  aoki        1h 30m

    ▲ no worker answers"
  `)
  expect(overview({ upgrades: [], gates: [] }, screen())).toMatchInlineSnapshot(`
    "no upgrade was ever started here
      → norikae preflight <platform>, which says what is in the way of one"
  `)
})

test('without a terminal there is a line per change', () => {
  const before = aView({
    status: {
      run: aStatus({ phase: 'verify' }),
      apps: aBusyView().status.apps.map((a) => anAppStanding(a.app, a.team)),
    },
  })
  const after = aBusyView()
  const text = [
    ...changes(undefined, before),
    ...changes(before, after),
    ...changes(after, { ...after, cutovers: [], gates: [], outcome: 'done' }),
  ]
  expect(text.map((c) => change(c, screen({ width: Infinity }))).join('\n')).toMatchInlineSnapshot(`
    "2026-11-24T04:00:00Z  ▶ chatwork-prod: verify
    2026-11-24T04:00:00Z  ▶ chatwork-prod: cutovers
    2026-11-24T04:00:00Z  ✔ chat-api test: on green
    2026-11-24T04:00:00Z  ✔ chat-api stage: on green
    2026-11-24T04:00:00Z  ◐ chat-api production: moving at 25 %
    2026-11-24T04:00:00Z  ✔ chat-actor test: on green
    2026-11-24T04:00:00Z  ✔ chat-actor stage: on green
    2026-11-24T04:00:00Z  ◇ chat-actor production: asks
    2026-11-24T04:00:00Z  ✔ legacy-php test: on green
    2026-11-24T04:00:00Z  ✔ legacy-php stage: on green
    2026-11-24T04:00:00Z  ↩ legacy-php production: rolled back
    2026-11-24T04:00:00Z  ✔ mail-sender test: on green
    2026-11-24T04:00:00Z  ◇ chat-actor production: move production to green; waits for scala: norikae approve chat-actor production | norikae reject chat-actor production
    2026-11-24T04:00:00Z  ◇ legacy-php production: legacy-php production is on blue: 5xx 2.1 % against 0.1 % (8,412 requests); waits for php: norikae retry legacy-php production
    2026-11-24T04:00:00Z  ◐ chat-api production: moving
    2026-11-24T04:00:00Z  ◐ chat-actor production: moving
    2026-11-24T04:00:00Z  ✖ legacy-php production: trouble
    2026-11-24T04:00:00Z  ◆ chat-actor production: no longer asked: move production to green
    2026-11-24T04:00:00Z  ◆ legacy-php production: no longer asked: legacy-php production is on blue: 5xx 2.1 % against 0.1 % (8,412 requests)
    2026-11-24T04:00:00Z  ■ chatwork-prod ended: ✔ done"
  `)
})

test('who waits for those that it moves with says where, for whom and for how long', () => {
  const api = anAppStanding('chat-api', 'scala', 'on-green', 'on-green', 'moving')
  const waits = { where: 'before 25 %', for: ['chat-worker (is in trouble)'], since: ago(12) }
  const view = aView({
    status: {
      apps: [{ ...api, environments: api.environments.map((e) => (e.is === 'moving' ? { ...e, waits } : e)) }],
    },
  })
  expect(live(view, screen({}))).toContain('   production waits before 25 % for chat-worker (is in trouble), for 12m')
})
