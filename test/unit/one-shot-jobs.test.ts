import { expect, test } from 'vitest'
import { copyOf } from '../../src/domain/copying.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import {
  isRepeatable,
  jobFindings,
  oneShotJob,
  undecided,
  type DeclaredJobs,
  type JobKind,
} from '../../src/domain/one-shot-jobs.ts'

const metadata = { name: 'warm-up', namespace: 'shop' }
const ended = { status: { conditions: [{ type: 'Complete', status: 'True' }] } }
const job = (more: Partial<KubernetesObject> = {}): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata,
  ...more,
})
const saying = (says: string): KubernetesObject =>
  job({ metadata: { ...metadata, annotations: { 'norikae.io/job': says } } })
const inFile = (kind: JobKind): DeclaredJobs => ({ 'warm-up': kind })

/** Before green is there, and when its app moves next. */
interface Row {
  readonly says: string
  readonly job: KubernetesObject
  readonly declared?: DeclaredJobs
  readonly early: string[]
  readonly late: string[]
  readonly because?: string
}
test.for<Row>([
  {
    says: 'one that runs may end before its app moves, and not after',
    job: job(),
    early: ['warning job-undeclared'],
    late: ['blocker job-undeclared'],
    because: 'nothing tells whether it may run once more',
  },
  { says: 'one that has ended is history', job: job(ended), early: [], late: [] },
  { says: 'one that runs once, by its annotation', job: saying('once'), early: [], late: [] },
  { says: 'one that runs once, by the file', job: job(), declared: inFile('once'), early: [], late: [] },
  { says: 'one that may run again', job: saying('repeatable'), early: ['info job-repeats'], late: [] },
  {
    says: 'one that may run again, by the file, whether it has ended or not',
    job: job(ended),
    declared: inFile('repeatable'),
    early: ['info job-repeats'],
    late: [],
  },
  { says: 'both say the same', job: saying('once'), declared: inFile('once'), early: [], late: [] },
  {
    says: 'both say something else',
    job: saying('once'),
    declared: inFile('repeatable'),
    early: ['blocker job-contradicted'],
    late: ['blocker job-contradicted'],
    because: 'says once, and the platform file says repeatable',
  },
  {
    says: 'a word that says nothing is no answer',
    job: saying('twice'),
    early: ['warning job-undeclared'],
    late: ['blocker job-undeclared'],
    because: '"twice" does not tell',
  },
  {
    says: 'what the file says of another one',
    job: job(),
    declared: { other: 'once' },
    early: ['warning job-undeclared'],
    late: ['blocker job-undeclared'],
  },
])('$says', ({ job: it, declared = {}, early, late, because = '' }) => {
  const jobs = [oneShotJob(it)].filter((j) => j !== undefined)
  const found = jobFindings(jobs, declared, true)
  expect(found.map((f) => `${f.level} ${f.code}`)).toEqual(early)
  expect(found.every((f) => f.about === 'Job/shop/warm-up' && f.message.includes(because))).toBe(true)
  expect(undecided(jobs, declared, true).map((f) => `${f.level} ${f.code}`)).toEqual(late)
})

test('a Job of a schedule, or of what else makes Jobs, is none', () => {
  const controller = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'report', uid: '1', controller: true }
  const made = job({ metadata: { ...metadata, ownerReferences: [controller] } })
  expect(oneShotJob(made)).toBeUndefined()
  expect(isRepeatable(made, inFile('repeatable'))).toBe(false)
})

test('where somebody else deploys, nothing is promised of what may run again', () =>
  expect(jobFindings([{ ...metadata, active: true, says: 'repeatable' }], {}, false)).toEqual([]))

test('a Job is copied as its owner wrote it, and says on green too what it is', () => {
  const own = { 'batch.kubernetes.io/controller-uid': 'u', 'controller-uid': 'u', 'job-name': 'warm-up' }
  const pod = { restartPolicy: 'Never', containers: [{ name: 'app', image: 'a:1' }] }
  const copy = copyOf(
    job({
      metadata: { ...metadata, labels: { app: 'shop', ...own }, annotations: { 'norikae.io/job': 'repeatable' } },
      spec: {
        backoffLimit: 3,
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } },
        template: { metadata: { labels: { app: 'warm-up', ...own } }, spec: pod },
      },
      ...ended,
    }),
    'run-1',
    false,
  )
  expect(copy).toEqual({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...metadata,
      labels: { app: 'shop', 'norikae.io/run': 'run-1' },
      annotations: { 'norikae.io/job': 'repeatable' },
    },
    spec: { backoffLimit: 3, template: { metadata: { labels: { app: 'warm-up' } }, spec: pod } },
  })
})

test('a selector that its owner chose stays', () => {
  const spec = {
    manualSelector: true,
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } } },
  }
  expect(copyOf(job({ spec }), 'run-1', false).spec).toEqual(spec)
})
