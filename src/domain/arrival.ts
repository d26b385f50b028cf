import type { ByArgo } from './argocd.ts'
import { inOrder, just, pair, stay, undoing, type Move } from './moves.ts'
import type { DeclaredJobs } from './one-shot-jobs.ts'
import { deployedByOthers, type Deployer } from './platform-file.ts'
import type { App, Environment, Route, WorkloadRef } from './platform.ts'
import { act, type LeafStep } from './steps.ts'
import type { Transform } from './transforms.ts'

/** How an app comes to green, asleep where it may run on one side only, and what of that is taken back. */

export const byOthers = ({ deploy }: Pick<App, 'deploy'>): { readonly byOthers?: true } =>
  deployedByOthers(deploy) ? { byOthers: true } : {}

/** What the platform file says of copying, where it says anything: what Jobs are, and what is to be other. */
export const copiedAs = ({ jobs, transforms }: Pick<Environment, 'jobs' | 'transforms'>): CopiedAs => ({
  ...(jobs && { jobs }),
  ...(transforms && { transforms }),
})

interface CopiedAs {
  readonly jobs?: DeclaredJobs
  readonly transforms?: readonly Transform[]
}

export interface Arriving {
  readonly place: { readonly app: string; readonly environment: string; readonly namespaces: readonly string[] }
  readonly copied: CopiedAs
  /** What must not run on green before its turn. */
  readonly asleep: readonly WorkloadRef[]
  /** Namespaces with something of that; not at all, or a list. */
  readonly fenced: readonly (readonly string[])[]
  /** What green buffered since its first request must be delivered before it is withdrawn. */
  readonly drains: readonly LeafStep[]
  /** Where Argo CD deploys it. */
  readonly argocd?: ByArgo
  /** Its routes of which no object on a cluster tells; left out where it has none. */
  readonly routes?: readonly Route[]
}

export const arrive = (deploy: Deployer, it: Arriving): Move =>
  inOrder(
    by[deploy](it),
    // Before a route is opened: its targets are healthy then by all pods, and not by the first.
    just(act(`${it.place.environment}/ready`, 'checkReady', { ...it.place, on: 'green', asleep: it.asleep })),
  )

const by = {
  copy: byCopy,
  external: awaited,
  argocd: (it) => (it.argocd ? byArgo(it, it.argocd) : awaited(it)),
  flux: (it) => theirs(it, [awaits('awaitFlux', it)], { leave: 'leaveFlux' }),
} as const satisfies Readonly<Record<Deployer, (it: Arriving) => Move>>

function byCopy({ place, copied, asleep, fenced, drains, routes }: Arriving): Move {
  const id = (...path: string[]) => [place.environment, ...path].join('/')
  const published = (routes ?? []).filter((route) => route.kind === 'external-dns')
  // It fences what it brings asleep.
  const deploy = act(id('deploy'), 'deploy', {
    ...place,
    on: 'green',
    asleep,
    ...copied,
    ...(published.length > 0 && { routes: published }),
  })
  return inOrder(
    {
      forward: [deploy],
      back: [
        ...drains,
        act(id('withdraw'), 'withdraw', { ...place, on: 'green', ...(routes && { routes }) }),
        ...fenced.map((namespaces) => act(id('unfence-green'), 'removeFence', { namespaces, on: 'green' })),
      ].map((step) => undoing([deploy], step)),
      commit: fenced.map((namespaces) => unfenced(place.environment, namespaces)),
    },
    // Not before: what a pipeline puts there first is not copied over.
    pointed(place),
  )
}

/** Argo CD deploys to green what its label lets it, as it does on blue. */
function byArgo(it: Arriving, argocd: ByArgo): Move {
  const { place, asleep } = it
  const id = (...path: string[]) => [place.environment, ...path].join('/')
  const there = { ...place, ...argocd, on: 'green' } as const
  const label: Move = {
    ...pair(act(id('argocd', 'label'), 'labelCluster', there), act(id('argocd', 'unlabel'), 'unlabelCluster', there)),
    // Before blue is emptied: Argo CD would make again what is removed.
    commit: [act(id('commit', 'unlabel-blue'), 'unlabelCluster', { ...there, on: 'blue' })],
  }
  const deployed = [
    act(id('argocd', 'sync'), 'syncApplications', { ...there, asleep }),
    act(id('deployed'), 'settleDeployment', { ...place, on: 'green', asleep }),
  ]
  return inOrder(
    theirs(it, deployed, { release: label }),
    just(act(id('argocd', 'healthy'), 'checkApplications', { ...there, asleep })),
  )
}

/** Whoever deploys it does so in their own time. */
function awaited(it: Arriving): Move {
  return theirs(it, [awaits('awaitDeployment', it)])
}

const awaits = (action: 'awaitDeployment' | 'awaitFlux', { place, asleep }: Arriving): LeafStep =>
  act(`${place.environment}/deployed`, action, { ...place, on: 'green', asleep })

/**
 * Nothing is withdrawn that Norikae did not make. So on the way back its fence stays too: whoever deployed may do so
 * again at any moment, and blue runs what may run once.
 */
function theirs(
  { place, asleep, fenced, drains }: Arriving,
  deployed: readonly LeafStep[],
  {
    release = stay,
    leave = 'leaveDeployment',
  }: { readonly release?: Move; readonly leave?: 'leaveDeployment' | 'leaveFlux' } = {},
): Move {
  const id = (...path: string[]) => [place.environment, ...path].join('/')
  const fences = fenced.map((namespaces) =>
    act(id('fence-green'), 'raiseFence', { namespaces, on: 'green', closed: asleep }),
  )
  const pointer = pointed(place)
  return {
    forward: [...fences, ...pointer.forward, ...release.forward, ...deployed],
    back: [
      ...pointer.back,
      ...drains.map((step) => undoing(deployed, step)),
      undoing([...fences, ...release.forward, ...deployed], act(id('leave'), leave, { ...place, on: 'green', asleep })),
      // After it: whoever deploys there meets its fence.
      ...release.back,
    ],
    commit: [...release.commit, ...fenced.map((namespaces) => unfenced(place.environment, namespaces))],
  }
}

/** Pipelines deploy to both sides while either may have to serve. */
const pointed = ({ app, environment }: Arriving['place']): Move =>
  pair(
    act(`${environment}/where/both`, 'publishWhere', { app, environment, at: 'both' }),
    act(`${environment}/where/blue`, 'publishWhere', { app, environment, at: 'blue' }),
  )

/** The first thing at commit: what is deployed to blue after it is deployed in vain. */
export const pointAway = ({ app, environment }: Arriving['place']): LeafStep =>
  act(`${environment}/commit/where`, 'publishWhere', { app, environment, at: 'green' })

/** Blue's goes with blue: until then nothing of it may come up there again. */
const unfenced = (environment: string, namespaces: readonly string[]): LeafStep =>
  act(`${environment}/commit/unfence-green`, 'removeFence', { namespaces, on: 'green' })
