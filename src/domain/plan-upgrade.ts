import { byOthers, copiedAs } from './arrival.ts'
import type { Identity } from './actions.ts'
import { calendarInWords, unlessAlways } from './calendar.ts'
import { measuring, requestsOn } from './checks.ts'
import type { ClusterFacts } from './facts.ts'
import type { Finding } from './findings.ts'
import { RULES_STEP } from './group-rules.ts'
import { templateName } from './launch-templates.ts'
import { inOrder, just, pair, sideBySide, stay, undoing, type Move } from './moves.ts'
import type { Phase, PlanBody } from './plan.ts'
import { deployedByOthers } from './platform-file.ts'
import type { App, Platform, PlatformApp, Side } from './platform.ts'
import { slug } from './platform.ts'
import { ROLES_STEP } from './roles.ts'
import { act, ask, tell, wait, waitFor, type LeafStep, type Step } from './steps.ts'

const AT_ONCE = 50 // commands of one workflow task: measured, larger batches time out at 1,500 children
const OWN = 'platform'

/** The whole way from blue to green. Which environments move when is not in it: that is for `turns.ts`. */
export function planUpgrade(platform: Platform, facts: ClusterFacts, findings: readonly Finding[]): PlanBody {
  const { name, account, region, blue, green, platformTeam, gates } = platform
  return {
    subject: { platform: name, account, region, blue, green, team: platformTeam },
    images: '',
    findings,
    phases: [
      {
        ...phase(
          'start',
          'agree to begin',
          just(ask('start', `${whatOf(name, facts)}${inSpiteOf(findings)}`, gates.start)),
        ),
        onFailure: 'abort',
      },
      phase('provision', `build ${green}`, clone(platform, facts)),
      phase('bootstrap', 'bring up the platform itself', bootstrap(platform)),
      phase('verify', 'try every object on green', verify(platform)),
      phase('cutovers', turnsInWords(platform), cutovers(platform)),
      phase('soak', `keep ${blue} as the way back`, soak(platform)),
      { ...phase('decommission', `remove ${blue}`, decommission(platform, facts)), pointOfNoReturn: true },
    ],
  }
}

const turnsInWords = (platform: Platform): string => {
  const calendar = unlessAlways(platform.calendar)
  return calendar ? `move the apps; turns are given out ${calendarInWords(calendar)}` : 'move the apps'
}

const whatOf = (name: string, { version, targetVersion }: ClusterFacts): string =>
  version === targetVersion
    ? `refresh ${name}: build it anew at ${version}, the version that it has`
    : `upgrade ${name} from ${version} to ${targetVersion}`

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
      ...(templated.has(name) ? [ownTemplate({ blue, green }, name)] : []),
      pair(
        act(`nodegroup/${name}/create`, 'createNodeGroup', {
          cluster: green,
          name,
          like: blue,
          ...(templated.has(name) && { template: templateName(green, name) }),
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
  const still = trustStill({ blue, green }, facts)
  const cluster: Move = {
    ...stay,
    forward: first,
    back: [
      undoing(
        [...first, ...early, ...later],
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
    just(
      ...still,
      ...later,
      ...(facts.groupRules ? [act(RULES_STEP, 'awaitGroupRules', { cluster: green, like: blue })] : []),
    ),
  )
}

type Sides = Pick<Platform, 'blue' | 'green'>

/** It names green, so it is made once green is there; EC2 keeps it when the cluster goes. */
const ownTemplate = ({ blue, green }: Sides, nodeGroup: string): Move =>
  pair(
    act(`nodegroup/${nodeGroup}/template`, 'copyLaunchTemplate', { cluster: green, nodeGroup, like: blue }),
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

/**
 * Before anything runs that needs them. IAM keeps both when the cluster goes, so each is undone by itself, before it is.
 * One step a role: nothing of an upgrade writes the same trust policy at a time.
 */
function letActAsRoles({ blue, green }: Sides, { roles }: ClusterFacts, still: readonly Step[]): Move {
  if (!roles) return stay
  const { provider, written, requested } = roles
  return inOrder(
    provider
      ? pair(
          act('identity/provider', 'createProvider', { cluster: green, like: blue }),
          act('identity/provider/delete', 'deleteProvider', { cluster: green }),
        )
      : stay,
    sideBySide(
      'identity/roles',
      'let pods of green act as the roles of blue',
      4,
      written.map((role): Move => {
        const forward = [act(`identity/role/${role}`, 'trustCluster', { cluster: green, like: blue, roles: [role] })]
        const back = act(`identity/role/${role}/undo`, 'distrustCluster', { cluster: green, role })
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

/** IAM has no conditional write: what somebody has overwritten who read it before is written again, minutes later. */
const trustStill = ({ blue, green }: Sides, { roles }: ClusterFacts): LeafStep[] =>
  roles && roles.written.length > 0
    ? [act('identity/still', 'trustCluster', { cluster: green, like: blue, roles: roles.written })]
    : []

/** By blue's issuer, which no cluster will ever have again. Roles of others are theirs. */
const forgetBlue = (blue: string, { roles }: ClusterFacts): LeafStep[] => {
  const { issuer } = roles ?? {}
  return [
    ...(roles?.written ?? []).map((role) =>
      act(`blue/role/${role}`, 'distrustCluster', { cluster: blue, role, ...(issuer !== undefined && { issuer }) }),
    ),
    ...(issuer !== undefined && roles?.provider
      ? [act('blue/provider', 'deleteProvider', { cluster: blue, issuer })]
      : []),
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
  const place = (app: PlatformApp) => ({
    app: app.name,
    environment: OWN,
    namespaces: app.namespaces,
    on: 'green' as const,
  })
  const { forward } = inOrder(
    ...waves.map((apps, n) =>
      sideBySide(
        `bootstrap/${n + 1}`,
        `platform apps, wave ${n + 1}`,
        10,
        apps.map((app) =>
          just(
            act(`bootstrap/${app.name}/namespaces`, 'openNamespaces', place(app)),
            act(`bootstrap/${app.name}/deploy`, 'deploy', {
              ...place(app),
              asleep: [],
              ...(app.transforms && { transforms: app.transforms }),
            }),
            act(`bootstrap/${app.name}/ready`, 'checkReady', { ...place(app), asleep: [] }),
          ),
        ),
      ),
    ),
  )
  const back = [
    ...drains(platform, 'green', 'green/drain'),
    act('green/empty', 'emptyCluster', { cluster: green, identity: 'made-by-this-run' }),
  ]
  return { forward, back: forward.length === 0 ? [] : back.map((step) => undoing(forward, step)), commit: [] }
}

/** Namespaces first: a dry run in a namespace that is not there says nothing. */
function verify({ apps }: Platform): Move {
  const places = (app: App) =>
    app.environments.map((e) => ({
      app: app.name,
      environment: e.name,
      namespaces: e.namespaces.toSorted(),
      on: 'green' as const,
    }))
  const dryRuns = sideBySide(
    'verify',
    'dry-run every app on green',
    8,
    apps.map((app) =>
      inOrder(
        ...places(app).map((place, n) =>
          inOrder(
            pair(
              act(`verify/${app.name}/${place.environment}/namespaces`, 'openNamespaces', {
                ...place,
                ...forOthers(app, n),
              }),
              act(`verify/${app.name}/${place.environment}/close`, 'closeNamespaces', place),
            ),
            just(
              act(`verify/${app.name}/${place.environment}`, 'dryRunObjects', {
                ...place,
                ...byOthers(app),
                ...copiedAs(app.environments[n] ?? {}),
              }),
            ),
          ),
        ),
      ),
    ),
  )
  return inOrder(dryRuns, knownToArgo(apps))
}

/** Argo CD deploys to clusters that it knows: somebody tells it of green, once, before the first app has its turn. */
function knownToArgo(apps: readonly App[]): Move {
  const argocd = apps.flatMap((a) => a.environments).find((e) => e.argocd)?.argocd
  return argocd ? just(act('argocd/registered', 'awaitRegistration', { hub: argocd.hub, on: 'green' })) : stay
}

/** Whoever deploys an app may do so as soon as green is there: what may run once is fenced with its namespaces. */
const forOthers = ({ deploy, environments }: App, n: number) =>
  deployedByOthers(deploy) ? { closed: environments[n]?.fenced ?? [] } : {}

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
function soak(platform: Platform): Move {
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
    ask('soak/gate', `delete ${blue} for good, after nothing used it for ${idle}`, {
      ...gates.decommission,
      typed: blue,
    }),
    onGreen('soak/still-on-green'),
    // Whoever approves at night, or the day before a closed one, does not want it gone by then.
    ...(calendar ? [waitFor('soak/hours', calendar, `wait for working hours: ${calendarInWords(calendar)}`)] : []),
    act('soak/still-idle', 'proveIdle', idleness(platform, 'blue')),
  )
}

function decommission(platform: Platform, facts: ClusterFacts): Move {
  const { blue, apps } = platform
  const identity: Identity = facts.blue
  const commits = apps.map(({ name }) => just(tell(`app/${name}/commit`, `commit ${name}`, name, 'commit')))
  return inOrder(
    sideBySide('commit', 'let go of the way back', AT_ONCE, commits),
    just(
      ...drains(platform, 'blue', 'blue/drain'),
      act('blue/empty', 'emptyCluster', { cluster: blue, identity }),
      ...facts.nodeGroups
        .toSorted()
        .map((name) => act(`blue/nodegroup/${name}`, 'deleteNodeGroup', { cluster: blue, name, identity })),
      ...(facts.fargateProfiles ?? [])
        .toSorted()
        .map((name) => act(`blue/fargate/${name}`, 'deleteFargateProfile', { cluster: blue, name, identity })),
      ...(facts.templatesOfBlue ?? [])
        .toSorted()
        .map((nodeGroup) =>
          act(`blue/template/${nodeGroup}`, 'deleteLaunchTemplate', { cluster: blue, nodeGroup, identity }),
        ),
      act('blue/delete', 'deleteCluster', { cluster: blue, identity }),
      ...forgetBlue(blue, facts),
    ),
  )
}

/** What the platform's own buffers on one side still hold is delivered; they run until their cluster goes. */
const drains = (platform: Platform, on: Side, prefix: string): LeafStep[] =>
  platform.waves.flat().flatMap((app) =>
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
