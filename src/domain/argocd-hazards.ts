import { setOf } from './argocd.ts'
import { record, records, texts } from './fields.ts'
import { globMatches } from './globs.ts'
import { controllerOf, type KubernetesObject } from './kubernetes-objects.ts'
import type { WorkloadRef } from './platform.ts'
import { scales } from './scalers.ts'

/**
 * What Argo CD would undo, prune or delete of what Norikae relies on. None of it is changed by Norikae: an Application is
 * its ApplicationSet's, and that is its owner's, who would write it back.
 */

const policyOf = ({ spec }: KubernetesObject) => record(record(spec)['syncPolicy'])

export function isAutomated(application: KubernetesObject): boolean {
  const { automated } = policyOf(application)
  return automated !== undefined && automated !== null && record(automated)['enabled'] !== false
}

/** One commit would take objects away on both sides at once, and there would be no way back. */
export const prunes = (application: KubernetesObject): boolean =>
  isAutomated(application) && record(policyOf(application)['automated'])['prune'] === true

/** A field that Norikae writes while an app moves. */
export interface Held {
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly path: readonly string[]
}

/** `scalers`: those of the namespaces; what sleeps is scaled to none or suspended, and what runs keeps its floor. */
export function held(asleep: readonly WorkloadRef[], scalers: readonly KubernetesObject[]): Held[] {
  const workloads = asleep.map(({ kind, namespace, name }): Held => {
    const [group, field] = kind === 'CronJob' ? ['batch', 'suspend'] : ['apps', 'replicas']
    return { group, kind, namespace, name, path: ['spec', field] }
  })
  return [...workloads, ...scalers.flatMap((s) => heldOfScaler(s, asleep))]
}

const PAUSED_REPLICAS = 'autoscaling.keda.sh/paused-replicas'

function heldOfScaler(scaler: KubernetesObject, asleep: readonly WorkloadRef[]): Held[] {
  // What KEDA makes is KEDA's, and in no repository.
  if (controllerOf(scaler) !== undefined) return []
  const { kind, metadata, spec, apiVersion } = scaler
  const it = (...path: string[]): Held => ({
    group: apiVersion.split('/')[0] ?? '',
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    path,
  })
  if (kind === 'HorizontalPodAutoscaler') return [it('spec', 'minReplicas')]
  const sleeps = asleep.some((ref) => scales(scaler, ref))
  if (!sleeps) return [it('spec', 'minReplicaCount'), ...(idles(spec) ? [it('spec', 'idleReplicaCount')] : [])]
  // One that its owner never wrote is no difference.
  return metadata.annotations?.[PAUSED_REPLICAS] === undefined ? [] : [it('metadata', 'annotations', PAUSED_REPLICAS)]
}

const idles = (spec: KubernetesObject['spec']): boolean => spec?.['idleReplicaCount'] !== undefined

/** Of these fields, those that the Application takes for a difference, and would write back when it syncs. */
export function unignored(application: KubernetesObject, fields: readonly Held[]): readonly Held[] {
  const ignores = records(application.spec?.['ignoreDifferences'])
  // Without it they are ignored when they are compared, and written all the same when something else is synced.
  const respected = texts(policyOf(application)['syncOptions']).includes('RespectIgnoreDifferences=true')
  if (isAutomated(application) && !respected) return fields
  return fields.filter((field) => !ignores.some((entry) => ignored(entry, field)))
}

/** As Argo CD reads an entry (util/argo/diff/ignore.go): group and kind are globs, name and namespace may be left out. */
function ignored(entry: Readonly<Record<string, unknown>>, field: Held): boolean {
  const { group = '', kind = '', name = '', namespace = '' } = entry
  return (
    globMatches(String(group), field.group) &&
    globMatches(String(kind), field.kind) &&
    ['', field.name].includes(String(name)) &&
    ['', field.namespace].includes(String(namespace)) &&
    (texts(entry['managedFieldsManagers']).includes('norikae') ||
      texts(entry['jsonPointers']).some((pointer) => leadsTo(pointer, field.path)) ||
      texts(entry['jqPathExpressions']).some((expression) => leadsTo(expression.replaceAll('.', '/'), field.path)))
  )
}

/** To the field itself, or to what it is in. RFC 6901: `~1` is a slash. */
function leadsTo(pointer: string, path: readonly string[]): boolean {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((p) => p.replaceAll('~1', '/').replaceAll('~0', '~'))
  return parts.length > 0 && parts.every((part, n) => part === path[n])
}

/**
 * What it would do by itself while both sides run, in words that follow its name, with what ends it; undefined: nothing.
 * Whoever else syncs it has been warned, and was not asked to by Norikae.
 */
export function hazardOf(application: KubernetesObject, fields: readonly Held[]): string | undefined {
  if (prunes(application))
    return 'prunes by itself: one commit would remove objects from both sides, and leave no way back. Write automated: { prune: false } where it is made'
  const written = isAutomated(application) ? unignored(application, fields) : []
  if (written.length === 0) return undefined
  const names = written.slice(0, 3).map(fieldInWords).join(', ')
  return `would write back what Norikae holds (${names}). Add ${IGNORED} where it is made`
}

/** What its owner pastes, once for everything: the fields that Norikae owns, and for as long as it does. */
export const IGNORED = `ignoreDifferences: [{ group: "*", kind: "*", managedFieldsManagers: [norikae] }] and syncPolicy: { syncOptions: [RespectIgnoreDifferences=true] }`

export const fieldInWords = ({ kind, namespace, name, path }: Held): string =>
  `${path.join('.')} of ${kind} ${namespace}/${name}`

const FINALIZER = /^resources-finalizer\.argocd\.argoproj\.io/

/**
 * Why what it has deployed would be deleted once its cluster loses this label; undefined: it stays. The ApplicationSet as
 * it is now: `set` undefined where it is gone. An Application written by hand stays, and one of another label.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Controlling-Resource-Modification/
 */
export function deletes(
  application: KubernetesObject,
  set: KubernetesObject | undefined,
  label: string,
): string | undefined {
  const name = setOf(application)
  if (name === undefined) return undefined
  if (set === undefined) return `its ApplicationSet ${name} is gone, so it goes too, with what it has deployed`
  if (!choosesBy(set, label)) return undefined
  const { applicationsSync, preserveResourcesOnDeletion } = policyOf(set)
  if (applicationsSync === 'create-only' || applicationsSync === 'create-update') return undefined
  if (preserveResourcesOnDeletion !== true)
    return `ApplicationSet ${name} would delete it, and Argo CD everything that it has deployed`
  // One that the template names stays, whatever the policy says.
  const finalizer = application.metadata.finalizers?.find((f) => FINALIZER.test(f))
  return (
    finalizer &&
    `ApplicationSet ${name} would delete it, and its finalizer ${finalizer} everything that it has deployed`
  )
}

/** What ends it, said to who owns the ApplicationSet. */
export const PRESERVED =
  'write syncPolicy: { preserveResourcesOnDeletion: true } in its spec, and no finalizers in its template'

/** Does it choose clusters by this label? What it fills in itself may become any label. */
export function choosesBy({ spec }: KubernetesObject, label: string): boolean {
  const generators = JSON.stringify(record(spec)['generators'] ?? [])
  return generators.includes(JSON.stringify(label)) || generators.includes('{{')
}
