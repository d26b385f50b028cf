import { ApplicationFailure } from '@temporalio/common'
import { watchActivities } from '../../src/activities/watch.ts'
import type { Given } from '../../src/domain/contests.ts'
import type { Outside } from '../../src/activities/outside.ts'
import { WATCHES, type Entry, type WatchedEnvironment, type WatchEnd } from '../../src/domain/watching.ts'
import type { Activities } from '../../src/workflows/activities.ts'
import { driven, type Driving } from './driven.ts'

type Asked = Parameters<Activities['watch']>[0]
const subject = { platform: 'chat', account: '1', region: 'r', blue: 'b', green: 'g', team: 'scala' }

export const aWatched = (name: string, more: Partial<WatchedEnvironment> = {}): WatchedEnvironment => ({
  name,
  checks: [],
  routes: [],
  weights: [],
  ...more,
})

/** What a watch ends with. `entries`: those that are watched, attempt by attempt; left out, all are from the beginning. */
export async function watching(
  outside: Outside,
  environments: readonly WatchedEnvironment[],
  {
    seen,
    entries,
    given,
    attemptMs,
    ...driving
  }: Driving &
    Pick<Asked, 'seen'> & {
      readonly entries?: () => Readonly<Record<string, number>>
      readonly given?: Given
      readonly attemptMs?: number
    } = {},
): Promise<{ readonly type: string; readonly message: string; readonly end: WatchEnd }> {
  const all = Object.fromEntries(environments.map(({ name }) => [name, 1]))
  const input = { subject, environments, run: 'r', ...(seen && { seen }) }
  const workflow = { type: 'appCutover', id: 'chat' }
  const entered = (times: number): Entry => ({ times, ...(given && { given }) })
  const now = () => Object.entries(entries?.() ?? all).map(([name, times]) => [name, entered(times)])
  const memo = () => ({ [WATCHES]: { test: Object.fromEntries(now()) } })
  try {
    return await driven(watchActivities(outside, attemptMs).watch, input, { ...driving, workflow, memo }).then(() => {
      throw new Error('a watch never ends well')
    })
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error
    return { type: error.type ?? '', message: error.message, end: error.details?.[0] as WatchEnd } // as a watch sends it
  }
}
