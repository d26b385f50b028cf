import type { JsonWebKey } from 'node:crypto'
import type {
  AccessEntry,
  Addon,
  AddonIssue,
  AssociatedAccessPolicy,
  CertificateAuthority,
  Cluster,
  ClusterStatus,
  FargateProfile,
  Nodegroup,
  NodegroupStatus,
  OidcIdentityProviderConfig,
  PodIdentityAssociation,
  Update,
} from '@aws-sdk/client-eks'
import type { EksHooks } from '../../types.ts'
import type { Templates } from '../ec2/launch-templates.ts'
import { invalidRequest, notFound } from '../errors.ts'
import type { AwsFaults } from '../faults.ts'
import type { Caller } from '../protocol/operations.ts'
import type { AwsTimes, Later } from '../times.ts'
import type { ToldInsights } from './insights.ts'
import type { LogGroups } from '../logs.ts'
import type { EksQuotas } from './quotas.ts'
import type { Tokens } from './tokens.ts'

/** A cluster and all that belongs to it. What the API describes is kept as the API describes it, and is changed in place. */
export interface EksCluster {
  readonly name: string
  readonly arn: string
  readonly version: string
  readonly createdAt: Date
  readonly described: Cluster & { status: ClusterStatus; tags: Record<string, string> }
  readonly nodegroups: Map<string, EksNodegroup>
  readonly addons: Map<string, EksAddon>
  /** By the principal's ARN. */
  readonly access: Map<string, EksAccess>
  readonly fargateProfiles: Map<string, EksFargateProfile>
  readonly certificateAuthorities: Map<string, CertificateAuthority>
  readonly identityProviders: Map<string, EksIdentityProvider>
  /** By its id. */
  readonly podIdentities: Map<string, EksPodIdentity>
  readonly updates: Map<string, Update & { id: string }>
  told: ToldInsights
  /** What tokens of its service accounts are signed by. */
  keys: readonly JsonWebKey[]
}

export interface EksNodegroup {
  readonly name: string
  readonly described: Nodegroup & { status: NodegroupStatus; nodegroupArn: string; tags: Record<string, string> }
}

export interface EksAddon {
  readonly name: string
  readonly version: string
  /** What the add-on's status depends on beside this is in `addons.ts`. */
  state: 'CREATING' | 'INSTALLED' | 'DELETING' | { readonly failed: AddonIssue; readonly in: 'creation' | 'deletion' }
  readonly described: Addon & { addonArn: string; tags: Record<string, string> }
}

export interface EksAccess {
  readonly entry: AccessEntry & { principalArn: string; accessEntryArn: string; tags: Record<string, string> }
  readonly policies: Map<string, AssociatedAccessPolicy>
}

export type EksFargateProfile = FargateProfile & { fargateProfileArn: string; tags: Record<string, string> }

export type EksIdentityProvider = OidcIdentityProviderConfig & {
  identityProviderConfigArn: string
  tags: Record<string, string>
}

export type EksPodIdentity = PodIdentityAssociation & {
  associationId: string
  associationArn: string
  tags: Record<string, string>
}

/** What every part of EKS works on. */
export interface EksWorld {
  readonly account: string
  readonly region: string
  readonly caller: Caller
  readonly hooks: EksHooks
  readonly faults: AwsFaults
  readonly times: AwsTimes
  readonly quotas: EksQuotas
  readonly later: Later
  readonly tokens: Tokens
  readonly clusters: Map<string, EksCluster>
  /** CloudWatch's. */
  readonly logs: LogGroups
  /** EC2's. */
  readonly templates: Templates
}

/** `arn:aws:eks:ap-northeast-1:123456789012:nodegroup/blue/system/<uuid>`. */
export const arnOf = (world: EksWorld, type: string, ...path: readonly string[]): string =>
  `arn:aws:eks:${world.region}:${world.account}:${[type, ...path].join('/')}`

export function clusterNamed(world: EksWorld, name: string): EksCluster {
  const found = world.clusters.get(name)
  if (!found) throw notFound(`No cluster found for name: ${name}.`, { clusterName: name })
  return found
}

/** A cluster takes parts only while it is ACTIVE. https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html */
export function activeCluster(world: EksWorld, name: string): EksCluster {
  const cluster = clusterNamed(world, name)
  const { status } = cluster.described
  if (status !== 'ACTIVE')
    throw invalidRequest(`Cluster '${name}' is not in ACTIVE status: it is ${status}`, { clusterName: name })
  return cluster
}

/** Names of clusters and node groups. https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html */
export const namePattern = /^[0-9A-Za-z][A-Za-z0-9\-_]*$/
