import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import {
  accessFindings,
  accessLike,
  ADMINISTRATOR,
  policyChanges,
  rightOf,
  rights,
  sameRight,
  untilRightsAreThere,
} from '../../src/domain/access.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const group = { groups: ['norikae'], policies: [] }
const administrator = { groups: [], policies: [ADMINISTRATOR] }
const view = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'

test.for([
  { says: 'a group’s', blue: group, green: group },
  { says: 'an administrator’s', blue: administrator, green: administrator },
  { says: 'both', blue: { groups: ['b', 'a'], policies: [view] }, green: { groups: ['a', 'b'], policies: [view] } },
  { says: 'an entry that says nothing', blue: { groups: [], policies: [] }, green: administrator },
  { says: 'none', blue: undefined, green: administrator },
])('green’s access is as blue’s: $says', ({ blue, green }) => {
  expect(accessLike(blue)).toEqual(green)
})

test('only a group’s rights have to be carried by an administrator', () => {
  expect(untilRightsAreThere(group)).toEqual({ groups: ['norikae'], policies: [ADMINISTRATOR] })
  expect(untilRightsAreThere(administrator)).toEqual(administrator)
})

test.for([
  { says: 'what is missing', found: group, wanted: administrator, allow: [ADMINISTRATOR], disallow: [] },
  { says: 'an administrator too many', found: administrator, wanted: group, allow: [], disallow: [ADMINISTRATOR] },
  { says: 'nothing', found: administrator, wanted: administrator, allow: [], disallow: [] },
  { says: 'nothing of others', found: { groups: [], policies: [view] }, wanted: group, allow: [], disallow: [] },
])('policies change by $says', ({ found, wanted, allow, disallow }) => {
  expect(policyChanges(found, wanted)).toEqual({ allow, disallow })
})

test('a right is carried as its owner wrote it', () => {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'norikae' }
  const found: KubernetesObject = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'norikae', uid: 'u', resourceVersion: '1', labels: { team: 'sre' }, annotations: { a: 'b' } },
    roleRef,
    subjects: [],
  }
  expect(rightOf(found)).toEqual({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'norikae', labels: { team: 'sre' } },
    roleRef,
    subjects: [],
  })
})

test('a right is the same where it grants the same to the same', () => {
  const role = (more: object): KubernetesObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'norikae', uid: 'u' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
    ...more,
  })
  expect(sameRight(role({}), role({ metadata: { name: 'norikae', uid: 'other' } }))).toBe(true)
  expect(sameRight(role({}), role({ metadata: { name: 'other' } }))).toBe(false)
  expect(sameRight(role({}), role({ rules: [] }))).toBe(false)
})

test('every object of deploy/rbac is carried, but for a first look and what the clusters of Argo CD and of HTTPRoutes have', async () => {
  const folder = new URL('../../deploy/rbac/', import.meta.url)
  const texts = await Promise.all(
    (await readdir(folder))
      .filter((file) => !/^(argocd|gateway|look)/.test(file))
      .map((file) => readFile(new URL(file, folder), 'utf8')),
  )
  const named = texts
    .flatMap((text) => parseAllDocuments(text))
    .map((d) => d.toJS() as KubernetesObject) // the files are ours
    .map(({ kind, metadata: { name, namespace } }) => ({ kind, name, ...(namespace && { namespace }) }))
  for (const one of named) expect(rights).toContainEqual(one)
  expect(rights).toHaveLength(named.length)
})

test('a first look may do no more than an upgrade, and only reads', async () => {
  const granted = async (file: string) => {
    const text = await readFile(new URL(`../../deploy/rbac/${file}`, import.meta.url), 'utf8')
    const roles = parseAllDocuments(text).map((d) => d.toJS() as { rules?: Rule[] }) // the files are ours
    return roles.flatMap(({ rules = [] }) => rules.flatMap(each))
  }
  const [look, all] = await Promise.all([granted('look.yaml'), granted('norikae.yaml')])
  expect(look.length).toBeGreaterThan(20)
  expect(look.filter((right) => !all.includes(right))).toEqual([])
  expect(look.filter((right) => !/^(get|list|watch) /.test(right))).toEqual([])
})

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}
const each = ({ apiGroups, resources, resourceNames = [], verbs }: Rule): string[] =>
  apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => [verb, group, resource, ...resourceNames].join(' '))),
  )

describe('what people should know of the worker’s rights', () => {
  const codes = (...given: Parameters<typeof accessFindings>) =>
    accessFindings(...given).map(({ code, level }) => `${code} ${level}`)

  const binding = { kind: 'ClusterRoleBinding', name: 'norikae' } as const

  test.for([
    { says: 'a group’s, in order', access: group, unread: [], found: [] },
    { says: 'a group’s that cannot be read', access: group, unread: [binding], found: ['worker-rights blocker'] },
    {
      says: 'a first look’s, told once',
      access: { groups: ['norikae-look'], policies: [] },
      unread: [binding],
      found: ['worker-rights blocker'],
    },
    {
      says: 'a first look’s beside a group’s',
      access: { groups: ['norikae', 'norikae-look'], policies: [] },
      unread: [],
      found: [],
    },
    { says: 'an administrator’s', access: administrator, unread: [binding], found: ['worker-administrator info'] },
    { says: 'by aws-auth', access: undefined, unread: [], found: ['worker-administrator warning'] },
  ])('$says', ({ access, unread, found }) => {
    expect(codes('blue', access, unread)).toEqual(found)
  })
})
