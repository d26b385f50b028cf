import { activityInfo } from '@temporalio/activity'
import { approverFindings } from '../domain/approvers.ts'
import { condensed } from '../domain/condensed.ts'
import type { NamespaceFacts } from '../domain/facts.ts'
import { placeOf, type Finding } from '../domain/findings.ts'
import { isOfTraffic, trafficOwnerFindings } from '../domain/owned-traffic.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { planUpgrade } from '../domain/plan-upgrade.ts'
import { replanFinding, toldAfter, withApp } from '../domain/replanning.ts'
import { resolvePlatform } from '../domain/resolve-platform.ts'
import { inForce, withWaivers } from '../domain/waivers.ts'
import type { Activities } from '../workflows/activities.ts'
import { argocdSurvey } from './argocd-survey.ts'
import { httpRouteSurvey } from './http-route-survey.ts'
import { proven, type Outside } from './outside.ts'
import { declaredOwners, fileNow } from './platform-files.ts'
import { fitting } from './plan-sizes.ts'
import { blueFacts } from './blue-facts.ts'
import { tagsOfRules, tenantsOn } from './preparing.ts'
import { sealed } from './sealing.ts'
import { recordSurvey } from './record-survey.ts'
import { roleSurveyOf } from './role-survey.ts'
import { sha256 } from './tokens.ts'

/**
 * One app of blue as it is now: everything else of the plan stays as it was made. The platform file is read again, so that
 * what it says of the app, and its team, may be new too; of what else was changed there nothing is taken.
 */
export const replanningActivities = (outside: Outside): Pick<Activities, 'replan'> => ({
  async replan({ request, order, platform, plan, facts }) {
    const { app: name } = order
    const file = await fileNow(outside, request)
    const owners = await declaredOwners(outside, file)
    const scope = { ...platform, platform: platform.name }
    const world = await proven(outside, scope)
    const { cluster, nodegroups } = await blueFacts(world.eks, platform.blue)
    const { namespaces } = await tenantsOn(world, platform.blue, nodegroups)
    const { blue, green } = platform
    const { [name]: declared } = file.apps
    const records = await recordSurvey(world, await world.on('blue'), { apps: declared ? { [name]: declared } : {} })
    const resolve = (its: PlatformFile, some: readonly NamespaceFacts[]) =>
      resolvePlatform(its, { blue, green, namespaces: some, records, fingerprint: sha256 })
    const now = resolve(file, namespaces)
    const app = now.platform.apps.find((a) => a.name === name)
    const looked = withApp(platform, name, { app, teams: now.platform.teams, calendar: file.calendar })
    if (!('platform' in looked))
      return looked.became === 'unchanged'
        ? { became: looked.became, note: 'it is planned as it is on blue' }
        : refused(`no namespace of ${blue} is labelled ${file.discover.app}=${name}, and no such app was planned`)

    const isIts = (n: NamespaceFacts) => n.labels[file.discover.app] === name
    const { [name]: _, ...others } = file.apps
    const before = resolve(
      { ...file, apps: others },
      namespaces.filter((n) => !isIts(n)),
    )
    const known = new Set(before.findings.map(same))
    const alone = { ...looked.platform, apps: looked.platform.apps.filter((a) => a.name === name) }
    const found = [
      // Where it is gone, what others still say of it is.
      ...(app ? now.findings.filter((f) => !known.has(same(f))) : []),
      ...trafficOwnerFindings({ platform: alone, declared: owners, ruleTags: await tagsOfRules(world, alone) }),
      ...(await argocdSurvey(world, alone)),
      ...(await httpRouteSurvey(world, alone)),
      ...(await roleSurveyOf(
        world,
        await world.on('blue'),
        (app?.environments ?? []).flatMap((e) => e.namespaces),
        {
          account: platform.account,
          platform: platform.name,
          declared: owners,
          blue: cluster,
          green,
          planned: facts.roles,
        },
      )),
      ...approverFindings(alone, request.by).filter((f) => f.about.startsWith(`${name} `)),
    ]
    const at = new Date().toISOString()
    const all = withWaivers(found, file.waivers, at).filter((f) => f.code !== 'waiver-unused')
    const bad = all.filter((f) => f.level === 'blocker')
    if (bad.length > 0) return refused(bad.map((f) => `${f.code} ${placeOf(f)}: ${f.message} → ${f.remedy}`).join('; '))

    outside.log('info', `replanned ${name} of ${platform.name}: ${looked.became}`, {
      workflow: activityInfo().workflowExecution?.workflowId,
    })
    const kept = platform.waivers ?? []
    const fresh = inForce(file.waivers, at).filter((w) => !kept.some((k) => k.code === w.code && k.about === w.about))
    const waivers = [...kept, ...fresh]
    const next = { ...looked.platform, ...(waivers.length > 0 && { waivers }) }
    const planned = platform.apps.find((a) => a.name === name)
    // Whose its rules and records are has been looked at anew.
    const told = plan.findings.filter((f) => planned === undefined || !isOfTraffic(planned, f))
    const findings = condensed(toldAfter(told, [...all, replanFinding(looked.became, order, name)], planned))
    return {
      became: looked.became,
      next: fitting({ platform: next, plan: sealed(planUpgrade(next, facts, findings, plan.phases)) }),
    }
  },
})

const refused = (note: string) => ({ became: 'refused', note }) as const

const same = ({ code, about, message }: Finding): string => `${code} ${about} ${message}`
