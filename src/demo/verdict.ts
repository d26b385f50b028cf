import type { Report } from '../domain/report.ts'
import type { Judgement } from '../sandbox/judge.ts'

/** What `npm run demo -- --json` prints as its last line. */
export interface DemoResult {
  readonly outcome: string
  readonly platform: string
  readonly from: string
  readonly to: string
  readonly apps: number
  readonly onGreen: number
  readonly rolledBackOnce: number
  readonly requests: { readonly sent: number; readonly dropped: number; readonly failed: number }
  readonly jobs: { readonly slots: number; readonly twice: number; readonly lost: number }
  readonly singletonOverlapMs: number
  readonly bufferedLost: number
  readonly leftovers: number
  readonly decisions: number
  readonly seconds: number
}

/** The clusters and what runs on them, as the sandbox's `/inventory` tells. */
export interface Inventory {
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

/** Apps of which everything in production runs on the one cluster that is left, counted from outside. */
export function onGreen({ kubernetes }: Inventory, green: string, apps: readonly string[]): number {
  const [only] = kubernetes
  if (!only || kubernetes.length !== 1 || only.cluster !== green) return 0
  return apps.filter((app) => {
    const mine = only.objects.filter(
      (o) => o.namespace === `${app}-production` && ['Deployment', 'CronJob'].includes(o.kind),
    )
    return (
      mine.length > 0 &&
      mine.every((o) => (o.kind === 'CronJob' ? o.suspend !== true : (o.ready ?? 0) >= (o.replicas ?? 1)))
    )
  }).length
}

/** Environments that went back to blue exactly once. */
export function wentBackOnce({ rollbacks }: Pick<Report, 'rollbacks'>): number {
  const places = rollbacks.map((r) => `${r.app}/${r.environment}`)
  return new Set(places.filter((p) => places.filter((q) => q === p).length === 1)).size
}

/** Empty where the sandbox found nothing wrong. */
export function faultsOf(result: DemoResult): string[] {
  const { requests, jobs } = result
  return [
    ...(result.outcome === 'done' ? [] : [`the upgrade ended ${result.outcome}`]),
    ...(result.onGreen === result.apps ? [] : [`${result.onGreen} of ${result.apps} apps run on green`]),
    ...(result.rolledBackOnce === 1 ? [] : [`${result.rolledBackOnce} environments went back once, where one should`]),
    ...(requests.dropped === 0 ? [] : [`${requests.dropped} requests were dropped`]),
    ...(requests.sent > 20_000 ? [] : [`only ${requests.sent} requests were sent`]),
    ...(jobs.twice === 0 ? [] : [`${jobs.twice} slots ran twice`]),
    ...(jobs.lost === 0 ? [] : [`${jobs.lost} slots never ran`]),
    ...(jobs.slots >= 20 ? [] : [`only ${jobs.slots} slots were due`]),
    ...(result.singletonOverlapMs === 0 ? [] : [`a singleton ran on both sides for ${result.singletonOverlapMs} ms`]),
    ...(result.bufferedLost === 0 ? [] : [`${result.bufferedLost} buffered records were lost`]),
    ...(result.leftovers === 0 ? [] : [`${result.leftovers} things were left behind`]),
    ...(result.seconds < 240 ? [] : [`it took ${result.seconds} s`]),
  ]
}

export const judged = (result: DemoResult, judgement: Judgement): string => {
  const { requests, jobs, singletonOverlapMs, bufferedLost } = result
  return [
    'What the sandbox judged, by itself:',
    `  requests    ${requests.sent} sent, ${requests.dropped} dropped, ${requests.failed} failed (the app that was made to fail)`,
    `  cron slots  ${jobs.slots} due, ${jobs.twice} ran twice, ${jobs.lost} never ran`,
    `  singletons  ${singletonOverlapMs} ms on both sides`,
    `  buffers     ${bufferedLost} records lost`,
    `  leftovers   ${judgement.leftovers.length === 0 ? 'none' : judgement.leftovers.map((l) => `${l.what}: ${l.because}`).join('; ')}`,
    `  apps        ${result.onGreen} of ${result.apps} on green, ${result.rolledBackOnce} rolled back once and moved again`,
  ].join('\n')
}
