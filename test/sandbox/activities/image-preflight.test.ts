import { afterAll, beforeAll, expect, test } from 'vitest'
import { imageSurvey } from '../../../src/activities/registry-images.ts'
import type { KubernetesObject } from '../../../src/domain/kubernetes-objects.ts'
import { driven } from '../../support/driven.ts'
import { aSmallFile, seedBlue } from '../../support/small-platform.ts'
import { aDeployment, aSmallWorld, scope, type SmallWorld } from '../../support/small-world.ts'

let world: SmallWorld
beforeAll(async () => {
  world = await aSmallWorld()
  await seedBlue(world)
  const labels = { app: 'shop', team: 'sre', env: 'test' }
  world.cluster(scope.blue).apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } })
})
afterAll(() => world.stop())

const host = (account: string) => `${account}.dkr.ecr.${scope.region}.amazonaws.com`
function runs(name: string, namespace: string, image: string): void {
  const { spec, ...rest } = aDeployment(name, namespace, 1)
  const template = { ...(spec?.['template'] as object), spec: { containers: [{ name: 'app', image }] } } // it was just made
  world.cluster(scope.blue).apply({ ...rest, spec: { ...spec, template } } satisfies KubernetesObject)
}

test('what blue runs and its registry has deleted is a blocker before anything is built', async () => {
  world.aws.ecr.push('shop/web', { digest: 'sha256:1', tag: '7' }, { digest: 'sha256:2', tag: '8' })
  world.aws.ecr.remove('shop/web', '7')
  runs('gone', 'shop', `${host(scope.account)}/shop/web:7`)
  runs('there', 'shop', `${host(scope.account)}/shop/web:8`)
  runs('elsewhere', 'shop', `${host('210987654321')}/web:1`)
  // EKS brings its own.
  runs('coredns', 'kube-system', `${host('602401143452')}/eks/coredns:v1`)
  const request = { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: aSmallFile() }
  const workflow = { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` }
  const { answer } = await driven(world.activities.prepare, request, { workflow })
  const found = answer.plan.findings.filter((f) => f.code.startsWith('image-'))
  expect(found.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual([
    'blocker image-gone Deployment/shop/gone',
    'info image-not-looked-for ECR 210987654321 in ap-northeast-1',
  ])
})

test('a registry that does not answer is told, and stops no plan', async () => {
  const error = { code: 'ServerException', message: 'busy', status: 500 }
  world.faults.fail('ecr:DescribeImages', error, 20)
  const found = await imageSurvey(await world.ports.kubernetes(scope.region, scope.blue), (region) =>
    world.ports.registry(region),
  )
  world.faults.clear()
  expect(found.map((f) => `${f.level} ${f.about}: ${f.message}`).toSorted()).toEqual([
    `info ECR ${scope.account} in ${scope.region}: it does not answer the worker, so whether green can pull the images of shop/web is not known`,
    `info ECR 210987654321 in ${scope.region}: it does not answer the worker, so whether green can pull the images of web is not known`,
  ])
})
