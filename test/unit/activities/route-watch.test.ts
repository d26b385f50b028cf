import { afterEach, expect, test, vi } from 'vitest'
import { denied, notReady, unreachable } from '../../../src/activities/errors.ts'
import type { Proven } from '../../../src/activities/outside.ts'
import { lookAtRoutes } from '../../../src/activities/route-watch.ts'
import { driven, ending } from '../../support/driven.ts'

const route = {
  kind: 'alb',
  name: 'web',
  ruleArn: 'arn:r',
  blueTargetGroup: 'arn:b',
  greenTargetGroup: 'green',
  namespace: 'web',
  binding: 'web',
} as const
const scope = { platform: 'chat', account: '1', region: 'ap-northeast-1', blue: 'chat-1-35', green: 'chat-1-36' }
const STEP = 5

/** `shares`: green's, look by look; the last one stays. Looks for so many minutes. */
function watching(shares: readonly (number | 'away' | 'denied')[], minutes: number, given?: number) {
  let looks = 0
  const findRule = async () => {
    const share = shares[Math.min(looks, shares.length - 1)] ?? 0
    looks += 1
    if (share === 'away') throw unreachable('no answer')
    if (share === 'denied') throw denied('not authorized: elasticloadbalancing:DescribeRules')
    const targetGroups = [
      { arn: 'arn:b', weight: 100 - share },
      { arn: 'arn:g', weight: share },
    ]
    return { actions: [{ type: 'forward', targetGroups }] }
  }
  const world = {
    loadBalancing: {
      findTargetGroup: async () => ({ arn: 'arn:g', tags: {} }),
      findRule,
      tagsOf: async () => ({}),
    },
    trail: () => ({
      async *calls() {
        yield [{ at: '2026-11-24T04:00:00Z', by: 'aoki', parameters: { ruleArn: 'arn:r' } }]
      },
    }),
    principalArn: 'norikae',
  } as unknown as Proven // all that it is asked
  let left = minutes
  const known = { given: given === undefined ? {} : { web: given } }
  const look = async () => {
    await lookAtRoutes(world, { routes: [route], weights: [5, 25, 50, 100], run: 'r', scope, ...known })
    if (left <= 0) return looks
    left -= STEP
    throw notReady('well so far', '1m')
  }
  const between = () => void vi.setSystemTime(Date.now() + STEP * 60_000)
  return { end: () => driven(look, undefined, { between }), moved: () => ending(look, undefined, { between }) }
}
afterEach(() => vi.useRealTimers())

test('a route is looked at every ten minutes, whatever its checks are read at', async () => {
  expect((await watching([5, 25, 100], 40).end()).answer).toBe(5)
})

test('one that somebody moved towards blue is looked at again, and followed, with their name', async () => {
  expect(await watching([25, 50, 20, 20], 40).moved()).toEqual({
    type: 'MovedBack',
    message:
      'route web is at 20 %, where 50 % was left: aoki at 2026-11-24T04:00:00Z moved it towards chat-1-35, and all of it follows. Find out why before it moves again',
  })
})

test.for([
  ['a look that is told late', [25, 50, 20, 50]],
  ['a weight of the plan, by which theirs was taken back', [25, 50, 25]],
  ['looks that are not answered', [25, 50, 'away', 'away', 'away', 'away', 50]],
  ['looks that are refused for a while', [25, 50, 'denied', 'denied', 50]],
] as const)('%s is nothing to follow', async ([, shares]) => {
  await expect(watching(shares, 50).end()).resolves.toBeDefined()
})

test('a watch that begins anew, as after people were asked, knows what the plan had given by then', async () => {
  const { type, message } = await watching([0], 40, 50).moved()
  expect([type, message]).toEqual(['MovedBack', expect.stringContaining('route web is at 0 %, where 50 % was left')])
  await expect(watching([0], 40).end()).resolves.toBeDefined()
})

test('a route that nobody may look at for long is told', async () => {
  expect(await watching([25, 'denied'], 60).moved()).toEqual({
    type: 'Failed',
    message: 'for 20m nobody could see whether route web is moved: not authorized: elasticloadbalancing:DescribeRules',
  })
})

test('a route that its owner has handed over is nothing that nobody could see', async () => {
  const handedOver = {
    ...route,
    kind: 'ingress',
    ingress: 'web',
    action: 'web',
    service: 'web',
    loadBalancer: '',
  } as const
  const world = {
    on: async () => ({ find: async () => undefined }),
    loadBalancing: { findTargetGroup: async () => ({ arn: 'arn:g', tags: {} }), rulesForwardingTo: async () => [] },
  } as unknown as Proven // all that it is asked
  let left = 60
  const look = async () => {
    await lookAtRoutes(world, { routes: [handedOver], weights: [100], given: { web: 100 }, run: 'r', scope })
    if (left <= 0) return 'well'
    left -= STEP
    throw notReady('well so far', '1m')
  }
  const between = () => void vi.setSystemTime(Date.now() + STEP * 60_000)
  expect((await driven(look, undefined, { between })).answer).toBe('well')
})
