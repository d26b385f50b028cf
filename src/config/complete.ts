import { spelled } from '../domain/people.ts'
import type { DeclaredRecord, EnvironmentFile, OwnersFile, PlatformFile, Said } from '../domain/platform-file.ts'
import { targetOf } from '../domain/record-routes.ts'
import type { Trust } from '../domain/trust.ts'
import { checkOf } from './checks.ts'
import { planned } from './handover.ts'
import { scheduleOf } from './schedule.ts'
import type { Path } from './problem.ts'
import { environment, type Written } from './schema.ts'

/** What was written, checked and filled in, in the words of the domain. `at`: where a path stands. */
export function complete(written: Written, at: (path: Path) => Said['place']): PlatformFile {
  const { health, platformApps, blue, green, argocd, timeZone, hours, closed } = written
  const { waves, ...settings } = platformApps
  return {
    platform: written.platform,
    account: written.account,
    region: written.region,
    ...(timeZone !== undefined && { calendar: { timeZone, hours: listed(hours), closed: listed(closed) } }),
    ...(blue !== undefined && { blue }),
    ...(green.adopt !== undefined && { adopts: green.adopt }),
    amis: green.amis,
    health: {
      prometheus: health.prometheus,
      datadog: health.datadog,
      requests: health.requests,
      checks: mapValues(health.checks, checkOf),
      every: health.every,
    },
    teams: written.teams,
    platformTeam: written.platformTeam,
    environments: Object.entries(written.environments).map(([name, env]): EnvironmentFile => ({
      name,
      ...(env ?? environment.parse({})),
    })),
    discover: written.discover,
    apps: mapValues(written.apps, ({ workloads, externals, checks, records, ...app }, name) => ({
      ...app,
      ...(checks && { checks: mapValues(checks, checkOf) }),
      workloads: mapValues(workloads, planned),
      ...(Object.keys(workloads).length > 0 && {
        writtenAt: mapValues(workloads, (_, workload) => inWords(at(['apps', name, 'workloads', workload]))),
      }),
      externals: Object.entries(externals).map(([name, external]) => ({ name, ...external })),
      ...(records && { records: Object.entries(records).flatMap(([name, record]) => recordOf(name, record) ?? []) }),
    })),
    ...(written.gates !== undefined && { gates: written.gates }),
    ...(argocd !== undefined && { argocd }),
    ...(written.gateway !== undefined && { gateway: written.gateway }),
    transforms: written.transforms,
    platformApps: { waves, handovers: mapValues(settings, planned) },
    soak: written.soak,
    rest: written.rest,
    quiet: written.quiet,
    idle: written.idle,
    order: written.order,
    maxParallel: written.maxParallel,
    maxFailed: written.maxFailed,
    autoRollback: written.autoRollback,
    owners: ownersOf(written.owners, at),
    decommission: written.decommission,
    ...(written.schedule !== undefined && { schedule: scheduleOf(written.schedule) }),
    ...(written.prices !== undefined && { prices: written.prices }),
    ...trustOf(written),
    waivers: written.waivers,
  }
}

/** For people: `platforms/chat.yaml:14:7`. */
const inWords = ({ file, line, column }: Said['place']): string => `${file}:${line}:${column}`

function ownersOf({ terraform }: Written['owners'], at: (path: Path) => Said['place']): OwnersFile {
  if (terraform === undefined) return {}
  const { states, ignore, ...said } = terraform
  const placed = (key: string, texts: readonly string[]): readonly Said[] =>
    texts.map((text, i) => ({ text, place: at(['owners', 'terraform', key, i]) }))
  return {
    terraform: {
      ...said,
      ...(states && { states: placed('states', states) }),
      ...(ignore && { ignore: placed('ignore', ignore) }),
    },
  }
}

const listed = (some: string | readonly string[] | undefined): readonly string[] =>
  some === undefined ? [] : typeof some === 'string' ? [some] : some

/** Keys by the address as teams write it, because that is how people are known. `rules/trust.ts` saw to the rest. */
function trustOf({ trust, people = {}, oidc, teams }: Written): { readonly trust?: Trust } {
  if (trust === 'oidc' && oidc !== undefined) return { trust: { kind: 'oidc', ...oidc } }
  if (trust !== 'signed') return {}
  const approvers = new Set(Object.values(teams).flatMap((team) => team.approvers))
  const keys = Object.fromEntries(
    [...approvers].map((who) => [who, people[spelled(Object.keys(people), who)]?.keys ?? []]),
  )
  return { trust: { kind: 'signed', keys } }
}

/** The shape of its target was checked. */
function recordOf(
  name: string,
  { target, ...more }: { readonly zone: string; readonly target: string; readonly capacity?: number },
): DeclaredRecord | undefined {
  const it = targetOf(target)
  return it && { name, ...more, target: it }
}

const mapValues = <T, R>(all: Readonly<Record<string, T>>, change: (value: T, key: string) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(all).map(([key, value]) => [key, change(value, key)]))
