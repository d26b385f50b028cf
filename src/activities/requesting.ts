import { missingRules, ruleCommand, ruleInWords, RULES_STEP } from '../domain/group-rules.ts'
import { missingTags, tagCommands, TAGS_STEP } from '../domain/network-tags.ts'
import type { OtherRequest } from '../domain/requested-changes.ts'
import { roleRequests, targetRequests, type RoleRequest } from '../domain/role-requests.ts'
import { accountOf, nameOfRole, PROVIDER_STEP, providerCommand, usesOf } from '../domain/roles.ts'
import type { Issuing } from '../domain/trust-statements.ts'
import type { Activities } from '../workflows/activities.ts'
import { blueFacts } from './blue-facts.ts'
import { clustersOf } from './both-sides.ts'
import { described } from './described-roles.ts'
import { isDenied, notFound } from './errors.ts'
import { stillToBeGiven } from './given-elsewhere.ts'
import { rulesNaming } from './group-rules.ts'
import { providerArn } from './issuers.ts'
import { networkOf, taggedFor } from './network-tags.ts'
import { proven, type Outside, type Proven } from './outside.ts'
import { declaredOwners, meantFile } from './platform-files.ts'
import { rolesConcerned } from './role-survey.ts'
import type { BlueFacts } from '../domain/facts.ts'

/** Of which nothing is known. */
const NO_ROLES = { given: new Set<string>(), roles: [], quota: Infinity }

export const requestingActivities = (outside: Outside): Pick<Activities, 'tellRequested'> => ({
  /** What others are asked for, as everything is now: nothing of it is kept from the upgrade, which may be days old. Reads only. */
  async tellRequested(request) {
    const { file } = await meantFile(outside, request)
    const declared = await declaredOwners(outside, file)
    const { blue: name, green } = await clustersOf(outside, file)
    const { account, platform, adopts } = file
    const world = await proven(outside, { ...file, blue: name, green: green ?? '' })
    const found = green === undefined ? undefined : await blueFacts(world.eks, green)
    if (found?.cluster.oidcIssuer === undefined)
      throw notFound(
        `no green of ${platform} is there yet, and what is asked for names its issuer and its security group. Whose what is: norikae plan`,
      )
    const blue = await blueFacts(world.eks, name)
    const uses = usesOf(await (await world.cluster(name)).list('ServiceAccount'), blue.addons)
    const sides = { blue: blue.cluster, green: found.cluster }
    const run = (await outside.upgradeStatus(platform))?.run
    const unread: string[] = []
    const asAllowed = async <T>(what: string, work: () => Promise<T>, otherwise: T): Promise<T> => {
      try {
        return await work()
      } catch (error) {
        if (!isDenied(error)) throw error
        unread.push(`${what}: ${error.message}`)
        return otherwise
      }
    }
    const ofRoles = `IAM roles of account ${account}`
    const [concerned, ...others] = await Promise.all([
      asAllowed(ofRoles, () => rolesConcerned(world.roles, blue, uses), NO_ROLES),
      asAllowed('OIDC providers', async () => (adopts === undefined ? [] : provider(world.roles, account, sides)), []),
      asAllowed('rules of security groups', () => rules(world, blue, found), []),
      asAllowed('tags of the network', () => tags(world, sides, adopts === undefined ? undefined : found), []),
    ])
    const names = found.podIdentities.flatMap(({ targetRoleArn: arn }) =>
      arn !== undefined && accountOf(arn) === account ? [nameOfRole(arn)] : [],
    )
    const there = { green: await world.cluster(found.cluster.name), identity: outside.ports.identity }
    const asking = await stillToBeGiven(there, file, uses)
    const targets = await asAllowed(`${ofRoles} that others lead on to`, () => described(world.roles, names), [])
    const roles: readonly RoleRequest[] = [
      ...roleRequests({ ...sides, ...concerned, account, platform, declared, uses: asking }),
      ...targetRequests({ blues: blue.podIdentities, greens: found.podIdentities }, { ...sides, roles: targets }),
    ]
    return {
      platform,
      blue: name,
      green: found.cluster.name,
      at: new Date().toISOString(),
      roles,
      others: others.flat(),
      ...(unread.length > 0 && { unread }),
      ...(run?.awaits && { waits: run.doing }),
    }
  },
})

/** Of a green that others made: where blue has one. */
async function provider(
  roles: Proven['roles'],
  account: string,
  { blue, green }: Readonly<Record<'blue' | 'green', Issuing>>,
): Promise<OtherRequest[]> {
  const of = ({ arn, oidcIssuer = '' }: Issuing) => roles.findProvider(providerArn(arn, account, oidcIssuer))
  const [its, greens] = await Promise.all([of(blue), of(green)])
  if (!its || greens) return []
  return [
    {
      step: PROVIDER_STEP,
      about: `an OIDC provider for the issuer of ${green.name}, made where the cluster is made, or by hand`,
      commands: [providerCommand(green.oidcIssuer ?? '', its.clientIds)],
    },
  ]
}

async function rules(
  { network }: Pick<Proven, 'network'>,
  blue: BlueFacts,
  { cluster: green }: BlueFacts,
): Promise<OtherRequest[]> {
  const its = green.clusterSecurityGroupId
  if (its === undefined) return []
  const [wanted, there] = await Promise.all([
    rulesNaming(network, blue.cluster.clusterSecurityGroupId),
    rulesNaming(network, its),
  ])
  return missingRules(wanted, there).map((rule) => ({
    step: RULES_STEP,
    about: `security group rule ${ruleInWords(rule)}`,
    commands: [ruleCommand(rule, its)],
  }))
}

async function tags(
  { network }: Pick<Proven, 'network'>,
  { blue, green }: Readonly<Record<'blue' | 'green', Issuing>>,
  adopted: BlueFacts | undefined,
): Promise<OtherRequest[]> {
  const { ofCluster } = await taggedFor(network, blue.name, adopted && networkOf(adopted))
  return missingTags(ofCluster, { blue: blue.name, green: green.name }).map((missing) => ({
    step: TAGS_STEP,
    about: `tags of subnets and security groups for ${green.name}, as for ${blue.name}`,
    commands: tagCommands(missing, green.name),
  }))
}
