import { expect, test } from 'vitest'
import { argocdOnBlueFindings } from '../../src/domain/argocd-on-blue.ts'
import { aClusterSecret, aController } from '../support/applications.ts'

const blue = {
  name: 'demo-1-35',
  arn: 'arn:aws:eks:ap-northeast-1:123456789012:cluster/demo-1-35',
  endpoint: 'https://ABC.gr7.ap-northeast-1.eks.amazonaws.com',
}
const controller = aController('argocd', 'quay.io/argoproj/argocd:v3.5.1')
const home = aClusterSecret('home', 'https://kubernetes.default.svc')
const tools = aClusterSecret('tools', 'https://tools.example:443')
const elsewhere = { ...tools, metadata: { ...tools.metadata, namespace: 'other' } }

test.for([
  { says: 'no controller', workloads: [], secrets: [tools], level: undefined },
  {
    says: 'another thing with that label',
    workloads: [aController('x', 'argoproj/argo-rollouts:1')],
    secrets: [tools],
  },
  {
    says: 'one from a mirror, by its digest',
    workloads: [aController('argocd', 'mirror.test/argocd@sha256:0')],
    secrets: [],
    level: 'warning',
  },
  { says: 'one that knows its own cluster alone', workloads: [controller], secrets: [home], level: 'warning' },
  {
    says: 'one that knows blue by its endpoint',
    workloads: [controller],
    secrets: [aClusterSecret('b', `${blue.endpoint}/`)],
    level: 'warning',
  },
  {
    says: 'clusters of an Argo CD of another namespace',
    workloads: [controller],
    secrets: [elsewhere],
    level: 'warning',
  },
  { says: 'one that deploys to others', workloads: [controller], secrets: [home, tools], level: 'blocker' },
])('an Argo CD on blue: $says', ({ workloads, secrets, level }) => {
  const found = argocdOnBlueFindings(blue, workloads, secrets)
  expect(found.map((f) => f.level)).toEqual(level === undefined ? [] : [level])
  for (const { code, about, message } of found) {
    expect([code, about]).toEqual(['argocd-hub-on-blue', blue.name])
    expect(message.includes('(tools)')).toBe(level === 'blocker')
  }
})

test('each Argo CD on blue is told, and a green that is there is no other cluster', () => {
  const green = { arn: `${blue.arn}-next`, endpoint: 'https://DEF.gr7.ap-northeast-1.eks.amazonaws.com' }
  const two = [controller, aController('team', 'quay.io/argoproj/argocd:v3.5.1')]
  const toGreen = [aClusterSecret('a', green.endpoint), aClusterSecret('b', green.arn)]
  const theirs = { ...tools, metadata: { ...tools.metadata, namespace: 'team' } }
  const levels = (adopted?: typeof green) =>
    argocdOnBlueFindings(blue, two, [...toGreen, theirs], adopted).map((f) => f.level)
  expect(levels(green)).toEqual(['warning', 'blocker'])
  expect(levels()).toEqual(['blocker', 'blocker'])
})
