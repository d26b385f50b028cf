import { EKS } from '@aws-sdk/client-eks'
import { expect, test } from 'vitest'
import { rights } from '../../src/domain/access.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { SandboxAws } from '../../src/sandbox/types.ts'
import { driven } from '../support/driven.ts'
import { call, scope } from '../support/small-world.ts'
import type { WorldUnderTest } from './workload-actions.ts'

interface Entered extends WorldUnderTest {
  readonly aws: Pick<SandboxAws, 'eks' | 'identity' | 'admin' | 'endpoint'>
}
type Entering = Pick<Entered, 'activities' | 'aws'>

/** As a cluster is that was made without an administrator. */
export async function shutOut({ aws: { endpoint, identity, admin } }: Pick<Entered, 'aws'>): Promise<void> {
  const eks = new EKS({ endpoint, region: scope.region, credentials: admin })
  await eks.deleteAccessEntry({ clusterName: scope.green, principalArn: identity.roleArn })
  eks.destroy()
}

/** Green lets nobody in yet; blue the worker, with the rights that deploy/rbac grants to a group. */
export const letIn = ({ activities, aws }: Entering) =>
  driven(
    activities.grantAccess,
    call<'grantAccess'>({ cluster: scope.green, principalArn: aws.identity.roleArn, like: scope.blue }),
    { lost: true },
  )

/** After `letIn`. */
export function accessContract(of: () => Entered): void {
  const granted = ({ rules, roleRef, subjects }: KubernetesObject = {} as KubernetesObject) => ({
    rules,
    roleRef,
    subjects,
  })

  test('green lets the worker in as blue does: the same group, its rights as they are there, and no administrator', async () => {
    const { aws, blue, green } = of()
    expect(aws.eks.access(scope.green, aws.identity.roleArn)).toEqual({ groups: ['norikae'], admin: false })
    for (const { kind, namespace, name } of rights) {
      const [here, there] = await Promise.all([blue, green].map(({ admin }) => admin.find(kind, namespace, name)))
      expect(there !== undefined, `${kind} ${name}`).toBe(here !== undefined)
      if (kind !== 'Namespace') expect(granted(there)).toEqual(granted(here))
    }
    expect(await green.port.find('Namespace', undefined, 'default')).toBeDefined()
  })

  test('and once more, where it was let in before, it ends the same, and is no administrator for that', async () => {
    const { answer, waits } = await letIn(of())
    expect(waits).toEqual([])
    expect(answer.note).toBe(
      `${of().aws.identity.roleArn} may do on ${scope.green} what it may on ${scope.blue}: norikae`,
    )
    expect(of().aws.eks.access(scope.green, of().aws.identity.roleArn)).toEqual({ groups: ['norikae'], admin: false })
  })
}
