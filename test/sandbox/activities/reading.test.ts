import { EKS } from '@aws-sdk/client-eks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMINISTRATOR } from '../../../src/domain/access.ts'
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
