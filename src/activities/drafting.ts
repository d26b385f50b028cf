import { formatProblems } from '../config/problem.ts'
import { readPlatformFile } from '../config/read.ts'
import { draftOf } from '../domain/draft.ts'
import { draftedRecords, type DraftedRecord } from '../domain/drafted-records.ts'
import { entrancesOf } from '../domain/entrances.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import type { Activities } from '../workflows/activities.ts'
import { failed, invalidInput, isDenied, notFound } from './errors.ts'
import { proven, type Outside } from './outside.ts'
import { blueFacts } from './blue-facts.ts'
import { lookedThrough } from './hosted-zones.ts'
import type { RecordsPort } from './ports.ts'
import { tenantsOn } from './preparing.ts'

const PROMETHEUS = /^prometheus(-server|-operated|-k8s)?$|^(kube-prometheus|thanos-query|mimir-query|vmselect)/

export const draftingActivities = (outside: Outside): Pick<Activities, 'draft'> => ({
  /** Reads a cluster that has no platform file, and writes one: as text, nowhere. */
  async draft(request) {
    const { cluster, region } = request
    if (!/^[0-9A-Za-z][\w-]{0,99}$/.test(cluster))
      throw invalidInput(`"${String(cluster).slice(0, 100)}" is not the name of an EKS cluster`)
    if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
      throw invalidInput(`"${String(region).slice(0, 100)}" is not an AWS region; write it like ap-northeast-1`)
    const { account } = await outside.ports.identity.whoAmI(region)
    const world = await proven(outside, { platform: cluster, account, region, blue: cluster, green: '' })
    const names = await world.eks.clusterNames()
    if (!names.includes(cluster))
      throw notFound(
        `there is no cluster ${cluster} in ${account}, ${region}; there is ${names.join(', ') || 'none at all'}`,
      )
    const { nodegroups } = await blueFacts(world.eks, cluster)
    const kubernetes = await world.cluster(cluster)
    const [{ namespaces }, services] = await Promise.all([
      tenantsOn(world, cluster, nodegroups),
      kubernetes.list('Service'),
    ])
    const records = await recordsLeadingTo(world.records, services)
    const prometheus = services
      .map(({ metadata: { namespace = '', name } }) => ({ name, place: `${namespace}/${name}` }))
      .filter(({ name }) => PROMETHEUS.test(name))
    const draft = draftOf({ cluster, account, region, namespaces, prometheus: prometheus.map((p) => p.place), records })
    const read = readPlatformFile(draft.text, `${draft.platform}.yaml`)
    if (!read.ok) throw failed(`what was found on ${cluster} makes no platform file:\n${formatProblems(read.problems)}`)
    return draft
  },
})

/**
 * Of Services alone: an Ingress that a load balancer controller serves is moved by its own rules. Preflight tells of further
 * names. Throws `notReady` where an attempt gets too long.
 */
async function recordsLeadingTo(
  records: RecordsPort,
  services: readonly KubernetesObject[],
): Promise<readonly DraftedRecord[]> {
  const entrances = entrancesOf(services)
  if (entrances.length === 0) return []
  const places = new Set(entrances.map(({ at }) => at))
  try {
    const { leads } = await lookedThrough(records, { places, served: new Map(), others: new Set(), once: true })
    return draftedRecords(leads, entrances, await records.zones())
  } catch (error) {
    if (!isDenied(error)) throw error
    return []
  }
}
