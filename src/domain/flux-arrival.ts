import { RESUMED_BY } from './annotations.ts'
import { records } from './fields.ts'
import { deploysElsewhere, fluxName, fluxWrote, makerOf, type FluxRef } from './flux.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { writerOf } from './managers.ts'

/** https://fluxcd.io/flux/components/kustomize/kustomizations/#triggering-a-reconcile; the same for a HelmRelease. */
const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt'

const SUSPEND = ['spec', 'suspend']

/** What is done about one Flux object, or waited for. `patch`: to be written now. */
export type FluxStep =
  | { readonly is: 'ready' }
  | { readonly is: 'due'; readonly patch: object; readonly says: string }
  | { readonly is: 'awaited'; readonly says: string }
  | { readonly is: 'stalled'; readonly says: string }

export interface Arrival {
  readonly ref: FluxRef
  /** Where it arrives; undefined: it is not there yet. */
  readonly mine: KubernetesObject | undefined
  /** Where the app runs. */
  readonly theirs: KubernetesObject
  /** Names of their clusters. */
  readonly here: string
  readonly there: string
  readonly run: string
  /** Of this asking, and of no other. */
  readonly token: string
}

/**
 * How far a Flux object has brought its app: the first reason to wait wins. It is resumed, asked to look once, and ready
 * when it has applied what its like has applied on the other side.
 */
export function fluxStep({ ref, mine, theirs, here, there, run, token }: Arrival): FluxStep {
  const name = fluxName(ref)
  const awaited = (says: string): FluxStep => ({ is: 'awaited', says: `${name} ${says}` })
  if (!mine) return awaited(`is not on ${here} yet${madeFrom(theirs, there)}`)
  if (deploysElsewhere(mine))
    return { is: 'stalled', says: `${name} on ${here} deploys to another cluster (spec.kubeConfig)` }
  const { metadata, spec = {}, status = {} } = mine
  const { annotations = {}, generation, resourceVersion } = metadata
  if (spec['suspend'] === true) {
    if (fluxWrote(mine, SUSPEND))
      return awaited(`is suspended on ${here} by its own manifest: take spec.suspend out of it there, or write false`)
    if (annotations[RESUMED_BY] === run)
      return awaited(
        `was suspended on ${here} again, by ${writerOf(mine, SUSPEND) ?? 'somebody'}: resume it when it may go on`,
      )
    return {
      is: 'due',
      patch: {
        metadata: { resourceVersion, annotations: { [RESUMED_BY]: run, [REQUESTED_AT]: token } },
        spec: { suspend: false },
      },
      says: `${name} on ${here} was just resumed`,
    }
  }
  const asked = annotations[REQUESTED_AT]
  const answered = asked !== undefined && status['lastHandledReconcileAt'] === asked
  const seen = status['observedGeneration'] === generation
  const [got, wanted] = [appliedRevision(mine), appliedRevision(theirs)]
  const isThere = answered && seen && condition(mine, 'Ready')?.status === 'True' && got === wanted
  // One of several apps: what another has asked for a moment ago is answered for all of them.
  if (asked !== token && (asked === undefined || (answered && !isThere)))
    return { is: 'due', patch: asking(token, resourceVersion), says: `${name} on ${here} was just asked to reconcile` }
  const stalled = condition(mine, 'Stalled')
  if (seen && stalled?.status === 'True')
    return { is: 'stalled', says: `${name} on ${here} is stalled: ${stalled.message}` }
  const ready = condition(mine, 'Ready')
  if (!answered || !seen)
    return awaited(`on ${here} has not answered yet${ready && ready.status !== 'True' ? `: ${ready.message}` : ''}`)
  if (ready?.status !== 'True') return awaited(`on ${here} is not ready: ${ready?.message ?? 'it does not say why'}`)
  if (wanted === undefined) return awaited(`on ${there} has applied nothing yet`)
  return got === wanted
    ? { is: 'ready' }
    : awaited(`has applied ${got ?? 'nothing'} on ${here}, and ${wanted} on ${there}`)
}

/** A patch that asks Flux to look once. */
export const asking = (token: string, resourceVersion?: string): object => ({
  metadata: { ...(resourceVersion !== undefined && { resourceVersion }), annotations: { [REQUESTED_AT]: token } },
})

/** What takes a resumption back: a patch; undefined where this run resumed nothing, or Git has the last word by now. */
export function suspendedAgain(object: KubernetesObject, run: string): object | undefined {
  const { annotations = {}, resourceVersion } = object.metadata
  if (annotations[RESUMED_BY] !== run) return undefined
  return {
    metadata: { resourceVersion, annotations: { [RESUMED_BY]: null } },
    ...(!fluxWrote(object, SUSPEND) && { spec: { suspend: true } }),
  }
}

/** Of what is deployed now: a Git revision, or the version of a chart. */
function appliedRevision({ kind, status = {} }: KubernetesObject): string | undefined {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
  if (kind === 'Kustomization') return text(status['lastAppliedRevision'])
  const deployed = records(status['history']).find((release) => release['status'] === 'deployed')
  return text(deployed?.['chartVersion'] ?? status['lastAttemptedRevision'])
}

function condition({ status = {} }: KubernetesObject, type: string) {
  const found = records(status['conditions']).find((c) => c['type'] === type)
  const message = found?.['message']
  return found && { status: found['status'], message: typeof message === 'string' ? message : '' }
}

function madeFrom(theirs: KubernetesObject, there: string): string {
  const parent = makerOf(theirs)
  return parent ? ` (on ${there} ${fluxName(parent)} makes it)` : ''
}
