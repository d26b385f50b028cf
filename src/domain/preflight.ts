import { blockersFirst, type Finding } from './findings.ts'
import { compareVersions, isKubernetesVersion } from './kubernetes-version.ts'
import type { Platform } from './platform.ts'
import type { Outlook } from './scheduled.ts'

/** What is in the way of an upgrade today, by who has to act: asked for on its own, with nothing started. */

/** What starts `upgradePreflight`. `to`: absent, what the calendar of EKS and the platform file say. */
export interface PreflightRequest {
  readonly platform: string
  readonly to?: string
  readonly by: string
  readonly file?: string
}

/** What `norikae preflight` prints. */
export interface Preflight {
  readonly platform: string
  readonly blue: string
  readonly green: string
  readonly from: string
  readonly to: string
  /** Why this version, where nobody said one. */
  readonly because: readonly string[]
  /** Those that would end an upgrade: waived ones are not among them. */
  readonly blockers: number
  /** Whoever has to act, who has the most urgent first; each with their findings, blockers first. */
  readonly teams: readonly Acting[]
}

interface Acting {
  readonly team: string
  readonly findings: readonly Finding[]
}

/**
 * The version that a preflight is for where nobody says one: what would be upgraded to, else the newest in standard support
 * that blue does not have, else blue's own. `fault`: an upgrade is open, and has its findings.
 */
export function aimOf({
  platform,
  from,
  decision,
  versions,
}: Pick<Outlook, 'platform' | 'from' | 'decision' | 'versions'>):
  | { to: string; because: readonly string[] }
  | { fault: string } {
  if (from === '')
    return {
      fault: `${decision.because.join('; ')}. What it found: norikae status ${platform}. For another version: norikae preflight ${platform} --to <version>`,
    }
  if (decision.to !== undefined) return { to: decision.to, because: decision.because }
  const offered = versions
    .filter((v) => v.support === 'standard')
    .map((v) => v.version)
    .filter(isKubernetesVersion)
    .toSorted(compareVersions)
  // Where nobody may see what blue is, what is in the way of the newest is asked about: that it may not be seen is.
  if (!isKubernetesVersion(from)) {
    const to = offered.at(-1)
    return to === undefined
      ? {
          fault: `${decision.because.join('; ')}. For all that is missing: norikae preflight ${platform} --to <version>`,
        }
      : { to, because: decision.because }
  }
  return { to: offered.findLast((v) => compareVersions(v, from) > 0) ?? from, because: decision.because }
}

/** By team: whose cutover it is of, whose namespace or app it names, else the platform team. */
export function byTeam(
  platform: Pick<Platform, 'apps' | 'platformTeam'>,
  ofUpgrade: readonly Finding[],
  ofCutovers: readonly { readonly team: string; readonly findings: readonly Finding[] }[],
): Acting[] {
  const acting = new Map<string, Finding[]>()
  const give = (team: string, finding: Finding) => {
    const its = acting.get(team) ?? []
    its.push(finding)
    acting.set(team, its)
  }
  const teamOf = ownership(platform)
  for (const finding of ofUpgrade) give(teamOf(finding), finding)
  for (const { team, findings } of ofCutovers) for (const finding of findings) give(team, finding)
  return [...acting]
    .map(([team, findings]) => ({ team, findings: blockersFirst(findings) }))
    .toSorted(
      (a, b) =>
        urgency(a.findings) - urgency(b.findings) ||
        Number(b.team === platform.platformTeam) - Number(a.team === platform.platformTeam) ||
        (a.team < b.team ? -1 : 1),
    )
}

export const inTheWay = ({ level }: Finding): boolean => level === 'blocker'

/** The worst level of them: 0 blocker, 1 warning, 2 info. */
const urgency = (findings: readonly Finding[]): number =>
  Math.min(...findings.map(({ level }) => ['blocker', 'warning', 'info'].indexOf(level)))

/** Things of AWS have names that apps may have too. */
const OF_CLUSTER =
  /^(cluster|ca|update|nodegroup|nodes|tags|addon|fargate|subnet|quota|insight|key|support|capability|identity-provider|role)(-|$)/

/** `Deployment/shop/web`, `shop claim` and `shop/web` name a namespace; `api` and `api test` an app. */
function ownership({ apps, platformTeam }: Pick<Platform, 'apps' | 'platformTeam'>): (finding: Finding) => string {
  const byApp = new Map(apps.map((app) => [app.name, app.team]))
  const byNamespace = new Map(
    apps.flatMap((app) => app.environments.flatMap((e) => e.namespaces.map((name) => [name, app.team]))),
  )
  return ({ code, about }) => {
    if (OF_CLUSTER.test(code)) return platformTeam
    const [place = ''] = about.split(' ')
    return byNamespace.get(place.split('/').at(-2) ?? place) ?? byApp.get(place) ?? platformTeam
  }
}
