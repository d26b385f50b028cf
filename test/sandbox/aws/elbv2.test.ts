import {
  AddTagsCommand,
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
  RemoveTagsCommand,
  type Action,
  type CreateTargetGroupCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, test } from 'vitest'
import type { AwsTimes } from '../../../src/sandbox/aws/times.ts'
import { eventually } from '../../support/eventually.ts'
import { aSandbox, refused } from './a-sandbox.ts'

/** A load balancer with one rule, all of whose traffic goes to blue; green is in no rule. */
async function aShop(times: Partial<AwsTimes> = {}) {
  const it = await aSandbox(times)
  const { elbv2: seed } = it.aws
  const { loadBalancerArn, listenerArn } = seed.seedLoadBalancer('shop')
  const blue = seed.seedTargetGroup('web-blue', { app: 'web' })
  const green = seed.seedTargetGroup('web-green', {})
  const rule = seed.seedRule(listenerArn, 10, 'web.example.com', [{ targetGroupArn: blue, weight: 100 }])
  const weights = (shares: readonly (readonly [string, number])[]): Action[] => [
    {
      Type: 'forward',
      ForwardConfig: { TargetGroups: shares.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
    },
  ]
  const modify = (Actions: Action[], RuleArn = rule) => it.elbv2.send(new ModifyRuleCommand({ RuleArn, Actions }))
  const health = async (TargetGroupArn: string) => {
    const read = await it.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
    return read.TargetHealthDescriptions?.map(({ Target, TargetHealth }) =>
      [Target?.Id, TargetHealth?.State, TargetHealth?.Reason].filter(Boolean).join(' '),
    )
  }
  return { ...it, loadBalancerArn, listenerArn, blue, green, rule, weights, modify, health }
}

const aGroup = (over: Partial<CreateTargetGroupCommandInput> = {}): CreateTargetGroupCommandInput => ({
  Name: 'web-3f9a2c1b',
  Protocol: 'HTTP',
  Port: 8080,
  VpcId: 'vpc-1',
  TargetType: 'ip',
  Tags: [{ Key: 'run', Value: 'a&b <c>' }],
  ...over,
})

describe('a rule', () => {
  test('reads back the weights that were written, and traffic sees them at once', async () => {
    const it = await aShop()
    await it.modify(
      it.weights([
        [it.blue, 75],
        [it.green, 25],
      ]),
    )
    const { Rules } = await it.elbv2.send(new DescribeRulesCommand({ RuleArns: [it.rule] }))
    expect(Rules).toEqual([
      {
        RuleArn: it.rule,
        Priority: '10',
        IsDefault: false,
        Conditions: [
          {
            Field: 'host-header',
            Values: ['web.example.com'],
            HostHeaderConfig: { Values: ['web.example.com'] },
          },
        ],
        Actions: [
          {
            Type: 'forward',
            Order: 1,
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: it.blue, Weight: 75 },
                { TargetGroupArn: it.green, Weight: 25 },
              ],
              TargetGroupStickinessConfig: { Enabled: false },
            },
          },
        ],
      },
    ])
    expect(it.aws.elbv2.rules()).toEqual([
      {
        ruleArn: it.rule,
        hosts: ['web.example.com'],
        forward: [
          { targetGroupArn: it.blue, weight: 75 },
          { targetGroupArn: it.green, weight: 25 },
        ],
      },
    ])
  })

  test('loses every action that a new list leaves out, and keeps its conditions', async () => {
    const it = await aShop()
    const jwt: Action = {
      Type: 'jwt-validation',
      Order: 1,
      JwtValidationConfig: { JwksEndpoint: 'https://id.example.com/keys', Issuer: 'https://id.example.com' },
    }
    const forward = { ...it.weights([[it.blue, 1]])[0], Type: 'forward', Order: 2 } as const
    const both = await it.modify([forward, jwt])
    expect(both.Rules?.[0]?.Actions?.map(({ Type }) => Type)).toEqual(['jwt-validation', 'forward'])
    const one = await it.modify(it.weights([[it.green, 1]]))
    expect(one.Rules?.[0]?.Actions).toHaveLength(1)
    expect(one.Rules?.[0]?.Conditions).toHaveLength(1)
  })

  test('is read by its listener, with the default rule last', async () => {
    const it = await aShop()
    const first = it.aws.elbv2.seedRule(it.listenerArn, 5, 'api.example.com', [{ targetGroupArn: it.green, weight: 1 }])
    const { Rules } = await it.elbv2.send(new DescribeRulesCommand({ ListenerArn: it.listenerArn }))
    expect(Rules?.map(({ Priority }) => Priority)).toEqual(['5', '10', 'default'])
    expect(it.aws.elbv2.rules().map(({ ruleArn }) => ruleArn)).toEqual([first, it.rule])
  })

  test('shows a weight that somebody else wrote, without a call', async () => {
    const it = await aShop()
    it.aws.elbv2.setWeightAsSomebodyElse(it.rule, [{ targetGroupArn: it.green, weight: 40 }])
    const { Rules } = await it.elbv2.send(new DescribeRulesCommand({ RuleArns: [it.rule] }))
    expect(Rules?.[0]?.Actions?.[0]).toMatchObject({ TargetGroupArn: it.green })
    expect(it.aws.calls().map(({ operation }) => operation)).toEqual(['DescribeRules'])
  })

  type Shop = Awaited<ReturnType<typeof aShop>>
  test.for<{ says: string; actions: (shop: Shop) => Action[]; code: string }>([
    { says: 'a weight of 1000', actions: (s) => s.weights([[s.blue, 1000]]), code: 'ValidationError' },
    { says: 'a weight below 0', actions: (s) => s.weights([[s.blue, -1]]), code: 'ValidationError' },
    {
      says: 'six target groups',
      actions: (s) => s.weights(['a', 'b', 'c', 'd', 'e', 'f'].map((n) => [s.aws.elbv2.seedTargetGroup(n, {}), 1])),
      code: 'TooManyTargetGroupsException',
    },
    {
      says: 'a target group that is not there',
      actions: (s) => s.weights([['arn:x', 1]]),
      code: 'TargetGroupNotFoundException',
    },
    { says: 'no action', actions: () => [], code: 'InvalidLoadBalancerActionException' },
    {
      says: 'two forwards',
      actions: (s) => [...s.weights([[s.blue, 1]]), ...s.weights([[s.green, 1]])],
      code: 'InvalidLoadBalancerActionException',
    },
    {
      says: "another load balancer's target group",
      actions: (s) => {
        const other = s.aws.elbv2.seedLoadBalancer('other')
        s.aws.elbv2.seedRule(other.listenerArn, 1, 'x', [{ targetGroupArn: s.green, weight: 1 }])
        return s.weights([[s.green, 1]])
      },
      code: 'TargetGroupAssociationLimitException',
    },
  ])('does not take $says, and stays as it was', async ({ actions, code }) => {
    const it = await aShop()
    expect(await refused(it.modify(actions(it)))).toBe(`400 ${code}`)
    expect(it.aws.elbv2.rules().find(({ ruleArn }) => ruleArn === it.rule)?.forward).toEqual([
      { targetGroupArn: it.blue, weight: 100 },
    ])
  })

  test('that is not there is RuleNotFound; the default one is not for ModifyRule', async () => {
    const it = await aShop()
    expect(await refused(it.modify(it.weights([[it.blue, 1]]), `${it.rule}0`))).toBe('400 RuleNotFoundException')
    const { Rules } = await it.elbv2.send(new DescribeRulesCommand({ ListenerArn: it.listenerArn }))
    const byDefault = Rules?.find(({ IsDefault }) => IsDefault)?.RuleArn
    expect(await refused(it.modify(it.weights([[it.blue, 1]]), byDefault))).toBe('400 OperationNotPermittedException')
  })
})

describe('a target group', () => {
  test('that is created twice is the same; with other settings its name is taken', async () => {
    const { elbv2 } = await aSandbox()
    const first = await elbv2.send(new CreateTargetGroupCommand(aGroup()))
    const second = await elbv2.send(new CreateTargetGroupCommand(aGroup()))
    const arn = first.TargetGroups?.[0]?.TargetGroupArn
    expect(arn).toMatch(/^arn:aws:elasticloadbalancing:ap-northeast-1:\d{12}:targetgroup\/web-3f9a2c1b\/[0-9a-f]{16}$/)
    expect(second.TargetGroups).toEqual(first.TargetGroups)
    const other = elbv2.send(new CreateTargetGroupCommand(aGroup({ Port: 9090 })))
    expect(await refused(other)).toBe('400 DuplicateTargetGroupNameException')
    const { TagDescriptions } = await elbv2.send(new DescribeTagsCommand({ ResourceArns: [arn ?? ''] }))
    expect(TagDescriptions?.[0]?.Tags).toEqual([{ Key: 'run', Value: 'a&b <c>' }])
  })

  test.for<{ says: string; over: Partial<CreateTargetGroupCommandInput> }>([
    { says: 'a name of 33 characters', over: { Name: 'a'.repeat(33) } },
    { says: 'a name that ends in a hyphen', over: { Name: 'web-' } },
    { says: 'no name', over: { Name: undefined } },
    { says: 'no port', over: { Port: undefined } },
    { says: 'no network', over: { VpcId: undefined } },
  ])('with $says is refused', async ({ over }) => {
    const { elbv2 } = await aSandbox()
    expect(await refused(elbv2.send(new CreateTargetGroupCommand(aGroup(over))))).toBe('400 ValidationError')
  })

  test('is found by name, ARN and load balancer, and belongs to the one in whose rule it is', async () => {
    const it = await aShop()
    const found = async (by: { Names?: string[]; TargetGroupArns?: string[]; LoadBalancerArn?: string }) =>
      (await it.elbv2.send(new DescribeTargetGroupsCommand(by))).TargetGroups?.map((g) => g.TargetGroupName)
    expect(await found({ Names: ['web-green'] })).toEqual(['web-green'])
    expect(await found({ TargetGroupArns: [it.blue] })).toEqual(['web-blue'])
    expect(await found({ LoadBalancerArn: it.loadBalancerArn })).toEqual(['web-blue'])
    expect(await found({})).toEqual(['web-blue', 'web-green'])
    expect(await refused(found({ Names: ['no-such'] }))).toBe('400 TargetGroupNotFoundException')
  })

  test('cannot be deleted while a rule names it, not even at weight 0', async () => {
    const it = await aShop()
    await it.modify(
      it.weights([
        [it.blue, 100],
        [it.green, 0],
      ]),
    )
    const remove = () => it.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn: it.green }))
    expect(await refused(remove())).toBe('400 ResourceInUseException')
    await it.modify(it.weights([[it.blue, 100]]))
    expect(await refused(remove())).toBe('served')
    expect(it.aws.elbv2.inventory().targetGroups.map(({ name, inRules }) => ({ name, inRules }))).toEqual([
      { name: 'web-blue', inRules: [it.rule] },
    ])
  })

  test('keeps its attributes, and takes none that AWS does not have', async () => {
    const it = await aShop()
    const modify = (Key: string, Value: string) =>
      it.elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: it.green, Attributes: [{ Key, Value }] }))
    await modify('deregistration_delay.timeout_seconds', '30')
    const read = await it.elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: it.green }))
    expect(read.Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '30' })
    expect(read.Attributes).toContainEqual({ Key: 'load_balancing.algorithm.type', Value: 'round_robin' })
    expect(await refused(modify('no.such', '1'))).toBe('400 ValidationError')
    expect(await refused(modify('slow_start.duration_seconds', '7'))).toBe('400 ValidationError')
  })

  test('and what else has an ARN take tags', async () => {
    const it = await aShop()
    const ResourceArns = [it.green, it.rule, it.listenerArn, it.loadBalancerArn]
    const add = {
      ResourceArns,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '' },
      ],
    }
    await it.elbv2.send(new AddTagsCommand(add))
    await it.elbv2.send(new RemoveTagsCommand({ ResourceArns, TagKeys: ['a'] }))
    const { TagDescriptions } = await it.elbv2.send(new DescribeTagsCommand({ ResourceArns }))
    expect(TagDescriptions?.map(({ Tags }) => Tags)).toEqual(ResourceArns.map(() => [{ Key: 'b', Value: '' }]))
    const nowhere = it.elbv2.send(new DescribeTagsCommand({ ResourceArns: [`${it.green}0`] }))
    expect(await refused(nowhere)).toBe('400 TargetGroupNotFoundException')
  })
})

describe('a target', () => {
  const two = [
    { id: '10.0.0.1', port: 8080 },
    { id: '10.0.0.2', port: 8080 },
  ]

  test('of a group in no rule is unused; at weight 0 it is probed and becomes healthy', async () => {
    const it = await aShop()
    const probes = Promise.withResolvers<void>()
    it.outside.mayAnswer = probes.promise
    it.outside.down.add('10.0.0.2')
    it.aws.elbv2.setTargets(it.green, two)
    expect(await it.health(it.green)).toEqual(two.map(({ id }) => `${id} unused Target.NotInUse`))
    await it.modify(
      it.weights([
        [it.blue, 100],
        [it.green, 0],
      ]),
    )
    expect(await it.health(it.green)).toEqual(two.map(({ id }) => `${id} initial Elb.RegistrationInProgress`))
    probes.resolve()
    await eventually('one healthy, one not', async () => {
      const [first, second] = (await it.health(it.green)) ?? []
      return first === '10.0.0.1 healthy' && second === '10.0.0.2 unhealthy Target.FailedHealthChecks'
    })
    expect(it.aws.elbv2.serving(it.green).map(({ id }) => id)).toEqual(['10.0.0.1'])
    expect(it.outside.probed).toContain('10.0.0.1:8080/healthz')
  })

  test('gets requests though it is unhealthy where all are: the load balancer fails open', async () => {
    const it = await aShop()
    for (const { id } of two) it.outside.down.add(id)
    it.aws.elbv2.setTargets(it.blue, two)
    await eventually('all are unhealthy', async () =>
      (await it.health(it.blue))?.every((state) => state.includes('unhealthy')),
    )
    expect(it.aws.elbv2.serving(it.blue)).toHaveLength(2)
    it.outside.down.delete('10.0.0.2')
    await eventually('one serves', () => it.aws.elbv2.serving(it.blue).length === 1)
  })

  test('that is deregistered drains for the delay, gets nothing new, and is gone', async () => {
    const it = await aShop({ drainSecondMs: 5 })
    const TargetGroupArn = it.blue
    const Targets = [{ Id: '10.0.0.1', Port: 8080 }, { Id: '10.0.0.2' }]
    await it.elbv2.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }))
    await eventually('both serve', async () => (await it.health(it.blue))?.every((state) => state.endsWith(' healthy')))
    await it.elbv2.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: Targets.slice(1) }))
    expect(await it.health(it.blue)).toEqual(['10.0.0.1 healthy', '10.0.0.2 draining Target.DeregistrationInProgress'])
    expect(it.aws.elbv2.serving(it.blue).map(({ id }) => id)).toEqual(['10.0.0.1'])
    await eventually('it is gone', async () => (await it.health(it.blue))?.length === 1)
    const asked = { TargetGroupArn, Targets: [{ Id: '10.0.0.2' }] }
    const { TargetHealthDescriptions } = await it.elbv2.send(new DescribeTargetHealthCommand(asked))
    expect(TargetHealthDescriptions?.[0]?.TargetHealth?.Reason).toBe('Target.NotRegistered')
  })

  test('is one of exactly those that a binding sets', async () => {
    const it = await aShop()
    it.aws.elbv2.setTargets(it.green, two)
    it.aws.elbv2.setTargets(it.green, two.slice(1))
    expect(it.aws.elbv2.serving(it.green)).toMatchObject([{ id: '10.0.0.2', port: 8080 }])
    it.aws.elbv2.setTargets('arn:of:none', two)
    expect(it.aws.elbv2.serving('arn:of:none')).toEqual([])
  })
})

test('a load balancer and its listeners are found', async () => {
  const it = await aShop()
  const balancers = await it.elbv2.send(new DescribeLoadBalancersCommand({ Names: ['shop'] }))
  expect(balancers.LoadBalancers).toMatchObject([{ LoadBalancerArn: it.loadBalancerArn, State: { Code: 'active' } }])
  const listeners = await it.elbv2.send(new DescribeListenersCommand({ LoadBalancerArn: it.loadBalancerArn }))
  expect(listeners.Listeners).toMatchObject([{ ListenerArn: it.listenerArn, Port: 80, Protocol: 'HTTP' }])
  const nowhere = it.elbv2.send(new DescribeLoadBalancersCommand({ Names: ['no-such'] }))
  expect(await refused(nowhere)).toBe('400 LoadBalancerNotFoundException')
})
