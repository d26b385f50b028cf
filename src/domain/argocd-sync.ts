import { isSynced, revisionInWords, revisionsIn, runs } from './argocd.ts'
import { record, records } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { isAutomated } from './argocd-hazards.ts'
import type { WorkloadRef } from './platform.ts'

/** Where an Application stands on its way to what its counterpart on the other side runs. */
export type Standing =
  | { readonly is: 'there' }
  /** Nobody syncs it by itself: it is to be asked for. */
  | { readonly is: 'to ask' }
  /** `behind`: nothing is under way that would bring it there; when it is compared next something is, or it is there. */
  | { readonly is: 'waited for' | 'behind' | 'failed'; readonly why: string }

/** As which Norikae asks for a sync, so that its own is known again. */
const ASKED_BY = 'norikae'

/**
 * `wanted`: what is to run, a revision for each source; `asked`: what this attempt's own sync is known by.
 * https://github.com/argoproj/argo-cd/blob/master/pkg/apis/application/v1alpha1/types.go (Operation, OperationState)
 */
export function standing(application: KubernetesObject, wanted: readonly string[], asked: string): Standing {
  const { status = {} } = application
  const waits = (why: string): Standing => ({ is: 'waited for', why })
  const behind = (why: string): Standing => ({ is: 'behind', why })
  const isWanted = (revisions: readonly string[]) => revisions.length > 0 && wanted.join(' ') === revisions.join(' ')
  if (application['operation'] !== undefined) return waits('its sync is about to begin')
  const last = record(status['operationState'])
  const message = textOr(last['message'], 'no message')
  if (last['phase'] === 'Running' || last['phase'] === 'Terminating') return waits(`it syncs: ${message}`)
  const own = isOwn(last, asked)
  const failed = last['phase'] === 'Failed' || last['phase'] === 'Error'
  const sync = record(status['sync'])
  const compared = textOr(sync['status'], 'not compared yet')
  if (isSynced(application) && isWanted(revisionsIn(sync))) return { is: 'there' }
  // What was asked for is there, whatever has been committed since.
  if (own && last['phase'] === 'Succeeded' && isWanted(revisionsIn(last['syncResult']))) return { is: 'there' }
  if (own && failed) return { is: 'failed', why: `its sync failed: ${message}` }
  const trouble = records(status['conditions']).find((c) => String(c['type']).endsWith('Error'))
  if (isAutomated(application) && !failed)
    return behind(
      trouble
        ? `${textOr(trouble['type'], 'Error')}: ${textOr(trouble['message'], 'no message')}`
        : `it runs ${revisionInWords(runs(application))}, ${compared}`,
    )
  if (own) return behind(`it was synced, and is ${compared}`)
  return { is: 'to ask' }
}

const textOr = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value : otherwise

const isOwn = (last: object, asked: string): boolean =>
  records(record(record(last)['operation'])['info']).some((i) => i['name'] === ASKED_BY && i['value'] === asked)

/**
 * Asks for a sync: a patch of exactly the version that was read. Options and retries are the Application's own, which
 * only the server of Argo CD would fill in. Nothing is pruned.
 */
export function syncRequest(
  { metadata, spec = {} }: KubernetesObject,
  revisions: readonly string[],
  asked: string,
): object {
  const { syncOptions, retry } = record(spec['syncPolicy'])
  const several = records(spec['sources']).length > 0
  return {
    metadata: { resourceVersion: metadata.resourceVersion },
    operation: {
      initiatedBy: { username: ASKED_BY },
      info: [{ name: ASKED_BY, value: asked }],
      sync: {
        ...(several ? { revisions } : { revision: revisions[0] }),
        ...(syncOptions !== undefined && { syncOptions }),
      },
      ...(retry !== undefined && { retry }),
    },
  }
}

/** Git is looked at again at once. https://argo-cd.readthedocs.io/en/stable/user-guide/annotations-and-labels/ */
export const refreshRequest = { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } } as const

/** Why it is not well; undefined: it is. What sleeps may be suspended. */
export function unwell({ status = {} }: KubernetesObject, asleep: readonly WorkloadRef[]): string | undefined {
  const health = record(status['health'])
  const code = textOr(health['status'], 'Unknown')
  if (code === 'Healthy') return undefined
  const sick = records(status['resources']).filter((r) => {
    const its = record(r['health'])['status']
    return its !== undefined && its !== 'Healthy' && !(its === 'Suspended' && asleep.some((ref) => isIt(r, ref)))
  })
  if (code === 'Suspended' && asleep.length > 0 && sick.length === 0) return undefined
  const names = sick.slice(0, 3).map((r) => `${textOr(r['kind'], '')} ${textOr(r['name'], '')}`)
  return [code, ...(typeof health['message'] === 'string' ? [health['message']] : []), ...names].join(': ')
}

const isIt = (resource: object, { kind, namespace, name }: WorkloadRef): boolean => {
  const its = record(resource)
  return its['kind'] === kind && its['name'] === name && its['namespace'] === namespace
}
