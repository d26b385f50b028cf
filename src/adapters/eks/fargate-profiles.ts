import type { EKS, FargateProfile as Told, FargateProfileSelector } from '@aws-sdk/client-eks'
import type { FargateProfile, NewFargateProfile } from '../../domain/eks-objects.ts'
import { ask, askFor } from '../aws-errors.ts'
import { issues, within } from './describe.ts'
import { unknownIn } from './unknown.ts'

export async function findFargateProfile(
  client: EKS,
  clusterName: string,
  fargateProfileName: string,
): Promise<FargateProfile | undefined> {
  const found = await askFor(`DescribeFargateProfile ${clusterName}/${fargateProfileName}`, (o) =>
    client.describeFargateProfile({ clusterName, fargateProfileName }, o),
  )
  return (
    found?.fargateProfile && {
      ...profileOf(found.fargateProfile),
      ...within('fargateProfile', unknownIn(found)),
    }
  )
}

export async function createFargateProfile(
  client: EKS,
  clusterName: string,
  profile: NewFargateProfile,
  clientRequestToken: string,
): Promise<void> {
  const { name: fargateProfileName, podExecutionRoleArn, subnets, selectors, tags } = profile
  await ask(`CreateFargateProfile ${clusterName}/${fargateProfileName}`, (o) =>
    client.createFargateProfile(
      {
        clusterName,
        fargateProfileName,
        podExecutionRoleArn,
        subnets: [...subnets],
        selectors: selectors.map((it): FargateProfileSelector => ({ ...it })),
        tags: { ...tags },
        clientRequestToken,
      },
      o,
    ),
  )
}

export async function deleteFargateProfile(
  client: EKS,
  clusterName: string,
  fargateProfileName: string,
): Promise<void> {
  await askFor(`DeleteFargateProfile ${clusterName}/${fargateProfileName}`, (o) =>
    client.deleteFargateProfile({ clusterName, fargateProfileName }, o),
  )
}

const profileOf = (told: Told): FargateProfile => ({
  name: told.fargateProfileName ?? '',
  status: told.status ?? '',
  podExecutionRoleArn: told.podExecutionRoleArn ?? '',
  subnets: told.subnets ?? [],
  selectors: (told.selectors ?? []).map(({ namespace = '', labels = {} }) => ({ namespace, labels })),
  tags: told.tags ?? {},
  healthIssues: issues(told.health?.issues),
})
