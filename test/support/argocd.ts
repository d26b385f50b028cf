import { CLUSTER_SECRETS } from '../../src/domain/argocd.ts'
import { list, record, records, texts, type Fields } from '../../src/domain/fields.ts'
import type { Kind, KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { isReady, readinessOf } from '../../src/domain/workload-state.ts'
import type { ServerUnderTest } from '../contract/servers.ts'

const EVERY_MS = 100
const CONTROLLER = 'argocd-controller'
const FINALIZER = 'resources-finalizer.argocd.argoproj.io'

/** What is committed, oldest first. */
export class Repository {
  readonly commits: { readonly revision: string; readonly objects: readonly KubernetesObject[] }[] = []
  /** Somebody commits to it all the time, and Argo CD looks only when it is asked to. */
  busy = false
  /** Syncs fail with this. */
  broken: string | undefined
  commit(...objects: readonly KubernetesObject[]): string {
    const revision = String(this.commits.length + 1).padEnd(40, 'c')
    this.commits.push({ revision, objects })
    return revision
  }
}

export interface Argo {
  repository(url: string): Repository
  stop(): Promise<void>
}

/**
 * Does what Argo CD's controllers do of what Norikae relies on, over HTTP and while others write, on API servers of
 * either kind: Applications come and go with the labels of clusters' Secrets, are compared, synced and healed.
 */
export function runArgo(
  hub: ServerUnderTest,
  [namespace = '', ...others]: readonly string[],
  at: (server: string) => ServerUnderTest,
): Argo {
  const everywhere = async (kind: 'ApplicationSet' | 'Application') =>
    (await Promise.all([namespace, ...others].map((place) => hub.admin.list(kind, { namespace: place })))).flat()
  const repositories = new Map<string, Repository>()
  const repository = (url: string): Repository => {
    const known = repositories.get(url) ?? new Repository()
    repositories.set(url, known)
    return known
  }
  const end = new AbortController()
  const round = async (): Promise<void> => {
    for (const one of repositories.values()) if (one.busy) one.commit(...(one.commits.at(-1)?.objects ?? []))
    const [sets, secrets] = await Promise.all([
      everywhere('ApplicationSet'),
      hub.admin.list('Secret', { namespace, labels: CLUSTER_SECRETS }),
    ])
    const applications = await everywhere('Application')
    // What is refused now is tried again in the next round.
    for (const set of sets) await generate(hub, set, secrets, applications).catch(() => undefined)
    for (const one of await everywhere('Application')) {
      const { server, repoURL } = { ...record(one.spec?.['destination']), ...record(one.spec?.['source']) } as {
        readonly server: string
        readonly repoURL: string
      } // the tests wrote both
      await reconcile(hub, one, at(server), repository(repoURL)).catch(() => undefined)
    }
  }
  const loop = (async () => {
    while (!end.signal.aborted) {
      await round().catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  })()
  return {
    repository,
    async stop() {
      end.abort()
      await loop
    },
  }
}

/** An ApplicationSet with one cluster generator. */
async function generate(
  hub: ServerUnderTest,
  set: KubernetesObject,
  secrets: readonly KubernetesObject[],
  applications: readonly KubernetesObject[],
): Promise<void> {
  const { namespace } = set.metadata
  const [generator] = records(set.spec?.['generators'])
  const wanted = Object.entries(record(record(record(generator?.['clusters'])['selector'])['matchLabels']))
  const { preserveResourcesOnDeletion, applicationsSync } = record(set.spec?.['syncPolicy'])
  const chosen = secrets.filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels?.[key] === value))
  const made = chosen.map((secret): KubernetesObject => {
    const value = (field: string) => atob(String(record(secret['data'])[field]))
    const template = record(
      JSON.parse(
        JSON.stringify(set.spec?.['template'])
          .replaceAll('{{name}}', value('name'))
          .replaceAll('{{server}}', value('server')),
      ),
    )
    const metadata = record(template['metadata'])
    const finalizers =
      preserveResourcesOnDeletion === true || list(metadata['finalizers']).length > 0
        ? texts(metadata['finalizers'])
        : [FINALIZER]
    const { apiVersion, kind } = set
    const { name, uid = '' } = set.metadata
    const owner = { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }
    return {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: String(metadata['name']), namespace: namespace ?? '', finalizers, ownerReferences: [owner] },
      spec: record(template['spec']),
    }
  })
  for (const one of made) await hub.applyAs('argocd-applicationset-controller', one)
  if (applicationsSync === 'create-update') return
  for (const { metadata } of applications) {
    const mine = metadata.ownerReferences?.some((o) => o.uid === set.metadata.uid) === true
    if (mine && !made.some((m) => m.metadata.name === metadata.name) && metadata.deletionTimestamp === undefined)
      await hub.admin.remove('Application', metadata.namespace, metadata.name)
  }
}

async function reconcile(
  hub: ServerUnderTest,
  application: KubernetesObject,
  cluster: ServerUnderTest,
  { commits, broken, busy }: Repository,
): Promise<void> {
  const { namespace, name, deletionTimestamp, resourceVersion, annotations = {} } = application.metadata
  const write = (patch: object) =>
    hub.admin.patch('Application', namespace, name, { metadata: { resourceVersion }, ...patch })
  const head = commits.at(-1)
  if (!head) return
  const status = record(application.status)
  const last = record(status['operationState'])
  const operation = record(application['operation'])
  const of = (revision: unknown) => commits.find((c) => c.revision === revision) ?? head
  if (deletionTimestamp !== undefined) {
    for (const o of head.objects) await cluster.admin.remove(o.kind as Kind, o.metadata.namespace, o.metadata.name)
    await write({ metadata: { resourceVersion, finalizers: [] } })
    return
  }
  if (application['operation'] !== undefined) {
    const { revision, objects } = of(record(operation['sync'])['revision'])
    const options = texts(record(operation['sync'])['syncOptions'])
    const respects = options.includes('RespectIgnoreDifferences=true')
    if (broken === undefined)
      for (const object of objects)
        await cluster.applyAs(CONTROLLER, respects ? await respecting(application, object, cluster) : object)
    const done = { operation, syncResult: { revision }, phase: broken === undefined ? 'Succeeded' : 'Failed' }
    await write({
      operation: null,
      status: {
        operationState: { ...done, message: broken ?? 'successfully synced', startedAt: new Date().toISOString() },
        ...(broken === undefined && { history: [...list(status['history']), { revision }] }),
      },
    })
    return
  }
  const refresh = 'argocd.argoproj.io/refresh'
  if (busy && status['sync'] !== undefined && annotations[refresh] === undefined) return
  const lives = await Promise.all(
    head.objects.map((o) => cluster.admin.find(o.kind as Kind, o.metadata.namespace, o.metadata.name)),
  )
  const differing = head.objects.filter((o, n) => differs(application, o, lives[n]))
  const is = differing.length === 0 ? 'Synced' : 'OutOfSync'
  const sick = lives.some((o) => o === undefined || (o.kind === 'Deployment' && !isReady(readinessOf(o))))
  const compared = {
    sync: { status: is, revision: head.revision },
    health: { status: sick ? 'Progressing' : 'Healthy' },
    resources: head.objects.map(({ kind, metadata }) => ({ kind, namespace: metadata.namespace, name: metadata.name })),
  }
  const told =
    annotations[refresh] === undefined ? {} : { metadata: { resourceVersion, annotations: { [refresh]: null } } }
  const automated = record(application.spec?.['syncPolicy'])['automated']
  const tried = record(last['syncResult'])['revision'] === head.revision
  const heals = automated !== undefined && is === 'OutOfSync' && (!tried || record(automated)['selfHeal'] === true)
  const options = record(application.spec?.['syncPolicy'])['syncOptions']
  const sync = { revision: head.revision, ...(options !== undefined && { syncOptions: options }) }
  await write({
    ...told,
    status: compared,
    ...(heals && { operation: { initiatedBy: { automated: true }, sync } }),
  })
}

/** What is desired, with what is ignored as it is. */
async function respecting(
  application: KubernetesObject,
  desired: KubernetesObject,
  cluster: ServerUnderTest,
): Promise<KubernetesObject> {
  const live = await cluster.admin.find(desired.kind as Kind, desired.metadata.namespace, desired.metadata.name)
  const spec = Object.entries(desired.spec ?? {}).filter(
    ([field]) => live === undefined || !isIgnored(application, live, field),
  )
  return { ...desired, ...(desired.spec && { spec: Object.fromEntries(spec) }) }
}

function differs(
  application: KubernetesObject,
  desired: KubernetesObject,
  live: KubernetesObject | undefined,
): boolean {
  if (live === undefined) return true
  return Object.entries(desired.spec ?? {}).some(
    ([field, value]) => !isIgnored(application, live, field) && !within(value, live.spec?.[field]),
  )
}

/** Everything that is desired is so. */
const within = (desired: unknown, live: unknown): boolean => {
  if (typeof desired !== 'object' || desired === null) return desired === live
  return Object.entries(desired).every(([key, value]) => within(value, record(live)[key]))
}

/** By the one way that docs/how-to/argocd.md recommends. */
function isIgnored(application: KubernetesObject, live: KubernetesObject, field: string): boolean {
  const asked = records(application.spec?.['ignoreDifferences']).some((i) =>
    texts(i['managedFieldsManagers']).includes('norikae'),
  )
  return (
    asked &&
    records(live.metadata['managedFields']).some((entry) => entry['manager'] === 'norikae' && has(entry, field))
  )
}

const has = ({ fieldsV1 }: Fields, field: string): boolean => `f:${field}` in record(record(fieldsV1)['f:spec'])
