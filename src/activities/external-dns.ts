import { dnsRouteFindings } from '../domain/dns-owners.ts'
import {
  dnsFindings,
  dnsWriters,
  isRunning,
  orphanedRecords,
  shareAnOwner,
  type DnsWriter,
} from '../domain/external-dns.ts'
import type { Finding } from '../domain/findings.ts'
import { nameOf } from '../domain/kubernetes-objects.ts'
import { writerOf } from '../domain/managers.ts'
import type { Platform } from '../domain/platform.ts'
import { transformed } from '../domain/transforms.ts'
import type { Owned } from '../domain/weighted-records.ts'
import { contested } from './errors.ts'
import { podsOf } from './pods.ts'
import type { KubernetesPort } from './ports.ts'
import { budgets, doneWithin, noteAside, notedAside, noteDone, notYet } from './waiting.ts'

const writersOn = async (cluster: KubernetesPort): Promise<DnsWriter[]> => dnsWriters(await cluster.list('Deployment'))

/**
 * What the external-dns of green would do there to blue's records: what the platform's waves bring there, as blue has it and
 * the file changes it, and on an adopted `green` what is there already. Reads only.
 */
export async function dnsSurvey(blue: KubernetesPort, platform: Platform, green?: KubernetesPort): Promise<Finding[]> {
  const onBlue = await writersOn(blue)
  const brought = onBlue.flatMap(({ workload }) => {
    const app = platform.waves.flat().find((a) => a.namespaces.includes(workload.metadata.namespace ?? ''))
    return app && !app.cameWithGreen ? dnsWriters([transformed(workload, app.transforms ?? [])]) : []
  })
  const there = green ? await writersOn(green) : []
  const routes = platform.apps.flatMap(({ environments }) => environments.flatMap((it) => it.routes))
  const weighed = routes.filter((route) => route.kind === 'external-dns')
  return [...dnsFindings(onBlue, brought, there), ...dnsRouteFindings(weighed, [...brought, ...there], onBlue)]
}

/** Records that nobody keeps once this cluster is gone, while there is time to give them to somebody. Reads only. */
export async function orphansAhead(
  { cluster, name }: { readonly cluster: KubernetesPort; readonly name: string },
  other: KubernetesPort | undefined,
  owned: Owned | undefined,
): Promise<Finding[]> {
  const [its, others] = await Promise.all([writersOn(cluster), other ? writersOn(other) : []])
  return orphanedRecords(its, others, name, { owned, ahead: true })
}

/** By name, those that attempts of this step have stopped; and when. */
const STOPPED = 'external-dns stopped'
/** Who keeps things as they are written elsewhere, as Argo CD where it heals, has started or made them anew by then. */
export const HEALED_MS = 6_000

/**
 * Ends when no external-dns runs here that could delete records of the other cluster once the Ingresses here go; throws
 * not yet until then, and `contested` where somebody starts one again, which would. `all`: also one whose owner id is its
 * own, because its cluster goes and its records are still asked for. `owned`: what TXT records say, where they were read.
 * `removed`: what is gone by now, in words. Safe to repeat.
 */
export async function stopExternalDns(
  { cluster, name }: { readonly cluster: KubernetesPort; readonly name: string },
  other: KubernetesPort | undefined,
  { all, owned, removed }: { readonly all: boolean; readonly owned?: Owned | undefined; readonly removed: string },
): Promise<Finding[]> {
  const others = other ? await writersOn(other) : []
  // One of the other cluster that is stopped may start, and want its records as they were.
  const its = (await writersOn(cluster)).filter((one) => all || others.some((it) => shareAnOwner(one, it)))
  const running = its.filter(isRunning)
  const before = (notedAside(STOPPED) as readonly string[] | undefined) ?? [] // only this function notes under that name
  const again = running.find(({ workload }) => before.includes(nameOf(workload)))
  if (again) throw contested(startedAgain(again, name, removed))
  if (running.length > 0) noteDone(STOPPED)
  for (const { workload } of running) {
    const { namespace, name: called, resourceVersion } = workload.metadata
    await cluster.patch('Deployment', namespace, called, { metadata: { resourceVersion }, spec: { replicas: 0 } })
  }
  if (running.length > 0) noteAside(STOPPED, [...before, ...running.map(({ workload }) => nameOf(workload))])
  for (const { workload } of its) {
    const pods = await podsOf(cluster, workload)
    if (pods.length > 0)
      throw notYet(
        `${nameOf(workload)} of ${name} is stopped first, and ${pods.length} pods of it still run`,
        budgets.pods,
      )
  }
  if (doneWithin(STOPPED, HEALED_MS))
    throw notYet(
      `external-dns of ${name} is stopped, and is to stay so: whoever starts it again does by then`,
      budgets.pods,
    )
  return all ? orphanedRecords(its, others, name, { owned }) : []
}

const startedAgain = ({ workload }: DnsWriter, cluster: string, removed: string): string =>
  `${nameOf(workload)} of ${cluster} was stopped, and ${writerOf(workload, ['spec', 'replicas']) ?? 'somebody'} started it again: it would delete records as soon as their Ingresses go. ${removed}. Have whoever deploys it leave it at 0 replicas (Argo CD: no selfHeal for its Application), then retry`
