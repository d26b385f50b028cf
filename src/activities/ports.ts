import type { Disk } from '../domain/storage.ts'
import type { ImageDescription } from '../domain/amis.ts'
import type { GroupRule, OwnRule } from '../domain/group-rules.ts'
import type {
  AccessEntry,
  AddonDescription,
  AddonVersion,
  ClusterAccess,
  ClusterBelongings,
  ClusterDescription,
  FargateProfile,
  IdentityProvider,
  NewAccessEntry,
  NewAddon,
  NewCluster,
  NewFargateProfile,
  NewIdentityProvider,
  NewNodegroup,
  NewPodIdentity,
  NodegroupDescription,
  PodIdentity,
  UpdateDescription,
  VersionDescription,
} from '../domain/eks-objects.ts'
import type { CertificateAuthority } from '../domain/certificate-authorities.ts'
import type { Insight, InsightsRefresh } from '../domain/insights.ts'
import type { LogGroup } from '../domain/log-groups.ts'
import type { Tagged } from '../domain/network-tags.ts'
import type { Reservation } from '../domain/balancer-capacity.ts'
import type { BalancingUsage, QuotaName, RunningInstance } from '../domain/quotas.ts'
import type { SubnetDescription, TakenAddresses } from '../domain/subnets.ts'
import type { Tried } from '../domain/dry-run.ts'
import type { ChatMessage } from '../domain/chat-message.ts'
import type {
  LaunchTemplate,
  NewLaunchTemplate,
  NewVolume,
  SnapshotDescription,
  VolumeDescription,
} from '../domain/ec2-objects.ts'
import type { Kind, KubernetesObject } from '../domain/kubernetes-objects.ts'
import type { ImageId, Repository } from '../domain/registry-images.ts'
import type { Probed, ProbeTarget } from '../domain/probes.ts'
import type { Remains } from '../domain/remains.ts'
import type { RolePermission } from '../domain/role-permissions.ts'
import type { RoleDescription } from '../domain/roles.ts'
import type { ServedResource } from '../domain/resources.ts'
import type { Claims } from '../domain/tokens.ts'
import type { Site } from '../domain/datadog.ts'
import type { Asking, CloudWatchQuery, Datapoint, Series } from '../domain/cloudwatch.ts'
import type { Page } from '../domain/maintenance.ts'
import type { ListedRule, PageOfNobody } from '../domain/page-places.ts'
import type { RuleAction, TargetGroupDescription, TargetHealth } from '../domain/target-groups.ts'
import type { BalancerHost, RecordChange, RecordSet } from '../domain/weighted-records.ts'
import type { Written } from '../domain/writers.ts'

/**
 * What activities ask of the outside. An adapter speaks one system's words in and ours out: it does not wait, retry or
 * decide. Errors are those of `errors.ts`: `denied`, `notFound`, `quotaExceeded`, `invalidInput`, `failed` for good;
 * `unreachable`, `inUse` and whatever an SDK throws as transient are retried. `find…` answers undefined where there is nothing.
 */
export interface Ports {
  readonly identity: IdentityPort
  eks(region: string): EksPort
  /**
   * As `eks`, in the name of the role that may remove what no upgrade made, where the worker has one. Throws `denied` where
   * that role is of another account than this one, which may have a cluster of the same name.
   */
  decommissioning(region: string, account: string): Pick<EksPort, Removing>
  loadBalancing(region: string): LoadBalancingPort
  records(region: string): RecordsPort
  /** The same for who moves visitors: its requests go out before all that others have waiting. */
  recordsFirst(region: string): RecordsPort
  /** The same for who only looks, now and then: a turn that a step may want is not taken, and `unreachable` says so. */
  recordLooks(region: string): Pick<RecordsPort, 'named'>
  blockStorage(region: string): BlockStoragePort
  compute(region: string): ComputePort
  network(region: string): NetworkPort
  roles(region: string): RolesPort
  launchTemplates(region: string): LaunchTemplatesPort
  logs(region: string): LogsPort
  cloudWatch(region: string): CloudWatchPort
  registry(region: string): RegistryPort
  remains(region: string): RemainsPort
  keys(region: string): KeysPort
  trail(region: string): TrailPort
  quotas(region: string): QuotasPort
  /** Looks the cluster's endpoint up once, and signs in with the worker's own identity. Throws `notFound`. */
  kubernetes(region: string, cluster: string): Promise<KubernetesPort>
  readonly metrics: MetricsPort
  /** Absent where the worker has no keys for it. */
  readonly datadog?: DatadogPort
  readonly probes: ProbePort
  readonly webhooks: WebhookPort
  /** Absent where the worker has no token for one. */
  readonly chat?: ChatPort
  readonly tokens: TokenPort
}

/** What decommissioning does to EKS; what it reads is read as ever. */
export type Removing = 'setDeletionProtection' | 'deleteCluster' | 'deleteNodegroup' | 'deleteFargateProfile'

/** STS's words, without one of the token. */
export interface RoleRefusal {
  readonly says: string
  /** It is by what the role, its provider or the token is, and not by what STS could not find out this time. */
  readonly isSettled: boolean
}

export interface IdentityPort {
  /** The account and the principal (for an assumed role: the role's ARN) that this worker acts as. */
  whoAmI(region: string): Promise<{ readonly account: string; readonly principalArn: string }>
  /**
   * Why a service account's token does not get it this role; undefined: it does. Nobody gets what STS gave for it, and that may
   * do nothing. Throws `unreachable`.
   */
  roleRefusal(region: string, roleArn: string, token: string): Promise<RoleRefusal | undefined>
  /**
   * The role that it removes clusters as, assumed; undefined: it has none, and is itself. Throws `denied` where it may not be
   * assumed, or is of another account than this one.
   */
  whoRemoves(region: string, account: string): Promise<string | undefined>
}

/** What is written is read some seconds later. */
export interface RolesPort {
  find(name: string): Promise<RoleDescription | undefined>
  /** Every role of the account, without its tags. */
  all(): Promise<readonly RoleDescription[]>
  /** Policies of these roles that somebody of the account has written: those of AWS name no cluster. A role that is gone has none. */
  permissions(roles: readonly string[]): Promise<readonly RolePermission[]>
  /** Replaces the whole policy, whatever it has become meanwhile. Throws `quotaExceeded` where it is too long. */
  setTrust(name: string, document: string): Promise<void>
  /** Characters that a trust policy may have, without white space. */
  trustQuota(): Promise<number>
  findProvider(arn: string): Promise<ProviderDescription | undefined>
  /** ARNs of all OpenID Connect providers. */
  providers(): Promise<readonly string[]>
  /** Nothing happens where the issuer has one, also one that is not told yet. */
  createProvider(provider: {
    readonly issuer: string
    readonly clientIds: readonly string[]
    readonly tags: Readonly<Record<string, string>>
  }): Promise<void>
  /** Nothing happens where it is gone. */
  deleteProvider(arn: string): Promise<void>
}

export interface ProviderDescription {
  readonly arn: string
  /** Audiences that it takes tokens for. */
  readonly clientIds: readonly string[]
  readonly tags: Readonly<Record<string, string>>
}

/**
 * `token`: the same token for the same request makes a repeated call harmless. `delete…` starts a deletion, and does
 * nothing where there is nothing.
 */
export interface EksPort {
  clusterNames(): Promise<readonly string[]>
  findCluster(name: string): Promise<ClusterDescription | undefined>
  createCluster(cluster: NewCluster, token: string): Promise<void>
  setDeletionProtection(name: string, on: boolean, token: string): Promise<void>
  deleteCluster(name: string): Promise<void>
  nodegroupNames(cluster: string): Promise<readonly string[]>
  findNodegroup(cluster: string, name: string): Promise<NodegroupDescription | undefined>
  createNodegroup(cluster: string, nodegroup: NewNodegroup, token: string): Promise<void>
  deleteNodegroup(cluster: string, name: string): Promise<void>
  addonNames(cluster: string): Promise<readonly string[]>
  findAddon(cluster: string, name: string): Promise<AddonDescription | undefined>
  addonVersions(name: string, kubernetesVersion: string): Promise<readonly AddonVersion[]>
  /** What this version of an add-on would refuse of a configuration; empty: nothing. Undefined: EKS tells no usable schema. */
  configurationFaults(addon: string, version: string, configuration: string): Promise<readonly string[] | undefined>
  createAddon(cluster: string, addon: NewAddon, token: string): Promise<void>
  deleteAddon(cluster: string, name: string): Promise<void>
  /** ARNs of who has an access entry; none of EKS’s own. Empty where the cluster knows no entries. */
  principals(cluster: string): Promise<readonly string[]>
  fargateProfileNames(cluster: string): Promise<readonly string[]>
  capabilities(cluster: string): Promise<ClusterBelongings['capabilities']>
  /** What this principal's entry allows; undefined: it has none. */
  findAccess(cluster: string, principalArn: string): Promise<ClusterAccess | undefined>
  /** Nothing happens where it has an entry. */
  createAccess(
    cluster: string,
    entry: Pick<NewAccessEntry, 'principalArn' | 'groups' | 'tags'>,
    token: string,
  ): Promise<void>
  /** In these namespaces only, or in the whole cluster. Safe to repeat: where it held before is forgotten. */
  allow(cluster: string, principalArn: string, policyArn: string, namespaces?: readonly string[]): Promise<void>
  /** Nothing happens where it is not allowed. */
  disallow(cluster: string, principalArn: string, policyArn: string): Promise<void>
  /** All of a principal's entry; undefined: it has none. */
  accessEntry(cluster: string, principalArn: string): Promise<AccessEntry | undefined>
  /** Without its policies. */
  createAccessEntry(cluster: string, entry: NewAccessEntry, token: string): Promise<void>
  findFargateProfile(cluster: string, name: string): Promise<FargateProfile | undefined>
  createFargateProfile(cluster: string, profile: NewFargateProfile, token: string): Promise<void>
  deleteFargateProfile(cluster: string, name: string): Promise<void>
  identityProviders(cluster: string): Promise<readonly IdentityProvider[]>
  /** Starts it, and answers the id of the cluster's update by which it is done. */
  associateIdentityProvider(cluster: string, provider: NewIdentityProvider, token: string): Promise<string>
  /** Why this update of the cluster failed; undefined: it did not, or not yet. */
  updateFailure(cluster: string, update: string): Promise<string | undefined>
  /** Those that no add-on owns. */
  podIdentities(cluster: string): Promise<readonly PodIdentity[]>
  podIdentity(cluster: string, namespace: string, serviceAccount: string): Promise<PodIdentity | undefined>
  /** Names of the service accounts of a namespace that have one, whoever made it. */
  accountsWithIdentity(cluster: string, namespace: string): Promise<readonly string[]>
  createPodIdentity(cluster: string, identity: NewPodIdentity, token: string): Promise<void>
  versions(): Promise<readonly VersionDescription[]>
  /** Of the cluster, or of one of its node groups: those that have not ended. */
  updatesInProgress(cluster: string, nodegroup?: string): Promise<readonly UpdateDescription[]>
  certificateAuthorities(cluster: string): Promise<readonly CertificateAuthority[]>
  /** What stands in the way of an upgrade, and what is not set up well. What passes is told without its details. */
  insights(cluster: string): Promise<readonly Insight[]>
  /** The last that somebody asked for; undefined: nobody has. */
  insightsRefresh(cluster: string): Promise<InsightsRefresh | undefined>
  /** Has EKS look again. Changes nothing else. */
  startInsightsRefresh(cluster: string): Promise<void>
}

export interface LoadBalancingPort {
  /** Every listener rule of the account's application load balancers that forwards to one of these target groups. */
  rulesForwardingTo(targetGroupArns: readonly string[]): Promise<readonly RuleDescription[]>
  /** Every listener of the account's network load balancers that does, by its own ARN: they have no rules. */
  listenersForwardingTo(targetGroupArns: readonly string[]): Promise<readonly RuleDescription[]>
  findRule(arn: string): Promise<RuleDescription | undefined>
  /** By ARN, of listener rules and what else there is of load balancers. All have to be there. */
  tagsOf(arns: readonly string[]): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>>
  /** All rules of the listener that this one is of, but for its default one. Throws `notFound` where the listener is not there. */
  rulesBeside(ruleArn: string): Promise<readonly ListedRule[]>
  /**
   * A rule of the same listener, for the requests of `like`, that answers them itself. ELB knows no token for it: asked twice, there
   * are two. Throws `inUse` where the priority is taken, `quotaExceeded` where the load balancer has no room for a rule.
   */
  createPage(like: ListedRule, priority: number, page: Page, tags: Readonly<Record<string, string>>): Promise<void>
  /** Pages on the listeners of these rules, whichever run put them there. Nothing of a listener that is gone. */
  pagesBeside(ruleArns: readonly string[]): Promise<PagesBeside>
  /** Gives a page these tags; others that it has stay. */
  tagPage(pageArn: string, tags: Readonly<Record<string, string>>): Promise<void>
  /** Replaces what requests a page gets and how it answers them, at once. */
  rewritePage(pageArn: string, like: ListedRule, page: Page): Promise<void>
  /** Nothing happens where it is gone. */
  deleteRule(ruleArn: string): Promise<void>
  /** Replaces the rule's whole action list. */
  setActions(ruleArn: string, actions: readonly RuleAction[]): Promise<void>
  /** By ARN or by name. */
  findTargetGroup(arnOrName: string): Promise<TargetGroupDescription | undefined>
  /** Safe to repeat. Throws `contested` where the name is taken by one with other settings or without these tags. */
  createTargetGroup(name: string, like: TargetGroupDescription, tags: Readonly<Record<string, string>>): Promise<string>
  deleteTargetGroup(arn: string): Promise<void>
  health(targetGroupArn: string): Promise<readonly TargetHealth[]>
  /** How many load balancers and target groups are in the region; and of the former, those that a cluster's controllers made. */
  usage(blue: string, green: string): Promise<BalancingUsage>
  /** An application or network load balancer that is active, by the name at which it answers. */
  findBalancer(host: string): Promise<Balancer | undefined>
  /** Addresses that stay the same, of those of these network load balancers that have some; by the name at which each answers. */
  addressesOf(hosts: readonly string[]): Promise<readonly { readonly host: string; readonly address: string }[]>
  /** Throws `notFound` where it is not there. */
  capacityOf(loadBalancerArn: string): Promise<Reservation>
  /**
   * In LCU; undefined: nothing is reserved any more. Starts it. Throws `quotaExceeded` where the account or AWS has no more, or
   * what is reserved was lowered too often today; `inUse` while another request is pending.
   */
  reserve(loadBalancerArn: string, units: number | undefined): Promise<void>
  /** The target groups that its listeners forward to, by ARN. */
  groupsBehind(loadBalancerArn: string): Promise<readonly string[]>
  /** Of every target group that its listeners forward to. */
  healthBehind(loadBalancerArn: string): Promise<readonly TargetHealth[]>
}

export interface Balancer extends BalancerHost {
  readonly arn: string
  /** How many availability zones it is in. */
  readonly zones: number
}

/** Of Route 53, which takes five requests a second of an account: all workers together ask no more than three. */
export interface RecordsPort {
  /** Every hosted zone of the account, public and private. */
  zones(): Promise<readonly HostedZone[]>
  /**
   * A page of all record sets of a zone, in Route 53's own order; `next`: where the one after it begins, absent after the last.
   * Throws `notFound` where the hosted zone is not there.
   */
  page(zone: string, from?: RecordsFrom): Promise<{ readonly sets: readonly RecordSet[]; readonly next?: RecordsFrom }>
  /** All record sets of this name, of every type. Throws `notFound` where the hosted zone is not there. */
  named(zone: string, name: string): Promise<readonly RecordSet[]>
  /**
   * All of them, or none, and answers the id of the change. Throws `contested` where the records are not as they were read, or
   * are protected; `unreachable` while an earlier change of the zone is not done.
   */
  change(zone: string, changes: readonly RecordChange[], comment: string): Promise<string>
  /** Do all servers of Route 53 have this change? */
  isInSync(change: string): Promise<boolean>
  /** Types of this name that somebody has protected: a batch that changes one of them fails as a whole. */
  protectedTypes(zone: string, name: string): Promise<readonly string[]>
}

export interface HostedZone {
  readonly id: string
  /** In lower case, without a dot at its end. */
  readonly name: string
}

/** Where a page of record sets begins. */
export interface RecordsFrom {
  readonly name: string
  readonly type?: string
  readonly identifier?: string
}

export interface PagesBeside {
  /** ARNs of pages, by that of the rule which they are in front of. Nothing of a rule that has none. */
  readonly inFront: Readonly<Record<string, readonly string[]>>
  readonly ofNobody: readonly PageOfNobody[]
}

export interface RuleDescription {
  readonly arn: string
  readonly listenerArn: string
  readonly isDefault: boolean
  readonly hosts: readonly string[]
  readonly actions: readonly RuleAction[]
  /** The cluster whose load balancer controller owns the load balancer (tag `elbv2.k8s.aws/cluster`). */
  readonly ownedByCluster?: string
}

export interface BlockStoragePort {
  /** All of the account in this region. */
  disks(): Promise<readonly Disk[]>
  /** EBS volumes by id (`vol-…`), in any order. Those that are gone are left out. */
  volumes(ids: readonly string[]): Promise<readonly VolumeDescription[]>
  /** Those that have all of these tags. What was just made may be told of some seconds later only. */
  volumesTagged(tags: Readonly<Record<string, string>>): Promise<readonly VolumeDescription[]>
  /** The account's own, as `volumesTagged`. */
  snapshotsTagged(tags: Readonly<Record<string, string>>): Promise<readonly SnapshotDescription[]>
  /** Starts one and answers its id. Not safe to repeat: EC2 has no token for it. */
  createSnapshot(volume: string, description: string, tags: Readonly<Record<string, string>>): Promise<string>
  createVolume(volume: NewVolume, token: string): Promise<void>
  /** Beside the tags that they have. */
  tagVolumes(ids: readonly string[], tags: Readonly<Record<string, string>>): Promise<void>
  deleteSnapshot(id: string): Promise<void>
  /** Throws `inUse` while an instance has it. */
  deleteVolume(id: string): Promise<void>
}

export interface ComputePort {
  /** EC2 instances by id (`i-…`), in any order. Those that EC2 does not know (any more) are left out. */
  instances(ids: readonly string[]): Promise<readonly InstanceDescription[]>
  /** All of the account in this region that are running, or about to. */
  running(): Promise<readonly RunningInstance[]>
  /** Images by id (`ami-…`). Those that the account does not see are left out. */
  images(ids: readonly string[]): Promise<readonly ImageDescription[]>
}

export interface LaunchTemplatesPort {
  /** By `lt-…` or by name; undefined: there is none, or not in this version. */
  find(idOrName: string, version: string): Promise<LaunchTemplate | undefined>
  create(template: NewLaunchTemplate, token: string): Promise<void>
  remove(id: string): Promise<void>
}

export interface InstanceDescription {
  readonly id: string
  /** `running`, `terminated`…: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
  readonly state: string
}

export interface NetworkPort {
  /** The zones of these subnets, each once. Those that are gone are left out. */
  zonesOf(subnets: readonly string[]): Promise<ReadonlySet<string>>
  /** In any order. Those that are gone are left out. */
  subnets(ids: readonly string[]): Promise<readonly SubnetDescription[]>
  /** What network interfaces have of these subnets. */
  taken(subnets: readonly string[]): Promise<readonly TakenAddresses[]>
  /** Of all security groups, each rule that names this one. */
  rulesNaming(group: string): Promise<readonly GroupRule[]>
  /** What is let into this security group, by its own rules, each source by itself. None where it is gone. */
  letInto(group: string): Promise<readonly OwnRule[]>
  /** Subnets and security groups that have this tag, with this value where one is named. */
  tagged(key: string, value?: string): Promise<readonly Tagged[]>
}

export interface RemainsPort {
  /** What AWS has that carries the name of this cluster, in its tags or in its own name. */
  ofCluster(cluster: string): Promise<readonly Remains[]>
}

export interface KeysPort {
  /** `Enabled`, `PendingDeletion`…, by the key's ARN; undefined: there is none. */
  state(arn: string): Promise<string | undefined>
}

/** CloudTrail's event history of a region: some minutes late, and by itself for 90 days. */
export interface TrailPort {
  /** Calls of this operation since then (ISO) that were not refused, the newest first: page by page, each of 50 at most. */
  calls(operation: string, since: string): AsyncIterable<readonly Written[]>
}

export interface QuotasPort {
  /** What the account may have: what it was given, else what AWS gives everybody; undefined: there is no such quota. */
  allowed(quota: QuotaName): Promise<number | undefined>
}

/** Of CloudWatch. */
export interface LogsPort {
  find(name: string): Promise<LogGroup | undefined>
  /** Of a group, by its ARN; none where it is gone. */
  tags(arn: string): Promise<Readonly<Record<string, string>>>
  /** It keeps all for ever. Throws `InUse` where one of this name is there. */
  create(name: string, tags: Readonly<Record<string, string>>): Promise<void>
  /** With all that it keeps. Nothing happens where it is gone. */
  remove(name: string): Promise<void>
  /** Days: one of those that CloudWatch has. */
  setRetention(name: string, days: number): Promise<void>
  /** Has Logs Insights begin to look through a group between two moments (ISO); what its answer is asked for with. */
  startQuery(name: string, query: string, from: string, to: string): Promise<string>
  /** `ended`: without an answer. */
  queryAnswer(id: string): Promise<readonly Readonly<Record<string, string>>[] | 'running' | 'ended'>
}

export interface RegistryPort {
  /** Of these images those that it does not have; of a repository that is not there, all. `denied`: the worker may not look. Throws `unreachable`. */
  missing(repository: Repository, images: readonly ImageId[]): Promise<readonly ImageId[] | 'denied'>
}

/** One cluster. Kinds are those of `domain/kubernetes-objects.ts`. */
export interface KubernetesPort {
  /** `1.36`: what the server emulates, where it does. */
  version(): Promise<string>
  /** Objects of all namespaces, or of one; every page. Empty where the server has no such kind. */
  list(
    kind: Kind,
    where?: { readonly namespace?: string; readonly labels?: string },
  ): Promise<readonly KubernetesObject[]>
  find(kind: Kind, namespace: string | undefined, name: string): Promise<KubernetesObject | undefined>
  /**
   * The same page by page, in the order of namespace and name, for what may be too much for the memory. Throws
   * `unreachable` where a page is not kept any more: begin again.
   */
  pages(
    kind: Kind,
    where?: { readonly namespace?: string; readonly labels?: string },
  ): AsyncIterable<readonly KubernetesObject[]>
  /** Server-side apply as field manager `norikae`. Throws `contested` on a conflict with another manager. */
  apply(
    object: KubernetesObject,
    how?: { readonly force?: boolean },
  ): Promise<{ readonly object: KubernetesObject; readonly warnings: readonly string[] }>
  /** The same as a dry run, by force and with strict validation: what the server would say, be it no. */
  dryRun(object: KubernetesObject): Promise<Tried>
  /** Everything that it serves, in each version. A group whose own server is away is not among it. */
  resources(): Promise<readonly ServedResource[]>
  /**
   * Where objects of a resource are, in all namespaces or in one, and nothing else of them. Objects that a controller makes
   * are left out.
   */
  names(
    resource: ServedResource,
    namespace?: string,
  ): Promise<readonly { readonly namespace: string; readonly name: string }[] | 'denied'>
  /**
   * What a Pod or a Service answers to a GET, asked through the API server: JSON where it is JSON, else text. Throws
   * `notFound` and `denied`, and `unreachable` where it answers nothing, or anything else that is no success.
   */
  proxyGet(endpoint: Endpoint): Promise<unknown>
  /**
   * The same, where every answer is one, also none in time. Throws `denied` where the worker may not ask, and `unreachable`
   * where it is the API server that does not answer.
   */
  probe(endpoint: Endpoint, timeoutMs: number): Promise<Probed>
  /** A token of a service account for this audience, good for ten minutes. Throws `notFound` and `denied`. */
  tokenOf(namespace: string, serviceAccount: string, audience: string): Promise<string>
  /** False: it was there already. A dry run is admitted or denied as the real thing would be, and makes nothing. */
  create(object: KubernetesObject, how?: { readonly dryRun?: boolean }): Promise<boolean>
  /** A merge patch (RFC 7386). With `resourceVersion` in its metadata it fails as `Conflict` (transient) when that is old. */
  patch(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    patch: object,
    subresource?: 'status',
  ): Promise<KubernetesObject>
  /**
   * Nothing happens where it is gone already. What it owns goes after it, in the background; in the foreground before it.
   * With `uid` it is that object and no other: throws `contested` where another has its name by now. With
   * `resourceVersion` it fails as `Conflict` (transient) when that is old.
   */
  remove(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    uid?: string,
    how?: { readonly resourceVersion?: string; readonly foreground?: true },
  ): Promise<void>
}

/** https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/ */
export interface Endpoint {
  readonly kind: 'Pod' | 'Service'
  readonly namespace: string
  readonly name: string
  /** `http` where it is left out. */
  readonly scheme?: string
  readonly port: string
  /** With its query. */
  readonly path: string
}

export interface MetricsPort {
  /**
   * The one number that an instant query gives, now or as of then (milliseconds); null where it gives none (or NaN). Throws
   * `unreachable`, `invalidInput`.
   */
  query(url: string, promql: string, atMs?: number): Promise<number | null>
  /**
   * The numbers of the one series that it gives at each step of a span, oldest first, in one request; none of steps without
   * one. Throws as `query`.
   */
  range(
    url: string,
    promql: string,
    span: { readonly fromMs: number; readonly untilMs: number; readonly stepMs: number },
  ): Promise<readonly Datapoint[]>
  /** Each number that an instant query gives, with the labels of its series; those without a number are left out. Throws as `query`. */
  series(
    url: string,
    promql: string,
  ): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]>
  /** Whether it gives anything, also NaN: its series are there then, and count nothing. Throws as `query`. */
  answers(url: string, promql: string): Promise<boolean>
}

export interface DatadogPort {
  /**
   * The points of the one series that a query gives, oldest first; none where there is none. Throws `denied`, `invalidInput`
   * where it is not understood or gives several, and `unreachable`, also where too much was asked.
   */
  query(
    site: Site,
    query: string,
    asking: { readonly fromMs: number; readonly untilMs: number },
  ): Promise<readonly Datapoint[]>
}

/** Of metrics. */
export interface CloudWatchPort {
  /**
   * Minutes (or what periods are asked for) from `fromMs` until `untilMs`, oldest first; one without a measurement is left out, and none is an empty series.
   * Throws `denied`, `invalidInput` where a query gives several numbers a minute, and `unreachable`.
   */
  data(query: CloudWatchQuery, asking: Asking): Promise<Series>
}

export interface ProbePort {
  /**
   * One GET from where the worker is, on a connection of its own; no redirect is followed. Throws `unreachable` where
   * nobody could be asked: the name is unknown, or there is no way there.
   */
  get(target: Extract<ProbeTarget, { of: 'outside' }>, timeoutMs: number): Promise<Probed>
}

export interface WebhookPort {
  /** `id` is the same for the same message, so that the receiver can drop a repetition. */
  send(url: string, id: string, body: object): Promise<void>
}

/** Where a message is: the channel as the chat itself calls it, and the message's time, by which it is known there. */
export interface ChatPlace {
  readonly id: string
  readonly ts: string
}

/** `key`: kept with the message, unseen, so that it is found again. */
export interface KeyedMessage extends ChatMessage {
  readonly key: string
}

/** Throws what is final as such (a channel that is not there, a token that is not good), the rest as `unreachable`. */
export interface ChatPort {
  /** Not safe to repeat. `channel`: `#name` or an id. `loud`: what stands in a thread is shown in the channel too. */
  post(
    channel: string,
    message: KeyedMessage & { readonly thread?: string; readonly loud: boolean },
  ): Promise<ChatPlace>
  /** Safe to repeat. Does nothing where somebody has deleted it. */
  change(place: ChatPlace, message: KeyedMessage): Promise<void>
  /** What was posted under this key since then (ISO time), in this thread or in none. */
  find(channel: string, key: string, since: string, thread?: string): Promise<ChatPlace | undefined>
  /** As whom messages are sent, and where. Sends nothing. */
  whoAmI(): Promise<{ readonly user: string; readonly workspace: string }>
}

export interface TokenPort {
  /**
   * What a token says, once its signature, its issuer and its time are found good. Whom it is for is not looked at. Throws
   * `denied` where it is not good, without a word of the token, and `unreachable` where the issuer does not answer.
   */
  claims(token: string, issuer: string): Promise<Claims>
}
