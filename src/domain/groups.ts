import { few } from './few.ts'
import type { Journal } from './journal.ts'
import { APPROVED, READY } from './meetings.ts'
import type { App, Environment, Group, Weight } from './platform.ts'
import { inOrder, just, type Move } from './moves.ts'
import { leaves, type LeafStep, type Step } from './steps.ts'
import { companions } from './turns.ts'

/** Apps that move with one another (`movesWith`): who they are in each environment, and what that adds to their plans. */

/** Each of them is told of each other at every weight, and one that fails takes all of them back. */
export const MOST_TOGETHER = 30

/** `others`: all that move with it and have this environment. */
const groupOf = (own: string, others: readonly App[]): Group => ({
  others: others
    .flatMap(({ name, environments }) =>
      environments.filter((e) => e.name === own).map(({ routes, weights }) => ({ app: name, routes, weights })),
    )
    .toSorted((a, b) => (a.app < b.app ? -1 : 1))
    .map(({ app, routes, weights }) => ({ app, ...(routes.length > 0 && { weights }) })),
})

function withGroups(app: App, byName: ReadonlyMap<string, App>): App {
  const others = companions(byName, app.name).flatMap((name) => {
    const other = byName.get(name)
    return name !== app.name && other ? [other] : []
  })
  return {
    ...app,
    environments: app.environments.map(({ group: _group, ...own }): Environment => {
      const group = groupOf(own.name, others)
      return group.others.length === 0 ? own : { ...own, group }
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
  title: `wait until ${app} ${title}, together with ${few(others)}`,
  until: { meets: others, at: point },
})

/** People have said that it goes on without those that it moves with, at one of its points: so it does at the others. */
export const isAlone = (forward: readonly Step[], journal: Journal): boolean =>
  leaves(forward).some(
    (step) => step.kind === 'wait' && 'meets' in step.until && journal.steps[step.id]?.state === 'skipped',
  )

/**
 * What was planned to come before anything moves, and what moves then, with the points at which this app waits for those
 * that it moves with: before people are asked, once all have said yes, and before each weight. One that waits for its hours
 * before its first weight, as behind a page, keeps the others from nothing below that meanwhile; and looks at its hours once
 * more where it has waited for the others since.
 */
export function meeting(
  app: string,
  { name, group, routes, weights }: Environment,
  gates: Step[],
  traffic: Move,
): Move {
  if (!group) return inOrder(just(...gates), traffic)
  const all = group.others.map((o) => o.app)
  const others = group.others.flatMap((o) => (o.weights ? [o.app] : []))
  const [route] = routes
  const [first, ...higher] = route && others.length > 0 ? weights : []
  const at = (to: Weight) => meet(app, name, `${to}`, others, `may go to ${to} %`)
  const points = new Map<string, LeafStep>(higher.map((to) => [`${name}/route/${route?.name ?? ''}/${to}`, at(to)]))
  const begins = traffic.forward.findIndex((step) => step.kind !== 'wait')
  const hours = traffic.forward.slice(0, begins)
  const moves = traffic.forward.slice(begins).flatMap((step): Step[] => [points.get(step.id) ?? [], step].flat())
  const below = group.others.flatMap((o) => o.weights ?? []).filter((weight) => first !== undefined && weight < first)
  return {
    ...traffic,
    forward: [
      meet(app, name, READY, all, 'has green ready'),
      ...gates,
      meet(app, name, APPROVED, all, 'may move'),
      ...(hours.length > 0 && below.length > 0 ? [at(Math.max(...below))] : []),
      ...hours,
      ...(first === undefined ? [] : [at(first), ...hours.map((step) => ({ ...step, id: `${step.id}/again` }))]),
      ...moves,
    ],
  }
}
