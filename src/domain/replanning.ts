import type { Calendar } from './calendar.ts'
import { info, type Finding } from './findings.ts'
import { rejoined } from './groups.ts'
import { archived, type Journal } from './journal.ts'
import type { AppStanding, Order } from './messages.ts'
import { canonicalJson, type Plan } from './plan.ts'
import type { App, Platform } from './platform.ts'
import { leaves, type LeafStep, type StepId } from './steps.ts'

/** What becomes of an app that was looked for again. */
export type Became = 'joins' | 'changes' | 'leaves'

/** One `replan`, as the upgrade tells it. */
export interface Replan {
  readonly app: string
  readonly by: string
  readonly at: string
  readonly became: Became | 'looking' | 'unchanged' | 'refused'
  readonly note?: string
}

/** The app as blue has it now; undefined where blue has none of its name. `teams`: of the file as it is now. */
export interface Found {
  readonly app: App | undefined
  readonly teams: Platform['teams']
  readonly calendar?: Calendar | undefined
}

/**
 * The platform with this app as it was found, and everything else as it was planned. `unchanged`: it is planned so
 * already; `unknown`: it is neither planned nor there.
 */
export function withApp(
  platform: Platform,
  name: string,
  { app: found, teams, calendar }: Found,
): { readonly became: Became; readonly platform: Platform } | { readonly became: 'unchanged' | 'unknown' } {
  const known = platform.apps.find((a) => a.name === name)
  const app = found && rejoined(found, platform.apps)
  if (!app) return known ? { became: 'leaves', platform: without(platform, name) } : { became: 'unknown' }
  if (known && canonicalJson(known) === canonicalJson(app)) return { became: 'unchanged' }
  const others = without(platform, name).apps.map((other) => ({
    ...other,
    dependsOn: platform.apps.find((a) => a.name === other.name)?.dependsOn ?? [],
    movesWith: [...other.movesWith, ...(app.movesWith.includes(other.name) ? [name] : [])].toSorted(),
  }))
  const team = teams[app.team]
  // Its windows go by clocks, and nothing said whose. Hours and closed days are everybody's, and stay as they were.
  const clocks = platform.calendar ?? (calendar && { timeZone: calendar.timeZone, hours: [], closed: [] })
  return {
    became: known ? 'changes' : 'joins',
    platform: {
      ...platform,
      ...(clocks && { calendar: clocks }),
      // Of a team that is known already nothing changes while it decides.
      teams: { ...(team && { [app.team]: team }), ...platform.teams },
      apps: [...others, app].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    },
  }
}

/** Nobody waits for it any more. */
const without = (platform: Platform, name: string): Platform => ({
  ...platform,
  apps: platform.apps
    .filter((a) => a.name !== name)
    .map((a) => ({
      ...a,
      dependsOn: a.dependsOn.filter((other) => other !== name),
      movesWith: a.movesWith.filter((other) => other !== name),
    })),
})

/** Why an app that moves, or has, keeps the facts that it moves by, and what to do. Undefined: nothing of it is on green. */
export function whyNotReplanned({ app, environments }: AppStanding): string | undefined {
  const begun = environments.filter((e) => e.is !== 'pending' && e.is !== 'back' && e.onBlue !== true)
  const [first] = begun
  if (first === undefined) return undefined
  return begun.every((e) => e.is === 'committed')
    ? `${app} is committed: there is no way back`
    : `${begun.map((e) => `${e.name} is ${e.is}`).join(', ')}: what has begun keeps the facts that it began with. Take it back first (norikae rollback ${app} --reason "<why>"), then replan; or leave it to the next upgrade`
}

/** What is read of it in the status, at the gates and in the report. */
export const replanFinding = (became: Became, { by, reason = '' }: Order, app: string): Finding =>
  notes[became](app, `(replan by ${by}: ${reason})`)

/**
 * What the plan tells after a replan: what was found of the app now, in place of what was told of the same before; of one
 * that is gone nothing but that. `app`: as it was planned, undefined where it was not.
 */
export function toldAfter(before: readonly Finding[], found: readonly Finding[], app: App | undefined): Finding[] {
  const gone = app !== undefined && found.some((f) => f.code === 'app-left' && f.about === app.name)
  const again = new Set(found.map(subject))
  const kept = before.filter((f) => !again.has(subject(f)) && !(gone && isOf(app, f)) && !isNote(f, found))
  return [...kept, ...found]
}

const subject = ({ code, about, field = '' }: Finding): string => [code, about, field].join(' ')

/** What was noted of an earlier replan of it. */
const isNote = (f: Finding, found: readonly Finding[]): boolean =>
  noteCodes.has(f.code) && found.some((it) => noteCodes.has(it.code) && it.about === f.about)
const noteCodes: ReadonlySet<string> = new Set(['app-joined', 'app-changed', 'app-left'])

/** Of the app, its environments, or what is in its namespaces. */
const isOf = ({ name, environments }: App, { about }: Finding): boolean =>
  about === name ||
  about.startsWith(`${name} `) ||
  environments.some((e) => e.namespaces.some((n) => about === n || about.split('/').includes(n)))

const notes = {
  joins: (app: string, why: string) =>
    info(
      'app-joined',
      app,
      `it was not there when the upgrade was planned, and moves with the others ${why}`,
      'its team is asked as every other',
    ),
  changes: (app: string, why: string) =>
    info('app-changed', app, `it is planned as it is on blue now ${why}`, 'what was agreed to ahead is asked again'),
  leaves: (app: string, why: string) =>
    info(
      'app-left',
      app,
      `it is no longer on blue, and nothing waits for it ${why}`,
      'namespaces that were opened for it on green are left there, empty: delete them',
    ),
} as const satisfies Record<Became, unknown>

/**
 * What was done stays done, where the new plan asks for the same, or for a part of it. What it asks otherwise is done again,
 * and so is what comes after that in its phase, or in its lane: it rested on what was before.
 */
export function carried(journal: Journal, before: Plan, after: Plan): Journal {
  const old = new Map(stepsOf(before).map((s) => [s.id, s]))
  const isDone = (step: LeafStep) => {
    const was = old.get(step.id)
    return was !== undefined && (same(was) === same(step) || holds(was, step))
  }
  const again = new Set<StepId>()
  const look = (steps: readonly LeafStep[]) => {
    const from = steps.findIndex((s) => !isDone(s))
    if (from >= 0) for (const s of steps.slice(from)) again.add(s.id)
  }
  for (const { forward } of after.phases) {
    look(forward.flatMap((step) => (step.kind === 'group' ? [] : [step])))
    for (const step of forward) if (step.kind === 'group') step.lanes.forEach(look)
  }
  const kept = new Set(stepsOf(after).map((s) => s.id))
  const gone = stepsOf(before).filter((s) => !kept.has(s.id))
  return archived(journal, [...again, ...gone.map((s) => s.id)])
}

const stepsOf = ({ phases }: Plan): LeafStep[] => phases.flatMap((p) => leaves([...p.forward, ...p.back, ...p.commit]))

/** Of apps that are tried, or of namespaces that are made, together: those of this step were among those of that one. */
function holds(was: LeafStep, step: LeafStep): boolean {
  if (was.kind !== 'action' || step.kind !== 'action') return false
  if (was.action === 'dryRunApps' && step.action === 'dryRunApps')
    return was.input.on === step.input.on && areAmong(step.input.places, was.input.places)
  if (was.action === 'openNamespaces' && step.action === 'openNamespaces')
    return (
      same({ ...was, input: { ...was.input, namespaces: [] } }) ===
        same({ ...step, input: { ...step.input, namespaces: [] } }) &&
      areAmong(step.input.namespaces, was.input.namespaces)
    )
  return false
}

function areAmong(some: readonly unknown[], all: readonly unknown[]): boolean {
  const known = new Set(all.map((it) => canonicalJson(it)))
  return some.every((it) => known.has(canonicalJson(it)))
}

const same = (step: LeafStep): string => canonicalJson(step, new Set(['title']))
