import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { change } from '../../src/cli/render/change.ts'
import { examined } from '../../src/cli/render/examined.ts'
import { gateDetails, gateList } from '../../src/cli/render/gates.ts'
import { drawn, type Screen } from '../../src/cli/render/lines.ts'
import { live } from '../../src/cli/render/live.ts'
import { overview } from '../../src/cli/render/overview.ts'
import { plan } from '../../src/cli/render/plan.ts'
import { report } from '../../src/cli/render/report.ts'
import { span } from '../../src/cli/render/words.ts'
import { changes } from '../../src/client/changes.ts'
import { seenWorkers } from '../../src/client/doctor.ts'
import { holding } from '../../src/client/holding.ts'
import type { UpgradeSummary } from '../../src/client/shapes.ts'
import { couldNotLook, notLookedAt, seenIdentity, seenTeams } from '../../src/domain/examination.ts'
import { blocker, warning } from '../../src/domain/findings.ts'
import { outlineOf } from '../../src/domain/outline.ts'
import { aCutoverPlan, anUpgradePlan } from '../support/builders.ts'
import { problemsWith } from './valid.ts'
import {
  aBusyView,
  aCutover,
  aDecommission,
  ago,
  anAppStanding,
  aRetry,
  aStatus,
  aView,
  aWaiting,
  gateIn,
  now,
} from './views.ts'

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

const screen = (more: Partial<Screen> = {}): Screen => ({ width: 120, colour: false, now, ...more })

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

test('a gate says who may answer it later too', () => {
  const escalates = { to: ['sre'], at: '2026-11-25T04:00:00.000Z' }
  const view = aView({
    cutovers: [aCutover('api', 'production', { waitingFor: [aWaiting('production/gate@3f9a2c1b.1', { escalates })] })],
  })
  const details = drawn(gateDetails(gateIn(view, 'api'), screen()), screen())
  expect(details).toContain('later     sre may answer too, in 1d')
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

test('what is shown to whoever said --as can be pasted by them as it stands; what is for others names nobody', () => {
  const named = screen({ who: 'chiba', named: true })
  const shown = live(aBusyView(), named)
  expect(shown).toContain('→ norikae approve chat-actor production --as chiba\n')
  expect(shown).toMatch(/→ norikae retry legacy-php production$/m)
  const list = drawn(gateList(aBusyView().gates, named), named)
  expect(list).toContain('→ norikae approve chat-actor production --as chiba\n')
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

test('a plan of many environments says where their steps are', () => {
  const planned = {
    from: '1.35',
    to: '1.36',
    upgrade: outlineOf(anUpgradePlan()),
    twin: [],
    owned: [],
    cutovers: Array.from({ length: 9 }, () => outlineOf(aCutoverPlan())),
  }
  const shown = plan(planned, screen())
  expect(shown).toContain('each step of each environment: norikae plan -o wide; and at its gate')
  expect(shown).not.toContain('deploy api to green')
  expect(plan(planned, screen(), true)).toContain('deploy api to green')
})

test('a plan says what last week gives each weight, of many environments only of those with too little', () => {
  const ahead = (perMinute: number, seconds?: number) => ({
    perMinute,
    from: 'CloudWatch' as const,
    observe: '10m' as const,
    longest: 1800,
    weights: [
      { weight: 5, check: 'errors', sees: 0.2, ...(seconds !== undefined && { seconds }) },
      { weight: 100, check: 'errors', sees: 1, seconds: 75 },
    ],
  })
  const cutovers = [ahead(640, 240), ahead(8.72)].map((traffic) => ({ ...outlineOf(aCutoverPlan(), false), traffic }))
  const planned = { from: '1.35', to: '1.36', upgrade: outlineOf(anUpgradePlan()), twin: [], owned: [], cutovers }
  const of = (text: string) => text.split('\n\n').find((part) => part.startsWith('traffic')) ?? ''
  expect(of(plan(planned, screen()))).toMatchInlineSnapshot(`
    "traffic: the median of last week's hours, and how long each weight needs for its samples
    APP  ENVIRONMENT  A MINUTE  OBSERVED          NEEDS
    api  stage        640       10m, 30m at most  5 %: 4m, 100 %: 75s
    api  stage        8.7       10m, 30m at most  5 %: no verdict, 100 %: 75s"
  `)
  const all = Array.from({ length: 13 }, (_, n) => ({
    ...outlineOf(aCutoverPlan(), false),
    traffic: ahead(n, n === 0 ? undefined : 240),
  }))
  const many = of(plan({ ...planned, cutovers: all }, screen()))
  expect(many).toContain('12 more have enough: norikae plan -o wide')
  expect(many.split('\n')).toHaveLength(4)
  expect(plan({ ...planned, cutovers: all.slice(1).concat(all.slice(1)) }, screen())).toContain(
    "last week's traffic is enough for every weight of 24 environments: norikae plan -o wide",
  )
})

test('the plan shows phases, who is asked, and the way back', () => {
  const planned = {
    from: '1.35',
    to: '1.36',
    upgrade: outlineOf({
      ...anUpgradePlan(),
      findings: [warning('pdb', 'api', 'a budget allows no disruption', 'allow one')],
    }),
    twin: [
      {
        part: 'cluster toy-1-36',
        same: ['roleArn', 'logging'],
        changed: [{ setting: 'version', blue: '1.35', green: '1.36', why: 'what was asked for' }],
        own: ['endpoint', 'oidcIssuer'],
        notCopied: ['outpostConfig'],
      },
      { part: 'node group apps', same: ['taints'], changed: [], own: [], notCopied: [] },
    ],
    owned: [
      { resource: 'cluster toy-1-36', owner: 'Norikae', written: 'own' as const, does: 'makes it' },
      {
        resource: 'cluster toy-1-35',
        owner: 'Terraform (infra)',
        written: 'requested' as const,
        does: 'empties it, and waits until its owner has removed it',
      },
    ],
    cutovers: [
      outlineOf({ ...aCutoverPlan(), findings: [blocker('stateful', 'api stage db', 'has a volume', 'declare it')] }),
    ],
  }
  expect(plan(planned, screen())).toMatchInlineSnapshot(`
    "toy 1.35 → 1.36   toy-1-35 → toy-1-36   plan a4e7bca1

    PHASE         STEPS  WAY BACK  ASKS  WHAT
    start         1      -         sre   agree to begin
    provision     6      4         -     build toy-1-36
    bootstrap     6      2         -     bring up the platform itself
    verify        2      1         -     try every object on green
    cutovers      3      3         -     move the apps
    soak          7      -         sre   keep toy-1-35 as the way back
    decommission  9      none      -     remove toy-1-35

    start
      → upgrade toy from 1.35 to 1.36  asks sre

    provision
      → create cluster toy-1-36 (1.36) like toy-1-35
      → let arn:aws:iam::123456789012:role/norikae into toy-1-36 as into toy-1-35
      → install vpc-cni v1
      → create the node groups (2 steps)
      → install coredns v1
      ↩ remove load balancers and volumes of toy-1-36
      ↩ delete the node groups (2 steps)
      ↩ delete cluster toy-1-36

    bootstrap
      → platform apps, wave 1 (3 steps)
      → platform apps, wave 2 (3 steps)
      ↩ drain Deployment shop/fluentd on green within 1h
      ↩ remove load balancers and volumes of toy-1-36

    verify
      → namespaces of every app on green (1 step)
      → dry-run every app on green (1 step)
      ↩ remove the namespaces of every app from green (1 step)

    cutovers
      → move the apps (3 steps)
      ↩ take the apps back (1 step)
      ↩ take the apps back (2 steps)

    soak
      → live on green for 7d
      → every app is on green, for 7d or longer
      → drain Deployment shop/fluentd on blue within 1h
      → prove that nothing used toy-1-35 for 1h
      → delete toy-1-35 for good, after nothing used it for 1h  asks sre
      → every app is on green, for 7d or longer
      → prove that nothing used toy-1-35 for 1h

    decommission
      → let go of the way back (3 steps)
      → drain Deployment shop/fluentd on blue within 1h
      → remove load balancers and volumes of toy-1-35
      → delete node group a of toy-1-35
      → delete node group b of toy-1-35
      → delete cluster toy-1-35
      → look for what is left of toy-1-35

    GREEN             SETTING               ON BLUE  ON GREEN      WHY
    cluster toy-1-36  version               1.35     1.36          what was asked for
                      endpoint, oidcIssuer  its own  its own       EKS makes them anew
                      outpostConfig         there    ✖ not copied
                      2 settings            same     same
    node group apps   1 setting             same     same

    IN AWS            OWNED BY           WRITTEN    THE UPGRADE
    cluster toy-1-36  Norikae            own        makes it
    cluster toy-1-35  Terraform (infra)  requested  empties it, and waits until its owner has removed it

    APP  ENVIRONMENT  TEAM   STEPS  WAY BACK  ASKS   PLAN
    api  stage        scala  30     21        scala  1e4d5285

    api stage
      → dry-run api's objects of stage on green; deploy api to green, fenced; point pipelines of api stage at both sides;
        wait until api is ready on green; size green like blue (1 step); add green to route api at 0 %; add green to route
        web at 0 %; reach rds:5432 from green; see that errors can tell of api on green; ask scala; route api: 1 % to green;
        route web: 1 % to green; observe api at 1 %; route api: 25 % to green; route web: 25 % to green; observe api at 25
        %; route api: 100 % to green; route web: 100 % to green; observe api at 100 %; hand over api's workloads (9 steps);
        observe api after the handover; no request on blue for 5m
      ↩ pin Deployment shop/web on blue at green's size; route api: 0 % to green; route web: 0 % to green; hand api's
        workloads back (8 steps); take the fence of shop on blue down; no request on green for 5m; leave only blue in route
        web; leave only blue in route api; give sizes back to their owners (2 steps); point pipelines of api stage at blue;
        drain Deployment shop/postfix on green within 1h; withdraw api from green; take the fence of shop on green down

    ✖ blocker  api stage db  stateful
        has a volume
      → declare it
    ▲ warning  api  pdb
        a budget allows no disruption
      → allow one

    1 app in 1 environment, 3 gates, 1 blocker"
  `)
  const wide = plan(planned, screen(), true)
  expect(wide).toContain('↩ ')
  expect(wide).toContain('asks sre')
  expect(wide).toContain('soak/gate')
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
  expect(overview({ upgrades: [], gates: [] }, screen())).toMatchInlineSnapshot(`"no upgrade was ever started here"`)
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

test('the report names decisions with their reasons, and what people wrote breaks no table', () => {
  const at = now
  const text = report({
    platform: 'toy',
    from: '1.35',
    to: '1.36',
    by: 'aoki',
    workflowId: 'w',
    runId: 'r',
    outcome: 'rolled-back',
    startedAt: ago(150),
    closedAt: now,
    report: {
      subjects: [{ app: 'api', environment: 'test', digest: 'd' }],
      decisions: [
        { at, message: 'approve', body: { gate: 'start@d.1', by: 'aoki', comment: 'a | b\nc' }, became: 'counted' },
        {
          at,
          message: 'rollback',
          body: { by: 'chiba', reason: 'sick' },
          became: 'counted',
          app: 'api',
          environment: 'test',
        },
        { at, message: 'approve', body: 'junk', became: 'refused', because: 'malformed: send one JSON object' },
      ],
      effort: [
        { team: 'sre', seconds: 125, answered: 1, acts: 1 },
        { app: 'api', team: 'scala', seconds: 60, answered: 1, acts: 1 },
      ],
      waits: [
        { gate: 'start@d.1', seconds: 125, ended: 'approve', by: ['aoki'] },
        { app: 'api', environment: 'test', gate: 'test@d.1', seconds: 60, ended: 'retry', by: ['chiba'] },
      ],
      weights: [],
      problems: [],
      rollbacks: [{ app: 'api', environment: 'test', at, why: 'errors' }],
      findings: [],
      leftovers: ['delete node group a'],
      cost: { currency: 'USD', days: 2, total: 36, missing: [] },
    },
    before: {
      runId: 'b',
      from: '1.35',
      to: '1.35',
      closedAt: ago(60 * 24 * 90),
      effort: [
        { team: 'sre', seconds: 600, answered: 2, acts: 4 },
        { app: 'old', team: 'php', seconds: 3000, answered: 1, acts: 1 },
        { app: 'api', team: 'scala', seconds: 1200, answered: 3, acts: 3 },
      ],
    },
  })
  expect(text).toMatchInlineSnapshot(`
    "# toy 1.35 → 1.36: rolled back

    Started by aoki, 2026-11-24 01:30 UTC to 2026-11-24 04:00 UTC (2h 30m). 1 app, 3 messages from people.

    It cost 36.00 USD for both clusters in the 2.0 days since green began.

    ## What it took of people

    From the moment that people were asked until they had answered, and how often they said something. Before: the refresh at 1.35, which ended 2026-08-26 04:00 UTC.

    |  | apps | asked to answered | an app | acts | before | an app | acts |
    | --- | --- | --- | --- | --- | --- | --- | --- |
    | all | 1 | 3m 5s | 3m 5s | 2 | 1h 20m | 40m | 8 |
    | team sre | 0 | 2m 5s |  | 1 | 10m |  | 4 |
    | team scala | 1 | 1m | 1m | 1 | 20m | 20m | 3 |

    | app | team | asked to answered | answers | acts | before | acts |
    | --- | --- | --- | --- | --- | --- | --- |
    | the upgrade itself | sre | 2m 5s | 1 | 1 | 10m | 4 |
    | api | scala | 1m | 1 | 1 | 20m | 3 |

    ## Left to do by hand

    - delete node group a

    ## Decisions

    | when | who | what | app | about | became |
    | --- | --- | --- | --- | --- | --- |
    | 2026-11-24 04:00 UTC | aoki | approve |  | start@d.1 "a \\| b c" | counted |
    | 2026-11-24 04:00 UTC | chiba | rollback | api test | "sick" | counted |
    | 2026-11-24 04:00 UTC |  | approve |  |  | refused: malformed: send one JSON object |

    ## Waiting for people

    | app | gate | for | ended | by |
    | --- | --- | --- | --- | --- |
    |  | start@d.1 | 2m 5s | approve | aoki |
    | api test | test@d.1 | 1m | retry | chiba |

    ## Went back to blue

    | when | app | environment | why |
    | --- | --- | --- | --- |
    | 2026-11-24 04:00 UTC | api | test | errors |"
  `)
})

test.for([
  [0, '0s'],
  [59.4, '59s'],
  [61, '1m 1s'],
  [3600, '1h'],
  [90_000, '1d 1h'],
  [-5, '0s'],
] as const)('%f seconds are %s', ([seconds, text]) => {
  expect(span(seconds)).toBe(text)
})

test('the doctor says what works, what does not, and what to do', () => {
  const worker = [
    seenIdentity({ account: '1' }, { account: '2', principalArn: 'arn:aws:iam::2:role/norikae' }),
    ...notLookedAt(['identity', 'clusters'], 'identity'),
    couldNotLook('metrics', 'POST http://prometheus.monitoring:9090: connection refused'),
    ...seenTeams({ teams: { sre: { approvers: ['aoki', 'baba'], notify: {} } } }),
  ]
  const here = [{ about: 'workers', ...seenWorkers('norikae', [{ identity: '7@host norikae 0.0.9' }], '0.1.0') }]
  expect(examined({ well: false, here, worker }, screen({ width: 80 }))).toMatchInlineSnapshot(`
    "FROM HERE
    ▲ look       workers       1 on task queue norikae: 7@host norikae 0.0.9
                               → this command is norikae 0.1.0: bring both to one
                                 release

    FROM THE WORKER
    ✖ broken     AWS identity  arn:aws:iam::2:role/norikae is of account 2; the
                               platform is in 1
                               → start a worker with credentials of 1
    · not tried  clusters      needs the AWS identity first
    ✖ broken     metrics       POST http://prometheus.monitoring:9090: connection
                               refused
                               → let the worker reach it, or mend
                                 health.prometheus.url
    ▲ look       team sre      2 approvers; nobody is told when they are asked
                               → write teams.sre.notify, or have them watch: norikae
                                 watch --as <them>

    ✖ 2 things are broken; 2 to look at"
  `)
})

test.for([
  { says: 'the newest release', workers: ['1@a norikae 0.1.0'], is: 'works' },
  { says: 'another release', workers: ['1@a norikae 0.1.0', '2@b norikae 0.0.9'], is: 'look' },
  { says: 'nobody', workers: [], is: 'broken' },
])('workers: $says', ({ workers, is }) => {
  const pollers = workers.map((identity) => ({ identity }))
  expect(seenWorkers('norikae', pollers, '0.1.0').is).toBe(is)
})
