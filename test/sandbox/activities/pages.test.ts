import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { discover } from '../../../src/activities/discovery.ts'
import type { Page } from '../../../src/domain/maintenance.ts'
import type { ListedRule } from '../../../src/domain/page-places.ts'
import type { AlbRoute, Route } from '../../../src/domain/platform.ts'
import { AppFaults } from '../../../src/sandbox/traffic/app-faults.ts'
import { createLoad } from '../../../src/sandbox/traffic/load.ts'
import { startPodNetwork, type PodNetwork } from '../../../src/sandbox/traffic/pods.ts'
import { startProxy } from '../../../src/sandbox/traffic/proxy.ts'
import { ROLE } from '../../../src/sandbox/traffic/roles.ts'
import type { Listening } from '../../../src/sandbox/listen.ts'
import { aRoute } from '../../support/a-route.ts'
import { attempted, driven, ending } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { aSmallFile } from '../../support/small-platform.ts'
import { aDeployment, call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

type Told = (rules: readonly ListedRule[]) => readonly ListedRule[]
const asIs: Told = (rules) => rules
/** What ELB tells of the rules beside a route's, late as it may be. */
let told = asIs

/** ELB is believed after ten seconds: each wait for that is passed over on the clock that the activities read. */
let aheadMs = 0
const passes = (why: string) => {
  if (why.includes('ELB may tell of one late')) aheadMs += 2_000
}

let world: TwoClusters
let network: PodNetwork
let proxy: Listening
let elb: ElasticLoadBalancingV2
beforeAll(async () => {
  const now = Date.now
  vi.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs)
  network = await startPodNetwork({ faults: new AppFaults(() => scope.blue), answered: () => undefined })
  world = await twoClusters({
    between: (ports) => ({
      ...ports,
      loadBalancing(region) {
        const port = ports.loadBalancing(region)
        return { ...port, rulesBeside: async (arn) => told(await port.rulesBeside(arn)) }
      },
    }),
  })
  for (const cluster of [world.blue, world.green])
    cluster.onPod((pod, is) => network.see({ ...pod, annotations: { [ROLE]: 'web' } }, is))
  proxy = await startProxy({ elbv2: world.aws.elbv2, pods: network.url, listens: network.listens })
  elb = new ElasticLoadBalancingV2({
    endpoint: world.aws.endpoint,
    region: scope.region,
    credentials: world.aws.admin,
  })
})
afterAll(async () => {
  vi.restoreAllMocks()
  elb?.destroy()
  await proxy?.stop()
  await world?.stop()
  await network?.stop()
})

const page: Page = { status: 503, type: 'text/html', body: '<h1>Back soon</h1>' }
const acts = () => world.activities
const albOf = (route: Route): AlbRoute => {
  if (route.kind !== 'alb') throw new Error('not a listener rule')
  return route
}

const got = (host: string) =>
  new Promise<{ readonly status: number; readonly type: string; readonly body: string }>((resolve, reject) => {
    request(proxy.url, { headers: { host } }, (answer) => {
      text(answer).then(
        (body) => resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', body }),
        reject,
      )
    })
      .on('error', reject)
      .end()
  })

/** A route of one that runs on one side only: on blue. */
async function aSingleton() {
  const it = await aRoute(world)
  const route = albOf(it.route)
  const { namespace } = route
  const ready = (on: 'blue' | 'green') => world[on].pods().filter((p) => p.namespace === namespace && p.ready).length
  const scale = async (on: 'blue' | 'green', replicas: number) => {
    world[on].apply(aDeployment('web', namespace, replicas))
    await eventually(`${replicas} on ${on}`, () => ready(on) === replicas)
  }
  await scale('green', 0)
  return {
    ...it,
    route,
    scale,
    /** As its listener has them. */
    rules: async () => (await elb.describeRules({ ListenerArn: it.listenerArn })).Rules ?? [],
    show: (more: Partial<Page> = {}) =>
      driven(acts().showPage, call<'showPage'>({ route, page: { ...page, ...more } }), { lost: true }),
    remove: (on: 'blue' | 'green') =>
      driven(acts().removePage, call<'removePage'>({ route, on }), { lost: true, between: passes }),
    set: (to: number) => driven(acts().setWeight, call<'setWeight'>({ route, to, expect: [0, 100] })),
    get: () => got(`${namespace}.test`),
  }
}

test('who is stopped on one side and started on the other drops no request: its visitors get the page, there and back', async () => {
  const it = await aSingleton()
  const { route } = it
  const before = await it.rules()
  const load = createLoad({ to: proxy.url, streams: [{ host: `${route.namespace}.test`, perSecond: 100 }] })
  load.start()
  const opened = await driven(acts().openRoute, call<'openRoute'>({ route, mayBeAsleep: true }))
  expect(opened.answer.note).toBe('green is in it at 0 %, and what serves there is started behind a page')

  await it.show()
  await it.scale('blue', 0)
  const soFar = load.report().pages
  await eventually('visitors get it', () => load.report().pages > soFar)
  await it.scale('green', 2)
  await it.set(100)
  await it.remove('green')
  const there = load.report()
  await eventually(
    'green serves',
    () => (load.report().byHost[`${route.namespace}.test`]?.servedBy[scope.green] ?? 0) > 5,
  )

  await it.show()
  await it.set(0)
  await it.scale('green', 0)
  await it.scale('blue', 2)
  await it.remove('blue')
  await eventually('blue serves', () => load.report().answered > there.answered + 20)
  await load.stop()
  await driven(acts().settleRoute, call<'settleRoute'>({ route, on: 'blue' }))
  const { dropped, failed, pages, sent, answered, lastDropped } = load.report()
  expect({ dropped, failed, because: lastDropped[0]?.because }).toEqual({ dropped: 0, failed: 0 })
  expect(pages).toBeGreaterThan(there.pages)
  expect(answered + pages).toBe(sent)
  expect(await it.rules()).toEqual(before)
})

const turned = ({ conditions }: ListedRule): ListedRule['conditions'] =>
  conditions.map((condition) => Object.fromEntries(Object.entries(condition).toReversed())).toReversed()

test('a page is what was asked for, right in front of the route and for its requests alone', async () => {
  const it = await aSingleton()
  await it.show()
  expect(await it.get()).toEqual(page)
  const [first, second] = await it.rules()
  expect(first).toMatchObject({ Priority: '9', Conditions: second?.Conditions })
  expect(second).toMatchObject({ RuleArn: it.route.ruleArn, Priority: '10' })

  // ELB may tell what means the same in another order.
  told = (rules) =>
    rules.map((rule) => ({ ...rule, conditions: rule.arn === first?.RuleArn ? turned(rule) : rule.conditions }))
  await it.show()
  told = asIs
  expect((await it.rules())[0]?.RuleArn).toBe(first?.RuleArn)

  // A plan that was made anew may say other words.
  await it.show({ body: 'later', type: 'text/plain' })
  expect(await it.get()).toEqual({ status: 503, type: 'text/plain', body: 'later' })
  expect(await it.rules()).toHaveLength(3)
})

test('a page stays until whoever is to serve is healthy', async () => {
  const it = await aSingleton()
  const { route } = it
  await driven(acts().openRoute, call<'openRoute'>({ route, mayBeAsleep: true }))
  await it.show()
  expect(await attempted(acts().removePage, call<'removePage'>({ route, on: 'green' }))).toContain(
    'visitors get the page until green serves: 0 of 0 targets of route web are healthy',
  )
  expect((await it.get()).status).toBe(503)
  await it.scale('green', 2)
  await it.set(100)
  await it.remove('green')
  expect((await it.get()).status).toBe(200)
})

test('what people took away themselves is gone, and others’ answers beside it are theirs', async () => {
  const it = await aSingleton()
  await it.show()
  const [ours] = await it.rules()
  await elb.createRule({
    ListenerArn: it.listenerArn,
    Priority: 1,
    Conditions: [{ Field: 'host-header', Values: ['other.test'] }],
    Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
  })
  await elb.deleteRule({ RuleArn: ours?.RuleArn })
  expect((await it.remove('green')).answer.note).toBe('no page is in front of it')
  expect((await it.rules()).map((rule) => rule.Priority)).toEqual(['1', '10', 'default'])
})

test('a page that a terminated cutover left is found in front of its route, and of no other', async () => {
  const [left, other] = [await aSingleton(), await aSingleton()]
  await left.show()
  const [itsPage] = await left.rules()
  const balancing = world.ports.loadBalancing(scope.region)
  const { namespaces } = await discover(await world.ports.kubernetes(scope.region, scope.blue), balancing, {
    name: scope.blue,
    pools: [],
  })
  const rulesOf = ({ route }: typeof left) =>
    namespaces.find((n) => n.name === route.namespace)?.routes.flatMap((r) => r.rules)
  expect(rulesOf(left)).toMatchObject([{ arn: left.route.ruleArn, pages: [itsPage?.RuleArn] }])
  expect(rulesOf(other)).toEqual([{ arn: other.route.ruleArn, isDefault: false }])
})

const ofPages = async (it: Awaited<ReturnType<typeof aSingleton>>) =>
  (await it.rules()).filter(({ Actions = [], IsDefault }) => !IsDefault && Actions[0]?.Type === 'fixed-response')

test('a page that was left in front of what the rule was then goes once one is where it belongs', async () => {
  const it = await aSingleton()
  const { route } = it
  await it.show()
  const [left] = await ofPages(it)
  const seen: (string | undefined)[][] = []
  // Its owner has moved it behind others since.
  told = (rules) => rules.map((rule) => (rule.arn === route.ruleArn ? { ...rule, priority: 30 } : rule))
  const { answer } = await driven(acts().showPage, call<'showPage'>({ route, page }), {
    between: async () => void seen.push((await ofPages(it)).map(({ Priority }) => Priority)),
  })
  told = asIs
  expect(answer.note).toBe('visitors get a page (503)')
  expect(seen).toEqual([['9', '29'], ['29']])
  expect((await ofPages(it))[0]?.RuleArn).not.toBe(left?.RuleArn)
})

test('where a load balancer has no room for another rule, the page that is misplaced makes it', async () => {
  const it = await aSingleton()
  const { route } = it
  await it.show()
  world.faults.fail('elasticloadbalancing:CreateRule', { code: 'TooManyRules' })
  told = (rules) => rules.map((rule) => (rule.arn === route.ruleArn ? { ...rule, priority: 30 } : rule))
  await driven(acts().showPage, call<'showPage'>({ route, page }))
  told = asIs
  expect((await ofPages(it)).map(({ Priority }) => Priority)).toEqual(['29'])
})

test('a page with the number but the requests of what its rule was then is turned to those that it gets now', async () => {
  const it = await aSingleton()
  await it.show()
  const [up] = await ofPages(it)
  // As ELB takes patterns, which it tells as it was given them.
  const Conditions = [{ Field: 'host-header', HostHeaderConfig: { RegexValues: [`^${it.route.namespace}\\.`] } }]
  await elb.modifyRule({ RuleArn: it.route.ruleArn, Conditions })
  await it.show()
  const [turned] = await ofPages(it)
  expect(turned).toMatchObject({ RuleArn: up?.RuleArn, Conditions })
  await elb.deleteRule({ RuleArn: up?.RuleArn })
  await it.show()
  expect((await ofPages(it))[0]).toMatchObject({ Priority: '9', Conditions })
})

test('a page of a rule that its owner made anew is taken over with the new one, and told where nothing is behind it', async () => {
  const it = await aSingleton()
  const { route, listenerArn } = it
  const host = `${route.namespace}.test`
  await it.show()
  const [left] = await ofPages(it)
  await elb.deleteRule({ RuleArn: route.ruleArn })
  const other = world.aws.elbv2.seedRule(listenerArn, 40, 'other.test', [
    { targetGroupArn: route.blueTargetGroup, weight: 1 },
  ])
  const balancing = world.ports.loadBalancing(scope.region)
  const { pagesOfNobody } = await discover(await world.ports.kubernetes(scope.region, scope.blue), balancing, {
    name: scope.blue,
    pools: [],
  })
  expect(pagesOfNobody.filter(({ arn }) => arn === left?.RuleArn)).toEqual([
    { arn: left?.RuleArn, gets: host, platform: scope.platform },
  ])

  const request = { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: aSmallFile() }
  const workflow = { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` }
  const { answer } = await driven(acts().prepare, request, { workflow })
  const ofPage = answer.plan.findings.find(({ code, about }) => code === 'page-left' && about === host)
  expect([ofPage?.level, ofPage?.remedy]).toEqual(['blocker', expect.stringContaining(String(left?.RuleArn))])

  const ruleArn = world.aws.elbv2.seedRule(listenerArn, 20, host, [
    { targetGroupArn: route.blueTargetGroup, weight: 1 },
  ])
  expect(await balancing.pagesBeside([ruleArn, other])).toEqual({
    inFront: { [ruleArn]: [left?.RuleArn] },
    ofNobody: [],
  })
  // Where another app has the name since, no cutover of a route of this cluster would look for it.
  expect(await balancing.pagesBeside([other])).toMatchObject({ inFront: {}, ofNobody: [{ arn: left?.RuleArn }] })
  const anew = { ...route, ruleArn }
  await driven(acts().showPage, call<'showPage'>({ route: anew, page }))
  expect((await ofPages(it)).map(({ Priority }) => Priority)).toEqual(['19'])
  await driven(acts().removePage, call<'removePage'>({ route: anew, on: 'blue' }), { between: passes })
  expect(await ofPages(it)).toEqual([])
})

test('a page that was taken over is taken away though its rule gets other requests while it is up', async () => {
  const it = await aSingleton()
  const { listenerArn } = it
  await it.show()
  const [left] = await ofPages(it)
  await elb.deleteRule({ RuleArn: it.route.ruleArn })
  const forward = [{ targetGroupArn: it.route.blueTargetGroup, weight: 1 }]
  const ruleArn = world.aws.elbv2.seedRule(listenerArn, 10, `${it.route.namespace}.test`, forward)
  const route = { ...it.route, ruleArn }
  await driven(acts().showPage, call<'showPage'>({ route, page }), { lost: true })
  expect((await ofPages(it)).map(({ RuleArn }) => RuleArn)).toEqual([left?.RuleArn])

  const Conditions = [{ Field: 'host-header', Values: [`${route.namespace}.example.com`] }]
  await elb.modifyRule({ RuleArn: ruleArn, Conditions })
  await driven(acts().removePage, call<'removePage'>({ route, on: 'blue' }), { between: passes })
  expect(await ofPages(it)).toEqual([])
})

test('the page of another rule that has the number is put where it belongs, and nobody is asked', async () => {
  const it = await aSingleton()
  const { route, listenerArn } = it
  const forward = [{ targetGroupArn: route.blueTargetGroup, weight: 1 }]
  const other = world.aws.elbv2.seedRule(listenerArn, 30, 'moved.test', forward)
  const others = { ...page, body: 'the other moves' }
  // It was put in front of it before its owner moved it behind this one.
  const balancing = world.theirs.loadBalancing(scope.region)
  const its = (await balancing.rulesBeside(other)).find(({ arn }) => arn === other)
  if (its) await balancing.createPage(its, 9, others, { 'norikae.io/page-of': other })

  await driven(acts().findPageRoom, call<'findPageRoom'>({ routes: [route] }))
  const seen: string[] = []
  await driven(acts().showPage, call<'showPage'>({ route, page }), {
    lost: true,
    between: async () => void seen.push((await got('moved.test')).body),
  })
  expect((await ofPages(it)).map(({ Priority }) => Priority)).toEqual(['9', '29'])
  expect(new Set(seen)).toEqual(new Set([others.body]))
  expect([await got('moved.test'), await it.get()]).toEqual([others, page])
})

test('where no number is free in front of the route nothing is written, and people are told the command', async () => {
  const it = await aSingleton()
  const { route } = it
  world.aws.elbv2.seedRule(it.listenerArn, 9, 'other.test', [{ targetGroupArn: route.blueTargetGroup, weight: 1 }])
  const looked = await ending(acts().findPageRoom, call<'findPageRoom'>({ routes: [route] }))
  expect(looked).toEqual(await ending(acts().showPage, call<'showPage'>({ route, page })))
  const refused = await ending(acts().showPage, call<'showPage'>({ route, page }))
  expect(refused.type).toBe('Contested')
  expect(refused.message).toContain(
    `aws elbv2 set-rule-priorities --rule-priorities RuleArn=${route.ruleArn},Priority=11, then retry.`,
  )
  const back = await driven(acts().showPage, call<'showPage'>({ route, page, ifPossible: true }))
  expect(back.answer.findings).toMatchObject([{ code: 'page-missing', about: 'web' }])
  expect(back.answer.findings?.[0]?.message).not.toMatch(/stopped yet|skip/)
  expect(await it.rules()).toHaveLength(3)
})

test('the command that makes room moves all rules up to the first number that is free', async () => {
  const it = await aSingleton()
  const { route } = it
  const seed = (priority: number) =>
    world.aws.elbv2.seedRule(it.listenerArn, priority, 'other.test', [
      { targetGroupArn: route.blueTargetGroup, weight: 1 },
    ])
  const arns = [9, 11, 12, 13, 15].map(seed)
  const refused = await ending(acts().findPageRoom, call<'findPageRoom'>({ routes: [route] }))
  expect(refused.message.split('--rule-priorities ')[1]).toMatch(
    `RuleArn=${route.ruleArn},Priority=11 RuleArn=${arns[1]},Priority=12 RuleArn=${arns[2]},Priority=13 RuleArn=${arns[3]},Priority=14, then retry.`,
  )
})

test.for([
  { code: 'TooManyRules', remedy: 'Raise the quota' },
  { code: 'AccessDenied', remedy: 'Allow it' },
  { code: 'ValidationError', remedy: 'Have its owner write the conditions' },
])('where $code is said of a page people may go on without', async ({ code, remedy }) => {
  const it = await aSingleton()
  world.faults.fail('elasticloadbalancing:CreateRule', { code })
  const refused = await ending(acts().showPage, call<'showPage'>({ route: it.route, page }))
  expect([refused.type, refused.message]).toEqual(['Contested', expect.stringContaining('skip: go on without a page')])
  expect(refused.message).toContain(remedy)
  world.faults.fail('elasticloadbalancing:CreateRule', { code })
  const back = await driven(acts().showPage, call<'showPage'>({ route: it.route, page, ifPossible: true }))
  expect(back.answer.findings).toMatchObject([{ code: 'page-missing' }])
})

test('a listing without the page once is no proof that it is gone', async () => {
  const it = await aSingleton()
  const { route } = it
  await driven(acts().openRoute, call<'openRoute'>({ route, mayBeAsleep: true }))
  await it.show()
  await it.scale('green', 2)
  await it.set(100)
  const pages = (await it.rules()).length
  told = (rules) => rules.filter(({ arn }) => arn === route.ruleArn)
  const { waits } = await driven(acts().removePage, call<'removePage'>({ route, on: 'green' }), {
    between: (why) => {
      told = asIs
      passes(why)
    },
  })
  expect(waits[0]).toContain('no page is told in front of route web')
  expect(await it.rules()).toHaveLength(pages - 1)
})

test('a page that is told still though it is gone is not taken away for good a second time', async () => {
  const it = await aSingleton()
  await it.show()
  const before = await world.ports.loadBalancing(scope.region).rulesBeside(it.route.ruleArn)
  let asked = 0
  told = (rules) => (rules.length < before.length && ++asked < 3 ? before : rules)
  try {
    expect((await it.remove('blue')).answer.note).toBe('no page is in front of it')
  } finally {
    told = asIs
  }
})

test.for(['Denied', 'Silent'])(
  'on the way back a look that is %s keeps blue waiting for a minute at most',
  async (how) => {
    const it = await aSingleton()
    const input = call<'showPage'>({ route: it.route, page, ifPossible: true })
    const code = how === 'Denied' ? 'AccessDenied' : 'ServiceUnavailable'
    world.faults.fail('elasticloadbalancing:DescribeRules', { code, status: how === 'Denied' ? 403 : 503 }, 20)
    const { answer } = await driven(acts().showPage, input, { scheduledMs: Date.now() - 61_000 })
    expect(answer.findings).toMatchObject([{ code: 'page-missing' }])
  },
)
