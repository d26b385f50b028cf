/**
 * What an upgrade did to the platform, judged from the world itself: from requests, pods, jobs and what is left over. It
 * asks nothing of the worker.
 */
import type { Buffers, LostRecords } from './buffers.ts'
import { leftovers, type Leftover } from './judge/leftovers.ts'
import { Singletons, type SingletonJudgement } from './judge/singletons.ts'
import { judgeSlots, Schedules, type JobsJudgement } from './judge/slots.ts'
import type { Load, LoadReport } from './traffic/load.ts'
import type { JobRun, PodChange, SandboxAws, SandboxCluster } from './types.ts'

/** A slot is judged once its job has had time to start. */
const SETTLED_MS = 20_000

export interface Judgement {
  readonly at: string
  readonly requests: LoadReport
  readonly jobs: JobsJudgement
  /** Of all singletons. */
  readonly singletonOverlapMs: number
  /** Of the one that ran nowhere for longest. */
  readonly singletonDowntimeMs: number
  readonly bufferedLost: number
  readonly leftovers: readonly Leftover[]
  /** Behind the figures. */
  readonly singletons: readonly SingletonJudgement[]
  readonly lostRecords: readonly LostRecords[]
}

export interface Judge {
  /** To be told of every pod of every cluster. */
  readonly see: PodChange
  join(cluster: Pick<SandboxCluster, 'onChange'>): void
  /** Before a cluster stops: what it ran stays in the books. */
  leave(cluster: Pick<SandboxCluster, 'jobRuns'>): void
  judgement(): Judgement
}

export function createJudge(options: {
  readonly aws: Pick<SandboxAws, 'eks' | 'elbv2' | 'ec2' | 'iam'>
  /** The API servers that run now. */
  readonly clusters: () => readonly Pick<SandboxCluster, 'name' | 'list' | 'jobRuns'>[]
  readonly load: Pick<Load, 'report'>
  readonly buffers: Pick<Buffers, 'lost'>
}): Judge {
  const { aws, clusters, load, buffers } = options
  const singletons = new Singletons()
  const schedules = new Schedules(clusters)
  const past: JobRun[] = []

  return {
    see: singletons.see,
    join(cluster) {
      cluster.onChange('CronJob', () => schedules.look())
      schedules.look()
    },
    leave(cluster) {
      past.push(...cluster.jobRuns())
    },
    judgement() {
      schedules.look()
      const runs = [...past, ...clusters().flatMap((c) => c.jobRuns())]
      const ran = singletons.list()
      const lost = buffers.lost()
      return {
        at: new Date().toISOString(),
        requests: load.report(),
        jobs: judgeSlots(schedules.list(), runs, Date.now() - SETTLED_MS),
        singletonOverlapMs: ran.reduce((sum, s) => sum + s.overlapMs, 0),
        singletonDowntimeMs: Math.max(0, ...ran.map((s) => s.downtimeMs)),
        bufferedLost: lost.records,
        leftovers: leftovers({
          clusters: aws.eks.inventory(),
          elbv2: aws.elbv2.inventory(),
          ec2: { volumes: aws.ec2.volumes(), snapshots: aws.ec2.snapshots() },
          iam: aws.iam.inventory(),
          issuers: aws.eks.inventory().flatMap(({ name }) => aws.eks.issuer(name) ?? []),
          servers: clusters(),
          suspendedByOwner: schedules.suspendedByOwner(),
        }),
        singletons: ran,
        lostRecords: lost.events,
      }
    },
  }
}
