import { describe, expect, test } from 'vitest'
import {
  concerns,
  identityOf,
  isOn,
  labelFor,
  makerAmong,
  placesOf,
  registered,
  revisionInWords,
  runs,
  type Registered,
} from '../../src/domain/argocd.ts'
import { aClusterSecret, anApplication, anApplicationSet, SERVER } from '../support/applications.ts'

const arn = 'arn:aws:eks:ap-northeast-1:123456789012:cluster/blue'
const known = (name: string, server: string): Registered => ({ name, server, secret: aClusterSecret(name, server) })
const blue = known('blue', SERVER)

test('a label is filled in for an app and an environment', () => {
  expect(labelFor('norikae.io/{app}.{environment}=enabled', 'chat-api', 'test')).toEqual({
    key: 'norikae.io/chat-api.test',
    value: 'enabled',
  })
})

describe('a cluster’s Secret', () => {
  test.for([
    { says: 'is known by the endpoint', server: 'https://ABC.gr7.eks.test', found: true },
    { says: 'however that is written', server: 'https://abc.gr7.eks.test:443/', found: true },
    { says: 'or by the ARN', server: arn, found: true },
    { says: 'and not by a name that another cluster had', server: 'https://old.eks.test', found: false },
    { says: 'at home also by the address inside', server: 'https://kubernetes.default.svc', atHome: true, found: true },
    { says: 'which elsewhere is another cluster', server: 'https://kubernetes.default.svc', found: false },
  ])('$says', ({ server, found, atHome = false }) => {
    const secrets = [aClusterSecret('other', 'https://other.eks.test'), aClusterSecret('blue', server)]
    const it = registered(secrets, { arn, endpoint: 'https://ABC.gr7.eks.test' }, atHome)
    expect(it?.name).toBe(found ? 'blue' : undefined)
  })

  test('of a cluster without an endpoint yet is found by its ARN only', () => {
    expect(registered([aClusterSecret('blue', '')], { arn }, false)).toBeUndefined()
    expect(registered([aClusterSecret('blue', arn)], { arn }, false)?.name).toBe('blue')
  })
})

test.for([
  { says: 'by server', destination: { server: `${SERVER}/`, namespace: 'shop' }, on: true },
  { says: 'by name', destination: { name: 'blue', namespace: 'shop' }, on: true },
  { says: 'not by another server', destination: { server: 'https://green', name: 'blue' }, on: false },
  { says: 'not by another name', destination: { name: 'green' }, on: false },
  { says: 'not by nothing', destination: {}, on: false },
])('an Application deploys to a cluster $says', ({ destination, on }) => {
  expect(isOn(anApplication({ spec: { destination } }), blue)).toBe(on)
})

test.for([
  { says: 'its destination', it: anApplication(), does: true },
  {
    says: 'what it has deployed',
    it: anApplication({
      spec: { destination: { server: SERVER } },
      status: { resources: [{ kind: 'Service', namespace: 'shop', name: 'web' }] },
    }),
    does: true,
  },
  { says: 'neither', it: anApplication({ spec: { destination: { namespace: 'mail' } } }), does: false },
])('an Application concerns a namespace by $says', ({ it, does }) => expect(concerns(it, ['shop'])).toBe(does))

describe('two Applications deploy the same', () => {
  const green = known('green', 'https://green')
  const on = (cluster: Registered, spec: object = {}) => {
    const destination = { server: cluster.server, namespace: 'shop' }
    return identityOf(anApplication({ spec: { destination, ...spec } }), cluster, `eks-${cluster.name}`)
  }
  test('from one source on two clusters', () => expect(on(blue)).toBe(on(green)))
  test('from a folder for each cluster', () => {
    const of = (path: string) => ({ source: { repoURL: 'r', path } })
    expect(on(blue, of('clusters/blue/shop'))).toBe(on(green, of('clusters/green/shop')))
    expect(on(blue, of('clusters/eks-blue'))).toBe(on(green, of('clusters/eks-green')))
    expect(on(blue, of('clusters/blue/shop'))).not.toBe(on(green, of('clusters/green/mail')))
  })
  test('from several sources', () => {
    const sources = [{ repoURL: 'charts', chart: 'shop' }, { repoURL: 'values' }]
    expect(on(blue, { sources })).toBe(on(green, { sources }))
    expect(on(blue, { sources })).not.toBe(on(green, { sources: sources.slice(1) }))
  })
  test('and not into two namespaces', () => {
    expect(on(blue)).not.toBe(on(blue, { destination: { server: SERVER, namespace: 'mail' } }))
  })
})

test.for([
  { says: 'what it was compared with, where it is synced', status: { history: [{ revision: 'old' }] }, is: ['a'] },
  {
    says: 'what was synced last, where more was committed',
    status: { sync: { status: 'OutOfSync', revision: 'new' }, history: [{ revision: 'x' }, { revision: 'old' }] },
    is: ['old'],
  },
  {
    says: 'of several sources each',
    status: { sync: { status: 'Synced', revisions: ['a', '1.2'] } },
    is: ['a', '1.2'],
  },
  {
    says: 'what it was compared with, where something only waits to be pruned',
    status: {
      sync: { status: 'OutOfSync', revision: 'new' },
      history: [{ revision: 'old' }],
      resources: [{ status: 'Synced' }, { status: 'OutOfSync', requiresPruning: true }],
    },
    is: ['new'],
  },
  {
    says: 'what was synced last, where something else differs too',
    status: {
      sync: { status: 'OutOfSync', revision: 'new' },
      history: [{ revision: 'old' }],
      resources: [{ status: 'OutOfSync' }, { status: 'OutOfSync', requiresPruning: true }],
    },
    is: ['old'],
  },
  { says: 'nothing before its first sync', status: { sync: { status: 'OutOfSync', revision: 'new' } }, is: [] },
])('an Application runs $says', ({ status, is }) => expect(runs(anApplication({ status }))).toEqual(is))

test('a commit is told in seven characters, a version as it is', () => {
  expect(revisionInWords(['0123456789abcdef0123456789abcdef01234567', '1.2.3'])).toBe('0123456 1.2.3')
  expect(revisionInWords([])).toBe('nothing')
})

test('an Application is made by the ApplicationSet of its own namespace, and not by one of that name elsewhere', () => {
  const theirs = anApplicationSet()
  const other = { ...theirs, metadata: { name: 'shop', namespace: 'team-a' } }
  expect(placesOf({ cluster: 'tools', namespace: 'argocd', applications: ['team-a'] })).toEqual(['argocd', 'team-a'])
  expect(makerAmong([other, theirs], anApplication())).toBe(theirs)
  expect(makerAmong([other], anApplication())).toBeUndefined()
  expect(makerAmong([theirs, other], anApplication({ metadata: { namespace: 'team-a' } }))).toBe(other)
})
