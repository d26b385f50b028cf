import { EKS } from '@aws-sdk/client-eks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientOptions } from '../../../src/adapters/aws-client.ts'
import { eks } from '../../../src/adapters/eks/eks-port.ts'
import { leftOut, notingUnknown } from '../../../src/adapters/eks/unknown.ts'
import { aServer, credentials } from './local.ts'

let server: Awaited<ReturnType<typeof aServer>>
let client: EKS
let answer: unknown
beforeAll(async () => {
  server = await aServer(() => ({ json: answer }))
  client = notingUnknown(new EKS({ ...clientOptions('ap-northeast-1', { credentials }), endpoint: server.url }))
})
afterAll(async () => {
  client.destroy()
  await server.stop()
})

test('what EKS tells of a cluster and this SDK does not know is named by its path', async () => {
  answer = {
    cluster: {
      name: 'blue',
      createdAt: 1_760_000_000.5,
      tags: { any: 'tag' },
      quantumConfig: { enabled: true },
      switchedOff: { enabled: false, list: [] },
      resourcesVpcConfig: { subnetIds: ['subnet-1'], lane: 'fast' },
    },
  }
  const found = await eks(client).findCluster('blue')
  expect(found).toMatchObject({ name: 'blue', resourcesVpcConfig: { subnetIds: ['subnet-1'] } })
  expect(found?.unknown).toEqual(['quantumConfig', 'resourcesVpcConfig.lane'])
})

test('so it is of a node group', async () => {
  answer = {
    nodegroup: {
      nodegroupName: 'apps',
      taints: [
        { key: 'a', until: 'noon' },
        { key: 'b', until: 'one' },
      ],
    },
  }
  expect((await eks(client).findNodegroup('blue', 'apps'))?.unknown).toEqual(['taints.until'])
})

test('so it is of an add-on', async () => {
  answer = { addon: { addonName: 'coredns', tuning: { cache: 30 } } }
  expect((await eks(client).findAddon('blue', 'coredns'))?.unknown).toEqual(['tuning'])
})

test('so it is of a Fargate profile, a pod identity, an access entry and an identity provider', async () => {
  answer = { fargateProfile: { fargateProfileName: 'batch', sizing: 'large' } }
  expect((await eks(client).findFargateProfile('blue', 'batch'))?.unknown).toEqual(['sizing'])
  answer = { associations: [{ associationId: 'a-1' }], association: { namespace: 'shop', lifetime: 60 } }
  expect(await eks(client).podIdentities('blue')).toMatchObject([{ namespace: 'shop', unknown: ['lifetime'] }])
  answer = { associatedAccessPolicies: [], accessEntry: { type: 'STANDARD', hours: 'office' } }
  expect((await eks(client).accessEntry('blue', 'arn:aws:iam::1:role/dev'))?.unknown).toEqual(['hours'])
  answer = {
    identityProviderConfigs: [{ type: 'oidc', name: 'corp' }],
    identityProviderConfig: { oidc: { identityProviderConfigName: 'corp', pkce: true } },
  }
  expect(await eks(client).identityProviders('blue')).toMatchObject([{ name: 'corp', unknown: ['pkce'] }])
})

test('an answer that the SDK knows in whole has none', async () => {
  answer = { cluster: { name: 'blue', health: { issues: [] }, accessConfig: { authenticationMode: 'API' } } }
  expect('unknown' in ((await eks(client).findCluster('blue')) ?? {})).toBe(false)
})

test('values are not compared, only whether they are there', () => {
  expect(leftOut({ at: 1, no: null, list: [{ a: 1 }] }, { at: new Date(1), list: [{ a: 'x' }] })).toEqual([])
})
