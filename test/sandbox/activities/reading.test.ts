import { EKS } from '@aws-sdk/client-eks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMINISTRATOR } from '../../../src/domain/access.ts'
import { keySurvey } from '../../../src/activities/cluster-survey.ts'
import type { LaunchTemplate } from '../../../src/domain/ec2-objects.ts'
import { aNodeGroup } from '../../support/eks.ts'
import { driven } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { whoOnlyReads } from '../../support/reading.ts'
import { aSmallFile } from '../../support/small-platform.ts'
import { aSmallWorld, ofBlue, scope, type SmallWorld } from '../../support/small-world.ts'

/** What is asked for only where something is the matter is allowed too. */

const KEY = `arn:aws:kms:${scope.region}:${scope.account}:key/1`

let world: SmallWorld
beforeAll(async () => {
  world = await aSmallWorld({ aws: { updateMs: 60_000 } })
  const { admin: credentials, endpoint, identity } = world.aws
  const eks = world.theirs.eks(scope.region)
  const client = new EKS({ region: scope.region, endpoint, credentials })
  await client.createCluster({
    ...ofBlue,
    accessConfig: { authenticationMode: 'API' },
    encryptionConfig: [{ resources: ['secrets'], provider: { keyArn: KEY } }],
  })
  await eventually('blue is there', async () => (await eks.findCluster(scope.blue))?.status === 'ACTIVE')
  await eks.createAccess(scope.blue, { principalArn: identity.roleArn, groups: [], tags: {} }, 'own')
  await eks.allow(scope.blue, identity.roleArn, ADMINISTRATOR)
  await client.createCertificateAuthority({ clusterName: scope.blue })
  await client.updateClusterConfig({ name: scope.blue, deletionProtection: true })
  client.destroy()
})
afterAll(() => world.stop())

test('a key, a certificate authority and an update are looked at by whoever only reads', async () => {
  world.aws.keys.set(KEY, 'PendingDeletion')
  const { activities, denied } = whoOnlyReads(world)
  const request = { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: aSmallFile() }
  const workflow = { type: 'upgradePreflight', id: `upgrade-preflight/${scope.platform}/1` }
  const { answer } = await driven(activities.prepare, request, { workflow })
  const about = answer.plan.findings.map((f) => `${f.level} ${f.code} ${f.about}`)
  expect(about.filter((f) => /key-|ca-rotation|update-in|not-looked/.test(f))).toEqual([
    'blocker update-in-progress demo-1-35',
    'blocker ca-rotation demo-1-35 ca-2',
    `blocker key-unusable ${KEY}`,
  ])
  expect(denied()).toEqual([])
})

test('a key that nodes encrypt their volumes with is looked at by whoever only reads, and told where it cannot be used', async () => {
  const { keys, denied } = whoOnlyReads(world)
  const [good, bad] = ['2', '3'].map((id) => `arn:aws:kms:${scope.region}:${scope.account}:key/${id}`)
  world.aws.keys.set(good ?? '', 'Enabled')
  world.aws.keys.set(bad ?? '', 'Disabled')
  const template = (key: string | undefined) =>
    ({ settings: { BlockDeviceMappings: [{ Ebs: { KmsKeyId: key } }] } }) as unknown as LaunchTemplate // all that is looked at
  const found = await keySurvey(
    { keys },
    [good, bad].map((key) => ({ group: aNodeGroup(), template: template(key) })),
  )
  expect(found.map((f) => `${f.level} ${f.code} ${f.about}: ${f.message}`)).toEqual([
    `blocker key-unusable ${bad ?? ''}: node group ${aNodeGroup().name} encrypts its volumes with it, and its state is Disabled: its nodes would not start`,
  ])
  expect(denied()).toEqual([])
})
