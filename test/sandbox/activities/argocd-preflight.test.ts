import { afterAll, beforeAll, expect, test } from 'vitest'
import { driven } from '../../support/driven.ts'
import { aClusterSecret, aController } from '../../support/applications.ts'
import { aSmallFile, seedBlue } from '../../support/small-platform.ts'
import { aDeployment, aService, aSmallWorld, scope, type SmallWorld } from '../../support/small-world.ts'

let world: SmallWorld
beforeAll(async () => {
  world = await aSmallWorld()
  await seedBlue(world)
  const blue = world.cluster(scope.blue)
  const labels = { app: 'shop', team: 'sre', env: 'test' }
  blue.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } })
  blue.apply(aDeployment('web', 'shop', 2))
  blue.apply(aService('web', 'shop'))
})
afterAll(() => world.stop())

const fileWith = (argocd: string) =>
  aSmallFile(`apps: { shop: { deploy: argocd } }
argocd: { cluster: ${argocd} }
`)

test.for([
  { says: 'that is nowhere cannot be read', cluster: 'tools-1-35', codes: ['argocd-unreadable tools-1-35 argocd'] },
  {
    says: 'on blue would go with blue, and is looked at all the same',
    cluster: scope.blue,
    codes: [`argocd-on-blue ${scope.blue}`, `argocd-blue-unknown ${scope.blue}`],
  },
])('an Argo CD $says: a blocker before anything is built', async ({ cluster, codes }) => {
  const request = { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: fileWith(cluster) }
  const workflow = { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` }
  const { answer } = await driven(world.activities.prepare, request, { workflow })
  const found = answer.plan.findings.filter((f) => f.code.startsWith('argocd-'))
  expect(found.map((f) => `${f.code} ${f.about}`)).toEqual(codes)
  expect(new Set(found.map((f) => f.level))).toEqual(new Set(['blocker']))
})

const asked = async (file: string) => {
  const request = { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file }
  const workflow = { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` }
  const { answer } = await driven(world.activities.prepare, request, { workflow })
  return answer.plan.findings.filter((f) => f.code.startsWith('argocd-'))
}

test('an Argo CD on blue that the platform file does not name is found, and a blocker where it deploys elsewhere too', async () => {
  const blue = world.cluster(scope.blue)
  const apply = (object: object) => blue.apply(structuredClone(object) as Parameters<typeof blue.apply>[0]) // its lists are readonly
  const file = aSmallFile('')
  expect(await asked(file)).toEqual([])
  blue.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gitops' } })
  apply(aController('gitops', 'quay.io/argoproj/argocd:v3.5.1'))
  expect(await asked(file)).toMatchObject([{ level: 'warning', code: 'argocd-hub-on-blue', about: scope.blue }])
  const secret = aClusterSecret('tools', 'https://tools.example')
  const labels = { 'argocd.argoproj.io/secret-type': 'cluster' }
  apply({ ...secret, metadata: { ...secret.metadata, namespace: 'gitops', labels } })
  expect(await asked(file)).toMatchObject([
    { level: 'blocker', code: 'argocd-hub-on-blue', message: expect.stringContaining('(tools)') as string },
  ])
  // One that is named there is told of as that.
  expect((await asked(fileWith(scope.blue))).map((f) => f.code)).not.toContain('argocd-hub-on-blue')
})
