import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LoadBalancingPort } from '../../../src/activities/ports.ts'
import { type RuleAction, withGreenShare } from '../../../src/domain/target-groups.ts'
import { anAws, type AnAws } from './aws.ts'
import { failureOf } from './local.ts'

let world: AnAws
let port: LoadBalancingPort
let sdk: ElasticLoadBalancingV2
beforeAll(async () => {
  world = await anAws({}, 'admin')
  port = world.outside.loadBalancing(world.region)
  sdk = new ElasticLoadBalancingV2({ region: world.region, credentials: world.credentials })
})
afterAll(async () => {
  sdk.destroy()
  await world.stop()
})

let count = 0
let listenerArn: string
let loadBalancerArn: string
let blue: string
let green: string
let rule: string
beforeEach(() => {
  count += 1
  ;({ listenerArn, loadBalancerArn } = world.aws.elbv2.seedLoadBalancer(`shared-${count}`))
  blue = world.aws.elbv2.seedTargetGroup(`blue-${count}`, { team: 'chat' })
  green = world.aws.elbv2.seedTargetGroup(`green-${count}`, {})
  rule = world.aws.elbv2.seedRule(listenerArn, 10, 'chat.test', [{ targetGroupArn: blue, weight: 1 }])
})

const calls = (operation: string) => world.aws.calls().filter((call) => call.operation === operation)

const authenticate: RuleAction = {
  type: 'other',
  order: 1,
  raw: {
    Type: 'authenticate-oidc',
    Order: 1,
    AuthenticateOidcConfig: {
      Issuer: 'https://login.test',
      AuthorizationEndpoint: 'https://login.test/authorize',
      TokenEndpoint: 'https://login.test/token',
      UserInfoEndpoint: 'https://login.test/me',
      ClientId: 'chat',
    },
  },
}

describe('rules', () => {
  test('tell their tags', async () => {
    await sdk.addTags({ ResourceArns: [rule], Tags: [{ Key: 'ManagedBy', Value: 'terraform' }] })
    expect(await port.tagsOf([rule, blue])).toEqual({ [rule]: { ManagedBy: 'terraform' }, [blue]: { team: 'chat' } })
  })
  test.for(['DescribeListeners', 'DescribeRules', 'DescribeTags'])(
    'of a load balancer that goes between two questions are none, and those of another are told (%s)',
    async (before) => {
      const other = world.aws.elbv2.seedLoadBalancer(`gone-${count}`)
      const behind = world.aws.elbv2.seedTargetGroup(`gone-${count}`, {})
      world.aws.elbv2.seedRule(other.listenerArn, 10, 'gone.test', [{ targetGroupArn: behind, weight: 1 }])
      const goes = ({ operation }: { readonly operation: string }) => {
        if (operation === before) world.aws.elbv2.removeLoadBalancer(other.loadBalancerArn)
        return undefined
      }
      world.faults.disturbances.add(goes)
      const found = await port.rulesForwardingTo([blue, behind])
      world.faults.disturbances.remove(goes)
      expect(found.map(({ listenerArn: on }) => on)).toContain(listenerArn)
    },
  )
  test('are found from a target group, with their host and their listener', async () => {
    expect(await port.rulesForwardingTo([blue])).toEqual([
      {
        arn: rule,
        listenerArn,
        isDefault: false,
        hosts: ['chat.test'],
        actions: [
          { type: 'forward', order: 1, targetGroups: [{ arn: blue, weight: 1 }], stickiness: { enabled: false } },
        ],
      },
    ])
  })

  test('of other target groups and of none are not', async () => {
    expect(await port.rulesForwardingTo([green])).toEqual([])
    expect(await port.rulesForwardingTo([])).toEqual([])
  })

  test('are found over all pages, however many there are', async () => {
    for (let i = 0; i < 450; i += 1)
      world.aws.elbv2.seedRule(listenerArn, 100 + i, `t${i}.test`, [{ targetGroupArn: blue, weight: 1 }])
    expect(await port.rulesForwardingTo([blue])).toHaveLength(451)
  })

  test('are found for more target groups than one question may name, and past those that are gone', async () => {
    const more = Array.from({ length: 30 }, (_, i) => world.aws.elbv2.seedTargetGroup(`m-${count}-${i}`, {}))
    for (const [i, targetGroupArn] of more.entries())
      world.aws.elbv2.seedRule(listenerArn, 100 + i, `m${i}.test`, [{ targetGroupArn, weight: 1 }])
    await port.deleteTargetGroup(green)
    expect(await port.rulesForwardingTo([green, ...more])).toHaveLength(30)
  })

  test('name the cluster whose controller owns the load balancer', async () => {
    const tag = { Key: 'elbv2.k8s.aws/cluster', Value: 'chatwork-prod-1-35' }
    await sdk.addTags({ ResourceArns: [loadBalancerArn], Tags: [tag] })
    expect((await port.rulesForwardingTo([blue]))[0]?.ownedByCluster).toBe('chatwork-prod-1-35')
    expect((await port.findRule(rule))?.ownedByCluster).toBe('chatwork-prod-1-35')
  })

  test('are the same read one by one', async () => {
    expect([await port.findRule(rule)]).toEqual(await port.rulesForwardingTo([blue]))
  })

  test('that are gone are nothing', async () => {
    expect(await port.findRule(`${rule}00`)).toBeUndefined()
  })

  test('that are the default of a listener are told as such, and cannot be written', async () => {
    const { Rules = [] } = await sdk.describeRules({ ListenerArn: listenerArn })
    const arn = Rules.find((r) => r.IsDefault)?.RuleArn ?? ''
    const found = await port.findRule(arn)
    expect(found).toMatchObject({ isDefault: true, hosts: [], actions: [{ type: 'other' }] })
    expect((await failureOf(port.setActions(arn, found?.actions ?? []))).type).toBe('Failed')
  })
})

describe('actions', () => {
  const forward = (to: readonly { arn: string; weight: number }[], order: number): RuleAction => ({
    type: 'forward',
    order,
    targetGroups: to,
    stickiness: { enabled: true, seconds: 600 },
  })

  test('come back as they were written, in their order', async () => {
    const actions = [
      authenticate,
      forward(
        [
          { arn: blue, weight: 75 },
          { arn: green, weight: 25 },
        ],
        2,
      ),
    ]
    await port.setActions(rule, actions)
    expect((await port.findRule(rule))?.actions.at(-1)).toEqual(actions[1])
    expect((await port.findRule(rule))?.actions[0]).toMatchObject({ type: 'other', order: 1 })
  })

  test('of other types stay as they are when a weight is set', async () => {
    await port.setActions(rule, [authenticate, forward([{ arn: blue, weight: 1 }], 2)])
    const before = (await port.findRule(rule))?.actions ?? []
    await port.setActions(rule, withGreenShare(before, blue, green, 25))
    const after = (await port.findRule(rule))?.actions ?? []
    expect(after[0]).toEqual(before[0])
    expect(after[1]).toEqual(
      forward(
        [
          { arn: blue, weight: 75 },
          { arn: green, weight: 25 },
        ],
        2,
      ),
    )
  })

  test('that sign people in keep the secret, which AWS never tells', async () => {
    await port.setActions(rule, [authenticate, forward([{ arn: blue, weight: 1 }], 2)])
    const sent = calls('ModifyRule').at(-1)?.parameters
    expect(JSON.stringify(sent)).toMatch(/UseExistingClientSecret\W+true/)
  })

  test('with a target group that is not there are refused', async () => {
    const failure = await failureOf(port.setActions(rule, [forward([{ arn: `${blue}00`, weight: 1 }], 1)]))
    expect(failure.type).toBe('NotFound')
  })

  test('of somebody else are read as they are', async () => {
    world.aws.elbv2.setWeightAsSomebodyElse(rule, [
      { targetGroupArn: blue, weight: 60 },
      { targetGroupArn: green, weight: 40 },
    ])
    expect((await port.findRule(rule))?.actions[0]).toMatchObject({
      targetGroups: [
        { arn: blue, weight: 60 },
        { arn: green, weight: 40 },
      ],
    })
  })
})
