import { differences, pairsOf, type Difference, type Pair, type Pairs } from './adopted-twin.ts'
import { cloneFindings } from './clone.ts'
import { entryDiffers, newAccessEntry, policiesToAllow } from './clone-access.ts'
import type { AccessEntry, AddonDescription, ClusterDescription, NodegroupDescription } from './eks-objects.ts'
import type { BlueFacts } from './facts.ts'
import { fargateFindings } from './fargate.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { renamed } from './names-of-clusters.ts'
import { canonicalJson } from './plan.ts'
import type { App, Identity, Platform } from './platform.ts'
import { deployedByOthers } from './platform-file.ts'
import { lacks, nearest, offerInWords, untaken } from './standing-in.ts'

/**
 * A green that Terraform, eksctl or anything else made: held against blue as it is, and left as it is. What apps would
 * break by is a blocker, what is only otherwise a warning with both values; `waivers` say what is so on purpose.
 */

/** Of an adopted cluster that is not there yet, so that a plan can be shown; it is no cluster's, and a blocker stands beside it. */
export const notYetMade = (green: string, blue: Identity): Identity => ({
  arn: `${blue.arn.slice(0, blue.arn.lastIndexOf('/') + 1)}${green}`,
  createdAt: 'not yet',
})

const adoptedMissing = (green: string, target: string): Finding =>
  blocker(
    'adopted-missing',
    green,
    'the platform file adopts it, and there is no such cluster in this account and region',
    `have whoever makes it (Terraform, eksctl …) make it at ${target}, then start again; or write green: { clone: true }`,
  )

/** Nothing of it can be compared, nor its Kubernetes asked, before EKS has made it or once it is going. */
export const isThere = ({ status }: ClusterDescription): boolean => status === 'ACTIVE' || status === 'UPDATING'

const notActive = ({ name, status }: ClusterDescription): Finding =>
  blocker('cluster-not-active', name, `its status is ${status}`, 'wait until it is ACTIVE')

/** All that is said of an adopted green that is not there yet, or no more. */
export const notThere = (found: ClusterDescription | undefined, green: string, target: string): Finding =>
  found ? notActive(found) : adoptedMissing(green, target)

/** What is said of a clone of blue and holds of any blue: that it can be moved away from at all. */
const ofBlueItself: ReadonlySet<string> = new Set([
  'cluster-not-active',
  'cluster-unhealthy',
  'nodegroup-not-active',
  'nodegroup-unhealthy',
  'fargate-profile',
])

/** All that stands between an adopted green and the apps of blue, worst first. */
export function adoptionFindings(blue: BlueFacts, green: BlueFacts, target: string, worker: string): Finding[] {
  const pairs = pairsOf(blue, green, worker)
  return [
    ...[...cloneFindings(blue), ...fargateFindings(blue.fargateProfiles)].filter((f) => ofBlueItself.has(f.code)),
    ...notSeen(blue),
    ...clusterFindings(blue, green, target),
    ...pairs.nodegroups.flatMap((pair) => nodegroupFindings(pair, green)),
    ...fargateOf(blue, green),
    ...pairs.addons.flatMap((pair) => addonFindings(pair, blue, green)),
    ...accessOf(pairs, blue, green),
    ...podIdentitiesOf(pairs, green),
    ...identityProvidersOf(pairs, green),
    ...capabilitiesOf(pairs, green),
  ]
}

const about = (green: BlueFacts, part: string): string => `${green.cluster.name} ${part}`

function clusterFindings(blue: BlueFacts, green: BlueFacts, target: string): Finding[] {
  const [was, is] = [blue.cluster, green.cluster]
  const { name } = is
  const network = (what: string, one: string | undefined, other: string | undefined, why: string): Finding[] =>
    one === undefined || other === undefined || one === other
      ? []
      : [
          blocker(
            'adopted-network',
            `${name} ${what}`,
            `blue has ${one}, green has ${other}: ${why}`,
            `have it made anew with ${one}`,
          ),
        ]
  return [
    ...(is.status === 'ACTIVE' ? [] : [notActive(is)]),
    ...is.healthIssues.map((issue) =>
      blocker('cluster-unhealthy', name, issue, 'have whoever made it mend that first'),
    ),
    ...(is.version === target
      ? []
      : [
          blocker(
            'adopted-version',
            name,
            `it runs ${is.version}, and this upgrade is to ${target}`,
            `have whoever made it bring it to ${target}, or start to ${is.version}`,
          ),
        ]),
    ...network('vpcId', was.vpcId, is.vpcId, 'target groups, databases and volumes are of one VPC'),
    ...network(
      'ipFamily',
      was.kubernetesNetworkConfig.ipFamily,
      is.kubernetesNetworkConfig.ipFamily,
      'pods would have addresses of another kind',
    ),
    ...(is.deletionProtection
      ? []
      : [
          warning(
            'adopted-unprotected',
            name,
            'its deletion protection is off, and apps are to serve from it',
            'have whoever made it switch it on',
          ),
        ]),
    ...differing(
      about(green, 'cluster'),
      differences(was, is).filter((d) => !['version', 'ipFamily', 'deletionProtection'].includes(d.setting)),
    ),
  ]
}

/** Which setting is looked at by what comes of it; of the rest each is for whoever knows why it is so. */
const remedies: Readonly<Record<string, string>> = {
  roleArn: "see that it may do what blue's may",
  nodeRole: "see that it may do what blue's may: pull images, reach what pods reach by their node",
  podExecutionRoleArn: "see that it may do what blue's may, and that its trust policy names green's profiles",
  serviceAccountRoleArn: "see that it may do what blue's may, and trusts green's OIDC issuer",
  podIdentities: "see that these roles may do what blue's may",
  subnetIds: "see that what lets blue in by its addresses lets green's in",
  subnets: "see that what lets blue in by its addresses lets green's in, and that they are in the zones of its volumes",
  securityGroupIds: "see that what lets blue in by these groups lets green's in",
  ...Object.fromEntries(
    ['usernameClaim', 'usernamePrefix', 'groupsClaim', 'groupsPrefix'].map((setting) => [
      setting,
      'see that roles are bound on green to the names that people have there, or have it made as on blue',
    ]),
  ),
  retentionDays: 'have green’s kept for as long (aws logs put-retention-policy): EKS keeps them for ever',
  kmsKey: 'have green’s encrypted with a key too (aws logs associate-kms-key)',
  tags: 'see what goes by them: costs, policies of IAM, tools that find what is theirs',
  scalingConfig: 'have its largest size raised: apps come to it at the size that they have on blue',
}

/** What is only otherwise: a finding for each setting. */
export const differing = (place: string, all: readonly Difference[]): Finding[] =>
  all.map(({ setting, blue = 'nothing', green = 'nothing' }) => ({
    ...warning(
      'adopted-differs',
      place,
      `blue has ${blue}, green has ${green}`,
      remedies[setting] ?? 'see whether apps need it as on blue; nobody need answer for it where they do not',
    ),
    field: setting,
  }))

function nodegroupFindings({ part, blue, green: found }: Pair<NodegroupDescription>, green: BlueFacts): Finding[] {
  const place = about(green, part)
  const near = nearest(blue, green)
  if (!found)
    return [
      blocker(
        'adopted-nodes',
        place,
        `no node group of green takes what runs on blue's, which has ${offerInWords(blue)}; ${near ? `${near.name} comes nearest, with ${offerInWords(near)}: ${lacks(blue, near).join(', ')}` : 'green has no node group at all'}`,
        'have a node group of green given these labels, taints and this architecture; waive it where something else (Karpenter, Auto Mode) brings such nodes',
      ),
    ]
  const smaller = found.scalingConfig.maxSize < blue.scalingConfig.maxSize
  return [
    ...(found.status === 'ACTIVE'
      ? []
      : [
          blocker(
            'nodegroup-not-active',
            about(green, `node group ${found.name}`),
            `its status is ${found.status}`,
            'wait until it is ACTIVE',
          ),
        ]),
    ...differing(
      place,
      differences(blue, found).filter(
        // Which pods it takes was looked at, and a template is each cluster's own.
        ({ setting }) =>
          !['labels', 'taints', 'launchTemplate', 'scalingConfig'].includes(setting) ||
          (setting === 'scalingConfig' && smaller),
      ),
    ),
  ]
}

const fargateOf = (blue: BlueFacts, green: BlueFacts): Finding[] =>
  blue.fargateProfiles.flatMap((profile) =>
    untaken(profile, green).map((selector) =>
      blocker(
        'adopted-fargate',
        about(green, `Fargate profile ${profile.name}`),
        `on blue it takes pods of ${selector}; no profile of green does`,
        'have a profile of green select them; waive it where nodes take them',
      ),
    ),
  )

function addonFindings({ part, blue: it, green: found }: Pair<AddonDescription>, blue: BlueFacts, green: BlueFacts) {
  const place = about(green, part)
  if (!found)
    return [
      blocker(
        'adopted-addon',
        place,
        `blue has it at ${it.version}; green does not have it`,
        'have it installed on green; waive it where green gets the same by other means, such as a Helm chart',
      ),
    ]
  const roles = (addon: AddonDescription) => [
    ...(addon.serviceAccountRoleArn === undefined ? [] : [addon.serviceAccountRoleArn]),
    ...addon.podIdentities.map((p) => p.roleArn),
  ]
  return [
    ...(roles(it).length > 0 && roles(found).length === 0
      ? [
          blocker(
            'adopted-addon-identity',
            place,
            `on blue it acts as ${roles(it).join(', ')}; on green it has no role`,
            'have it given a role on green; waive it where its nodes may do all that it needs',
          ),
        ]
      : []),
    ...differing(place, [
      ...(found.status === 'ACTIVE' ? [] : [{ setting: 'status', blue: it.status, green: found.status }]),
      ...differences(it, found).filter(({ setting }) =>
        setting === 'configurationValues' ? !sameConfiguration(it, found, blue, green) : setting !== 'version',
      ),
    ]),
  ]
}

/** Where it names its cluster it names another one, and it may be written in another order. */
function sameConfiguration(it: AddonDescription, found: AddonDescription, blue: BlueFacts, green: BlueFacts): boolean {
  const read = ({ configurationValues = '{}' }: AddonDescription) => {
    try {
      return canonicalJson(JSON.parse(configurationValues))
    } catch {
      return configurationValues // YAML
    }
  }
  const { configurationValues } = it
  const expected =
    configurationValues === undefined
      ? it
      : { ...it, configurationValues: renamed(configurationValues, blue.cluster, green.cluster) }
  return read(expected) === read(found)
}

const accessOf = ({ accessEntries }: Pairs, blue: BlueFacts, green: BlueFacts): Finding[] =>
  accessEntries.flatMap(({ part, blue: it, green: found }) => {
    const place = about(green, part)
    if (!found)
      return [
        blocker(
          'adopted-access',
          place,
          `blue lets it in (${inWords(it)}); green does not`,
          'have it given an access entry on green; waive it where it is not to get in any more',
        ),
      ]
    const wanted = newAccessEntry(it, { platform: '', run: '', blue: blue.cluster.name, green: green.cluster.name })
    return [
      ...entryDiffers(found, wanted),
      ...policiesToAllow(found, wanted).map(({ arn }) => `it lacks the policy ${arn}`),
    ].map((message) =>
      warning('adopted-differs', place, `on green ${message}`, 'see whether it is to do on green what it may on blue'),
    )
  })

const inWords = ({ type, groups, policies }: AccessEntry): string =>
  [type, ...groups.map((g) => `group ${g}`), ...policies.map((p) => p.arn.slice(p.arn.lastIndexOf('/') + 1))].join(', ')

const podIdentitiesOf = ({ podIdentities }: Pairs, green: BlueFacts): Finding[] =>
  podIdentities.flatMap(({ part, blue: it, green: found }) =>
    found
      ? differing(about(green, part), differences(it, found))
      : [
          blocker(
            'adopted-pod-identity',
            about(green, part),
            `on blue its pods act as ${it.roleArn}; green has no association for them`,
            'have the association made on green; waive it where they get their role by other means',
          ),
        ],
  )

const identityProvidersOf = ({ identityProviders }: Pairs, green: BlueFacts): Finding[] =>
  identityProviders.flatMap(({ part, blue: it, green: found }) => {
    const place = about(green, part)
    if (!found)
      return [
        blocker(
          'identity-provider',
          place,
          `on blue ${it.issuerUrl} lets people in by its client ${it.clientId}; green has no provider of both`,
          'have it made on green too, with the same claims and prefixes',
        ),
      ]
    const status = { setting: 'status', blue: it.status, green: found.status }
    return differing(place, [...(found.status === 'ACTIVE' ? [] : [status]), ...differences(it, found)])
  })

const capabilitiesOf = ({ capabilities }: Pairs, green: BlueFacts): Finding[] =>
  capabilities
    .filter((pair) => !pair.green)
    .map(({ part, blue: { type } }) =>
      blocker(
        'capability',
        about(green, part),
        `blue has it, of type ${type}, and green has none of that type`,
        'have one made on green too',
      ),
    )

/** What EKS tells of blue and this release has no words for. */
const notSeen = ({ cluster, nodegroups, addons }: BlueFacts): Finding[] =>
  [cluster, ...nodegroups, ...addons].flatMap(({ name, unread, unknown = [] }) =>
    [...unread, ...unknown].map((setting) =>
      warning(
        'unknown-setting',
        `${name} ${setting}`,
        'EKS tells it of blue, and this release does not know it: green was not compared by it',
        'see what it is, and whether green has it, if apps need it',
      ),
    ),
  )

/** What is in an adopted green: its namespaces, and in each how many workloads there are. */
export type Inhabited = ReadonlyMap<string, number>

/**
 * The platform, moved to a green that is there. A platform app whose namespaces are there came with green, and is only
 * waited for.
 */
export const adopting = (platform: Platform, adopted: Identity, on: Inhabited): Platform => ({
  ...platform,
  adopted,
  waves: platform.waves.map((wave) =>
    wave.map((app) => ({
      ...app,
      ...(app.namespaces.length > 0 && app.namespaces.every((n) => on.has(n)) && { cameWithGreen: true as const }),
    })),
  ),
})

/** Who is in the way of what Norikae brings to a green that others made, and what others have brought half. */
export function inhabitedFindings({ green, waves, apps }: Platform, on: Inhabited): Finding[] {
  const platformApps = waves.flat().flatMap(({ name, namespaces }): Finding[] => {
    const there = namespaces.filter((n) => on.has(n))
    const missing = namespaces.filter((n) => !on.has(n))
    const empty = there.filter((n) => on.get(n) === 0)
    const place = `${green} platform app ${name}`
    if (there.length > 0 && missing.length > 0)
      return [
        blocker(
          'adopted-platform-app',
          place,
          `its namespaces ${there.join(', ')} are on green, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not`,
          'have the rest brought there too, or none: then Norikae copies it from blue',
        ),
      ]
    return empty.length > 0
      ? [
          blocker(
            'adopted-platform-app',
            place,
            `its namespaces ${empty.join(', ')} are on green, with no workload in them`,
            'have it brought there, or the namespace removed: then Norikae copies it from blue',
          ),
        ]
      : []
  })
  const inTheWay = (app: App) =>
    app.environments.flatMap((environment) =>
      environment.namespaces
        .filter((n) => on.has(n))
        .map((n) =>
          blocker(
            'adopted-namespace',
            `${green} ${n}`,
            `it is there, and Norikae is to make it as it copies ${app.name} ${environment.name}`,
            `have it removed from green; or, if somebody else brings ${app.name} there, say so: apps.${app.name}.deploy`,
          ),
        ),
    )
  return [...platformApps, ...apps.filter((app) => !deployedByOthers(app.deploy)).flatMap(inTheWay)]
}
