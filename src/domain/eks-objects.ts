/**
 * What the EKS API tells of a cluster and its parts, as far as a copy of it needs to know. Field names are the API's
 * own, so that a reader finds them in its reference; `unread` names what it told beyond that.
 */

type Tags = Readonly<Record<string, string>>

/** In the API's own words and shape, which is the same in its answers and its requests. Without what nobody chose. */
export type Settings = Readonly<Record<string, unknown>>

export interface ClusterDescription {
  readonly name: string
  readonly arn: string
  readonly version: string
  readonly status: string
  readonly createdAt: string
  readonly endpoint?: string
  readonly certificateAuthority?: string
  readonly oidcIssuer?: string
  readonly clusterSecurityGroupId?: string
  readonly roleArn: string
  /** Goes with the subnets. */
  readonly vpcId?: string
  readonly resourcesVpcConfig: {
    readonly subnetIds: readonly string[]
    readonly securityGroupIds: readonly string[]
    readonly endpointPublicAccess: boolean
    readonly endpointPrivateAccess: boolean
    readonly publicAccessCidrs: readonly string[]
    /** Left out where it is `AWS_MANAGED`, as it is where nobody chose. */
    readonly controlPlaneEgressMode?: string
  }
  readonly kubernetesNetworkConfig: {
    readonly serviceIpv4Cidr?: string
    readonly ipFamily?: string
    /** Left out where it is off. */
    readonly elasticLoadBalancing?: Settings
  }
  /** Log types that are switched on. */
  readonly logging: readonly string[]
  readonly encryptionKeyArn?: string
  readonly authenticationMode: string
  readonly supportType?: string
  readonly zonalShift?: boolean
  readonly deletionProtection: boolean
  /** Auto Mode, hybrid nodes, the control plane's tier, what its components are started with. */
  readonly settings: Settings
  readonly tags: Tags
  readonly healthIssues: readonly string[]
  /** Settings that the API told and this description has no place for: they are not copied, and that is said. */
  readonly unread: readonly string[]
  /** Paths of what the API told and the SDK of this release does not know. Left out where there is none. */
  readonly unknown?: readonly string[]
}

export interface NewCluster extends Pick<
  ClusterDescription,
  | 'name'
  | 'version'
  | 'roleArn'
  | 'resourcesVpcConfig'
  | 'kubernetesNetworkConfig'
  | 'logging'
  | 'encryptionKeyArn'
  | 'authenticationMode'
  | 'supportType'
  | 'zonalShift'
  | 'settings'
  | 'tags'
> {
  readonly deletionProtection: true
}

export interface NodegroupDescription {
  readonly name: string
  readonly arn: string
  readonly status: string
  readonly createdAt: string
  readonly scalingConfig: { readonly minSize: number; readonly maxSize: number; readonly desiredSize: number }
  readonly subnets: readonly string[]
  readonly instanceTypes: readonly string[]
  readonly amiType: string
  readonly capacityType?: string
  readonly diskSize?: number
  readonly nodeRole: string
  readonly labels: Tags
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]
  /** Updates, node repair, remote access, warm pools. */
  readonly settings: Settings
  /** By id or name, with its version: `lt-…:7`. */
  readonly launchTemplate?: string
  readonly tags: Tags
  readonly healthIssues: readonly string[]
  readonly unread: readonly string[]
  readonly unknown?: readonly string[]
}

export type NewNodegroup = Pick<
  NodegroupDescription,
  | 'name'
  | 'scalingConfig'
  | 'subnets'
  | 'instanceTypes'
  | 'amiType'
  | 'capacityType'
  | 'diskSize'
  | 'nodeRole'
  | 'labels'
  | 'taints'
  | 'settings'
  | 'launchTemplate'
  | 'tags'
>

export interface AddonDescription {
  readonly name: string
  readonly arn: string
  readonly status: string
  readonly version: string
  readonly configurationValues?: string
  /** Where it is installed, if not where it usually is. */
  readonly namespace?: string
  readonly serviceAccountRoleArn?: string
  /** What its pods act as; each is an association that the add-on owns. */
  readonly podIdentities: readonly AddonIdentity[]
  readonly tags: Tags
  readonly healthIssues: readonly string[]
  readonly unread: readonly string[]
  readonly unknown?: readonly string[]
}

export interface AddonIdentity {
  readonly serviceAccount: string
  readonly roleArn: string
}

export interface NewAddon {
  readonly name: string
  readonly version: string
  readonly configurationValues?: string
  /** Where it is installed, if not where it usually is. */
  readonly namespace?: string
  /** It trusts the cluster's OIDC issuer. */
  readonly serviceAccountRoleArn?: string
  readonly podIdentities: readonly AddonIdentity[]
  readonly tags: Tags
}

/** One version of an add-on, and the cluster versions that it runs on. */
export interface AddonVersion {
  readonly version: string
  readonly defaultFor: readonly string[]
  readonly compatibleWith: readonly string[]
  /** It does not install without a configuration. */
  readonly requiresConfiguration?: true
  /** It asks AWS for something, so its pods need a role, or their nodes' has to do. */
  readonly requiresIamPermissions?: true
}

/** What hangs on a cluster beside node groups and add-ons. */
export interface ClusterBelongings {
  /** ARNs of principals with an access entry (but for roles of AWS's own services). */
  readonly accessEntries: readonly string[]
  readonly fargateProfiles: readonly string[]
  readonly capabilities: readonly Capability[]
}

/** A controller that EKS runs for the cluster. https://docs.aws.amazon.com/eks/latest/userguide/capabilities.html */
export interface Capability {
  readonly name: string
  /** `ARGOCD`, `ACK`, `KRO`. */
  readonly type: string
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_OidcIdentityProviderConfig.html */
export interface IdentityProvider {
  readonly name: string
  readonly status: string
  readonly issuerUrl: string
  readonly clientId: string
  readonly usernameClaim?: string
  readonly usernamePrefix?: string
  readonly groupsClaim?: string
  readonly groupsPrefix?: string
  /** Left out where none are. */
  readonly requiredClaims?: Tags
  readonly tags: Tags
  readonly unknown?: readonly string[]
}

export type NewIdentityProvider = Omit<IdentityProvider, 'status' | 'unknown'>

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_AccessEntry.html */
export interface AccessEntry {
  readonly principalArn: string
  /** `STANDARD` for people and tools, `EC2_LINUX`… for nodes. */
  readonly type: string
  /** Of Kubernetes' RBAC. */
  readonly groups: readonly string[]
  readonly username: string
  /** `namespaces`: left out where it holds for the whole cluster. */
  readonly policies: readonly { readonly arn: string; readonly namespaces?: readonly string[] }[]
  readonly tags: Tags
  readonly unknown?: readonly string[]
}

export interface NewAccessEntry extends Omit<AccessEntry, 'username' | 'unknown'> {
  /** Left out where EKS is to name it. */
  readonly username?: string
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_PodIdentityAssociation.html */
export interface PodIdentity {
  readonly namespace: string
  readonly serviceAccount: string
  readonly roleArn: string
  /** A role of another account, which `roleArn` takes on. */
  readonly targetRoleArn?: string
  /** Left out where they are told, as they are where nobody chose. */
  readonly disableSessionTags?: true
  /** Narrows what the role may. */
  readonly policy?: string
  /** By which `targetRoleArn` may know this association; EKS makes another one for each. */
  readonly externalId?: string
  readonly tags: Tags
  readonly unknown?: readonly string[]
}

export type NewPodIdentity = Omit<PodIdentity, 'unknown' | 'externalId'>

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_FargateProfile.html */
export interface FargateProfile {
  readonly name: string
  readonly status: string
  readonly podExecutionRoleArn: string
  readonly subnets: readonly string[]
  readonly selectors: readonly { readonly namespace: string; readonly labels: Tags }[]
  readonly tags: Tags
  readonly healthIssues: readonly string[]
  readonly unknown?: readonly string[]
}

export type NewFargateProfile = Omit<FargateProfile, 'status' | 'healthIssues' | 'unknown'>

/** What an access entry lets its principal do in a cluster. */
export interface ClusterAccess {
  /** Of Kubernetes' RBAC. */
  readonly groups: readonly string[]
  /** ARNs of the access policies that hold for the whole cluster. */
  readonly policies: readonly string[]
}

export interface VersionDescription {
  readonly version: string
  readonly status: string
  readonly endOfStandardSupport?: string
  readonly endOfExtendedSupport?: string
  /** What EKS itself takes where nobody says a version. */
  readonly isDefault: boolean
  /** Of provisioned control planes; left out where EKS does not tell them. */
  readonly scalingTiers?: readonly string[]
  /** What may be said to the components of a control plane, in the API's own shape; left out where EKS does not tell it. */
  readonly components?: Settings
  /** What is otherwise for some tiers, by the tier. */
  readonly componentsOfTier?: Readonly<Record<string, Settings>>
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_Update.html */
export interface UpdateDescription {
  /** `VersionUpdate`, `VersionRollback`, `LoggingUpdate`… */
  readonly type: string
  readonly startedAt: string
}
