import type { Keeping } from './costs.ts'
import type {
  AccessEntry,
  AddonDescription,
  ClusterBelongings,
  ClusterDescription,
  FargateProfile,
  IdentityProvider,
  NodegroupDescription,
  PodIdentity,
} from './eks-objects.ts'
import type { Finding } from './findings.ts'
import type { FluxRef } from './flux.ts'
import type { OneShotJob } from './one-shot-jobs.ts'
import type { Requested } from './ownership.ts'
import type { Handover, Identity, WorkloadRef } from './platform.ts'
import type { RoleFacts } from './roles.ts'
import type { Reference } from './references.ts'
import type { SharedClaim, VolumesFound } from './volume-findings.ts'
import type { Front } from './fronts.ts'
import type { GatewayFacts } from './gateway-routes.ts'
import type { IngressFacts } from './ingress-actions.ts'

/** What was found outside, as far as a plan depends on it. Nothing that moves by the minute. */
export interface ClusterFacts {
  readonly version: string
  readonly targetVersion: string
  readonly blue: Identity
  readonly nodeGroups: readonly string[]
  readonly addons: readonly AddonFacts[]
  /** Whom Norikae acts as: gets an access entry on green. */
  readonly principalArn: string
  /** Whom else green lets in, by ARN; this and what follows is left out where there is none. */
  readonly accessEntries?: readonly string[]
  /** Blue has an aws-auth ConfigMap beside them. */
  readonly awsAuth?: true
  /** Rules of other security groups name blue's. */
  readonly groupRules?: true
  /** Blue's control plane writes logs, and so will green's. */
  readonly logGroup?: true
  /** They are kept for a time that people chose. */
  readonly logRetention?: true
  /** Subnets or security groups have a tag for blue, and lack green's. */
  readonly networkTags?: true
  /** Node groups whose launch templates name blue or get another image, so that green's get their own. */
  readonly launchTemplates?: readonly string[]
  /** Images that their launch templates get in place of blue's, by node group. */
  readonly images?: Readonly<Record<string, string>>
  /** Types of images that node groups get in place of blue's. */
  readonly amiTypes?: Readonly<Record<string, string>>
  /** Node groups of blue whose launch templates an earlier upgrade made: they go with blue. */
  readonly templatesOfBlue?: readonly string[]
  /** By name. */
  readonly fargateProfiles?: readonly string[]
  /** OIDC providers of people, by name. */
  readonly identityProviders?: readonly string[]
  /** IAM roles whose trust policies speak of blue. */
  readonly roles?: RoleFacts
  readonly podIdentities?: readonly Pick<PodIdentity, 'namespace' | 'serviceAccount'>[]
  /** Where the platform file has prices: what both clusters cost a day. */
  readonly keeping?: Keeping
  /** Requests of it were counted within a month before. */
  readonly served?: true
  /** Parts of blue that whoever made them removes. */
  readonly requested?: readonly Requested[]
}

export interface AddonFacts {
  readonly name: string
  readonly targetVersion: string
  /** vpc-cni must be there before nodes, coredns cannot be healthy without them. */
  readonly needsNodes: boolean
}

/** Blue as the EKS API tells of it: what findings are made from. */
export interface BlueFacts {
  readonly cluster: ClusterDescription
  readonly nodegroups: readonly NodegroupDescription[]
  readonly addons: readonly AddonDescription[]
  readonly belongings: ClusterBelongings
  readonly accessEntries: readonly AccessEntry[]
  readonly podIdentities: readonly PodIdentity[]
  readonly fargateProfiles: readonly FargateProfile[]
  readonly identityProviders: readonly IdentityProvider[]
}

export interface WorkloadFacts {
  readonly ref: WorkloadRef
  /** A HorizontalPodAutoscaler or a ScaledObject sizes it. */
  readonly scaled: boolean
  readonly behindService: boolean
  /** The TargetGroupBindings that lead to it, by name; left out where none does. */
  readonly routes?: readonly string[]
  readonly hasVolumes: boolean
  /** Where it has. */
  readonly volumes?: VolumesFound
  /** Wanted by its spec; absent where it is one a node, or one a slot. */
  readonly replicas?: number
  /** How long its pods may take to stop, in seconds; left out where that is Kubernetes' own. */
  readonly graceS?: number
  /** A Lease that one of its pods holds: one of them leads. */
  readonly lease?: string
  /** What its own annotation says of how it changes sides; left out where it has none. */
  readonly annotated?: Annotated
}

/** Read, or what is wrong with it, each in a sentence. */
export type Annotated = { readonly handover: Handover } | { readonly wrong: readonly string[] }

export interface NamespaceFacts {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly workloads: readonly WorkloadFacts[]
  readonly routes: readonly RouteFacts[]
  /** What leads from outside to its Services; left out where nothing does. */
  readonly fronts?: readonly Front[]
  /** Kinds in use here that Norikae does not carry over, with one name each. */
  readonly notCarried: readonly string[]
  /** Its PersistentVolumeClaims, by name. */
  readonly claims: readonly string[]
  /** Those that nothing else makes. */
  readonly jobs: readonly OneShotJob[]
  /** Those of them that are on file systems which green can mount too; left out where none is. */
  readonly shared?: readonly SharedClaim[]
  /** Services of other namespaces that something here calls by name. */
  readonly references: readonly Reference[]
  /** Which of its workloads Flux makes, and by which of its objects; `there`: that is on the same cluster. */
  readonly madeByFlux?: readonly { readonly workload: WorkloadRef; readonly by: FluxRef; readonly there: boolean }[]
  /** What the specs of its objects tell of trouble to come. */
  readonly findings: readonly Finding[]
}

/** A TargetGroupBinding and the rules that forward to its target group. */
export interface RouteFacts {
  readonly binding: string
  readonly targetGroup: string
  readonly rules: readonly {
    readonly arn: string
    readonly isDefault: boolean
    readonly ownedByCluster?: string
    /** For so long a client stays with the target group that answered it first. */
    readonly stickySeconds?: number
    /** Rules that answer in its place: an earlier cutover, which was terminated, put them there. Absent: none. */
    readonly pages?: readonly string[]
  }[]
  /** Where a controller makes these rules: of which Ingress. */
  readonly ingress?: IngressFacts
  /** Or of which HTTPRoute. */
  readonly gateway?: GatewayFacts
}

export interface EnvironmentFacts {
  /** A fingerprint of the images that blue runs. */
  readonly images: string
  /** Some of its service accounts name IAM roles. */
  readonly roles?: true
  /** Some of these are of other accounts. */
  readonly rolesElsewhere?: true
  readonly workloads: readonly WorkloadFacts[]
}
