import { canonicalJson } from './plan.ts'
import type { App, Environment, Group } from './platform.ts'
import { inOrder, just, type Move } from './moves.ts'
import type { LeafStep, Step } from './steps.ts'
import { companions } from './turns.ts'

/** Apps that move with one another (`movesWith`): who they are in each environment, and what that adds to their plans. */

const environmentOf = (app: App | undefined, name: string): Environment | undefined =>
  app?.environments.find((e) => e.name === name)

const asksBy = ({ gate }: Environment): string => canonicalJson(gate ?? null)

/** `others`: all that move with it and have this environment. People say yes once for those with equal gates: at the first by name. */
function groupOf(app: App, own: Environment, others: readonly App[]): Group {
  const all = [app, ...others]
    .flatMap((a) => ({ app: a.name, environment: environmentOf(a, own.name) }))
    .toSorted((a, b) => (a.app < b.app ? -1 : 1))
  const alike = all.flatMap((a) => (a.environment?.gate && asksBy(a.environment) === asksBy(own) ? [a.app] : []))
  const [by] = alike
  return {
    others: all.flatMap((a) =>
      a.app === app.name
        ? []
        : [{ app: a.app, ...((a.environment?.routes.length ?? 0) > 0 && { weighed: true as const }) }],
    ),
    ...(all.some((a) => a.environment?.gate) && { gated: true as const }),
    ...(by !== undefined && { asks: { by, for: alike } }),
  }
}

/** Each environment with the group that it moves in. */
export function grouped(apps: readonly App[]): App[] {
  const byName = new Map(apps.map((a) => [a.name, a]))
  return apps.map((app) => ({
    ...app,
    environments: app.environments.map(({ group: _group, ...own }): Environment => {
      const others = companions(byName, app.name).flatMap((name) => {
        const other = byName.get(name)
        return name !== app.name && other && environmentOf(other, own.name) ? [other] : []
      })
      return others.length === 0 ? own : { ...own, group: groupOf(app, own, others) }
    }),
  }))
}

/**
 * An app that was looked for again, in a platform whose other apps go on with the plans that they began with: it meets those
 * that know of it, and nobody else. Where nobody who knows of it asks for it, it asks itself.
 */
export function rejoined(app: App, apps: readonly App[]): App {
  return {
    ...app,
    environments: app.environments.map(({ group: _group, ...own }): Environment => {
      const others = apps.filter((a) =>
        environmentOf(a, own.name)?.group?.others.some(({ app: name }) => name === app.name),
      )
      if (others.length === 0) return own
      const before = environmentOf(
        apps.find((a) => a.name === app.name),
        own.name,
      )?.group?.asks
      const asker = others.find((a) => {
        const asks = environmentOf(a, own.name)?.group?.asks
        return asks?.by === a.name && asks.for.includes(app.name)
      })
      const still = before?.by === app.name ? before.for : [app.name]
      const { asks: _asks, ...group } = groupOf(app, own, others)
      return {
        ...own,
        group: {
          ...group,
          ...(own.gate && { asks: { by: asker?.name ?? app.name, for: asker ? [app.name, asker.name] : still } }),
        },
      }
    }),
  }
}

// What it adds to a plan -------------------------------------------------------------------------

const meet = (app: string, environment: string, point: string, others: readonly string[], title: string): LeafStep => ({
  kind: 'wait',
  id: `${environment}/meet/${point}`,
  title: `${app} ${title}, together with ${others.join(', ')}`,
  until: { meets: others, at: point },
})

const names = (group: Group, which: (other: Group['others'][number]) => boolean = () => true): string[] =>
  group.others.filter(which).map((o) => o.app)

/** Whether people are asked in this app's own plan, and for whom: a group of one team says yes once. */
export const asksFor = (app: string, { group }: Pick<Environment, 'group'>): readonly string[] =>
  group?.asks === undefined ? [app] : group.asks.by === app ? group.asks.for : []

/**
 * What was planned to come before anything moves, and what moves then, with the points at which this app waits for those
 * that it moves with: before people are asked, once they have said yes, and before each weight above the lowest.
 */
export function meeting(
  app: string,
  { name, group, routes, weights }: Environment,
  gates: Step[],
  traffic: Move,
): Move {
  if (!group) return inOrder(just(...gates), traffic)
  const all = names(group)
  const before = [
    meet(app, name, 'ready', all, 'has green ready'),
    ...gates,
    ...(group.gated ? [meet(app, name, 'approved', all, 'may move')] : []),
  ]
  const weighed = names(group, (o) => o.weighed === true)
  const first = new Map(weights.slice(1).map((to) => [`${name}/route/${routes[0]?.name ?? ''}/${to}`, to]))
  const forward = traffic.forward.flatMap((step): Step[] => {
    const to = first.get(step.id)
    return to === undefined || weighed.length === 0
      ? [step]
      : [meet(app, name, `${to}`, weighed, `goes to ${to} %`), step]
  })
  return { ...traffic, forward: [...before, ...forward] }
}
