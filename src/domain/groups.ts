import { APPROVED, READY } from './meetings.ts'
import type { App, Environment, Group, Weight } from './platform.ts'
import { inOrder, just, type Move } from './moves.ts'
import type { LeafStep, Step } from './steps.ts'
import { companions } from './turns.ts'

/** Apps that move with one another (`movesWith`): who they are in each environment, and what that adds to their plans. */

const environmentOf = (app: App | undefined, name: string): Environment | undefined =>
  app?.environments.find((e) => e.name === name)

/** The lowest weight that its routes are given; undefined: it has no routes. */
const lowest = ({ routes, weights }: Environment): Weight | undefined => (routes.length > 0 ? weights[0] : undefined)

/** `others`: all that move with it and have this environment. */
function groupOf(own: Environment, others: readonly App[]): Group {
  const all = others
    .flatMap((other) => {
      const theirs = environmentOf(other, own.name)
      return theirs ? [{ app: other.name, theirs }] : []
    })
    .toSorted((a, b) => (a.app < b.app ? -1 : 1))
  return {
    others: all.map(({ app, theirs }) => {
      const from = lowest(theirs)
      return { app, ...(from !== undefined && { from }) }
    }),
    ...([own, ...all.map((a) => a.theirs)].some((e) => e.gate) && { gated: true as const }),
  }
}

function withGroups(app: App, byName: ReadonlyMap<string, App>): App {
  const others = companions(byName, app.name).flatMap((name) => {
    const other = byName.get(name)
    return name !== app.name && other ? [other] : []
  })
  return {
    ...app,
    environments: app.environments.map(({ group: _group, ...own }): Environment => {
      const there = others.filter((other) => environmentOf(other, own.name))
      return there.length === 0 ? own : { ...own, group: groupOf(own, there) }
    }),
  }
}

/** Each environment with the group that it moves in. */
export function grouped(apps: readonly App[]): App[] {
  const byName = new Map(apps.map((a) => [a.name, a]))
  return apps.map((app) => withGroups(app, byName))
}

/**
 * An app that was looked for again, in a platform whose other apps go on with the plans that they began with. Two meet where
 * each knows of the other: those that it does not name any more wait for it no longer, and those that it names anew meet it
 * once they were looked for again too.
 */
export const rejoined = (app: App, apps: readonly App[]): App =>
  withGroups(app, new Map([...apps, app].map((a) => [a.name, a])))

// What it adds to a plan -------------------------------------------------------------------------

const meet = (app: string, environment: string, point: string, others: readonly string[], title: string): LeafStep => ({
  kind: 'wait',
  id: `${environment}/meet/${point}`,
  title: `wait until ${app} ${title}, together with ${others.join(', ')}`,
  until: { meets: others, at: point },
})

const weighed = ({ others }: Group): string[] => others.filter((o) => o.from !== undefined).map((o) => o.app)

/**
 * What was planned to come before anything moves, and what moves then, with the points at which this app waits for those
 * that it moves with: before people are asked, once all have said yes, and before each weight that is above the lowest of
 * the group. An app that begins with such a weight (behind a page it has none but 100) waits before any of it moves, once it
 * is in its hours.
 */
export function meeting(
  app: string,
  { name, group, routes, weights }: Environment,
  gates: Step[],
  traffic: Move,
): Move {
  if (!group) return inOrder(just(...gates), traffic)
  const all = group.others.map((o) => o.app)
  const others = weighed(group)
  const [route] = routes
  const above = (to: Weight) => group.others.some(({ from }) => from !== undefined && from < to)
  const at = (to: Weight) => meet(app, name, `${to}`, others, `may go to ${to} %`)
  const [first, ...higher] = route ? weights.filter((to, n) => others.length > 0 && (n > 0 || above(to))) : []
  const begins = first !== undefined && first === weights[0]
  const points = new Map<string, LeafStep>(
    (begins ? higher : [first, ...higher]).flatMap((to) =>
      to === undefined ? [] : [[`${name}/route/${route?.name ?? ''}/${to}`, at(to)] as const],
    ),
  )
  const open = traffic.forward.findIndex((step) => step.kind !== 'wait')
  const weighing = traffic.forward.flatMap((step): Step[] => [points.get(step.id) ?? [], step].flat())
  return {
    ...traffic,
    forward: [
      meet(app, name, READY, all, 'has green ready'),
      ...gates,
      ...(group.gated ? [meet(app, name, APPROVED, all, 'may move')] : []),
      ...(begins ? weighing.toSpliced(open, 0, at(first)) : weighing),
    ],
  }
}
