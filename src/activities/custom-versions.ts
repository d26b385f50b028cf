import { definitionOf, servedLess, storedVersions, versionFinding } from '../domain/custom-versions.ts'
import type { Finding } from '../domain/findings.ts'
import type { ServedResource } from '../domain/resources.ts'
import { isDenied } from './errors.ts'
import type { KubernetesPort } from './ports.ts'

/** What of an app's custom resources green could not take. `green`: what that serves. Kinds that may not be listed are left out. */
export async function versionFindingsOn(
  blue: KubernetesPort,
  namespaces: readonly string[],
  green: readonly ServedResource[],
): Promise<Finding[]> {
  const findings: Finding[] = []
  // One after the other: they differ in few, and all apps are looked at side by side.
  for (const resource of servedLess(await blue.resources(), green)) {
    const lists = await Promise.all(
      namespaces.map(async (namespace) => ({ namespace, names: await blue.names(resource, namespace) })),
    )
    const found = lists.flatMap(({ namespace, names }) => {
      const [first] = names === 'denied' ? [] : names
      return first ? [{ resource, namespace, example: first.name, count: names.length }] : []
    })
    if (found.length === 0) continue
    const stored = await storedOn(blue, resource)
    findings.push(...found.flatMap((custom) => versionFinding(custom, stored, green) ?? []))
  }
  return findings
}

/** Nothing where it has no definition, or that may not be read. */
async function storedOn(cluster: KubernetesPort, resource: ServedResource): Promise<readonly string[]> {
  try {
    const found = await cluster.find('CustomResourceDefinition', undefined, definitionOf(resource))
    return found ? storedVersions(found) : []
  } catch (error) {
    if (isDenied(error)) return []
    throw error
  }
}
