import { blocker, type Finding } from './findings.ts'
import { spelled } from './people.ts'
import type { Platform } from './platform.ts'
import type { Trust } from './trust.ts'

/** A gate that nobody may approve would wait for ever: better to know before anything moves. */
export function approverFindings(platform: Platform, requester: string): Finding[] {
  const { apps, gates, platformTeam, teams, trust } = platform
  const asked = apps.flatMap((app) =>
    app.environments.flatMap((e) => (e.gate ? [{ about: `${app.name} ${e.name}`, rule: e.gate }] : [])),
  )
  const short = [...asked, { about: 'the start', rule: gates.start }].flatMap(({ about, rule }) => {
    const left = [...new Set(rule.teams.flatMap((t) => teams[t]?.approvers ?? []))].filter(
      (who) => !(rule.exclude.includes('requester') && who === spelled([who], requester)),
    )
    const others = rule.exclude.includes('requester') ? `, other than ${requester}, who asked for the upgrade` : ''
    const needed = `it needs ${rule.approvals} of ${rule.teams.join(', ')}${others}`
    if (left.length < rule.approvals)
      return [
        blocker('nobody-may-approve', about, needed, 'add an approver to the team, or let somebody else start it'),
      ]
    const keyless = left.filter((who) => !canProve(trust, who))
    return left.length - keyless.length < rule.approvals
      ? [
          blocker(
            'nobody-may-approve',
            about,
            `${needed}, and ${keyless.join(', ')} could prove nothing: an upgrade keeps the keys that it was started with`,
            'leave it to the next upgrade, which is started with their keys; or give it to a team that this one knows',
          ),
        ]
      : []
  })
  const have = new Set((teams[platformTeam]?.approvers ?? []).filter((who) => canProve(trust, who))).size
  const needed = gates.start.approvals + gates.decommission.approvals
  const keyed = trust?.kind === 'signed'
  return have < needed
    ? [
        ...short,
        blocker(
          'nobody-may-approve',
          'the decommissioning',
          `who approves the start may not approve it, and ${platformTeam} has ${approversInWords(have)}${keyed ? ' with a key' : ''}${needed > 2 ? `, where ${gates.start.approvals} and ${gates.decommission.approvals} are needed` : ''}`,
          `add an approver to the team${keyed ? ', and their key to people.<address>.keys' : ''}`,
        ),
      ]
    : short
}

const approversInWords = (count: number): string =>
  count === 0 ? 'no approver' : count === 1 ? 'one approver' : `${count} approvers`

/** Where people sign, who has no key cannot; who vouches for people by tokens vouches for new ones too. */
const canProve = (trust: Trust | undefined, who: string): boolean =>
  trust?.kind !== 'signed' || (Object.hasOwn(trust.keys, who) && (trust.keys[who]?.length ?? 0) > 0)
