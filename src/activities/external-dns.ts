import { dnsRouteFindings } from '../domain/dns-owners.ts'
import { dnsFindings, dnsWriters, orphanedRecords, shareAnOwner, type DnsWriter } from '../domain/external-dns.ts'
import type { Finding } from '../domain/findings.ts'
import { nameOf } from '../domain/kubernetes-objects.ts'
import type { Platform } from '../domain/platform.ts'
import { transformed } from '../domain/transforms.ts'
import type { Owned } from '../domain/weighted-records.ts'
import { replicasOf } from '../domain/workload-state.ts'
import { podsOf } from './pods.ts'
import type { KubernetesPort } from './ports.ts'
import { budgets, notYet } from './waiting.ts'

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

/**
 * Ends when no external-dns runs here that could delete records of the other cluster once the Ingresses here go; throws
 * not yet until then. `all`: also one whose owner id is its own, because its cluster goes and its records are still asked
 * for. `owned`: what TXT records say, where they were read. Safe to repeat.
 */
export async function stopExternalDns(
  { cluster, name }: { readonly cluster: KubernetesPort; readonly name: string },
  other: KubernetesPort | undefined,
  { all, owned }: { readonly all: boolean; readonly owned?: Owned | undefined },
): Promise<Finding[]> {
  const others = other ? await writersOn(other) : []
  const stopped = (await writersOn(cluster)).filter((one) => all || others.some((it) => shareAnOwner(one, it)))
  for (const { workload } of stopped) {
    if (replicasOf(workload) === 0) continue
    const { namespace, name: its, resourceVersion } = workload.metadata
    await cluster.patch('Deployment', namespace, its, { metadata: { resourceVersion }, spec: { replicas: 0 } })
  }
  for (const { workload } of stopped) {
    const pods = await podsOf(cluster, workload)
    if (pods.length > 0)
      throw notYet(
        `${nameOf(workload)} of ${name} is stopped first, and ${pods.length} pods of it still run`,
        budgets.pods,
      )
  }
  return all ? orphanedRecords(stopped, others, name, { owned }) : []
}
