import type { Judgement } from '../sandbox/judge.ts'
import { byWay, unmoved, whoLost, type Reached } from './routes.ts'

/** What `npm run demo -- --json` prints as its last line. */
export interface DemoResult {
  readonly outcome: string
  readonly platform: string
  readonly from: string
  readonly to: string
  readonly apps: number
  readonly onGreen: number
  /** Only where a reader decided how it ends. */
  readonly onBlue?: number
  readonly rolledBackOnce: number
  readonly requests: { readonly sent: number; readonly dropped: number; readonly failed: number }
  /** The apps in production, by what their callers reach them. */
  readonly reached: readonly Reached[]
  readonly jobs: { readonly slots: number; readonly twice: number; readonly lost: number }
  readonly singletonOverlapMs: number
  readonly singletonDowntimeMs: number
  readonly bufferedLost: number
  readonly leftovers: number
  /** How much of blue the cluster that is there in the end is or has otherwise, beyond what must differ. */
  readonly twin: number
  readonly decisions: number
  readonly seconds: number
}

/** What examples/demo.yaml and the sandbox's blue hold; with `--external-dns` one more, whose weights are waited for. */
const expectedOf = ({ reached }: Pick<DemoResult, 'reached'>): { readonly apps: number; readonly seconds: number } =>
  reached.some(({ by }) => by === 'external-dns') ? { apps: 13, seconds: 900 } : { apps: 12, seconds: 300 }
/** The `downtime` of its singleton there. */
const DOWNTIME_MS = 30_000
/** Of the requests that were dropped: enough to see what they have in common. */
const SHOWN = 8

/** The clusters and what runs on them, as the sandbox's `/inventory` tells. */
export interface Inventory {
  readonly aws: { readonly targetGroups: readonly { readonly arn: string }[] }
  readonly kubernetes: readonly {
    readonly cluster: string
    readonly objects: readonly {
      readonly kind: string
      readonly namespace?: string
      readonly replicas?: number
      readonly ready?: number
      readonly suspend?: boolean
    }[]
  }[]
}

/** A request that the sandbox's AWS was asked, as its `/calls` tells. */
export interface Call {
  readonly operation?: string
  readonly status: number
  readonly parameters?: {
    readonly RuleArn?: string
    readonly Actions?: readonly {
      readonly TargetGroupArn?: string
      readonly ForwardConfig?: { readonly TargetGroups?: readonly Share[] }
    }[]
  }
}

interface Share {
  readonly TargetGroupArn?: string | undefined
  readonly Weight?: number
}

const inProduction = /^(.+)-production$/
const workloads: ReadonlySet<string> = new Set(['Deployment', 'CronJob'])

/** Apps that have something in production, wherever it runs. */
export function appsIn({ kubernetes }: Inventory): string[] {
  const names = kubernetes
    .flatMap((cluster) => cluster.objects)
    .filter((o) => workloads.has(o.kind))
    .flatMap((o) => inProduction.exec(o.namespace ?? '')?.[1] ?? [])
  return [...new Set(names)].toSorted()
}

/** Apps of which everything in production runs on this cluster, the only one that is left, counted from outside. */
export function runsOn({ kubernetes }: Inventory, cluster: string, apps: readonly string[]): number {
  const [only] = kubernetes
  if (!only || kubernetes.length !== 1 || only.cluster !== cluster) return 0
  return apps.filter((app) => {
    const mine = only.objects.filter((o) => o.namespace === `${app}-production` && workloads.has(o.kind))
    return (
      mine.length > 0 &&
      mine.every((o) => (o.kind === 'CronJob' ? o.suspend !== true : (o.ready ?? 0) >= (o.replicas ?? 1)))
    )
  }).length
}

/**
 * Environments whose traffic went back to blue exactly once: the listener rules whose green share fell once, by what the
 * sandbox's AWS was asked. Whatever was not there before the upgrade is green.
 */
export function wentBackOnce(calls: readonly Call[], before: Inventory): number {
  const blue = new Set(before.aws.targetGroups.map((group) => group.arn))
  const written = calls.filter((c) => c.operation === 'ModifyRule' && c.status === 200)
  const rules = Map.groupBy(written, (c) => c.parameters?.RuleArn ?? '')
  return [...rules.values()].filter((rule) => falls(rule.map((call) => greenShare(call, blue))) === 1).length
}

function greenShare({ parameters }: Call, blue: ReadonlySet<string>): number {
  const groups: readonly Share[] = (parameters?.Actions ?? []).flatMap(
    ({ ForwardConfig, TargetGroupArn }) => ForwardConfig?.TargetGroups ?? [{ TargetGroupArn, Weight: 1 }],
  )
  const sum = (some: readonly Share[]) => some.reduce((total, group) => total + (group.Weight ?? 1), 0)
  const all = sum(groups)
  return all === 0 ? 0 : sum(groups.filter((g) => !blue.has(g.TargetGroupArn ?? ''))) / all
}

/** A way back in several steps is one fall. */
function falls(shares: readonly number[]): number {
  let count = 0
  let falling = false
  for (const [i, share] of shares.entries()) {
    const before = shares[i - 1] ?? share
    if (share < before && !falling) count += 1
    if (share !== before) falling = share < before
  }
  return count
}

/** Empty where the sandbox found nothing wrong. */
export const faultsOf = (result: DemoResult): string[] => [
  ...lost(result),
  ...(result.onBlue === undefined ? endedAsTold(result) : endedSafely(result, result.onBlue)),
]

/** What no upgrade may do, however it ends. */
function lost(result: DemoResult): string[] {
  const { requests, jobs } = result
  const { apps } = expectedOf(result)
  return [
    ...(result.apps === apps ? [] : [`${result.apps} apps were there, where ${apps} should be`]),
    ...(requests.dropped === 0
      ? []
      : [`${requests.dropped} requests were dropped (${whoLost(result.reached) ?? 'none of them in production'})`]),
    ...(jobs.twice === 0 ? [] : [`${jobs.twice} slots ran twice`]),
    ...(jobs.lost === 0 ? [] : [`${jobs.lost} slots never ran`]),
    ...(result.singletonOverlapMs === 0 ? [] : [`a singleton ran on both sides for ${result.singletonOverlapMs} ms`]),
    ...(result.singletonDowntimeMs <= DOWNTIME_MS
      ? []
      : [`a singleton ran nowhere for ${result.singletonDowntimeMs} ms, where ${DOWNTIME_MS} are its budget`]),
    ...(result.bufferedLost === 0 ? [] : [`${result.bufferedLost} buffered records were lost`]),
    ...(result.leftovers === 0 ? [] : [`${result.leftovers} things were left behind`]),
    ...(result.twin === 0 ? [] : [`the cluster differs from what blue was in ${result.twin} more things than it must`]),
  ]
}

/** The demo's own people see to it that one app goes back once, and that enough was there to be judged. */
function endedAsTold(result: DemoResult): string[] {
  const { requests, jobs } = result
  const { apps, seconds } = expectedOf(result)
  return [
    ...(result.outcome === 'done' ? [] : [`the upgrade ended ${result.outcome}`]),
    ...(result.onGreen === apps ? [] : [`${result.onGreen} of ${apps} apps run on green`]),
    ...(result.rolledBackOnce === 1 ? [] : [`${result.rolledBackOnce} environments went back once, where one should`]),
    ...unmoved(result.reached).map((way) => `no app that is reached by ${way} was answered by both clusters`),
    ...(requests.sent > 20_000 ? [] : [`only ${requests.sent} requests were sent`]),
    ...(jobs.slots >= 20 ? [] : [`only ${jobs.slots} slots were due`]),
    ...(result.seconds < seconds ? [] : [`it took ${result.seconds} s`]),
  ]
}

/** A reader takes the time that they like, and may take all of it back, or not begin at all. */
function endedSafely(result: DemoResult, onBlue: number): string[] {
  const { outcome, onGreen } = result
  const { apps } = expectedOf(result)
  if (outcome === 'done') return onGreen === apps ? [] : [`${onGreen} of ${apps} apps run on green`]
  if (outcome !== 'rolled-back' && outcome !== 'rejected') return [`the upgrade ended ${outcome}`]
  return onBlue === apps ? [] : [`it ended ${outcome}, and ${onBlue} of ${apps} apps run on blue`]
}

/** Channels of the sandbox's Slack, as its `/slack` tells. */
export type Told = Readonly<Record<string, readonly { readonly thread_ts?: string; readonly edited: number }[]>>

/** How much people had to read. */
export const readIn = (told: Told): string =>
  Object.entries(told)
    .map(([name, messages]) => {
      const threads = messages.filter((m) => m.thread_ts === undefined).length
      const changes = messages.reduce((sum, m) => sum + m.edited, 0)
      return `#${name} ${messages.length - threads} messages in ${threads} threads, brought up to date ${changes} times`
    })
    .join('; ')

export const judged = (result: DemoResult, judgement: Pick<Judgement, 'requests' | 'leftovers' | 'twin'>): string => {
  const { requests, jobs, singletonOverlapMs, singletonDowntimeMs, bufferedLost } = result
  const { lastDropped } = judgement.requests
  return [
    'What the sandbox judged, by itself:',
    `  requests    ${requests.sent} sent, ${requests.dropped} dropped, ${requests.failed} failed (the app that was made to fail)`,
    ...byWay(result.reached).map((line) => `    ${line}`),
    ...lastDropped.slice(-SHOWN).map((d) => `    dropped   ${d.at} ${d.host}: ${d.because}`),
    `  cron slots  ${jobs.slots} due, ${jobs.twice} ran twice, ${jobs.lost} never ran`,
    `  singletons  ${singletonOverlapMs} ms on both sides, ${singletonDowntimeMs} ms on none at longest`,
    `  buffers     ${bufferedLost} records lost`,
    `  leftovers   ${judgement.leftovers.length === 0 ? 'none' : judgement.leftovers.map((l) => `${l.what}: ${l.because}`).join('; ')}`,
    `  twin        ${judgement.twin.length === 0 ? 'nothing differs but what must' : `${judgement.twin.length} things differ that must not`}`,
    ...judgement.twin
      .slice(0, SHOWN)
      .map((d) => `    differs   ${[d.part, d.setting].filter(Boolean).join(' ')}: blue ${d.blue}, now ${d.green}`),
    `  apps        ${result.onGreen} of ${result.apps} on green, ${result.rolledBackOnce} rolled back once${result.onBlue === result.apps ? '; all on blue' : ' and moved again'}`,
  ].join('\n')
}
