import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { ActionCall, BeganBack } from '../../../src/domain/actions.ts'
import type { WorkloadRef } from '../../../src/domain/platform.ts'
import type { Check } from '../../../src/domain/verdict.ts'
import { aScaler } from '../../contract/an-app.ts'
import { aRoute } from '../../support/a-route.ts'
import { attempted, driven, ending } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { aDeployment, call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

/** A Prometheus that answers `<side>` with the number that a test puts there; nothing: no series. */
const numbers: { blue?: number; green?: number } = {}
const prometheus: Server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += String(chunk)))
  request.on('end', () => {
    const side = new URLSearchParams(body).get('query') === 'blue' ? 'blue' : 'green'
    const value = numbers[side]
    const result = value === undefined ? [] : [{ metric: {}, value: [Date.now() / 1000, `${value}`] }]
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
  })
})

let world: TwoClusters
beforeAll(async () => {
  world = await twoClusters()
  await new Promise<void>((listening) => prometheus.listen(0, '127.0.0.1', listening))
})
afterAll(async () => {
  prometheus.close()
  await world.stop()
})
afterEach(() => {
  world.blue.silent = false
  world.green.silent = false
  world.faults.clear()
  cordon(false)
  delete numbers.blue
  delete numbers.green
})

const setWeight = (input: ActionCall<'setWeight'>) => world.activities.setWeight(input)
/** What goes along when people are told: it has begun. */
const TOLD = { began: { from: 100, green: {} } } as const
const LONG_AGO = () => Date.now() - 301_000

const errors = (): Check => ({
  name: 'errors',
  source: {
    kind: 'prometheus',
    url: `http://127.0.0.1:${(prometheus.address() as AddressInfo).port}`,
    queries: { blue: 'blue', green: 'green' },
  },
  limit: { atMost: 0.02 },
  minSamples: 1,
  breachAfter: 2,
  every: '1s',
})

/** All of its traffic is on green, and blue has as many pods as it had. */
async function onGreen(checks: readonly Check[] = []) {
  const it = await aRoute(world)
  const { route } = it
  await driven((c) => world.activities.openRoute(c), call<'openRoute'>({ route }))
  await driven(setWeight, call<'setWeight'>({ route, to: 100, expect: [0] }))
  const { namespace } = route
  const web: WorkloadRef = { kind: 'Deployment', namespace, name: 'web' }
  const back = (more: Partial<Omit<ActionCall, 'input'>> = {}, workloads = [web]) =>
    call<'setWeight'>({ route, to: 0, expect: [0, 100], onto: { workloads, checks } }, more)
  const ready = (on: 'blue' | 'green' = 'blue') =>
    world[on].pods().filter((p) => p.namespace === namespace && p.ready).length
  const mark = (pod: number, unready: string) => {
    const { name = '' } = world.blue.list('v1', 'Pod', namespace)[pod]?.metadata ?? {}
    const annotations = { 'sandbox.norikae.io/unready': unready }
    world.blue.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, annotations } })
  }
  return { ...it, namespace, back, ready, mark }
}

/** Blue takes no new pods. */
function cordon(unschedulable: boolean): void {
  for (const { metadata } of world.blue.list('v1', 'Node'))
    world.blue.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: metadata.name }, spec: { unschedulable } })
}

describe('onto a blue that', () => {
  test('is ready, all of it goes at once', async () => {
    const it = await onGreen()
    const { answer, waits } = await driven(setWeight, it.back())
    expect([answer.note, waits]).toEqual(['0 % read back', ['route web goes back from 100 %']])
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
  })

  test('has to grow, it goes 5, 50, 100 as pods get ready', async () => {
    const it = await onGreen()
    world.blue.apply(aScaler('web', it.namespace, 4, 6))
    await eventually('blue has grown', () => it.ready() === 4)
    for (const pod of [0, 1, 2]) it.mark(pod, 'true')
    await eventually('a quarter of it is ready', () => it.ready() === 1)
    const seen: unknown[] = []
    await driven(setWeight, it.back({ told: TOLD }), {
      lost: true,
      async between() {
        seen.push(it.weights())
        if (seen.length === 1) for (const pod of [0]) it.mark(pod, 'false')
        if (it.weights()['blue'] === 50) for (const pod of [1, 2]) it.mark(pod, 'false')
      },
    })
    const blue = seen.map((weights) => (weights as { blue: number }).blue)
    expect([...new Set(blue)].slice(0, 2)).toEqual([5, 50])
    expect(blue).toEqual(blue.toSorted((a, b) => a - b))
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
  })

  test('does not grow, it stays at what that can carry, says what is missing, and goes there when people say so', async () => {
    const it = await onGreen()
    cordon(true)
    world.green.apply(aScaler('web', it.namespace, 4, 6))
    world.blue.apply(aScaler('web', it.namespace, 2, 6))
    await eventually('green has grown', () => it.ready('green') === 4)
    // Also where it could not be raised before: it is raised on the way.
    await eventually('it waits with half of its pods', async () =>
      (await attempted(setWeight, it.back({ told: TOLD }))).includes(
        'route web is at 50 %: 50 % of what demo-1-35 needs',
      ),
    )
    const failure = await ending(setWeight, it.back())
    expect(failure.type).toBe('TooSmall')
    expect(failure.message).toMatch(
      /^route web is at 50 %: 50 % of what demo-1-35 needs for all of it is ready \(Deployment\/place-\d+\/web has 2 of 4 pods ready: Deployment\/place-\d+\/web: Unschedulable, 0\/2 nodes are available.*\)\. It goes on by itself as demo-1-35 gets ready; skip: all of it goes there now, ready or not$/,
    )
    expect(it.weights()).toEqual({ blue: 50, green: 50 })

    // Told, it has no end but theirs, or that blue gets ready.
    expect(await attempted(setWeight, it.back({ told: TOLD }), { scheduledMs: LONG_AGO() })).toContain('is at 50 %')
    const { answer } = await driven(setWeight, it.back({ choice: 'skip' }))
    expect(answer.note).toBe('0 % read back, whatever demo-1-35 is like')
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
  })

  test('grows while people are asked, it goes on by itself', async () => {
    const it = await onGreen()
    for (const pod of [0, 1]) it.mark(pod, 'true')
    await eventually('nothing of it is ready', () => it.ready() === 0)
    expect(await attempted(setWeight, it.back({ told: TOLD }))).toContain('is at 100 %: 0 % of what demo-1-35 needs')
    for (const pod of [0, 1]) it.mark(pod, 'false')
    await driven(setWeight, it.back({ told: TOLD }))
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
  })

  test('was made smaller by its owner, it gets no more than that', async () => {
    const it = await onGreen()
    world.blue.apply(aDeployment('web', it.namespace, 0))
    await eventually('blue has none', () => it.ready() === 0)
    expect(await attempted(setWeight, it.back({ told: TOLD }))).toMatch(
      /is at 100 %: 0 % of what demo-1-35 needs .* has 0 of 2 pods ready, and nothing scales it\)/,
    )
  })

  test('does not answer, nothing more goes there before people have said so', async () => {
    const it = await onGreen()
    world.blue.silent = true
    const failure = await ending(setWeight, it.back())
    expect(failure).toEqual({
      type: 'TooSmall',
      message:
        'route web is at 100 %: demo-1-35 does not answer (no answer), so nobody can tell how much it can carry. It goes on by itself as demo-1-35 gets ready; skip: all of it goes there now, ready or not',
    })
    expect(it.weights()).toEqual({ blue: 0, green: 100 })
    // Whoever orders it back says nothing of that; `skip` does.
    expect((await ending(setWeight, it.back({ because: 'ordered' }))).type).toBe('TooSmall')
    await driven(setWeight, it.back({ choice: 'skip' }))
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
  })

  test('has what it needs by what green had when it began: what fails may grow without end', async () => {
    const it = await onGreen()
    const began = { from: 100, green: {}, sizes: { [`Deployment/${it.namespace}/web`]: 2 } }
    world.green.apply(aScaler('web', it.namespace, 6, 6))
    await eventually('green has grown', () => it.ready('green') === 6)
    await driven(setWeight, it.back({ told: { began } }))
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
  })

  test('has lost what green has lost, it needs none of that', async () => {
    const it = await onGreen()
    const gone: WorkloadRef = { kind: 'Deployment', namespace: it.namespace, name: 'gone' }
    await driven(setWeight, it.back({}, [gone]))
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
  })

  test('is ready, while green does not answer, all of it goes there', async () => {
    const it = await onGreen()
    world.blue.apply(aScaler('web', it.namespace, 2, 6))
    world.green.silent = true
    const { answer, waits } = await driven(setWeight, it.back())
    expect([answer.note, waits]).toEqual(['0 % read back', ['route web goes back from 100 %']])
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
  })

  test('has its pods, and nobody can tell which targets are healthy, nothing more goes there', async () => {
    const it = await onGreen()
    world.faults.fail('elasticloadbalancing:DescribeTargetHealth', { code: 'AccessDenied' }, 1000)
    expect(await attempted(setWeight, it.back({ told: TOLD }))).toContain(
      'is at 100 %: the load balancer does not tell which targets of blue are healthy (',
    )
    expect(it.weights()).toEqual({ blue: 0, green: 100 })
  })

  test('does not answer when it is to grow, that holds up nobody: it is raised on the way', async () => {
    const it = await onGreen()
    world.blue.apply(aScaler('web', it.namespace, 2, 6))
    world.blue.silent = true
    const workload = { kind: 'Deployment', namespace: it.namespace, name: 'web' } as const
    const grow = call<'pinSize'>({ workload, on: 'blue', like: 'green', wait: false })
    const { answer } = await driven((c: typeof grow) => world.activities.pinSize(c), grow)
    expect(answer.note).toMatch(/^web on demo-1-35 keeps its size: .*no answer/)
  })

  test('has pods and no healthy targets gets nothing', async () => {
    const it = await onGreen()
    for (const { ip } of world.blue.pods().filter((p) => p.namespace === it.namespace)) world.sick.add(ip)
    await eventually('they are sick', async () =>
      (
        await world.ports.loadBalancing(scope.region).health(it.route.kind === 'alb' ? it.route.blueTargetGroup : '')
      ).every((t) => t.state === 'unhealthy'),
    )
    expect(await attempted(setWeight, it.back({ told: TOLD }))).toMatch(
      /is at 100 %: 0 % .*\(the load balancer finds too few targets of demo-1-35 healthy\)/,
    )
    world.sick.clear()
  })
})

describe('blue is looked at once it has some of it', () => {
  test('and it ends when each check was read often enough', async () => {
    const it = await onGreen([errors()])
    Object.assign(numbers, { blue: 0, green: 0.1 })
    const { answer, waits } = await driven(setWeight, it.back())
    expect(answer.note).toBe('0 % read back')
    expect(waits.slice(0, 2)).toEqual([
      'route web goes back from 100 %',
      'route web is at 0 %, and demo-1-35 is looked at with it',
    ])
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
  })

  test('where it does worse than green did, green has what it had, and people are asked', async () => {
    const it = await onGreen([errors()])
    Object.assign(numbers, { blue: 0.7, green: 0.1 })
    const failure = await ending(setWeight, it.back(), { lost: true })
    expect(failure).toEqual({
      type: 'BadlyToo',
      message:
        'route web is at 100 %: demo-1-35, to which it goes back, does badly too: errors (Prometheus) 0.7, 0.7 in a row, where at most 0.02 is allowed. demo-1-36 did better, so it has what it had, and nothing of demo-1-36 is taken away. retry: try demo-1-35 once more; skip: all of it goes to demo-1-35 all the same',
    })
    expect(it.weights()).toEqual({ blue: 0, green: 100 })
    await driven(setWeight, it.back({ choice: 'skip' }))
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
  })

  test.for([
    ['both do as badly', { blue: 0.12, green: 0.1 }, undefined],
    ['it does better than green, though not well', { blue: 0.03, green: 0.4 }, 'breach'],
    ['nobody knows of green, whose pods may be gone', { blue: 0.7 }, 'breach'],
  ] as const)('where %s, all of it goes there, and that is told', async ([, now, because]) => {
    const it = await onGreen([errors()])
    Object.assign(numbers, now)
    const { answer } = await driven(setWeight, it.back({ ...(because && { because }) }))
    expect(answer.note).toMatch(/^0 % read back, and demo-1-35 does not do well either: errors/)
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
  })

  test('what broke a limit on green gets nothing back: where blue does worse with all of it, people know before more leaves', async () => {
    const it = await onGreen([errors()])
    Object.assign(numbers, { blue: 0.7, green: 0.1 })
    const failure = await ending(setWeight, it.back({ because: 'breach' }))
    expect(failure.type).toBe('BadlyToo')
    expect(failure.message).toMatch(
      /^route web is at 0 %, and demo-1-35, which has all of it, does worse than demo-1-36 did: errors/,
    )
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
    // Tried again it is at 0 %, where green tells nothing any more.
    await driven(setWeight, it.back({ because: 'breach' }))
  })

  test('at each step: at 50 % it goes no further', async () => {
    const it = await onGreen([errors()])
    it.mark(0, 'true')
    await eventually('half of it is ready', () => it.ready() === 1)
    numbers.green = 0.1
    let steps = 0
    const failure = await ending(setWeight, it.back({ told: { began: { ...TOLD.began, green: { errors: 0.1 } } } }), {
      between: () => {
        steps += 1
        numbers.blue = it.weights()['blue'] === 50 ? 0.7 : 0
      },
    })
    expect(steps).toBeGreaterThan(1)
    expect(failure.type).toBe('BadlyToo')
    expect(it.weights()).toEqual({ blue: 0, green: 100 })
  })

  test('also once people were told, by what green was like when it began', async () => {
    const it = await onGreen([errors()])
    it.mark(0, 'true')
    await eventually('half of it is ready', () => it.ready() === 1)
    Object.assign(numbers, { blue: 0, green: 0.1 })
    const told: unknown = await driven(setWeight, it.back()).catch((error: unknown) => error)
    const details = (told as { readonly details?: readonly [{ began: BeganBack }] }).details
    const sizes = { [`Deployment/${it.namespace}/web`]: 2 }
    expect(details).toEqual([{ began: { from: 100, green: { errors: 0.1 }, sizes } }])
    expect(it.weights()).toEqual({ blue: 50, green: 50 })
    Object.assign(numbers, { blue: 0.7, green: 0.9 })
    const failure = await ending(setWeight, it.back({ told: { began: details?.[0].began } }))
    expect(failure.message).toMatch(/^route web is at 100 %: demo-1-35, to which it goes back, does badly too/)
    expect(it.weights()).toEqual({ blue: 0, green: 100 })
  })

  test('not where somebody has moved it, or nothing can be read', async () => {
    const it = await onGreen([errors()])
    Object.assign(numbers, { blue: 0.7, green: 0.1 })
    const { waits } = await driven(setWeight, it.back({ because: 'moved' }))
    expect(waits).toEqual(['route web goes back from 100 %'])
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
    delete numbers.blue
    await driven(setWeight, call<'setWeight'>({ route: it.route, to: 100, expect: [0] }))
    const again = await driven(setWeight, it.back(), { between: later })
    expect(again.waits[1]).toContain('is looked at with it')
  })
})

/** What the attempts before it have noted is as old as it takes. */
function later(): void {
  now += 301_000
}
let now = 0
const real = Date.now
beforeAll(() => {
  Date.now = () => real() + now
})
afterAll(() => {
  Date.now = real
})
