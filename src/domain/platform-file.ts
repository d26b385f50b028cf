import type { Amis } from './amis.ts'
import type { Calendar } from './calendar.ts'
import type { JobFile } from './check-jobs.ts'
import type { Site } from './datadog.ts'
import type { CloudWatchFile } from './cloudwatch.ts'
import type { Prices } from './costs.ts'
import type { Duration } from './duration.ts'
import type { DeclaredJobs } from './one-shot-jobs.ts'
import type { DeclaredOwners } from './ownership.ts'
import type { Handover, Weight } from './platform.ts'
import type { ProbeFile } from './probes.ts'
import type { Page } from './maintenance.ts'
import type { QuietFile, QuietOfApp } from './quiet.ts'
import type { Target } from './record-routes.ts'
import type { Schedule } from './schedule.ts'
import type { Transform } from './transforms.ts'
import type { Trust } from './trust.ts'
import type { KubernetesAsked, Limit } from './verdict.ts'
import type { Waiver } from './waivers.ts'

/**
 * The platform file as it was read: checked, defaults filled in, nothing looked up yet. `config/` makes it from YAML,
 * `resolve-platform.ts` joins it with what was found on blue. Only exceptions are written by people.
 */
export interface PlatformFile {
  readonly platform: string
  /** Any other AWS account is refused. */
  readonly account: string
  readonly region: string
  /** When turns are given out; there wherever the file names a time zone, and so wherever it names hours or days. */
  readonly calendar?: Calendar
  /** The cluster that serves now; found by its name `<platform>-<major>-<minor>` where it is not given. */
  readonly blue?: string
  /** The cluster that is to serve next, which others make. Left out: it is made like blue. */
  readonly adopts?: string
  /** Images and types of images of green's nodes, by those of blue's. */
  readonly amis: Amis
  readonly health: HealthFile
  readonly teams: Readonly<Record<string, TeamFile>>
  readonly platformTeam: string
  /** In order: what is listed first moves first. */
  readonly environments: readonly EnvironmentFile[]
  /** Names of the namespace labels that say whose a namespace is. */
  readonly discover: { readonly app: string; readonly team: string; readonly environment: string }
  readonly apps: Readonly<Record<string, AppFile>>
  /** Of the platform team's own gates. */
  readonly gates?: { readonly start?: GateFile; readonly decommission?: GateFile }
  /** Where Argo CD is; there wherever it deploys an app. */
  readonly argocd?: ArgocdFile
  /** The EKS cluster that HTTPRoutes are on; there wherever an app has one. */
  readonly gateway?: { readonly cluster: string }
  /** What is other on green, of what is copied; in this order. */
  readonly transforms: readonly Transform[]
  readonly platformApps: {
    readonly waves: readonly (readonly string[])[]
    /** By app: how its workloads change sides. */
    readonly handovers: Readonly<Record<string, Handover>>
  }
  readonly soak: Duration
  readonly rest: Duration
  readonly quiet: QuietFile
  readonly idle: Duration
  readonly order: 'breadth' | 'depth'
  readonly maxParallel: number
  readonly maxFailed: number
  readonly autoRollback: Duration
  /** Whose AWS resources are, where no tag of AWS says so. */
  readonly owners: OwnersFile
  /** Who deletes what of blue a tool of others made. */
  readonly decommission: { readonly deletes: 'owner' | 'norikae' }
  /** When upgrades start by themselves; they do not where it is left out. */
  readonly schedule?: Schedule
  /** What things cost; unknown where it is left out. */
  readonly prices?: Prices
  /** Absent: `namespace`. */
  readonly trust?: Trust
  readonly waivers: readonly Waiver[]
}

/** What is written of owners: state files are named, and not read yet. */
export interface OwnersFile {
  readonly terraform?: Omit<NonNullable<DeclaredOwners['terraform']>, 'stated' | 'ignore'> & {
    /** Paths, beside the platform file. */
    readonly states?: readonly Said[]
    readonly ignore?: readonly Said[]
  }
}

/** A text of the file, and where it stands. */
export interface Said {
  readonly text: string
  readonly place: { readonly file: string; readonly line: number; readonly column: number }
}

export interface HealthFile {
  readonly prometheus: { readonly url: string }
  readonly datadog: { readonly site: Site }
  /** Requests that a side served within `{window}`: a query with `{cluster}`, `{namespaces}`, `{window}`. */
  readonly requests: string
  readonly checks: Readonly<Record<string, CheckFile>>
  /** Between two readings of a watch or an observation. */
  readonly every: Duration
}

export type CheckFile = {
  readonly limit: Limit
  readonly minSamples: number
  readonly breachAfter: number
} & (
  | {
      /** PromQL with `{cluster}`, `{namespaces}` (a regular expression) and `{window}`. */
      readonly query: string
      /** What `{window}` stands for. */
      readonly window: Duration
    }
  | {
      /** A query of Datadog with `{cluster}`, `{app}`, `{environment}`, `{namespace}` and `{namespaces}`. */
      readonly datadog: string
      /** Of how long the mean is taken. */
      readonly window: Duration
    }
  | { readonly probe: ProbeFile }
  | { readonly cloudwatch: CloudWatchFile }
  | { readonly kubernetes: KubernetesAsked }
  | { readonly job: JobFile }
)

export interface TeamFile {
  readonly approvers: readonly string[]
  readonly notify: { readonly slack?: string; readonly webhook?: string }
  /** What it has not answered for so long, the platform team may decide too. */
  readonly deadline?: Duration
  /** Instead of the platform team. */
  readonly escalatesTo?: string
  readonly remindEvery?: Duration
}

export interface EnvironmentFile {
  readonly name: string
  readonly weights: readonly Weight[]
  readonly observe: Duration
  /** `team`: the app's team is asked before production moves. */
  readonly approval: 'team' | 'none'
  /** Where it is asked, what is said of its gate. */
  readonly approvals?: number
  readonly expires?: Duration
  readonly fourEyes?: boolean
}

/** What is said of a gate; what is left out is as the gate has it. */
export interface GateFile {
  readonly approvals?: number
  /** Then it counts as rejected. */
  readonly expires?: Duration
  /** Whoever asked for the upgrade may not approve. */
  readonly fourEyes?: boolean
}

/** Who brings an app to green: Norikae, from blue; somebody else, who is waited for; or Argo CD or Flux, which are asked. */
export const deployers = ['copy', 'external', 'argocd', 'flux'] as const
export type Deployer = (typeof deployers)[number]

/** Not Norikae itself: what they have put on green stays theirs. */
export const deployedByOthers = (deploy: Deployer): boolean => deploy !== 'copy'

export interface ArgocdFile {
  /** The EKS cluster that it runs on. */
  readonly cluster: string
  readonly namespace: string
  /** Further namespaces there with Applications. */
  readonly applications?: readonly string[]
  /** `norikae.io/{app}.{environment}=enabled`: what lets an environment of an app be deployed to a cluster. */
  readonly label: string
}

export interface AppFile {
  /** Instead of the namespaces' label. */
  readonly team?: string
  readonly deploy: Deployer
  readonly dependsOn: readonly string[]
  readonly movesWith: readonly string[]
  /** Nobody calls its Services by their names in the cluster. */
  readonly reachedBy?: 'route'
  /** By workload, `worker` or `CronJob/worker`. */
  readonly workloads: Readonly<Record<string, Handover>>
  /** Likewise: where each stands, `platforms/chat.yaml:14:7`. */
  readonly writtenAt?: Readonly<Record<string, string>>
  /** What each Job is that nothing else makes, by name. */
  readonly jobs?: DeclaredJobs
  /** Beside those of the platform, or in place of one of that name. */
  readonly checks?: Readonly<Record<string, CheckFile>>
  /** By environment: what splits its traffic on the cluster of `gateway`. */
  readonly httpRoutes?: Readonly<Record<string, readonly HttpRouteFile[]>>
  readonly externals: readonly External[]
  /** In place of what the platform says; absent: as that has it. */
  readonly quiet?: QuietOfApp
  /** What its visitors get while something of it runs on neither side. */
  readonly maintenance?: Page
  /** Of Route 53; absent where it has none. */
  readonly records?: readonly DeclaredRecord[]
}

/** A name in a hosted zone of Route 53 that leads to a load balancer of its own on each cluster. */
export interface DeclaredRecord {
  readonly name: string
  readonly zone: string
  readonly target: Target
  /** LCU to reserve for green's load balancer; absent: as blue's peak. */
  readonly capacity?: number
}

export interface HttpRouteFile {
  readonly namespace: string
  readonly name: string
  /** `Service/shop-{cluster}` or `ServiceImport/<namespace>/shop-{cluster}`, for blue and for green. */
  readonly backend: string
}

/** A database or queue outside both clusters. */
export interface External {
  readonly name: string
  /** `host:port`. */
  readonly endpoint: string
  /** How many connections one side opens at full size, and how many there may be. */
  readonly connections: number
  readonly limit: number
}
