import type { Finding } from '../domain/findings.ts'
import { rightMissing, rightMissingBeside, sayable, type LookName } from '../domain/missing-rights.ts'
import { hidesApps, insideMissing, isInside, notLetIn, type Refused } from '../domain/rights-inside.ts'
import { isDenied } from './errors.ts'
import type { Proven } from './outside.ts'
import type { EksPort, KubernetesPort } from './ports.ts'

/** Which looks the worker was denied, and in whose words. */
export interface Sight {
  /**
   * What is there; where the worker may not look, that is noted, and `otherwise` is answered. `of`: which cluster is looked at,
   * where it may be another than blue.
   */
  at<T>(name: LookName, ask: () => Promise<T>, otherwise: T, of?: string): Promise<T>
  /** The same of blue's API server: of a kind of `insideOfBlue`. */
  inside<T>(what: Pick<Refused, 'kind' | 'verb'>, ask: () => Promise<T>, otherwise: T): Promise<T>
  /** Blue’s API server knows nobody of the worker’s name. */
  shutOut(says: string): void
  /** At blue. */
  isDenied(name: LookName): boolean
  /** Nothing may be said of apps: what tells of them was not seen. */
  hidesApps(): boolean
  /** These without what cannot be said of what was not seen, and what that was. */
  findings(found: readonly Finding[]): readonly Finding[]
}

export function sightOf(blue: string): Sight {
  /** By the cluster that was looked at. */
  const all = new Map<string, Map<LookName, string>>()
  const deniedAt = (cluster: string) => all.get(cluster) ?? new Map<LookName, string>()
  const refused = new Map<string, Refused>()
  let out: string | undefined
  let seen = false
  return {
    at: (name, ask, otherwise, of = blue) =>
      unlessDenied(ask, (says) => {
        const its = deniedAt(of)
        if (!its.has(name)) all.set(of, its.set(name, says))
        return otherwise
      }),
    async inside({ kind, verb }, ask, otherwise) {
      let mayNot = false
      const answer = await unlessDenied(ask, (says) => {
        mayNot = true
        refused.set(`${verb} ${kind}`, { kind, verb, says })
        return otherwise
      })
      seen ||= !mayNot
      return answer
    },
    shutOut(says) {
      out = says
    },
    isDenied: (name) => deniedAt(blue).has(name),
    hidesApps: () => out !== undefined || deniedAt(blue).has('cluster') || hidesApps([...refused.values()]),
    findings(found) {
      const atBlue = deniedAt(blue)
      return [
        ...[...atBlue].map(([name, says]) => rightMissing(name, blue, says)),
        // A right that is missing everywhere is told once.
        ...[...all].flatMap(([cluster, its]) =>
          [...its].flatMap(([name, says]) => (atBlue.has(name) ? [] : [rightMissingBeside(name, cluster, says)])),
        ),
        ...(out === undefined ? insideMissing(blue, [...refused.values()], seen) : [notLetIn(blue, out)]),
        ...sayable(
          found,
          [...all.values()].flatMap((its) => [...its.keys()]),
        ),
      ]
    },
  }
}

async function unlessDenied<T>(ask: () => Promise<T>, otherwise: (says: string) => T): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!isDenied(error)) throw error
    return otherwise(error.message)
  }
}

/**
 * The same world, in which a right that is missing is noted and ends nothing. What it answers then is as if there were
 * nothing, so it is for who only plans, and tells `sight.findings` of it.
 */
export function seenBy(sight: Sight, world: Proven): Proven {
  const { network, launchTemplates, compute, logs, loadBalancing, eks } = world
  return {
    ...world,
    eks: { ...eks, ...eksSeenBy(sight, eks) },
    network: {
      ...network,
      letInto: (...asked) => sight.at('rules of security groups', () => network.letInto(...asked), []),
      rulesNaming: (...asked) => sight.at('rules of security groups', () => network.rulesNaming(...asked), []),
      tagged: (...asked) => sight.at('network tags', () => network.tagged(...asked), []),
      zonesOf: (...asked) => sight.at('zones of its node groups', () => network.zonesOf(...asked), new Set<string>()),
    },
    launchTemplates: {
      ...launchTemplates,
      find: (...asked) => sight.at('launch templates', () => launchTemplates.find(...asked), undefined),
    },
    compute: { ...compute, images: (...asked) => sight.at('images', () => compute.images(...asked), []) },
    logs: { ...logs, find: (...asked) => sight.at('log group', () => logs.find(...asked), undefined) },
    loadBalancing: {
      ...loadBalancing,
      rulesForwardingTo: (...asked) => sight.at('listener rules', () => loadBalancing.rulesForwardingTo(...asked), []),
      pagesBeside: (...asked) =>
        sight.at('listener rules', () => loadBalancing.pagesBeside(...asked), { inFront: {}, ofNobody: [] }),
      tagsOf: (...asked) => sight.at('owners of listener rules', () => loadBalancing.tagsOf(...asked), {}),
    },
  }
}

const eksSeenBy = (sight: Sight, eks: EksPort): Partial<EksPort> => ({
  findCluster: (...asked) => sight.at('cluster', () => eks.findCluster(...asked), undefined, asked[0]),
  versions: () => sight.at('versions of Kubernetes', () => eks.versions(), []),
  nodegroupNames: (...asked) => sight.at('node groups', () => eks.nodegroupNames(...asked), [], asked[0]),
  findNodegroup: (...asked) => sight.at('node groups', () => eks.findNodegroup(...asked), undefined, asked[0]),
  addonNames: (...asked) => sight.at('add-ons', () => eks.addonNames(...asked), [], asked[0]),
  findAddon: (...asked) => sight.at('add-ons', () => eks.findAddon(...asked), undefined, asked[0]),
  addonVersions: (...asked) => sight.at('versions of add-ons', () => eks.addonVersions(...asked), []),
  configurationFaults: (...asked) => sight.at('schemas of add-ons', () => eks.configurationFaults(...asked), undefined),
  principals: (...asked) => sight.at('access entries', () => eks.principals(...asked), [], asked[0]),
  accessEntry: (...asked) => sight.at('access entries', () => eks.accessEntry(...asked), undefined, asked[0]),
  findAccess: (...asked) => sight.at('access entries', () => eks.findAccess(...asked), undefined, asked[0]),
  fargateProfileNames: (...asked) =>
    sight.at('Fargate profiles', () => eks.fargateProfileNames(...asked), [], asked[0]),
  findFargateProfile: (...asked) =>
    sight.at('Fargate profiles', () => eks.findFargateProfile(...asked), undefined, asked[0]),
  capabilities: (...asked) => sight.at('capabilities', () => eks.capabilities(...asked), [], asked[0]),
  identityProviders: (...asked) => sight.at('identity providers', () => eks.identityProviders(...asked), [], asked[0]),
  podIdentities: (...asked) => sight.at('pod identities', () => eks.podIdentities(...asked), [], asked[0]),
})

/**
 * Blue’s API server, whose refusals are noted as those of AWS are. Where it does not let the worker in at all, that is noted
 * once and nothing else is asked of it: of who is not known it asks for patience, each time anew.
 */
export async function insideSeenBy(sight: Sight, cluster: KubernetesPort): Promise<KubernetesPort> {
  try {
    await cluster.version()
  } catch (error) {
    if (!isDenied(error)) throw error
    sight.shutOut(error.message)
    return { ...cluster, ...nothing }
  }
  return {
    ...cluster,
    list: (kind, where) =>
      isInside(kind)
        ? sight.inside({ kind, verb: 'list' }, () => cluster.list(kind, where), [])
        : cluster.list(kind, where),
    find: (kind, namespace, name) =>
      isInside(kind)
        ? sight.inside({ kind, verb: 'get' }, () => cluster.find(kind, namespace, name), undefined)
        : cluster.find(kind, namespace, name),
    async *pages(kind, where) {
      if (!isInside(kind)) return yield* cluster.pages(kind, where)
      const pages = cluster.pages(kind, where)[Symbol.asyncIterator]()
      const next = () =>
        sight.inside({ kind, verb: 'list' }, () => pages.next(), { done: true as const, value: undefined })
      for (let page = await next(); page.done !== true; page = await next()) yield page.value
    },
  }
}

/** As one on which nothing is. */
const nothing: Pick<KubernetesPort, 'list' | 'find' | 'pages' | 'names' | 'resources'> = {
  list: async () => [],
  find: async () => undefined,
  // oxlint-disable-next-line no-empty-function -- it has no page
  pages: async function* () {},
  names: async () => [],
  resources: async () => [],
}
