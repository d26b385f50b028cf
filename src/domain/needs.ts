import { record, records, type Fields } from './fields.ts'
import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import { podSpecOf } from './workload-state.ts'

/** What a pod does not start without, by name, in its own namespace. */
export interface Need {
  readonly kind: 'Secret' | 'ConfigMap' | 'ServiceAccount'
  readonly name: string
}

/**
 * Each once. What is marked optional is none.
 * https://kubernetes.io/docs/concepts/configuration/secret/#using-a-secret, …/configmap/#using-configmaps, and
 * https://kubernetes.io/docs/concepts/security/service-accounts/#assign-to-pod
 */
export function needsOf(pod: Fields): Need[] {
  const { values, from, volumes, projected } = sourcesOf(pod)
  const secretVolumes = volumes.map((v) => record(v['secret'])).map((s) => ({ ...s, name: s['secretName'] }))
  const secrets = [
    ...values.map((v) => record(v['secretKeyRef'])),
    ...from.map((f) => record(f['secretRef'])),
    ...secretVolumes,
    ...projected.map((p) => record(p['secret'])),
  ]
  const account = pod['serviceAccountName']
  return [
    ...named('Secret', secrets),
    ...named('ConfigMap', mapsOf(pod)),
    ...(typeof account === 'string' && account !== '' ? [{ kind: 'ServiceAccount' as const, name: account }] : []),
  ]
}

/** ConfigMaps that a pod takes something from, by name, also where it starts without. */
export const configMapsOf = (pod: Fields): string[] =>
  mapsOf(pod).flatMap(({ name }) => (typeof name === 'string' && name !== '' ? [name] : []))

const mapsOf = (pod: Fields): Fields[] => {
  const { values, from, volumes, projected } = sourcesOf(pod)
  return [
    ...values.map((v) => record(v['configMapKeyRef'])),
    ...from.map((f) => record(f['configMapRef'])),
    ...volumes.map((v) => record(v['configMap'])),
    ...projected.map((p) => record(p['configMap'])),
  ]
}

/** Where a pod's spec names what is to be given to it. */
function sourcesOf(pod: Fields) {
  const containers = [...records(pod['initContainers']), ...records(pod['containers'])]
  const volumes = records(pod['volumes'])
  return {
    values: containers.flatMap((c) => records(c['env']).map((e) => record(e['valueFrom']))),
    from: containers.flatMap((c) => records(c['envFrom'])),
    volumes,
    projected: volumes.flatMap((v) => records(record(v['projected'])['sources'])),
  }
}

const named = (kind: Need['kind'], refs: readonly Fields[]): Need[] => {
  const names = refs.flatMap(({ name, optional }) =>
    typeof name === 'string' && name !== '' && optional !== true ? [name] : [],
  )
  return [...new Set(names)].map((name) => ({ kind, name }))
}

/** What is where, by kind and namespace. */
export type Names = (kind: Need['kind'], namespace: string) => ReadonlySet<string>

/** Why these could not start at their turn: what their pods need and is not there, workload by workload. */
export const couldNotStart = (workloads: readonly KubernetesObject[], there: Names): string[] =>
  workloads.flatMap((workload) => {
    const { namespace = '' } = workload.metadata
    const lacks = needsOf(podSpecOf(workload)).filter(({ kind, name }) => !there(kind, namespace).has(name))
    return lacks.length === 0
      ? []
      : [`${nameOf(workload)} needs ${lacks.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`]
  })
