/**
 * What external-dns does with Services of type LoadBalancer and Ingresses of a cluster, as its own source has it: what is wanted
 * is held against what a zone has, name by name and set identifier by set identifier; whose a record is stands in TXT records
 * beside it; and all changes of a zone are one batch, name by name only where that was refused. It acts while a pod of its own
 * is ready, by the arguments of its Deployment.
 * https://github.com/kubernetes-sigs/external-dns: plan/plan.go, registry/txt/registry.go, provider/aws/aws.go
 */
import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53'
import { AwsError } from './aws/errors.ts'
import { ROLE, roleOf } from './traffic/roles.ts'
import type { KubernetesObject, SandboxAws, SandboxCluster } from './types.ts'

type Cluster = Pick<SandboxCluster, 'name' | 'list' | 'pods' | 'onPod' | 'onChange'>
type Zones = Pick<SandboxAws['route53'], 'zones' | 'records' | 'change'>

/** Beside what it is told by events, as with `--events`: in place of its minute. */
const EVERY_MS = 200
const DEFAULT_TTL = 300
/** Of the load balancers of the sandbox's region. https://docs.aws.amazon.com/general/latest/gr/elb.html */
const ELB_ZONE = 'Z14GRHDCWA56QT'

interface Settings {
  readonly owner: string
  readonly policy: string
  readonly prefix: string
  readonly suffix: string
  readonly annotations: string
  readonly prefersCname: boolean
  /** Kinds that it looks at: `service`, `ingress`. */
  readonly sources: ReadonlySet<string>
  /** Records of other types are neither made nor taken away. */
  readonly types: ReadonlySet<string>
}

/** A record as it is wanted, or as it is there: an endpoint of external-dns. */
interface Endpoint {
  readonly set: ResourceRecordSet
  readonly owner?: string | undefined
}

export function startExternalDns({ cluster, route53 }: { readonly cluster: Cluster; readonly route53: Zones }) {
  const problems: string[] = []
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  function later(ms: number): void {
    if (stopped) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (runs()) reconcile()
      if (runs()) later(EVERY_MS)
    }, ms)
  }
  const runs = (): boolean =>
    cluster.pods().some((pod) => roleOf(pod) === 'external-dns' && pod.ready && !pod.terminating)

  function reconcile(): void {
    problems.length = 0
    const deployment = cluster.list('apps/v1', 'Deployment').find(isIts)
    if (!deployment) return
    const settings = settingsOf(deployment)
    const wanted = wantedOn(cluster, settings)
    for (const zone of route53.zones()) {
      const inZone = wanted.filter(({ Name = '' }) => Name === zone.name || Name.endsWith(`.${zone.name}`))
      const changes = planned(inZone, route53.records(zone.id), settings)
      submit(zone.id, changes)
    }
  }

  /** One batch; where that is refused, each name by itself. */
  function submit(zone: string, changes: readonly Owned[]): void {
    if (changes.length === 0) return
    try {
      route53.change(
        zone,
        changes.map(({ change }) => change),
      )
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      const byName = Map.groupBy(changes, (it) => it.of)
      if (byName.size === 1) return void problems.push(error.message)
      for (const some of byName.values()) submit(zone, some)
    }
  }

  // Most clusters of the sandbox have none, and nothing is looked at there.
  cluster.onPod((pod) => {
    if (roleOf(pod) === 'external-dns') later(0)
  })
  for (const kind of ['Service', 'Ingress'])
    cluster.onChange(kind, () => {
      if (timer) later(20)
    })
  return {
    /** What Route 53 refused the last time. */
    problems: (): readonly string[] => [...problems],
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

const isIts = ({ spec }: KubernetesObject): boolean => {
  const template = spec?.['template'] as { metadata?: { annotations?: Record<string, string> } } | undefined // a Deployment's
  return template?.metadata?.annotations?.[ROLE] === 'external-dns'
}

function settingsOf({ spec }: KubernetesObject): Settings {
  const template = spec?.['template'] as { spec: { containers: { args?: string[] }[] } } // a Deployment's
  const args = template.spec.containers.flatMap(({ args: some = [] }) => some)
  const flags = (name: string) =>
    args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => arg.slice(name.length + 3))
  const flag = (name: string) => flags(name)[0]
  const managed = flags('managed-record-types')
  const excluded = flags('exclude-record-types')
  const sources = flags('source')
  return {
    owner: flag('txt-owner-id') ?? 'default',
    policy: flag('policy') ?? 'sync',
    prefix: flag('txt-prefix') ?? '',
    suffix: flag('txt-suffix') ?? '',
    annotations: flag('annotation-prefix') ?? 'external-dns.kubernetes.io/',
    sources: new Set(sources.length > 0 ? sources : ['service', 'ingress']),
    prefersCname: args.includes('--aws-prefer-cname'),
    types: new Set((managed.length > 0 ? managed : ['A', 'AAAA', 'CNAME']).filter((type) => !excluded.includes(type))),
  }
}

/** Records of what has a load balancer, as its annotations say. */
function wantedOn(cluster: Cluster, settings: Settings): ResourceRecordSet[] {
  const objects = [
    ...(settings.sources.has('service') ? cluster.list('v1', 'Service') : []).filter(
      (s) => s.spec?.['type'] === 'LoadBalancer',
    ),
    ...(settings.sources.has('ingress') ? cluster.list('networking.k8s.io/v1', 'Ingress') : []),
  ]
  return objects.flatMap((object) => {
    const said = (key: string) => object.metadata.annotations?.[`${settings.annotations}${key}`]
    const controller = said('controller')
    if (controller !== undefined && controller !== 'dns-controller') return []
    const host = said('target') ?? hostOf(object)
    if (host === undefined) return []
    const rules = (object.spec?.['rules'] ?? []) as { host?: string }[] // an Ingress's
    const names = [...(said('hostname')?.split(',') ?? []), ...rules.flatMap((rule) => rule.host ?? [])]
    return names
      .flatMap((name) => endpointsOf(`${name.trim()}.`, host, said, settings))
      .filter(({ Type = '' }) => settings.types.has(Type))
  })
}

const hostOf = ({ status }: KubernetesObject): string | undefined =>
  (status?.['loadBalancer'] as { ingress?: { hostname?: string }[] } | undefined)?.ingress?.[0]?.hostname

function endpointsOf(
  Name: string,
  host: string,
  said: (key: string) => string | undefined,
  { prefersCname }: Settings,
): ResourceRecordSet[] {
  const SetIdentifier = said('set-identifier')
  const weight = said('aws-weight')
  const base: ResourceRecordSet = {
    Name,
    Type: 'CNAME',
    ...(SetIdentifier !== undefined && { SetIdentifier }),
    ...(weight !== undefined && { Weight: Number.parseInt(weight, 10) || 0 }),
  }
  if (prefersCname) return [{ ...base, TTL: Number(said('ttl') ?? DEFAULT_TTL), ResourceRecords: [{ Value: host }] }]
  const AliasTarget = {
    HostedZoneId: ELB_ZONE,
    DNSName: `${host}.`,
    EvaluateTargetHealth: said('aws-evaluate-target-health') !== 'false',
  }
  return (['A', 'AAAA'] as const).map((Type) => ({ ...base, Type, AliasTarget }))
}

/** What is there of the types that it manages, with whose it is. */
function ownedIn(sets: readonly ResourceRecordSet[], settings: Settings): Endpoint[] {
  const owners = new Map<string, string>()
  for (const { Name, Type, SetIdentifier, ResourceRecords } of sets) {
    const owner =
      Type === 'TXT' ? /external-dns\/owner=([^",]+)/.exec(ResourceRecords?.[0]?.Value ?? '')?.[1] : undefined
    if (owner !== undefined) owners.set(`${Name} ${SetIdentifier ?? ''}`, owner)
  }
  return sets
    .filter(({ Type = '' }) => settings.types.has(Type))
    .map((set) => ({ set, owner: owners.get(`${txtName(set, settings)} ${set.SetIdentifier ?? ''}`) }))
}

function txtName({ Name = '', Type }: ResourceRecordSet, { prefix, suffix }: Settings): string {
  const [first = '', ...rest] = Name.split('.')
  const type = String(Type).toLowerCase()
  const filled = (affix: string) => affix.replaceAll('%{record_type}', type)
  const label = filled(prefix) === prefix && filled(suffix) === suffix ? `${type}-${first}` : first
  return [`${filled(prefix)}${label}${filled(suffix)}`, ...rest].join('.')
}

/** A change, and the name that it is about: a TXT record's is that of its record. */
interface Owned {
  readonly of: string
  readonly change: Change
}

/** plan.go: rows of name and set identifier. */
function planned(
  wanted: readonly ResourceRecordSet[],
  sets: readonly ResourceRecordSet[],
  settings: Settings,
): Owned[] {
  const { owner, policy } = settings
  const current = ownedIn(sets, settings)
  const row = ({ Name, SetIdentifier }: ResourceRecordSet) => `${Name} ${SetIdentifier ?? ''}`
  const keys = new Set([...wanted, ...current.map(({ set }) => set)].map(row))
  const changes: Owned[] = []
  const add = (of: string, Action: NonNullable<Change['Action']>, ResourceRecordSet: ResourceRecordSet) =>
    changes.push({ of, change: { Action, ResourceRecordSet } })
  const change = (action: NonNullable<Change['Action']>, set: ResourceRecordSet) => {
    const { Name = '' } = set
    const txt = txtOf(set, settings)
    add(Name, action, set)
    const isThere = sets.some((it) => it.Type === 'TXT' && row(it) === row(txt))
    if (action !== 'CREATE' || !isThere) add(Name, action, txt)
  }
  for (const key of keys) {
    const there = current.filter(({ set }) => row(set) === key)
    const candidates = wanted.filter((set) => row(set) === key)
    for (const { set, owner: its } of there) {
      const next = candidates.find(({ Type }) => Type === set.Type)
      if (its !== owner) continue
      if (!next) {
        if (policy === 'sync') change('DELETE', set)
      } else if (policy !== 'create-only' && differs(next, set)) change('UPSERT', next)
    }
    // Nothing is made beside what somebody else owns.
    if (there.some((it) => it.owner !== owner)) continue
    for (const set of candidates) if (!there.some((it) => it.set.Type === set.Type)) change('CREATE', set)
  }
  return changes
}

const differs = (a: ResourceRecordSet, b: ResourceRecordSet): boolean =>
  a.Weight !== b.Weight ||
  a.TTL !== b.TTL ||
  a.AliasTarget?.DNSName !== b.AliasTarget?.DNSName ||
  a.AliasTarget?.EvaluateTargetHealth !== b.AliasTarget?.EvaluateTargetHealth ||
  a.ResourceRecords?.[0]?.Value !== b.ResourceRecords?.[0]?.Value

function txtOf(set: ResourceRecordSet, settings: Settings): ResourceRecordSet {
  const { SetIdentifier, Weight } = set
  return {
    Name: txtName(set, settings),
    Type: 'TXT',
    TTL: DEFAULT_TTL,
    ResourceRecords: [{ Value: `"heritage=external-dns,external-dns/owner=${settings.owner}"` }],
    ...(SetIdentifier !== undefined && { SetIdentifier }),
    ...(Weight !== undefined && { Weight }),
  }
}
