import { afterAll, beforeAll, expect, test } from 'vitest'
import { differences, type Side } from '../../../src/sandbox/judge/twin.ts'
import { lookAt } from '../../../src/sandbox/judge/twin-sides.ts'
import { apply, nothingKnown } from '../../../src/sandbox/network-owner.ts'
import { clusterTag } from '../../../src/sandbox/seed/blue.ts'
import { seedBlue, seedLikeBlue, seedRoles } from '../../../src/sandbox/seed.ts'
import { BLUE } from '../../../src/sandbox/seed/apps.ts'
import { aSmallWorld, type SmallWorld } from '../../support/small-world.ts'

/** The judge has to see what green lacks, and nothing where it lacks nothing: without the one the other says nothing. */

const GREEN = { name: 'chatwork-prod-1-36', version: '1.36' }

const aSide = (name: string, parts: Side['parts']): Side => ({ known: { name, group: `sg-of-${name}` }, parts })
const settings = (name: string) => ({
  arn: `arn:aws:eks:r:a:cluster/${name}`,
  createdAt: new Date(name === 'demo-1' ? 1 : 2),
  version: name,
  roles: ['b', 'a'],
  template: { instanceTypes: ['m6i.large', 'm7i.large'] },
  updates: [{ version: '1' }],
  tags: { team: 'sre', version: '1', [`kubernetes.io/cluster/${name}`]: 'owned', [`norikae.io/run`]: name },
  vpc: { public: true, groups: [`sg-of-${name}`] },
})
const blue = aSide('demo-1', { cluster: settings('demo-1') })
const like = settings('demo-2')
const its = (cluster: object, more: Side['parts'] = {}) =>
  aSide('demo-2', { cluster: { ...like, ...cluster }, ...more })

test.for<{ says: string; green: Side | undefined; told: readonly string[] }>([
  { says: 'its own name, group, version and time of making are no difference', green: its({}), told: [] },
  {
    says: 'nor the order of a list, or what is empty',
    green: its({ roles: ['a', 'b'], health: { issues: [] } }),
    told: [],
  },
  {
    says: 'another value',
    green: its({ vpc: { ...like.vpc, public: false } }),
    told: ['cluster vpc public: true, false'],
  },
  {
    says: 'the order in which types of nodes are tried',
    green: its({ template: { instanceTypes: ['m7i.large', 'm6i.large'] } }),
    told: ['cluster template instanceTypes: [m6i.large, m7i.large], [m7i.large, m6i.large]'],
  },
  {
    says: 'what must differ of a cluster, where it is a tag, or stands in a list',
    green: its({ tags: { ...like.tags, version: '2' }, updates: [{ version: '2' }] }),
    told: ['cluster updates: [{version: 1}], [{version: 2}]', 'cluster tags version: 1, 2'],
  },
  { says: 'a value that is lost', green: its({ roles: undefined }), told: ['cluster roles: [a, b], nothing'] },
  { says: 'a value that blue does not have', green: its({ more: 1 }), told: ['cluster more: nothing, 1'] },
  {
    says: 'a tag that still names blue',
    green: its({ tags: { team: 'sre', version: '1', 'kubernetes.io/cluster/demo-1': 'owned' } }),
    told: ['kubernetes.io/cluster/{name}: owned, nothing', 'kubernetes.io/cluster/demo-1: nothing, owned'],
  },
  {
    says: "blue's group",
    green: its({ vpc: { public: true, groups: ['sg-of-demo-1'] } }),
    told: ['vpc groups: [{group}], [sg-of-demo-1]'],
  },
  { says: 'a part that is too many', green: its({}, { 'add-on x': {} }), told: ['add-on x: nothing, is there'] },
  { says: 'a part that is lost', green: aSide('demo-2', {}), told: ['cluster: is there, nothing'] },
  { says: 'no cluster at all', green: undefined, told: ['cluster: is known, nothing'] },
])('$says', ({ green, told }) => {
  const found = differences(blue, green).map((d) => `${[d.part, d.setting].join(' ').trim()}: ${d.blue}, ${d.green}`)
  expect(found).toEqual(told.map((part) => expect.stringContaining(part)))
})

test('a blue that nobody looked at before is told, and not taken for the same', () => {
  expect(differences(undefined, its({}))).toEqual([{ part: 'cluster', blue: 'was never looked at', green: 'is there' }])
})

let world: SmallWorld
let before: Side | undefined
const owned = nothingKnown()
const told = (name: string) =>
  differences(before, lookAt(world.aws, name)).map((d) => [d.part, d.setting].join(' ').trim())

beforeAll(async () => {
  world = await aSmallWorld()
  await seedBlue(world.aws)
  seedRoles(world.aws)
  before = lookAt(world.aws, BLUE.name)
  await seedLikeBlue(world.aws, GREEN)
})
afterAll(() => world.stop())

test("the sandbox's blue has something of everything", () => {
  const parts = Object.keys(before?.parts ?? {})
  const of = (kind: string) => parts.filter((part) => part.startsWith(kind)).length
  expect({
    'node group': of('node group'),
    'add-on': of('add-on'),
    access: of('access of'),
    'pod identity': of('pod identity'),
    Fargate: of('Fargate'),
    'identity provider': of('identity provider'),
    'OIDC provider': of('OIDC provider'),
    'IAM role': of('IAM role'),
    'log group': of('log group'),
    'security group': of('security group'),
    subnet: of('subnet'),
  }).toEqual({
    'node group': 2,
    'add-on': 7,
    // The worker, two of people, nodes and Fargate's.
    access: 5,
    'pod identity': 3,
    Fargate: 1,
    'identity provider': 1,
    'OIDC provider': 1,
    'IAM role': 6,
    'log group': 1,
    'security group': 2,
    subnet: 3,
  })
  const { cluster, 'node group general': group } = before?.parts ?? {}
  expect(cluster).toMatchObject({
    computeConfig: { enabled: false },
    encryptionConfig: [{ resources: ['secrets'] }],
    deletionProtection: true,
  })
  const { template } = group as { template: { userData: string; tags: object } } // it is seeded with one
  expect(template.tags).toMatchObject({ team: 'sre', [`${BLUE.name}/nodes`]: 'general' })
  for (const value of ['name', 'endpoint', 'certificate authority'])
    expect(template.userData).toContain(before?.known[value])
})

test('what stays outside the cluster is missed until its owner has seen to it, who does what is asked for', async () => {
  const network = ['security group sg-0cacecacecacecace', 'security group sg-0db1db1db1db1db1d']
  const subnets = ['subnet-0a1a1a1a1a1a1a1a1', 'subnet-0c2c2c2c2c2c2c2c2', 'subnet-0d3d3d3d3d3d3d3d3']
  const roles = ['ebs-csi', 'fargate', 'files', 'mail', 'search', 'vpc-cni'].map(
    (name) => `IAM role chatwork-prod-${name}`,
  )
  const outside = ['OIDC provider {issuer}', ...roles, ...network, ...subnets.map((id) => `subnet ${id}`)]
  expect(told(GREEN.name).toSorted()).toEqual(outside.toSorted())
  const asked = world.ports.network(world.aws.identity.region)
  await asked.rulesNaming(world.aws.eks.whole(BLUE.name)?.securityGroup ?? '')
  apply(world.aws, owned)
  expect(told(GREEN.name).toSorted()).toEqual(outside.toSorted())
  await asked.tagged(clusterTag(BLUE.name))
  apply(world.aws, owned)
  expect(told(GREEN.name).toSorted()).toEqual(['OIDC provider {issuer}', ...roles, ...network].toSorted())
  await asked.rulesNaming(world.aws.eks.whole(GREEN.name)?.securityGroup ?? '')
  apply(world.aws, owned)
  expect(told(GREEN.name).toSorted()).toEqual(['OIDC provider {issuer}', ...roles].toSorted())
  expect(told(BLUE.name)).toEqual([])
})

test('what was looked at stays as it was, whatever becomes of the cluster', () => {
  const cluster = world.aws.eks.whole(BLUE.name)?.parts['cluster'] as { deletionProtection: boolean } // EKS always tells it
  cluster.deletionProtection = false
  expect(told(BLUE.name)).toEqual(['cluster deletionProtection'])
  cluster.deletionProtection = true
  expect(told(BLUE.name)).toEqual([])
})

test("the network's owner takes out what is gone, and leaves the rest as it was", async () => {
  const network = () => [world.aws.securityGroups.inventory(), world.aws.subnets.inventory()]
  const both = network()
  apply(world.aws, owned)
  expect(network()).toEqual(both)
  const eks = { ...world.aws.eks, inventory: () => world.aws.eks.inventory().filter((c) => c.name === BLUE.name) }
  apply({ ...world.aws, eks }, owned)
  expect(told(BLUE.name)).toEqual([])
  expect(JSON.stringify(network())).not.toContain(GREEN.name)
})
