import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addressingOf,
  freePrefixes,
  subnetFindings,
  type PodAddressing,
  type PresentSize,
  type SubnetDescription,
} from '../../src/domain/subnets.ts'
import { aCluster, aNodeGroup } from '../support/eks.ts'

const ids = ['subnet-a', 'subnet-c']
const subnet = (id: string, free: number): SubnetDescription => ({
  id,
  zone: `tokyo-${id.at(-1)}`,
  cidr: id === 'subnet-a' ? '10.0.0.0/24' : '10.0.1.0/24',
  free,
})
const { resourcesVpcConfig } = aCluster()
const blueWith = (ipFamily = 'ipv4') => ({
  cluster: aCluster({
    name: 'blue',
    resourcesVpcConfig: { ...resourcesVpcConfig, subnetIds: ids },
    kubernetesNetworkConfig: { ipFamily },
  }),
  nodegroups: [aNodeGroup({ subnets: ids, scalingConfig: { minSize: 1, maxSize: 9, desiredSize: 4 } })],
  fargateProfiles: [],
})
const usual: PodAddressing = { prefixes: false, elsewhere: false }
/** Two nodes with ten pods each: 22 addresses, and a fifth more is 27. */
const size: PresentSize = {
  nodesIn: new Map([
    ['tokyo-a', 1],
    ['tokyo-c', 1],
  ]),
  podsOn: [10, 10],
}

test.for<{
  says: string
  free: readonly [number, number]
  size?: PresentSize
  addressing?: PodAddressing
  ipFamily?: string
  are: readonly string[]
}>([
  { says: 'there is enough', free: [14, 14], are: [] },
  { says: 'one is missing', free: [13, 13], are: ['blocker subnet-addresses blue'] },
  { says: 'one zone has too few', free: [13, 20], are: ['warning subnet-addresses blue tokyo-a'] },
  {
    says: 'EC2 knows no nodes: their groups say how many, zones are not held apart',
    free: [5, 24],
    size: { nodesIn: new Map(), podsOn: [10, 10] },
    are: [],
  },
  {
    says: 'EC2 knows no nodes, and there are too few',
    free: [5, 23],
    size: { nodesIn: new Map(), podsOn: [10, 10] },
    are: ['blocker subnet-addresses blue'],
  },
  { says: 'pods have addresses from elsewhere', free: [5, 5], addressing: { ...usual, elsewhere: true }, are: [] },
  { says: 'pods have IPv6', free: [5, 5], ipFamily: 'ipv6', are: [] },
  {
    says: 'a zone has no room for a control plane',
    free: [4, 100],
    are: ['blocker subnet-control-plane blue', 'warning subnet-addresses blue tokyo-a'],
  },
])('subnets where $says', ({ free: [a, c], size: its = size, addressing = usual, ipFamily, are }) => {
  const found = subnetFindings(blueWith(ipFamily), [subnet('subnet-a', a), subnet('subnet-c', c)], its, addressing, [])
  expect(found.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual(are)
})

test('nodes of Auto Mode are in the subnets of their cluster', () => {
  const auto = { ...blueWith(), nodegroups: [] }
  const found = (free: number) =>
    subnetFindings(auto, [subnet('subnet-a', free), subnet('subnet-c', free)], size, usual, []).map((f) => f.code)
  expect(found(14)).toEqual([])
  expect(found(13)).toEqual(['subnet-addresses'])
})

test('a subnet that is gone is named', () => {
  const found = subnetFindings(blueWith(), [subnet('subnet-a', 99)], size, usual, [])
  expect(found.map((f) => `${f.code} ${f.about}`)).toContain('subnet-gone subnet-c')
})

test('where pods get prefixes, unbroken blocks count, and not single addresses', () => {
  const addressing = { ...usual, prefixes: true }
  const full = { nodesIn: size.nodesIn, podsOn: [17, 1] } // three blocks, and a fifth more is four
  const taken = (subnetId: string, left: number) => ({
    subnet: subnetId,
    // The first and the last are never free: 14 are.
    addresses: Array.from({ length: 14 - left }, (_, n) => `10.0.${ids.indexOf(subnetId)}.${(n + 1) * 16 + 3}`),
    prefixes: [],
  })
  const found = (a: number, c: number) =>
    subnetFindings(
      blueWith(),
      ids.map((id) => subnet(id, 200)),
      full,
      addressing,
      [taken('subnet-a', a), taken('subnet-c', c)],
    ).map((f) => f.code)
  expect(found(2, 2)).toEqual([])
  expect(found(2, 1)).toEqual(['subnet-prefixes'])
})

test.for([
  { cidr: '10.0.0.0/24', taken: [], free: 14 },
  {
    cidr: '10.0.0.0/24',
    taken: [{ addresses: ['10.0.0.20', '10.0.0.21', '10.1.0.40'], prefixes: ['10.0.0.32/28'] }],
    free: 12,
  },
  { cidr: '10.0.0.0/28', taken: [], free: 0 },
  { cidr: '10.0.0.0/29', taken: [], free: 0 },
])('of $cidr, $free blocks are free', ({ cidr, taken, free }) => expect(freePrefixes(cidr, taken)).toBe(free))

test('whatever is taken, there are never fewer than none, and never more than were there', () => {
  const address = fc.ipV4()
  fc.assert(
    fc.property(address, fc.integer({ min: 16, max: 30 }), fc.array(address), (base, bits, addresses) => {
      const all = freePrefixes(`${base}/${bits}`, [])
      const left = freePrefixes(`${base}/${bits}`, [{ addresses, prefixes: [] }])
      expect(left).toBeLessThanOrEqual(all)
      expect(left).toBeGreaterThanOrEqual(Math.max(0, all - new Set(addresses).size))
    }),
  )
})

test.for([
  { says: 'nothing is said', env: [], is: usual },
  { says: 'prefixes', env: [{ name: 'ENABLE_PREFIX_DELEGATION', value: 'true' }], is: { ...usual, prefixes: true } },
  { says: 'no prefixes', env: [{ name: 'ENABLE_PREFIX_DELEGATION', value: 'false' }], is: usual },
  {
    says: 'elsewhere',
    env: [{ name: 'AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG', value: 'true' }],
    is: { ...usual, elsewhere: true },
  },
])('how pods get addresses is read from the plugin: $says', ({ env, is }) => {
  const spec = { template: { spec: { containers: [{ name: 'aws-node', env }] } } }
  expect(addressingOf({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'aws-node' }, spec })).toEqual(is)
  expect(addressingOf(undefined)).toEqual(usual)
})
