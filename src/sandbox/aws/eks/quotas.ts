import { AwsError } from '../errors.ts'

/** How many there may be. https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html */
export interface EksQuotas {
  /** In the account and region: what Service Quotas tells. */
  readonly clusters: number
  /** Of one cluster, as the next one. */
  readonly nodegroups: number
  readonly fargateProfiles: number
  readonly podIdentities: number
}

/** What an account has before it asks for more. */
export const defaultQuotas = { nodegroups: 30, fargateProfiles: 10, podIdentities: 5000 }

const called = {
  clusters: 'Clusters',
  nodegroups: 'Managed node groups per cluster',
  fargateProfiles: 'Fargate profiles per cluster',
  podIdentities: 'Pod Identity associations per cluster',
} as const satisfies Record<keyof EksQuotas, string>

/** Throws ResourceLimitExceededException where as many are there as may be. */
export function roomFor(
  quotas: EksQuotas,
  quota: keyof EksQuotas,
  there: ReadonlyMap<string, unknown>,
  named: { readonly clusterName: string; readonly nodegroupName?: string },
): void {
  if (there.size < quotas[quota]) return
  throw new AwsError(
    'ResourceLimitExceededException',
    `You have reached the quota "${called[quota]}", which is ${quotas[quota]}`,
    400,
    { ...named },
  )
}
