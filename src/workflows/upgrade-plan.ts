import type { UpgradeRequest } from '../domain/messages.ts'
import { few } from '../domain/few.ts'
import type { Finding } from '../domain/findings.ts'
import { outlineOf, type Outline, type PlannedUpgrade } from '../domain/outline.ts'
import { NEXT_RUN } from '../domain/starting.ts'
import { toProve } from '../domain/trust.ts'
import { question, type Prepared } from './activities.ts'
import { shown } from './problems.ts'

/** Outlines of more environments than this are sent without their steps: an answer has 2 MB at most. */
const WITH_STEPS = 150
const AT_ONCE = 20

const isSame = (a: Finding, b: Finding): boolean => a.code === b.code && a.about === b.about && a.message === b.message

/** What an upgrade would do, and what stands in its way. Reads only. */
export async function upgradePlan(request: UpgradeRequest): Promise<PlannedUpgrade> {
  const { platform, plan, from, to, twin, owned, cutovers } = await planning(request)
  return {
    ...(platform.trust && { proves: toProve(platform.trust, NEXT_RUN) }),
    from,
    to,
    upgrade: outlineOf(plan),
    twin,
    owned,
    cutovers,
  }
}

/** The upgrade's plan and those of its cutovers; what is found by both is told of once. */
export async function planning(request: UpgradeRequest): Promise<Prepared & { readonly cutovers: readonly Outline[] }> {
  const prepared = await question(
    'prepare',
    'prepare',
    `look at ${shown(request?.platform)} and plan`,
    'survey',
    request,
  )
  const { platform, plan } = prepared
  const { apps, waves: _waves, ...rest } = platform
  const steps = apps.flatMap((app) => app.environments).length <= WITH_STEPS
  const cutovers: Outline[] = []
  for (let n = 0; n < apps.length; n += AT_ONCE) {
    const some = apps.slice(n, n + AT_ONCE)
    const words = `plan ${few(some.map((app) => app.name))}`
    cutovers.push(
      ...(await question('outlineApps', `plan/${n + 1}`, words, 'long', { platform: rest, apps: some, steps })),
    )
  }
  return {
    ...prepared,
    cutovers: cutovers.map((c) => ({
      ...c,
      findings: c.findings.filter((f) => !plan.findings.some((known) => isSame(known, f))),
    })),
  }
}
