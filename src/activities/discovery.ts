import { annotationOf } from '../config/annotation.ts'
import { annotationFindings } from '../domain/annotation-findings.ts'
import type { Issued } from '../domain/certificates.ts'
import { GRACE_S } from '../domain/contradictions.ts'
import type { NamespaceFacts, RouteFacts, WorkloadFacts } from '../domain/facts.ts'
import { frontsOf } from '../domain/fronts.ts'
import { gatewayFactsOf, gatewayOfBinding, type GatewayObjects } from '../domain/gateway-routes.ts'
import { HOME } from '../domain/fence.ts'
import type { Finding } from '../domain/findings.ts'
import { fluxHubFindings } from '../domain/flux-findings.ts'
import { fluxName, makerOf } from '../domain/flux.ts'
import { notLookedFinding } from '../domain/custom-resources.ts'
import { controllerOf, type KubernetesObject } from '../domain/kubernetes-objects.ts'
import { ingressOf } from '../domain/ingress-actions.ts'
import { isHeldBy } from '../domain/leases.ts'
import { madeFindings } from '../domain/made-elsewhere.ts'
import { pullSecretFindings } from '../domain/pull-secrets.ts'
import { referencesOf, withReaders } from '../domain/references.ts'
import type { PageOfNobody } from '../domain/page-places.ts'
import type { NodePool } from '../domain/scheduling.ts'
import { downFinding, isDown, sideEffectsFinding, tenantWebhookFinding } from '../domain/webhooks.ts'
import { systemNamespaces } from '../domain/resolve-platform.ts'
import { scalerKinds, scales } from '../domain/scalers.ts'
import { systemWorkloadFindings } from '../domain/system-workloads.ts'
import { workloadFindings } from '../domain/workload-findings.ts'
import { forwardsTo, type RuleAction } from '../domain/target-groups.ts'
import { classesInUse, classStays, isOfEks } from '../domain/storage-classes.ts'
import { looseAmong, sharedClaims, strandedIn } from '../domain/volume-findings.ts'
import { storesOf, volumeFaults } from '../domain/volumes.ts'
import { hasVolumeClaims, imagesOf, podLabelsOf, podSpecOf, replicasOf, selects } from '../domain/workload-state.ts'
import type { KubernetesPort, LoadBalancingPort, PagesBeside } from './ports.ts'
import { customOn, fluxObjectsOn, oneShotJobs, podsByThemselves, referencesInConfigMaps, secretsOn } from './surveys.ts'
import { sha256 } from './tokens.ts'
import { webhooksOn } from './webhooks.ts'

export const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'] as const

/** Norikae's own stays on a cluster from one upgrade to the next. */
const notTenants: ReadonlySet<string> = new Set([...systemNamespaces, HOME])

interface OnCluster {
  readonly namespaces: readonly NamespaceFacts[]
  /** On listeners that its routes are on. */
  readonly pagesOfNobody: readonly PageOfNobody[]
  /** Certificates of Let's Encrypt, whosever they are. */
  readonly issued: readonly Issued[]
  /** What is no single tenant's: webhooks, Kubernetes' own namespaces, what may not be looked for. */
  readonly findings: readonly Finding[]
}

/** A cluster, as findings and its nodes' pools call it. */
interface Cluster {
  readonly name: string
  readonly pools: readonly NodePool[]
  /** In which its node groups have subnets; undefined: not looked for. */
  readonly zones?: ReadonlySet<string>
}

/** What is on a cluster, namespace by namespace. Reads only. */
export async function discover(
  cluster: KubernetesPort,
  loadBalancing: LoadBalancingPort,
  { name, pools, zones }: Cluster,
): Promise<OnCluster> {
  const all = async (kinds: readonly Parameters<KubernetesPort['list']>[0][]) =>
    (await Promise.all(kinds.map((kind) => cluster.list(kind)))).flat()
  const [
    namespaces,
    workloads,
    supports,
    bindings,
    elsewhere,
    budgets,
    jobs,
    serviceAccounts,
    volumes,
    classes,
    leases,
    pods,
    secrets,
    fluxObjects,
  ] = await Promise.all([
    cluster.list('Namespace'),
    all(workloadKinds),
    all([...scalerKinds, 'ScaledJob', 'Service']),
    cluster.list('TargetGroupBinding'),
    all(['Ingress', 'PersistentVolumeClaim']),
    cluster.list('PodDisruptionBudget'),
    oneShotJobs(cluster),
    cluster.list('ServiceAccount'),
    cluster.list('PersistentVolume'),
    cluster.list('StorageClass'),
    cluster.list('Lease'),
    podsByThemselves(cluster),
    secretsOn(cluster),
    fluxObjectsOn(cluster),
  ])
  const arns = bindings.map((b) => targetGroupOf(b)).filter((arn) => arn !== '')
  const rules = arns.length === 0 ? [] : await loadBalancing.rulesForwardingTo(arns)
  // On what a cluster's controller makes no page stays: it deletes them.
  const unowned = rules.filter((rule) => !rule.isDefault && rule.ownedByCluster === undefined)
  const pages = await loadBalancing.pagesBeside(unowned.map(({ arn }) => arn))
  // Where nobody has installed Gateway API its kinds are not served.
  const byGateways = bindings.some((b) => gatewayOfBinding(b) !== undefined)
    ? { gateways: await cluster.list('Gateway'), httpRoutes: await cluster.list('HTTPRoute') }
    : { gateways: [], httpRoutes: [] }
  // Of thousands of namespaces each is asked for in lists of tens of thousands.
  const grouped = new Map<readonly KubernetesObject[], ReadonlyMap<string, readonly KubernetesObject[]>>()
  const of = (name: string) => (objects: readonly KubernetesObject[]) => {
    const groups = grouped.get(objects) ?? Map.groupBy(objects, (o) => o.metadata.namespace ?? '')
    grouped.set(objects, groups)
    return groups.get(name) ?? []
  }
  const services = supports.filter((o) => o.kind === 'Service')
  const known = new Set(services.map((s) => `${s.metadata.namespace ?? ''}/${s.metadata.name}`))
  const [inMaps, webhooks, custom] = await Promise.all([
    referencesInConfigMaps(cluster, known),
    webhooksOn(cluster),
    customOn(cluster),
  ])

  const facts = namespaces
    .filter((n) => !notTenants.has(n.metadata.name) && n.metadata.deletionTimestamp === undefined)
    .map((namespace): NamespaceFacts => {
      const { metadata } = namespace
      const mine = of(metadata.name)
      const claims = mine(elsewhere).filter((o) => o.kind === 'PersistentVolumeClaim')
      const shared = sharedClaims(claims, volumes)
      const fronts = frontsOf([...mine(bindings), ...mine(elsewhere), ...mine(services)])
      return {
        name: metadata.name,
        labels: metadata.labels ?? {},
        workloads: workloadsOf(
          mine(workloads),
          [...mine(supports), ...mine(bindings)],
          [...claims, ...volumes],
          mine(leases),
          zones,
        ),
        routes: mine(bindings).map((b) =>
          routeOf(
            b,
            rules,
            mine(elsewhere).filter((o) => o.kind === 'Ingress'),
            byGateways,
            pages.inFront,
          ),
        ),
        ...(fronts.length > 0 && { fronts }),
        notCarried: [
          ...mine(elsewhere)
            .filter((o) => o.kind === 'Ingress')
            .map((o) => `${o.kind} ${o.metadata.name}`),
          ...mine(supports)
            .filter((o) => o.kind === 'Service' && o.spec?.['type'] === 'LoadBalancer')
            .map((o) => `Service ${o.metadata.name} of type LoadBalancer`),
        ],
        claims: claims.map((o) => o.metadata.name),
        ...(shared.length > 0 && { shared }),
        jobs: jobs.filter((j) => j.namespace === metadata.name),
        references: [
          ...[...mine(workloads).filter(isOwn), ...mine(services)].flatMap((o) => referencesOf(o, known)),
          ...withReaders(
            inMaps.filter((map) => map.in === metadata.name),
            [...mine(workloads).map(podSpecOf), ...mine(pods).map(({ spec = {} }) => spec)],
          ),
        ],
        ...madeByFlux(mine(workloads), fluxObjects.here),
        findings: [
          ...[namespace, ...mine(workloads).filter(isOwn)].flatMap(annotationFindings),
          ...workloadFindings({
            workloads: mine(workloads).filter(isOwn),
            services: mine(services),
            scalers: mine(supports).filter((o) => o.kind !== 'Service'),
            budgets: mine(budgets),
            serviceAccounts: mine(serviceAccounts),
            pods: mine(pods),
            pools,
          }),
          ...madeFindings(
            mine(workloads),
            mine(serviceAccounts),
            secrets.made.filter((m) => m.namespace === metadata.name),
          ),
          ...pullSecretFindings(
            mine(workloads).filter(isOwn),
            mine(serviceAccounts),
            new Set(secrets.pulling.flatMap((s) => (s.namespace === metadata.name ? [s.name] : []))),
          ),
          ...classesInUse(
            classes.filter((c) => !isOfEks(c)),
            claims,
            mine(workloads).filter(isOwn),
          ).map((used) => classStays(metadata.name, used)),
          ...(custom.findings.get(metadata.name) ?? []),
          ...webhooks.flatMap(({ webhook }) =>
            webhook.service?.namespace === metadata.name ? [tenantWebhookFinding(webhook)] : [],
          ),
        ],
      }
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const system = workloads.filter((w) => systemNamespaces.includes(w.metadata.namespace ?? ''))
  return {
    namespaces: facts,
    pagesOfNobody: pages.ofNobody,
    issued: secrets.issued,
    findings: [
      ...systemWorkloadFindings(system),
      ...webhooks.flatMap(({ webhook, answers }) => [
        ...(isDown(webhook, answers) ? [downFinding(webhook, name, answers)] : []),
        ...[sideEffectsFinding(webhook)].filter((f) => f !== undefined),
      ]),
      ...fluxHubFindings(name, fluxObjects.elsewhere),
      ...[notLookedFinding(name, custom.hidden)].filter((f) => f !== undefined),
    ],
  }
}

/** The workloads of some namespaces as they are now, in a stable order. */
export async function workloadsIn(cluster: KubernetesPort, namespaces: readonly string[]): Promise<WorkloadFacts[]> {
  const lists = await Promise.all(
    namespaces.map(async (namespace) => {
      const [workloads, supports, leases] = await Promise.all([
        Promise.all(workloadKinds.map((kind) => cluster.list(kind, { namespace }))),
        Promise.all(
          ([...scalerKinds, 'Service', 'TargetGroupBinding'] as const).map((kind) => cluster.list(kind, { namespace })),
        ),
        cluster.list('Lease', { namespace }),
      ])
      const stores = workloads.flat().some(hasVolumeClaims) ? await storesIn(cluster, namespace) : []
      return workloadsOf(workloads.flat(), supports.flat(), stores, leases)
    }),
  )
  return lists.flat()
}

/** The claims of a namespace, and all volumes. */
const storesIn = async (cluster: KubernetesPort, namespace: string): Promise<readonly KubernetesObject[]> =>
  (await Promise.all([cluster.list('PersistentVolumeClaim', { namespace }), cluster.list('PersistentVolume')])).flat()

/** What runs in some namespaces. What an operator makes is left out: green's operator makes its own, or none. */
export async function ownWorkloads(
  cluster: KubernetesPort,
  namespaces: readonly string[],
): Promise<KubernetesObject[]> {
  const lists = await Promise.all(
    namespaces.flatMap((namespace) => workloadKinds.map((kind) => cluster.list(kind, { namespace }))),
  )
  return lists.flat().filter(isOwn)
}

/** A fingerprint of the images in some namespaces: equal on both sides means the same release. */
export async function fingerprintOf(cluster: KubernetesPort, namespaces: readonly string[]): Promise<string> {
  const lines = (await ownWorkloads(cluster, namespaces)).map(
    (w) => `${w.kind} ${w.metadata.namespace ?? ''}/${w.metadata.name}: ${imagesOf(w).join(' ')}`,
  )
  return sha256(lines.toSorted().join('\n')).slice(0, 16)
}

/** `stores`: claims and volumes. */
function workloadsOf(
  workloads: readonly KubernetesObject[],
  supports: readonly KubernetesObject[],
  stores: readonly KubernetesObject[],
  leases: readonly KubernetesObject[],
  zones?: ReadonlySet<string>,
): WorkloadFacts[] {
  return workloads
    .filter(isOwn)
    .map((w): WorkloadFacts => {
      const { name, namespace = '' } = w.metadata
      const services = supports.filter((s) => s.kind === 'Service' && selects(s, podLabelsOf(w)))
      const routes = supports.flatMap((s) => (services.some((service) => leadsTo(s, service)) ? [s.metadata.name] : []))
      const lease = leases.find((l) => isHeldBy(l, w))
      const annotated = annotationOf(w)
      return {
        ref: { kind: w.kind as WorkloadFacts['ref']['kind'], namespace, name },
        scaled: supports.some((s) => scales(s, { kind: w.kind, namespace, name })),
        behindService: services.length > 0,
        ...(routes.length > 0 && { routes }),
        hasVolumes: hasVolumeClaims(w),
        ...(hasVolumeClaims(w) && { volumes: volumesOf(w, workloads, stores, zones) }),
        ...(['Deployment', 'StatefulSet'].includes(w.kind) && { replicas: replicasOf(w), ...graceOf(w) }),
        ...(lease && { lease: lease.metadata.name }),
        ...(annotated && { annotated }),
      }
    })
    .toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}

function graceOf(workload: KubernetesObject): { readonly graceS?: number } {
  const grace = podSpecOf(workload)['terminationGracePeriodSeconds']
  return typeof grace === 'number' && grace !== GRACE_S ? { graceS: grace } : {}
}

function volumesOf(
  workload: KubernetesObject,
  all: readonly KubernetesObject[],
  stores: readonly KubernetesObject[],
  zones: ReadonlySet<string> | undefined,
): NonNullable<WorkloadFacts['volumes']> {
  const claims = stores.filter((o) => o.kind === 'PersistentVolumeClaim')
  const stored = storesOf(
    workload,
    claims,
    stores.filter((o) => o.kind === 'PersistentVolume'),
  )
  const stranded = zones && zones.size > 0 ? strandedIn(stored, zones) : []
  const loose = looseAmong(stored)
  return {
    claims: stored.map(({ claim }) => claim.metadata.name),
    faults: volumeFaults(workload, stored, all),
    ...(stranded.length > 0 && { stranded }),
    ...(loose > 0 && { loose }),
  }
}

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/spec/ */
function leadsTo({ kind, spec }: KubernetesObject, service: KubernetesObject): boolean {
  const { name } = (spec?.['serviceRef'] ?? {}) as { readonly name?: string } // as its API says
  return kind === 'TargetGroupBinding' && name === service.metadata.name
}

function madeByFlux(
  workloads: readonly KubernetesObject[],
  there: ReadonlySet<string>,
): Pick<NamespaceFacts, 'madeByFlux'> {
  const made = workloads.filter(isOwn).flatMap((w) => {
    const by = makerOf(w)
    return by ? [{ workload: refOf(w), by, there: there.has(fluxName(by)) }] : []
  })
  return made.length === 0 ? {} : { madeByFlux: made }
}

const refOf = ({ kind, metadata: { namespace = '', name } }: KubernetesObject): WorkloadFacts['ref'] => ({
  kind: kind as WorkloadFacts['ref']['kind'],
  namespace,
  name,
})

/** No other object makes it. */
const isOwn = (object: KubernetesObject): boolean => controllerOf(object) === undefined

const key = ({ ref }: WorkloadFacts): string => `${ref.kind}/${ref.namespace}/${ref.name}`

function routeOf(
  binding: KubernetesObject,
  all: Awaited<ReturnType<LoadBalancingPort['rulesForwardingTo']>>,
  ingresses: readonly KubernetesObject[],
  byGateways: GatewayObjects,
  pages: PagesBeside['inFront'],
): RouteFacts {
  const { metadata, spec } = binding
  const gateway = gatewayOfBinding(binding)
  const targetGroup = targetGroupOf({ spec })
  const rules = all.filter((rule) => forwardsTo(rule.actions, (s) => s.arn === targetGroup))
  const owned = rules.length > 0 && rules.every((rule) => rule.ownedByCluster !== undefined)
  return {
    binding: metadata.name,
    targetGroup,
    ...(owned &&
      (gateway
        ? { gateway: gatewayFactsOf(binding, gateway, byGateways) }
        : { ingress: ingressOf({ ...(spec && { spec }) }, ingresses) })),
    rules: rules.map(({ arn, isDefault, ownedByCluster, actions }) => ({
      arn,
      isDefault,
      ...(ownedByCluster !== undefined && { ownedByCluster }),
      ...stickiness(actions),
      ...(pages[arn] && { pages: pages[arn] }),
    })),
  }
}

function stickiness(actions: readonly RuleAction[]): { readonly stickySeconds?: number } {
  const sticky = actions.find((a) => a.type === 'forward' && a.stickiness?.enabled === true)
  return sticky?.type === 'forward' ? { stickySeconds: sticky.stickiness?.seconds ?? 0 } : {}
}

function targetGroupOf({ spec }: { readonly spec?: KubernetesObject['spec'] | undefined }): string {
  const arn = spec?.['targetGroupARN']
  return typeof arn === 'string' ? arn : ''
}
