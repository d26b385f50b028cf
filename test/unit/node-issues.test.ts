import { expect, test } from 'vitest'
import { issuesInWords } from '../../src/domain/node-issues.ts'

test.for([
  { says: 'nothing is said to be so', issues: [], words: 'EKS says no more' },
  { says: 'what is not known is told as it is', issues: ['Odd: it is'], words: 'Odd: it is' },
  {
    says: 'what is known is told with what to do, once',
    issues: ['InsufficientFreeAddresses: subnet-a', 'InsufficientFreeAddresses: subnet-b'],
    words:
      "InsufficientFreeAddresses: subnet-a; InsufficientFreeAddresses: subnet-b. To do: free addresses in the node group's subnets",
  },
])('$says', ({ issues, words }) => expect(issuesInWords(issues)).toBe(words))

test.for([
  'AsgInstanceLaunchFailures: none',
  'InstanceLimitExceeded: vCPUs',
  'NodeCreationFailure: Instances failed to join',
  'IamNodeRoleNotFound: gone',
  'AccessDenied: no',
  'Ec2LaunchTemplateVersionMismatch: 3',
  'Ec2SubnetNotFound: gone',
  'PodEvictionFailure: 1 pod',
])('there is something to do about %s', (issue) => expect(issuesInWords([issue])).toContain('. To do: see '))
