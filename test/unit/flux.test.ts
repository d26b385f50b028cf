import { expect, test } from 'vitest'
import { OWNER_RECONCILE } from '../../src/domain/annotations.ts'
import { copyOf } from '../../src/domain/copying.ts'
import { fluxName, fluxWrote, givenToFlux, heldBack, isFrozen, makerOf, makersOf } from '../../src/domain/flux.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const RECONCILE = 'kustomize.toolkit.fluxcd.io/reconcile'
const DRIFT = 'helm.toolkit.fluxcd.io/driftDetection'

const labelsOf = (group: string, name: string) => ({
  [`${group}.toolkit.fluxcd.io/name`]: name,
  [`${group}.toolkit.fluxcd.io/namespace`]: 'flux-system',
})
const worker = (
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>> = {},
): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'worker', namespace: 'shop', labels, annotations },
  spec: { replicas: 2 },
})
const [byGit, byHelm] = [labelsOf('kustomize', 'shop'), labelsOf('helm', 'shop')]

test.for([
  { says: 'a Kustomization', labels: byGit, maker: 'Kustomization flux-system/shop' },
  { says: 'a HelmRelease', labels: byHelm, maker: 'HelmRelease flux-system/shop' },
  {
    says: 'the chart before who made its release',
    labels: { ...byGit, ...byHelm },
    maker: 'HelmRelease flux-system/shop',
  },
  { says: 'nobody of Flux', labels: { app: 'worker' }, maker: undefined },
  { says: 'half a label is none', labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop' }, maker: undefined },
])('who makes it: $says', ({ labels, maker }) => {
  const ref = makerOf(worker(labels))
  expect(ref && fluxName(ref)).toBe(maker)
})

test('who makes these is named once each, in name order', () => {
  const all = [worker(byGit), worker(labelsOf('kustomize', 'api')), worker(byHelm), worker(byGit), worker({})]
  expect(makersOf(all).map(fluxName)).toEqual([
    'HelmRelease flux-system/shop',
    'Kustomization flux-system/api',
    'Kustomization flux-system/shop',
  ])
})

test.for([
  { says: 'what is in Git', labels: byGit, own: {}, held: { [RECONCILE]: 'disabled' }, noted: 'none', frozen: true },
  { says: 'what is in a chart', labels: byHelm, own: {}, held: { [DRIFT]: 'disabled' }, noted: 'none', frozen: false },
  {
    says: 'what its owner had disabled',
    labels: byGit,
    own: { [RECONCILE]: 'disabled' },
    held: { [RECONCILE]: 'disabled' },
    noted: 'disabled',
    frozen: true,
  },
  {
    says: 'what its owner had enabled',
    labels: byGit,
    own: { [RECONCILE]: 'enabled', team: 'scala' },
    held: { [RECONCILE]: 'disabled' },
    noted: 'enabled',
    frozen: true,
  },
])('held back from Flux, and given back as it was, however often: $says', ({ labels, own, held, noted, frozen }) => {
  const once = heldBack(worker(labels, own))
  expect(once).toEqual({ ...held, [OWNER_RECONCILE]: noted })
  const asleep = worker(labels, { ...own, ...once })
  expect(heldBack(asleep)).toEqual(once)
  expect(isFrozen(asleep)).toBe(frozen)
  const merged = { ...own, ...once, ...givenToFlux(asleep) }
  expect(Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))).toEqual(own)
  // What is copied from it to the other side is as its owner has it.
  expect(copyOf(asleep, 'run', false).metadata.annotations ?? {}).toEqual(own)
})

test('what Flux does not make is not told to leave it alone, and nothing is given back', () => {
  expect([heldBack(worker({})), givenToFlux(worker(byGit)), isFrozen(worker(byGit))]).toEqual([{}, {}, false])
})

test.for([
  { by: 'kustomize-controller', is: true },
  { by: 'helm-controller', is: true },
  { by: 'flux', is: false },
  { by: 'kube-controller-manager', is: false },
])('what $by wrote is written back by Flux: $is', ({ by, is }) => {
  const entry = { manager: by, time: '2026-11-26T04:00:00Z', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }
  const found = worker(byGit)
  const written = { ...found, metadata: { ...found.metadata, managedFields: [entry] } }
  expect([fluxWrote(written, ['spec', 'replicas']), fluxWrote(found, ['spec', 'replicas'])]).toEqual([is, false])
})
