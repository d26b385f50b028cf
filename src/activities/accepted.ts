import {
  CALLERS_ACCEPTED,
  CALLERS_TOLD,
  UNSEEN_ACCEPTED,
  UNSEEN_TOLD,
  WAYS_ACCEPTED,
  WAYS_TOLD,
} from '../domain/annotations.ts'
import { home } from '../domain/fence.ts'
import { trafficAnnotations } from '../domain/quiet.ts'
import { wherePointer } from '../domain/where.ts'
import { unreachable } from './errors.ts'
import type { KubernetesPort } from './ports.ts'

/**
 * What people accepted to be lost with a cluster, by name, as the cluster itself keeps it: the other proof and a later try of
 * this one ask it, and it goes with it. An answer is about what they were told of when they were last asked, and that alone.
 */
const matters = {
  callers: { accepted: CALLERS_ACCEPTED, told: CALLERS_TOLD },
  ways: { accepted: WAYS_ACCEPTED, told: WAYS_TOLD },
  unseen: { accepted: UNSEEN_ACCEPTED, told: UNSEEN_TOLD },
} as const

/** Of traffic: each environment by itself, under its first namespace, which is nobody else's. */
export type Matter = keyof typeof matters | { readonly trafficOf: string }

const keysOf = (matter: Matter) => (typeof matter === 'string' ? matters[matter] : trafficAnnotations(matter.trafficOf))

export const acceptedOn = (cluster: KubernetesPort, matter: Matter): Promise<readonly string[]> =>
  namesOn(cluster, keysOf(matter).accepted)

export const toldOn = (cluster: KubernetesPort, matter: Matter): Promise<readonly string[]> =>
  namesOn(cluster, keysOf(matter).told)

/** Keeps that these are accepted, whatever was before. Throws `unreachable` where it does not read so. */
export const noteAccepted = (cluster: KubernetesPort, matter: Matter, names: readonly string[]): Promise<void> =>
  note(cluster, { [keysOf(matter).accepted]: names })

/** Before people are asked of one matter: of what else of a cluster they were told before, this answer says nothing. */
export const noteTold = (cluster: KubernetesPort, matter: Matter, names: readonly string[]): Promise<void> =>
  note(
    cluster,
    typeof matter === 'string'
      ? Object.fromEntries(Object.entries(matters).map(([each, { told }]) => [told, each === matter ? names : []]))
      : { [keysOf(matter).told]: names },
  )

const { namespace, name } = wherePointer.metadata

async function namesOn(cluster: KubernetesPort, annotation: string): Promise<readonly string[]> {
  const kept = (await cluster.find('ConfigMap', namespace, name))?.metadata.annotations?.[annotation]
  try {
    const names: unknown = JSON.parse(kept ?? '[]')
    return Array.isArray(names) ? names.map(String) : []
  } catch {
    // Somebody else wrote there: then nobody was told of, nobody accepted.
    return []
  }
}

async function note(cluster: KubernetesPort, lists: Readonly<Record<string, readonly string[]>>): Promise<void> {
  await cluster.apply(home, { force: true })
  await cluster.create(wherePointer)
  const wanted = Object.entries(lists).map(
    ([annotation, names]) => [annotation, JSON.stringify(names.toSorted())] as const,
  )
  const annotations = Object.fromEntries(wanted)
  await cluster.patch('ConfigMap', namespace, name, { metadata: { annotations } })
  for (const [annotation, names] of wanted) {
    // One that is to be empty, too: what people were told of before is nothing that they answer now.
    if (JSON.stringify(await namesOn(cluster, annotation)) !== names)
      throw unreachable(`ConfigMap ${namespace}/${name} does not say yet what was written: ${annotation}`)
  }
}
