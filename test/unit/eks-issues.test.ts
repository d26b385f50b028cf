import { AddonIssueCode, ClusterIssueCode, FargateProfileIssueCode, NodegroupIssueCode } from '@aws-sdk/client-eks'
import { expect, test } from 'vitest'
import { issuesInWords } from '../../src/domain/eks-issues.ts'

test.for([
  { says: 'nothing is said to be so', issues: [], words: 'EKS says no more' },
  { says: 'what is not known is told as it is', issues: ['Odd: it is'], words: 'Odd: it is' },
  {
    says: 'what is known is told with what to do, once',
    issues: ['InsufficientFreeAddresses: subnet-a', 'InsufficientFreeAddresses: subnet-b'],
    words:
      "InsufficientFreeAddresses: subnet-a; InsufficientFreeAddresses: subnet-b. To do: free addresses in the node group's subnets",
  },
])('$says', ({ issues, words }) => expect(issuesInWords('nodes', issues)).toBe(words))

test.for([
  'AsgInstanceLaunchFailures: none',
  'InstanceLimitExceeded: vCPUs',
  'NodeCreationFailure: Instances failed to join',
  'IamNodeRoleNotFound: gone',
  'AccessDenied: no',
  'Ec2LaunchTemplateVersionMismatch: 3',
  'Ec2SubnetNotFound: gone',
  'PodEvictionFailure: 1 pod',
])('there is something to do about %s', (issue) => expect(issuesInWords('nodes', [issue])).toContain('. To do: see '))

test.for([
  ['cluster', Object.values(ClusterIssueCode)],
  ['add-on', Object.values(AddonIssueCode)],
  ['nodes', Object.values(NodegroupIssueCode)],
  ['nodes', Object.values(FargateProfileIssueCode)],
] as const)('of a %s there is something to do about each code that EKS knows', ([of, codes]) => {
  expect(codes.filter((code) => !issuesInWords(of, [`${code}: why`]).includes(`${code}: why. To do: `))).toEqual([])
})
