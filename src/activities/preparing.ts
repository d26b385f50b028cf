import { activityInfo } from '@temporalio/activity'
import { approverFindings } from '../domain/approvers.ts'
import { cloneFindings, greenExists, ownPrincipal, planAddons, tierFindings } from '../domain/clone.ts'
import { partsInside, podIdentityFindings } from '../domain/clone-access.ts'
import { condensed } from '../domain/condensed.ts'
import type { BlueFacts } from '../domain/facts.ts'
import { fargateFindings } from '../domain/fargate.ts'
import type { Finding } from '../domain/findings.ts'
import { ownRuleFindings, ruleFindings } from '../domain/group-rules.ts'
import { greenName } from '../domain/cluster-name.ts'
import type { KubernetesVersion } from '../domain/kubernetes-version.ts'
import type { CutoverPlatform, UpgradeRequest } from '../domain/messages.ts'
import { intent, type Plan, type PlanBody } from '../domain/plan.ts'
import { planCutover } from '../domain/plan-cutover.ts'
import type { App, Environment } from '../domain/platform.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { planUpgrade } from '../domain/plan-upgrade.ts'
import { idFault, requestFaults, versionFault } from '../domain/requests.ts'
import { poolsOf } from '../domain/scheduling.ts'
import { templateFacts, templateFindings } from '../domain/launch-templates.ts'
import { resolvePlatform } from '../domain/resolve-platform.ts'
import { twinOf } from '../domain/twin.ts'
import { inForce, withWaivers } from '../domain/waivers.ts'
import type { Activities, Prepared } from '../workflows/activities.ts'
import { findingsOfAccess } from './access.ts'
import { hasAwsAuth } from './access-copies.ts'
import { argocdSurvey } from './argocd-survey.ts'
import { blueOf } from './blue.ts'
import { discover, fingerprintOf, workloadsIn } from './discovery.ts'
import { invalidInput, notFound } from './errors.ts'
import { templatesOn } from './launch-templates.ts'
import { proven, type Outside, type Proven } from './outside.ts'
import { mayBeSent, platformFileOf } from './platform-files.ts'
import type { EksPort } from './ports.ts'
import { rulesNaming } from './group-rules.ts'
import { imageSurvey } from './registry-images.ts'
import { hasRoles } from './role-proofs.ts'
import { roleSurvey } from './role-survey.ts'
import { mustBeProven } from './starting.ts'
import { sha256 } from './tokens.ts'

/**
 * Bytes. What is answered is one payload, and Temporal takes 2 MiB: more would be retried for ever.
 * https://docs.temporal.io/self-hosted-guide/defaults
 */
const LARGEST_UPGRADE = 1_900_000
/** All environments of one app. */
const LARGEST_APP = 1_500_000
/** One of them, which is sent again when its turn comes. */
const LARGEST_CUTOVER = 500_000

export const preparingActivities = (outside: Outside): Pick<Activities, 'prepare' | 'planApp' | 'planCutover'> => ({
  async prepare(request) {
    const file = await readInput(outside, request)
    await mustBeProven(outside, file, request)
    const to = request.to as KubernetesVersion // requestFaults has looked
    const { region } = file
    const world = await proven(outside, { ...file, blue: '', green: '' })
    const { eks, registry, principalArn: told, cluster } = world
    const blue = await blueOf(eks, file, to)
    const facts = await blueFacts(eks, blue)
    const principalArn = ownPrincipal(facts.belongings.accessEntries, told)
    const versions = await eks.versions()
    const fault = versionFault(facts.cluster.version, to, versions)
    if (fault !== undefined) throw invalidInput(`${fault}. Nothing was started`)

    const green = greenName(file.platform, to, blue)
    const kubernetes = await cluster(blue)
    const { namespaces, findings: ofBlue } = await tenantsOn(world, blue, facts.nodegroups)
    const { platform, findings } = resolvePlatform(file, { blue, green, namespaces, fingerprint: sha256 })
    const offered = await Promise.all(
      facts.addons.map(async ({ name }) => [name, await eks.addonVersions(name, to)] as const),
    )
    const templates = await templatesOn(world, facts)
    const its = facts.cluster.clusterSecurityGroupId
    const letIn = its === undefined ? [] : ownRuleFindings(its, await world.network.letInto(its))
    const groupRules = await rulesNaming(world.network, its)
    const ofTemplates = templateFacts(facts.cluster, file.platform, templates)
    const roles = await roleSurvey(world, kubernetes, facts, { account: file.account, green })
    const addons = planAddons(facts, Object.fromEntries(offered), to)
    const { arn, createdAt, version } = facts.cluster
    const found = [
      ...(await greenFindings(eks, green)),
      ...cloneFindings(facts),
      ...podIdentityFindings(facts.podIdentities),
      ...templateFindings(templates, green, ofTemplates.launchTemplates),
      ...fargateFindings(facts.fargateProfiles),
      ...roles.findings,
      ...ruleFindings(groupRules),
      ...letIn,
      ...tierFindings(
        facts.cluster,
        versions.find((v) => v.version === to),
      ),
      ...(await findingsOfAccess(eks, kubernetes, { blue, principalArn })),
      ...addons.findings,
      ...findings,
      ...ofBlue,
      ...(await argocdSurvey({ eks, cluster }, platform)),
      ...(await imageSurvey(kubernetes, registry)),
      ...approverFindings(platform, request.by),
    ]
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
      addons: addons.addons,
      principalArn,
      ...partsInside(facts, principalArn, await hasAwsAuth(kubernetes, facts)),
      ...ofTemplates,
      ...(roles.facts && { roles: roles.facts }),
      ...(groupRules.length > 0 && { groupRules: true as const }),
    }
    const plan = planUpgrade(platform, planned, condensed(all))
    return fitting({
      platform: { ...platform, ...(waivers.length > 0 && { waivers }) },
      from: version,
      to,
      plan: sealed(plan),
      facts: planned,
      twin: twinOf(facts, { name: green, version: to }, planned, { platform: file.platform, run: 'this run' }),
    })
  },

  async planApp({ platform, app }) {
    const plans = await plansOf(outside, platform, app, app.environments)
    return bounded(plans, LARGEST_APP, `the plans of ${app.name}`, DIVIDE_AN_APP)
  },

  async planCutover({ platform, app, environment: name, known }) {
    const environments = app.environments.filter((e) => e.name === name)
    const [plan] = await plansOf(outside, platform, app, environments)
    if (!plan) throw invalidInput(`${app.name} has no environment ${name}`)
    const same = plan.digest === known?.digest && plan.images === known.images
    return same ? { same, findings: plan.findings } : plan
  },
})

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
        hasRoles(blue, environment.namespaces),
      ])
      const plan = sealed(planCutover(platform, app, environment, { images, workloads, ...(roles && { roles }) }))
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

export async function blueFacts(eks: EksPort, name: string): Promise<BlueFacts> {
  const cluster = await eks.findCluster(name)
  if (!cluster) throw notFound(`cluster ${name} is not there`)
  const [groups, addons, belongings, podIdentities] = await Promise.all([
    eks.nodegroupNames(name),
    eks.addonNames(name),
    eks.belongings(name),
    eks.podIdentities(name),
  ])
  const found = <T>(items: readonly (T | undefined)[]): T[] => items.filter((item) => item !== undefined)
  return {
    cluster,
    nodegroups: found(await Promise.all(groups.map((group) => eks.findNodegroup(name, group)))),
    addons: found(await Promise.all(addons.map((addon) => eks.findAddon(name, addon)))),
    belongings,
    accessEntries: found(
      await Promise.all(belongings.accessEntries.map((principal) => eks.accessEntry(name, principal))),
    ),
    podIdentities,
    fargateProfiles: found(
      await Promise.all(belongings.fargateProfiles.map((profile) => eks.findFargateProfile(name, profile))),
    ),
  }
}

/** Looked at once, before anything is made; so whatever is there is not this run's. */
async function greenFindings(eks: EksPort, green: string): Promise<Finding[]> {
  const found = await eks.findCluster(green)
  return found ? [greenExists(found)] : []
}

export const sealed = (body: PlanBody): Plan => ({ ...body, digest: sha256(intent(body)) })

const DIVIDE_AN_APP = 'divide its workloads over several apps'

/** A platform and the plan of its upgrade. Throws `invalidInput` where they are too large to be sent. */
export const fitting = <T extends Pick<Prepared, 'platform' | 'plan'>>(answer: T): T =>
  bounded(
    answer,
    LARGEST_UPGRADE,
    `platform ${answer.platform.name} and its plan, of ${answer.platform.apps.length} apps,`,
    "divide the platform's apps over several files, and so over several upgrades",
  )

function bounded<T>(answer: T, largest: number, what: string, remedy: string): T {
  const size = Buffer.byteLength(JSON.stringify(answer))
  if (size <= largest) return answer
  throw invalidInput(`${what} have ${size} bytes, and ${largest} is the end: ${remedy}`)
}
