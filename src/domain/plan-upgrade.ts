import { calendarInWords, unlessAlways } from './calendar.ts'
import { measuring, requestsOn } from './checks.ts'
import { keepingInWords } from './costs.ts'
import type { ClusterFacts } from './facts.ts'
import type { Finding } from './findings.ts'
import { RULES_STEP } from './group-rules.ts'
import { TAGS_STEP } from './network-tags.ts'
import { templateName } from './launch-templates.ts'
import { ownerInWords, REMOVAL_STEP, takenInWords, type Requested } from './ownership.ts'
import { inOrder, just, pair, sideBySide, stay, undoing, type Move } from './moves.ts'
import type { Phase, PlanBody } from './plan.ts'
import type { App, Identity, Platform, PlatformApp, Side } from './platform.ts'
import { scopeOf, slug } from './platform.ts'
import { PROVIDER_STEP, ROLES_STEP, type RoleFacts } from './roles.ts'
import { act, ask, tell, wait, waitFor, type LeafStep, type Step } from './steps.ts'
import { verify } from './verify.ts'

const AT_ONCE = 50 // commands of one workflow task: measured, larger batches time out at 1,500 children
const OWN = 'platform'

/**
 * The whole way from blue to green. Which environments move when is not in it: that is for `turns.ts`. `before`: of the plan
 * that it replaces.
 */
export function planUpgrade(
  platform: Platform,
  facts: ClusterFacts,
  findings: readonly Finding[],
  before: readonly Phase[] = [],
): PlanBody {
  const { name, blue, green, platformTeam, gates, adopted } = platform
  return {
    subject: {
      ...scopeOf({ ...platform, platform: name }),
      team: platformTeam,
      ...(isRefresh(facts) && { refresh: true as const }),
    },
    images: '',
    ...(facts.keeping && { cost: facts.keeping }),
    findings,
    phases: [
      {
        ...phase(
          'start',
          'agree to begin',
          just(ask('start', `${whatOf(platform, facts)}${inSpiteOf(findings)}${costing(facts)}`, gates.start)),
        ),
        onFailure: 'abort',
      },
      adopted
        ? phase('provision', `take over ${green}, which is there`, takeOver(platform, adopted, facts))
        : phase('provision', `build ${green}`, clone(platform, facts)),
      phase('bootstrap', 'bring up the platform itself', adopted ? settleIn(platform) : bootstrap(platform)),
      phase('verify', 'try every object on green', verify(platform.apps, before)),
      phase('cutovers', turnsInWords(platform), cutovers(platform)),
      phase('soak', `keep ${blue} as the way back${costing(facts)}`, soak(platform, facts)),
      { ...phase('decommission', `remove ${blue}`, decommission(platform, facts)), pointOfNoReturn: true },
    ],
  }
}

const turnsInWords = (platform: Platform): string => {
  const calendar = unlessAlways(platform.calendar)
  return calendar ? `move the apps; turns are given out ${calendarInWords(calendar)}` : 'move the apps'
}

const isRefresh = ({ version, targetVersion }: ClusterFacts): boolean => version === targetVersion

function whatOf({ name, green, adopted }: Platform, facts: ClusterFacts): string {
  const onto = adopted ? ` onto ${green}, which others made` : ''
  return isRefresh(facts)
    ? `refresh ${name}${onto === '' ? ': build it anew' : onto} at ${facts.version}, the version that it has`
    : `upgrade ${name} from ${facts.version} to ${facts.targetVersion}${onto}`
}

/** Titles are read wherever something is asked or reminded of, and are not in the digest. */
const costing = ({ keeping }: ClusterFacts): string => (keeping ? `; ${keepingInWords(keeping)}` : '')

/** Who approves the start reads what was waived, wherever it is asked. */
function inSpiteOf(findings: readonly Finding[]): string {
  const waived = findings.filter((f) => f.waived !== undefined).map((f) => `${f.code} ${f.about}`)
  return waived.length === 0
    ? ''
    : `, with ${waived.length === 1 ? 'a blocker' : `${waived.length} blockers`} waived: ${waived.join(', ')}`
}

const phase = (name: string, title: string, move: Move): Phase => ({ ...move, name, title, onFailure: 'ask' })

function clone({ blue, green }: Platform, facts: ClusterFacts): Move {
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
  return inOrder(
    cluster,
    letActAsRoles({ blue, green }, facts, still),
    just(...early),
    sideBySide('nodegroups', 'create the node groups', 4, nodeGroups),
    ...fargateProfiles({ blue, green }, facts),
    just(...still),
    emptied(green, later),
    just(...rest),
    networkTags({ blue, green }, facts),
    groupRules({ blue, green }, facts),
  )
}

const networkTags = ({ blue, green }: Sides, facts: ClusterFacts): Move =>
  facts.networkTags ? just(act(TAGS_STEP, 'awaitNetworkTags', { cluster: green, like: blue })) : stay

const groupRules = ({ blue, green }: Sides, facts: ClusterFacts): Move =>
  facts.groupRules ? just(act(RULES_STEP, 'awaitGroupRules', { cluster: green, like: blue })) : stay

/** Of what others made nothing is made and nothing taken away, but for what Norikae itself puts there. */
function takeOver({ blue, green }: Platform, identity: Identity, facts: ClusterFacts): Move {
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

/** A driver or a controller that is an add-on may have made something outside green for whoever deployed there by then. */
const emptied = (cluster: string, addons: readonly LeafStep[]): Move => ({
  ...just(...addons),
  back:
    addons.length === 0
      ? []
      : [undoing(addons, act('cluster/empty', 'emptyCluster', { cluster, identity: 'made-by-this-run' }))],
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
/**
 * Before anything runs that needs them. IAM keeps both when the cluster goes, so each is undone by itself, before it is.
 * One step a role: nothing of an upgrade writes the same trust policy at a time.
 */
function letActAsRoles(
  { blue, green, adopted }: Pick<Platform, 'blue' | 'green' | 'adopted'>,
  { roles }: ClusterFacts,
  still: readonly Step[],
): Move {
  if (!roles) return stay
  const { provider, written, requested } = roles
  const known = knowing(roles)
  // Whoever made the cluster makes its provider too, and would fail over one that is there.
  const ofIssuer = adopted
    ? just(act(PROVIDER_STEP, 'awaitProvider', { cluster: green, like: blue }))
    : pair(
        act(PROVIDER_STEP, 'createProvider', { cluster: green, like: blue, ...known }),
        act('identity/provider/delete', 'deleteProvider', { cluster: green }),
      )
  return inOrder(
    provider ? ofIssuer : stay,
    sideBySide(
      'identity/roles',
      'let pods of green act as the roles of blue',
      4,
      written.map((role): Move => {
        const forward = [
          act(`identity/role/${role}`, 'trustCluster', { cluster: green, like: blue, roles: [role], ...known }),
        ]
        const back = act(`identity/role/${role}/undo`, 'distrustCluster', { cluster: green, role, ...known })
        return { forward, back: [undoing([...forward, ...still], back)], commit: [] }
      }),
    ),
    just(
      ...(requested.length > 0
        ? [act(ROLES_STEP, 'awaitTrust', { cluster: green, like: blue, roles: requested })]
        : []),
    ),
  )
}

const knowing = ({ declared }: RoleFacts) => declared && { declared }

/** IAM has no conditional write: what somebody has overwritten who read it before is written again, minutes later. */
const trustStill = ({ blue, green }: Sides, { roles }: ClusterFacts): LeafStep[] =>
  roles && roles.written.length > 0
    ? [act('identity/still', 'trustCluster', { cluster: green, like: blue, roles: roles.written, ...knowing(roles) })]
    : []

/** By blue's issuer, which no cluster will ever have again. Roles of others are theirs. */
const forgetBlue = (blue: string, { roles }: ClusterFacts): LeafStep[] => {
  if (!roles) return []
  const { issuer, written, provider } = roles
  const its = { cluster: blue, ...knowing(roles) }
  return [
    ...written.map((role) =>
      act(`blue/role/${role}`, 'distrustCluster', { ...its, role, ...(issuer !== undefined && { issuer }) }),
    ),
    ...(issuer !== undefined && provider ? [act('blue/provider', 'deleteProvider', { ...its, issuer })] : []),
  ]
}

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

/**
 * The platform team's own apps. What their controllers make outside the cluster outlives the cluster, so on the way
 * back green is emptied while they still run, after what they buffered was delivered.
 */
function bootstrap(platform: Platform): Move {
  const { waves, green } = platform
  const { forward } = inWaves(waves, (app) => just(...bring(app), ready(app)))
  const back = [
    ...drains(platform, 'green', 'green/drain'),
    act('green/empty', 'emptyCluster', { cluster: green, identity: 'made-by-this-run' }),
  ]
  return { forward, back: forward.length === 0 ? [] : back.map((step) => undoing(forward, step)), commit: [] }
}

/**
 * As `bootstrap`, where green stays whatever becomes of the upgrade: each app that Norikae brings has a way back of its own,
 * and one that came with green is only waited for.
 */
function settleIn(platform: Platform): Move {
  return inWaves(platform.waves, (app) => {
    if (app.cameWithGreen) return just(ready(app))
    const brought = bring(app)
    const withdrawn = [
      ...drainsOf([app], platform, 'green', 'green/drain'),
      act(`bootstrap/${app.name}/withdraw`, 'withdraw', place(app)),
      act(`bootstrap/${app.name}/close`, 'closeNamespaces', place(app)),
    ]
    return { ...just(...brought, ready(app)), back: withdrawn.map((step) => undoing(brought, step)) }
  })
}

const inWaves = (waves: Platform['waves'], of: (app: PlatformApp) => Move): Move =>
  inOrder(...waves.map((apps, n) => sideBySide(`bootstrap/${n + 1}`, `platform apps, wave ${n + 1}`, 10, apps.map(of))))

const place = (app: PlatformApp) => ({
  app: app.name,
  environment: OWN,
  namespaces: app.namespaces,
  on: 'green' as const,
})

const bring = (app: PlatformApp): LeafStep[] => [
  act(`bootstrap/${app.name}/namespaces`, 'openNamespaces', place(app)),
  act(`bootstrap/${app.name}/deploy`, 'deploy', {
    ...place(app),
    asleep: [],
    ...(app.transforms && { transforms: app.transforms }),
  }),
]

const ready = (app: PlatformApp): LeafStep =>
  act(`bootstrap/${app.name}/ready`, 'checkReady', { ...place(app), asleep: [] })

/** All are started together and move as they are given turns; they go back last first: who depends, before what it depends on. */
function cutovers({ apps }: Platform): Move {
  const moves = (some: readonly App[]) =>
    some.map(({ name }) =>
      pair(
        tell(`app/${name}`, `move ${name}`, name, 'cutover'),
        tell(`app/${name}/back`, `take ${name} back`, name, 'abort'),
      ),
    )
  const back = wavesOf(apps)
    .toReversed()
    .flatMap((wave, n) => sideBySide(`cutovers/${n + 1}`, 'take the apps back', AT_ONCE, moves(wave)).back)
  return { ...sideBySide('cutovers', 'move the apps', apps.length, moves(apps)), back }
}

/** Idle is proven before people are asked, and again after they took their time to answer. */
function soak(platform: Platform, facts: ClusterFacts): Move {
  const { blue, soak: time, idle, apps, gates } = platform
  const calendar = unlessAlways(platform.calendar)
  const all = apps.map((a) => a.name)
  // Who went back in the soak and moved again is kept a way back for as long as everybody.
  const onGreen = (id: string): Step => ({
    kind: 'wait',
    id,
    title: `every app is on green, for ${time} or longer`,
    until: { onGreen: all, since: time },
  })
  return just(
    wait('soak/days', time, `live on green for ${time}`),
    onGreen('soak/on-green'),
    ...drains(platform, 'blue', 'soak/drain'),
    act('soak/idle', 'proveIdle', idleness(platform, 'blue')),
    ask('soak/gate', `${endOf(blue, facts)}, after nothing used it for ${idle}${costing(facts)}`, {
      ...gates.decommission,
      typed: blue,
    }),
    onGreen('soak/still-on-green'),
    // Whoever approves at night, or the day before a closed one, does not want it gone by then.
    ...(calendar ? [waitFor('soak/hours', calendar, `wait for working hours: ${calendarInWords(calendar)}`)] : []),
    act('soak/still-idle', 'proveIdle', idleness(platform, 'blue')),
  )
}

function endOf(blue: string, { requested = [] }: ClusterFacts): string {
  const its = requested.find((part) => part.kind === 'cluster')
  return its
    ? `empty ${blue} for good, and ask ${ownerInWords(its.owner)} to remove it${takenInWords(requested)}`
    : `delete ${blue} for good`
}

function decommission(platform: Platform, facts: ClusterFacts): Move {
  const { blue, apps } = platform
  const identity: Identity = facts.blue
  const { requested = [] } = facts
  const own = (kind: Requested['kind']) => (name: string) => !requested.some((r) => r.kind === kind && r.name === name)
  const commits = apps.map(({ name }) => just(tell(`app/${name}/commit`, `commit ${name}`, name, 'commit')))
  return inOrder(
    sideBySide('commit', 'let go of the way back', AT_ONCE, commits),
    just(
      ...drains(platform, 'blue', 'blue/drain'),
      act('blue/empty', 'emptyCluster', { cluster: blue, identity }),
      ...facts.nodeGroups
        .filter(own('node group'))
        .toSorted()
        .map((name) => act(`blue/nodegroup/${name}`, 'deleteNodeGroup', { cluster: blue, name, identity })),
      ...(facts.fargateProfiles ?? [])
        .filter(own('Fargate profile'))
        .toSorted()
        .map((name) => act(`blue/fargate/${name}`, 'deleteFargateProfile', { cluster: blue, name, identity })),
      ...(requested.length > 0
        ? [act(REMOVAL_STEP, 'awaitRemoval', { cluster: blue, identity, parts: requested })]
        : []),
      ...(facts.templatesOfBlue ?? [])
        .toSorted()
        .map((nodeGroup) =>
          act(`blue/template/${nodeGroup}`, 'deleteLaunchTemplate', { cluster: blue, nodeGroup, identity }),
        ),
      ...(own('cluster')(blue) ? [act('blue/delete', 'deleteCluster', { cluster: blue, identity })] : []),
      ...forgetBlue(blue, facts),
      act('blue/remains', 'findRemains', {
        cluster: blue,
        identity,
        ...(platform.prices && { prices: platform.prices }),
      }),
    ),
  )
}

/** What the platform's own buffers on one side still hold is delivered; they run until their cluster goes. */
const drains = (platform: Platform, on: Side, prefix: string): LeafStep[] =>
  drainsOf(platform.waves.flat(), platform, on, prefix)

const drainsOf = (
  apps: readonly PlatformApp[],
  platform: Pick<Platform, 'metrics' | Side>,
  on: Side,
  prefix: string,
): LeafStep[] =>
  apps.flatMap((app) =>
    app.buffers.map(({ workload, drainWithin, depth, flush }) =>
      act(`${prefix}/${slug(workload)}`, 'drainBuffer', {
        workload,
        on,
        within: drainWithin,
        depth: measuring(depth, platform.metrics, { cluster: platform[on], namespaces: [workload.namespace] }),
        ...(flush !== undefined && { flush }),
      }),
    ),
  )

function idleness(platform: Platform, side: Side) {
  const cluster = platform[side]
  const namespaces = platform.apps.flatMap((a) => a.environments.flatMap((e) => e.namespaces)).toSorted()
  const buffers = platform.waves.flat().flatMap((app) =>
    app.buffers.map(({ workload, depth }) => ({
      workload,
      ...measuring(depth, platform.metrics, { cluster, namespaces: [workload.namespace] }),
    })),
  )
  return {
    cluster,
    for: platform.idle,
    namespaces,
    buffers,
    requests: requestsOn(platform.metrics, { cluster, namespaces, window: platform.idle }),
  }
}

/** Apps whose dependencies all come before them, as early as possible. Circles are refused with the platform file. */
export function wavesOf(apps: readonly App[], placed: ReadonlySet<string> = new Set()): App[][] {
  const wave = apps.filter((app) => app.dependsOn.every((name) => placed.has(name)))
  if (wave.length === 0) return apps.length === 0 ? [] : [[...apps]]
  return [
    wave,
    ...wavesOf(
      apps.filter((app) => !wave.includes(app)),
      new Set([...placed, ...wave.map((a) => a.name)]),
    ),
  ]
}
