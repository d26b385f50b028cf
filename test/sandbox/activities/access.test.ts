import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ADMINISTRATOR } from '../../../src/domain/access.ts'
import type { Organ } from '../../../src/domain/examination.ts'
import type { KubernetesObject } from '../../../src/sandbox/types.ts'
import { accessContract, letIn, shutOut } from '../../contract/access.ts'
import type { WorldUnderTest } from '../../contract/workload-actions.ts'
import { driven, ending } from '../../support/driven.ts'
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

test('the doctor looks at each thing by itself, and says what is missing', async () => {
  const { examine } = clusters.activities
  const file = aFileOf('123456789012')
  const asked = (organ: Organ, text = file) => ({ organ, platform: scope.platform, file: text })
  const look = async (organ: Organ, text = file) => (await driven(examine, asked(organ, text), { withinMs: 0 })).answer
  const is = async (organ: Organ) => (await look(organ)).map((s) => [s.about, s.is, s.saw])
  expect(await is('file')).toEqual([
    ['platform file', 'works', `demo.yaml, sent along: demo in 123456789012, ${scope.region}; 1 teams, production`],
  ])
  const { roleArn } = clusters.aws.identity
  expect(await is('identity')).toEqual([['AWS identity', 'works', `${roleArn}, in account 123456789012`]])
  expect(await is('clusters')).toEqual([
    ['clusters', 'works', `${scope.blue} (1.35, ACTIVE), ${scope.green} (1.36, ACTIVE)`],
  ])
  expect((await is('network')).concat(await is('volumes')).map((s) => s[1])).toEqual(['works', 'works'])
  expect((await look('rights')).map((s) => s.about)).toEqual([`rights on ${scope.blue}`, `rights on ${scope.green}`])
  expect(await is('teams')).toEqual([['team sre', 'look', '2 approvers; nobody is told when they are asked']])
  await expect(look('metrics')).rejects.toThrow('POST http://127.0.0.1:9/')
  await expect(driven(examine, { organ: 'file', platform: 'nope' })).rejects.toMatchObject({ type: 'NotFound' })
  expect(await look('identity', aFileOf('999999999999'))).toMatchObject([
    { is: 'broken', todo: 'start a worker with credentials of 999999999999' },
  ])
})

const aFileOf = (account: string) => `apiVersion: norikae.io/v1
platform: demo
account: "${account}"
region: ${scope.region}
health: { prometheus: { url: http://127.0.0.1:9 } }
teams:
  sre: { approvers: [aoki@example.com, baba@example.com] }
platformTeam: sre
environments:
  production: {}
`
