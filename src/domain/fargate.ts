import { tagsOfCopy, type Copied } from './clone.ts'
import type { FargateProfile, NewFargateProfile } from './eks-objects.ts'
import { blocker, warning, type Finding } from './findings.ts'

/** Profiles say which pods run on Fargate. EKS makes and deletes one at a time in a cluster, and changes none. */
export const newFargateProfile = (blue: FargateProfile, made: Copied): NewFargateProfile => ({
  name: blue.name,
  podExecutionRoleArn: blue.podExecutionRoleArn,
  subnets: blue.subnets,
  selectors: blue.selectors,
  tags: tagsOfCopy(blue.tags, made),
})

/**
 * AWS advises to let a pod execution role be taken by the profiles of one cluster only, and what it says cannot be read
 * without rights on IAM.
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html
 */
export const fargateFindings = (profiles: readonly FargateProfile[], green: string): Finding[] =>
  profiles.flatMap(({ name, status, podExecutionRoleArn, healthIssues }) => [
    ...(status === 'ACTIVE'
      ? []
      : [blocker('fargate-profile', name, `its status is ${status}`, 'wait until it is ACTIVE, or delete it')]),
    ...healthIssues.map((issue) => blocker('fargate-profile', name, issue, 'mend it first')),
    warning(
      'fargate-role',
      name,
      `pods of it run as ${podExecutionRoleArn}, whose trust policy may name blue's profiles only (aws:SourceArn)`,
      `if it does, let it name fargateprofile/${green}/* too: pods on green would not start`,
    ),
  ])
