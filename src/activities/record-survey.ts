import { hostnameOf } from '../domain/load-balancers.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import type { RecordFacts, Target } from '../domain/record-routes.ts'
import { ownerIn, ownerNames } from '../domain/weighted-records.ts'
import { undefinedWhereGone, type Proven } from './outside.ts'
import type { Balancer, KubernetesPort } from './ports.ts'

/** What there is of the records that the platform file lists, one after the other: Route 53 is asked slowly. Reads only. */
export async function recordSurvey(
  { records, loadBalancing }: Pick<Proven, 'records' | 'loadBalancing'>,
  blue: KubernetesPort,
  { apps }: Pick<PlatformFile, 'apps'>,
): Promise<RecordFacts[]> {
  const listed = Object.values(apps).flatMap((app) => app.records ?? [])
  const facts: RecordFacts[] = []
  for (const { name, zone, target } of listed) {
    const sets = await records.named(zone, name).catch(undefinedWhereGone)
    const beside = []
    for (const other of sets ? ownerNames(name).filter((n) => n !== name) : [])
      beside.push(...(await records.named(zone, other)))
    const dnsOwner = ownerIn([...(sets ?? []), ...beside])
    const balancer = await balancerOf(target, blue, loadBalancing)
    facts.push({
      name,
      zone,
      target,
      protectedTypes: sets ? await records.protectedTypes(zone, name) : [],
      ...(sets && { sets }),
      ...(dnsOwner !== undefined && { dnsOwner }),
      ...(balancer && { balancer }),
    })
  }
  return facts
}

async function balancerOf(
  { kind, namespace, name }: Target,
  blue: KubernetesPort,
  loadBalancing: Proven['loadBalancing'],
): Promise<Balancer | undefined> {
  const object = (await blue.list(kind, { namespace })).find((o) => o.metadata.name === name)
  const host = object && hostnameOf(object)
  return host === undefined ? undefined : loadBalancing.findBalancer(host)
}
