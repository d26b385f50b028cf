import { cutoverId, upgradeId } from '../../src/domain/messages.ts'
import type { Judgement } from '../../src/sandbox/judge.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { APPS, PLATFORM, type Bed } from './bed.ts'
import { STORE } from './store.ts'

/** What the world looks like when all is over: by the sandbox's judge, and by what runs where. */
export interface EndState {
  readonly clusters: readonly string[]
  readonly asleep: readonly string[]
  readonly judged: Pick<Judgement, 'singletonOverlapMs' | 'bufferedLost'> & {
    readonly dropped: Judgement['requests']['lastDropped']
    readonly jobs: Judgement['jobs']['offences']
    readonly leftovers: Judgement['leftovers']
  }
}

/** Nothing dropped, twice, lost or left; everything runs on the one cluster that is there. */
export const wellOn = (cluster: string): EndState => ({
  clusters: [cluster],
  asleep: [],
  judged: { dropped: [], jobs: [], singletonOverlapMs: 0, bufferedLost: 0, leftovers: [] },
})

/** Waits until what was just started runs. */
export async function endState(bed: Bed, settleMs = 10_000): Promise<EndState> {
  for (const until = Date.now() + settleMs; Date.now() < until && asleep(bed).length > 0;) await sleep(200)
  await bed.world.load.stop()
  const { requests, jobs, singletonOverlapMs, bufferedLost, leftovers } = bed.world.judge.judgement()
  return {
    clusters: bed.world.clusters().map((c) => c.name),
    asleep: asleep(bed),
    judged: { dropped: requests.lastDropped, jobs: jobs.offences, singletonOverlapMs, bufferedLost, leftovers },
  }
}

/** Workloads of the apps that do not run as they did before. */
function asleep({ world }: Bed): string[] {
  const apps = [...APPS, STORE]
  return world.clusters().flatMap((cluster) =>
    apps.flatMap((app) =>
      ['test', 'production'].flatMap((environment) => {
        const namespace = `${app}-${environment}`
        const sets = [
          ...cluster.list('apps/v1', 'Deployment', namespace),
          ...cluster.list('apps/v1', 'StatefulSet', namespace),
        ]
        const down = sets.filter(
          (s) => Number(s.spec?.['replicas']) === 0 || s.status?.['readyReplicas'] !== s.spec?.['replicas'],
        )
        const suspended = cluster.list('batch/v1', 'CronJob', namespace).filter((c) => c.spec?.['suspend'] === true)
        return [...down, ...suspended].map((o) => `${o.kind} ${namespace}/${o.metadata.name} on ${cluster.name}`)
      }),
    ),
  )
}

/** How often a worker died in the middle of a task of one of these workflows: the server says so when it has waited for it. */
export async function workflowTasksLost({ temporal }: Bed): Promise<number> {
  const ids = [upgradeId(PLATFORM), ...[...APPS, STORE].map((app) => cutoverId(PLATFORM, app))]
  const histories = await Promise.all(ids.map((id) => temporal.client.workflow.getHandle(id).fetchHistory()))
  return histories
    .flatMap((history) => history.events ?? [])
    .filter((event) => Number(event.workflowTaskTimedOutEventAttributes?.timeoutType) === START_TO_CLOSE).length
}
/** `temporal.api.enums.v1.TimeoutType` */
const START_TO_CLOSE = 1
