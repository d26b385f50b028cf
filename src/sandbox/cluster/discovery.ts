/** What clients ask before they ask for objects: versions, groups, and the resources of each. */
import type { KubernetesObject } from '../types.ts'
import { type Kind, kinds, removed } from './kinds.ts'
import { noSuchResource, notImplemented } from './status.ts'

const subresourceRow = (kind: Kind, subresource: string): object => ({
  name: `${kind.plural}/${subresource}`,
  singularName: '',
  namespaced: kind.namespaced,
  ...(subresource === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : { kind: kind.kind }),
  verbs: ['get', 'patch', 'update'],
})

/** What `kubectl get all` asks for. */
const inAll: ReadonlySet<string> = new Set([
  'CronJob',
  'DaemonSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'Job',
  'Pod',
  'ReplicaSet',
  'Service',
  'StatefulSet',
])

const resourceRow = (kind: Kind): object => ({
  name: kind.plural,
  singularName: kind.singular,
  namespaced: kind.namespaced,
  kind: kind.kind,
  verbs: kind.verbs,
  ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
  ...(inAll.has(kind.kind) ? { categories: ['all'] } : {}),
})

const kindOf = ({ group, version, kind }: Pick<Kind, 'group' | 'version' | 'kind'>): object => ({
  group,
  version,
  kind,
})

/** Of aggregated discovery: all groups in one answer. */
const aggregated = (of: (apiVersion: string) => boolean): object => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  metadata: {},
  items: Object.entries(Object.groupBy(kinds, (kind) => kind.group)).flatMap(([name, own = []]) => {
    const served = [...Map.groupBy(own, (kind) => kind.version)].filter(() => of(own[0]?.apiVersion ?? ''))
    const versions = served.map(([version, its]) => ({
      version,
      freshness: 'Current',
      resources: its.map((kind) => ({
        resource: kind.plural,
        responseKind: kindOf(kind),
        scope: kind.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: kind.singular,
        verbs: kind.verbs,
        subresources: kind.subresources.map((subresource) => ({
          subresource,
          responseKind: kindOf(subresource === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : kind),
          verbs: ['get', 'patch', 'update'],
        })),
      })),
    }))
    return versions.length === 0 ? [] : [{ metadata: name === '' ? {} : { name }, versions }]
  }),
})

const byVersion = Map.groupBy(kinds, (kind) => kind.apiVersion)

const resourceList = (apiVersion: string): object => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: apiVersion,
  resources: (byVersion.get(apiVersion) ?? []).flatMap((kind) => [
    resourceRow(kind),
    ...kind.subresources.map((subresource) => subresourceRow(kind, subresource)),
  ]),
})

const versions = [...byVersion.keys()]
const groups = Object.entries(
  Object.groupBy(
    versions.filter((version) => version !== 'v1'),
    (version) => version.split('/')[0] ?? '',
  ),
).map(([name, own = []]) => {
  const served = own.map((groupVersion) => ({ groupVersion, version: groupVersion.split('/')[1] ?? '' }))
  return { name, versions: served, preferredVersion: served[0] }
})

/** As EKS answers; clients read `minor`, and `emulationMinor` where it differs. */
function versionInfo(version: string): object {
  const [major = '1', minor = '35'] = version.split('.')
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion: `v${version}.0-eks-sandbox`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: 'none',
    platform: 'linux/amd64',
  }
}

const health: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz'])

/** Health is for everybody: EKS lets nobody else in without a name. */
export const isHealth = (path: string): boolean => health.has(path)

/**
 * The answer to a path that is no object's, or undefined where the path is one of objects.
 * @throws ApiError 404 for groups that no such cluster has, 501 for those that a real one would have.
 */
export function discovery(path: string, version: string, accept = ''): object | KubernetesObject | undefined {
  const parts = path.split('/').filter((part) => part !== '')
  const [root, group, groupVersion] = parts
  if (path === '/version') return versionInfo(version)
  if (accept.includes('as=APIGroupDiscoveryList') && parts.length === 1)
    return aggregated((apiVersion) => (apiVersion === 'v1') === (root === 'api'))
  if (root === 'api' && parts.length === 1) {
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }
  }
  if (root === 'api' && parts.length === 2 && group === 'v1') return resourceList('v1')
  if (root === 'apis' && parts.length === 1) return { kind: 'APIGroupList', apiVersion: 'v1', groups }
  if (root === 'apis' && parts.length === 2) {
    const found = groups.find((one) => one.name === group)
    if (found === undefined) throw noSuchResource()
    return { kind: 'APIGroup', apiVersion: 'v1', ...found }
  }
  if (root === 'apis' && parts.length === 3) {
    const apiVersion = `${group}/${groupVersion}`
    if (versions.includes(apiVersion)) return resourceList(apiVersion)
    throw noSuchResource()
  }
  if (root === 'api' || root === 'apis') return undefined
  throw notImplemented(`the path ${path}`)
}

/** For a resource outside the table: removed ones are as absent as on a real server, the others are a gap. */
export const absent = (apiVersion: string, plural: string): Error =>
  removed.has(apiVersion) ? noSuchResource() : notImplemented(`the resource ${plural} of ${apiVersion}`)
