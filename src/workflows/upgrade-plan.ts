import type { UpgradeRequest } from '../domain/messages.ts'
import type { Finding } from '../domain/findings.ts'
import { outlineOf, withoutSteps, type Outline, type PlannedUpgrade } from '../domain/outline.ts'
import { NEXT_RUN } from '../domain/starting.ts'
import { toProve } from '../domain/trust.ts'
import { question } from './activities.ts'
import { shown } from './problems.ts'

/** Outlines of more environments than this are sent without their steps: an answer has 2 MB at most. */
const WITH_STEPS = 150
const AT_ONCE = 20

const isSame = (a: Finding, b: Finding): boolean => a.code === b.code && a.about === b.about && a.message === b.message

/** What an upgrade would do, and what stands in its way. Reads only. */
export async function upgradePlan(request: UpgradeRequest): Promise<PlannedUpgrade> {
  const { platform, plan, from, to, twin, owned } = await question(
    'prepare',
    'prepare',
    `look at ${shown(request?.platform)} and plan`,
    'long',
    request,
  )
  const { apps, waves: _waves, ...rest } = platform
  const cutovers: Outline[] = []
  for (let n = 0; n < apps.length; n += AT_ONCE) {
    const some = apps
      .slice(n, n + AT_ONCE)
      .map((app) =>
        question('planApp', `${app.name}/plan`, `plan ${app.name}`, 'quick', { platform: rest, app, by: request.by }),
      )
    cutovers.push(...(await Promise.all(some)).flat().map(outlineOf))
  }
  return {
    ...(platform.trust && { proves: toProve(platform.trust, NEXT_RUN) }),
    from,
    to,
    upgrade: outlineOf(plan),
    twin,
    owned,
    cutovers: (cutovers.length > WITH_STEPS ? cutovers.map(withoutSteps) : cutovers).map((c) => ({
      ...c,
      findings: c.findings.filter((f) => !plan.findings.some((known) => isSame(known, f))),
    })),
  }
}
