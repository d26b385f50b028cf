import { blocker, info, warning, type Finding } from './findings.ts'
import { compareVersions, isKubernetesVersion } from './kubernetes-version.ts'

/**
 * What EKS itself says stands in the way of an upgrade. It grades for an upgrade in place to the next minor: ERROR is that
 * one, WARNING a later one. Green may be several minors on, so what counts is the version that an insight is about.
 * https://docs.aws.amazon.com/eks/latest/userguide/cluster-insights.html
 */
export interface Insight {
  readonly name: string
  /** `UPGRADE_READINESS`, `MISCONFIGURATION`. */
  readonly category: string
  /** The minor that it is about; absent where it is about none. */
  readonly version?: string
  /** `PASSING`, `WARNING`, `ERROR`, `UNKNOWN`. */
  readonly status: string
  readonly reason: string
  readonly recommendation: string
  /** ISO. */
  readonly refreshedAt?: string
  readonly deprecations: readonly Deprecation[]
  /** It is about versions of add-ons. */
  readonly ofAddons: boolean
}

export interface Deprecation {
  /** `/apis/policy/v1beta1/podsecuritypolicies` */
  readonly usage: string
  readonly replacedWith?: string
  readonly stopServing?: string
  /** Who asked for it within the 30 days that EKS looks back. */
  readonly clients: readonly { readonly agent: string; readonly requests: number; readonly last?: string }[]
}

/** The last one that somebody asked for. */
export interface InsightsRefresh {
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'
  /** ISO. */
  readonly startedAt?: string
  readonly endedAt?: string
}

const MINUTE_MS = 60_000
/** Insights of this age are read as they are. */
const FRESH_MS = 60 * MINUTE_MS
/** EKS promises no time for a refresh; what it had before is read then. */
export const LONGEST_REFRESH_MS = 10 * MINUTE_MS
/** Who has not asked for this long has been mended, most likely: EKS goes on telling of them for 30 days. */
const QUIET_MS = 7 * 24 * 60 * MINUTE_MS

/** Whether insights are as fresh as they get, or a refresh is to be started, or waited for. */
export function refreshDue(last: InsightsRefresh | undefined, now: string): 'read' | 'start' | 'wait' {
  const ago = (at: string | undefined) => (at === undefined ? Infinity : Date.parse(now) - Date.parse(at))
  if (last?.status === 'IN_PROGRESS') return ago(last.startedAt) < LONGEST_REFRESH_MS ? 'wait' : 'read'
  return ago(last?.endedAt ?? last?.startedAt) < FRESH_MS ? 'read' : 'start'
}

/** `to`: green's version. */
export function insightFindings(
  blue: { readonly name: string; readonly version: string },
  to: string,
  insights: readonly Insight[],
  last: InsightsRefresh | undefined,
  now: string,
): Finding[] {
  return [...stale(blue.name, insights, last), ...insights.flatMap((insight) => said(blue, to, insight, now))]
}

/** They were not refreshed just now: how old they are. */
function stale(blue: string, insights: readonly Insight[], last: InsightsRefresh | undefined): Finding[] {
  if (last?.status === 'COMPLETED') return []
  const [oldest] = insights.flatMap((i) => i.refreshedAt ?? []).toSorted()
  return [
    warning(
      'insights-old',
      blue,
      `EKS did not refresh its insights ${last?.status === 'FAILED' ? 'when asked to' : 'in time'}; they are ${oldest === undefined ? 'of an unknown time' : `as of ${oldest.slice(0, 16).replace('T', ' ')} UTC`}`,
      `aws eks start-insights-refresh --cluster-name ${blue}, and look again`,
    ),
  ]
}

function said(
  blue: { readonly name: string; readonly version: string },
  to: string,
  it: Insight,
  now: string,
): Finding[] {
  if (it.status === 'PASSING') return []
  const about = `${blue.name}: ${it.name}`
  const reason = it.reason === '' ? `EKS says ${it.status} and no more` : it.reason
  const remedy = it.recommendation === '' ? 'see it in the EKS console, under upgrade insights' : it.recommendation
  if (it.status === 'UNKNOWN') return [info('insight-fails', about, `EKS cannot tell: ${reason}`, remedy)]
  if (it.category === 'MISCONFIGURATION') return [warning('insight-fails', about, reason, remedy)]
  // Green's add-ons are chosen for its version, and its nodes are new.
  if (it.ofAddons || /version skew/i.test(it.name))
    return [
      info(
        'insight-fails',
        about,
        `${reason} That is of an upgrade in place: green gets new nodes and add-ons that fit`,
        'nothing',
      ),
    ]
  if (isBeyond(it.version, to))
    return [info('insight-fails', about, `${reason} That is of ${it.version ?? ''}, after ${to}`, remedy)]
  if (it.deprecations.length === 0) return [warning('insight-fails', about, reason, remedy)]
  return it.deprecations.filter((d) => !isBeyond(d.stopServing, to)).map((d) => deprecated(about, to, d, remedy, now))
}

/** Green serves it no more: a blocker while somebody asks for it, a warning once they have stopped. */
function deprecated(
  about: string,
  to: string,
  { usage, replacedWith, stopServing, clients }: Deprecation,
  remedy: string,
  now: string,
): Finding {
  const lasts = clients.flatMap((c) => c.last ?? []).toSorted()
  const last = lasts.at(-1)
  const quiet = last !== undefined && Date.parse(now) - Date.parse(last) > QUIET_MS
  const who = clients.map(
    (c) => `${c.agent} (${c.requests} in 30 days${c.last === undefined ? '' : `, last ${c.last.slice(0, 10)}`})`,
  )
  const asked = who.length === 0 ? 'EKS names nobody who asks for it' : `${who.join(', ')} asked for it`
  return (quiet ? warning : blocker)(
    'insight-fails',
    `${about} ${usage}`,
    `${to} does not serve it${stopServing === undefined ? '' : ` (gone since ${stopServing})`}; ${asked}${quiet ? '. Nobody has for a week: EKS tells of a request for 30 days' : ''}`,
    `${replacedWith === undefined ? '' : `ask for ${replacedWith} instead. `}${remedy}`,
  )
}

const isBeyond = (version: string | undefined, to: string): boolean =>
  version !== undefined && isKubernetesVersion(version) && isKubernetesVersion(to) && compareVersions(version, to) > 0
