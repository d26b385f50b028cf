import { isDeepStrictEqual } from 'node:util'
import { unitsFor } from '../domain/balancer-capacity.ts'
import { hostnameOf } from '../domain/load-balancers.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import type { RecordFacts, Target } from '../domain/record-routes.ts'
import { txtNames } from '../domain/dns-owners.ts'
import { dnsWriters } from '../domain/external-dns.ts'
import { ownerIn, ownerNames } from '../domain/weighted-records.ts'
import { balancerDimension } from '../domain/quiet-balancers.ts'
import { peakOf } from './balancer-capacity.ts'
import { isFailure, notReady } from './errors.ts'
import { undefinedWhereGone, type Proven } from './outside.ts'
import type { Balancer, KubernetesPort } from './ports.ts'
import { attemptIsLong, onceEach } from './waiting.ts'

type Asked = Pick<Proven, 'records' | 'loadBalancing' | 'cloudWatch'>

/**
 * What there is of the records that the platform file lists, one after the other: Route 53 is asked slowly, so that many take
 * longer than one attempt, and the next one goes on where it stopped (`onceEach`; who asks remembers nothing else). Reads only.
 */
export async function recordSurvey(
  { records, loadBalancing, cloudWatch }: Asked,
  blue: KubernetesPort,
  { apps }: Pick<PlatformFile, 'apps'>,
): Promise<RecordFacts[]> {
  const listed = Object.values(apps).flatMap((app) => app.records ?? [])
  const isLong = attemptIsLong()
  const objects = once((kind: Target['kind'], namespace: string) => blue.list(kind, { namespace }))
  const balancers = once((host: string) => loadBalancing.findBalancer(host))

  const objectOf = async ({ kind, namespace, name }: Target) =>
    (await objects(kind, namespace)).find((o) => o.metadata.name === name)
  /** Prefixes and suffixes of one's own are written nowhere but in its arguments. */
  const writers = once(async () => dnsWriters(await blue.list('Deployment')))

  async function balancerOf(target: Target): Promise<Balancer | undefined> {
    const object = await objectOf(target)
    const host = object && hostnameOf(object)
    return host === undefined ? undefined : balancers(host)
  }

  const facts = await onceEach(
    listed,
    ({ zone, name }) => `${zone} ${name}`,
    async ({ name, zone, target, capacity }): Promise<RecordFacts> => {
      const sets = await records.named(zone, name).catch(undefinedWhereGone)
      const external = sets ? await writers() : []
      const names = [...ownerNames(name), ...external.flatMap(({ affix }) => txtNames(name, affix))]
      const txt = [...(sets ?? [])]
      for (const other of sets ? new Set(names.filter((n) => n !== name)) : [])
        txt.push(...(await records.named(zone, other)))
      const same = listed.filter((other) => isDeepStrictEqual(other.target, target)).map((other) => other.name)
      const dns =
        ownerIn(txt) === undefined
          ? undefined
          : { txt, writers: external, object: await objectOf(target), listed: same }
      const balancer = await balancerOf(target)
      return {
        name,
        zone,
        target,
        protectedTypes: sets ? await records.protectedTypes(zone, name) : [],
        ...(sets && { sets }),
        ...(dns && { dns }),
        ...(balancer && { balancer }),
        ...(capacity !== undefined && { capacity }),
        ...(balancer && capacity === undefined && { needs: await neededLike(cloudWatch, balancer) }),
      }
    },
  )
  // What comes after it in the same attempt may take its time too.
  if (isLong()) throw notReady(`${facts.size} records were looked at`, '1s')
  return listed.flatMap(({ zone, name }) => facts.get(`${zone} ${name}`) ?? [])
}

/** LCU; 0 where that is not told: nobody is kept from looking by it. */
async function neededLike(cloudWatch: Asked['cloudWatch'], balancer: Balancer): Promise<number> {
  try {
    return unitsFor(balancerDimension(balancer.arn), balancer.zones, await peakOf({ cloudWatch }, balancer))
  } catch (error) {
    if (!isFailure(error)) throw error
    return 0
  }
}

/** The same question once. */
function once<A extends readonly string[], R>(ask: (...about: A) => Promise<R>): (...about: A) => Promise<R> {
  const asked = new Map<string, Promise<R>>()
  return (...about) => {
    const key = about.join(' ')
    const known = asked.get(key) ?? ask(...about)
    asked.set(key, known)
    return known
  }
}
