import { expect, test } from 'vitest'
import type { Measure } from '../../src/domain/measures.ts'
import type { Handover, HttpRoute, Route } from '../../src/domain/platform.ts'
import { actions } from '../../src/domain/actions.ts'
import { leaves, type Step } from '../../src/domain/steps.ts'
import type { WorkloadFacts } from '../../src/domain/facts.ts'
import type { Check } from '../../src/domain/verdict.ts'
import { planCutover } from '../../src/domain/plan-cutover.ts'
import { wavesOf } from '../../src/domain/plan-upgrade.ts'
import {
  aCutoverPlan,
  anApp,
  anEnvironment,
  anUpgradePlan,
  aPlatform,
  byArgo,
  errors,
  route,
  rule,
  workload,
} from '../support/builders.ts'

/** Lanes in brackets, so that a step that moves into a group, or out of it, is seen. */
const ids = (steps: readonly Step[]): string[] =>
  steps.map((s) => (s.kind === 'group' ? s.lanes.map((lane) => `[${ids(lane).join(' ')}]`).join(' ') : s.id))
const phasesOf = (plan: ReturnType<typeof anUpgradePlan>) =>
  Object.fromEntries(
    plan.phases.map((p) => [p.name, { forward: ids(p.forward), back: ids(p.back), commit: ids(p.commit) }]),
  )

test('whoever is emptied is told where HTTPRoutes are, that may name it: on the way back too', () => {
  const backend = (cluster: string) => ({ kind: 'Service' as const, namespace: 'edge', name: `shop-${cluster}` })
  const route: HttpRoute = {
    kind: 'http-route',
    name: 'httproute.edge.shop',
    cluster: 'edge-1-36',
    namespace: 'edge',
    httpRoute: 'shop',
    blue: backend('blue'),
    green: backend('green'),
  }
  const emptying = (routes: readonly Route[]) => {
    const apps = [anApp('shop', { environments: [anEnvironment('production', { routes })] })]
    const { phases } = anUpgradePlan(aPlatform({ apps }))
    return phases
      .flatMap((p) => leaves([...p.forward, ...p.back]))
      .flatMap((step) => (step.kind === 'action' && step.action === 'emptyCluster' ? [[step.id, step.input]] : []))
      .map(([id, input]) => [id, (input as { gateway?: string }).gateway])
  }
  const ids = ['cluster/empty', 'green/empty', 'blue/empty']
  expect(emptying([route])).toEqual(ids.map((id) => [id, 'edge-1-36']))
  expect(emptying([])).toEqual(ids.map((id) => [id, undefined]))
})

test('an upgrade is these steps, in this order', () => {
  const apps = [anApp('api'), anApp('web', { dependsOn: ['api'] })]
  const plan = anUpgradePlan(aPlatform({ apps }))
  const none = { back: [], commit: [] }
  const brought = (app: string) => `[bootstrap/${app}/namespaces bootstrap/${app}/deploy bootstrap/${app}/ready]`
  expect(phasesOf(plan)).toEqual({
    start: { ...none, forward: ['start'] },
    provision: {
      ...none,
      forward: [
        'cluster/create',
        'access/grant',
        'addon/vpc-cni',
        '[nodegroup/a/create] [nodegroup/b/create]',
        'addon/coredns',
      ],
      back: ['cluster/empty', '[nodegroup/a/delete] [nodegroup/b/delete]', 'cluster/delete', 'green/remains'],
    },
    bootstrap: {
      ...none,
      forward: [brought('ingress'), brought('fluentd')],
      back: ['green/drain/shop/deployment/fluentd', 'green/empty'],
    },
    verify: {
      ...none,
      forward: ['[verify/namespaces/scala/1]', '[verify/objects/scala/1]'],
      back: ['[verify/namespaces/scala/1/close]'],
    },
    cutovers: { ...none, forward: ['[app/api] [app/web]'], back: ['[app/web/back]', '[app/api/back]'] },
    soak: {
      ...none,
      forward: [
        'soak/days',
        'soak/on-green',
        'soak/drain/shop/deployment/fluentd',
        'soak/idle',
        'soak/gate',
        'soak/still-on-green',
        'soak/still-idle',
      ],
    },
    decommission: {
      ...none,
      forward: [
        '[app/api/commit] [app/web/commit]',
        'blue/drain/shop/deployment/fluentd',
        'blue/empty',
        'blue/nodegroup/a',
        'blue/nodegroup/b',
        'blue/delete',
        'blue/remains',
      ],
    },
  })
  expect(plan.phases.filter((p) => p.pointOfNoReturn).map((p) => p.name)).toEqual(['decommission'])
})

const n = 'e/shop/deployment/w'
const w = `[${n}`
test.for<{
  says: string
  handover: Handover
  kind?: 'CronJob' | 'DaemonSet'
  forward: string[]
  back: string[]
  commit?: string[]
}>([
  { says: 'overlap: its routes move it', handover: { class: 'overlap' }, forward: [], back: [] },
  {
    says: 'a consumer that is not idempotent never runs on both sides',
    handover: { class: 'consumer', idempotent: false },
    forward: [`${w}/stop-blue e/shop/deployment/w/start-green]`],
    back: [`${w}/stop-green e/shop/deployment/w/start-blue]`],
  },
  {
    says: 'what it had in flight is done before it starts elsewhere, both ways',
    handover: { class: 'consumer', idempotent: false, inFlight: 'unacked', settlesWithin: '15m' },
    forward: [`${w}/stop-blue ${n}/in-flight-blue ${n}/start-green]`],
    back: [`${w}/stop-green ${n}/in-flight-green ${n}/start-blue]`],
  },
  {
    says: 'an idempotent consumer never stops',
    handover: { class: 'consumer', idempotent: true },
    forward: [`${w}/start-green e/shop/deployment/w/stop-blue]`],
    back: [`${w}/start-blue e/shop/deployment/w/stop-green]`],
  },
  {
    says: 'a schedule ends on blue before it goes on on green',
    handover: { class: 'schedule' },
    kind: 'CronJob',
    forward: ['[e/shop/cronjob/w/suspend-blue e/shop/cronjob/w/resume-green]'],
    back: ['[e/shop/cronjob/w/suspend-green e/shop/cronjob/w/resume-blue]'],
  },
  {
    says: 'a singleton stops before it starts',
    handover: { class: 'singleton', downtime: '1m' },
    forward: [`${w}/stop-blue e/shop/deployment/w/start-green]`],
    back: [`${w}/stop-green e/shop/deployment/w/start-blue]`],
  },
  {
    says: 'volumes go over while nothing runs',
    handover: { class: 'stateful', by: 'handover' },
    forward: [`${w}/retain-blue ${n}/stop-blue ${n}/detach-blue ${n}/attach-green ${n}/start-green]`],
    back: [`${w}/stop-green ${n}/detach-green ${n}/attach-blue ${n}/start-blue ${n}/unretain-blue]`],
    commit: [`${w}/unretain-green]`],
  },
  {
    says: 'volumes are copied while nothing runs, and what green wrote is kept once people have accepted to lose it',
    handover: { class: 'stateful', by: 'copy', lossOnReturn: 'a day' },
    forward: [`${w}/retain-blue ${n}/stop-blue ${n}/copy ${n}/start-green]`],
    back: [`${w}/accept-loss ${n}/stop-green ${n}/start-blue ${n}/keep-green ${n}/discard ${n}/unretain-blue]`],
    commit: [`${w}/unretain-green ${n}/let-go-of-blue ${n}/drop-snapshots]`],
  },
  {
    says: 'a buffer is drained, and stopped at commit only',
    handover: { class: 'buffer', drainWithin: '1h', depth: 'd' },
    forward: [`${w}/drain-blue]`],
    back: ['e/shop/deployment/w/drain-green'],
    commit: [`${w}/drain-blue-again e/shop/deployment/w/stop-blue]`],
  },
  {
    says: 'a buffer on every node is drained, and ends with its nodes',
    handover: { class: 'buffer', drainWithin: '1h', depth: 'd' },
    kind: 'DaemonSet',
    forward: ['[e/shop/daemonset/w/drain-blue]'],
    back: ['e/shop/daemonset/w/drain-green'],
    commit: ['[e/shop/daemonset/w/drain-blue-again]'],
  },
])('$says', ({ handover, kind, forward, back, commit = [] }) => {
  const environment = anEnvironment('e', {
    handovers: { [`${kind ?? 'Deployment'}/shop/w`]: handover },
    gate: rule('scala'),
    weights: [5, 100],
  })
  const plan = aCutoverPlan(anApp('api'), environment, {
    images: '',
    workloads: [workload(kind ?? 'Deployment', 'w', { scaled: true })],
  })
  const [phase] = plan.phases
  const overlap = handover.class === 'overlap'
  const fenced = !['overlap', 'buffer'].includes(handover.class)
  const size = overlap ? ['[e/shop/deployment/w/pin]'] : []
  expect(ids(phase?.forward ?? [])).toEqual([
    'e/verify',
    'e/deploy',
    'e/where/both',
    'e/ready',
    ...size,
    'e/route/web/open',
    'e/checks',
    'e/gate',
    'e/route/web/5',
    'e/observe/5',
    'e/route/web/100',
    'e/observe/100',
    ...forward,
    ...(forward.length > 0 ? ['e/observe/handover'] : []),
    'e/quiet/blue',
  ])
  const drains = handover.class === 'buffer'
  expect(ids(phase?.back ?? [])).toEqual([
    'e/route/web/back',
    ...(drains ? [] : back),
    ...(fenced ? ['e/unfence-blue'] : []),
    'e/quiet/green',
    'e/route/web/close',
    ...(overlap ? ['[e/shop/deployment/w/unpin-green e/shop/deployment/w/unpin-blue]'] : []),
    'e/where/blue',
    ...(drains ? back : []),
    'e/withdraw',
    ...(fenced ? ['e/unfence-green'] : []),
  ])
  expect(ids(phase?.commit ?? [])).toEqual([
    'e/commit/where',
    ...commit,
    ...(fenced ? ['e/commit/unfence-green'] : []),
    ...(overlap ? ['[e/commit/shop/deployment/w/unpin-green]'] : []),
    'e/route/web/settle',
  ])
  expect(phase?.health?.from).toBe('e/route/web/5') // from the first request on green
})

test('what proves that nobody is a singleton any more is asked of the side where it stops', () => {
  const proof = 'holders{cluster="{cluster}"}'
  const environment = anEnvironment('e', {
    handovers: { 'Deployment/shop/w': { class: 'singleton', downtime: '1m', lease: 'l', proof } },
  })
  const plan = aCutoverPlan(anApp('api'), environment, { images: '', workloads: [workload('Deployment', 'w')] })
  const stops = plan.phases
    .flatMap((p) => leaves([...p.forward, ...p.back]))
    .flatMap((s) => (s.kind === 'action' && s.action === 'stopWorkload' ? [s.input] : []))
  expect(stops).toMatchObject([
    { on: 'blue', lease: 'l', proof: { query: 'holders{cluster="toy-1-35"}' } },
    { on: 'green', lease: 'l', proof: { query: 'holders{cluster="toy-1-36"}' } },
  ])
})

test('what Jobs are is known where they are tried and made, and has to be known when their app moves next', () => {
  const jobs = { 'warm-up': 'repeatable' } as const
  const environment = anEnvironment('e', { jobs })
  const app = anApp('api', { environments: [environment] })
  const [phase] = aCutoverPlan(app, environment, { images: '', workloads: [] }).phases
  const inputs = (steps: readonly Step[], ...names: string[]) =>
    leaves(steps).flatMap((s) => (s.kind === 'action' && names.includes(s.action) ? [s.input] : []))
  const [tried, made] = inputs(phase?.forward ?? [], 'dryRunObjects', 'deploy')
  expect(tried).toMatchObject({ jobs, movesNext: true })
  expect(made).toMatchObject({ jobs })
  const [early] = anUpgradePlan(aPlatform({ apps: [app] })).phases.flatMap((p) => inputs(p.forward, 'dryRunApps'))
  expect(early).toMatchObject({ places: [{ app: 'api', environment: 'e', jobs }] })
  expect(early).not.toHaveProperty('movesNext')
})

test.for([
  { deploy: 'copy', kind: 'Deployment', pins: [] },
  { deploy: 'external', kind: 'Deployment', pins: ['[e/shop/deployment/w/pin-green]'] },
  { deploy: 'flux', kind: 'StatefulSet', pins: ['[e/shop/statefulset/w/pin-green]'] },
  { deploy: 'external', kind: 'DaemonSet', pins: [] },
] as const)('a $kind that nothing scales has blue’s size on green: $deploy', ({ deploy, kind, pins }) => {
  const environment = anEnvironment('e', { handovers: { [`${kind}/shop/w`]: { class: 'overlap' } } })
  const facts = { images: '', workloads: [workload(kind, 'w', { scaled: false })] }
  const [phase] = aCutoverPlan(anApp('api', { deploy }), environment, facts).phases
  const of = (steps: readonly Step[] = [], part: string) => ids(steps).filter((id) => id.includes(part))
  expect(of(phase?.forward, 'pin-')).toEqual(pins)
  expect(of(phase?.back, 'unpin-')).toEqual(pins.map((id) => id.replace('pin', 'unpin')))
  expect(of(phase?.back, 'grow')).toEqual([])
  const last = leaves(phase?.commit ?? []).find((s) => s.kind === 'action' && s.action === 'unpinSize')
  if (pins.length > 0) expect(last).toMatchObject({ input: { on: 'green', serves: true } })
  else expect(last).toBeUndefined()
})

test.for([
  { deploy: 'external', awaits: 'awaitDeployment', leaves: 'leaveDeployment' },
  { deploy: 'flux', awaits: 'awaitFlux', leaves: 'leaveFlux' },
] as const)('what somebody else deploys is waited for, and stays behind its fence on the way back: $deploy', (it) => {
  const environment = anEnvironment('e', { handovers: { 'Deployment/shop/w': { class: 'singleton', downtime: '1m' } } })
  const facts = { images: '', workloads: [workload('Deployment', 'w')] }
  const [phase] = aCutoverPlan(anApp('api', { deploy: it.deploy }), environment, facts).phases
  expect(ids(phase?.forward ?? []).slice(0, 5)).toEqual([
    'e/verify',
    'e/fence-green',
    'e/where/both',
    'e/deployed',
    'e/ready',
  ])
  expect(leaves(phase?.forward ?? [])[0]).toMatchObject({ action: 'dryRunObjects', input: { byOthers: true } })
  expect(ids(phase?.back ?? []).slice(-3)).toEqual(['e/route/web/close', 'e/where/blue', 'e/leave'])
  expect(leaves(phase?.forward ?? [])[3]).toMatchObject({ action: it.awaits })
  expect(leaves(phase?.back ?? []).at(-1)).toMatchObject({
    action: it.leaves,
    undoes: ['e/fence-green', 'e/deployed'],
  })
  expect(ids(phase?.commit ?? [])).toContain('e/commit/unfence-green')
})

test('what Argo CD deploys is let there behind its fence, and no more after it sleeps again', () => {
  const handovers = { 'Deployment/shop/w': { class: 'singleton', downtime: '1m' } } as const
  const environment = anEnvironment('e', { handovers, argocd: byArgo })
  const facts = { images: '', workloads: [workload('Deployment', 'w')] }
  const [phase] = aCutoverPlan(anApp('api', { deploy: 'argocd' }), environment, facts).phases
  expect(ids(phase?.forward ?? []).slice(0, 8)).toEqual([
    'e/verify',
    'e/fence-green',
    'e/where/both',
    'e/argocd/label',
    'e/argocd/sync',
    'e/deployed',
    'e/argocd/healthy',
    'e/ready',
  ])
  expect(ids(phase?.back ?? []).slice(-3)).toEqual(['e/where/blue', 'e/leave', 'e/argocd/unlabel'])
  const [leave, unlabel] = leaves(phase?.back ?? []).slice(-2)
  expect(leave?.undoes).toEqual(['e/fence-green', 'e/argocd/label', 'e/argocd/sync', 'e/deployed'])
  expect(unlabel?.undoes).toEqual(['e/argocd/label'])
  expect(ids(phase?.commit ?? [])).toEqual(expect.arrayContaining(['e/commit/unlabel-blue', 'e/commit/unfence-green']))
})

test('Argo CD is told of green once, before the first app has its turn', () => {
  const environments = [anEnvironment('test', { argocd: byArgo }), anEnvironment('production', { argocd: byArgo })]
  const apps = ['api', 'web'].map((name) => anApp(name, { deploy: 'argocd', environments }))
  const { phases } = anUpgradePlan(aPlatform({ apps }))
  const waits = phases.map((p) => ids(leaves(p.forward)).filter((id) => id.startsWith('argocd/')))
  expect(waits.flat()).toEqual(['argocd/registered'])
  expect(phases[waits.findIndex((w) => w.length > 0)]?.name).toBe('verify')
  expect(ids(anUpgradePlan().phases.flatMap((p) => leaves(p.forward)))).not.toContain('argocd/registered')
})

test('what may run once is fenced and asleep on green before it is there', () => {
  const [phase] = aCutoverPlan().phases
  const [verify, deploy] = leaves(phase?.forward ?? [])
  const asleep = deploy?.kind === 'action' && deploy.action === 'deploy' ? deploy.input.asleep.map((r) => r.name) : []
  expect(asleep).toEqual(['invoices', 'leader', 'mailer', 'payer'])
  expect(verify?.id).toBe('stage/verify')
  const unfence = leaves(phase?.back ?? []).find((s) => s.id === 'stage/unfence-green')
  expect(unfence?.undoes).toEqual(['stage/deploy'])
})

test('without a route nothing is weighed or quiet, and health is watched from the first handover', () => {
  const plan = aCutoverPlan(anApp('api'), anEnvironment('e', { routes: [] }), {
    images: '',
    workloads: [workload('CronJob', 'w')],
  })
  expect(ids(plan.phases[0]?.forward ?? [])).toEqual([
    'e/verify',
    'e/deploy',
    'e/where/both',
    'e/ready',
    'e/checks',
    '[e/shop/cronjob/w/suspend-blue e/shop/cronjob/w/resume-green]',
    'e/observe/handover',
  ])
  expect(plan.phases[0]?.health?.from).toBe('e/shop/cronjob/w/suspend-blue')
})

test('routes go back side by side, so that one that waits keeps no other on green', () => {
  const [phase] = aCutoverPlan(anApp('api'), anEnvironment('e', { routes: [route('web'), route('www')] })).phases
  expect(ids(phase?.back ?? [])).toContain('[e/route/web/back] [e/route/www/back]')
})

test('the way back of a route knows what blue is held against: its workloads, and checks that blue has by itself', () => {
  const pods: Check = { ...errors, name: 'ready', source: { kind: 'readiness', namespaces: ['shop'] } }
  const beside: Check = { ...errors, name: 'latency', limit: { timesBlue: 2, fineUpTo: 0.3 } }
  const both: Check = { ...errors, name: 'queue', limit: { timesBlue: 2, atMost: 9 } }
  const ontoOf = (workloads: WorkloadFacts[], checks: Check[]) => {
    const [phase] = aCutoverPlan(anApp('api'), anEnvironment('e', { checks }), { images: '', workloads }).phases
    const back = leaves(phase?.back ?? []).find(({ id }) => id === 'e/route/web/back')
    return back?.kind === 'action' && back.action === 'setWeight' ? back.input.onto : undefined
  }
  const scaled = workload('Deployment', 'web', { behindService: true, scaled: true })
  const plain = workload('Deployment', 'page', { behindService: true })
  const onto = ontoOf([scaled, plain, workload('CronJob', 'w')], [errors, pods, beside, both])
  expect(onto?.workloads.map(({ name }) => name).toSorted()).toEqual(['page', 'web'])
  expect(onto?.checks.map(({ name, limit }) => [name, limit])).toEqual([
    ['errors', errors.limit],
    ['queue', { atMost: 9 }],
  ])
  expect(ontoOf([], [pods])).toBeUndefined()
})

test("a load balancer of green's own has capacity before anybody is asked, until commit or on the way back", () => {
  const record = { kind: 'route53', name: 'a.test', zone: 'Z1', namespace: 'api-e', target: 'Service/web' } as const
  const stepsOf = (capacity?: number) => {
    const routes = [{ ...record, ...(capacity !== undefined && { capacity }) }]
    const environment = anEnvironment('e', { gate: rule('api'), routes })
    const [phase] = aCutoverPlan(anApp('api'), environment, { images: '', workloads: [] }).phases
    return (['forward', 'back', 'commit'] as const).map((of) =>
      ids(phase?.[of] ?? []).filter((id) => /reserve|release|let-go|gate|open|close|settle/.test(id)),
    )
  }
  const at = (step: string) => `e/route/a.test/${step}`
  expect(stepsOf()).toEqual([
    [at('open'), at('reserve'), 'e/gate'],
    [at('release'), at('close')],
    [at('settle'), at('let-go')],
  ])
  expect(stepsOf(0)).toEqual([[at('open'), 'e/gate'], [at('close')], [at('settle')]])
})

test('an app says what may be left of its own traffic, beside whom the platform accepts everywhere', () => {
  const platform = {
    ...aPlatform(),
    quiet: {
      for: '10m' as const,
      requests: 2,
      connections: 0,
      accept: ['uptime-probe'],
      callers: 'c{cluster="{cluster}",namespace=~"{namespaces}"}[{window}]',
    },
  }
  const app = anApp('api', { quiet: { requests: 5, accept: ['batch'] } })
  const environment = anEnvironment('e', { namespaces: ['api-e'] })
  const [phase] = planCutover(platform, app, environment, { images: '', workloads: [] }).phases
  const found = (of: 'forward' | 'back') => leaves(phase?.[of] ?? []).find(({ id }) => id.startsWith('e/quiet/'))
  expect(found('forward')).toMatchObject({
    title: 'no request over 5 on blue for 10m, leaving aside batch, uptime-probe, as was accepted',
    input: {
      for: '10m',
      requests: 5,
      accept: ['batch', 'uptime-probe'],
      callers: { query: `c{cluster="${platform.blue}",namespace=~"api-e"}[10m]` },
    },
  })
  expect(found('back')).toMatchObject({
    input: { on: 'green', callers: { query: `c{cluster="${platform.green}",namespace=~"api-e"}[10m]` } },
  })
})

test('a loss to accept is reminded of as everything is that waits, also where nobody is asked to let the app move', () => {
  const handovers = { 'Deployment/shop/w': { class: 'stateful', by: 'copy', lossOnReturn: 'a day' } } as const
  const facts = { images: '', workloads: [workload('Deployment', 'w')] }
  const [phase] = aCutoverPlan(anApp('api'), anEnvironment('e', { handovers }), facts).phases
  const gates = leaves(phase?.back ?? []).flatMap((step) => (step.kind === 'gate' ? [step.gate] : []))
  expect(gates).toEqual([expect.objectContaining({ remindEvery: '4h' })])
})

test('every step says in words what it does, and its action exists', () => {
  for (const step of [anUpgradePlan(), aCutoverPlan()]
    .flatMap((p) => p.phases)
    .flatMap((p) => leaves([...p.forward, ...p.back, ...p.commit]))) {
    expect(step.title.length, step.id).toBeGreaterThan(3)
    if (step.kind === 'action') expect(Object.keys(actions)).toContain(step.action)
  }
})

test('apps go back in waves, who depends before what it depends on', () => {
  const apps = [anApp('c', { dependsOn: ['b'] }), anApp('b', { dependsOn: ['a'] }), anApp('a'), anApp('x')]
  expect(wavesOf(apps).map((wave) => wave.map((a) => a.name))).toEqual([['a', 'x'], ['b'], ['c']])
})

test('a measure is put to the side that it is about, and one over HTTP is asked as it is written', () => {
  const of = (inFlight: Measure) => {
    const handover: Handover = { class: 'consumer', idempotent: false, inFlight, settlesWithin: '15m' }
    const environment = anEnvironment('e', { handovers: { 'Deployment/shop/w': handover } })
    const [phase] = aCutoverPlan(anApp('api'), environment, {
      images: '',
      workloads: [workload('Deployment', 'w')],
    }).phases
    return leaves([...(phase?.forward ?? []), ...(phase?.back ?? [])]).flatMap((s) =>
      s.kind === 'action' && s.action === 'awaitInFlight' ? [s.input.inFlight] : [],
    )
  }
  const platform = aPlatform()
  expect(of('unacked{c="{cluster}",n=~"{namespaces}"}')).toEqual(
    [platform.blue, platform.green].map((cluster) => ({
      url: platform.metrics.url,
      query: `unacked{c="${cluster}",n=~"shop"}`,
    })),
  )
  const http = { http: 'http://mq.queues:15672/q', value: '/n' }
  expect(of(http)).toEqual([http, http])
})
