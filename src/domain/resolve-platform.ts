import { labelFor, type ByArgo } from './argocd.ts'
import { checksFor, unseen, type Watched } from './checks.ts'
import { loadBalancerOf } from './cloudwatch.ts'
import type { NamespaceFacts, RouteFacts } from './facts.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { fluxFindings } from './flux-findings.ts'
import type { GateRule } from './gates.ts'
import { grouped } from './groups.ts'
import { startsAsleep } from './handover.ts'
import { diesWithBlue } from './dies-with-blue.ts'
import type { GatewayFacts } from './gateway-routes.ts'
import type { IngressFacts } from './ingress-actions.ts'
import { movable } from './movable.ts'
import { httpRoutesOf, isBackend, unusedHttpRoutes } from './declared-http-routes.ts'
import { jobFindings } from './one-shot-jobs.ts'
import type { App, Environment, GatewayRoute, IngressRoute, Platform, PlatformApp, Route } from './platform.ts'
import { workloadName, type Handover } from './platform.ts'
import { platformBuffer } from './platform-buffers.ts'
import { claimedTwice, platformFindings } from './platform-findings.ts'
import {
  deployedByOthers,
  type AppFile,
  type EnvironmentFile,
  type GateFile,
  type PlatformFile,
} from './platform-file.ts'
import { recordRoute, type RecordFacts } from './record-routes.ts'
import { transformsFor, type Transform } from './transforms.ts'
import { greenTargetGroupName, listenerOf } from './target-groups.ts'

export interface Discovered {
  readonly blue: string
  readonly green: string
  /** Every namespace of blue but those of Kubernetes itself. */
  readonly namespaces: readonly NamespaceFacts[]
  /** Of the records that the platform file lists; left out where it lists none. */
  readonly records?: readonly RecordFacts[]
  /** A short hash, stable for the same text: makes names of what green gets. */
  readonly fingerprint: (text: string) => string
}

/** Kubernetes' own namespaces: every cluster has them from the start, and add-ons fill them. */
export const systemNamespaces: readonly string[] = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** The platform file joined with what was found on blue. Contradictions and gaps are findings, never guesses. */
export function resolvePlatform(file: PlatformFile, found: Discovered): { platform: Platform; findings: Finding[] } {
  const findings: Finding[] = []
  const waves = file.platformApps.waves.map((wave) => wave.map((name) => platformApp(file, found, name, findings)))
  const own = new Set(waves.flat().flatMap((app) => app.namespaces))
  findings.push(...claimedTwice(file, found.namespaces, waves.flat()))
  const tenants = found.namespaces.filter((n) => !own.has(n.name))
  const owned = tenants.flatMap((n) => owner(file, n, findings))
  const names = [...new Set(owned.map((o) => o.app))].toSorted()
  const apps = names.map((name) =>
    app(
      file,
      found,
      name,
      owned.filter((o) => o.app === name),
      findings,
    ),
  )
  const all = grouped(symmetric(apps))
  // What serves nobody is perhaps not the cluster that was meant, and it is deleted in the end.
  if (all.length === 0)
    findings.push(
      warning(
        'no-apps',
        found.blue,
        'no namespace of it is an app of the platform: it may not be the cluster that was meant, and an upgrade deletes it in the end',
        `see that blue is the cluster that serves (now: ${found.blue}), and that its namespaces have the labels of discover`,
      ),
    )
  findings.push(
    ...platformFindings(file, all, tenants),
    ...found.namespaces.flatMap((n) => n.findings.filter((f) => !own.has(n.name) || ofEverybody.has(f.code))),
  )

  return { findings, platform: { ...settings(file, found), waves, apps: all } }
}

/** Of the platform's own apps too: what they lack on green everybody lacks, and what is meant is meant there too. */
const ofEverybody: ReadonlySet<string> = new Set(['custom-not-carried', 'secret-made-elsewhere', 'annotation-unknown'])

type Settings = Omit<Platform, 'waves' | 'apps'>

function settings(file: PlatformFile, { blue, green }: Discovered): Settings {
  const { account, region, platformTeam, order, maxParallel, maxFailed, rest, soak, quiet, idle, autoRollback, trust } =
    file
  const rule = (written: GateFile | undefined, exclude: readonly string[]) =>
    gateRule(platformTeam, written, [...exclude, ...(written?.fourEyes === true ? ['requester'] : [])])
  return {
    name: file.platform,
    account,
    region,
    blue,
    green,
    platformTeam,
    teams: resolveTeams(file),
    metrics: { url: file.health.prometheus.url, requests: file.health.requests },
    order,
    maxParallel,
    maxFailed,
    rest,
    soak,
    quiet,
    idle,
    autoRollback,
    // Who agreed to begin does not alone decide that there is no way back.
    gates: { start: rule(file.gates?.start, []), decommission: rule(file.gates?.decommission, ['start']) },
    ...(file.calendar && { calendar: file.calendar }),
    ...(file.prices && { prices: file.prices }),
    ...(trust && { trust }),
  }
}

/** Who approves, and where they are told. */
export const resolveTeams = (file: Pick<PlatformFile, 'teams'>): Platform['teams'] =>
  Object.fromEntries(
    Object.entries(file.teams).map(([name, { approvers, notify, ...asking }]) => [
      name,
      { approvers, ...notify, ...asking },
    ]),
  )

const gateRule = (team: string, { approvals = 1, expires }: GateFile = {}, exclude: readonly string[]): GateRule => ({
  teams: [team],
  approvals,
  exclude,
  remindEvery: '4h',
  ...(expires !== undefined && { expires }),
})

function platformApp(file: PlatformFile, found: Discovered, name: string, findings: Finding[]): PlatformApp {
  const mine = found.namespaces.filter((n) => n.labels[file.discover.app] === name || n.name === name)
  if (mine.length === 0) {
    findings.push(
      blocker(
        'platform-app-missing',
        name,
        `no namespace of blue is called ${name} or labelled ${file.discover.app}=${name}`,
        'label its namespace, or take it out of platformApps.waves',
      ),
    )
  }
  const inFile = file.platformApps.handovers[name]
  const held = mine.flatMap((n) => n.workloads.flatMap((w) => platformBuffer(name, w, inFile) ?? []))
  findings.push(...held.flatMap((h) => ('level' in h ? [h] : [])))
  for (const n of mine) {
    for (const w of n.workloads.filter((w) => w.hasVolumes)) {
      findings.push(
        warning(
          'volumes-stay',
          workloadName(w.ref),
          'its volumes are not carried over',
          'see that green may start with empty ones',
        ),
      )
    }
  }
  return {
    name,
    namespaces: mine.map((n) => n.name).toSorted(),
    buffers: held.flatMap((h) => ('workload' in h ? [h] : [])),
    ...changed(file, found, { app: name }),
  }
}

interface Owned {
  readonly app: string
  readonly team: string
  readonly environment: string
  readonly namespace: NamespaceFacts
}

function owner(file: PlatformFile, namespace: NamespaceFacts, findings: Finding[]): Owned[] {
  const { discover, environments, teams, apps } = file
  const { name, labels } = namespace
  const app = labels[discover.app]
  const environment = labels[discover.environment]
  const team = (app === undefined ? undefined : apps[app]?.team) ?? labels[discover.team]
  const known = environments.map((e) => e.name)

  const wrong =
    app === undefined || environment === undefined || team === undefined
      ? blocker(
          'namespace-unclaimed',
          name,
          `it lacks the label ${[app ?? discover.app, environment ?? discover.environment, team ?? discover.team].filter((l) => Object.values(discover).includes(l)).join(' and ')}`,
          `label it, or list its app in platformApps.waves`,
        )
      : !known.includes(environment)
        ? blocker(
            'environment-unknown',
            name,
            `its label says environment ${environment}; the file knows ${known.join(', ')}`,
            `add ${environment} to environments, or mend the label`,
          )
        : !Object.hasOwn(teams, team)
          ? blocker(
              'team-unknown',
              name,
              `its label says team ${team}; the file knows ${Object.keys(teams).join(', ')}`,
              `add ${team} to teams with its approvers, or mend the label`,
            )
          : undefined
  if (wrong) findings.push(wrong)
  return wrong || app === undefined || environment === undefined || team === undefined
    ? []
    : [{ app, team, environment, namespace }]
}

function app(file: PlatformFile, found: Discovered, name: string, owned: readonly Owned[], findings: Finding[]): App {
  const declared = file.apps[name]
  const teams = [...new Set(owned.map((o) => o.team))]
  const [team = ''] = teams
  if (teams.length > 1) {
    findings.push(
      blocker(
        'team-contradicted',
        name,
        `its namespaces are labelled with ${teams.join(' and ')}`,
        `agree on one, or say apps.${name}.team`,
      ),
    )
  }
  const environments = file.environments.flatMap((e) => {
    const namespaces = owned.filter((o) => o.environment === e.name).map((o) => o.namespace)
    return namespaces.length > 0 ? [environment(file, found, { name, team, declared }, e, namespaces, findings)] : []
  })
  if (declared?.deploy === 'flux') {
    const all = owned.map((o) => o.namespace)
    findings.push(
      ...fluxFindings(
        name,
        all,
        environments.flatMap((e) => e.fenced ?? []),
      ),
    )
  }
  findings.push(...unusedHttpRoutes(name, declared, environments))
  const workloads = owned.flatMap((o) => o.namespace.workloads)
  for (const wanted of Object.keys(declared?.workloads ?? {})) {
    if (!workloads.some((w) => namesWorkload(wanted, w.ref))) {
      findings.push(
        blocker(
          'workload-missing',
          `${name} ${wanted}`,
          'the platform file declares it, and blue has none',
          'mend its name or take it out of the file',
        ),
      )
    }
  }
  for (const { name: record, target } of declared?.records ?? [])
    if (!owned.some((o) => o.namespace.name === target.namespace))
      findings.push(
        blocker(
          'record-target',
          record,
          `namespace ${target.namespace} is not one of ${name}'s`,
          'mend the target in the platform file, or list the record under its app',
        ),
      )
  const { deploy = 'copy', dependsOn = [], movesWith = [] } = declared ?? {}
  const { quiet, reachedBy } = declared ?? {}
  return {
    name,
    team,
    deploy,
    dependsOn,
    movesWith,
    environments,
    ...(reachedBy && { reachedBy }),
    ...(quiet && { quiet }),
  }
}

interface Whose {
  readonly name: string
  readonly team: string
  readonly declared: AppFile | undefined
}

function environment(
  file: PlatformFile,
  found: Discovered,
  whose: Whose,
  it: EnvironmentFile,
  namespaces: readonly NamespaceFacts[],
  findings: Finding[],
): Environment {
  const httpRoutes = httpRoutesOf(file, found, whose.declared, it.name)
  const names = namespaces.map((n) => n.name).toSorted()
  const routes = [
    ...namespaces.flatMap((n) =>
      n.routes.filter((r) => !isBackend(r.targetGroup, httpRoutes)).flatMap((r) => route(found, n, r, findings)),
    ),
    ...httpRoutes,
    ...recordRoutes(whose.declared, found, names, findings),
  ]
  const gate = gateRule(whose.team, it, it.fourEyes === false ? [] : ['requester'])
  const handovers = namespaces.flatMap((n) =>
    n.workloads.flatMap((w): [string, Handover][] => {
      const key = Object.keys(whose.declared?.workloads ?? {}).find((wanted) => namesWorkload(wanted, w.ref))
      const declared = key === undefined ? undefined : whose.declared?.workloads[key]
      return declared ? [[workloadName(w.ref), declared]] : []
    }),
  )
  const { jobs = {}, deploy = 'copy', maintenance: page } = whose.declared ?? {}
  findings.push(
    ...jobFindings(
      namespaces.flatMap((n) => n.jobs),
      jobs,
      deploy === 'copy',
    ),
  )
  const watched: Watched = {
    app: whose.name,
    environment: it.name,
    namespaces: names,
    routes,
    asked: it.approval === 'team',
    ...(whose.declared?.checks && { own: whose.declared.checks }),
  }
  findings.push(...unseen(file.health, watched))
  const resolved: Environment = {
    name: it.name,
    namespaces: names,
    routes: routes.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    weights: it.weights,
    observe: it.observe,
    checks: checksFor(file.health, found, watched),
    handovers: Object.fromEntries(handovers),
    externals: whose.declared?.externals ?? [],
    ...(Object.keys(jobs).length > 0 && { jobs }),
    ...(page && { page }),
    ...pagesLeft(routes, namespaces),
    ...(it.approval === 'team' && { gate }),
  }
  if (!deployedByOthers(deploy))
    return { ...resolved, ...changed(file, found, { app: whose.name, environment: it.name }) }
  const { workloads } = movable(
    namespaces.flatMap((n) => n.workloads),
    resolved,
    { clocks: file.calendar !== undefined },
  )
  return {
    ...resolved,
    fenced: workloads.filter(startsAsleep).map((w) => w.ref),
    ...(deploy === 'argocd' && byArgo(file, whose.name, it.name)),
  }
}

/** By route, of the rules that lead into these namespaces. */
function pagesLeft(routes: readonly Route[], namespaces: readonly NamespaceFacts[]): Pick<Environment, 'pagesLeft'> {
  const rules = namespaces.flatMap((n) => n.routes.flatMap((r) => r.rules))
  const left = routes.flatMap((r) => {
    const pages = r.kind === 'alb' ? rules.find(({ arn }) => arn === r.ruleArn)?.pages : undefined
    return pages ? [[r.name, pages] as const] : []
  })
  return left.length === 0 ? {} : { pagesLeft: Object.fromEntries(left) }
}

/** What is to be other on green, of what Norikae copies. */
function changed(
  { transforms }: PlatformFile,
  { blue, green }: Discovered,
  place: { readonly app: string; readonly environment?: string },
): { readonly transforms?: readonly Transform[] } {
  const its = transformsFor(transforms, { ...place, blue, green })
  return its.length === 0 ? {} : { transforms: its }
}

function byArgo({ argocd }: PlatformFile, app: string, environment: string): { readonly argocd?: ByArgo } {
  if (!argocd) return {}
  const { label, ...hub } = argocd
  return { argocd: { hub, label: labelFor(label, app, environment) } }
}

/** Of the records of the app those that lead into these namespaces. */
function recordRoutes(
  declared: AppFile | undefined,
  { records = [] }: Discovered,
  namespaces: readonly string[],
  findings: Finding[],
): Route[] {
  const own = (declared?.records ?? []).filter((r) => namespaces.includes(r.target.namespace))
  return own.flatMap(({ name, zone }) => {
    const facts = records.find((r) => r.name === name && r.zone === zone)
    if (!facts) return []
    const { route, findings: noticed } = recordRoute(facts)
    findings.push(...noticed)
    return route ? [route] : []
  })
}

/** Weights need a rule of its own, on a load balancer that no cluster owns. */
function route(
  { blue, green, fingerprint }: Discovered,
  { name: namespace }: NamespaceFacts,
  facts: RouteFacts,
  findings: Finding[],
): Route[] {
  const about = `${namespace}/${facts.binding}`
  const [rule, ...others] = facts.rules
  if (rule?.ownedByCluster === blue && facts.ingress)
    return ingressRoute({ blue, green, fingerprint }, namespace, { ...facts, ingress: facts.ingress, rule }, findings)
  if (rule?.ownedByCluster === blue && facts.gateway)
    return gatewayRoute({ blue, green, fingerprint }, namespace, { ...facts, gateway: facts.gateway, rule }, findings)
  const refuse = (code: string, message: string, remedy: string) => {
    findings.push(blocker(code, about, message, remedy))
    return []
  }
  if (!rule)
    return refuse(
      'route-unused',
      `no listener rule forwards to ${facts.targetGroup}`,
      'put it in a rule, or remove the binding',
    )
  if (others.length > 0)
    return refuse(
      'route-shared',
      `${facts.rules.length} rules forward to ${facts.targetGroup} (Unsupported): ${facts.rules.map(({ arn }) => arn).join(', ')}`,
      'have one rule for all of them, which takes five hosts and paths, or give each a target group and a TargetGroupBinding of its own',
    )
  if (rule.isDefault)
    return refuse(
      'route-default',
      `only the default action of its listener forwards to ${facts.targetGroup} (Unsupported)`,
      `give it a rule, behind all others, that gets the same requests: ${ruleInsteadOf(rule.arn, facts.targetGroup)}`,
    )
  if (rule.ownedByCluster !== undefined) {
    return refuse(
      'route-owned',
      `its load balancer belongs to the controller of ${rule.ownedByCluster} (Unsupported)`,
      'use a load balancer that no cluster owns',
    )
  }
  if (rule.stickySeconds !== undefined) findings.push(sticky(about, rule.stickySeconds))
  const name = facts.binding === namespace ? namespace : `${namespace}.${facts.binding}`
  return [
    {
      kind: 'alb',
      name,
      ruleArn: rule.arn,
      namespace,
      binding: facts.binding,
      blueTargetGroup: facts.targetGroup,
      greenTargetGroup: greenTargetGroupName(namespace, fingerprint(`${green}/${namespace}/${facts.binding}`)),
    },
  ]
}

/** The last number that there is: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html */
const ruleInsteadOf = (defaultRule: string, targetGroup: string): string =>
  `aws elbv2 create-rule --listener-arn ${listenerOf(defaultRule)} --priority 50000 --conditions 'Field=path-pattern,Values=/*' --actions Type=forward,TargetGroupArn=${targetGroup}`

/** Rules that blue's own controller makes are written through the Ingress that it makes them of. */
function ingressRoute(
  { blue, green, fingerprint }: Pick<Discovered, 'blue' | 'green' | 'fingerprint'>,
  namespace: string,
  { binding, targetGroup, rule, ingress }: RouteFacts & { ingress: IngressFacts; rule: RouteFacts['rules'][number] },
  findings: Finding[],
): Route[] {
  if ('fault' in ingress) {
    findings.push(ownedFor(`${namespace}/${binding}`, blue, ingress))
    return []
  }
  const { name, action, service, written } = ingress
  const route: IngressRoute = {
    kind: 'ingress',
    // Of a TargetGroupBinding it is `<namespace>.<binding>`, or a namespace alone.
    name: `ingress.${namespace}.${name}.${action}`,
    namespace,
    ingress: name,
    action,
    service,
    binding,
    blueTargetGroup: targetGroup,
    greenTargetGroup: greenTargetGroupName(namespace, fingerprint(`${green}/${namespace}/${name}/${action}`)),
    loadBalancer: loadBalancerOf(rule.arn),
  }
  if (rule.stickySeconds !== undefined) findings.push(sticky(`${namespace}/${name}`, rule.stickySeconds))
  findings.push(...written, diesWithBlue(route, blue))
  return [route]
}

/** And those of a Gateway through its HTTPRoute. */
function gatewayRoute(
  { blue, green, fingerprint }: Pick<Discovered, 'blue' | 'green' | 'fingerprint'>,
  namespace: string,
  { binding, targetGroup, rule, gateway }: RouteFacts & { gateway: GatewayFacts; rule: RouteFacts['rules'][number] },
  findings: Finding[],
): Route[] {
  if ('fault' in gateway) {
    findings.push(ownedFor(`${namespace}/${binding}`, blue, gateway))
    return []
  }
  const { httpRoute, service, found } = gateway
  const route: GatewayRoute = {
    kind: 'gateway',
    // Of the platform file's HTTPRoutes it is `httproute.<namespace>.<name>`.
    name: `gateway.${namespace}.${httpRoute}.${service}`,
    namespace,
    httpRoute,
    service,
    binding,
    blueTargetGroup: targetGroup,
    greenTargetGroup: greenTargetGroupName(namespace, fingerprint(`${green}/${namespace}/${httpRoute}/${service}`)),
    loadBalancer: loadBalancerOf(rule.arn),
  }
  if (rule.stickySeconds !== undefined) findings.push(sticky(`${namespace}/${httpRoute}`, rule.stickySeconds))
  findings.push(...found, diesWithBlue(route, blue))
  return [route]
}

const ownedFor = (
  about: string,
  blue: string,
  { fault, remedy }: { readonly fault: string; readonly remedy: string },
): Finding =>
  blocker('route-owned', about, `its load balancer belongs to the controller of ${blue}, and ${fault}`, remedy)

/** Blue is asked to be quiet for no longer than this. */
const STICKY_AT_MOST = 1800

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#sticky-sessions */
const sticky = (about: string, seconds: number): Finding =>
  (seconds > STICKY_AT_MOST ? blocker : warning)(
    'route-sticky',
    about,
    `its rule keeps a client on the cluster that answered it first for ${seconds} s, whatever the weights say`,
    seconds > STICKY_AT_MOST
      ? `switch stickiness off for the upgrade, or lower it to ${STICKY_AT_MOST} s: blue would not fall quiet`
      : 'expect shares that differ from the weights, and blue to be busy for as long',
  )

const namesWorkload = (wanted: string, { kind, name }: { kind: string; name: string }): boolean =>
  wanted === name || wanted === `${kind}/${name}`

const symmetric = (apps: readonly App[]): App[] =>
  apps.map((app) => ({
    ...app,
    movesWith: [
      ...new Set([...app.movesWith, ...apps.filter((other) => other.movesWith.includes(app.name)).map((o) => o.name)]),
    ].toSorted(),
  }))
