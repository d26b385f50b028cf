import { describe, expect, test } from 'vitest'
import { checkJob, goneUnseen, jobAt, outcomeOf, type JobFile } from '../../src/domain/check-jobs.ts'
import { checksFor, longestWindowMs } from '../../src/domain/checks.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { leaves } from '../../src/domain/steps.ts'
import { judge, needsNoTraffic, takesBack, type Check, type Sample } from '../../src/domain/verdict.ts'
import { aCutoverPlan, anApp, anEnvironment, errors } from '../support/builders.ts'
import { aFile } from '../support/found.ts'

const place = { cluster: 'chat-1-36', app: 'web', environment: 'test', namespaces: ['web-a', 'web-b'] }
const image: JobFile = {
  image: 'r/smoke:{environment}',
  command: ['/smoke', '{app}.{namespace}', '{cluster}'],
  timeout: '5m',
}
const cronJob: JobFile = { cronJob: 'smoke', timeout: '90s' }
const at = { name: 'norikae-check-1', in: 'web-a', check: 'smoke' }

describe('what is made', () => {
  test('placeholders of an image and its command are filled in', () => {
    expect(jobAt(image, place)).toEqual({
      image: 'r/smoke:test',
      command: ['/smoke', 'web.web-a', 'chat-1-36'],
      timeout: '5m',
    })
    expect(jobAt(cronJob, place)).toBe(cronJob)
  })
  test('an image: one try, no token, and its last words are kept', () => {
    expect(checkJob(jobAt(image, place), at)).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: 'norikae-check-1',
        namespace: 'web-a',
        labels: {},
        annotations: { 'norikae.io/check': 'smoke' },
      },
      spec: {
        suspend: false,
        backoffLimit: 0,
        activeDeadlineSeconds: 300,
        ttlSecondsAfterFinished: 3600,
        template: {
          spec: {
            restartPolicy: 'Never',
            automountServiceAccountToken: false,
            containers: [
              {
                name: 'check',
                image: 'r/smoke:test',
                command: ['/smoke', 'web.web-a', 'chat-1-36'],
                terminationMessagePolicy: 'FallbackToLogsOnError',
              },
            ],
          },
        },
      },
    })
  })
  test('a CronJob’s: all that it says stays, but for what would keep it from being a check', () => {
    const template = {
      metadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
      spec: {
        suspend: true,
        backoffLimit: 2,
        template: {
          metadata: { labels: { e: 'f' } },
          spec: {
            restartPolicy: 'OnFailure',
            serviceAccountName: 'smoke',
            containers: [{ name: 'x', image: 'y', terminationMessagePolicy: 'File' }],
          },
        },
      },
    }
    expect(checkJob(cronJob, { ...at, run: 'r1' }, template)).toMatchObject({
      metadata: { labels: { a: 'b', 'norikae.io/run': 'r1' }, annotations: { c: 'd', 'norikae.io/check': 'smoke' } },
      spec: {
        suspend: false,
        backoffLimit: 2,
        activeDeadlineSeconds: 90,
        template: {
          metadata: { labels: { e: 'f' } },
          spec: {
            restartPolicy: 'Never',
            serviceAccountName: 'smoke',
            containers: [{ name: 'x', image: 'y', terminationMessagePolicy: 'FallbackToLogsOnError' }],
          },
        },
      },
    })
  })
})

describe('what came of it', () => {
  const NOW = Date.parse('2026-11-26T10:00:00Z')
  const job = (
    type: string | undefined,
    more: { reason?: string; message?: string; madeS?: number; active?: number; failed?: number } = {},
  ): KubernetesObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: 'j',
      namespace: 'web',
      creationTimestamp: new Date(NOW - (more.madeS ?? 10) * 1000).toISOString(),
    },
    status: {
      active: more.active,
      failed: more.failed,
      conditions: type === undefined ? [] : [{ type, status: 'True', reason: more.reason, message: more.message }],
    },
  })
  const pod = (exitCode: number, message?: string, finishedAt = '2026-11-26T09:59:00Z') =>
    ({
      status: { containerStatuses: [{ state: { terminated: { exitCode, message, finishedAt } } }] },
    }) as unknown as KubernetesObject
  test.for<{ says: string; job: KubernetesObject; pods?: readonly KubernetesObject[]; gives: object | undefined }>([
    { says: 'it runs', job: job(undefined), gives: undefined },
    { says: 'it ended well', job: job('Complete'), gives: { value: 0, saw: 'Job web/j ended well' } },
    {
      says: 'it failed, in the words of its last pod: the last lines of them',
      job: job('Failed', { reason: 'BackoffLimitExceeded' }),
      pods: [pod(2, 'old', '2026-11-26T09:58:00Z'), pod(1, 'a\nb\nc\nd\ne\nf\n'), pod(0, 'fine')],
      gives: { value: 1, saw: 'Job web/j failed with exit code 1: b | c | d | e | f' },
    },
    {
      says: 'it failed, and its pods are gone',
      job: job('Failed', { message: 'Job has reached the specified backoff limit' }),
      gives: { value: 1, saw: 'Job web/j failed: Job has reached the specified backoff limit' },
    },
    {
      says: 'it was ended for its time',
      job: job('Failed', { reason: 'DeadlineExceeded', failed: 1 }),
      gives: { value: 1, saw: 'Job web/j did not end within 90s' },
    },
    {
      says: 'nobody has ended it, although its time is long over',
      job: job(undefined, { madeS: 151, active: 1 }),
      gives: { value: 1, saw: 'Job web/j did not end within 90s' },
    },
    {
      says: 'it had no pod in all its time',
      job: job('Failed', { reason: 'DeadlineExceeded' }),
      gives: {
        value: 1,
        saw: expect.stringMatching(/^Job web\/j did not end within 90s: no pod of it was made\. Its events/),
      },
    },
  ])('$says', (row) => expect(outcomeOf(row.job, row.pods ?? [], cronJob, NOW)).toEqual(row.gives))
})

describe('as a check', () => {
  const watched = { app: 'web', environment: 'production', namespaces: ['web'], routes: [], asked: true }
  const own = { smoke: { job: cronJob, limit: { atMost: 0 }, minSamples: 1, breachAfter: 1 } }
  const [smoke] = checksFor(aFile().health, { blue: 'b', green: 'g' }, { ...watched, own })
  if (!smoke) throw new Error('there is none')
  const judged = (...samples: readonly Sample[]) => judge(smoke, samples)

  test('it is run for a window, and before anybody is asked; the watch that goes on for days runs none', () => {
    expect([needsNoTraffic(smoke), takesBack(smoke)]).toEqual([true, false])
    const plan = aCutoverPlan(anApp('web'), anEnvironment('production', { checks: [errors, smoke] }))
    const [phase] = plan.phases
    const windows = leaves(phase?.forward ?? []).flatMap((s) => (s.kind === 'observe' ? [s] : []))
    expect(windows[0]).toMatchObject({ id: 'production/observe/before', checks: [{ name: 'smoke' }] })
    expect(windows.length).toBeGreaterThan(1)
    expect(windows.every((w) => w.checks.some((c) => c.name === 'smoke'))).toBe(true)
    expect(phase?.health?.checks.map((c: Check) => c.name)).toEqual(['errors'])
  })
  test('a window waits for it as long as it may take', () => {
    expect(longestWindowMs('10s', [smoke])).toBe((15 + 90 + 120) * 1000)
  })
  test.for([
    { says: 'it runs', samples: [], verdict: 'inconclusive', because: 'has not ended yet' },
    {
      says: 'it is not known',
      samples: [{ at: '', value: null, unreachable: 'no answer' }],
      verdict: 'inconclusive',
      because: 'has not ended yet; it could not be reached: no answer',
    },
    {
      says: 'it is gone',
      samples: [{ at: '', ...goneUnseen('web', 'j') }],
      verdict: 'inconclusive',
      because: 'Job web/j is gone, and nobody saw how it ended',
    },
    {
      says: 'it ended well',
      samples: [{ at: '', value: 0, saw: 'Job web/j ended well' }],
      verdict: 'pass',
      because: 'Job web/j ended well',
    },
    {
      says: 'it did not',
      samples: [{ at: '', value: 1, saw: 'Job web/j failed' }],
      verdict: 'fail',
      because: 'Job web/j failed',
    },
  ] as const)('$says', ({ samples, verdict, because }) => {
    expect(judged(...samples)).toEqual({ check: 'smoke', source: 'Job', verdict, because })
  })
})
