import { expect, test } from 'vitest'
import { askedOf, imageFindings, registryImage, usedImages, type Answered } from '../../src/domain/registry-images.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const HOST = '123456789012.dkr.ecr.ap-northeast-1.amazonaws.com'
const here = { account: '123456789012', region: 'ap-northeast-1' }
const digest = `sha256:${'0'.repeat(64)}`

test.for([
  { image: `${HOST}/web:7`, is: { repository: { ...here, name: 'web' }, id: { tag: '7' } } },
  { image: `${HOST}/shop/web:7`, is: { repository: { ...here, name: 'shop/web' }, id: { tag: '7' } } },
  { image: `${HOST}/web`, is: { repository: { ...here, name: 'web' }, id: { tag: 'latest' } } },
  { image: `${HOST}/web:7@${digest}`, is: { repository: { ...here, name: 'web' }, id: { digest } } },
  {
    image: '210987654321.dkr.ecr-fips.us-east-1.amazonaws.com/web:7',
    is: { repository: { account: '210987654321', region: 'us-east-1', name: 'web' }, id: { tag: '7' } },
  },
  {
    image: '123456789012.dkr-ecr.ap-northeast-1.on.aws/web:7',
    is: { repository: { ...here, name: 'web' }, id: { tag: '7' } },
  },
  { image: 'public.ecr.aws/nginx/nginx:1', is: undefined },
  { image: 'nginx', is: undefined },
  { image: 'registry.example.com:5000/web:7', is: undefined },
  { image: `evil.example.com/${HOST}/web:7`, is: undefined },
  { image: HOST, is: undefined },
])('$image', ({ image, is }) => {
  expect(registryImage(image)).toEqual(is)
})

const made = (kind: string, name: string, images: readonly string[], spec: object = {}): KubernetesObject => {
  const template = { spec: { containers: images.map((image) => ({ image })) } }
  const inside = kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template }
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'shop' }, spec: { ...inside, ...spec } }
}
const web = made('Deployment', 'web', [`${HOST}/web:7`, 'nginx:1', `${HOST}/proxy:1`])
const old = made('CronJob', 'old', [`${HOST}/web:3`], { suspend: true })
const used = [web, made('StatefulSet', 'again', [`${HOST}/web:7`]), old].flatMap(usedImages)

test('each repository is asked once, for each of its images once', () => {
  expect(askedOf(used)).toEqual([
    { repository: { ...here, name: 'web' }, ids: [{ tag: '7' }, { tag: '3' }] },
    { repository: { ...here, name: 'proxy' }, ids: [{ tag: '1' }] },
  ])
})

const answer = (name: string, missing: Answered['missing']): Answered => ({ repository: { ...here, name }, missing })
test.for<{ says: string; answers: readonly Answered[]; is: readonly string[] }>([
  { says: 'what is all there', answers: [answer('web', []), answer('proxy', [])], is: [] },
  {
    says: 'what is gone, by each workload that needs it',
    answers: [answer('web', [{ tag: '7' }])],
    is: ['blocker image-gone Deployment/shop/web', 'blocker image-gone StatefulSet/shop/again'],
  },
  {
    says: 'what is gone and does not run',
    answers: [answer('web', [{ tag: '3' }])],
    is: ['warning image-gone CronJob/shop/old'],
  },
  { says: 'the same tag of another repository', answers: [answer('proxy', [{ tag: '7' }])], is: [] },
  {
    says: 'what may not be looked at, and what does not answer, once a registry',
    answers: [answer('web', 'denied'), answer('proxy', 'silent')],
    is: Array.from({ length: 2 }, () => 'info image-not-looked-for ECR 123456789012 in ap-northeast-1'),
  },
  {
    says: 'what may not be looked at, once a registry',
    answers: [answer('web', 'denied'), answer('proxy', 'denied')],
    is: ['info image-not-looked-for ECR 123456789012 in ap-northeast-1'],
  },
])('told of $says', ({ answers, is }) => {
  expect(imageFindings(used, answers).map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual(is)
})

test.for([
  {
    says: 'a Deployment scaled to none',
    workload: made('Deployment', 'w', [`${HOST}/a`], { replicas: 0 }),
    runs: false,
  },
  { says: 'a Deployment', workload: made('Deployment', 'w', [`${HOST}/a`]), runs: true },
  { says: 'a DaemonSet', workload: made('DaemonSet', 'w', [`${HOST}/a`]), runs: true },
  { says: 'a CronJob', workload: made('CronJob', 'w', [`${HOST}/a`]), runs: true },
  { says: 'a suspended CronJob', workload: old, runs: false },
])('$says: $runs', ({ workload, runs }) => {
  expect(usedImages(workload)).toMatchObject([{ runs }])
})
