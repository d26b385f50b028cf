import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LoadBalancingPort } from '../../../src/activities/ports.ts'
import { eventually } from '../../support/eventually.ts'
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
let loadBalancerArn: string
let blue: string
let green: string
beforeEach(() => {
  count += 1
  const { listenerArn, ...balancer } = world.aws.elbv2.seedLoadBalancer(`shared-${count}`)
  loadBalancerArn = balancer.loadBalancerArn
  blue = world.aws.elbv2.seedTargetGroup(`blue-${count}`, { team: 'chat' })
  green = world.aws.elbv2.seedTargetGroup(`green-${count}`, {})
  world.aws.elbv2.seedRule(listenerArn, 10, 'chat.test', [{ targetGroupArn: blue, weight: 1 }])
})

const calls = (operation: string) => world.aws.calls().filter((call) => call.operation === operation)

describe('a target group', () => {
  const found = async (which: string) => {
    const group = await port.findTargetGroup(which)
    if (!group) throw new Error(`there is no target group ${which}`)
    return group
  }

  test('is found by ARN and by name', async () => {
    const group = await found(blue)
    expect(group).toMatchObject({ arn: blue, name: `blue-${count}`, targetType: 'ip', tags: { team: 'chat' } })
    expect(group.loadBalancerArns).toEqual([loadBalancerArn])
    expect(group.attributes['deregistration_delay.timeout_seconds']).toBe('300')
    expect(await found(`blue-${count}`)).toEqual(group)
  })

  test('that is gone is nothing', async () => {
    expect(await port.findTargetGroup('nobody')).toBeUndefined()
    expect(await port.findTargetGroup(`${blue}00`)).toBeUndefined()
  })

  test('of which only half is told is not gone, and looked at again', async () => {
    for (const operation of ['DescribeTags', 'DescribeTargetGroupAttributes']) {
      world.faults.fail(`elasticloadbalancing:${operation}`, { code: 'TargetGroupNotFound' }, 1)
      const failure = await failureOf(port.findTargetGroup(blue))
      expect([failure.type, failure.message]).toEqual([
        'Unreachable',
        `target group ${blue} is not told alike everywhere yet: its tags are not`,
      ])
    }
  })

  test('is made like another one, attributes and all', async () => {
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }]
    await sdk.modifyTargetGroupAttributes({ TargetGroupArn: blue, Attributes })
    const like = await found(blue)
    const arn = await port.createTargetGroup(`new-${count}`, like, { run: 'r1' })
    const { settings, attributes, tags, loadBalancerArns } = await found(arn)
    expect(settings).toEqual(like.settings)
    expect(attributes).toEqual(like.attributes)
    expect(tags).toEqual({ run: 'r1' })
    expect(loadBalancerArns).toEqual([])
  })

  test('gets only those attributes that differ', async () => {
    const before = calls('ModifyTargetGroupAttributes').length
    await port.createTargetGroup(`plain-${count}`, await found(blue), {})
    expect(calls('ModifyTargetGroupAttributes')).toHaveLength(before)
  })

  test('is made once, however often it is asked for', async () => {
    const like = await found(blue)
    const arn = await port.createTargetGroup(`once-${count}`, like, { run: 'r1' })
    expect(await port.createTargetGroup(`once-${count}`, like, { run: 'r1' })).toBe(arn)
  })

  test('is finished by a repetition when its attributes were not written', async () => {
    const like = await found(blue)
    const wanted = { ...like, attributes: { ...like.attributes, 'slow_start.duration_seconds': '60' } }
    world.faults.fail('elasticloadbalancing:ModifyTargetGroupAttributes', { code: 'AccessDenied', status: 403 })
    await failureOf(port.createTargetGroup(`half-${count}`, wanted, { run: 'r1' }))
    const arn = await port.createTargetGroup(`half-${count}`, wanted, { run: 'r1' })
    expect((await found(arn)).attributes['slow_start.duration_seconds']).toBe('60')
  })

  test.for([
    { says: 'with other settings', change: { HealthCheckPath: '/other' }, tags: { run: 'r1' } },
    { says: 'with the tags of another run', change: {}, tags: { run: 'r0' } },
  ])('whose name is taken by one $says is contested', async ({ change, tags }) => {
    const like = await found(blue)
    const name = `taken-${count}`
    const other = await port.createTargetGroup(name, { ...like, settings: { ...like.settings, ...change } }, tags)
    const failure = await failureOf(port.createTargetGroup(name, like, { run: 'r1' }))
    expect(failure.type).toBe('Contested')
    expect(failure.message).toContain(other)
  })

  test('is deleted, and may be deleted again', async () => {
    await port.deleteTargetGroup(green)
    await port.deleteTargetGroup(green)
    expect(await port.findTargetGroup(green)).toBeUndefined()
  })

  test('in use is not deleted', async () => {
    expect((await failureOf(port.deleteTargetGroup(blue))).type).toBe('InUse')
  })

  test('tells the health of its targets, and why one is not asked', async () => {
    world.aws.elbv2.setTargets(blue, [{ id: '10.0.0.1', port: 8080 }])
    world.aws.elbv2.setTargets(green, [{ id: '10.0.0.2', port: 8080 }])
    await eventually('healthy', async () => (await port.health(blue))[0]?.state === 'healthy')
    expect(await port.health(blue)).toEqual([{ id: '10.0.0.1', port: 8080, state: 'healthy' }])
    expect(await port.health(green)).toEqual([
      { id: '10.0.0.2', port: 8080, state: 'unused', reason: 'Target.NotInUse' },
    ])
  })
})
