import { concerns, type ByArgo } from '../domain/argocd.ts'
import { deletes, hazardOf, held, PRESERVED } from '../domain/argocd-hazards.ts'
import { clusterOf, type Scope, type WorkloadRef } from '../domain/platform.ts'
import { nameOf, scalersOn, viewOf } from './argocd-hub.ts'
import { orWhy } from './in-time.ts'
import type { Proven } from './outside.ts'

export interface Watched extends ByArgo {
  readonly namespaces: readonly string[]
  readonly asleep: readonly WorkloadRef[]
}

/**
 * What Argo CD would do by itself, by now, to what an environment has on both sides, in words: its owners may have
 * changed since it was synced what was refused then. Throws nothing: who cannot be read may do anything.
 */
export async function hazardsSeen(
  world: Pick<Proven, 'eks' | 'cluster' | 'on'>,
  scope: Scope,
  watched: Watched,
  lookMs?: number,
): Promise<string[]> {
  const seen = await orWhy(looked(world, scope, watched), lookMs)
  return 'told' in seen ? seen.told : [`what it does by itself is not known: ${seen.why}`]
}

async function looked(
  world: Pick<Proven, 'eks' | 'cluster' | 'on'>,
  scope: Scope,
  { hub, label, namespaces, asleep }: Watched,
): Promise<string[]> {
  const view = await viewOf(world, hub)
  const clusters = { blue: await view.known(scope.blue), green: await view.known(scope.green) }
  const found = await view.applicationsOn(clusters, (a) => concerns(a, namespaces))
  const fields = held(asleep, await scalersOn(await world.on('blue'), namespaces))
  return (['blue', 'green'] as const).flatMap((side) =>
    found[side].flatMap((application) => {
      const says = [hazardOf(application, fields), goes(deletes(application, view.makerOf(application), label.key))]
      return says.flatMap((what) =>
        what === undefined ? [] : [`${nameOf(application)} on ${clusterOf(scope, side)} ${what}`],
      )
    }),
  )
}

const goes = (why: string | undefined): string | undefined =>
  why && `would go with its label, on the way back or when blue goes: ${why}. Its owner is to ${PRESERVED}`
