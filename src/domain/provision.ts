import type { ClusterFacts } from './facts.ts'
import { RULES_STEP } from './group-rules.ts'
import { gatewayOf } from './http-route-findings.ts'
import { templateName } from './launch-templates.ts'
import { inOrder, just, pair, sideBySide, stay, undoing, type Move } from './moves.ts'
import { TAGS_STEP } from './network-tags.ts'
import type { Identity, Platform } from './platform.ts'
import { letActAsRoles, trustStill } from './role-steps.ts'
import { act, type LeafStep, type Step } from './steps.ts'

/** A cluster like blue, from nothing. Undone step by step; what lives in it goes with it. */
export function clone({ blue, green, apps, prices }: Platform, facts: ClusterFacts): Move {
  const addons = (needsNodes: boolean): LeafStep[] =>
    facts.addons
      .filter((a) => a.needsNodes === needsNodes)
      .map((a) =>
        act(`addon/${a.name}`, 'installAddon', { cluster: green, addon: a.name, version: a.targetVersion, like: blue }),
      )
  const templated = new Set(facts.launchTemplates)
  const nodeGroups = facts.nodeGroups.toSorted().map((name) =>
    inOrder(
      ...(templated.has(name) ? [ownTemplate({ blue, green }, name, facts.images?.[name])] : []),
      pair(
        act(`nodegroup/${name}/create`, 'createNodeGroup', {
          cluster: green,
          name,
          like: blue,
          ...(templated.has(name) && { template: templateName(green, name) }),
          ...(facts.amiTypes?.[name] !== undefined && { amiType: facts.amiTypes[name] }),
        }),
        act(`nodegroup/${name}/delete`, 'deleteNodeGroup', { cluster: green, name, identity: 'made-by-this-run' }),
      ),
    ),
  )
  // What lives in the cluster goes with the cluster: one step takes back many.
  const first = [
    act('cluster/create', 'createCluster', { cluster: green, like: blue, version: facts.targetVersion }),
    act('access/grant', 'grantAccess', { cluster: green, principalArn: facts.principalArn, like: blue }),
    ...letIn({ blue, green }, facts),
  ]
  const early = [...addons(false), ...podIdentities({ blue, green }, facts)]
  const later = addons(true)
  const rest = [
    ...(facts.logRetention ? [act('logs/retention', 'copyLogRetention', { cluster: green, like: blue })] : []),
    ...identityProviders({ blue, green }, facts),
  ]
  const still = trustStill({ blue, green }, facts)
  const cluster: Move = {
    ...stay,
    forward: first,
    back: [
      undoing(
        [...first, ...early, ...later, ...rest],
        act('cluster/delete', 'deleteCluster', { cluster: green, identity: 'made-by-this-run' }),
      ),
    ],
  }
  const groups = sideBySide('nodegroups', 'create the node groups', 4, nodeGroups, { back: 'delete the node groups' })
  const fargate = fargateProfiles({ blue, green }, facts)
  const made = [...first, ...early, ...groups.forward, ...fargate.flatMap(({ forward }) => forward)]
  return inOrder(
    lookedForWhatIsLeft(green, made, prices),
    ...(facts.logGroup ? [logGroup(green)] : []),
    cluster,
    letActAsRoles({ blue, green }, facts, still),
    just(...early),
    groups,
    ...fargate,
    just(...still),
    emptied({ green, apps }, later, made),
    just(...rest),
    networkTags({ blue, green }, facts),
    groupRules({ blue, green }, facts),
  )
}

/** Last of all on the way back: what AWS keeps of a green that was given up is told, as it is of blue. */
const lookedForWhatIsLeft = (cluster: string, made: readonly Step[], prices: Platform['prices']): Move => ({
  ...stay,
  back: [
    undoing(
      made,
      act('green/remains', 'findRemains', { cluster, identity: 'made-by-this-run', ...(prices && { prices }) }),
    ),
  ],
})

/** EKS makes it too, without a word of whose it is: then nobody could tell on the way back. */
const logGroup = (cluster: string): Move =>
  pair(act('logs/group', 'makeLogGroup', { cluster }), act('logs/group/delete', 'deleteLogGroup', { cluster }))

const networkTags = ({ blue, green }: Sides, facts: ClusterFacts): Move =>
  facts.networkTags ? just(act(TAGS_STEP, 'awaitNetworkTags', { cluster: green, like: blue })) : stay

const groupRules = ({ blue, green }: Sides, facts: ClusterFacts): Move =>
  facts.groupRules ? just(act(RULES_STEP, 'awaitGroupRules', { cluster: green, like: blue })) : stay

/** Of what others made nothing is made and nothing taken away, but for what Norikae itself puts there. */
export function takeOver({ blue, green }: Platform, identity: Identity, facts: ClusterFacts): Move {
  const still = trustStill({ blue, green }, facts)
  return inOrder(
    pair(
      act('adopt', 'adoptCluster', { cluster: green, identity, version: facts.targetVersion }),
      act('adopt/leave', 'leaveCluster', { cluster: green, identity }),
    ),
    letActAsRoles({ blue, green, adopted: identity }, facts, still),
    networkTags({ blue, green }, facts),
    groupRules({ blue, green }, facts),
    just(...still),
  )
}

/**
 * Whoever gets into green may have something made outside it from when it is there (`made`), long before its add-ons are: EKS
 * itself makes load balancers of Services in every cluster, and volumes too in Auto Mode; Argo CD deploys wherever it is let.
 * So none of these steps goes back without a look at that.
 * https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
 */
const emptied = (
  platform: Pick<Platform, 'green' | 'apps'>,
  addons: readonly LeafStep[],
  made: readonly Step[],
): Move => ({
  ...just(...addons),
  back: [
    undoing(
      [...made, ...addons],
      act('cluster/empty', 'emptyCluster', {
        cluster: platform.green,
        identity: 'made-by-this-run',
        ...gatewayOf(platform),
      }),
    ),
  ],
})

type Sides = Pick<Platform, 'blue' | 'green'>

/** It names green, so it is made once green is there; EC2 keeps it when the cluster goes. */
const ownTemplate = ({ blue, green }: Sides, nodeGroup: string, image: string | undefined): Move =>
  pair(
    act(`nodegroup/${nodeGroup}/template`, 'copyLaunchTemplate', {
      cluster: green,
      nodeGroup,
      like: blue,
      ...(image !== undefined && { image }),
    }),
    act(`nodegroup/${nodeGroup}/template/delete`, 'deleteLaunchTemplate', {
      cluster: green,
      nodeGroup,
      identity: 'made-by-this-run',
    }),
  )

/** Whoever gets into blue gets into green, before there is anything to look at. */
const letIn = ({ blue, green }: Sides, { accessEntries = [], awsAuth }: ClusterFacts): readonly Step[] => [
  ...(awsAuth ? [act('access/aws-auth', 'copyAwsAuth', { cluster: green, like: blue })] : []),
  ...sideBySide(
    'access/entries',
    'let in who gets into blue',
    4,
    accessEntries
      .toSorted()
      .map((principalArn) =>
        just(act(`access/${placeOf(principalArn)}`, 'copyAccessEntry', { cluster: green, principalArn, like: blue })),
      ),
  ).forward,
]

/** `123456789012/role/platform/admin` */
const placeOf = (principalArn: string): string => principalArn.split(':').slice(4).join('/')

/** One after the other, both ways: EKS makes and deletes one at a time. */
const fargateProfiles = ({ blue, green }: Sides, { fargateProfiles: found = [] }: ClusterFacts): Move[] =>
  found
    .toSorted()
    .map((name) =>
      pair(
        act(`fargate/${name}/create`, 'createFargateProfile', { cluster: green, name, like: blue }),
        act(`fargate/${name}/delete`, 'deleteFargateProfile', { cluster: green, name, identity: 'made-by-this-run' }),
      ),
    )

/** Last, as it takes EKS longest, and the cluster is not to be changed meanwhile. They end with their cluster. */
const identityProviders = ({ blue, green }: Sides, { identityProviders: found = [] }: ClusterFacts): LeafStep[] =>
  found
    .toSorted()
    .map((name) => act(`identity-provider/${name}`, 'copyIdentityProvider', { cluster: green, name, like: blue }))

/** Before anything runs that needs them: a pod gets its role when it starts, or never. */
const podIdentities = ({ blue, green }: Sides, { podIdentities: found = [] }: ClusterFacts): readonly Step[] =>
  sideBySide(
    'pod-identities',
    'give pods their IAM roles',
    4,
    found
      .map(({ namespace, serviceAccount }) => ({
        id: `pod-identity/${namespace}/${serviceAccount}`,
        namespace,
        serviceAccount,
      }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, ...its }) => just(act(id, 'copyPodIdentity', { cluster: green, ...its, like: blue }))),
  ).forward
