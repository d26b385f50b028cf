import { expect, test } from 'vitest'
import type { BlueFacts } from '../../src/domain/facts.ts'
import { tagFindings } from '../../src/domain/tag-room.ts'
import { aCluster, aNodeGroup, anAddon } from '../support/eks.ts'

/** AWS takes 50 tags, and what Norikae makes has some of its own. */

const tags = (count: number, more: Readonly<Record<string, string>> = {}) => ({
  ...Object.fromEntries(Array.from({ length: count }, (_, n) => [`t${n}`, ''])),
  ...more,
})
const copied = { blue: 'demo-1-35', green: 'demo-1-36', platform: 'demo', run: 'r' }
const blue = (more: Partial<BlueFacts>): BlueFacts => ({
  cluster: aCluster(),
  nodegroups: [],
  addons: [],
  fargateProfiles: [],
  identityProviders: [],
  accessEntries: [],
  podIdentities: [],
  belongings: { accessEntries: [], fargateProfiles: [], capabilities: [] },
  ...more,
})
const left = { 'aws:cloudformation:stack-name': 'x', 'norikae.io/run': 'old' }
const template = (count: number) => ({
  group: aNodeGroup(),
  template: { id: 'lt-1', name: 'nodes', version: '1', settings: {}, tags: tags(count) },
})

test.for<{ says: string; facts: Partial<BlueFacts>; of?: number; are: readonly string[] }>([
  { says: 'there is just room', facts: { cluster: aCluster({ tags: tags(47) }) }, are: [] },
  { says: 'tags that stay behind need none', facts: { cluster: aCluster({ tags: tags(47, left) }) }, are: [] },
  {
    says: 'the cluster has one too many',
    facts: { cluster: aCluster({ name: 'b', tags: tags(48) }) },
    are: ['b: 51, 1'],
  },
  {
    says: 'parts have too many',
    facts: {
      nodegroups: [aNodeGroup({ name: 'apps', tags: tags(49) })],
      addons: [anAddon({ name: 'coredns', tags: tags(50) })],
    },
    are: ['node group apps: 52, 2', 'add-on coredns: 53, 3'],
  },
  { says: 'a launch template has just room', facts: {}, of: 46, are: [] },
  { says: 'a launch template has one too many', facts: {}, of: 47, are: ['launch template nodes: 51, 1'] },
])('where $says', ({ facts, of, are }) => {
  const found = tagFindings(blue(facts), of === undefined ? [] : [template(of)], copied)
  expect(
    found.map(
      (f) => `${f.about}: ${/have (\d+) tags/.exec(f.message)?.[1] ?? ''}, ${/take (\d+) /.exec(f.remedy)?.[1] ?? ''}`,
    ),
  ).toEqual(are)
})
