import type { Choice } from '../../src/domain/choices.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { jobName } from '../../src/domain/slots.ts'
import { driven } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aCronJob, call } from '../support/small-world.ts'
import { aNamespace } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
/** Due once a year, so that what runs is what the test makes. */
export const SLOT = Date.UTC(new Date().getUTCFullYear(), 0, 1) / 1000

/** On blue, as its schedule's controller would have made it; the schedule sleeps on green. */
export async function aJobOfASchedule(world: WorldUnderTest, more: object = {}) {
  const { activities, blue, green } = world
  const namespace = await aNamespace(blue, green)
  const workload: WorkloadRef = { kind: 'CronJob', namespace, name: 'report' }
  const containers = [{ name: 'job', image: 'registry.test/job:1' }]
  // No node takes its pods, so what becomes of them is the test's affair.
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
    spec: { template, ...more },
  })
  const jobs = async (side: Side) => (await world[side].admin.list('Job', { namespace })).map((j) => j.metadata.name)
  const pods = async (side: Side) => (await world[side].admin.list('Pod', { namespace })).length
  await eventually('it runs', async () => (await pods('blue')) === 1, patience)
  return {
    namespace,
    workload,
    job,
    jobs,
    pods,
    /** Its pod on blue that has not ended ends. */
    async ends(phase: 'Succeeded' | 'Failed') {
      const live = async () =>
        (await blue.admin.list('Pod', { namespace })).find((pod) => pod.status?.['phase'] === 'Pending')
      const pod = await eventually('a pod is at work', live, patience)
      await blue.admin.patch('Pod', namespace, pod.metadata.name, { status: { phase } }, 'status')
    },
    suspend: (choice?: Choice) =>
      driven(
        activities.suspendSchedule,
        call<'suspendSchedule'>({ workload, on: 'blue' }, { ...(choice && { choice }) }),
        {
          ...patience,
          lost: true,
        },
      ),
    resume: (on: Side) =>
      driven(activities.resumeSchedule, call<'resumeSchedule'>({ workload, on }), { ...patience, lost: true }),
  }
}
