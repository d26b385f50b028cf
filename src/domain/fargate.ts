import { tagsOfCopy, type Copied } from './clone.ts'
import type { FargateProfile, NewFargateProfile } from './eks-objects.ts'
import { blocker, type Finding } from './findings.ts'

/** Profiles say which pods run on Fargate. EKS makes and deletes one at a time in a cluster, and changes none. */
export const newFargateProfile = (blue: FargateProfile, made: Copied): NewFargateProfile => ({
  name: blue.name,
  podExecutionRoleArn: blue.podExecutionRoleArn,
  subnets: blue.subnets,
  selectors: blue.selectors,
  tags: tagsOfCopy(blue.tags, made),
})

/** That their roles may be for blue's profiles only (aws:SourceArn) is seen to with all other roles: `roles.ts`. */
export const fargateFindings = (profiles: readonly FargateProfile[]): Finding[] =>
  profiles.flatMap(({ name, status, healthIssues }) => [
    ...(status === 'ACTIVE'
      ? []
      : [blocker('fargate-profile', name, `its status is ${status}`, 'wait until it is ACTIVE, or delete it')]),
    ...healthIssues.map((issue) => blocker('fargate-profile', name, issue, 'mend it first')),
  ])
