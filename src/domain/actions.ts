import { labelInWords, type ArgoHub, type ByArgo } from './argocd.ts'
import type { Choice } from './choices.ts'
import type { Prices } from './costs.ts'
import type { Duration } from './duration.ts'
import { few } from './few.ts'
import type { Finding } from './findings.ts'
import type { MayBeLeft } from './left-weights.ts'
import type { Page } from './maintenance.ts'
import type { Measuring } from './measures.ts'
import type { DeclaredJobs } from './one-shot-jobs.ts'
import { ownerInWords, partInWords, type DeclaredOwners, type Requested } from './ownership.ts'
import type { AlbRoute, DnsRoute, Identity, NameRoute, Route, Scope, Side, Weight, WorkloadRef } from './platform.ts'
import type { QuietRule } from './quiet.ts'
import type { Transform } from './transforms.ts'
import type { Check } from './verdict.ts'
import type { Where } from './where.ts'

/** What was read back, for people and the report. A retried action answers for its last attempt, so no step may depend on it. */
export interface Receipt {
  readonly note: string
  /** What was noticed on the way. */
  readonly findings?: readonly Finding[]
}

interface Contract<Input, R extends Receipt = Receipt> {
  readonly input: Input
  readonly receipt: R
}

type Owned = Receipt & Identity

interface Place {
  readonly app: string
  readonly environment: string
  readonly namespaces: readonly string[]
}
/** What is said of copying. */
interface Copied {
  readonly jobs?: DeclaredJobs
  readonly transforms?: readonly Transform[]
}
export interface Tried extends Place, Copied {
  readonly byOthers?: true
}
interface Namespaces {
  readonly namespaces: readonly string[]
  readonly on: Side
}
/** What blue is held against before it gets more of a route. */
export interface OntoBlue {
  /** Which have to be there as large as on green. */
  readonly workloads: readonly WorkloadRef[]
  /** Of the environment, without what is held against blue. */
  readonly checks: readonly Check[]
}
interface OnSide {
  readonly workload: WorkloadRef
  readonly on: Side
}

/**
 * Everything that may be done to the world.
 *
 * An action ends when the world was *read* to be as asked, and does nothing where it already is. Inputs are names and
 * limits known when the plan is made: what must be measured or was there before, the action finds on the object itself.
 */
export interface Actions {
  // cluster
  createCluster: Contract<{ cluster: string; like: string; version: string }, Owned>
  /** It is there, at that version, and Norikae has a place of its own on it. Makes nothing else of it, and changes nothing. */
  adoptCluster: Contract<{ cluster: string; identity: Identity; version: string }>
  /** What Norikae keeps for itself there goes, and nothing else. */
  leaveCluster: Contract<{ cluster: string; identity: Identity }>
  /** Empties nothing: what stands in its way is an error. */
  deleteCluster: Contract<{ cluster: string; identity: Identity | 'made-by-this-run' }>
  /** `template`: the name of the launch template that was made for it. `amiType`: in place of that of `like`. */
  createNodeGroup: Contract<{ cluster: string; name: string; like: string; template?: string; amiType?: string }, Owned>
  /** With this cluster's names in place of those of `like`, and with this image where one is named. */
  copyLaunchTemplate: Contract<{ cluster: string; nodeGroup: string; like: string; image?: string }>
  /** Only one that Norikae has made for this cluster: this run, or, with the identity of a cluster, whichever made it. */
  deleteLaunchTemplate: Contract<{ cluster: string; nodeGroup: string; identity: Identity | 'made-by-this-run' }>
  /** With `identity` the cluster is proven to be that one first. */
  deleteNodeGroup: Contract<{ cluster: string; name: string; identity: Identity | 'made-by-this-run' }>
  createFargateProfile: Contract<{ cluster: string; name: string; like: string }>
  deleteFargateProfile: Contract<{ cluster: string; name: string; identity: Identity | 'made-by-this-run' }>
  installAddon: Contract<{ cluster: string; addon: string; version: string; like: string }>
  /** The worker is let in as `like` lets it in, with the same rights. */
  grantAccess: Contract<{ cluster: string; principalArn: string; like: string }>
  /** Somebody else is let in as `like` lets them in; an entry that is there and says otherwise is left alone. */
  copyAccessEntry: Contract<{ cluster: string; principalArn: string; like: string }>
  /** Ends when every security-group rule that names the group of `like` names this cluster's too. */
  awaitGroupRules: Contract<{ cluster: string; like: string }>
  /** Ends when whatever is tagged as `like`'s, of subnets and security groups, is tagged as this cluster's too. */
  awaitNetworkTags: Contract<{ cluster: string; like: string }>
  /** Where its control plane is to write its logs, with the tag of this run. One that is there is taken, and stays another's. */
  makeLogGroup: Contract<{ cluster: string }>
  /** Only one that this run made, once its cluster is gone, with its logs; whoever wants to keep them has taken the tag off. */
  deleteLogGroup: Contract<{ cluster: string }>
  /** The logs of its control plane are kept for as long as those of `like`, in a group that this run made; another keeps its own. */
  copyLogRetention: Contract<{ cluster: string; like: string }>
  /** Lets IAM know pods of this cluster, as it knows those of `like`. One that is there is taken. */
  createProvider: Contract<{ cluster: string; like: string; declared?: DeclaredOwners }>
  /** As `createProvider`, where others make it. */
  awaitProvider: Contract<{ cluster: string; like: string }>
  /** Of a cluster that is gone, by its issuer, unless a tool of others made it; without `issuer` one that this run made. While that cluster is there, none. */
  deleteProvider: Contract<{ cluster: string; issuer?: string; declared?: DeclaredOwners }>
  /** Ends when the trust policies of these roles let in pods of this cluster wherever they let in those of `like`. */
  trustCluster: Contract<{ cluster: string; like: string; roles: readonly string[]; declared?: DeclaredOwners }>
  /** Of a cluster that is gone, by its issuer, whoever wrote it; without `issuer` only what Norikae wrote. While that cluster is there, nothing. */
  distrustCluster: Contract<{ cluster: string; role: string; issuer?: string; declared?: DeclaredOwners }>
  /** As `trustCluster`, of roles that others write. */
  awaitTrust: Contract<{ cluster: string; like: string; roles: readonly string[] }>
  copyAwsAuth: Contract<{ cluster: string; like: string }>
  copyIdentityProvider: Contract<{ cluster: string; name: string; like: string }>
  copyPodIdentity: Contract<{ cluster: string; namespace: string; serviceAccount: string; like: string }>
  /** Ends when its owners have removed these parts of that cluster; where it is gone, or another one, they have. */
  awaitRemoval: Contract<{ cluster: string; identity: Identity; parts: readonly Requested[] }>
  /**
   * Removes what controllers made outside the cluster, while they still run; Flux, which would make it anew, does not. `gateway`:
   * the cluster of HTTPRoutes, which may send requests to this one.
   */
  emptyCluster: Contract<{ cluster: string; identity: Identity | 'made-by-this-run'; gateway?: string }>
  /** What AWS still has of a cluster that is gone, as findings; nothing while a cluster has its name. Deletes nothing. */
  findRemains: Contract<{ cluster: string; identity: Identity | 'made-by-this-run'; prices?: Prices }>
  /** Of the cluster with this identity, which was seen to serve (`served`: when the plan was made) and has what moved away from it. */
  proveIdle: Contract<{
    cluster: string
    /** Absent in plans of before it was kept. */
    identity?: Identity
    served?: true
    for: Duration
    requests: Question
    namespaces: readonly string[]
    buffers: readonly (Measuring & { readonly workload: WorkloadRef })[]
    /** Argo CD goes on looking at the cluster until it is gone. */
    byArgocd?: true
    /** The cluster of HTTPRoutes, which may send requests to this one. */
    gateway?: string
  }>

  // an app on a side
  /** Nothing of what is closed starts on this side from here on, whoever starts it. */
  raiseFence: Contract<Namespaces & { closed: readonly WorkloadRef[] }>
  removeFence: Contract<Namespaces>
  /** `closed`: somebody else deploys there. A namespace that is there is theirs, and what is closed is fenced at once. */
  openNamespaces: Contract<Namespaces & { closed?: readonly WorkloadRef[] }>
  /** Only those that this run made. `byOthers`: on a green that others made, only while nothing of others is in them. */
  closeNamespaces: Contract<Namespaces & { byOthers?: true }>
  /**
   * Every object of the other side, tried here: what would be refused fails it, object by object; with
   * `movesNext` so does a Job that runs there and of which nobody knows what it is. `byOthers`: whoever deploys the app
   * brings along what makes its Secrets, and its Jobs.
   */
  dryRunObjects: Contract<Tried & { on: Side; movesNext?: true }>
  /** The same of each of these, before any of them moves; what is told of each is less, the more of them there are. */
  dryRunApps: Contract<{ places: readonly Tried[]; on: Side }>
  /**
   * Copies the other side's objects; what sleeps is fenced first, and at zero or suspended before it is there. Jobs only
   * if repeatable.
   */
  /** `routes`: those by external-dns, whose objects publish nothing there before they are opened. */
  deploy: Contract<Place & Copied & { on: Side; asleep: readonly WorkloadRef[]; routes?: readonly DnsRoute[] }>
  /** Only what this run made. */
  /** `routes`: those of which no object on the cluster tells. What they still send there is not withdrawn. */
  withdraw: Contract<Place & { on: Side; routes?: readonly Route[] }>
  /**
   * Ends when somebody else has deployed what the other side runs, with the same images. What sleeps is put to sleep
   * then, and must stay so.
   */
  awaitDeployment: Contract<Place & { on: Side; asleep: readonly WorkloadRef[] }>
  /** Ends when somebody has told Argo CD of the cluster. */
  awaitRegistration: Contract<{ hub: ArgoHub; on: Side }>
  /** Lets Argo CD deploy there. Refused where what it deploys would be deleted once it may not any more. */
  labelCluster: Contract<Place & ByArgo & { on: Side }>
  /** Only a label that Norikae has put there. What was deployed stays, or it is refused. */
  unlabelCluster: Contract<Place & ByArgo & { on: Side }>
  /** Ends when every Application of the other side has its like here, at the revision that runs there. */
  syncApplications: Contract<Place & ByArgo & { on: Side; asleep: readonly WorkloadRef[] }>
  /** As `awaitDeployment`, of what was deployed a moment ago: there is an end to the waiting. */
  settleDeployment: Contract<Place & { on: Side; asleep: readonly WorkloadRef[] }>
  checkApplications: Contract<Place & ByArgo & { on: Side; asleep: readonly WorkloadRef[] }>
  /** What somebody else deployed stays, fenced, and asleep where it may run on one side only. */
  leaveDeployment: Contract<Place & { on: Side; asleep: readonly WorkloadRef[] }>
  /**
   * As `awaitDeployment`, where Flux deploys: what made the app on the other side is waited for here, resumed and asked
   * to reconcile, and has to apply the same revision.
   */
  awaitFlux: Contract<Place & { on: Side; asleep: readonly WorkloadRef[] }>
  /** As `leaveDeployment`; what this run resumed is suspended again. */
  leaveFlux: Contract<Place & { on: Side; asleep: readonly WorkloadRef[] }>
  /** Tells pipelines, on both clusters, to which of them they deploy from here on. */
  publishWhere: Contract<{ app: string; environment: string; at: Where }>
  checkReady: Contract<Place & { on: Side; asleep: readonly WorkloadRef[] }>
  /**
   * Ends when each service account gets the role that it names: one is tried with a token of its own. `elsewhere`: those of
   * other accounts had a step of their own, and whoever went on without them is not asked again.
   */
  proveRoles: Contract<Place & { on: Side; elsewhere?: true }>
  /** The same of roles of other accounts, which nobody here reads or writes: their owners are asked, and waited for. */
  awaitRolesElsewhere: Contract<Place & { on: Side }>
  /**
   * Ends when the source of each check has data of green, where nobody is sent yet; what only comes with requests is in the
   * receipt's findings. `mayBeAsleep`: what tells of itself there may sleep until its handover. `madeUp`: see `before-requests`.
   */
  proveChecks: Contract<Place & { checks: readonly Check[]; mayBeAsleep?: true }>
  /**
   * Raise the scaler's floor on one side to what runs on `like`, or its replicas where it has none; what it was is kept as
   * an annotation. `both`: first the floor of `like`, which keeps its size; each side is given back by a step of its own.
   */
  pinSize: Contract<OnSide & { like: Side; wait: boolean; both?: true }>
  /** `serves`: what nothing scales keeps the size that requests are served by. */
  unpinSize: Contract<OnSide & { serves?: true }>

  // traffic
  /**
   * `left`: what an earlier cutover, which was terminated, may have left; it is taken back to 0 first. Absent: nothing is.
   * `mayBeAsleep`: no target on green is enough; what is behind a page starts later.
   */
  openRoute: Contract<{ route: Route; left?: MayBeLeft; mayBeAsleep?: true }>
  /**
   * Ends when the load balancer of a record on green has the capacity that blue's had at its peak (`capacity` of the route: or
   * so much) ready. Kept as an annotation of what it was made for.
   */
  reserveCapacity: Contract<{ route: NameRoute }>
  /** What was reserved by that is let go, where nobody else wrote over it. What AWS does not let go is in the receipt's findings. */
  releaseCapacity: Contract<{ route: NameRoute }>
  /** `expect`: the weights that may be found; any other was set by somebody else and is contested. */
  /**
   * `onto`: to blue, which gets no more than it can carry. Ends when it has all of it and does well by its checks; fails as
   * `TOO_SMALL` and `BadlyToo`, which its choice `skip` passes over.
   */
  setWeight: Contract<{ route: Route; to: Weight; expect: readonly Weight[]; onto?: OntoBlue }>
  /** `left`: as for `openRoute`, on the way back. */
  settleRoute: Contract<{ route: Route; on: Side; left?: MayBeLeft }>
  /** Ends when each of these routes has a page, or a number for one right in front of its rule; nothing is written. */
  findPageRoom: Contract<{ routes: readonly AlbRoute[] }>
  /**
   * Ends when a rule that answers with this page was read right in front of the route's own. One that is there is taken.
   * `ifPossible`: where it cannot be put there it is done without, and that is in the receipt's findings.
   */
  showPage: Contract<{ route: AlbRoute; page: Page; ifPossible?: true }>
  /** Ends when no page is in front of the route any more; it is not taken away before targets on this side are healthy. */
  removePage: Contract<{ route: AlbRoute; on: Side }>
  /**
   * Ends when nobody uses the app on this side any more, or people accept whoever does. `question`: what its pods count;
   * `callers` and `open`: who calls, and what is open, by their labels.
   */
  confirmQuiet: Contract<
    Place & QuietRule & { on: Side; routes: readonly Route[]; question: Question; callers?: Question; open?: Question }
  >

  // workloads
  /**
   * Closes the fence behind it. Ends when no pod and no lease is left, and `proof` gives 0. A pod of a node that does not
   * answer is left until the node's instance is terminated.
   */
  stopWorkload: Contract<OnSide & { lease?: string; proof?: Measuring; within?: Duration }>
  /**
   * Opens the fence before it. Replicas: as stopped on the other side. `alone`: not while the other side is open, or
   * runs. `within`: since it was stopped on the other side.
   */
  startWorkload: Contract<OnSide & { within?: Duration; alone?: true }>
  /** Closes the fence behind it. Ends when the last active job ended, or people chose what becomes of it. */
  suspendSchedule: Contract<OnSide>
  /** Opens the fence before it. First runs the slots that neither side has run, once each, then lets the schedule go on. */
  resumeSchedule: Contract<OnSide>
  /** Ends when it is empty, or people gave up what is left: what they gave up is kept as an annotation, and is in the receipt's findings. */
  drainBuffer: Contract<OnSide & { within: Duration; depth: Measuring; flush?: string }>
  /** After it was stopped on this side. Ends when nothing that it took from its queue is worked on any more. */
  awaitInFlight: Contract<OnSide & { within: Duration; inFlight: Measuring }>
  /** What becomes of its claims becomes nothing of its volumes from here on; their former reclaim policy is kept as an annotation. */
  retainVolumes: Contract<OnSide>
  unretainVolumes: Contract<OnSide>
  /** Ends when they are on no node. */
  detachVolumes: Contract<OnSide>
  /** Not while the other side could still write to them or delete them. Ends when its claims are bound to them. */
  attachVolumes: Contract<OnSide>
  /**
   * Snapshots of what is on no node, volumes made from them, and claims on `to` that are bound to these. What is on `from`
   * stays as it is.
   */
  copyVolumes: Contract<{ workload: WorkloadRef; from: Side; to: Side }>
  /** What this side wrote on copies outlives their claims: people may miss it, and they delete it. */
  keepCopies: Contract<OnSide>
  /** Claims, volumes and snapshots that this run made, but for what is kept. */
  discardVolumes: Contract<OnSide>
  /** The copies are there without them. */
  dropSnapshots: Contract<{ workload: WorkloadRef }>
  checkExternal: Contract<{ app: string; namespace: string; on: Side; endpoint: string }>
}

export type ActionName = keyof Actions
export type ActionInput<A extends ActionName> = Actions[A]['input']
export type ActionReceipt<A extends ActionName> = Actions[A]['receipt']

/** A query, ready to be asked. */
export interface Question {
  readonly url: string
  readonly query: string
}

/** What an activity is given: its input, where, and who asks. */
export interface ActionCall<A extends ActionName = ActionName> {
  /**
   * Who made it: written on all that is made, and asked for before that is changed or removed. The first run of the
   * upgrade, or of an app's first cutover in it: who goes on for one that was terminated goes on with what that one made.
   */
  readonly run: string
  /** The first run of the workflow that asks, whose steps and attempts these are: request tokens come from the three. */
  readonly asker: string
  readonly scope: Scope
  readonly step: string
  readonly attempt: number
  readonly input: ActionInput<A>
  /** What people said of the attempt before; absent where that was to wait on. */
  readonly choice?: Choice
  /** Whoever moved the route towards green was asked to stop: what was left is written once more. */
  readonly contest?: true
  /** Why it goes back, where that decides how. */
  readonly because?: Because
  /** People were told that it waits for blue: there is no end to it but theirs. `began`: as what it failed with told. */
  readonly told?: { readonly began?: BeganBack | undefined }
}

/**
 * Why an app goes back to blue. `ordered`: people say so. `moved`: somebody moves its route there. `breach`: green breaks a limit.
 * Where it is none of them, a step failed, or what it moves with went.
 */
export type Because = 'ordered' | 'moved' | 'breach'

/** How it was when a route's way back began: green's share, what its checks read and how many pods it had, by their names. */
export interface BeganBack {
  readonly from: Weight
  readonly green: Readonly<Record<string, number>>
  readonly sizes?: Readonly<Record<string, number>>
}

/** What an action fails with that is tried once more, as `ActionCall.contest` says. */
export const CLAIMED = 'Claimed'

/** What a weight on the way back fails with that goes on beside the people who are asked, as `ActionCall.told` says. */
export const TOO_SMALL = 'TooSmall'

/** Was it made by a cutover before the one that asks? That one ended without taking it back. */
export const isSuccessor = ({ run, asker }: Pick<ActionCall, 'run' | 'asker'>): boolean => run !== asker

/** `createActivities` returns exactly this. */
export type ActionActivities = { [A in ActionName]: (call: ActionCall<A>) => Promise<ActionReceipt<A>> }

interface Trait<A extends ActionName> {
  /** quick: seconds. long: polls, up to its own limit. survey: reads a whole cluster and all that AWS has of it. */
  readonly pace: 'quick' | 'long' | 'survey'
  /** read: changes nothing, so needs no way back. */
  readonly effect: 'read' | 'write'
  /** May people let the run go on without it? */
  readonly skippable: boolean
  /** Somebody else does it, in their own time: they are told and reminded, and there is no end to the waiting. */
  readonly byOthers?: true
  /** Of what may well be done without people: for so long nobody is told. */
  readonly toldAfter?: Duration
  readonly title: (input: ActionInput<A>) => string
}

const rolesInWords = (names: readonly string[]): string =>
  names.length === 1 ? `role ${names[0] ?? ''}` : `${names.length} roles`
const at = (w: WorkloadRef) => `${w.kind} ${w.namespace}/${w.name}`
const quietInWords = ({ on, for: time, requests, connections, accept }: ActionInput<'confirmQuiet'>): string =>
  [
    `no request${requests > 0 ? ` over ${requests}` : ''} on ${on} for ${time}`,
    ...(connections > 0 ? [`${connections} connections at most`] : []),
    ...(accept.length > 0 ? [`leaving aside ${few(accept)}, as was accepted`] : []),
  ].join(', ')
const write = { effect: 'write', skippable: false } as const
const read = { effect: 'read', skippable: true } as const

export const actions: { readonly [A in ActionName]: Trait<A> } = {
  createCluster: { ...write, pace: 'long', title: (i) => `create cluster ${i.cluster} (${i.version}) like ${i.like}` },
  adoptCluster: {
    ...write,
    pace: 'long',
    title: (i) => `see that ${i.cluster} is the cluster that was planned with, at ${i.version}`,
  },
  leaveCluster: { ...write, pace: 'long', title: (i) => `take what is Norikae's own off ${i.cluster}, and leave it` },
  deleteCluster: { ...write, pace: 'long', title: (i) => `delete cluster ${i.cluster}` },
  createNodeGroup: {
    ...write,
    pace: 'long',
    title: (i) => `create node group ${i.name} like ${i.like}'s${i.amiType === undefined ? '' : `, of ${i.amiType}`}`,
  },
  deleteNodeGroup: { ...write, pace: 'long', title: (i) => `delete node group ${i.name} of ${i.cluster}` },
  copyLaunchTemplate: {
    ...write,
    pace: 'long',
    title: (i) =>
      `make a launch template for ${i.nodeGroup} that names ${i.cluster}, like ${i.like}'s${i.image === undefined ? '' : `, with ${i.image}`}`,
  },
  deleteLaunchTemplate: {
    ...write,
    pace: 'long',
    title: (i) => `delete the launch template of ${i.nodeGroup} of ${i.cluster}`,
  },
  createFargateProfile: { ...write, pace: 'long', title: (i) => `create Fargate profile ${i.name} like ${i.like}'s` },
  deleteFargateProfile: { ...write, pace: 'long', title: (i) => `delete Fargate profile ${i.name} of ${i.cluster}` },
  installAddon: { ...write, pace: 'long', title: (i) => `install ${i.addon} ${i.version}` },
  grantAccess: { ...write, pace: 'long', title: (i) => `let ${i.principalArn} into ${i.cluster} as into ${i.like}` },
  copyAccessEntry: {
    ...write,
    pace: 'long',
    title: (i) => `let ${i.principalArn} into ${i.cluster} as into ${i.like}`,
  },
  awaitGroupRules: {
    ...read,
    pace: 'long',
    byOthers: true,
    title: (i) => `wait until security groups that let ${i.like} in let ${i.cluster} in`,
  },
  awaitNetworkTags: {
    ...read,
    pace: 'long',
    byOthers: true,
    title: (i) => `wait until subnets and groups that are tagged for ${i.like} are tagged for ${i.cluster}`,
  },
  makeLogGroup: {
    ...write,
    // EKS makes one by itself, which is then told as left where green is given up.
    skippable: true,
    pace: 'long',
    title: (i) => `make the log group of ${i.cluster}`,
  },
  deleteLogGroup: {
    ...write,
    pace: 'long',
    title: (i) => `delete the log group of ${i.cluster}, with its logs, if this run made it`,
  },
  copyLogRetention: {
    ...write,
    skippable: true,
    pace: 'long',
    title: (i) => `keep the logs of ${i.cluster} for as long as those of ${i.like}`,
  },
  createProvider: { ...write, pace: 'long', title: (i) => `make an OIDC provider for the pods of ${i.cluster} in IAM` },
  awaitProvider: {
    ...read,
    pace: 'long',
    byOthers: true,
    title: (i) => `wait until others have made an OIDC provider for the pods of ${i.cluster} in IAM`,
  },
  deleteProvider: {
    ...write,
    skippable: true,
    pace: 'long',
    title: (i) => `delete the OIDC provider of ${i.cluster} in IAM`,
  },
  trustCluster: {
    ...write,
    // Whoever does not get a role goes back before its gate: the rest need not wait for one that cannot be written.
    skippable: true,
    pace: 'long',
    title: (i) => `let pods of ${i.cluster} act as ${rolesInWords(i.roles)} wherever those of ${i.like} do`,
  },
  distrustCluster: {
    ...write,
    skippable: true,
    pace: 'long',
    title: (i) => `take ${i.cluster} out of the trust policy of role ${i.role}`,
  },
  awaitTrust: {
    ...read,
    pace: 'long',
    byOthers: true,
    title: (i) => `wait until others let pods of ${i.cluster} act as ${rolesInWords(i.roles)}`,
  },
  copyAwsAuth: { ...write, pace: 'long', title: (i) => `copy ${i.like}'s aws-auth ConfigMap to ${i.cluster}` },
  copyIdentityProvider: {
    ...write,
    pace: 'long',
    title: (i) => `let people into ${i.cluster} by identity provider ${i.name}, as into ${i.like}`,
  },
  copyPodIdentity: {
    ...write,
    pace: 'long',
    title: (i) => `give pods of ${i.namespace}/${i.serviceAccount} their IAM role on ${i.cluster}`,
  },
  awaitRemoval: {
    ...read,
    pace: 'long',
    byOthers: true,
    title: (i) =>
      `wait until ${[...new Set(i.parts.map((part) => ownerInWords(part.owner)))].join(' and ')} removed ${few(i.parts.map((part) => partInWords(part, i.cluster)))}`,
  },
  emptyCluster: { ...write, pace: 'survey', title: (i) => `remove load balancers and volumes of ${i.cluster}` },
  findRemains: { ...read, pace: 'survey', title: (i) => `look for what is left of ${i.cluster}` },
  proveIdle: {
    ...read,
    skippable: false,
    pace: 'survey',
    title: (i) => `prove that nothing used ${i.cluster} for ${i.for}`,
  },
  raiseFence: { ...write, pace: 'long', title: (i) => `fence ${i.namespaces.join(', ')} on ${i.on}` },
  removeFence: { ...write, pace: 'long', title: (i) => `take the fence of ${i.namespaces.join(', ')} on ${i.on} down` },
  openNamespaces: {
    ...write,
    pace: 'quick',
    title: (i) => `make ${few(i.namespaces)} on ${i.on}${i.closed ? ' for who deploys there' : ''}`,
  },
  closeNamespaces: { ...write, pace: 'long', title: (i) => `remove ${few(i.namespaces)} from ${i.on}` },
  dryRunObjects: { ...read, pace: 'long', title: (i) => `dry-run ${i.app}'s objects of ${i.environment} on ${i.on}` },
  dryRunApps: {
    ...read,
    pace: 'long',
    title: (i) => `dry-run the objects of ${few([...new Set(i.places.map((p) => p.app))])} on ${i.on}`,
  },
  deploy: {
    ...write,
    pace: 'long',
    title: (i) => `deploy ${i.app} to ${i.on}${i.asleep.length > 0 ? ', fenced' : ''}`,
  },
  withdraw: { ...write, pace: 'long', title: (i) => `withdraw ${i.app} from ${i.on}` },
  awaitDeployment: {
    ...write,
    pace: 'long',
    byOthers: true,
    title: (i) => `wait until somebody has deployed ${i.app} to ${i.on}`,
  },
  awaitRegistration: {
    ...read,
    skippable: false,
    pace: 'long',
    byOthers: true,
    title: (i) => `wait until Argo CD on ${i.hub.cluster} knows ${i.on}`,
  },
  labelCluster: {
    ...write,
    pace: 'long',
    title: (i) => `let Argo CD deploy ${i.app} to ${i.on} (label ${labelInWords(i.label)})`,
  },
  unlabelCluster: {
    ...write,
    pace: 'long',
    title: (i) => `let Argo CD deploy ${i.app} to ${i.on} no more, and delete nothing`,
  },
  syncApplications: { ...write, pace: 'long', title: (i) => `sync ${i.app} on ${i.on} as it is on the other side` },
  settleDeployment: {
    ...write,
    pace: 'long',
    title: (i) => `compare ${i.app} on ${i.on}, and let nothing of it start before its turn`,
  },
  checkApplications: { ...read, pace: 'long', title: (i) => `wait until Argo CD finds ${i.app} healthy on ${i.on}` },
  leaveDeployment: { ...write, pace: 'long', title: (i) => `leave ${i.app} on ${i.on}, and let nothing of it start` },
  awaitFlux: {
    ...write,
    pace: 'long',
    byOthers: true,
    // An interval of most, and a release that gets ready.
    toldAfter: '10m',
    title: (i) => `wait until Flux has brought ${i.app} to ${i.on}`,
  },
  leaveFlux: {
    ...write,
    pace: 'long',
    title: (i) => `leave ${i.app} on ${i.on}, let nothing of it start, and suspend what Norikae resumed`,
  },
  publishWhere: {
    ...write,
    pace: 'quick',
    title: (i) => `point pipelines of ${i.app} ${i.environment} at ${i.at === 'both' ? 'both sides' : i.at}`,
  },
  checkReady: { ...read, pace: 'long', title: (i) => `wait until ${i.app} is ready on ${i.on}` },
  proveRoles: {
    ...read,
    pace: 'long',
    title: (i) => `prove that pods of ${i.app} get their IAM roles on ${i.on}`,
  },
  awaitRolesElsewhere: {
    ...read,
    pace: 'long',
    byOthers: true,
    // Who has written them already, and IAM has told everybody: then nobody is asked.
    toldAfter: '1m',
    title: (i) => `wait until roles of other accounts let in pods of ${i.app} on ${i.on}`,
  },
  proveChecks: {
    ...read,
    pace: 'long',
    title: (i) => `see that ${i.checks.map((c) => c.name).join(', ')} can tell of ${i.app} on green`,
  },
  pinSize: {
    ...write,
    pace: 'long',
    title: (i) => `pin ${at(i.workload)} on ${i.both ? `${i.like} and ${i.on}` : i.on} at ${i.like}'s size`,
  },
  unpinSize: { ...write, pace: 'quick', title: (i) => `let ${at(i.workload)} on ${i.on} be sized by its owner` },
  openRoute: { ...write, pace: 'long', title: (i) => `add green to route ${i.route.name} at 0 %` },
  reserveCapacity: {
    ...write,
    // A new load balancer grows with its traffic too.
    skippable: true,
    pace: 'long',
    title: ({ route: { name, capacity } }) =>
      `reserve ${capacity === undefined ? "what blue's had at its peak" : `${capacity} LCU`} for green's load balancer of ${name}`,
  },
  releaseCapacity: {
    ...write,
    skippable: true,
    pace: 'long',
    title: (i) => `release what was reserved for green's load balancer of ${i.route.name}`,
  },
  setWeight: { ...write, pace: 'long', title: (i) => `route ${i.route.name}: ${i.to} % to green` },
  settleRoute: { ...write, pace: 'long', title: (i) => `leave only ${i.on} in route ${i.route.name}` },
  findPageRoom: {
    ...read,
    skippable: true,
    pace: 'long',
    title: (i) => `see that a page can be put in front of ${i.routes.map((route) => route.name).join(', ')}`,
  },
  showPage: {
    ...write,
    // Where there is no room for it people may do without; nothing is stopped yet.
    skippable: true,
    pace: 'long',
    title: (i) => `route ${i.route.name}: visitors get a page (${i.page.status}) from here on`,
  },
  removePage: {
    ...write,
    pace: 'long',
    title: (i) => `route ${i.route.name}: take the page away once ${i.on} is healthy`,
  },
  confirmQuiet: { ...read, pace: 'long', title: quietInWords },
  stopWorkload: { ...write, pace: 'long', title: (i) => `stop ${at(i.workload)} on ${i.on}` },
  startWorkload: { ...write, pace: 'long', title: (i) => `start ${at(i.workload)} on ${i.on}` },
  suspendSchedule: { ...write, pace: 'long', title: (i) => `suspend ${at(i.workload)} on ${i.on}` },
  resumeSchedule: { ...write, pace: 'long', title: (i) => `resume ${at(i.workload)} on ${i.on}` },
  drainBuffer: {
    ...read,
    skippable: false,
    pace: 'long',
    title: (i) => `drain ${at(i.workload)} on ${i.on} within ${i.within}`,
  },
  awaitInFlight: {
    ...read,
    skippable: false,
    pace: 'long',
    title: (i) => `wait until nothing of ${at(i.workload)} on ${i.on} is in flight, ${i.within} at most`,
  },
  retainVolumes: {
    ...write,
    pace: 'quick',
    title: (i) => `keep the volumes of ${at(i.workload)} on ${i.on} whatever becomes of their claims`,
  },
  unretainVolumes: {
    ...write,
    pace: 'quick',
    title: (i) => `give the volumes of ${at(i.workload)} on ${i.on} their reclaim policy back`,
  },
  detachVolumes: { ...write, pace: 'long', title: (i) => `detach the volumes of ${at(i.workload)} from ${i.on}` },
  attachVolumes: { ...write, pace: 'long', title: (i) => `attach the volumes of ${at(i.workload)} to ${i.on}` },
  copyVolumes: { ...write, pace: 'long', title: (i) => `copy the volumes of ${at(i.workload)} to ${i.to}` },
  keepCopies: {
    ...write,
    pace: 'long',
    title: (i) => `keep what ${i.on} wrote on copied volumes of ${at(i.workload)}`,
  },
  dropSnapshots: { ...write, pace: 'long', title: (i) => `delete the snapshots of ${at(i.workload)}` },
  discardVolumes: {
    ...write,
    pace: 'long',
    title: (i) => `discard the copied volumes of ${at(i.workload)} on ${i.on}`,
  },
  checkExternal: { ...read, pace: 'long', title: (i) => `reach ${i.endpoint} from ${i.on}` },
}
