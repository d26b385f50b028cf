import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ADMINISTRATOR } from '../../../src/domain/access.ts'
import type { KubernetesObject } from '../../../src/sandbox/types.ts'
import { accessContract, letIn, shutOut } from '../../contract/access.ts'
import type { WorldUnderTest } from '../../contract/workload-actions.ts'
import { ending } from '../../support/driven.ts'
import { call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'
import { worldOf } from './a-world.ts'

let clusters: TwoClusters
let world: WorldUnderTest & { readonly aws: TwoClusters['aws'] }
beforeAll(async () => {
  clusters = await twoClusters({ groups: ['norikae'] })
  const { activities, aws } = clusters
  for (const object of await rights()) clusters.blue.apply(object)
  await shutOut({ aws })
  await letIn({ activities, aws })
  world = await worldOf(clusters)
})
afterAll(() => clusters.stop())

const rights = async (): Promise<KubernetesObject[]> => {
  const file = new URL('../../../deploy/rbac/norikae.yaml', import.meta.url)
  return parseAllDocuments(await readFile(file, 'utf8')).map((d) => d.toJS() as KubernetesObject) // the file is ours
}

accessContract(() => world)

test('an entry of another group is left alone', async () => {
  const eks = clusters.ports.eks(scope.region)
  const principalArn = 'arn:aws:iam::123456789012:role/other'
  await eks.createAccess(scope.blue, principalArn, ['norikae'], 'token-1')
  await eks.createAccess(scope.green, principalArn, ['viewers'], 'token-2')
  expect(
    await ending(
      clusters.activities.grantAccess,
      call<'grantAccess'>({ cluster: scope.green, principalArn, like: scope.blue }),
    ),
  ).toEqual({
    type: 'Contested',
    message: `the access entry of ${principalArn} on ${scope.green} is there already, and not of the Kubernetes groups norikae as on ${scope.blue}. Delete it, then retry`,
  })
})

test('whom blue lets in as an administrator, green does too', async () => {
  const eks = clusters.ports.eks(scope.region)
  const { roleArn } = clusters.aws.identity
  await eks.allow(scope.blue, roleArn, ADMINISTRATOR)
  await letIn(clusters)
  expect(clusters.aws.eks.access(scope.green, roleArn)).toEqual({ groups: ['norikae'], admin: true })
})
