import { inOrder, just, pair, undoing, type Move } from './moves.ts'
import type { Deployer } from './platform-file.ts'
import type { App, WorkloadRef } from './platform.ts'
import { act, type LeafStep } from './steps.ts'

/** How an app comes to green, asleep where it may run on one side only, and what of that is taken back. */

export const byOthers = ({ deploy }: Pick<App, 'deploy'>): { readonly byOthers?: true } =>
  deploy === 'copy' ? {} : { byOthers: true }

export interface Arriving {
  readonly place: { readonly app: string; readonly environment: string; readonly namespaces: readonly string[] }
  /** What must not run on green before its turn. */
  readonly asleep: readonly WorkloadRef[]
  /** Namespaces with something of that; not at all, or a list. */
  readonly fenced: readonly (readonly string[])[]
  /** What green buffered since its first request must be delivered before it is withdrawn. */
  readonly drains: readonly LeafStep[]
}

export const arrive = (deploy: Deployer, it: Arriving): Move =>
  inOrder(
    by[deploy](it),
    // Before a route is opened: its targets are healthy then by all pods, and not by the first.
    just(act(`${it.place.environment}/ready`, 'checkReady', { ...it.place, on: 'green', asleep: it.asleep })),
  )

const by = {
  copy: byCopy,
  external: (it) => deployedByOthers(it, 'awaitDeployment', 'leaveDeployment'),
  flux: (it) => deployedByOthers(it, 'awaitFlux', 'leaveFlux'),
} as const satisfies Readonly<Record<Deployer, (it: Arriving) => Move>>

function byCopy({ place, asleep, fenced, drains }: Arriving): Move {
  const id = (...path: string[]) => [place.environment, ...path].join('/')
  const deploy = act(id('deploy'), 'deploy', { ...place, on: 'green', asleep })
  return inOrder(
    ...fenced.map((namespaces): Move => {
      const fence = { namespaces, on: 'green' } as const
      return {
        ...pair(
          act(id('fence-green'), 'raiseFence', { ...fence, closed: asleep }),
          act(id('unfence-green'), 'removeFence', fence),
        ),
        commit: [unfenced(place.environment, namespaces)],
      }
    }),
    {
      forward: [deploy],
      back: [
        ...drains.map((step) => undoing([deploy], step)),
        undoing([deploy], act(id('withdraw'), 'withdraw', { ...place, on: 'green' })),
      ],
      commit: [],
    },
    // Not before: what a pipeline puts there first is not copied over.
    pointed(place),
  )
}

/**
 * Nothing is withdrawn that Norikae did not make. So on the way back its fence stays too: whoever deployed may do so
 * again at any moment, and blue runs what may run once.
 */
function deployedByOthers(
  { place, asleep, fenced, drains }: Arriving,
  awaits: 'awaitDeployment' | 'awaitFlux',
  leaves: 'leaveDeployment' | 'leaveFlux',
): Move {
  const id = (...path: string[]) => [place.environment, ...path].join('/')
  const fences = fenced.map((namespaces) =>
    act(id('fence-green'), 'raiseFence', { namespaces, on: 'green', closed: asleep }),
  )
  const deployed = act(id('deployed'), awaits, { ...place, on: 'green', asleep })
  const pointer = pointed(place)
  return {
    forward: [...fences, ...pointer.forward, deployed],
    back: [
      ...pointer.back,
      ...drains.map((step) => undoing([deployed], step)),
      undoing([...fences, deployed], act(id('leave'), leaves, { ...place, on: 'green', asleep })),
    ],
    commit: fenced.map((namespaces) => unfenced(place.environment, namespaces)),
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
