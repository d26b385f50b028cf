import { calendarInWords, unlessAlways } from './calendar.ts'
import { measuring, requestsOn } from './checks.ts'
import { keepingInWords } from './costs.ts'
import type { ClusterFacts } from './facts.ts'
import type { Finding } from './findings.ts'
import { gatewayOf } from './http-route-findings.ts'
import { ownerInWords, REMOVAL_STEP, takenInWords, type Requested } from './ownership.ts'
import { inOrder, just, pair, sideBySide, undoing, type Move } from './moves.ts'
import type { Phase, PlanBody } from './plan.ts'
import type { App, Identity, Platform, PlatformApp, Side } from './platform.ts'
import { namespacesOf, scopeOf, slug } from './platform.ts'
import { clone, takeOver } from './provision.ts'
import { forgetBlue } from './role-steps.ts'
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

/**
 * The platform team's own apps. What their controllers make outside the cluster outlives the cluster, so on the way
 * back green is emptied while they still run, after what they buffered was delivered.
 */
function bootstrap(platform: Platform): Move {
  const { waves, green } = platform
  const { forward } = inWaves(waves, (app) => just(...bring(app), ready(app)))
  const back = [
    ...drains(platform, 'green', 'green/drain'),
    act('green/empty', 'emptyCluster', { cluster: green, identity: 'made-by-this-run', ...gatewayOf(platform) }),
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
  inOrder(
    ...waves.map((apps, n) => {
      const wave = `platform apps, wave ${n + 1}`
      return sideBySide(`bootstrap/${n + 1}`, wave, 10, apps.map(of), { back: `take away ${wave}` })
    }),
  )

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
    title: `wait until every app is on green, for ${time} or longer`,
    until: { onGreen: all, since: time },
  })
  return just(
    wait('soak/days', time, `live on green for ${time}`),
    onGreen('soak/on-green'),
    ...drains(platform, 'blue', 'soak/drain'),
    act('soak/idle', 'proveIdle', idleness(platform, facts)),
    ask('soak/gate', `${endOf(blue, facts)}, after nothing used it for ${idle}${costing(facts)}`, {
      ...gates.decommission,
      typed: blue,
    }),
    onGreen('soak/still-on-green'),
    // Whoever approves at night, or the day before a closed one, does not want it gone by then.
    ...(calendar ? [waitFor('soak/hours', calendar, `wait for working hours: ${calendarInWords(calendar)}`)] : []),
    act('soak/still-idle', 'proveIdle', idleness(platform, facts)),
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
      act('blue/empty', 'emptyCluster', { cluster: blue, identity, ...gatewayOf(platform) }),
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

function idleness(platform: Platform, { blue: identity, served }: Pick<ClusterFacts, 'blue' | 'served'>) {
  const cluster = platform.blue
  const namespaces = namespacesOf(platform)
  const buffers = platform.waves.flat().flatMap((app) =>
    app.buffers.map(({ workload, depth }) => ({
      workload,
      ...measuring(depth, platform.metrics, { cluster, namespaces: [workload.namespace] }),
    })),
  )
  return {
    cluster,
    identity,
    ...(served && { served }),
    for: platform.idle,
    namespaces,
    buffers,
    requests: requestsOn(platform.metrics, { cluster, namespaces, window: platform.idle }),
    ...(platform.apps.some((a) => a.environments.some((e) => e.argocd)) && { byArgocd: true as const }),
    ...gatewayOf(platform),
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
