import { randomUUID } from 'node:crypto'
import type {
  CreateFargateProfileRequest,
  CreateFargateProfileResponse,
  DeleteFargateProfileRequest,
  DeleteFargateProfileResponse,
  DescribeFargateProfileRequest,
  DescribeFargateProfileResponse,
  FargateProfileIssue,
  ListFargateProfilesRequest,
  ListFargateProfilesResponse,
} from '@aws-sdk/client-eks'
import { invalidParameter, invalidRequest, notFound } from '../errors.ts'
import { page, type Given, type Operations, type Serve } from '../protocol/operations.ts'
import { admitNodes } from './access.ts'
import { roomFor } from './quotas.ts'
import { activeCluster, arnOf, clusterNamed, type EksCluster, type EksFargateProfile, type EksWorld } from './world.ts'

type Request = Given<CreateFargateProfileRequest>

/** Nothing runs on them: pods of the sandbox need no nodes of a kind. */
export const fargateOperations = (world: EksWorld) =>
  ({
    CreateFargateProfile: ((input) => {
      const { clusterName, fargateProfileName: name } = input
      const taken = clusterNamed(world, clusterName).fargateProfiles.get(name)
      if (world.tokens.answers('CreateFargateProfile', input, taken)) return { fargateProfile: taken }
      const cluster = activeCluster(world, clusterName)
      check(input, cluster)
      // It has no ResourceInUseException. https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateFargateProfile.html
      if (taken) throw invalidParameter(`Fargate profile ${name} already exists`, { clusterName })
      roomFor(world.quotas, 'fargateProfiles', cluster.fargateProfiles, { clusterName })
      const profile = newFargateProfile(world, cluster, input)
      world.tokens.remember('CreateFargateProfile', input, profile)
      world.later.after(world.times.nodegroupMs, () => {
        if (profile.status !== 'CREATING') return
        const issue = world.faults.issueOf('Fargate profile', name)
        if (issue) ill(profile, 'CREATE_FAILED', issue)
        else profile.status = 'ACTIVE'
      })
      return { fargateProfile: profile }
    }) satisfies Serve<CreateFargateProfileRequest, CreateFargateProfileResponse>,

    DescribeFargateProfile: ((input) => ({ fargateProfile: profileOf(world, input) })) satisfies Serve<
      DescribeFargateProfileRequest,
      DescribeFargateProfileResponse
    >,

    ListFargateProfiles: (({ clusterName, nextToken, maxResults }) => {
      const { items, next } = page([...clusterNamed(world, clusterName).fargateProfiles.keys()], nextToken, maxResults)
      return { fargateProfileNames: items, nextToken: next }
    }) satisfies Serve<ListFargateProfilesRequest, ListFargateProfilesResponse>,

    DeleteFargateProfile: ((input) => {
      const profile = profileOf(world, input)
      const cluster = clusterNamed(world, input.clusterName)
      if (profile.status !== 'DELETING') {
        refuseTwo(cluster)
        profile.status = 'DELETING'
        world.later.after(world.times.deletionMs, () => {
          const issue = world.faults.issueOf('deletion of', input.fargateProfileName)
          if (issue) ill(profile, 'DELETE_FAILED', issue)
          else cluster.fargateProfiles.delete(input.fargateProfileName)
        })
      }
      return { fargateProfile: profile }
    }) satisfies Serve<DeleteFargateProfileRequest, DeleteFargateProfileResponse>,
  }) satisfies Operations

function ill(
  profile: EksFargateProfile,
  status: NonNullable<EksFargateProfile['status']>,
  { code, message }: { readonly code: string; readonly message: string },
): void {
  profile.status = status
  // A fault may name any code; the SDK takes codes that it does not know as they are.
  profile.health = {
    issues: [{ code: code as FargateProfileIssue['code'], message, resourceIds: [profile.fargateProfileName ?? ''] }],
  }
}

export function newFargateProfile(
  world: EksWorld,
  cluster: EksCluster,
  input: Omit<Request, 'clusterName' | 'clientRequestToken'>,
): EksFargateProfile {
  const { fargateProfileName: name, podExecutionRoleArn } = input
  const profile: EksFargateProfile = {
    fargateProfileName: name,
    fargateProfileArn: arnOf(world, 'fargateprofile', cluster.name, name, randomUUID()),
    clusterName: cluster.name,
    createdAt: new Date(),
    podExecutionRoleArn,
    subnets: input.subnets ?? [],
    selectors: input.selectors ?? [],
    status: 'CREATING',
    tags: { ...input.tags },
    health: { issues: [] },
  }
  cluster.fargateProfiles.set(name, profile)
  admitNodes(world, cluster, podExecutionRoleArn, 'FARGATE_LINUX')
  return profile
}

function profileOf(
  world: EksWorld,
  { clusterName, fargateProfileName: name }: { clusterName: string; fargateProfileName: string },
): EksFargateProfile {
  const profile = clusterNamed(world, clusterName).fargateProfiles.get(name)
  if (!profile) throw notFound(`No Fargate Profile found with name: ${name}.`, { clusterName })
  return profile
}

function check({ clusterName, podExecutionRoleArn, selectors = [] }: Request, cluster: EksCluster): void {
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/.+/.test(podExecutionRoleArn))
    throw invalidParameter(`The podExecutionRoleArn '${podExecutionRoleArn}' is not the ARN of a role`, { clusterName })
  if (selectors.length === 0 || selectors.length > 5)
    throw invalidParameter('A Fargate profile has one to five selectors', { clusterName })
  refuseTwo(cluster)
}

/** One is made or deleted at a time. https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html */
function refuseTwo(cluster: EksCluster): void {
  const busy = [...cluster.fargateProfiles.values()].find(
    ({ status }) => status === 'CREATING' || status === 'DELETING',
  )
  if (busy)
    throw invalidRequest(`Fargate profile ${busy.fargateProfileName} is ${busy.status}: one at a time`, {
      clusterName: cluster.name,
    })
}
