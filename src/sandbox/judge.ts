/**
 * What an upgrade did to the platform, judged from the world itself: from requests, pods, jobs and what is left over. It
 * asks nothing of the worker.
 */
import type { Buffers, LostRecords } from './buffers.ts'
import { leftRoutes, type Routes } from './judge/left-routes.ts'
import { leftovers, type Leftover } from './judge/leftovers.ts'
import { Singletons, type SingletonJudgement } from './judge/singletons.ts'
import { judgeSlots, Schedules, type JobsJudgement } from './judge/slots.ts'
import { differences, type Side, type TwinDifference } from './judge/twin.ts'
import { lookAt, type Account } from './judge/twin-sides.ts'
import { ofPlatform } from './seed/ways.ts'
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
  /** What the cluster that came last is or has otherwise than blue was and had, beyond what must differ. */
  readonly twin: readonly TwinDifference[]
  /** Behind the figures. */
  readonly singletons: readonly SingletonJudgement[]
  readonly lostRecords: readonly LostRecords[]
}

export interface Judge {
  /** Blue as it is before anything begins: what the cluster that is there in the end is held against. */
  remember(blue: Side | undefined): void
  /** To be told of every pod of every cluster. */
  readonly see: PodChange
  join(cluster: Pick<SandboxCluster, 'onChange'>): void
  /** Before a cluster stops: what it ran stays in the books. */
  leave(cluster: Pick<SandboxCluster, 'jobRuns'>): void
  judgement(): Judgement
}

export function createJudge(options: {
  readonly aws: Account & Pick<SandboxAws, 'elbv2' | 'ec2' | 'launchTemplates'>
  /** The API servers that run now. */
  readonly clusters: () => readonly Pick<SandboxCluster, 'name' | 'list' | 'jobRuns'>[]
  readonly load: Pick<Load, 'report'>
  readonly buffers: Pick<Buffers, 'lost'>
  /** What is beside the clusters, and splits traffic between them; left out: nothing. */
  readonly routes?: () => Routes | undefined
}): Judge {
  const { aws, clusters, load, buffers, routes = () => undefined } = options
  const singletons = new Singletons()
  const schedules = new Schedules(clusters)
  const past: JobRun[] = []
  let blue: Side | undefined

  return {
    remember(side) {
      blue = side
    },
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
      const beside = routes()
      return {
        at: new Date().toISOString(),
        requests: load.report(),
        jobs: judgeSlots(schedules.list(), runs, Date.now() - SETTLED_MS),
        singletonOverlapMs: ran.reduce((sum, s) => sum + s.overlapMs, 0),
        singletonDowntimeMs: Math.max(0, ...ran.map((s) => s.downtimeMs)),
        bufferedLost: lost.records,
        leftovers: [
          // While there are two clusters, they may be of both.
          ...(beside && clusters().length === 1 ? leftRoutes(beside) : []),
          ...leftovers({
            clusters: ofPlatform(aws.eks.inventory()),
            elbv2: aws.elbv2.inventory(),
            launchTemplates: aws.launchTemplates.inventory(),
            ec2: { volumes: aws.ec2.volumes(), snapshots: aws.ec2.snapshots() },
            iam: aws.iam.inventory(),
            issuers: ofPlatform(aws.eks.inventory()).flatMap(({ name }) => aws.eks.issuer(name) ?? []),
            servers: clusters(),
            suspendedByOwner: schedules.suspendedByOwner(),
          }),
        ],
        twin: differences(blue, lookAt(aws, ofPlatform(aws.eks.inventory()).at(-1)?.name)),
        singletons: ran,
        lostRecords: lost.events,
      }
    },
  }
}
