/** What the server warns of and takes all the same: labels of nodes that are on their way out. */
import type { KubernetesObject } from '../types.ts'
import { at, fields } from './json.ts'

/** pkg/api/node/util.go */
const deprecatedLabels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
}

const ofWorkloads = ['spec', 'template', 'spec'] as const
/** Where a kind keeps what its pods are to be. */
const places: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  DaemonSet: ofWorkloads,
  Deployment: ofWorkloads,
  Job: ofWorkloads,
  ReplicaSet: ofWorkloads,
  StatefulSet: ofWorkloads,
  CronJob: ['spec', 'jobTemplate', ...ofWorkloads],
}

/** Of what was written, where its spec is new or another than before (pkg/api/pod/warnings.go and each kind's strategy). */
export function nodeLabelWarnings(written: KubernetesObject, before: KubernetesObject | undefined): readonly string[] {
  const place = places[written.kind]
  if (place === undefined || written.metadata.generation === before?.metadata.generation) return []
  return Object.keys(fields(at(written, ...place, 'nodeSelector'))).flatMap((label) => {
    const said = deprecatedLabels[label]
    return said === undefined ? [] : [`${place.join('.')}.nodeSelector[${label}]: ${said}`]
  })
}
