import { describe, expect, test } from 'vitest'
import { RUN } from '../../src/domain/annotations.ts'
import type { JobFile } from '../../src/domain/check-jobs.ts'
import type { Check } from '../../src/domain/verdict.ts'
import { attempted, driven } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aCronJob, call, scope } from '../support/small-world.ts'
import { aNamespace } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const TIMES = { timeout: 120_000 }
const WORKFLOW = { workflow: { type: 'appCutover', id: 'cluster-upgrade/demo/app/shop' } }
const containers = [{ name: 'smoke', image: 'registry.test/smoke:1' }]

const aCheck = { name: 'smoke', limit: { atMost: 0 }, minSamples: 1, breachAfter: 1, every: '1s' } as const

/** A Job on green that has to end well, whichever controllers run it. */
export function checkJobsContract(of: () => WorldUnderTest): void {
  describe('a Job that is a check', () => {
    const observed = (namespace: string, job: JobFile, how: { readonly lost?: boolean } = {}) => {
      const check: Check = { ...aCheck, source: { kind: 'job', job, namespaces: [namespace] } }
      const input = { subject: { ...scope, team: 'shop' }, for: '1s', checks: [check] } as const
      return driven(of().activities.observe, input, { ...patience, ...WORKFLOW, ...how })
    }
    const jobsOn = (namespace: string) => of().green.admin.list('Job', { namespace })

    test('is made as a CronJob of green makes them, once, however often it is asked for', TIMES, async () => {
      const { green } = of()
      const namespace = await aNamespace(green)
      const jobTemplate = {
        metadata: { labels: { of: 'smoke' } },
        spec: { template: { spec: { restartPolicy: 'OnFailure', containers } } },
      }
      await green.applyAs('team', aCronJob('smoke', namespace, { schedule: '0 0 1 1 *', suspend: true, jobTemplate }))
      const { answer } = await observed(namespace, { cronJob: 'smoke', timeout: '1m' }, { lost: true })
      expect(answer).toMatchObject([{ check: 'smoke', source: 'Job', verdict: 'pass' }])
      expect(answer[0]?.because).toMatch(new RegExp(`^Job ${namespace}/norikae-check-[0-9a-f]{10} ended well$`))
      const [job, ...others] = await jobsOn(namespace)
      expect(others).toEqual([])
      expect(job).toMatchObject({
        metadata: { labels: { of: 'smoke' } },
        spec: { activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 3600 },
      })
    })

    test('that fails says why in its own words, without a right to logs', TIMES, async () => {
      const { green } = of()
      const namespace = await aNamespace(green)
      // No node takes its pods, so what becomes of them is the test's affair.
      const spec = { restartPolicy: 'Never', containers, nodeSelector: { 'norikae.test/pool': 'none' } }
      const jobTemplate = { spec: { backoffLimit: 0, template: { spec } } }
      await green.applyAs('team', aCronJob('smoke', namespace, { schedule: '0 0 1 1 *', suspend: true, jobTemplate }))
      const observing = observed(namespace, { cronJob: 'smoke', timeout: '1m' })
      const pod = await eventually('it runs', async () => (await green.admin.list('Pod', { namespace }))[0], patience)
      expect(pod.spec).toMatchObject({ containers: [{ terminationMessagePolicy: 'FallbackToLogsOnError' }] })
      const terminated = {
        exitCode: 3,
        reason: 'Error',
        message: 'GET /cart: 200\nGET /pay: 502, wanted 200\n',
        startedAt: '2026-11-26T10:00:00Z',
        finishedAt: '2026-11-26T10:00:01Z',
        containerID: '',
      }
      const ended = {
        image: 'registry.test/smoke:1',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { terminated },
      }
      const status = { phase: 'Failed', containerStatuses: [{ name: 'smoke', ...ended }] }
      await green.admin.patch('Pod', namespace, pod.metadata.name, { status }, 'status')
      const { answer } = await observing
      expect(answer).toMatchObject([{ verdict: 'fail' }])
      expect(answer[0]?.because).toMatch(/ failed with exit code 3: GET \/cart: 200 \| GET \/pay: 502, wanted 200$/)
    })

    test(
      'that still runs when people take its environment back is ended, where others deploy the app too',
      TIMES,
      async () => {
        const { green, activities } = of()
        const namespace = await aNamespace(green)
        // No node takes its pods, so it runs on.
        const spec = { restartPolicy: 'Never', containers, nodeSelector: { 'norikae.test/pool': 'none' } }
        const its = { apiVersion: 'batch/v1', kind: 'Job', spec: { template: { spec } } }
        await green.applyAs('team', { ...its, metadata: { name: 'migrate', namespace, labels: { [RUN]: 'run-1' } } })
        await green.applyAs('team', { ...its, metadata: { name: 'norikae-check-of-others', namespace } })
        await green.applyAs(
          'team',
          aCronJob('smoke', namespace, {
            schedule: '0 0 1 1 *',
            suspend: true,
            jobTemplate: { spec: { template: { spec } } },
          }),
        )
        const check = {
          ...aCheck,
          source: { kind: 'job', job: { cronJob: 'smoke', timeout: '1h' }, namespaces: [namespace] },
        } as const
        const observing = { subject: { ...scope, team: 'shop' }, for: '1h', checks: [check], run: 'run-1' } as const
        await attempted(activities.observe, observing, WORKFLOW)
        const names = async () => (await jobsOn(namespace)).map((job) => job.metadata.name).toSorted()
        expect(await names()).toEqual([
          'migrate',
          expect.stringMatching(/^norikae-check-[0-9a-f]{10}$/),
          'norikae-check-of-others',
        ])
        const leave = call<'leaveDeployment'>({
          app: 'shop',
          environment: 'test',
          namespaces: [namespace],
          on: 'green',
          asleep: [],
        })
        await driven(activities.leaveDeployment, leave, { ...patience, lost: true })
        await eventually('it is gone', async () => (await names()).length === 2, patience)
        expect(await names()).toEqual(['migrate', 'norikae-check-of-others'])
      },
    )

    test('that does not end in its time is ended, and has failed', TIMES, async () => {
      const { green } = of()
      const namespace = await aNamespace(green)
      const spec = { restartPolicy: 'Never', containers, nodeSelector: { 'norikae.test/pool': 'none' } }
      await green.applyAs(
        'team',
        aCronJob('smoke', namespace, {
          schedule: '0 0 1 1 *',
          suspend: true,
          jobTemplate: { spec: { template: { spec } } },
        }),
      )
      const { answer } = await observed(namespace, { cronJob: 'smoke', timeout: '1s' })
      expect(answer).toMatchObject([{ verdict: 'fail', because: expect.stringMatching(/ did not end within 1s$/) }])
    })
  })
}
