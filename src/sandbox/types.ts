/**
 * Where the rooms of the sandbox meet: AWS, the Kubernetes API servers, traffic and the judge know each other by these
 * types only, so that each can be run and tested by itself. `world.ts` joins them.
 */
import type { JsonWebKey } from 'node:crypto'

import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import type {
  CreateAccessEntryRequest,
  CreateAddonRequest,
  CreateClusterRequest,
  CreateFargateProfileRequest,
  CreateNodegroupRequest,
  CreatePodIdentityAssociationRequest,
  Insight,
  OidcIdentityProviderConfigRequest,
} from '@aws-sdk/client-eks'
import type { KeyState } from '@aws-sdk/client-kms'
import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53'
import type { Given } from './aws/protocol/operations.ts'
import type { Answer } from './aws/route53/answers.ts'

// AWS ------------------------------------------------------------------------

/** What requests are signed with. */
export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of a session. */
  readonly sessionToken?: string
}

/** The files of deploy/iam. */
export type PolicyName = 'preflight' | 'upgrade' | 'move' | 'decommission'

/** The worker's: it may do what the policies of deploy/iam say. */
export interface AwsIdentity extends AwsKeys {
  readonly account: string
  readonly region: string
  /** The IAM role that the credentials stand for, and STS's word for its session. */
  readonly roleArn: string
  readonly sessionArn: string
  /** Those that were good once, and have expired. */
  readonly formerKeys: ReadonlySet<string>
}

/** One request that came in over the wire. */
export interface AwsCall {
  readonly at: string
  readonly service:
    | 'cloudtrail'
    | 'cloudwatch'
    | 'ec2'
    | 'ecr'
    | 'eks'
    | 'elasticloadbalancing'
    | 'iam'
    | 'kms'
    | 'logs'
    | 'route53'
    | 'servicequotas'
    | 'sts'
  readonly operation: string
  /** That it was signed for. */
  readonly region?: string
  /** The session that signed it, as STS names it; absent where nobody was known by its key. */
  readonly by?: string
  readonly status: number
  readonly error?: string
  /** Path and query parameters, or the form's fields: enough to say what was meant. */
  readonly parameters: Readonly<Record<string, unknown>>
}

/** What happens outside the EKS API when its objects change state. */
export interface EksHooks {
  /**
   * The cluster becomes ACTIVE once this has answered. Called once a cluster. `issuer`: what its service accounts' tokens
   * name. `keys`: what these are signed by; left out: nobody can tell, so that they open nothing.
   */
  startCluster(cluster: { name: string; version: string; arn: string; issuer: string }): Promise<{
    endpoint: string
    caData: string
    keys?: readonly JsonWebKey[]
  }>
  stopCluster(name: string): Promise<void>
  /** Brings `size` nodes up, or all of them down with 0. Called when the group becomes ACTIVE and when it is deleted. */
  setNodes(cluster: string, nodegroup: string, size: number, labels: Readonly<Record<string, string>>): Promise<void>
}

/** Is this target up? Asked by the load balancer's health checks. */
export type Probe = (target: { readonly id: string; readonly port: number }, path: string) => Promise<boolean>

export interface Forward {
  readonly targetGroupArn: string
  readonly weight: number
}

/** A listener rule as traffic needs it. */
export interface ListenerRule {
  readonly ruleArn: string
  readonly hosts: readonly string[]
  readonly forward: readonly Forward[]
  /** What it answers by itself (`fixed-response`); then it forwards to nobody. */
  readonly page?: { readonly status: number; readonly type: string; readonly body: string }
}

/** What a log group has of one moment. */
export interface LogLine {
  readonly at: number
  readonly stream: string
  readonly message: string
}

export interface SandboxAws {
  readonly endpoint: string
  readonly identity: AwsIdentity
  /** May do everything: for what others do in the account. */
  readonly admin: AwsKeys
  /** Of a session with exactly these policies of deploy/iam, for a day. */
  keysWith(...policies: readonly PolicyName[]): AwsKeys
  /** The same with one of them, and with a statement that denies these actions, as an organisation's policy may. */
  keysWithout(policy: PolicyName, ...actions: readonly string[]): AwsKeys
  /** What the worker assumes to remove a cluster that it did not make. */
  readonly decommissionRoleArn: string
  readonly eks: {
    /** Puts a cluster there that is ACTIVE at once, with all that belongs to it: how blue comes to be. */
    seedCluster(cluster: SeedCluster): Promise<void>
    /** Clusters by name with state, version, creation time and what hangs on them. */
    inventory(): readonly ClusterInventory[]
    /** What EKS's upgrade insights say of it, and what becomes of a refresh that is asked for. */
    setInsights(cluster: string, insights: readonly Insight[], refreshes?: 'COMPLETED' | 'FAILED' | 'IN_PROGRESS'): void
    /** Undefined until it is ACTIVE. */
    issuer(cluster: string): string | undefined
    /** All that it is and has, as the API would tell each; undefined: there is no such cluster. */
    whole(cluster: string): WholeCluster | undefined
    /** What the access entry of this IAM principal lets it do in this cluster; undefined: it has none there. */
    access(
      cluster: string,
      principalArn: string,
    ): { readonly groups: readonly string[]; readonly admin: boolean } | undefined
  }
  readonly elbv2: {
    seedLoadBalancer(
      name: string,
      tags?: Readonly<Record<string, string>>,
      kind?: 'app' | 'net',
    ): { loadBalancerArn: string; listenerArn: string }
    /** A network load balancer, whose only listener forwards to this target group. */
    seedNetworkLoadBalancer(name: string, targetGroupArn: string): { loadBalancerArn: string; listenerArn: string }
    /** With its listeners and their rules, as the API's DeleteLoadBalancer. Nothing happens where it is gone. */
    removeLoadBalancer(arn: string): void
    /** All requests of a listener that no rule takes go to this target group. */
    forwardAll(listenerArn: string, targetGroupArn: string): void
    /** What the load balancer that answers at this name does with requests that no rule takes; undefined: it is gone. */
    defaultRule(host: string): Omit<ListenerRule, 'hosts'> | undefined
    /** As the API's DeleteTargetGroup. */
    removeTargetGroup(arn: string): void
    seedTargetGroup(name: string, tags: Readonly<Record<string, string>>): string
    seedRule(listenerArn: string, priority: number, host: string, forward: readonly Forward[]): string
    /** As the API's DeleteRule. Nothing happens where it is gone. */
    removeRule(ruleArn: string): void
    rules(): readonly ListenerRule[]
    /** What the load balancer controller does for a TargetGroupBinding: exactly these targets, no others. */
    setTargets(targetGroupArn: string, targets: readonly { id: string; port: number }[]): void
    /** Targets that get requests now: the healthy ones, or all where none is (ALB fails open). */
    serving(targetGroupArn: string): readonly { id: string; port: number }[]
    /** Writes a weight as somebody else would: for the fault "somebody else changes a weight". */
    setWeightAsSomebodyElse(ruleArn: string, forward: readonly Forward[]): void
    /** How many there may be, as somebody told it. */
    readonly quotas: { targetGroups: number; capacityUnits: number }
    /** Whether capacity that is asked for from now on is not there. */
    noCapacity(full: boolean): void
    inventory(): {
      readonly loadBalancers: readonly {
        arn: string
        name: string
        /** The name at which it answers. */
        host: string
        tags: Readonly<Record<string, string>>
        /** LCU; absent: none. */
        reserved?: number
      }[]
      readonly targetGroups: readonly {
        arn: string
        name: string
        inRules: readonly string[]
        targets: number
        tags: Readonly<Record<string, string>>
      }[]
      readonly rules: readonly ListenerRule[]
    }
  }
  /** Hosted zones of Route 53. Others change their records by the API, as `admin`. */
  readonly route53: {
    /** Answers its id, which is `id` where that is given. */
    seedZone(name: string, id?: string): string
    /** Throws what the API would: a name that is not the zone's, a record that is there. */
    seedRecord(zone: string, record: ResourceRecordSet): void
    /** No change of it is accepted from now on. */
    protect(zone: string, name: string, type: string): void
    /** By its id and its name, which has a dot at its end. */
    zones(): readonly { readonly id: string; readonly name: string }[]
    /** In the order in which the API tells them. */
    records(zone: string): readonly ResourceRecordSet[]
    /** A batch of somebody else's, made as a whole or not at all. Throws what the API would. */
    change(zone: string, changes: readonly Change[]): void
    /**
     * Where a name leads now, and for how many seconds that may be kept. The last of its servers hears of a change only by
     * when that is INSYNC.
     */
    answer(zone: string, name: string, server: 'first' | 'last'): Answer | undefined
  }
  /** EBS volumes, as a CSI driver of a cluster asks for them, and what was made of them. */
  readonly ec2: {
    /** `type`: gp3 where it is left out. */
    createVolume(zone: string, gigabytes: number, tags?: Readonly<Record<string, string>>, type?: string): string
    /**
     * Attached after a while. Throws VolumeInUse where another instance has it, InvalidVolume.NotFound. `goes`: with the
     * instance, as what a node is made with does.
     */
    attachVolume(id: string, instance: string, goes?: boolean): void
    /** Available after a while. Nothing happens where the instance does not have it. */
    detachVolume(id: string, instance: string): void
    /** Throws VolumeInUse. Nothing happens where it is gone. */
    deleteVolume(id: string): void
    readonly quotas: { snapshots: number }
    volumes(): readonly SandboxVolume[]
    snapshots(): readonly SandboxSnapshot[]
  }
  readonly securityGroups: {
    /** What it is called, and its tags; it has rules or none. */
    name(id: string, name: string, tags?: Readonly<Record<string, string>>): void
    /** A rule of this group that names another one; without a port it is about all. */
    allow(id: string, rule: SecurityRule): void
    tag(id: string, tags: Readonly<Record<string, string>>): void
    untag(id: string, key: string): void
    /** Takes out the rules that name this group, of all others. */
    forget(group: string): void
    inventory(): readonly {
      readonly id: string
      readonly rules: readonly SecurityRule[]
      readonly tags: Readonly<Record<string, string>>
    }[]
  }
  /** What nodes are started from. */
  readonly launchTemplates: {
    inventory(): readonly {
      readonly id: string
      readonly name: string
      readonly tags: Readonly<Record<string, string>>
    }[]
  }
  /** The subnets that there are: their tags, and how full they are, as somebody told it. */
  readonly subnets: {
    tag(id: string, tags: Readonly<Record<string, string>>): void
    untag(id: string, key: string): void
    inventory(): readonly { readonly id: string; readonly tags: Readonly<Record<string, string>> }[]
    /** How many addresses are free; 4,091 where nobody tells. */
    set(id: string, told: { readonly free: number }): void
  }
  /** EC2's instances: nothing of the sandbox runs on them, so what they are is told. */
  readonly instances: {
    set(
      id: string,
      state: InstanceState | 'unknown',
      more?: {
        readonly type?: string
        readonly zone?: string
        readonly spot?: boolean
        readonly tags?: Readonly<Record<string, string>>
      },
    ): void
  }
  /** Keys of KMS, by ARN. */
  readonly keys: {
    set(arn: string, state: KeyState): void
    /** By the key's own policy: these roles may have resources encrypted with it. */
    letUse(arn: string, roleArns: readonly string[]): void
  }
  /** What the account was given beyond AWS's defaults. */
  readonly quotas: {
    set(service: string, code: string, value: number): void
  }
  /** Network interfaces, as somebody told of them: nothing of the sandbox is behind one. */
  readonly networkInterfaces: {
    add(
      id: string,
      it: {
        readonly description?: string
        readonly subnet?: string
        readonly addresses?: readonly string[]
        readonly prefixes?: readonly string[]
        readonly tags?: Readonly<Record<string, string>>
      },
    ): void
    remove(id: string): void
  }
  /** What CloudWatch measured; it is told by the minute, a minute after each has ended. */
  readonly metrics: {
    put(
      metric: {
        readonly namespace: string
        readonly metric: string
        readonly dimensions: Readonly<Record<string, string>>
      },
      atMs: number,
      ...values: readonly number[]
    ): void
    /** What a load balancer counts of one answer of a target. */
    answered(of: {
      readonly ruleArn: string
      readonly targetGroupArn: string
      readonly status: number
      readonly seconds: number
    }): void
    /** Of a request that its target did not answer. `refused`: it could not even be connected to. */
    unanswered(of: { readonly ruleArn: string; readonly targetGroupArn: string; readonly refused: boolean }): void
    /** How many targets of a group are healthy, to which a rule forwards. */
    healthy(of: { readonly ruleArn: string; readonly targetGroupArn: string; readonly healthy: number }): void
  }
  /** Log groups of CloudWatch, with the bytes that they keep. */
  readonly logs: {
    keep(name: string, bytes: number): void
    /** Nothing happens where it is there. */
    make(
      name: string,
      group?: { readonly retentionInDays?: number; readonly kmsKeyId?: string; readonly madeAt?: string },
    ): void
    /** Somebody takes a tag off. */
    untag(name: string, key: string): void
    /** Who writes into it: asked for its lines between two moments when somebody looks for them. */
    feed(name: string, lines: (fromMs: number, toMs: number) => readonly LogLine[]): void
    /** `undefined`: there is no such group. */
    settings(name: string): { readonly retentionInDays?: number; readonly kmsKeyId?: string } | undefined
    inventory(): readonly {
      readonly name: string
      readonly retentionInDays?: number
      readonly kmsKeyId?: string
      readonly tags: Readonly<Record<string, string>>
    }[]
  }
  /** EC2's images, as somebody told them. */
  readonly images: {
    set(
      id: string,
      image:
        | { readonly architecture: 'x86_64' | 'arm64'; readonly state?: 'available' | 'pending' | 'deregistered' }
        | 'unknown',
    ): void
  }
  /** IAM's roles and OpenID Connect providers. */
  readonly iam: {
    /** Both are seen at once. A trust policy that IAM would refuse is refused. Answers the ARN. */
    seedRole(name: string, trust: object, tags?: Readonly<Record<string, string>>): string
    seedProvider(issuer: string, tags?: Readonly<Record<string, string>>): string
    /** The same of other accounts, of which STS alone goes by them. */
    seedRoleElsewhere(arn: string, trust: object): void
    seedProviderElsewhere(account: string, issuer: string): void
    /** What a role may do: a policy of its own, or one that is `managed` by itself and attached to it. */
    seedPolicy(role: string, name: string, document: object, how?: { readonly managed?: boolean }): void
    /** Characters of a trust policy, without white space; OpenID Connect providers of the account. */
    readonly quotas: { trust: number; providers: number }
    inventory(): {
      /** By name. */
      readonly trust: Readonly<Record<string, unknown>>
      readonly providers: readonly {
        readonly arn: string
        readonly clientIds: readonly string[]
        readonly tags: Readonly<Record<string, string>>
      }[]
    }
  }
  /** What is in its registry, as somebody told it. */
  readonly ecr: {
    push(repository: string, ...images: readonly { readonly digest: string; readonly tag?: string }[]): void
    remove(repository: string, tag: string): void
  }
  calls(): readonly AwsCall[]
  /** What is served: `eks:CreateCluster`, as in an IAM policy. */
  readonly serves: readonly string[]
  /** The identity's keys are others from here on; those before have expired, and so has what they signed. */
  renewKeys(): void
  stop(): Promise<void>
}

/** A rule of a security group that names another one; without a port it is about all. */
export interface SecurityRule {
  readonly direction: 'in' | 'out'
  readonly protocol: string
  readonly port?: number
  readonly group: string
}

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped'

export interface SandboxVolume {
  readonly id: string
  readonly zone: string
  readonly state: 'creating' | 'available' | 'in-use'
  readonly instance?: string
  /** What it was made from. */
  readonly snapshot?: string
  readonly tags: Readonly<Record<string, string>>
}

export interface SandboxSnapshot {
  readonly id: string
  readonly volume: string
  readonly state: 'pending' | 'completed'
  /** An instance had the volume when it was taken, and may have written meanwhile. */
  readonly whileInUse: boolean
  readonly tags: Readonly<Record<string, string>>
}

/** What the seed names by itself is left out of it. */
type Seeded<T, Known extends keyof T = never> = Readonly<Omit<Given<T>, 'clusterName' | 'clientRequestToken' | Known>>

export interface SeedCluster {
  readonly name: string
  readonly version: string
  readonly nodegroups: readonly (Seeded<
    Pick<CreateNodegroupRequest, 'clusterName' | 'tags' | 'updateConfig' | 'instanceTypes'>
  > & {
    readonly name: string
    readonly size: number
    readonly min: number
    readonly max: number
    readonly labels: Readonly<Record<string, string>>
    /** Made for it, once the cluster that it may name is there. */
    readonly template?: (cluster: SeededCluster) => SeedTemplate
  })[]
  readonly addons: readonly (Seeded<CreateAddonRequest, 'addonName' | 'addonVersion'> & {
    readonly name: string
    readonly version: string
  })[]
  readonly tags: Readonly<Record<string, string>>
  /** Of a control plane that runs already; left out: a new one. */
  readonly issuer?: string
  /** The Kubernetes groups of the sandbox's identity. Without, it is an administrator, as whoever created a cluster. */
  readonly groups?: readonly string[]
  /** What else its creator asked for. */
  readonly settings?: Readonly<
    Pick<
      Given<CreateClusterRequest>,
      'deletionProtection' | 'encryptionConfig' | 'logging' | 'upgradePolicy' | 'zonalShiftConfig'
    >
  >
  readonly accessEntries?: readonly (Seeded<CreateAccessEntryRequest> & {
    /** `AmazonEKSViewPolicy`, in these namespaces or everywhere. */
    readonly policies?: readonly { readonly name: string; readonly namespaces?: readonly string[] }[]
  })[]
  readonly podIdentities?: readonly Seeded<CreatePodIdentityAssociationRequest>[]
  readonly fargateProfiles?: readonly Seeded<CreateFargateProfileRequest>[]
  readonly identityProvider?: Readonly<OidcIdentityProviderConfigRequest> & {
    readonly tags?: Readonly<Record<string, string>>
  }
}

/** What EKS has given it, which templates of nodes and rules of others may name. */
export interface SeededCluster {
  readonly name: string
  readonly endpoint: string
  readonly caData: string
  readonly securityGroup: string
}

export interface SeedTemplate {
  readonly name: string
  readonly data: Readonly<RequestLaunchTemplateData>
  readonly tags: Readonly<Record<string, string>>
}

/** A cluster with all that hangs on it. */
export interface WholeCluster extends SeededCluster {
  readonly arn: string
  /** `https://oidc.eks…/id/…` */
  readonly issuer: string
  /** As the API describes each, by what it is: `cluster`, `node group general`. A template stands in its node group. */
  readonly parts: Readonly<Record<string, object>>
}

export interface ClusterInventory {
  readonly name: string
  readonly arn: string
  readonly version: string
  readonly status: string
  readonly createdAt: string
  readonly nodegroups: readonly { name: string; status: string }[]
  readonly addons: readonly { name: string; version: string; status: string }[]
  readonly accessEntries: readonly string[]
  readonly tags: Readonly<Record<string, string>>
}

// Kubernetes -----------------------------------------------------------------

export interface KubernetesCall {
  readonly at: string
  readonly cluster: string
  readonly user: string
  readonly method: string
  readonly path: string
  readonly query: string
  readonly status: number
  readonly userAgent?: string
}

/** An object as the API serves it. */
export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    uid?: string
    resourceVersion?: string
    generation?: number
    creationTimestamp?: string
    deletionTimestamp?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
    finalizers?: string[]
    ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[]
    [field: string]: unknown
  }
  spec?: Record<string, unknown>
  status?: Record<string, unknown>
  [field: string]: unknown
}

/** A pod as the network and the judge see it. */
export interface RunningPod {
  readonly cluster: string
  readonly namespace: string
  readonly name: string
  readonly ip: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly ready: boolean
  /** Deleted, and ending within its grace period: it still answers what is in flight. */
  readonly terminating: boolean
}

export type PodChange = (pod: RunningPod, is: 'started' | 'ready' | 'unready' | 'terminating' | 'gone') => void

/** A Job that a CronJob's controller, or a person under the controller's name, made. */
export interface JobRun {
  readonly cluster: string
  readonly namespace: string
  readonly cronJob: string
  readonly job: string
  /** The slot that it ran for, in UTC: from the annotation, or from the name `<cronjob>-<unix minutes>`. */
  readonly slot: string
  readonly startedAt: string
  readonly endedAt?: string
  readonly succeeded?: boolean
}

export interface SandboxCluster {
  readonly name: string
  readonly version: string
  readonly url: string
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string
  /** What tokens of its service accounts are signed by. */
  keys(): readonly JsonWebKey[]
  /** For kubectl: a static token of an administrator. */
  readonly kubeconfig: string
  /** Direct access for seeding, load balancer controller and judge: no HTTP, no authentication. */
  list(apiVersion: string, kind: string, namespace?: string): readonly KubernetesObject[]
  apply(object: KubernetesObject): void | Promise<void>
  /**
   * Replaces an object that is there, its status too, as a controller on the cluster does with an `Update`: finalizers can
   * be taken off, and nobody's fields change their owner by it. Nothing happens where the object is gone.
   */
  update(object: KubernetesObject): void | Promise<void>
  /** Nothing happens where it is gone. */
  remove(object: KubernetesObject): void | Promise<void>
  setNodes(nodegroup: string, size: number, labels: Readonly<Record<string, string>>): void | Promise<void>
  pods(): readonly RunningPod[]
  jobRuns(): readonly JobRun[]
  onPod(listener: PodChange): void
  /** Called after every change of an object of this kind. */
  onChange(kind: string, listener: () => void): void
  calls(): readonly KubernetesCall[]
  /** While true, connections are accepted and never answered. */
  silent: boolean
  stop(): Promise<void>
}

/** Whose objects are in this process: what is written is there at once. */
export interface StandInCluster extends SandboxCluster {
  apply(object: KubernetesObject): void
  update(object: KubernetesObject): void
  remove(object: KubernetesObject): void
  setNodes(nodegroup: string, size: number, labels: Readonly<Record<string, string>>): void
  /** No list that was begun can be gone on with, as after a compaction of etcd. */
  forget(): void
  /** Connections break in the middle of whatever is under way, and nobody listens for as long; then all is as it was. */
  crash(downMs: number): Promise<void>
}
