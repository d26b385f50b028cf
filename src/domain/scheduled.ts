import { hop } from './kubernetes-version.ts'
import { upgradeId } from './messages.ts'
import type { From, Notice } from './notices.ts'
import type { Decision } from './outlook.ts'
import type { Team } from './platform.ts'
import type { Start, Tells } from './schedule.ts'

/** The id of the schedule; the server begins the ids of what it starts with it. */
export const scheduleId = (platform: string): string => `scheduled-upgrade/${platform}`

/** Who asks for what a schedule starts: nobody, so nobody is excluded from approving it. */
export const BY_SCHEDULE = 'schedule'

/** What starts `scheduledUpgrade`. The worker reads its own platform file, as it is then. */
export interface ScheduledRequest {
  readonly platform: string
  /** As its schedule was made with; absent where somebody starts it by hand. */
  readonly tells?: Tells
}

/** What starts `nextUpgrade`. `file`: the platform file's text; else the worker reads its own. */
export interface OutlookRequest {
  readonly platform: string
  readonly file?: string
}

/** Whom to tell, from whatever was sent; undefined where it says nobody. */
export function teamTold(request: unknown): Pick<Foreseen, 'platformTeam' | 'teams'> | undefined {
  const tells = fieldOf(request, 'tells')
  const [team, slack, webhook] = ['team', 'slack', 'webhook'].map((name) => fieldOf(tells, name))
  if (typeof team !== 'string') return undefined
  const its = {
    approvers: [],
    ...(typeof slack === 'string' && { slack }),
    ...(typeof webhook === 'string' && { webhook }),
  }
  return { platformTeam: team, teams: { [team]: its } }
}

const fieldOf = (it: unknown, name: string): unknown =>
  typeof it === 'object' && it !== null ? Object.getOwnPropertyDescriptor(it, name)?.value : undefined

/** How EKS supports one of its versions; dates are days, `2027-08-02`. */
export interface Support {
  readonly version: string
  readonly support: 'standard' | 'extended' | 'none'
  readonly until?: string
  readonly isDefault: boolean
}

/** What the schedule does next, or does now, and why. */
export interface Outlook {
  readonly platform: string
  readonly blue: string
  readonly from: string
  readonly timeZone: string
  readonly decision: Decision
  /** Absent: the platform file has no schedule, or closes every day; then it was decided as of now. */
  readonly start?: Start
  /** After that one. */
  readonly later: readonly Start[]
  /** The newest first. */
  readonly versions: readonly Support[]
}

/** An outlook, with whom it is told to. */
export interface Foreseen extends Outlook {
  /** Its start by the platform's clocks: `Tue 2027-01-05 10:00 Asia/Tokyo`; absent where it has none. */
  readonly onTheWall?: string
  readonly platformTeam: string
  readonly teams: Readonly<Record<string, Team>>
}

export interface ScheduledResult {
  /** `called-off`: announced, and then somebody or something was before it. */
  readonly outcome: 'nothing' | 'called-off' | 'done'
  readonly to?: string
  /** `to` was blue's own version. */
  readonly refresh?: true
  readonly because: readonly string[]
}

/** `1.35 → 1.36 starts Tue 2027-01-05 10:00 Asia/Tokyo` */
export const announcement = ({ platform, from, onTheWall = 'now' }: Foreseen, to: string): string =>
  `${platform} ${hop(from, to)} starts ${onTheWall}`

/** What the workflow shows of itself while it waits for its start. */
export const waitingDetails = (outlook: Foreseen, to: string, workflowId: string): string =>
  [
    `**${announcement(outlook, to)}**`,
    '',
    ...outlook.decision.because,
    '',
    `To start it earlier: \`norikae start ${outlook.platform} --to ${to}\`. To leave it out this time: \`temporal workflow cancel --workflow-id '${workflowId}'\``,
  ].join('\n')

export const followingDetails = (outlook: Pick<Outlook, 'platform' | 'from'>, to: string): string =>
  [
    `**The ${itself(outlook, to)} goes on as \`${upgradeId(outlook.platform)}\`**`,
    '',
    'This ends with it. Where it does not end well this fails, and the schedule pauses itself.',
  ].join('\n')

/** Why the schedule is paused, and what to do about it. */
export const pausedBecause = (outlook: Pick<Outlook, 'platform' | 'from'>, to: string, ended: string): string => {
  const { platform } = outlook
  return `the ${itself(outlook, to)} ended: ${ended}. The schedule is paused until somebody has looked (norikae report ${platform}) and says: norikae schedule resume ${platform}`
}

const itself = ({ platform, from }: Pick<Outlook, 'platform' | 'from'>, to: string): string =>
  from === to ? `refresh of ${platform} at ${to}` : `upgrade of ${platform} to ${to}`

/** Nothing was announced, and that must not go by unseen until the next quarter. */
export const undecided = (platform: string, why: string): string =>
  `no upgrade of ${platform} was announced, because nothing could be decided: ${why}. The schedule is paused; once that is mended: norikae schedule resume ${platform}, and norikae schedule trigger ${platform} for this time`

/** Of what was announced: nobody could see whether it is still right. */
export const notSeenAgain = (platform: string, why: string): string =>
  `whether it is still right could not be seen: ${why}. The schedule is paused; once that is mended: norikae schedule resume ${platform}`

export const scheduledAbout = ['announced', 'called-off', 'schedule-paused'] as const
export type ScheduledAbout = (typeof scheduledAbout)[number]

/** What is told of it: to every team that it comes or does not, to the platform team that it went badly. */
export interface Scheduled {
  readonly about: ScheduledAbout
  readonly platform: string
  readonly title: string
  readonly teams: readonly string[]
}

export const scheduledNotice = (from: From, what: Scheduled): Notice => ({
  id: `${from.runId}/${what.about}`,
  thing: what.about,
  ...what,
  ...from,
})
