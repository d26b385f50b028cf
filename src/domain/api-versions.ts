import { info, warning, type Finding } from './findings.ts'
import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'

/**
 * API versions in which objects were written and which green does not serve. The objects themselves are copied in one
 * that it does; whoever wrote them that way fails at the next deploy, and not before.
 */

/** What a server serves, by `served`. */
export type Served = ReadonlySet<string>

export const served = (apiVersion: string, kind: string): string => `${apiVersion} ${kind}`

/**
 * By who wrote it, and by what `kubectl apply` kept: an entry of `managedFields` goes with the next write once its version
 * is not served on blue either. https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function writtenFindings(object: KubernetesObject, green: Served): Finding[] {
  const { kind } = object
  const gone = (apiVersion: string) => !green.has(served(apiVersion, kind))
  const entries = writersOf(object).filter(({ apiVersion }) => gone(apiVersion))
  const kept = appliedAs(object)
  const writers =
    entries.length > 0 || kept === undefined || !gone(kept) ? entries : [{ manager: 'kubectl apply', apiVersion: kept }]
  const once = new Map(writers.map((w) => [`${w.manager} ${w.apiVersion}`, w]))
  return [...once.values()].map(({ manager, apiVersion }) =>
    warning(
      'written-in-removed-api',
      nameOf(object),
      `${manager} wrote it as ${apiVersion} ${kind}, which green does not serve: its next deploy to green fails`,
      'move its manifest to a version that green serves, and deploy it to blue once',
    ),
  )
}

function writersOf({ metadata }: KubernetesObject): { manager: string; apiVersion: string }[] {
  const { managedFields } = metadata
  if (!Array.isArray(managedFields)) return []
  return managedFields.flatMap((entry: { manager?: unknown; apiVersion?: unknown; subresource?: unknown }) => {
    const { manager, apiVersion, subresource = '' } = entry
    return typeof manager === 'string' && typeof apiVersion === 'string' && subresource === ''
      ? [{ manager, apiVersion }]
      : []
  })
}

/** kubectl writes keys in order, so the object's own version comes first. */
function appliedAs({ metadata }: KubernetesObject): string | undefined {
  const text = metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']
  return text === undefined ? undefined : /^\s*\{\s*"apiVersion"\s*:\s*"([^"]+)"/.exec(text)?.[1]
}

/** A release as Helm keeps it in a Secret, as far as it is told. https://helm.sh/docs/topics/advanced/#storage-backends */
export interface HelmRelease {
  readonly namespace: string
  readonly name: string
  readonly revision: string
  /** Each kind in its manifest once. */
  readonly kinds: readonly { readonly apiVersion: string; readonly kind: string }[]
}

export const HELM_RELEASE = 'helm.sh/release.v1'

/** Of all revisions the one that is deployed. */
export const isDeployedRelease = ({ kind, metadata, type }: KubernetesObject): boolean =>
  kind === 'Secret' && type === HELM_RELEASE && metadata.labels?.['status'] === 'deployed'

/** The kinds of a manifest as Helm renders it: documents of YAML, whose own keys are not indented. */
export function kindsIn(manifest: string): HelmRelease['kinds'] {
  const found = manifest.split(/^---.*$/m).flatMap((document) => {
    const value = (key: string) => new RegExp(`^${key}:\\s*["']?([^\\s"'#]+)`, 'm').exec(document)?.[1]
    const [apiVersion, kind] = [value('apiVersion'), value('kind')]
    return apiVersion === undefined || kind === undefined ? [] : [{ apiVersion, kind }]
  })
  return [...new Map(found.map((k) => [served(k.apiVersion, k.kind), k])).values()]
}

/**
 * Helm compares with what it rendered last, so it fails where a kind of that is not served
 * (https://helm.sh/docs/topics/kubernetes_apis/). Its record is the cluster's, and is not carried over.
 */
export function releaseFindings({ namespace, name, revision, kinds }: HelmRelease, green: Served): Finding[] {
  const about = `Helm/${namespace}/${name}`
  const gone = kinds.filter((k) => !green.has(served(k.apiVersion, k.kind)))
  return [
    ...(gone.length === 0
      ? []
      : [
          warning(
            'release-in-removed-api',
            about,
            `revision ${revision} was rendered with ${gone.map((k) => `${k.apiVersion} ${k.kind}`).join(', ')}, which green does not serve: installing that chart there fails`,
            'move the chart to versions that green serves, and upgrade the release on blue once',
          ),
        ]),
    info(
      'release-stays',
      about,
      "Helm's own record of the release is not carried over, what it made is",
      'deploy to green with helm upgrade --install, which takes over what is there',
    ),
  ]
}
