import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RUN } from '../../../src/domain/annotations.ts'
import type { RuleAction } from '../../../src/domain/target-groups.ts'
import { aScaler } from '../../contract/an-app.ts'
import { aRoute } from '../../support/a-route.ts'
import { attempted, driven, ending } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

let world: TwoClusters
beforeAll(async () => {
  world = await twoClusters()
})
afterAll(() => world.stop())

const acts = () => world.activities
const port = () => world.ports.loadBalancing(scope.region)

async function anOpenRoute(lost = false) {
  const it = await aRoute(world)
  await driven(acts().openRoute, call<'openRoute'>({ route: it.route }), { lost })
  const set = (to: number, expect: readonly number[], lost = false) =>
    driven(acts().setWeight, call<'setWeight'>({ route: it.route, to, expect }), { lost })
  const settle = (on: 'blue' | 'green', lost = false) =>
    driven(acts().settleRoute, call<'settleRoute'>({ route: it.route, on }), { lost })
  return { ...it, set, settle }
}

test('green’s target group drains as long as blue’s', async () => {
  const it = await aRoute(world)
  const { endpoint, admin: credentials } = world.aws
  const client = new ElasticLoadBalancingV2({ endpoint, region: scope.region, credentials })
  await client.modifyTargetGroupAttributes({
    TargetGroupArn: it.route.blueTargetGroup,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
  })
  client.destroy()
  await driven(acts().openRoute, call<'openRoute'>({ route: it.route }))
  const made = await port().findTargetGroup(it.route.greenTargetGroup)
  expect(made?.attributes['deregistration_delay.timeout_seconds']).toBe('30')
})

test('what has traffic is not withdrawn, whoever has forgotten it there', async () => {
  const it = await anOpenRoute()
  const { namespace } = it.route
  const place = { app: 'chat', environment: 'test', namespaces: [namespace] }
  const withdraw = call<'withdraw'>({ ...place, on: 'green' }, { asker: 'run-2' })
  await it.set(25, [0])
  expect(await ending(acts().withdraw, withdraw)).toMatchObject({
    type: 'Contested',
    message: expect.stringMatching(
      new RegExp(`^rule ${it.route.ruleArn} still sends requests to ${scope.green}, .* to 0 \\(${it.group()?.arn}\\)`),
    ),
  })
  await it.set(0, [25])
  expect(await attempted(acts().withdraw, withdraw)).not.toContain('sends requests')
})

describe('a route is opened', () => {
  test('with green in the rule at 0 %, tagged, bound like blue, and healthy three times in a row', async () => {
    const it = await aRoute(world)
    const { answer, waits } = await driven(acts().openRoute, call<'openRoute'>({ route: it.route }))
    expect(answer.note).toBe('2 targets healthy on green, at 0 %')
    expect(waits.slice(-2).map((w) => /seen so (\d) of 3/.exec(w)?.[1])).toEqual(['1', '2'])
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
    expect(it.group()?.tags).toEqual({ 'norikae.io/platform': 'demo', 'norikae.io/run': 'run-1' })
    expect(it.binding('green')?.metadata.labels).toEqual({ team: 'chat', [RUN]: 'run-1' })
    expect(it.binding('green')?.spec).toEqual({ ...it.binding('blue')?.spec, targetGroupARN: it.group()?.arn })
  })

  test('once, however often it is asked for', async () => {
    const it = await anOpenRoute(true)
    await driven(acts().openRoute, call<'openRoute'>({ route: it.route }))
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
    const made = world.aws.calls().filter((c) => c.operation === 'CreateTargetGroup' && c.status === 200)
    expect(made.filter((c) => c.parameters['Name'] === it.route.greenTargetGroup)).toHaveLength(1)
  })

  test('where a cutover that was terminated has left green some of it, once blue has taken that back', async () => {
    const it = await anOpenRoute()
    await it.set(50, [0])
    const asked = (asker: string, weights: readonly number[]) =>
      call<'openRoute'>({ route: it.route, left: { weights, grown: [] } }, { asker })
    const refused = async (asker: string, weights: readonly number[]) =>
      (await ending(acts().openRoute, asked(asker, weights))).message
    expect(await refused('run-1', [5, 50])).toMatch(
      /is at 50 %, where 0 % was left: somebody else \(CloudTrail tells .*\) wrote it/,
    )
    it.write({ blue: 60, green: 40 })
    expect(await refused('run-2', [5, 25])).toBe(
      "route web is at 40 %, where 0 % was left: an earlier cutover of this app ended in mid-run, and this is no weight of its steps. See that blue serves it, set green's weight in the rule to 0, then retry",
    )
    expect(it.weights()).toEqual({ blue: 60, green: 40 })
    it.write({ blue: 50, green: 50 })

    const pod = world.blue.pods().find((p) => p.namespace === it.route.namespace)
    world.sick.add(pod?.ip ?? '')
    await eventually('it is sick', async () =>
      (await port().health(it.route.blueTargetGroup)).some((t) => t.state === 'unhealthy'),
    )
    const seen: unknown[] = []
    const { answer, waits } = await driven(acts().openRoute, asked('run-2', [25, 50]), {
      lost: true,
      between() {
        seen.push(it.weights())
        if (seen.length > 1) world.sick.delete(pod?.ip ?? '')
      },
    })
    expect(seen[1]).toEqual({ blue: 50, green: 50 })
    expect(waits[1]).toBe(
      'route web was at 50 %, left by an earlier cutover of this app: it stays there, with 1 of 2 targets healthy and 100 % of the pods ready on demo-1-35',
    )
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
    expect(answer.note).toBe('2 targets healthy on green, at 0 %, where an earlier cutover had left 50 %')
  })

  test('only when no target is sick, and the count begins anew after one was', async () => {
    const it = await aRoute(world)
    const asked = call<'openRoute'>({ route: it.route })
    let pod = ''
    const { waits } = await driven(acts().openRoute, asked, {
      async between(why) {
        if (pod === '' && why.includes('seen so 2')) {
          pod = world.green.pods().find((p) => p.namespace === it.route.namespace)?.ip ?? ''
          world.sick.add(pod)
          await eventually('it is sick', async () =>
            (await port().health(it.group()?.arn ?? '')).some((t) => t.state === 'unhealthy'),
          )
        } else world.sick.delete(pod)
      },
    })
    expect(waits).toContainEqual(expect.stringMatching(/^1 of 2 targets of .* are healthy \(seen so 0 of 3 times\)$/))
    expect(waits.filter((w) => w.includes('seen so 2'))).toHaveLength(2)
  })

  test.for([
    { says: 'a target group of its name that this run did not make', what: 'group' },
    { says: 'a binding of its name that this run did not make', what: 'binding' },
  ])('not over $says', async ({ what }) => {
    const it = await aRoute(world)
    if (what === 'group') world.aws.elbv2.seedTargetGroup(it.route.greenTargetGroup, { 'norikae.io/run': 'run-0' })
    else {
      const theirs = it.binding('blue')
      if (theirs) world.green.apply({ ...theirs, metadata: { name: 'web', namespace: it.route.namespace } })
    }
    const { type, message } = await ending(acts().openRoute, call<'openRoute'>({ route: it.route }))
    expect([type, message]).toEqual(['Contested', expect.stringContaining('this run did not make it')])
    expect(it.weights()).toEqual({ blue: 100 })
  })
})

describe('a weight', () => {
  test('is read back, and is harmless to repeat', async () => {
    const it = await anOpenRoute()
    await it.set(5, [0, 5], true)
    expect(it.weights()).toEqual({ blue: 95, green: 5 })
    const { answer } = await it.set(100, [5, 100], true)
    expect(answer.note).toBe('100 % read back')
    await it.set(0, [0, 5, 100], true)
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
  })

  test('leaves the other actions of its rule as they are', async () => {
    const it = await anOpenRoute()
    const redirect: RuleAction = {
      type: 'other',
      order: 1,
      raw: {
        Type: 'authenticate-cognito',
        Order: 1,
        AuthenticateCognitoConfig: {
          UserPoolArn: 'arn:aws:cognito-idp:ap-northeast-1:123456789012:userpool/chat',
          UserPoolClientId: 'chat',
          UserPoolDomain: 'chat',
        },
      },
    }
    const [forward] = (await port().findRule(it.route.ruleArn))?.actions ?? []
    if (forward) await port().setActions(it.route.ruleArn, [redirect, { ...forward, order: 2 }])
    const before = (await port().findRule(it.route.ruleArn))?.actions[0]
    await it.set(25, [0])
    await it.set(0, [25])
    await it.settle('blue')
    const after = (await port().findRule(it.route.ruleArn))?.actions
    expect(after?.[0]).toEqual(before)
    expect(after).toHaveLength(2)
  })

  test.for([
    { says: 'forward', found: 40, to: 25, expects: [5, 25], left: '5' },
    { says: 'back', found: 40, to: 0, expects: [0, 5, 25], left: '0 or 5 or 25' },
  ])(
    'of somebody else, towards green, is not written over without a word on the way $says',
    async ({ found, to, expects, left }) => {
      const it = await anOpenRoute()
      it.write({ blue: 100 - found, green: found })
      const failure = await ending(acts().setWeight, call<'setWeight'>({ route: it.route, to, expect: expects }))
      expect(failure.type).toBe('Claimed')
      expect(failure.message).toContain(`route web is at 40 %, where ${left} % was left`)
      expect(it.weights()).toEqual({ blue: 60, green: 40 })
    },
  )

  test('names who wrote another, where CloudTrail tells', async () => {
    const it = await anOpenRoute()
    const { endpoint, admin: credentials } = world.aws
    const client = new ElasticLoadBalancingV2({ endpoint, region: scope.region, credentials })
    const TargetGroups = [
      { TargetGroupArn: it.route.blueTargetGroup, Weight: 60 },
      { TargetGroupArn: it.group()?.arn, Weight: 40 },
    ]
    const Actions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }]
    await client.modifyRule({ RuleArn: it.route.ruleArn, Actions })
    client.destroy()
    const failure = await ending(acts().setWeight, call<'setWeight'>({ route: it.route, to: 5, expect: [0] }))
    expect(failure.message).toMatch(
      /is at 40 %, where 0 % was left: arn:aws:sts::123456789012:assumed-role\/admin\/sandbox at \S+ moved it towards green/,
    )
  })

  test('is not set where somebody else’s target group is served too', async () => {
    const it = await anOpenRoute()
    const other = world.aws.elbv2.seedTargetGroup(`${it.route.namespace}-x`, {})
    it.write({ blue: 80, green: 0 }, other)
    const failure = await ending(acts().setWeight, call<'setWeight'>({ route: it.route, to: 5, expect: [0] }))
    expect(failure).toMatchObject({ type: 'Contested', message: expect.stringContaining('another target group too') })
    expect(it.weights()).toEqual({ blue: 80, green: 0, other: 20 })
  })

  test('of 0 is there before a route was opened, and any other is refused', async () => {
    const { route } = await aRoute(world)
    const ask = (to: number) => call<'setWeight'>({ route, to, expect: [0] })
    expect(await attempted(acts().setWeight, ask(0))).toBe('ready')
    expect((await ending(acts().setWeight, ask(5))).type).toBe('NotFound')
  })

  test('is tried again while AWS asks for patience', async () => {
    const it = await anOpenRoute()
    world.faults.throttle('elasticloadbalancing:ModifyRule', 2)
    await it.set(5, [0])
    expect(it.weights()).toEqual({ blue: 95, green: 5 })
  })
})

describe('a route', () => {
  test('that is closed leaves blue as it was, and nothing of green', async () => {
    const it = await anOpenRoute()
    const { answer } = await it.settle('blue', true)
    expect(answer.note).toBe('only blue is served')
    expect([it.weights(), it.group(), it.binding('green')]).toEqual([{ blue: 100 }, undefined, undefined])
    expect(it.binding('blue')).toBeDefined()
    await it.settle('blue')
  })

  test('that has weight of a cutover that was terminated is closed by the next, once blue has grown to green’s size', async () => {
    const it = await anOpenRoute()
    const { namespace } = it.route
    await it.set(100, [0])
    world.blue.apply(aScaler('web', namespace, 2, 6))
    world.green.apply(aScaler('web', namespace, 3, 6))
    await eventually(
      'green has grown',
      () => world.green.pods().filter((p) => p.namespace === namespace && p.ready).length === 3,
    )
    const web = { kind: 'Deployment', namespace, name: 'web' } as const
    const left = { weights: [25, 100], grown: [web] }
    const close = call<'settleRoute'>({ route: it.route, on: 'blue', left }, { asker: 'run-2' })
    const { waits } = await driven(acts().settleRoute, close)
    expect(waits[0]).toMatch(/^route web was at 100 %, left by an earlier cutover of this app/)
    expect([it.weights(), it.group(), it.binding('green')]).toEqual([{ blue: 100 }, undefined, undefined])
    expect(world.blue.list('autoscaling/v2', 'HorizontalPodAutoscaler', namespace)[0]?.spec?.['minReplicas']).toBe(3)
  })

  test('that is settled on green leaves nothing of blue', async () => {
    const it = await anOpenRoute()
    await it.set(100, [0])
    await it.settle('green', true)
    expect([it.weights(), it.binding('blue')]).toEqual([{ green: 100 }, undefined])
    expect(await port().findTargetGroup(it.route.blueTargetGroup)).toBeUndefined()
    await it.settle('green')
  })

  test('that is settled keeps a target group that is not Norikae’s', async () => {
    const it = await aRoute(world, { 'norikae.io/platform': 'another' })
    await driven(acts().openRoute, call<'openRoute'>({ route: it.route }))
    await driven(acts().setWeight, call<'setWeight'>({ route: it.route, to: 100, expect: [0] }))
    const { answer } = await driven(acts().settleRoute, call<'settleRoute'>({ route: it.route, on: 'green' }))
    expect(answer.note).toMatch(/is not Norikae's and was left$/)
    expect(await port().findTargetGroup(it.route.blueTargetGroup)).toBeDefined()
  })

  test.for([
    { on: 'blue', found: 30, settled: 0 },
    { on: 'green', found: 30, settled: 100 },
  ] as const)('is not settled on $on over somebody else’s weight', async ({ on, found, settled }) => {
    const it = await anOpenRoute()
    it.write({ blue: 100 - found, green: found })
    const failure = await ending(acts().settleRoute, call<'settleRoute'>({ route: it.route, on }))
    expect(failure.type).toBe('Contested')
    expect(failure.message).toContain(`is at ${found} %, where ${settled} % was left`)
    expect(it.weights()).toEqual({ blue: 70, green: 30 })
  })

  test('that was half opened is closed, whether green’s target group was made or not', async () => {
    const it = await aRoute(world)
    const close = call<'settleRoute'>({ route: it.route, on: 'blue' })
    expect(await attempted(acts().settleRoute, close)).toBe('ready')
    await attempted(acts().openRoute, call<'openRoute'>({ route: it.route }))
    await driven(acts().settleRoute, close)
    expect([it.weights(), it.group(), it.binding('green')]).toEqual([{ blue: 100 }, undefined, undefined])
  })

  test('is closed where EKS no longer has green', async () => {
    const it = await anOpenRoute()
    const gone = { scope: { ...scope, green: 'demo-1-99' } }
    await driven(acts().settleRoute, call<'settleRoute'>({ route: it.route, on: 'blue' }, gone))
    expect([it.weights(), it.group()]).toEqual([{ blue: 100 }, undefined])
  })

  test('whose blue target group or rule is gone is not settled, and says what is missing', async () => {
    const { route } = await aRoute(world)
    const ask = (more: object) => call<'settleRoute'>({ route: { ...route, ...more }, on: 'blue' })
    const noGroup = await ending(acts().settleRoute, ask({ blueTargetGroup: 'nothing' }))
    expect(noGroup).toMatchObject({ type: 'NotFound', message: 'the target group of blue for route web is not there' })
    const noRule = await ending(acts().settleRoute, ask({ ruleArn: `${route.ruleArn}00` }))
    expect(noRule).toMatchObject({ type: 'NotFound', message: expect.stringContaining('of route web is not there') })
  })
})
