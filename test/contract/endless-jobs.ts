import { describe, expect, test } from 'vitest'
import type { Choice } from '../../src/domain/choices.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { jobName } from '../../src/domain/slots.ts'
import { attempted, driven } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aCronJob, call } from '../support/small-world.ts'
import { aNamespace } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const TIMES = { timeout: 180_000 }
/** Due once a year, so that what runs is what the test makes. */
const SLOT = Date.UTC(new Date().getUTCFullYear(), 0, 1) / 1000

/** What becomes of a job that does not end, when its schedule changes sides and people have said what. */
export function endlessJobsContract(of: () => WorldUnderTest): void {
  describe('a job that does not end', () => {
    test('is left to blue by `skip`, and green goes on', TIMES, async () => {
      const it = await anEndlessJob()
      const { answer } = await it.suspend('skip')
      expect(answer.note).toContain(`${it.job} may end there by itself`)
      await it.resume('green')
      expect([await it.jobs('blue'), await it.jobs('green')]).toEqual([[it.job], []])
      expect(await it.pods('blue')).toBe(1)
    })

    test('is ended by `rerun`, proven gone, and run again on green under its name', TIMES, async () => {
      const it = await anEndlessJob()
      await it.suspend('rerun')
      expect([await it.jobs('blue'), await it.pods('blue')]).toEqual([[], 0])
      await it.resume('green')
      expect([await it.jobs('blue'), await it.jobs('green')]).toEqual([[], [it.job]])
      const [again] = await of().green.admin.list('Job', { namespace: it.namespace })
      expect(again?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp']).toBe(
        new Date(SLOT * 1000).toISOString().replace('.000', ''),
      )
    })

    test('is waited for where nobody chose', TIMES, async () => {
      const it = await anEndlessJob()
      const asked = call<'suspendSchedule'>({ workload: it.workload, on: 'blue' })
      await eventually(
        'it is waited for',
        async () => /^report-\d+ still runs on /.test(await attempted(of().activities.suspendSchedule, asked)),
        patience,
      )
      expect(await it.jobs('blue')).toEqual([it.job])
    })
  })

  /** On blue, as its schedule's controller would have made it; the schedule sleeps on green. */
  async function anEndlessJob() {
    const { activities, blue, green } = of()
    const namespace = await aNamespace(blue, green)
    const workload: WorkloadRef = { kind: 'CronJob', namespace, name: 'report' }
    const containers = [{ name: 'job', image: 'registry.test/job:1' }]
    // No node takes its pod, so it does not end.
    const template = { spec: { restartPolicy: 'Never', containers, nodeSelector: { 'norikae.test/pool': 'none' } } }
    const yearly = { schedule: '0 0 1 1 *', jobTemplate: { spec: { template } } }
    await blue.applyAs('team', aCronJob('report', namespace, yearly))
    const place = { app: 'shop', environment: 'test', namespaces: [namespace] }
    await driven(activities.deploy, call<'deploy'>({ ...place, on: 'green', asleep: [workload] }), patience)
    const owner = await blue.admin.find('CronJob', namespace, 'report')
    const job = jobName('report', SLOT)
    await blue.applyAs('team', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: job,
        namespace,
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'CronJob', name: 'report', uid: owner?.metadata.uid ?? '', controller: true },
        ],
      },
      spec: { template },
    })
    const jobs = async (side: Side) => (await of()[side].admin.list('Job', { namespace })).map((j) => j.metadata.name)
    const pods = async (side: Side) => (await of()[side].admin.list('Pod', { namespace })).length
    await eventually('it runs', async () => (await pods('blue')) === 1, patience)
    return {
      namespace,
      workload,
      job,
      jobs,
      pods,
      suspend: (choice: Choice) =>
        driven(activities.suspendSchedule, call<'suspendSchedule'>({ workload, on: 'blue' }, { choice }), {
          ...patience,
          lost: true,
        }),
      resume: (on: Side) =>
        driven(activities.resumeSchedule, call<'resumeSchedule'>({ workload, on }), { ...patience, lost: true }),
    }
  }
}
