import { activityInfo } from '@temporalio/activity'
import { isThere } from '../domain/adoption.ts'
import { auditLogFindings } from '../domain/api-callers.ts'
import { approverFindings } from '../domain/approvers.ts'
import { ownPrincipal } from '../domain/clone.ts'
import { podIdentityFindings } from '../domain/clone-access.ts'
import { keepingOf, typedBy } from '../domain/costs.ts'
import { certificateFindings } from '../domain/certificates.ts'
import { condensed } from '../domain/condensed.ts'
import type { BlueFacts } from '../domain/facts.ts'
import { ownRuleFindings, ruleFindings } from '../domain/group-rules.ts'
import { greenName } from '../domain/cluster-name.ts'
import type { KubernetesVersion } from '../domain/kubernetes-version.ts'
import { nobodysPageFindings } from '../domain/maintenance.ts'
import type { CutoverPlatform, UpgradeRequest } from '../domain/messages.ts'
import { missingTags, networkTagFindings } from '../domain/network-tags.ts'
import { outlineOf, type Outline } from '../domain/outline.ts'
import type { Plan } from '../domain/plan.ts'
import { ownedRows, type Found } from '../domain/owned-rows.ts'
import { trafficOwnerFindings } from '../domain/owned-traffic.ts'
import { requestedOf } from '../domain/ownership.ts'
import { sharedBy, takenFindings } from '../domain/removal-takes.ts'
import { planCutover } from '../domain/plan-cutover.ts'
import type { App, Environment, Platform } from '../domain/platform.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { planUpgrade } from '../domain/plan-upgrade.ts'
import { idFault, requestFaults, versionFault } from '../domain/requests.ts'
import { poolsOf } from '../domain/scheduling.ts'
import { resolvePlatform } from '../domain/resolve-platform.ts'
import { copiedClaims } from '../domain/storage.ts'
import { silentFindings, trafficAhead, trafficFindings } from '../domain/traffic-ahead.ts'
import { twinOf } from '../domain/twin.ts'
import { inForce, withWaivers } from '../domain/waivers.ts'
import { unstatedFindings } from '../domain/unstated.ts'
import type { Activities } from '../workflows/activities.ts'
import { adoptionOf } from './adopting.ts'
import { argocdOnBlueSurvey, argocdSurvey } from './argocd-survey.ts'
import { blueSeen } from './blue.ts'
import { blueFacts, partsOf, withParts } from './blue-facts.ts'
import { cloneSurvey } from './clone-survey.ts'
import { clusterSurvey, insightsRefreshed, keySurvey, lookBriefly } from './cluster-survey.ts'
import { discover, fingerprintOf, workloadsIn } from './discovery.ts'
import { invalidInput } from './errors.ts'
import { dnsSurvey } from './external-dns.ts'
import { lookedAhead } from './looking-ahead.ts'
import { proven, type Outside, type Proven } from './outside.ts'
import { declaredOwners, mayBeSent, platformFileOf } from './platform-files.ts'
import { rulesNaming } from './group-rules.ts'
import { namingSurvey } from './names-blue.ts'
import { networkOf, taggedFor } from './network-tags.ts'
import { httpRouteSurvey } from './http-route-survey.ts'
import { imageSurvey } from './registry-images.ts'
import { rolesIn } from './role-proofs.ts'
import { quotaSurvey } from './quota-survey.ts'
import { recordSurvey } from './record-survey.ts'
import { removalSurvey } from './removal-survey.ts'
import { permissionSurvey } from './permission-survey.ts'
import { bounded, DIVIDE_AN_APP, fitting, LARGEST_APP, LARGEST_CUTOVER } from './plan-sizes.ts'
import { roleSurvey } from './role-survey.ts'
import { sealed } from './sealing.ts'
import { servingSurvey } from './seen-serving.ts'
import { serviceTrustSurvey } from './service-trust-survey.ts'
import { insideSeenBy, seenBy } from './sight.ts'
import { storageSurvey } from './storage-survey.ts'
import { waySurvey } from './way-survey.ts'
import { mustBeProven } from './starting.ts'
import { sha256 } from './tokens.ts'
import { unjudged, withoutApps } from './unjudged.ts'

export const preparingActivities = (
  outside: Outside,
): Pick<Activities, 'prepare' | 'planApp' | 'outlineApps' | 'planCutover'> => ({
  async prepare(request) {
    const file = await readInput(outside, request)
    await mustBeProven(outside, file, request)
    const declared = await declaredOwners(outside, file)
    const to = request.to as KubernetesVersion // requestFaults has looked
    const { region } = file
    const account = await proven(outside, { ...file, blue: '', green: '' })
    const { registry, principalArn: told, cluster, roles: iam } = account
    const { blue, sight } = await blueSeen(account.eks, file, to)
    const world = seenBy(sight, account)
    const { eks } = world
    const [its, parts, versions] = await Promise.all([eks.findCluster(blue), partsOf(eks, blue), eks.versions()])
    const principalArn = ownPrincipal(parts.belongings.accessEntries, told)
    if (sight.isDenied('cluster') || (sight.isDenied('clusters') && file.blue === undefined))
      return unjudged(world, sight, { file, blue, to, by: request.by, principalArn })
    const facts = withParts(blue, its, parts)
    const fault = versionFault(facts.cluster.version, to, versions)
    if (fault !== undefined && !sight.isDenied('versions of Kubernetes'))
      throw invalidInput(`${fault}. Nothing was started`)

    await insightsRefreshed(eks, blue)

    const green = file.adopts ?? greenName(file.platform, to, blue)
    // Before what an attempt asks each time anew: many hosted zones take several.
    const ways = await waySurvey(outside, file, { blue, green })
    const foundGreen = file.adopts === undefined ? undefined : await eks.findCluster(file.adopts)
    const adopted = foundGreen && isThere(foundGreen) ? await blueFacts(eks, foundGreen.name) : undefined
    const open = await cluster(blue)
    const kubernetes = await insideSeenBy(sight, open)
    const [{ namespaces, pagesOfNobody, issued, findings: ofBlue }, ofCluster] = await Promise.all([
      tenantsOn({ ...world, cluster: async () => kubernetes }, blue, (adopted ?? facts).nodegroups),
      clusterSurvey(world, outside, open, {
        facts,
        green: { name: green, version: to },
        versions,
        metricsUrl: file.health.prometheus.url,
        builds: file.adopts === undefined,
      }),
    ])
    const records = await sight.at('records', () => recordSurvey(world, kubernetes, file), [])
    const discovered = { blue, green, namespaces, records, fingerprint: sha256 }
    const resolved = resolvePlatform(file, discovered)
    const unseen = sight.hidesApps()
    const asFound = unseen ? withoutApps(resolved.platform) : resolved.platform
    const adoption =
      file.adopts === undefined
        ? undefined
        : await adoptionOf(world, asFound, {
            blue: facts,
            green: adopted,
            found: foundGreen,
            inside: kubernetes,
            to,
            worker: principalArn,
          })
    const platform = adoption?.platform ?? asFound
    const clone = await cloneSurvey(world, kubernetes, { blue: facts, file, green, to, versions, principalArn })
    const { templates } = clone
    const group = facts.cluster.clusterSecurityGroupId
    const letIn = group === undefined || adoption ? [] : ownRuleFindings(group, await world.network.letInto(group))
    const groupRules = adoption?.groupRules ?? (await rulesNaming(world.network, group))
    const tagged = await taggedFor(world.network, blue, adopted && networkOf(adopted))
    const untagged = missingTags(tagged.ofCluster, { blue, green })
    const roles = await roleSurvey(world, kubernetes, facts, {
      account: file.account,
      platform: file.platform,
      declared,
      green,
      adopted: adopted?.cluster,
    })
    const asked = file.decommission.deletes === 'norikae' ? [] : requestedOf(facts, declared, file.platform)
    const shared = sharedBy(adopted ?? facts, {
      account: file.account,
      templates: adopted ? [] : templates,
      made: clone.facts.launchTemplates,
      roles: roles.facts,
    })
    const findRole = (name: string) => sight.at('stacks of roles', () => iam.find(name), undefined)
    const requested = await removalSurvey(
      { ...world, roles: { ...iam, find: findRole } },
      asked,
      shared,
      declared.terraform?.stated ?? [],
    )
    const { arn, createdAt, version } = facts.cluster
    const owned = await ownedFacts(world, {
      platform,
      declared,
      blue: facts,
      green: adopted,
      groupRules,
    })
    const copied = copiedClaims(platform.apps, namespaces)
    const [serving, ofQuotas, ofStorage, ofPermissions, ofKeys, ofServices] = await Promise.all([
      servingSurvey(world.metrics, platform),
      lookBriefly('quotas of load balancing and IAM', blue, () =>
        quotaSurvey(
          world,
          kubernetes,
          { blue, green },
          {
            apps: platform.apps,
            provider: !adoption && roles.facts?.provider === true,
          },
        ),
      ),
      lookBriefly('quotas of EBS', blue, () => storageSurvey(world, kubernetes, { builds: !adoption, copied })),
      lookBriefly('permissions of IAM roles', blue, () =>
        permissionSurvey(world, kubernetes, facts, { account: file.account, green }),
      ),
      lookBriefly('keys of node volumes', blue, async () => (adoption ? [] : keySurvey(world, templates))),
      lookBriefly('roles that AWS takes on', blue, () =>
        serviceTrustSurvey(world, facts, { account: file.account, green, builds: !adoption }),
      ),
    ])
    const found = sight.findings([
      ...trafficOwnerFindings(owned),
      ...takenFindings(requested),
      ...unstatedFindings(facts, declared, file),
      ...(adoption?.findings ?? (await clone.findings())),
      ...ofCluster,
      ...ofQuotas,
      ...ofStorage,
      ...roles.findings,
      ...ofPermissions,
      ...ofKeys,
      ...ofServices,
      ...podIdentityFindings(facts.podIdentities),
      ...auditLogFindings(facts.cluster),
      ...ruleFindings(groupRules),
      ...networkTagFindings({ blue, green }, tagged),
      ...(await namingSurvey(world, facts.cluster)),
      ...serving.findings,
      ...letIn,
      ...(unseen
        ? []
        : [
            ...resolved.findings,
            ...ofBlue,
            ...nobodysPageFindings(pagesOfNobody, file.platform),
            ...certificateFindings(platform, issued),
          ]),
      ...(await argocdSurvey({ eks, cluster }, platform)),
      ...(unseen ? [] : await argocdOnBlueSurvey(kubernetes, platform, facts.cluster, adopted?.cluster)),
      ...(await httpRouteSurvey({ cluster }, platform)),
      ...(await imageSurvey(kubernetes, registry)),
      ...ways,
      ...(await dnsSurvey(kubernetes, platform, adoption?.kubernetes)),
      ...approverFindings(platform, request.by),
    ])
    const now = new Date().toISOString()
    const all = withWaivers(found, file.waivers, now)
    const waivers = inForce(file.waivers, now)
    outside.log('info', `planned ${file.platform} to ${to}`, {
      region,
      findings: all.length,
      apps: platform.apps.length,
    })
    const planned = {
      version,
      targetVersion: to,
      blue: { arn, createdAt },
      nodeGroups: facts.nodegroups.map((n) => n.name).toSorted(),
      principalArn,
      ...clone.facts,
      ...(untagged.length > 0 && { networkTags: true as const }),
      ...(roles.facts && { roles: roles.facts }),
      ...(groupRules.length > 0 && { groupRules: true as const }),
      ...(file.prices && {
        keeping: keepingOf(
          file.prices,
          { version, targetVersion: to, nodegroups: typedBy(facts.nodegroups, templates) },
          versions,
        ),
      }),
      ...(serving.served && { served: true as const }),
      ...(requested.length > 0 && { requested }),
    }
    const plan = planUpgrade(platform, planned, condensed(all))
    return fitting({
      platform: { ...platform, ...(waivers.length > 0 && { waivers }) },
      from: version,
      to,
      plan: sealed(plan),
      facts: planned,
      owned: [
        ...ownedRows({
          ...owned,
          requested,
          facts: planned,
          untagged: untagged.flatMap(({ ids }) => ids).length,
          copies: copied.length,
        }),
        ...roles.owned,
      ],
      twin:
        adoption?.twin ??
        twinOf(facts, { name: green, version: to }, planned, { platform: file.platform, run: 'this run' }),
    })
  },

  async planApp({ platform, app }) {
    return allPlansOf(outside, platform, app)
  },

  async outlineApps({ platform, apps, steps }) {
    const plans = await Promise.all(apps.map((app) => allPlansOf(outside, platform, app)))
    const world = await proven(outside, { ...platform, platform: platform.name })
    return foreseen(world, platform, apps, plans.flat(), steps)
  },

  async planCutover({ platform, app, environment: name, known }) {
    const environments = app.environments.filter((e) => e.name === name)
    const [plan] = await plansOf(outside, platform, app, environments)
    if (!plan) throw invalidInput(`${app.name} has no environment ${name}`)
    const same = plan.digest === known?.digest && plan.images === known.images
    return same ? { same, findings: plan.findings } : plan
  },
})

/** With what last week says of its traffic, and whether what judges it finds anything of blue today. */
async function foreseen(
  world: Proven,
  platform: CutoverPlatform,
  apps: readonly App[],
  plans: readonly Plan[],
  steps: boolean,
): Promise<readonly Outline[]> {
  const its = plans.flatMap((plan) => {
    const { app: name = '', environment: of } = plan.subject
    const environment = apps.find((a) => a.name === name)?.environments.find((e) => e.name === of)
    return environment ? [{ plan, environment, place: `${name}/${environment.name}` }] : []
  })
  const seen = await lookedAhead(world, platform, its)
  const outlines = new Map<Plan, Outline>()
  for (const { plan, environment, place } of its) {
    const { traffic, silent = [] } = seen.get(place) ?? {}
    const ahead = traffic && trafficAhead(environment, traffic)
    const noticed = [...silentFindings(place, silent), ...trafficFindings(place, environment, ahead)]
    const outline = outlineOf(plan, steps)
    outlines.set(plan, {
      ...outline,
      findings: [...outline.findings, ...noticed],
      ...(ahead && { traffic: ahead }),
    })
  }
  return plans.map((plan) => outlines.get(plan) ?? outlineOf(plan, steps))
}

const allPlansOf = async (outside: Outside, platform: CutoverPlatform, app: App): Promise<readonly Plan[]> =>
  bounded(
    await plansOf(outside, platform, app, app.environments),
    LARGEST_APP,
    `the plans of ${app.name}`,
    DIVIDE_AN_APP,
  )

async function plansOf(
  outside: Outside,
  platform: CutoverPlatform,
  app: App,
  environments: readonly Environment[],
): Promise<Plan[]> {
  const world = await proven(outside, { ...platform, platform: platform.name })
  const blue = await world.on('blue')
  return Promise.all(
    environments.map(async (environment) => {
      const [workloads, images, roles] = await Promise.all([
        workloadsIn(blue, environment.namespaces),
        fingerprintOf(blue, environment.namespaces),
        rolesIn({ eks: world.eks, cluster: blue }, platform, environment.namespaces),
      ])
      const plan = sealed(planCutover(platform, app, environment, { images, workloads, ...roles }))
      return bounded(plan, LARGEST_CUTOVER, `the steps of ${app.name} ${environment.name}`, DIVIDE_AN_APP)
    }),
  )
}

/** The request and its platform file, checked: every fault at once, and nothing asked of the outside before. */
export async function readInput(outside: Outside, request: UpgradeRequest): Promise<PlatformFile> {
  const faults = requestFaults(request)
  if (faults.length > 0) throw invalidInput(`${faults.join('\n')}\nNothing was started`)
  const { workflowType, workflowExecution } = activityInfo()
  const wrongId = idFault(workflowType ?? '', workflowExecution?.workflowId ?? '', request.platform)
  if (wrongId !== undefined) throw invalidInput(wrongId)
  const file = await platformFileOf(outside, request)
  if (request.file !== undefined) await mayBeSent(outside, file)
  return file
}

/** What tenants have on blue. */
export const tenantsOn = async (
  { cluster, loadBalancing, network }: Proven,
  blue: string,
  nodegroups: BlueFacts['nodegroups'],
): ReturnType<typeof discover> =>
  discover(await cluster(blue), loadBalancing, {
    name: blue,
    pools: poolsOf(nodegroups),
    // Green's node groups get blue's subnets.
    zones: await network.zonesOf(nodegroups.flatMap((n) => n.subnets)),
  })

/** What is known of it once all else is. */
type Later = 'requested' | 'facts' | 'untagged' | 'copies'

/** With the tags of the listener rules that the plan writes. */
const ownedFacts = async (world: Proven, found: Omit<Found, Later | 'ruleTags'>): Promise<Omit<Found, Later>> => ({
  ...found,
  ruleTags: await tagsOfRules(world, found.platform),
})

/** Of the listener rules that a plan for these apps writes, by ARN. */
export async function tagsOfRules(
  { loadBalancing }: Pick<Proven, 'loadBalancing'>,
  { apps }: Pick<Platform, 'apps'>,
): Promise<Found['ruleTags']> {
  const rules = apps.flatMap((a) =>
    a.environments.flatMap((e) => e.routes.flatMap((r) => (r.kind === 'alb' ? [r.ruleArn] : []))),
  )
  return rules.length === 0 ? {} : loadBalancing.tagsOf(rules)
}
