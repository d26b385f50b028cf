import type { AssociateAccessPolicyRequest, CreateAccessEntryRequest } from '@aws-sdk/client-eks'
import { inUse, invalidParameter } from '../errors.ts'
import type { Given } from '../protocol/operations.ts'

export const policyArn = (name: string) => `arn:aws:eks::aws:cluster-access-policy/${name}`

export const clusterAdminPolicy = policyArn('AmazonEKSClusterAdminPolicy')

/** Those for people and tools; the ones that EKS gives to its own parts are left out. https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html */
const policies: ReadonlySet<string | undefined> = new Set([
  clusterAdminPolicy,
  ...['AmazonEKSAdminPolicy', 'AmazonEKSAdminViewPolicy', 'AmazonEKSEditPolicy', 'AmazonEKSViewPolicy'].map(policyArn),
])

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html */
export function checkNewEntry(input: Given<CreateAccessEntryRequest>, taken: boolean): void {
  const { clusterName, principalArn, kubernetesGroups = [], username, type = 'STANDARD' } = input
  if (!/^arn:aws[\w-]*:iam::\d{12}:(role|user)\/.+/.test(principalArn))
    throw invalidParameter('The specified principalArn is invalid: invalid principal.', { clusterName })
  if (type !== 'STANDARD' && (kubernetesGroups.length > 0 || username !== undefined))
    throw invalidParameter(`Groups and a username belong to the type STANDARD, not to ${type}`, { clusterName })
  // "must be preceded by a colon": what EKS names by itself is not taken from others.
  // https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
  if (username?.includes('/{{SessionName}}'))
    throw invalidParameter(`The specified username is invalid: ${username}`, { clusterName })
  const reserved = kubernetesGroups.find((group) => /^(system|eks|aws|amazon|iam):/.test(group))
  if (reserved)
    throw invalidParameter(
      `The kubernetes group name ${reserved} is invalid, it cannot start with ${reserved.split(':')[0]}:`,
      {
        clusterName,
      },
    )
  if (taken) throw inUse('The specified access entry resource is already in use on this cluster.', { clusterName })
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateAccessPolicy.html */
export function checkPolicy({ clusterName, policyArn, accessScope }: Given<AssociateAccessPolicyRequest>): void {
  if (!policies.has(policyArn))
    throw invalidParameter('The specified policyArn is invalid: invalid policy.', { clusterName })
  if (accessScope.type !== 'cluster' && accessScope.type !== 'namespace')
    throw invalidParameter(`The access scope type ${accessScope.type} is neither cluster nor namespace`, {
      clusterName,
    })
  if ((accessScope.type === 'namespace') !== (accessScope.namespaces ?? []).length > 0)
    throw invalidParameter('Namespaces belong to an access scope of type namespace, and to no other', { clusterName })
}
