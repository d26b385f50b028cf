import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ADMINISTRATOR } from '../../../src/domain/access.ts'
import type { Organ } from '../../../src/domain/examination.ts'
import type { KubernetesObject } from '../../../src/sandbox/types.ts'
import { accessContract, letIn, shutOut } from '../../contract/access.ts'
import { policy, rolesContract } from '../../contract/roles.ts'
import type { WorldUnderTest } from '../../contract/workload-actions.ts'
import { attempted, driven, ending } from '../../support/driven.ts'
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
rolesContract(() => world)

test('an entry of another group is left alone', async () => {
  const eks = clusters.theirs.eks(scope.region)
  const principalArn = 'arn:aws:iam::123456789012:role/other'
  await eks.createAccess(scope.blue, { principalArn, groups: ['norikae'], tags: {} }, 'token-1')
  await eks.createAccess(scope.green, { principalArn, groups: ['viewers'], tags: {} }, 'token-2')
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
  const eks = clusters.theirs.eks(scope.region)
  const { roleArn } = clusters.aws.identity
  await eks.allow(scope.blue, roleArn, ADMINISTRATOR)
  await letIn(clusters)
  expect(clusters.aws.eks.access(scope.green, roleArn)).toEqual({ groups: ['norikae'], admin: true })
})

describe('who else gets into blue, and what its pods act as', () => {
  const eks = () => clusters.theirs.eks(scope.region)
  const sides = { cluster: scope.green, like: scope.blue }
  const principalArn = 'arn:aws:iam::123456789012:role/people/Developers'
  const view = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'
  const entry = { principalArn, type: 'STANDARD', groups: ['developers'], policies: [], tags: { team: 'scala' } }
  const identity = { namespace: 'shop', serviceAccount: 'api', roleArn: 'arn:aws:iam::123456789012:role/s3', tags: {} }

  test('an entry gets onto green with its policies, each in its namespaces; again changes nothing', async () => {
    await eks().createAccessEntry(scope.blue, entry, 'token-3')
    await eks().allow(scope.blue, principalArn, view, ['shop'])
    await driven(clusters.activities.copyAccessEntry, call<'copyAccessEntry'>({ ...sides, principalArn }))
    expect(await eks().accessEntry(scope.green, principalArn)).toMatchObject({
      groups: ['developers'],
      policies: [{ arn: view, namespaces: ['shop'] }],
      tags: { team: 'scala', 'norikae.io/platform': scope.platform },
    })
    const before = clusters.aws.calls().filter((c) => /^(Create|Associate)/.test(c.operation)).length
    await driven(clusters.activities.copyAccessEntry, call<'copyAccessEntry'>({ ...sides, principalArn }))
    expect(clusters.aws.calls().filter((c) => /^(Create|Associate)/.test(c.operation))).toHaveLength(before)
  })

  test('a pod identity gets onto green; one that is another there is left alone', async () => {
    await eks().createPodIdentity(scope.blue, identity, 'token-4')
    await driven(
      clusters.activities.copyPodIdentity,
      call<'copyPodIdentity'>({ ...sides, namespace: 'shop', serviceAccount: 'api' }),
    )
    expect(await eks().podIdentity(scope.green, 'shop', 'api')).toMatchObject({ roleArn: identity.roleArn })
    const other = { ...identity, serviceAccount: 'web' }
    await eks().createPodIdentity(scope.blue, other, 'token-5')
    await eks().createPodIdentity(scope.green, { ...other, roleArn: `${identity.roleArn}-other` }, 'token-6')
    expect(
      await ending(
        clusters.activities.copyPodIdentity,
        call<'copyPodIdentity'>({ ...sides, namespace: 'shop', serviceAccount: 'web' }),
      ),
    ).toMatchObject({ type: 'Contested', message: expect.stringContaining('with another roleArn than on') as string })
  })

  test('the aws-auth ConfigMap gets onto green as it is; one that says otherwise is left alone', async () => {
    const copy = call<'copyAwsAuth'>(sides)
    const object = (mapRoles: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'kube-system', name: 'aws-auth' },
      data: { mapRoles },
    })
    const { activities, ports, blue } = clusters
    expect((await driven(activities.copyAwsAuth, copy)).answer.note).toBe(
      `${scope.blue} has no aws-auth ConfigMap any more`,
    )
    blue.apply(object('- rolearn: a'))
    await driven(activities.copyAwsAuth, copy)
    const green = await ports.kubernetes(scope.region, scope.green)
    expect(await green.find('ConfigMap', 'kube-system', 'aws-auth')).toMatchObject({
      data: { mapRoles: '- rolearn: a' },
    })
    blue.apply(object('- rolearn: b'))
    expect(await ending(activities.copyAwsAuth, copy)).toMatchObject({ type: 'Contested' })
  })

  test('what blue has no more is not put on green', async () => {
    const gone = 'arn:aws:iam::123456789012:role/gone'
    const { activities } = clusters
    const ofEntry = await driven(activities.copyAccessEntry, call<'copyAccessEntry'>({ ...sides, principalArn: gone }))
    expect(ofEntry.answer.note).toContain('has no access entry on')
    const none = { ...sides, namespace: 'shop', serviceAccount: 'gone' }
    expect((await driven(activities.copyPodIdentity, call<'copyPodIdentity'>(none))).answer.note).toContain('any more')
    expect(await eks().accessEntry(scope.green, gone)).toBeUndefined()
  })
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
  expect(await is('identity')).toEqual([
    ['AWS identity', 'works', `${roleArn}, in account 123456789012`],
    ['removing blue', 'works', `as ${clusters.aws.decommissionRoleArn}`],
  ])
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

test('who gets a role by EKS proves it by their association and by whom the role lets in', async () => {
  const { activities, aws, theirs, blue, green } = clusters
  const namespaces = ['given']
  const given = `arn:aws:iam::${scope.account}:role/given`
  for (const side of [blue, green]) side.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'given' } })
  const eks = theirs.eks(scope.region)
  const arnOf = async (name: string) => (await eks.findCluster(name))?.arn ?? ''
  const [its, greens] = [await arnOf(scope.blue), await arnOf(scope.green)]
  const pods = (...arns: readonly string[]) =>
    policy({
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: { ArnEquals: { 'aws:SourceArn': arns } },
    })
  aws.iam.seedRole('given', pods(its))
  const identity = { namespace: 'given', serviceAccount: 'web', roleArn: given, tags: {} }
  await eks.createPodIdentity(scope.blue, identity, 'given-blue')
  const prove = call<'proveRoles'>({ app: 'files', environment: 'test', namespaces, on: 'green' })
  expect(await attempted(activities.proveRoles, prove)).toBe(
    '1 of 1 service accounts of files do not get their roles on green: given/web has no pod identity association on green',
  )
  await eks.createPodIdentity(scope.green, identity, 'given-green')
  expect(await attempted(activities.proveRoles, prove)).toContain(
    `given/web does not get ${given}: its trust policy lets in ${scope.blue} and not ${scope.green}`,
  )
  aws.iam.seedRole('given', pods(its, greens))
  const { answer } = await driven(activities.proveRoles, prove)
  expect(answer).toEqual({ note: '1 service account gets its role on green' })
})
