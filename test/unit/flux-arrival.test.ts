import { expect, test } from 'vitest'
import { RESUMED_BY } from '../../src/domain/annotations.ts'
import { fluxStep, suspendedAgain, type FluxStep } from '../../src/domain/flux-arrival.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

const [TOKEN, RUN] = ['run-1/test/deployed/1', 'run-1']

interface Having {
  readonly kind?: 'Kustomization' | 'HelmRelease'
  readonly suspend?: boolean
  readonly suspendedBy?: string
  readonly resumedBy?: string
  readonly requested?: string
  readonly handled?: string
  readonly observed?: number
  readonly ready?: 'True' | 'False' | 'Unknown'
  readonly stalled?: 'True' | 'False'
  readonly status?: Readonly<Record<string, unknown>>
  readonly labels?: Readonly<Record<string, string>>
  /** It has a kubeconfig of another cluster. */
  readonly elsewhere?: boolean
}

/** Ready at main@sha1:a, and asked by this step; in generation 3. */
function flux(having: Having = {}): KubernetesObject {
  const { kind = 'Kustomization', suspend, suspendedBy, resumedBy, requested = TOKEN, handled = TOKEN } = having
  const {
    observed = 3,
    ready = 'True',
    stalled,
    status = { lastAppliedRevision: 'main@sha1:a' },
    labels = {},
    elsewhere = false,
  } = having
  const wrote = { manager: suspendedBy, time: '2026-11-26T04:00:00Z', fieldsV1: { 'f:spec': { 'f:suspend': {} } } }
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind,
    metadata: {
      name: 'shop',
      namespace: 'flux-system',
      generation: 3,
      resourceVersion: '7',
      labels,
      annotations: {
        'reconcile.fluxcd.io/requestedAt': requested,
        ...(resumedBy !== undefined && { [RESUMED_BY]: resumedBy }),
      },
      ...(suspendedBy !== undefined && { managedFields: [wrote] }),
    },
    spec: { ...(suspend !== undefined && { suspend }), ...(elsewhere && { kubeConfig: { secretRef: { name: 'x' } } }) },
    status: {
      observedGeneration: observed,
      lastHandledReconcileAt: handled,
      conditions: [
        { type: 'Ready', status: ready, message: 'Deployment/shop/web is not ready' },
        ...(stalled === undefined ? [] : [{ type: 'Stalled', status: stalled, message: 'no such path' }]),
      ],
      ...status,
    },
  }
}

const step = (mine: KubernetesObject | undefined, theirs = flux()): FluxStep =>
  fluxStep({
    ref: { kind: theirs.kind as 'Kustomization', namespace: 'flux-system', name: 'shop' },
    mine,
    theirs,
    here: 'green',
    there: 'blue',
    run: RUN,
    token: TOKEN,
  })
const said = (it: FluxStep): string => (it.is === 'ready' ? 'ready' : `${it.is}: ${it.says}`)

const parent = { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' }
const release = (version: string, status = 'deployed') => ({ history: [{ chartVersion: version, status }] })
const NAME = 'Kustomization flux-system/shop'

test.for<{ says: string; mine: Having | undefined; theirs?: Having; is: string }>([
  {
    says: 'it is there for other clusters',
    mine: { elsewhere: true },
    is: `stalled: ${NAME} on green deploys to another cluster (spec.kubeConfig)`,
  },
  { says: 'it is not there yet', mine: undefined, is: `awaited: ${NAME} is not on green yet` },
  {
    says: 'it is not there yet, and what makes it on blue is named',
    mine: undefined,
    theirs: { labels: parent },
    is: `awaited: ${NAME} is not on green yet (on blue Kustomization flux-system/apps makes it)`,
  },
  { says: 'it is suspended', mine: { suspend: true }, is: `due: ${NAME} on green was just resumed` },
  {
    says: 'somebody suspended it by hand',
    mine: { suspend: true, suspendedBy: 'flux' },
    is: `due: ${NAME} on green was just resumed`,
  },
  {
    says: 'an earlier upgrade had resumed it',
    mine: { suspend: true, resumedBy: 'run-0' },
    is: `due: ${NAME} on green was just resumed`,
  },
  {
    says: 'Git suspends it',
    mine: { suspend: true, suspendedBy: 'kustomize-controller' },
    is: `awaited: ${NAME} is suspended on green by its own manifest: take spec.suspend out of it there, or write false`,
  },
  {
    says: 'somebody suspends it again',
    mine: { suspend: true, suspendedBy: 'flux', resumedBy: RUN },
    is: `awaited: ${NAME} was suspended on green again, by flux at 2026-11-26T04:00:00Z: resume it when it may go on`,
  },
  {
    says: 'what another app of it has asked is not answered yet',
    mine: { requested: 'of another' },
    is: `awaited: ${NAME} on green has not answered yet`,
  },
  {
    says: 'it has answered another app of it, and is there',
    mine: { requested: 'of another', handled: 'of another' },
    is: 'ready',
  },
  {
    says: 'it has answered another, and is not there',
    mine: { requested: 'of another', handled: 'of another', status: { lastAppliedRevision: 'main@sha1:0' } },
    is: `due: ${NAME} on green was just asked to reconcile`,
  },
  {
    says: 'it has answered somebody else',
    mine: { handled: 'earlier' },
    is: `awaited: ${NAME} on green has not answered yet`,
  },
  {
    says: 'it is stalled, whatever it answered',
    mine: { stalled: 'True', handled: 'earlier', ready: 'False' },
    is: `stalled: ${NAME} on green is stalled: no such path`,
  },
  {
    says: 'what stalled was an earlier generation',
    mine: { stalled: 'True', observed: 2, ready: 'False' },
    is: `awaited: ${NAME} on green has not answered yet: Deployment/shop/web is not ready`,
  },
  { says: 'it is not stalled any more', mine: { stalled: 'False' }, is: 'ready' },
  {
    says: 'it has not seen its spec',
    mine: { observed: 2 },
    is: `awaited: ${NAME} on green has not answered yet`,
  },
  {
    says: 'it is not ready',
    mine: { ready: 'False' },
    is: `awaited: ${NAME} on green is not ready: Deployment/shop/web is not ready`,
  },
  {
    says: 'it is at it',
    mine: { ready: 'Unknown' },
    is: `awaited: ${NAME} on green is not ready: Deployment/shop/web is not ready`,
  },
  {
    says: 'it is at another revision',
    mine: { status: { lastAppliedRevision: 'main@sha1:b' } },
    is: `awaited: ${NAME} has applied main@sha1:b on green, and main@sha1:a on blue`,
  },
  {
    says: 'blue has applied nothing',
    mine: {},
    theirs: { status: {} },
    is: `awaited: ${NAME} on blue has applied nothing yet`,
  },
  { says: 'blue is not ready, and what it applied last counts', mine: {}, theirs: { ready: 'False' }, is: 'ready' },
  { says: 'all is as on blue', mine: { suspend: false }, is: 'ready' },
  {
    says: 'a chart is of another version',
    mine: { kind: 'HelmRelease', status: release('1.2.0') },
    theirs: { kind: 'HelmRelease', status: release('1.3.0') },
    is: 'awaited: HelmRelease flux-system/shop has applied 1.2.0 on green, and 1.3.0 on blue',
  },
  {
    says: 'a chart is of the version that is deployed on blue, and not of the one that failed there',
    mine: { kind: 'HelmRelease', status: release('1.3.0') },
    theirs: {
      kind: 'HelmRelease',
      status: { history: [...release('1.4.0', 'failed').history, ...release('1.3.0').history] },
    },
    is: 'ready',
  },
  {
    says: 'a chart without a history is of the version that was tried last',
    mine: { kind: 'HelmRelease', status: { lastAttemptedRevision: '1.3.0' } },
    theirs: { kind: 'HelmRelease', status: release('1.3.0') },
    is: 'ready',
  },
])('Flux on green: $says', ({ mine, theirs, is }) => {
  expect(said(step(mine && flux(mine), flux(theirs)))).toBe(is)
})

test('it is resumed and asked in one write, of exactly the object that was read', () => {
  expect(step(flux({ suspend: true, requested: '' }))).toMatchObject({
    patch: {
      metadata: { resourceVersion: '7', annotations: { [RESUMED_BY]: RUN, 'reconcile.fluxcd.io/requestedAt': TOKEN } },
      spec: { suspend: false },
    },
  })
})

test.for<{ says: string; having: Having; suspend: boolean | undefined }>([
  { says: 'what this run resumed', having: { suspend: false, resumedBy: RUN }, suspend: true },
  { says: 'not what ran before', having: { suspend: false }, suspend: undefined },
  { says: 'not what another run resumed', having: { suspend: false, resumedBy: 'run-0' }, suspend: undefined },
])('on the way back is suspended again: $says', ({ having, suspend }) => {
  const patch = suspendedAgain(flux(having), RUN)
  expect(patch).toEqual(
    suspend === undefined
      ? undefined
      : { metadata: { resourceVersion: '7', annotations: { [RESUMED_BY]: null } }, spec: { suspend } },
  )
})

test('where Git says by now that it runs, only the note goes', () => {
  const found = flux({ suspend: false, resumedBy: RUN, suspendedBy: 'kustomize-controller' })
  expect(suspendedAgain(found, RUN)).toEqual({
    metadata: { resourceVersion: '7', annotations: { [RESUMED_BY]: null } },
  })
})
