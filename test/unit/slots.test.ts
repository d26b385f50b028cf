import { expect, test } from 'vitest'
import { DUE_WHILE_BUSY } from '../../src/domain/annotations.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { dueWhileBusy, dueWhileRunning, MOST_MISSED, owed } from '../../src/domain/slots.ts'

const minutes = (...numbers: readonly number[]) => numbers.map((n) => n * 60)
const upTo = (many: number) => minutes(...Array.from({ length: many }, (_, n) => n + 1))

test.for([
  { says: 'nothing was missed', left: [], busy: [], runs: [] },
  { says: 'all of it, oldest first', left: minutes(1, 2, 3), busy: [], runs: minutes(1, 2, 3) },
  {
    says: 'of what came due while a job ran the newest',
    left: minutes(1, 2, 3),
    busy: minutes(1, 2),
    runs: minutes(2, 3),
  },
  { says: 'one alone that came due while a job ran', left: minutes(1), busy: minutes(1), runs: minutes(1) },
  { says: 'the newest, though older ones have run', left: minutes(4, 5), busy: minutes(1, 2, 4, 5), runs: minutes(5) },
  { says: 'as many as are counted', left: upTo(MOST_MISSED), busy: [], runs: upTo(MOST_MISSED) },
  { says: 'of more the newest alone', left: upTo(MOST_MISSED + 1), busy: [], newest: 600 * 60, runs: minutes(600) },
])('$says is run', ({ left, busy, newest = left.at(-1), runs }) => {
  expect(owed(left, newest, new Set(busy))).toEqual(runs)
})

test('however long its jobs take, a schedule is caught up with', () => {
  for (const takes of [10, 59, 60, 75, 150, 600]) {
    const busy = new Set<number>()
    const ran: number[] = []
    let now = 5 * 60
    for (let n = 0; ; n += 1) {
      expect(n, `${takes} s`).toBeLessThan(20)
      const last = ran.at(-1) ?? 0
      const due = upTo(Math.floor(now / 60)).filter((slot) => slot > last)
      const [next, ...more] = owed(due, due.at(-1), busy)
      if (next === undefined) break
      ran.push(next)
      if (more.length === 0) break // its controller goes on from here
      for (const slot of upTo(Math.floor((now + takes) / 60))) if (slot > now) busy.add(slot)
      now += takes
    }
    expect(ran.slice(0, 5)).toEqual(upTo(5))
  }
})

const aJob = (status: object = {}): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'job', creationTimestamp: '1970-01-01T00:01:30Z' },
  status: { ...status },
})
const failed = { conditions: [{ type: 'Failed', status: 'True', lastTransitionTime: '1970-01-01T00:04:00Z' }] }

test.for([
  { says: 'nothing where none ran', jobs: [], busy: [] },
  { says: 'all since it was made, of one that has not started', jobs: [aJob()], busy: minutes(2, 3, 4, 5) },
  {
    says: 'all since it started, of one that runs',
    jobs: [aJob({ startTime: '1970-01-01T00:03:00Z' })],
    busy: minutes(4, 5),
  },
  {
    says: 'what it ran through, of one that succeeded',
    jobs: [aJob({ completionTime: '1970-01-01T00:03:10Z' })],
    busy: minutes(2, 3),
  },
  { says: 'what it ran through, of one that failed', jobs: [aJob(failed)], busy: minutes(2, 3, 4) },
])('due while a job ran was $says', ({ jobs, busy }) => {
  expect(dueWhileRunning(minutes(1, 2, 3, 4, 5), jobs)).toEqual(busy)
})

test('what was noted on a schedule is read again', () => {
  const noted = { ...aJob(), metadata: { name: 'report', annotations: { [DUE_WHILE_BUSY]: '60 120' } } }
  expect(dueWhileBusy(noted)).toEqual([60, 120])
  expect(dueWhileBusy(aJob())).toEqual([])
})
