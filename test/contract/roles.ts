import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { hostOf } from '../../src/domain/trust-statements.ts'
import type { SandboxAws } from '../../src/sandbox/types.ts'
import { attempted, driven } from '../support/driven.ts'
import { call, scope } from '../support/small-world.ts'
import type { WorldUnderTest } from './workload-actions.ts'

interface Trusting extends WorldUnderTest {
  readonly aws: Pick<SandboxAws, 'eks' | 'iam'>
}

const NAMESPACE = 'roles'
const place = { app: 'files', environment: 'test', namespaces: [NAMESPACE], on: 'green' as const }
const role = (name: string) => `arn:aws:iam::${scope.account}:role/${name}`

const account = (name: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { namespace: NAMESPACE, name, annotations: { 'eks.amazonaws.com/role-arn': role('proven'), ...more } },
})

/** As eksctl writes it. */
export const byIssuer = (issuer: string, accountName: string) => {
  const host = hostOf(issuer)
  return {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${scope.account}:oidc-provider/${host}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: { [`${host}:sub`]: `system:serviceaccount:${accountName}`, [`${host}:aud`]: 'sts.amazonaws.com' },
    },
  }
}
export const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement })

/** STS is the sandbox's, and looks at tokens that the servers have signed. */
export function rolesContract(of: () => Trusting): void {
  test('service accounts prove that they get their roles, and what does not is named with why', async () => {
    const { activities, aws, blue, green } = of()
    const issuer = aws.eks.issuer(scope.green) ?? ''
    aws.iam.seedProvider(issuer)
    aws.iam.seedRole('proven', policy(byIssuer(issuer, `${NAMESPACE}:web`)))
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } } as const
    for (const side of [blue, green]) await side.applyAs('admin', namespace)
    await blue.applyAs('admin', account('web'))
    const prove = call<'proveRoles'>(place)
    expect(await attempted(activities.proveRoles, prove)).toContain(
      `1 of 1 service accounts of files do not get their roles on green: ${NAMESPACE}/web is not on green`,
    )
    await green.applyAs('admin', account('web'))
    await green.applyAs('admin', account('odd', { 'eks.amazonaws.com/audience': 'vault' }))
    const why = await attempted(activities.proveRoles, prove)
    expect(why).toContain(`1 of 2 service accounts of files do not get their roles on green: ${NAMESPACE}/odd does not`)
    expect(why).toContain('Incorrect token audience')
    expect(why).not.toContain('eyJ')
    // On blue it does not get it either.
    await blue.applyAs('admin', account('odd', { 'eks.amazonaws.com/audience': 'vault' }))
    const { answer } = await driven(activities.proveRoles, prove)
    expect(answer).toEqual({
      note: `1 service account gets its role on green; on neither side: ${NAMESPACE}/odd`,
    })
  })
}
