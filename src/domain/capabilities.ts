import type { Capability } from './eks-objects.ts'
import { blocker, type Finding } from './findings.ts'

/**
 * What EKS itself runs for a cluster. None is made on green: two of a kind would write the same things, or the second one
 * has nothing to do yet, and only people know which of both is to be.
 * https://docs.aws.amazon.com/eks/latest/userguide/capabilities.html
 */
const whys: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  ARGOCD: [
    'it is an Argo CD that deploys from inside blue, and goes with blue',
    'move its Applications to an Argo CD that stays, and delete the capability from blue',
  ],
  ACK: [
    'on green, a second controller would write the same AWS resources as the one on blue',
    'once green is there make one on green that has no resources yet, move them over with the annotation services.k8s.aws/adoption-policy, and delete the capability from blue (it keeps what it made)',
  ],
  KRO: [
    'green does not get one, and what is made by its ResourceGraphDefinitions would not be made there',
    'make the same one on green once green is there (norikae pause keeps apps where they are), and delete it from blue before blue is removed',
  ],
}

const otherwise = [
  'this release does not know what it does, so green does not get one',
  'see whether two of it may run at once, and make it on green by hand',
] as const

/** Each is waived by who has seen to it. */
export const capabilityFindings = (found: readonly Capability[]): Finding[] =>
  found.map(({ name, type }) => {
    const [why, remedy] = whys[type] ?? otherwise
    return blocker('capability', name, `it is of type ${type}: ${why} (Unsupported)`, remedy)
  })
