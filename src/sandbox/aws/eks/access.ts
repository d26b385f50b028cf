import { randomUUID } from 'node:crypto'
import type {
  AssociateAccessPolicyRequest,
  AssociateAccessPolicyResponse,
  AssociatedAccessPolicy,
  CreateAccessEntryRequest,
  CreateAccessEntryResponse,
  DeleteAccessEntryRequest,
  DeleteAccessEntryResponse,
  DescribeAccessEntryRequest,
  DescribeAccessEntryResponse,
  DisassociateAccessPolicyRequest,
  DisassociateAccessPolicyResponse,
  ListAccessEntriesRequest,
  ListAccessEntriesResponse,
  ListAssociatedAccessPoliciesRequest,
  ListAssociatedAccessPoliciesResponse,
} from '@aws-sdk/client-eks'
import type { SandboxAws } from '../../types.ts'
import { invalidRequest, notFound } from '../errors.ts'
import { page, type Given, type Operations, type Serve } from '../protocol/operations.ts'
import { checkNewEntry, checkPolicy, clusterAdminPolicy } from './access-checks.ts'
import { arnOf, clusterNamed, type EksAccess, type EksCluster, type EksWorld } from './world.ts'

export const accessOperations = (world: EksWorld) =>
  ({
    CreateAccessEntry: ((input) => {
      const cluster = clusterWithEntries(world, input.clusterName)
      const taken = cluster.access.get(input.principalArn)
      if (world.tokens.answers('CreateAccessEntry', input, taken)) return { accessEntry: taken.entry }
      checkNewEntry(input, taken !== undefined)
      const access = newAccess(world, cluster, input)
      world.tokens.remember('CreateAccessEntry', input, access)
      return { accessEntry: access.entry }
    }) satisfies Serve<CreateAccessEntryRequest, CreateAccessEntryResponse>,

    DescribeAccessEntry: ((input) => ({ accessEntry: accessOf(world, input).access.entry })) satisfies Serve<
      DescribeAccessEntryRequest,
      DescribeAccessEntryResponse
    >,

    ListAccessEntries: (({ clusterName, associatedPolicyArn, nextToken, maxResults }) => {
      const entries = [...clusterWithEntries(world, clusterName).access]
        .filter(([, { policies }]) => !associatedPolicyArn || policies.has(associatedPolicyArn))
        .map(([principalArn]) => principalArn)
      const { items, next } = page(entries, nextToken, maxResults)
      return { accessEntries: items, nextToken: next }
    }) satisfies Serve<ListAccessEntriesRequest, ListAccessEntriesResponse>,

    DeleteAccessEntry: ((input) => {
      accessOf(world, input).cluster.access.delete(input.principalArn)
      return {}
    }) satisfies Serve<DeleteAccessEntryRequest, DeleteAccessEntryResponse>,

    /** Safe to repeat. */
    AssociateAccessPolicy: ((input) => {
      const { access } = accessOf(world, input)
      checkPolicy(input)
      const { clusterName, principalArn, policyArn, accessScope } = input
      return { clusterName, principalArn, associatedAccessPolicy: allow(access, policyArn, accessScope.namespaces) }
    }) satisfies Serve<AssociateAccessPolicyRequest, AssociateAccessPolicyResponse>,

    DisassociateAccessPolicy: ((input) => {
      const { policies } = accessOf(world, input).access
      if (!policies.delete(input.policyArn))
        throw notFound('The specified associatedAccessPolicy could not be found.', { clusterName: input.clusterName })
      return {}
    }) satisfies Serve<DisassociateAccessPolicyRequest, DisassociateAccessPolicyResponse>,

    ListAssociatedAccessPolicies: ((input) => {
      const { clusterName, principalArn, nextToken, maxResults } = input
      const { items, next } = page([...accessOf(world, input).access.policies.values()], nextToken, maxResults)
      return { clusterName, principalArn, associatedAccessPolicies: items, nextToken: next }
    }) satisfies Serve<ListAssociatedAccessPoliciesRequest, ListAssociatedAccessPoliciesResponse>,
  }) satisfies Operations

/** A cluster that knows only its aws-auth ConfigMap shows no entries. https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html */
function clusterWithEntries(world: EksWorld, name: string): EksCluster {
  const cluster = clusterNamed(world, name)
  if (!usesEntries(cluster))
    throw invalidRequest(
      "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
      { clusterName: name },
    )
  return cluster
}

const usesEntries = ({ described }: EksCluster) => described.accessConfig?.authenticationMode !== 'CONFIG_MAP'

function accessOf(world: EksWorld, { clusterName, principalArn }: { clusterName: string; principalArn: string }) {
  const cluster = clusterWithEntries(world, clusterName)
  const access = cluster.access.get(principalArn)
  if (!access)
    throw notFound(
      "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.",
      { clusterName },
    )
  return { cluster, access }
}

type NewEntry = Omit<Given<CreateAccessEntryRequest>, 'clusterName' | 'clientRequestToken'>

export function newAccess(world: EksWorld, cluster: EksCluster, input: NewEntry): EksAccess {
  const { principalArn, kubernetesGroups = [], tags, type = 'STANDARD', username } = input
  const [, , , , account = '', path = ''] = principalArn.split(':')
  const kind = path.slice(0, path.indexOf('/'))
  const name = path.slice(path.lastIndexOf('/') + 1)
  const access: EksAccess = {
    entry: {
      clusterName: cluster.name,
      principalArn,
      kubernetesGroups,
      accessEntryArn: arnOf(world, 'access-entry', cluster.name, kind, account, name, randomUUID()),
      createdAt: new Date(),
      modifiedAt: new Date(),
      tags: { ...tags },
      username: username ?? (kind === 'role' ? sessionsOf(account, name) : principalArn),
      type,
    },
    policies: new Map(),
  }
  cluster.access.set(principalArn, access)
  return access
}

const sessionsOf = (account: string, role: string) => `arn:aws:sts::${account}:assumed-role/${role}/{{SessionName}}`

/** In these namespaces; everywhere, where there are none. The scope of a policy that is there already is replaced. */
export function allow(
  { policies }: EksAccess,
  policyArn: string,
  namespaces: readonly string[] = [],
): AssociatedAccessPolicy {
  const now = new Date()
  const policy: AssociatedAccessPolicy = {
    policyArn,
    accessScope: { type: namespaces.length === 0 ? 'cluster' : 'namespace', namespaces: [...namespaces] },
    associatedAt: policies.get(policyArn)?.associatedAt ?? now,
    modifiedAt: now,
  }
  policies.set(policyArn, policy)
  return policy
}

export function grantClusterAdmin(world: EksWorld, cluster: EksCluster, principalArn: string): void {
  allow(newAccess(world, cluster, { principalArn }), clusterAdminPolicy)
}

/** EKS itself makes the entry that lets managed nodes join. https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html */
export function admitNodes(
  world: EksWorld,
  cluster: EksCluster,
  nodeRole: string,
  type: 'EC2_LINUX' | 'FARGATE_LINUX' = 'EC2_LINUX',
): void {
  if (!usesEntries(cluster) || cluster.access.has(nodeRole)) return
  newAccess(world, cluster, {
    principalArn: nodeRole,
    type,
    kubernetesGroups: type === 'EC2_LINUX' ? ['system:nodes'] : ['system:nodes', 'system:node-proxier'],
    username: type === 'EC2_LINUX' ? 'system:node:{{EC2PrivateDNSName}}' : 'system:node:{{SessionName}}',
  })
}

export function enterGroups(
  world: EksWorld,
  cluster: EksCluster,
  principalArn: string,
  kubernetesGroups: readonly string[],
): void {
  newAccess(world, cluster, { principalArn, kubernetesGroups: [...kubernetesGroups] })
}

/** A session stands for its role: `arn:aws:sts::…:assumed-role/norikae/s` for `arn:aws:iam::…:role/norikae`. */
export function entryFor(cluster: EksCluster, principalArn: string): ReturnType<SandboxAws['eks']['access']> {
  const [, account, role] = /^arn:aws[\w-]*:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(principalArn) ?? []
  const its = (arn: string) =>
    arn === principalArn || (role !== undefined && arn.includes(`::${account}:role/`) && arn.endsWith(`/${role}`))
  const found = [...cluster.access].find(([arn]) => its(arn))?.[1]
  return (
    found && {
      groups: found.entry.kubernetesGroups ?? [],
      admin: found.policies.get(clusterAdminPolicy)?.accessScope?.type === 'cluster',
    }
  )
}
