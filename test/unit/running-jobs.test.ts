import { expect, test } from 'vitest'
import { LEFT_RUNNING, RERUN } from '../../src/domain/annotations.ts'
import type { Choice } from '../../src/domain/choices.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { asAnnotations, decidedOf, jobFor, standingOf, waysOn } from '../../src/domain/running-jobs.ts'

const job = (name: string, is: 'active' | 'over' | 'deleted'): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'shop', ...(is === 'deleted' && { deletionTimestamp: '2026-11-26T07:00:00Z' }) },
  ...(is === 'over' && { status: { conditions: [{ type: 'Complete', status: 'True' }] } }),
})

interface Row {
  readonly says: string
  readonly jobs: readonly KubernetesObject[]
  readonly left?: readonly string[]
  readonly rerun?: readonly string[]
  readonly choice?: Choice
  readonly is: { left?: string[]; rerun?: string[]; toEnd?: string[]; ending?: string[]; running?: string[] }
}

test.for<Row>([
  { says: 'one that is over is of no concern', jobs: [job('a', 'over')], is: {} },
  { says: 'one that runs is waited for', jobs: [job('a', 'active')], is: { running: ['a'] } },
  { says: 'one that is left counts as run', jobs: [job('a', 'active')], choice: 'skip', is: { left: ['a'] } },
  { says: 'one that was left stays so', jobs: [job('a', 'active')], left: ['a'], is: { left: ['a'] } },
  { says: 'what was left and is over is forgotten', jobs: [job('a', 'over')], left: ['a'], is: {} },
  {
    says: 'one that is to run again is ended first',
    jobs: [job('a', 'active'), job('b', 'over')],
    choice: 'rerun',
    is: { rerun: ['a'], toEnd: ['a'] },
  },
  {
    says: 'a worker that died before it deleted it deletes it after all',
    jobs: [job('a', 'active')],
    rerun: ['a'],
    is: { rerun: ['a'], toEnd: ['a'] },
  },
  {
    says: 'while it goes it is waited for',
    jobs: [job('a', 'deleted')],
    rerun: ['a'],
    is: { rerun: ['a'], ending: ['a'] },
  },
  { says: 'gone it is still owed', jobs: [], rerun: ['a'], is: { rerun: ['a'] } },
  {
    says: 'one that ended before it was deleted has run, and is owed no more',
    jobs: [job('a', 'over')],
    rerun: ['a'],
    is: {},
  },
  {
    says: 'what is being ended is not left',
    jobs: [job('a', 'deleted'), job('b', 'active')],
    rerun: ['a'],
    choice: 'skip',
    is: { left: ['b'], rerun: ['a'], ending: ['a'] },
  },
  {
    says: 'what was left is not ended by a later word about another',
    jobs: [job('a', 'active'), job('b', 'active')],
    left: ['a'],
    choice: 'rerun',
    is: { left: ['a'], rerun: ['b'], toEnd: ['b'] },
  },
  {
    says: 'one that somebody else deleted is waited for, and owed by nobody',
    jobs: [job('a', 'deleted')],
    choice: 'rerun',
    is: { running: ['a'] },
  },
])('$says', ({ jobs, left = [], rerun = [], choice, is }) => {
  const names = (some: readonly KubernetesObject[]) => some.map((one) => one.metadata.name)
  const { decided, toEnd, ending, running } = standingOf(jobs, { left, rerun }, choice)
  const found = { ...decided, toEnd: names(toEnd), ending: names(ending), running: names(running) }
  expect(found).toEqual({ left: [], rerun: [], toEnd: [], ending: [], running: [], ...is })
})

test('what was decided is read as it was written, and taken away where nothing is left of it', () => {
  const decided = { left: ['a', 'b'], rerun: [] }
  const annotations = asAnnotations(decided)
  expect(annotations).toEqual({ [LEFT_RUNNING]: 'a b', [RERUN]: null })
  const written = { ...job('x', 'active'), metadata: { name: 'x', annotations: { [LEFT_RUNNING]: 'a b' } } }
  expect(decidedOf(written)).toEqual(decided)
})

test('a run by hand is made as kubectl makes it, a slot as its controller does', () => {
  const cronJob = { ...job('report', 'active'), kind: 'CronJob' }
  const stamp = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
  expect(jobFor(cronJob, 'report-29400000', 1_764_000_000).metadata.annotations).toEqual({
    [stamp]: '2025-11-24T16:00:00Z',
  })
  expect(jobFor(cronJob, 'by-hand', undefined).metadata).toMatchObject({ name: 'by-hand', annotations: {} })
})

test.for(['blue', 'green'] as const)('on %s every answer says what becomes of the job', (side) => {
  for (const answer of ['retry: ', 'rerun: ', 'skip: ']) expect(waysOn(side)).toContain(answer)
})
