import type { Notice, Webhook } from './notices.ts'
import type { Team } from './platform.ts'

/** A channel of a chat; `loud` where its people are concerned, and do not only read along. */
export interface Channel {
  readonly name: string
  readonly loud: boolean
}

export type Teams = Readonly<Record<string, Team>>

/** Those whom it concerns, and the platform team, which reads along everywhere. */
const told = ({ teams }: Pick<Notice, 'teams'>, platformTeam: string): string[] => [
  ...new Set([...teams, platformTeam]),
]

/** A channel that several teams share is one. */
export function channelsFor(notice: Pick<Notice, 'teams'>, teams: Teams, platformTeam: string): Channel[] {
  const all = told(notice, platformTeam).flatMap((team) => {
    const name = teams[team]?.slack
    return name === undefined ? [] : [{ name, loud: notice.teams.includes(team) }]
  })
  return [...new Set(all.map((c) => c.name))].map((name) => ({
    name,
    loud: all.some((c) => c.name === name && c.loud),
  }))
}

/** An address that several teams share is one, of the first of them. */
export function webhooksFor(notice: Pick<Notice, 'teams'>, teams: Teams, platformTeam: string): Webhook[] {
  const all = told(notice, platformTeam).flatMap((team) => {
    const url = teams[team]?.webhook
    return url === undefined ? [] : [{ team, url }]
  })
  return all.filter(({ url }, n) => all.findIndex((w) => w.url === url) === n)
}
