import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { addonActions } from '../../../src/activities/add-ons.ts'
import { made, refuseWhileChanged } from '../../../src/activities/cluster-parts.ts'
import { notFound, unreachable } from '../../../src/activities/errors.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import { askedOnce, soonKnown } from '../../../src/activities/waiting.ts'
import type { ActionCall } from '../../../src/domain/actions.ts'
import { RUN_TAG } from '../../../src/domain/clone.ts'
import { driven, ending } from '../../support/driven.ts'
import { aCluster, anAddon } from '../../support/eks.ts'

/** From when a budget counts, where that is not when the step was asked for. */

const MINUTE = 60_000
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())
const after = (minutes: number) => vi.setSystemTime(Date.now() + minutes * MINUTE)

test('what is not found late in a long step has its own ten minutes', async () => {
  const waits: string[] = []
  const between = (why: string) => {
    waits.push(why)
    after(4)
  }
  const look = () => soonKnown('snapshot s', '10m', () => Promise.reject(notFound('no snapshot s')))
  const end = await ending(look, undefined, { scheduledMs: Date.now() - 300 * MINUTE, between })
  expect(waits).toHaveLength(3)
  expect(end.message).toBe('took longer than 10m; last: snapshot s is not told alike everywhere yet: no snapshot s')
})

test('what has no token is asked for again ten seconds after its request ended, by a list that is as new', async () => {
  const began = Date.now()
  const takenAt: number[] = []
  const take = () => {
    takenAt.push((Date.now() - began) / 1000)
    if (takenAt.length > 1) return Promise.resolve('snap-1')
    after(1 / 4)
    throw unreachable('no answer in 15 s')
  }
  // A list takes its time: what is asked for afterwards goes by what was there when it began.
  const look = () => {
    const listedAtMs = Date.now()
    after(1 / 12)
    return askedOnce('snapshot of v', listedAtMs, '6h', take)
  }
  expect((await driven(look, undefined)).answer).toBe('snap-1')
  expect(takenAt).toEqual([5, 35])
})

const call: ActionCall<'installAddon'> = {
  input: { cluster: 'demo-1-36', addon: 'coredns', version: 'v2', like: 'demo-1-35' },
  scope: { platform: 'demo', account: '1', region: 'ap-northeast-1', blue: 'demo-1-35', green: 'demo-1-36' },
  run: 'r1',
  attempt: 1,
  step: 'add-on/coredns',
  asker: 'demo',
}

/** UPDATING for so many looks of 7 minutes, and then CREATING for ever. */
const ends = async (activity: () => Promise<unknown>): Promise<string> => {
  const waits: string[] = []
  const between = (why: string) => {
    waits.push(why)
    after(7)
  }
  const { message } = await ending(activity, undefined, { between })
  return [...waits.map((w) => w.split(' ').at(-1)), message].join(', ')
}

test('an add-on and a part that had to wait for the cluster have all of their time', async () => {
  let looks = 0
  const green = () => aCluster({ name: 'demo-1-36', status: looks <= 4 ? 'UPDATING' : 'ACTIVE' })
  const addon = { ...anAddon({ name: 'coredns', version: 'v2', status: 'CREATING' }), tags: { [RUN_TAG]: 'r1' } }
  let asked = false
  const eks = {
    findAddon: async (cluster: string) => {
      if (cluster === 'demo-1-36') looks += 1
      return cluster === 'demo-1-36' && !asked ? undefined : addon
    },
    findCluster: async (name: string) => (name === 'demo-1-36' ? green() : aCluster()),
    createAddon: async () => void (asked = true),
  }
  const own = {
    eks: () => eks,
    identity: { whoAmI: async () => ({ account: '1', principalArn: 'arn:worker' }) },
  } as Readonly<Record<string | symbol, unknown>>
  const ports = new Proxy(own, { get: (of, name) => of[name] ?? (() => ({})) })
  const { installAddon } = addonActions({ ports } as unknown as Outside) // all that it asks
  expect(await ends(() => installAddon(call))).toBe(
    'more, more, more, more, for, CREATING, CREATING, took longer than 15m; last: coredns is CREATING',
  )

  looks = 0
  let found: ReturnType<typeof anAddon> | undefined
  const part = () => {
    looks += 1
    const never = async () => undefined
    const state = { found, what: 'node group apps', cluster: 'demo-1-36', again: never, remove: never }
    return made({ run: 'r1', attempt: 1 }, state, async () => {
      refuseWhileChanged(green(), 'node group apps')
      found = addon
    })
  }
  expect(await ends(part)).toBe(
    `more, more, more, more, for, ${'CREATING, '.repeat(6)}took longer than 45m; last: node group apps is CREATING`,
  )
})
