import { apart } from './contradictions.ts'
import { declaredFor } from './declared.ts'
import type { NamespaceFacts } from './facts.ts'
import { few } from './few.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { MOST_TOGETHER } from './groups.ts'
import { movable } from './movable.ts'
import {
  isNameRoute,
  workloadName,
  type App,
  type Environment,
  type PlatformApp,
  type WorkloadRef,
} from './platform.ts'
import { deployedByOthers, type PlatformFile } from './platform-file.ts'
import { carriedBy } from './record-routes.ts'
import { referenceFindings } from './reference-findings.ts'
import { companions } from './turns.ts'
import { sharedFinding } from './volume-findings.ts'

/** Where the platform file, labels and what was found on blue contradict one another, or leave something behind. */
export const platformFindings = (
  file: PlatformFile,
  apps: readonly App[],
  tenants: readonly NamespaceFacts[],
): Finding[] => [
  ...unknownNames(
    file,
    apps.map((a) => a.name),
  ),
  ...contradictions(apps),
  ...tooManyTogether(apps),
  ...apart(apps),
  ...sharedTargetGroups(tenants),
  ...tenants.flatMap((n) => notCarried(n, apps)),
  ...tenants.flatMap((n) => claimsStay(n, apps)),
  ...referenceFindings(apps, tenants),
  ...apps.flatMap((a) => a.environments.flatMap((e) => moveFindings(file, a, e, tenants))),
]

function unknownNames(file: PlatformFile, names: readonly string[]): Finding[] {
  return Object.entries(file.apps).flatMap(([name, { dependsOn, movesWith }]) => [
    ...(names.includes(name)
      ? []
      : [
          blocker(
            'app-missing',
            name,
            'the platform file names it, and no namespace of blue is labelled so',
            'mend its name or take it out of the file',
          ),
        ]),
    ...[...dependsOn, ...movesWith]
      .filter((other) => !names.includes(other))
      .map((other) =>
        blocker(
          'app-missing',
          `${name} → ${other}`,
          `there is no app ${other}`,
          'mend its name or take it out of dependsOn and movesWith',
        ),
      ),
  ])
}

/** At the same time, and one after the other: neither would ever get its turn. */
function contradictions(apps: readonly App[]): Finding[] {
  const byName = new Map(apps.map((a) => [a.name, a]))
  return apps.flatMap(({ name, movesWith }) => {
    const together = companions(byName, name)
    const before = new Set(together.flatMap((n) => byName.get(n)?.dependsOn ?? []))
    // Sets that grow while they are read are read to their new end.
    for (const b of before)
      for (const n of companions(byName, b)) for (const d of [n, ...(byName.get(n)?.dependsOn ?? [])]) before.add(d)
    const both = together.filter((n) => before.has(n))
    return movesWith.length === 0 || both.length === 0
      ? []
      : [
          blocker(
            'moves-with-contradicted',
            name,
            `it moves with ${movesWith.join(', ')}, and by dependsOn one of ${both.join(', ')} must have moved before`,
            'take one of them out of movesWith or out of dependsOn',
          ),
        ]
  })
}

function tooManyTogether(apps: readonly App[]): Finding[] {
  const byName = new Map(apps.map((a) => [a.name, a]))
  const groups = new Map(apps.map(({ name }) => companions(byName, name).toSorted()).map((names) => [names[0], names]))
  return [...groups].flatMap(([first = '', names]) =>
    names.length <= MOST_TOGETHER
      ? []
      : [
          blocker(
            'moves-with-many',
            first,
            `${names.length} apps move together (${few(names)}), and ${MOST_TOGETHER} at most may: one that fails takes all of them back`,
            'take those out of movesWith that the others can do without for the time between two weights; dependsOn is enough for what has to be there first',
          ),
        ],
  )
}

/** Two controllers on one target group deregister one another's pods (aws-load-balancer-controller#2757). */
function sharedTargetGroups(namespaces: readonly NamespaceFacts[]): Finding[] {
  const bound = namespaces.flatMap((n) => n.routes.map((r) => ({ at: `${n.name}/${r.binding}`, arn: r.targetGroup })))
  return bound
    .filter(({ arn }, n) => bound.findIndex((b) => b.arn === arn) !== n)
    .map(({ at, arn }) => blocker('target-group-shared', at, `another binding uses ${arn} too`, 'give each its own'))
}

/** What each workload's own plan would say when its turn comes is said before anything is built. */
const moveFindings = (
  { calendar, apps }: PlatformFile,
  app: App,
  environment: Environment,
  namespaces: readonly NamespaceFacts[],
): readonly Finding[] => {
  const mine = namespaces.filter((n) => environment.namespaces.includes(n.name)).flatMap((n) => n.workloads)
  const { writtenAt = {} } = apps[app.name] ?? {}
  const place = ({ kind, name }: WorkloadRef) => writtenAt[`${kind}/${name}`] ?? writtenAt[name]
  return movable(mine, environment, { clocks: calendar !== undefined, place }).findings
}

/** By its own name in a wave, or by a label: one claim is another app's loss. */
export function claimedTwice(
  file: PlatformFile,
  namespaces: readonly NamespaceFacts[],
  platformApps: readonly PlatformApp[],
): Finding[] {
  return namespaces.flatMap(({ name, labels }) => {
    const claims = platformApps.filter((a) => a.namespaces.includes(name)).map((a) => `platformApps ${a.name}`)
    const label = labels[file.discover.app]
    const tenant = label !== undefined && !platformApps.some((a) => a.name === label) ? [`its label ${label}`] : []
    const all = claims.length === 0 ? [] : [...claims, ...tenant]
    if (all.length < 2) return []
    return blocker(
      'namespace-claimed-twice',
      name,
      `${all.join(' and ')} claim it`,
      `take one of them out of platformApps.waves, or mend the label ${file.discover.app}`,
    )
  })
}

/** Whoever mounts one has a class, or is a blocker: what is on it stays on blue, unless it is handed over. */
function claimsStay({ name, claims, shared = [], workloads }: NamespaceFacts, apps: readonly App[]): Finding[] {
  const declared = apps.flatMap((a) => a.environments.filter((e) => e.namespaces.includes(name)))
  const stateful = workloads.filter((w) =>
    declared.some((e) => declaredFor(w, e.handovers[workloadName(w.ref)])?.class === 'stateful'),
  )
  const moved = new Set(stateful.flatMap((w) => w.volumes?.claims ?? []))
  const reached = declared.flatMap((e) => e.externals.map((x) => x.endpoint))
  return claims
    .filter((claim) => !moved.has(claim))
    .map((claim) => {
      const one = shared.find((s) => s.claim === claim)
      if (one) return sharedFinding(name, one, reached)
      return warning(
        'volumes-stay',
        `${name} ${claim}`,
        'a volume claim is not carried over, and neither is what is on its volume',
        'see that green may start without it',
      )
    })
}

const notCarried = ({ name, notCarried: what }: NamespaceFacts, apps: readonly App[]): Finding[] => {
  const moved = new Set(apps.flatMap((app) => carriedWithRoutes(app, name)))
  return what
    .filter((it) => !moved.has(it))
    .map((it) =>
      blocker(
        'not-carried',
        name,
        `${it} is not carried over to green yet (Unsupported)`,
        it.startsWith('Service ')
          ? 'list the DNS name that leads to it under records of its app, or remove it'
          : 'remove it, or move it by hand and leave this namespace out',
      ),
    )
}

/**
 * What has a load balancer of its own on green too, by a record that moves: a Service, or what others deploy; and what moves
 * by its own weights, and stays on blue.
 */
const carriedWithRoutes = ({ deploy, environments }: App, namespace: string): string[] =>
  environments
    .flatMap((e) => e.routes)
    .flatMap((r) => {
      if (r.namespace !== namespace) return []
      if (r.kind === 'ingress') return [`Ingress ${r.ingress}`]
      return isNameRoute(r) && (r.target.startsWith('Service/') || deployedByOthers(deploy)) ? [carriedBy(r)] : []
    })
