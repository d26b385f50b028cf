import { unknownKinds, type Custom } from './custom-resources.ts'
import { texts } from './fields.ts'
import { warning, type Finding } from './findings.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import type { ServedResource } from './resources.ts'

/**
 * Custom resources are not carried over, so no dry run tries them: whoever puts them on green needs their
 * CustomResourceDefinition there, with the versions in which they write.
 */

const split = (apiVersion: string): { readonly group: string; readonly version: string } => {
  const [group = '', version = ''] = apiVersion.split('/')
  return { group, version }
}

/** `sealedsecrets.bitnami.com`, as its CustomResourceDefinition is called. */
export const definitionOf = ({ apiVersion, plural }: ServedResource): string => `${plural}.${split(apiVersion).group}`

/** The versions of this resource among all that a server serves. */
const versionsAmong = (resource: ServedResource, all: readonly ServedResource[]): string[] =>
  all.filter((r) => definitionOf(r) === definitionOf(resource)).map((r) => split(r.apiVersion).version)

/** Kinds of which green does not serve each version that blue does, once each. */
export const servedLess = (blue: readonly ServedResource[], green: readonly ServedResource[]): ServedResource[] =>
  unknownKinds(blue).filter((resource) => {
    const there = versionsAmong(resource, green)
    return versionsAmong(resource, blue).some((version) => !there.includes(version))
  })

/**
 * In which versions objects have been kept, from their definition. Objects stay as they are until they are written again.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#upgrade-existing-objects-to-a-new-stored-version
 */
export const storedVersions = ({ status }: KubernetesObject): readonly string[] => texts(status?.['storedVersions'])

/** Of objects in a namespace of blue. `stored`: none where nothing tells; then it is the version that blue prefers. */
export function versionFinding(
  { resource, namespace, example, count }: Custom,
  stored: readonly string[],
  green: readonly ServedResource[],
): Finding | undefined {
  const about = `${resource.kind}/${namespace}/${example}`
  const all = count === 1 ? 'it' : `it and ${count - 1} more`
  const there = versionsAmong(resource, green)
  if (there.length === 0)
    return warning(
      'custom-api-missing',
      about,
      `green does not serve ${resource.kind} of ${split(resource.apiVersion).group}: ${all} cannot be there`,
      `install its CustomResourceDefinition ${definitionOf(resource)} and its controller on green, or see that its app may run without`,
    )
  const kept = stored.length > 0 ? stored : [split(resource.apiVersion).version]
  const gone = kept.filter((version) => !there.includes(version))
  if (gone.length === 0) return undefined
  return warning(
    'custom-version-missing',
    about,
    `blue keeps ${resource.kind} as ${gone.join(' and ')}, and green's definition serves ${there.join(', ')} only: whoever deploys ${all} as before fails there`,
    `serve ${gone.join(' and ')} in ${definitionOf(resource)} on green too, or move the manifests to ${there[0] ?? ''} first`,
  )
}
