import { blocker, type Finding } from './findings.ts'
import type { GateRule } from './gates.ts'
import { spelled } from './people.ts'
import type { Platform } from './platform.ts'

/** A gate that nobody may approve would wait for ever: better to know before anything moves. */
export function approverFindings({ teams, apps, gates, platformTeam }: Platform, requester: string): Finding[] {
  const left = (rule: GateRule) =>
    rule.teams
      .flatMap((t) => teams[t]?.approvers ?? [])
      .filter((who) => !(rule.exclude.includes('requester') && who === spelled([who], requester)))
  const asked = apps.flatMap((app) =>
    app.environments.flatMap((e) => (e.gate ? [{ about: `${app.name} ${e.name}`, rule: e.gate }] : [])),
  )
  const short = [...asked, { about: 'the start', rule: gates.start }]
    .filter(({ rule }) => new Set(left(rule)).size < rule.approvals)
    .map(({ about, rule }) =>
      blocker(
        'nobody-may-approve',
        about,
        `it needs ${rule.approvals} of ${rule.teams.join(', ')}, other than ${requester}, who asked for the upgrade`,
        'add an approver to the team, or let somebody else start it',
      ),
    )
  const two = new Set(teams[platformTeam]?.approvers ?? []).size < 2
  return two
    ? [
        ...short,
        blocker(
          'nobody-may-approve',
          'the decommissioning',
          `who approves the start may not approve it, and ${platformTeam} has one approver`,
          'add an approver to the team',
        ),
      ]
    : short
}
