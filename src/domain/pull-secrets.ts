import { records, type Fields } from './fields.ts'
import { warning, type Finding } from './findings.ts'
import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import { podSpecOf } from './workload-state.ts'

/** Only Secrets of these types are pulled with. https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets */
const TYPES: ReadonlySet<unknown> = new Set(['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg'])

export const isForPulling = ({ type }: KubernetesObject): boolean => TYPES.has(type)

/**
 * By name: what the pods of this workload pull images with, which is what their ServiceAccount names where they name
 * nothing. https://kubernetes.io/docs/concepts/security/service-accounts/#assign-to-pod
 */
export function pullSecretsOf(workload: KubernetesObject, accounts: readonly KubernetesObject[]): string[] {
  const pod = podSpecOf(workload)
  const own = namesIn(pod['imagePullSecrets'])
  if (own.length > 0) return own
  const { serviceAccountName = 'default' } = pod
  const account = accounts.find(
    ({ metadata: { name, namespace } }) => name === serviceAccountName && namespace === workload.metadata.namespace,
  )
  return namesIn(account?.['imagePullSecrets'])
}

const namesIn = (references: unknown): string[] =>
  records(references).flatMap(({ name }: Fields) => (typeof name === 'string' && name !== '' ? [name] : []))

/** Of one namespace of blue. `there`: the Secrets for pulling that it has, by name. */
export function pullSecretFindings(
  workloads: readonly KubernetesObject[],
  accounts: readonly KubernetesObject[],
  there: ReadonlySet<string>,
): Finding[] {
  const needs = workloads.flatMap((w) => pullSecretsOf(w, accounts).map((name) => ({ name, w })))
  const missing = new Map(needs.filter(({ name }) => !there.has(name)).map(({ name, w }) => [name, w]))
  return [...missing].map(([name, w]) =>
    warning(
      'pull-secret-missing',
      nameOf({ kind: 'Secret', metadata: { ...w.metadata, name } }),
      `${nameOf(w)} is to pull its images with it, and blue has no such Secret for pulling: what blue's nodes have kept, green's have to pull`,
      'make it on blue, or take its name out of imagePullSecrets',
    ),
  )
}
