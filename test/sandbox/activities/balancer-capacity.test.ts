import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { RecordRoute } from '../../../src/domain/platform.ts'
import { balancerDimension } from '../../../src/domain/quiet-balancers.ts'
import { aPlace, aService, call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'
import { attempted, driven, ending, type Driving } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'

/** Capacity for a load balancer that nobody has used yet, with the rights of deploy/iam. */

let world: TwoClusters
beforeAll(async () => {
  world = await twoClusters()
})
afterAll(() => world.stop())
afterEach(() => world.aws.elbv2.noCapacity(false))

async function anIngress(more: Partial<RecordRoute> = {}) {
  const { aws, blue, green } = world
  const namespace = aPlace(blue, green)
  for (const cluster of [blue, green]) {
    cluster.apply(aService('web', namespace))
    cluster.apply({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', namespace },
      spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    })
  }
  const ingress = (side: 'blue' | 'green') => world[side].list('networking.k8s.io/v1', 'Ingress', namespace)[0]
  const balancer = (side: 'blue' | 'green') =>
    aws.elbv2
      .inventory()
      .loadBalancers.find(
        ({ tags }) =>
          tags['ingress.k8s.aws/stack'] === `${namespace}/web` && tags['elbv2.k8s.aws/cluster'] === scope[side],
      )
  await eventually(
    'both have a load balancer',
    () => ingress('blue')?.status?.['loadBalancer'] && ingress('green')?.status?.['loadBalancer'],
  )
  const arn = balancer('green')?.arn ?? ''
  const route: RecordRoute = {
    kind: 'route53',
    name: `${namespace}.test`,
    zone: 'Z1',
    namespace,
    target: 'Ingress/web',
    ...more,
  }
  return {
    route,
    arn,
    noted: () => ingress('green')?.metadata.annotations?.['norikae.io/reserved-capacity'],
    reserved: () => balancer('green')?.reserved,
    peaks: (...lcu: readonly number[]) =>
      lcu.forEach((value, n) =>
        aws.metrics.put(
          {
            namespace: 'AWS/ApplicationELB',
            metric: 'PeakLCUs',
            dimensions: { LoadBalancer: balancerDimension(balancer('blue')?.arn ?? '') },
          },
          Date.now() - (n + 3) * 60_000,
          value,
        ),
      ),
    /** As whoever may do everything. */
    async reserve(CapacityUnits: number) {
      const client = new ElasticLoadBalancingV2({
        endpoint: aws.endpoint,
        region: scope.region,
        credentials: aws.admin,
      })
      await client.modifyCapacityReservation({ LoadBalancerArn: arn, MinimumLoadBalancerCapacity: { CapacityUnits } })
      client.destroy()
    },
  }
}
const reserve = (route: RecordRoute, driving: Driving = {}) =>
  driven(world.activities.reserveCapacity, call<'reserveCapacity'>({ route }), driving)
const release = (route: RecordRoute, driving: Driving = {}) =>
  driven(world.activities.releaseCapacity, call<'releaseCapacity'>({ route }), driving)

test.for([{ lost: false }, { lost: true }])(
  "green's gets what blue's had at its peak, until it is let go (answers lost: $lost)",
  async ({ lost }) => {
    const it = await anIngress()
    it.peaks(120, 640, 300)
    const { answer, waits } = await reserve(it.route, { lost })
    expect(answer).toEqual({ note: '640 LCU reserved in 2 zones provisioned' })
    if (!lost) expect(waits.join()).toMatch(/640 LCU for the load balancer of .* were just asked for|2 zones pending/)
    expect([it.reserved(), it.noted()]).toEqual([640, '640'])
    // Once more asks for nothing.
    it.peaks(900)
    expect((await reserve(it.route)).answer.note).toContain('640 LCU')
    expect((await release(it.route, { lost })).answer.note).toMatch(/^(640 LCU released|nothing is reserved)$/)
    expect([it.reserved(), it.noted()]).toEqual([undefined, undefined])
    expect((await release(it.route)).answer).toEqual({ note: 'nothing is reserved' })
  },
)

test('what a new one holds anyway is not reserved, and what the file says is', async () => {
  const small = await anIngress()
  small.peaks(60)
  expect((await reserve(small.route)).answer.note).toMatch(/^nothing/)
  expect([small.reserved(), small.noted()]).toEqual([undefined, undefined])
  const said = await anIngress({ capacity: 200 })
  expect((await reserve(said.route)).answer.note).toContain('200 LCU reserved')
})

test('what its owner has reserved is left, also on the way back, and told where it is less', async () => {
  const it = await anIngress({ capacity: 500 })
  await it.reserve(200)
  const { answer } = await reserve(it.route)
  expect([answer.note, answer.findings?.map((f) => f.code)]).toEqual([
    '200 LCU are reserved by whoever made it',
    ['capacity-less'],
  ])
  expect((await release(it.route)).answer.note).toBe('nothing is reserved')
  expect(it.reserved()).toBe(200)
})

test('what AWS has not is for people: to ask again, or to go on without', async () => {
  const it = await anIngress({ capacity: 300 })
  world.aws.elbv2.noCapacity(true)
  const first = await ending(world.activities.reserveCapacity, call<'reserveCapacity'>({ route: it.route }))
  expect([first.type, first.message]).toEqual([
    'Stuck',
    expect.stringMatching(/2 zones failed \(InsufficientCapacity\)\. retry: ask again\. skip: go on/),
  ])
  world.aws.elbv2.noCapacity(false)
  expect((await reserve(it.route)).answer.note).toContain('300 LCU reserved')
  const much = await anIngress({ capacity: 20_000 })
  const { type, message } = await ending(
    world.activities.reserveCapacity,
    call<'reserveCapacity'>({ route: much.route }),
  )
  expect([type, message]).toEqual(['Stuck', expect.stringContaining('You have exceeded the capacity units limit')])
  // Skipped, and taken back: nothing of it is left.
  expect((await release(much.route)).answer.note).toBe('20000 LCU released')
  expect(much.noted()).toBeUndefined()
})

test('what AWS does not let go today holds nobody up, and is told with what ends it', async () => {
  const it = await anIngress({ capacity: 300 })
  for (const again of [1, 2]) {
    await reserve(it.route)
    expect((await release(it.route)).answer.note, `${again}`).toBe('300 LCU released')
  }
  await reserve(it.route)
  const { answer } = await release(it.route)
  expect(answer.findings?.map((f) => [f.code, f.remedy])).toEqual([
    ['capacity-kept', expect.stringContaining(`--reset-capacity-reservation --load-balancer-arn ${it.arn}`)],
  ])
  expect(it.reserved()).toBe(300)
})

test('what the worker may not is for people, and holds no way back up', async () => {
  const it = await anIngress({ capacity: 300 })
  const no = { code: 'AccessDenied', status: 403 }
  world.faults.fail('elasticloadbalancing:ModifyCapacityReservation', no)
  const { type, message } = await ending(world.activities.reserveCapacity, call<'reserveCapacity'>({ route: it.route }))
  expect([type, message]).toEqual(['Stuck', expect.stringMatching(/tag elbv2\.k8s\.aws\/cluster.*skip: go on/)])
  await reserve(it.route)
  world.faults.fail('elasticloadbalancing:ModifyCapacityReservation', no)
  const { answer } = await release(it.route)
  expect(answer.findings?.map((f) => f.code)).toEqual(['capacity-kept'])
  expect(it.reserved()).toBe(300)
})

test('a load balancer that is gone took what was reserved along', async () => {
  const it = await anIngress({ capacity: 300 })
  await reserve(it.route)
  // It would make it anew within the time of an attempt.
  const controller = world.green
    .list('apps/v1', 'Deployment')
    .find((d) => d.metadata.name.includes('load-balancer-controller'))
  if (!controller) throw new Error('there is no controller on green')
  world.green.apply({ ...controller, spec: { ...controller.spec, replicas: 0 } })
  await eventually('it is away', () => !world.green.pods().some((p) => p.name.includes('load-balancer-controller')))
  world.aws.elbv2.removeLoadBalancer(it.arn)
  expect((await release(it.route)).answer.note).toContain('its load balancer is gone')
  expect(await attempted(world.activities.releaseCapacity, call<'releaseCapacity'>({ route: it.route }))).toBe('ready')
})
