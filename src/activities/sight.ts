import type { Finding } from '../domain/findings.ts'
import { rightMissing, sayable, type LookName } from '../domain/missing-rights.ts'
import { isDenied } from './errors.ts'
import type { Proven } from './outside.ts'

/** Which looks the worker was denied, and AWS's words for it. */
export interface Sight {
  /** What is there; where the worker may not look, that is noted, and `otherwise` is answered. */
  at<T>(name: LookName, ask: () => Promise<T>, otherwise: T): Promise<T>
  /** These without what cannot be said of what was not seen, and what that was. */
  findings(found: readonly Finding[]): readonly Finding[]
}

export function sightOf(blue: string): Sight {
  const denied = new Map<LookName, string>()
  return {
    async at(name, ask, otherwise) {
      try {
        return await ask()
      } catch (error) {
        if (!isDenied(error)) throw error
        if (!denied.has(name)) denied.set(name, error.message)
        return otherwise
      }
    },
    findings: (found) => [
      ...[...denied].map(([name, says]) => rightMissing(name, blue, says)),
      ...sayable(found, [...denied.keys()]),
    ],
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
    eks: {
      ...eks,
      addonVersions: (...asked) => sight.at('versions of add-ons', () => eks.addonVersions(...asked), []),
      configurationFaults: (...asked) =>
        sight.at('schemas of add-ons', () => eks.configurationFaults(...asked), undefined),
      identityProviders: (...asked) => sight.at('identity providers', () => eks.identityProviders(...asked), []),
      podIdentities: (...asked) => sight.at('pod identities', () => eks.podIdentities(...asked), []),
    },
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
      tagsOf: (...asked) => sight.at('owners of listener rules', () => loadBalancing.tagsOf(...asked), {}),
    },
  }
}
