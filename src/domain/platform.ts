import type { ByArgo } from './argocd.ts'
import type { Calendar } from './calendar.ts'
import type { Prices } from './costs.ts'
import type { Duration } from './duration.ts'
import type { GateRule } from './gates.ts'
import type { Page } from './maintenance.ts'
import type { Measure } from './measures.ts'
import type { DeclaredJobs } from './one-shot-jobs.ts'
import type { Deployer, External } from './platform-file.ts'
import type { QuietFile, QuietOfApp } from './quiet.ts'
import type { Transform } from './transforms.ts'
import type { Trust } from './trust.ts'
import type { Check } from './verdict.ts'
import type { Waiver } from './waivers.ts'

export type Side = 'blue' | 'green'

/** 0 to 100: the share of a route that green carries, in per cent. */
export type Weight = number

export interface WorkloadRef {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob'
  readonly namespace: string
  readonly name: string
}

/** Of all environments of its apps. */
export const namespacesOf = ({ apps }: Pick<Platform, 'apps'>): string[] =>
  apps.flatMap((a) => a.environments.flatMap((e) => e.namespaces)).toSorted()

/** A workload's part of a step id: two namespaces may use one name. */
export const slug = (w: WorkloadRef): string => `${w.namespace}/${w.kind.toLowerCase()}/${w.name}`

export const workloadName = (w: WorkloadRef): string => `${w.kind}/${w.namespace}/${w.name}`

/** What splits an environment's traffic. Each kind has its driver: `src/activities/routes`. */
export type Route = AlbRoute | IngressRoute | GatewayRoute | RecordRoute | DnsRoute | HttpRoute

/** A listener rule of an Application Load Balancer outside both clusters, with a target group a side. */
export interface AlbRoute {
  readonly kind: 'alb'
  readonly name: string
  readonly ruleArn: string
  /** Where the TargetGroupBinding is, the same on both sides. */
  readonly namespace: string
  readonly binding: string
  readonly blueTargetGroup: string
  /** A name, because it is made by the plan that holds this. At most 32 characters. */
  readonly greenTargetGroup: string
}

/** Rules that blue's load balancer controller makes of an action of an Ingress, with a target group a side. */
export interface IngressRoute {
  readonly kind: 'ingress'
  readonly name: string
  readonly namespace: string
  readonly ingress: string
  readonly action: string
  /** Blue's, as the action names it. */
  readonly service: string
  /** The controller's TargetGroupBinding for it, on blue. */
  readonly binding: string
  /** An ARN. */
  readonly blueTargetGroup: string
  /** A name, because it is made by the plan that holds this. At most 32 characters. */
  readonly greenTargetGroup: string
  /** `app/<name>/<id>` */
  readonly loadBalancer: string
}

/** Rules that blue's load balancer controller makes of an HTTPRoute of blue, with a target group a side. */
export interface GatewayRoute {
  readonly kind: 'gateway'
  readonly name: string
  readonly namespace: string
  readonly httpRoute: string
  /** Blue's, as the HTTPRoute names it. */
  readonly service: string
  /** The controller's TargetGroupBinding for it, on blue. */
  readonly binding: string
  /** An ARN. */
  readonly blueTargetGroup: string
  /** A name, because it is made by the plan that holds this. At most 32 characters. */
  readonly greenTargetGroup: string
  /** `app/<name>/<id>` */
  readonly loadBalancer: string
}

/** Is a side a target group, which a binding on that side fills? */
export const isBound = (route: Route): route is AlbRoute | IngressRoute | GatewayRoute => 'binding' in route

/** The records of a name in a hosted zone of Route 53, with a load balancer of its own a side. */
export interface RecordRoute {
  readonly kind: 'route53'
  /** The name of the records, in lower case, without a dot at its end. */
  readonly name: string
  readonly zone: string
  readonly namespace: string
  /** What has a load balancer on both sides: `Service/web`, `Ingress/web`. */
  readonly target: string
  /** LCU to reserve for green's before it has a weight; absent: as blue's peak. 0: none. */
  readonly capacity?: number
}

/** Weighted records of a name that external-dns of each cluster writes, by annotations of the same object on both. */
export interface DnsRoute {
  readonly kind: 'external-dns'
  /** The name of the records, in lower case, without a dot at its end. */
  readonly name: string
  readonly zone: string
  readonly namespace: string
  /** What has a load balancer on both sides: `Service/web`, `Ingress/web`. */
  readonly target: string
  /** What its annotations begin with: `external-dns.alpha.kubernetes.io/`. */
  readonly annotations: string
  /** The set identifier of blue's records. */
  readonly identifier: string
  /** What TXT records say of these: the owner id of blue's external-dns. */
  readonly owner: string
  /** As of a record that Norikae writes. */
  readonly capacity?: number
}

/** Of a name in Route 53, with a load balancer of its own a side. */
export type NameRoute = RecordRoute | DnsRoute

/** Does a name lead to a load balancer of its own a side, whoever writes its records? */
export const isNameRoute = (route: Route): route is NameRoute =>
  route.kind === 'route53' || route.kind === 'external-dns'

/** What a rule of an HTTPRoute sends requests to. */
export interface Backend {
  /**
   * `ServiceImport`: of AWS's Gateway API controller, which finds the Service that a cluster has exported. `TargetGroupName`: of
   * the AWS Load Balancer Controller, which is no object and in no namespace.
   */
  readonly kind: 'Service' | 'ServiceImport' | 'TargetGroupName'
  readonly namespace: string
  readonly name: string
}

/** An HTTPRoute of Gateway API on a cluster that is neither blue nor green, with a backend a side. */
export interface HttpRoute {
  readonly kind: 'http-route'
  readonly name: string
  /** The EKS cluster that it and its Gateways are on. */
  readonly cluster: string
  readonly namespace: string
  readonly httpRoute: string
  readonly blue: Backend
  readonly green: Backend
}

/** How one workload changes sides, and in which hours of the week that begins; without any, as soon as it is its turn. */
export type Handover = Way & { readonly window?: readonly string[] }

/** With what its class needs to know. */
type Way =
  | { readonly class: 'overlap' }
  /** `inFlight`: what was taken from the queue and is not done; without it, that no pod is left is all that is proven. */
  | {
      readonly class: 'consumer'
      readonly idempotent: boolean
      readonly inFlight?: Measure
      readonly settlesWithin?: Duration
    }
  | { readonly class: 'schedule' }
  /** `proof`: gives 0 where nobody is it any more. */
  | { readonly class: 'singleton'; readonly lease?: string; readonly proof?: Measure; readonly downtime: Duration }
  | ({ readonly class: 'buffer' } & Draining)
  | { readonly class: 'stateful'; readonly by: 'handover' | 'copy'; readonly lossOnReturn?: string }

/** How a buffer is emptied. */
export interface Draining {
  readonly drainWithin: Duration
  /** What has not been delivered yet; a query with `{cluster}` and `{namespaces}`. */
  readonly depth: Measure
  /** On each of its pods, as `:24444/…`: a GET that makes it deliver at once. */
  readonly flush?: string
}

export interface Environment {
  readonly name: string
  readonly namespaces: readonly string[]
  readonly routes: readonly Route[]
  readonly weights: readonly Weight[]
  readonly checks: readonly Check[]
  readonly observe: Duration
  readonly gate?: GateRule
  /** By workload name (`Kind/namespace/name`): what the platform file declares. */
  readonly handovers: Readonly<Record<string, Handover>>
  readonly externals: readonly External[]
  /** Where the platform file says so: what each Job is that nothing else makes, by name. */
  readonly jobs?: DeclaredJobs
  /**
   * Where somebody else deploys: what must not run on green before its turn. It may come as soon as green is there, so
   * it is fenced then.
   */
  readonly fenced?: readonly WorkloadRef[]
  /** Where Norikae copies it: what is to be other on green. */
  readonly transforms?: readonly Transform[]
  /** What visitors get while something of it runs on neither side; absent: errors. */
  readonly page?: Page
  /** Pages that are up before it moves, by route: the ARNs of their rules. Absent: none. */
  readonly pagesLeft?: Readonly<Record<string, readonly string[]>>
  /** Where Argo CD deploys it: by which label. */
  readonly argocd?: ByArgo
  /** Absent where it moves by itself. */
  readonly group?: Group
}

/** What an environment of an app moves with: the same environment of other apps. */
export interface Group {
  /** In the order of their names. `weights`: of its routes, which rise; absent: it has none. */
  readonly others: readonly { readonly app: string; readonly weights?: readonly Weight[] }[]
}

export interface App {
  readonly name: string
  readonly team: string
  readonly deploy: Deployer
  readonly dependsOn: readonly string[]
  /** Symmetric: whoever is named names back. */
  readonly movesWith: readonly string[]
  /** Where it says so: other apps call it by what its route serves, and what names its Services is no call. */
  readonly reachedBy?: 'route'
  readonly environments: readonly Environment[]
  /** Where it says so: what may be left of its traffic on the side that it was moved away from. */
  readonly quiet?: QuietOfApp
}

/** One of the platform team's own: there before any tenant, and gone with its cluster. */
export interface PlatformApp {
  readonly name: string
  readonly namespaces: readonly string[]
  readonly buffers: readonly Buffer[]
  readonly transforms?: readonly Transform[]
  /** Whoever made green brought it there: it is waited for, and left as it is. */
  readonly cameWithGreen?: true
}

export interface Buffer extends Draining {
  readonly workload: WorkloadRef
}

export interface Team {
  readonly approvers: readonly string[]
  readonly webhook?: string
  /** What it has not answered for so long, the platform team may decide too. */
  readonly deadline?: Duration
  /** Instead of the platform team. */
  readonly escalatesTo?: string
  /** Of what waits for it; absent: as often as the gate says. */
  readonly remindEvery?: Duration
  /** A channel: `#name`, or an id. */
  readonly slack?: string
}

/** Which cluster is meant, also where another one has its name by now. */
export interface Identity {
  readonly arn: string
  readonly createdAt: string
}

/** What every action needs to find the world: names, and which cluster one of them is. */
export interface Scope {
  readonly platform: string
  readonly account: string
  readonly region: string
  readonly blue: string
  readonly green: string
  /** Green is somebody's who made it before: the cluster that was planned with, and no other of its name. */
  readonly adopted?: Identity
}

export const scopeOf = ({ platform, account, region, blue, green, adopted }: Scope): Scope => ({
  platform,
  account,
  region,
  blue,
  green,
  ...(adopted && { adopted }),
})

export const clusterOf = (scope: Pick<Scope, 'blue' | 'green'>, side: Side): string => scope[side]

export interface Metrics {
  readonly url: string
  /** Requests served within `{window}`, by `{cluster}` and `{namespaces}`. */
  readonly requests: string
}

export interface Platform extends Omit<Scope, 'platform'> {
  readonly name: string
  readonly platformTeam: string
  readonly teams: Readonly<Record<string, Team>>
  /** In waves: each is ready before the next. */
  readonly waves: readonly (readonly PlatformApp[])[]
  readonly apps: readonly App[]
  readonly metrics: Metrics
  readonly order: 'breadth' | 'depth'
  readonly maxParallel: number
  readonly maxFailed: number
  readonly rest: Duration
  readonly soak: Duration
  readonly quiet: QuietFile
  readonly idle: Duration
  readonly autoRollback: Duration
  readonly gates: { readonly start: GateRule; readonly decommission: GateRule }
  /** When turns are given out, and the removal of blue begins; absent: always. */
  readonly calendar?: Calendar
  /** What things cost; absent: nobody said. */
  readonly prices?: Prices
  /** Absent: names are believed. */
  readonly trust?: Trust
  /** Those that counted when the upgrade was planned; absent where none did. */
  readonly waivers?: readonly Waiver[]
}
