import { condensed } from '../domain/condensed.ts'
import { aimOf, byTeam, inTheWay, type Preflight, type PreflightRequest } from '../domain/preflight.ts'
import { question } from './activities.ts'
import { failed, shown } from './problems.ts'
import { planning } from './upgrade-plan.ts'

/** Bytes: an answer has 2 MB at most, and one large app may have thousands of warnings. */
const LARGEST = 1_500_000

/** Everything that is in the way of an upgrade today, by who has to act. Reads only, and starts no upgrade. */
export async function upgradePreflight(request: PreflightRequest): Promise<Preflight> {
  const { to, because } = await aimed(request)
  const { platform, from, plan, cutovers } = await planning({ ...request, to })
  const { blue, green } = plan.subject
  const found = [...plan.findings, ...cutovers.flatMap((c) => c.findings)]
  const kept = new Set(condensed(found, LARGEST))
  const ofCutovers = cutovers.map(({ subject: { team }, findings }) => ({
    team,
    findings: findings.filter((f) => kept.has(f)),
  }))
  const theirs = new Set(ofCutovers.flatMap((c) => c.findings))
  const others = [...kept].filter((f) => !theirs.has(f))
  return {
    platform: platform.name,
    blue,
    green,
    from,
    to,
    because,
    blockers: found.filter(inTheWay).length,
    teams: byTeam(platform, others, ofCutovers),
  }
}

/** Anything may have been sent: what is no request is refused by the activity that reads it. */
async function aimed(request: PreflightRequest | undefined): Promise<{ to: string; because: readonly string[] }> {
  const { platform = '', file, to } = request ?? {}
  if (to !== undefined) return { to, because: [] }
  const words = `look whether ${shown(platform)} is to be upgraded`
  const outlook = await question('foresee', 'foresee', words, 'survey', {
    platform,
    ...(file !== undefined && { file }),
  })
  const aim = aimOf(outlook)
  if ('fault' in aim) throw failed('InvalidInput', aim.fault)
  return aim
}
