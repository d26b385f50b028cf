import { isNamedAfter } from './cluster-name.ts'
import type { DraftedRecord } from './drafted-records.ts'
import type { NamespaceFacts, WorkloadFacts } from './facts.ts'
import { classify } from './handover.ts'
import { jobKinds } from './one-shot-jobs.ts'
import type { WorkloadRef } from './platform.ts'

/**
 * A platform file for a cluster that has none: what is found is written, what is not is guessed, and each guess says so, on
 * its own line. Whoever takes the file over has to look at these lines, and at nothing else.
 */

/** What starts `platformDraft`. */
export interface DraftRequest {
  readonly cluster: string
  readonly region: string
}

export interface Draft {
  readonly platform: string
  readonly text: string
  /** How many of its lines are marked. */
  readonly guesses: number
}

/** What was found on the cluster. */
export interface Living {
  readonly cluster: string
  readonly account: string
  readonly region: string
  /** All but Kubernetes' own. */
  readonly namespaces: readonly NamespaceFacts[]
  /** `namespace/name` of Services that look like a Prometheus. */
  readonly prometheus: readonly string[]
  /** Names in Route 53 that lead to a load balancer of a Service here; none where the zones may not be read. */
  readonly records: readonly DraftedRecord[]
}

/** What people call these labels, the usual first. */
const labels = {
  app: ['app', 'app.kubernetes.io/part-of', 'app.kubernetes.io/name', 'application', 'service', 'product', 'project'],
  team: ['team', 'owner', 'squad', 'group', 'tenant'],
  environment: ['env', 'environment', 'stage'],
} as const
type Labels = Readonly<Record<keyof typeof labels, string>>
const usual: Labels = { app: 'app', team: 'team', environment: 'env' }

/** From the first to the last that moves; what is not among them is before production. */
const order = [/^(sandbox|dev|development)/, /^(test|testing|ci)/, /^(qa|uat|integration)/, /^(stage|staging|stg|pre)/]
const LAST = /^(prod|production|live|prd)/
/** In place of an environment: of the platform team. */
const PLATFORM = /^(platform|infra|infrastructure|system|shared|ops|tools)$/
/** What everything else needs, so that it is in the first wave. */
const FIRST =
  /load-balancer|ingress|cert-manager|external-dns|external-secrets|sealed-secrets|csi|karpenter|autoscaler|cni/
const buffers = ['fluentd', 'fluent-bit', 'postfix'] as const

/** As the platform file takes them: `config/pieces.ts`. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const ENVIRONMENT = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/

interface Owned {
  readonly app: string
  readonly team: string
  readonly environment: string
  readonly namespace: NamespaceFacts
}

export function draftOf(found: Living): Draft {
  const { cluster, account, region, namespaces, prometheus, records } = found
  const keys = labelsOf(namespaces)
  const owned = namespaces.flatMap((n) => ownerOf(n, keys))
  const rest = namespaces.filter((n) => !owned.some((o) => o.namespace === n))
  const platform = platformOf(cluster)
  const platformTeam = platformTeamOf(rest, owned, keys)
  const teams = [...new Set([platformTeam, ...owned.map((o) => o.team).toSorted()])]
  const text = [
    `# A platform file for ${cluster}, by norikae init, which changed nothing there. What was not found is guessed, and`,
    '# marked: look at each "guess:", mend the line, and take the mark away.',
    '# Every key and its default: norikae explain, docs/reference/platform-file.md, examples/chatwork-prod.yaml.',
    'apiVersion: norikae.io/v1',
    `platform: ${quoted(platform)}${isNamedAfter(platform, cluster) ? '' : guess('by the name of the cluster')}`,
    `account: "${account}"`,
    `region: ${region}`,
    ...(isNamedAfter(platform, cluster) ? [] : [`blue: ${quoted(cluster)}`]),
    '# timeZone: Asia/Tokyo               # and hours and closed days, in which apps move',
    '',
    'health:',
    `  prometheus: { url: "https://prometheus.example.com" }${guess(whereMetrics(prometheus))}`,
    '',
    'teams:',
    ...teams.flatMap((team) => [
      `  ${quoted(team)}:`,
      `    approvers: [${[1, 2].map((n) => quoted(madeUp(team, n))).join(', ')}]${guess('nothing on a cluster says who they are')}`,
    ]),
    `platformTeam: ${quoted(platformTeam)}${guess(rest.some((n) => n.labels[keys.team] === platformTeam) ? 'it has namespaces that are no app of a team' : 'it may have another name')}`,
    '',
    'environments:',
    ...environmentsOf(owned),
    ...discovering(keys),
    ...appsOf(owned, records),
    ...wavesOf(rest, owned, keys),
    '',
  ].join('\n')
  return { platform, text, guesses: guessesIn(text) }
}

/** How many lines of a platform file are marked, as nobody has looked at them yet. */
export const guessesIn = (text: string): number => text.split('\n').filter((line) => line.includes('# guess:')).length

/** For each, the one that most namespaces have. */
function labelsOf(namespaces: readonly NamespaceFacts[]): Labels {
  const used = (key: string) => namespaces.filter((n) => n.labels[key] !== undefined).length
  const best = (candidates: readonly string[], otherwise: string) =>
    candidates.reduce((a, b) => (used(b) > used(a) ? b : a), otherwise)
  return {
    app: best(labels.app, usual.app),
    team: best(labels.team, usual.team),
    environment: best(labels.environment, usual.environment),
  }
}

/** What says all three, in words that a platform file takes, is an app's. */
function ownerOf(namespace: NamespaceFacts, keys: Labels): Owned[] {
  const [app = '', team = '', environment = ''] = [keys.app, keys.team, keys.environment].map(
    (k) => namespace.labels[k],
  )
  const isWhole = NAME.test(app) && NAME.test(team) && ENVIRONMENT.test(environment)
  return isWhole && !PLATFORM.test(environment) ? [{ app, team, environment, namespace }] : []
}

function platformOf(cluster: string): string {
  const named = cluster.replace(/-1-\d+(-r[1-9]\d*)?$/, '')
  const plain = named
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '')
  return plain === '' ? 'platform' : plain
}

function platformTeamOf(rest: readonly NamespaceFacts[], owned: readonly Owned[], keys: Labels): string {
  const named = rest.map((n) => n.labels[keys.team] ?? '').find((team) => NAME.test(team))
  return named ?? owned.map((o) => o.team).find((team) => /^(sre|platform|infra|ops|devops)/.test(team)) ?? 'sre'
}

/** A team's name may be longer than what stands before the "@" of an address. */
const madeUp = (team: string, n: number): string => `${team.slice(0, 60)}-${n}@example.com`

const whereMetrics = (prometheus: readonly string[]): string =>
  `the one that has the metrics of both clusters, outside of both${prometheus.length === 0 ? '' : `; on blue there is ${prometheus.join(', ')}, which would go with blue`}`

function environmentsOf(owned: readonly Owned[]): string[] {
  const names = [...new Set(owned.map((o) => o.environment))].toSorted(
    (a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1),
  )
  if (names.length === 0) return [`  production: {}${guess('no namespace says of which environment it is')}`]
  return names.map((name, n) =>
    n < names.length - 1
      ? `  ${quoted(name)}: {}${n === 0 ? guess('the order in which they move, by their names') : ''}`
      : `  ${quoted(name)}: { weights: [5, 25, 50, 100], observe: 10m, approval: team }${guess('the last, so in steps, and its team is asked')}`,
  )
}

function placeOf(environment: string): number {
  if (LAST.test(environment)) return order.length + 1
  const at = order.findIndex((is) => is.test(environment))
  return at < 0 ? order.length : at
}

const discovering = ({ app, team, environment }: Labels): string[] =>
  app === usual.app && team === usual.team && environment === usual.environment
    ? []
    : [
        '',
        `discover: { app: ${quoted(app)}, team: ${quoted(team)}, environment: ${quoted(environment)} }${guess('the labels that most namespaces have')}`,
      ]

/** Exceptions only: what nothing has to be said of is left out. */
function appsOf(owned: readonly Owned[], records: readonly DraftedRecord[]): string[] {
  const names = [...new Set(owned.map((o) => o.app))].toSorted()
  const lines = names.flatMap((name) => {
    const its = owned.filter((o) => o.app === name).map((o) => o.namespace)
    const made = its.flatMap((n) => n.madeByFlux ?? []).some((m) => m.there)
    const workloads = byName(its.flatMap((n) => n.workloads)).flatMap(declared)
    const jobs = [
      ...new Set(its.flatMap((n) => n.jobs.filter((j) => !jobKinds.some((k) => k === j.says)).map((j) => j.name))),
    ]
    const led = records.filter(({ target }) => its.some((n) => target.split('/')[1] === n.name))
    const body = [
      ...(led.length > 0 ? ['    records:', ...led.map(listed)] : []),
      ...(made ? [`    deploy: flux${guess('Flux makes it on blue')}`] : []),
      ...(workloads.length > 0 ? ['    workloads:', ...workloads] : []),
      ...(jobs.length > 0
        ? [
            '    jobs:',
            ...jobs.map(
              (job) =>
                `      ${quoted(job)}: once${guess('nothing makes it but people; repeatable, if it may run on green too')}`,
            ),
          ]
        : []),
    ]
    return body.length > 0 ? [`  ${quoted(name)}:`, ...body] : []
  })
  return lines.length > 0 ? ['', 'apps:', ...lines] : []
}

const listed = ({ name, zones: [zone = '', ...more], target }: DraftedRecord): string =>
  `      ${quoted(name)}: { zone: ${quoted(zone)}, target: ${quoted(target)} }${guess(
    more.length === 0
      ? 'it leads to the load balancer of this Service; take it out if nobody reaches the app by it'
      : `it leads to the load balancer of this Service, in hosted zones ${[zone, ...more].join(' and ')}; write the one that its clients ask`,
  )}`

/** One of each kind and name, whichever environment it is in: what has a Lease or volumes in one tells more. */
function byName(all: readonly WorkloadFacts[]): WorkloadFacts[] {
  const told = all.toSorted((a, b) => telling(b) - telling(a))
  const found = new Map<string, WorkloadFacts>()
  for (const w of told) if (!found.has(keyOf(w.ref))) found.set(keyOf(w.ref), w)
  return [...found.values()].toSorted((a, b) => (keyOf(a.ref) < keyOf(b.ref) ? -1 : 1))
}

const telling = ({ lease, hasVolumes }: WorkloadFacts): number => Number(lease !== undefined) + 2 * Number(hasVolumes)
const keyOf = ({ kind, name }: WorkloadRef): string => `${kind}/${name}`

/** Of what Norikae would not move without being told how. A CronJob with volumes moves in no way: preflight says so. */
function declared(found: WorkloadFacts): string[] {
  if (found.ref.kind === 'CronJob' || !('level' in classify(found, undefined, { clocks: true }))) return []
  const [way, why] = guessed(found)
  return [`      ${quoted(keyOf(found.ref))}: ${way}${guess(why)}`]
}

function guessed({ ref: { kind, name }, hasVolumes, lease, behindService }: WorkloadFacts): readonly [string, string] {
  const buffer = buffers.find((preset) => name.includes(preset))
  if (buffer !== undefined)
    return [`{ handover: buffer, preset: ${buffer}, budget: 30m }`, `by its name; 30m is how long it may take to drain`]
  if (kind === 'DaemonSet') return ['{ handover: overlap }', 'it runs on every node, and so on both sides at once']
  if (hasVolumes)
    return [
      '{ handover: stateful, by: handover }',
      'it has volumes, which go along; by: copy leaves blue its own; another class leaves them on blue',
    ]
  if (lease !== undefined)
    return [
      `{ handover: singleton, downtime: 60s, lease: ${quoted(lease)} }`,
      'it holds this Lease; 60s is how long it may run nowhere',
    ]
  if (behindService) return ['{ handover: overlap }', 'it is behind a Service and has no volumes']
  return [
    '{ handover: consumer, idempotent: false }',
    'nothing leads to it, so it takes work from a queue, perhaps; blue stops before green starts',
  ]
}

/** Whatever no team has is the platform team's own; where two could claim it, nobody does, and people are told. */
function wavesOf(rest: readonly NamespaceFacts[], owned: readonly Owned[], keys: Labels): string[] {
  if (rest.length === 0) return []
  const taken = [...owned.map((o) => ({ n: o.namespace, is: o.app })), ...rest.map((n) => ({ n, is: nameOf(n, keys) }))]
  const isClear = (n: NamespaceFacts) => {
    const name = nameOf(n, keys)
    // A name in a wave claims by label and by name, and so does a label that is in no wave.
    return (
      name !== undefined && !owned.some((o) => o.app === name) && !taken.some((t) => t.n.name === name && t.is !== name)
    )
  }
  const clear = rest.filter(isClear).map((n) => ({ n, name: nameOf(n, keys) ?? n.name }))
  const names = [...new Set(clear.map((c) => c.name))].toSorted()
  const isFirst = (name: string) => FIRST.test(name)
  const holding = clear.flatMap(({ n, name }) =>
    buffers.flatMap((preset) => (holds(n, preset) ? [[name, preset] as const] : [])),
  )
  const waves = [
    { names: names.filter(isFirst), why: 'what all others need; or are they apps of a team that lack a label?' },
    { names: names.filter((n) => !isFirst(n)), why: 'no app of a team, by their labels' },
  ]
  const labelled = [keys.app, keys.team, keys.environment].join(', ')
  const toLabel = rest
    .filter((n) => !isClear(n))
    .map((n) => `# guess: namespace ${n.name} is of an app, and nothing tells of which: give it the labels ${labelled}`)
  if (names.length === 0) return ['', ...toLabel]
  return [
    '',
    ...toLabel,
    'platformApps:',
    '  waves:',
    ...waves.flatMap((w) => (w.names.length === 0 ? [] : [`    - [${w.names.map(quoted).join(', ')}]${guess(w.why)}`])),
    ...[...new Map(holding)].map(([name, preset]) =>
      name === 'waves'
        ? `  # guess: ${name} holds ${preset}, by its name, and this file has another meaning for "${name}": call the app otherwise to say how it is drained`
        : `  ${quoted(name)}: { handover: buffer, preset: ${preset}, budget: 30m }${guess('by its name; 30m is how long it may take to drain')}`,
    ),
  ]
}

/** By its label, else by its own name. Undefined: its label is no name that a platform file takes. */
function nameOf({ name, labels: its }: NamespaceFacts, { app }: Labels): string | undefined {
  const label = its[app] ?? name
  return NAME.test(label) ? label : undefined
}

const holds = ({ workloads }: NamespaceFacts, preset: string): boolean =>
  workloads.some(({ ref }) => ref.kind !== 'CronJob' && ref.name.includes(preset))

/** At the end of a line. */
const guess = (why: string): string => `    # guess: ${why}`

/** As YAML takes it for a text. */
const quoted = (text: string): string =>
  /^[a-z][a-z0-9/-]*$/i.test(text) && !/^(true|false|yes|no|on|off|y|n|null)$/i.test(text) ? text : JSON.stringify(text)
