import { list, record, records, texts, type Fields } from './fields.ts'
import { controllerOf, type KubernetesObject } from './kubernetes-objects.ts'

/**
 * Argo CD as it is seen from its own cluster, the hub: a Secret for each cluster that it deploys to, whose labels
 * ApplicationSets select clusters by, and the Applications that they make.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Cluster/
 */
export interface ArgoHub {
  /** The EKS cluster that it runs on. */
  readonly cluster: string
  readonly namespace: string
  /** Further namespaces there with Applications and ApplicationSets ("applications in any namespace"). */
  readonly applications?: readonly string[]
}

/** The label of a cluster's Secret that lets an environment of an app be deployed to that cluster. */
export interface ArgoLabel {
  readonly key: string
  readonly value: string
}

export interface ByArgo {
  readonly hub: ArgoHub
  readonly label: ArgoLabel
}

/** `norikae.io/{app}.{environment}=enabled` for one of them. */
export function labelFor(pattern: string, app: string, environment: string): ArgoLabel {
  const filled = pattern.replaceAll('{app}', app).replaceAll('{environment}', environment)
  const [key = '', value = ''] = filled.split('=')
  return { key, value }
}

export const labelInWords = ({ key, value }: ArgoLabel): string => `${key}=${value}`

/** https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#clusters */
export const CLUSTER_SECRETS = 'argocd.argoproj.io/secret-type=cluster'
/** The cluster that Argo CD runs on. */
const IN_CLUSTER = 'https://kubernetes.default.svc'

/** A cluster as EKS tells of it. */
export interface Registrant {
  readonly arn: string
  readonly endpoint?: string
}

/** A cluster as Argo CD knows it. */
export interface Registered {
  readonly secret: KubernetesObject
  readonly name: string
  readonly server: string
}

/**
 * The cluster's Secret, by its server: a name says little, since the cluster that had it before may be gone. The managed
 * Argo CD of EKS has the ARN there. `atHome`: Argo CD runs on this cluster.
 */
export function registered(
  secrets: readonly KubernetesObject[],
  cluster: Registrant,
  atHome: boolean,
): Registered | undefined {
  const its = new Set([cluster.arn, ...(cluster.endpoint === undefined ? [] : [cluster.endpoint])].map(plain))
  const all = secrets.map((secret) => ({ secret, name: datum(secret, 'name'), server: datum(secret, 'server') }))
  return (
    all.find(({ server }) => its.has(plain(server))) ??
    (atHome ? all.find(({ server }) => plain(server) === IN_CLUSTER) : undefined)
  )
}

/** The cluster that a Secret is of, by its name for people; undefined where it is this one, on which Argo CD runs. */
export function clusterServed(secret: KubernetesObject, home: Registrant): string | undefined {
  if (registered([secret], home, true)) return undefined
  return datum(secret, 'name') || datum(secret, 'server') || secret.metadata.name
}

/** What a Secret's field says; nothing where it has none. */
function datum({ data }: Fields, field: string): string {
  const encoded = record(data)[field]
  return typeof encoded === 'string' ? atob(encoded) : ''
}

const plain = (server: string): string => server.replace(/\/+$/, '').replace(/:443$/, '').toLowerCase()

/** Does it deploy to this cluster? */
export function isOn(application: KubernetesObject, { name, server }: Registered): boolean {
  const destination = record(application.spec?.['destination'])
  return typeof destination['server'] === 'string' && destination['server'] !== ''
    ? plain(destination['server']) === plain(server)
    : name !== '' && destination['name'] === name
}

/** Does it deploy into one of these namespaces? Its own answer, or that of what it has deployed. */
export function concerns({ spec, status }: KubernetesObject, namespaces: readonly string[]): boolean {
  const { namespace } = record(record(spec)['destination'])
  return (
    namespaces.includes(String(namespace)) ||
    records(status?.['resources']).some((r) => namespaces.includes(String(r['namespace'])))
  )
}

/**
 * What it deploys, whichever cluster it is for: two of one key on two clusters are of one thing. A cluster's name in a
 * path or a file is taken out.
 */
export function identityOf({ spec = {} }: KubernetesObject, { name }: Registered, cluster: string): string {
  const anywhere = (text: unknown) =>
    typeof text === 'string'
      ? [name, cluster].filter((n) => n !== '').reduce((all, n) => all.replaceAll(n, '<cluster>'), text)
      : ''
  const hydrated = record(spec['sourceHydrator'])['drySource']
  const sources = records(spec['sources'])
  const all = sources.length > 0 ? sources : [record(spec['source'] ?? hydrated)]
  return JSON.stringify([
    record(spec['destination'])['namespace'] ?? '',
    ...all.map((s) => [s['repoURL'] ?? '', s['chart'] ?? '', anywhere(s['path'])]),
  ])
}

export const revisionsIn = (told: unknown): readonly string[] => {
  const { revision, revisions } = record(told)
  const several = texts(revisions)
  return several.length > 0 ? several : typeof revision === 'string' && revision !== '' ? [revision] : []
}

/** Everything is as it was compared with; what only waits to be pruned is there for the way back. */
export function isSynced({ status = {} }: KubernetesObject): boolean {
  const is = record(status['sync'])['status']
  const differing = records(status['resources']).filter((r) => r['status'] === 'OutOfSync')
  return (
    is === 'Synced' ||
    (is === 'OutOfSync' && differing.length > 0 && differing.every((r) => r['requiresPruning'] === true))
  )
}

/** What it runs: where it is synced what it was compared with, otherwise what was synced last. */
export const runs = (application: KubernetesObject): readonly string[] => {
  const { status = {} } = application
  return revisionsIn(isSynced(application) ? status['sync'] : list(status['history']).at(-1))
}

/** A commit as people write it. */
export const revisionInWords = (revisions: readonly string[]): string =>
  revisions.length === 0 ? 'nothing' : revisions.map((r) => (/^[0-9a-f]{40}$/.test(r) ? r.slice(0, 7) : r)).join(' ')

/** Where its Applications may be: its own namespace first. */
export const placesOf = ({ namespace, applications = [] }: ArgoHub): readonly string[] => [
  ...new Set([namespace, ...applications]),
]

/** An ApplicationSet makes Applications in its own namespace. */
export const makerAmong = (
  sets: readonly KubernetesObject[],
  application: KubernetesObject,
): KubernetesObject | undefined =>
  sets.find(({ metadata: { namespace, name } }) => {
    return name === setOf(application) && namespace === application.metadata.namespace
  })

/** The ApplicationSet that makes it; undefined where somebody wrote it by hand. */
export function setOf(application: KubernetesObject): string | undefined {
  const owner = controllerOf(application)
  return owner?.kind === 'ApplicationSet' ? owner.name : undefined
}
