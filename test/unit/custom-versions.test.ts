import { expect, test } from 'vitest'
import { servedLess, storedVersions, versionFinding } from '../../src/domain/custom-versions.ts'
import type { ServedResource } from '../../src/domain/resources.ts'

const widget = (version: string, group = 'example.com'): ServedResource => ({
  apiVersion: `${group}/${version}`,
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
  verbs: ['list'],
})
const blue = [widget('v1'), widget('v1beta1')]

test.for([
  { says: 'a kind that green does not serve', green: [], is: ['example.com/v1'] },
  { says: 'one that green serves in fewer versions', green: [widget('v1')], is: ['example.com/v1'] },
  { says: 'one that green serves in more', green: [...blue, widget('v2')], is: [] },
  {
    says: 'one of that name of another group',
    green: [widget('v1', 'b.com'), widget('v1beta1', 'b.com')],
    is: ['example.com/v1'],
  },
])('less served: $says', ({ green, is }) => expect(servedLess(blue, green).map((r) => r.apiVersion)).toEqual(is))

test('what Kubernetes serves by itself is tried object by object, and is none of these', () =>
  expect(servedLess([widget('v1', 'apps')], [])).toEqual([]))

const some = (count = 1) => ({ resource: widget('v1'), namespace: 'shop', example: 'one', count })
test.for([
  {
    says: 'no definition there',
    green: [],
    stored: ['v1'],
    code: 'custom-api-missing',
    because: /^green does not serve Widget of example.com: it cannot be there$/,
  },
  { says: 'kept in what green serves', green: [widget('v1')], stored: ['v1'], code: undefined },
  {
    says: 'kept in what green does not serve',
    green: [widget('v1')],
    stored: ['v1beta1', 'v1'],
    code: 'custom-version-missing',
    because: /^blue keeps Widget as v1beta1, and green's definition serves v1 only/,
  },
  { says: 'where nothing tells, what blue prefers counts', green: [widget('v1')], stored: [], code: undefined },
  { says: 'and is missed', green: [widget('v2')], stored: [], code: 'custom-version-missing', because: /as v1, and/ },
])('$says', ({ green, stored, code, because }) => {
  const found = versionFinding(some(), stored, green)
  expect(found?.code).toBe(code)
  if (because)
    expect(found).toMatchObject({ level: 'warning', about: 'Widget/shop/one', message: expect.stringMatching(because) })
})

test('many are told by one of them', () =>
  expect(versionFinding(some(3), [], [])?.message).toContain('it and 2 more cannot be there'))

test.for([
  [{ storedVersions: ['v1beta1', 'v1'] }, ['v1beta1', 'v1']],
  [{}, []],
] as const)('a definition tells what was kept: %o', ([status, is]) =>
  expect(storedVersions({ apiVersion: '', kind: '', metadata: { name: 'widgets.example.com' }, status })).toEqual(is),
)
