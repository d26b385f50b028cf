import { list, record } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'

/**
 * A pod whose node was lost never ends: only its kubelet says that it has, and what cannot be reached may still be at work.
 * https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/#delete-pods
 */

/** What is known of a pod that is left, and of what it runs on. */
export interface Left {
  readonly pod: string
  /** Only where its node does not answer. */
  readonly lost?: LostNode
}

export interface LostNode {
  readonly node: string
  /** Since when its kubelet says nothing; undefined where nothing tells. */
  readonly since?: string
  /** `i-…`; undefined where it is none of EC2's. */
  readonly instance?: string
  /** The instance's, as EC2 tells; undefined where EC2 does not know it. */
  readonly state?: string
}

/**
 * The only state that proves that nothing of it runs, and that it never will again. One that shuts down still does; one
 * that is stopped may be started, and what was hibernated goes on where it was. One that EC2 does not know proves nothing:
 * EKS removes the Node of an instance that is gone, so one whose Node is still there may be of another account or region.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
 */
const OVER = 'terminated'

/** Can this pod be at work no more? */
export const isOver = ({ lost }: Left): boolean => lost?.state === OVER

/** The node as one that was lost; undefined while its kubelet answers. */
export function lostNode({ metadata, spec, status }: KubernetesObject): LostNode | undefined {
  const ready = list(status?.['conditions'])
    .map(record)
    .find((c) => c['type'] === 'Ready')
  if (ready?.['status'] === 'True') return undefined
  const [since, instance] = [ready?.['lastTransitionTime'], instanceIn(spec?.['providerID'])]
  return {
    node: metadata.name,
    ...(typeof since === 'string' && { since }),
    ...(instance !== undefined && { instance }),
  }
}

/** `aws:///ap-northeast-1a/i-0123456789abcdef0`; of Fargate and of hybrid nodes the last part is no instance. */
export const instanceIn = (providerId: unknown): string | undefined =>
  typeof providerId === 'string' ? /^aws:\/\/\/[^/]+\/(i-[^/]+)$/.exec(providerId)?.[1] : undefined

/** What counts as gone although it is listed. */
export const goneInWords = (left: readonly Left[]): string =>
  left
    .filter(isOver)
    .slice(0, FEW)
    .map(({ pod, lost }) => `${pod} counts as gone, because its instance ${lost?.instance ?? ''} is ${OVER}`)
    .join(', ')

const FEW = 3

/** What still runs, and what to do about a node that does not answer. `where`: its cluster. */
export function leftInWords(left: readonly Left[], workload: string, where: string): string {
  const names = left.slice(0, FEW).map(({ pod }) => pod)
  const lost = new Map(left.flatMap(({ lost: it }) => (it === undefined ? [] : [[it.node, it] as const])))
  return [
    `${left.length} pods of ${workload} still run on ${where}: ${names.join(', ')}`,
    ...[...lost.values()].slice(0, FEW).map(lostInWords),
  ].join('. ')
}

function lostInWords({ node, since, instance, state }: LostNode): string {
  const silent = `Node ${node} does not answer${since === undefined ? '' : ` since ${since}`}, and what is on it may be at work`
  if (instance === undefined)
    return `${silent}: see that it is off, then remove it (kubectl delete node ${node}), and its pods go with it`
  if (state === undefined)
    return `${silent}: EC2 does not know its instance ${instance}. See that it is off, then remove it (kubectl delete node ${node})`
  return `${silent} until its instance ${instance}, which is ${state}, is terminated (aws ec2 terminate-instances --instance-ids ${instance})`
}
