import type { NamespaceFacts } from './facts.ts'
import { few } from './few.ts'
import { blocker, info, warning, type Finding } from './findings.ts'
import { leadsTo } from './fronts.ts'
import { startsAsleep } from './handover.ts'
import { movable } from './movable.ts'
import { movedBefore, type Waiting } from './moved-before.ts'
import type { App, Environment } from './platform.ts'
import { orderings, sayOrder, type Call } from './reference-remedies.ts'
import type { Reference } from './references.ts'
import { companions, key } from './turns.ts'

/** One text of an environment names a Service of another one. */
interface Named extends Call {
  readonly mine: Environment
  readonly theirs: Environment
  readonly reference: Reference
  /** By a route of that environment. */
  readonly isServed: boolean
}

/**
 * Names in a cluster are answered by that cluster, and blue and green know nothing of one another: what calls another app
 * calls the copy on its own side. That is not there before the other app moves, and where only one side may run, it is
 * there on that side alone.
 */
export function referenceFindings(apps: readonly App[], namespaces: readonly NamespaceFacts[]): Finding[] {
  const byName = new Map(apps.map((a) => [a.name, a]))
  const calls = namesOf(apps, namespaces).filter(
    ({ here, there, in: own, to }) => own !== to || !companions(byName, here.name).includes(there.name),
  )
  const isFirst = firstBy(apps)
  const routed = new Set(calls.filter((call) => call.there.reachedBy === 'route' && call.isServed))
  const later = calls.filter((call) => !isFirst(call) && !routed.has(call))
  const once = calls.filter(
    (call) => isFirst(call) && !routed.has(call) && runsOnce(call.theirs, namespaces, call.reference.namespace),
  )
  // What nobody reads is no reason for others to move at the same time.
  const order = orderings(
    apps,
    later.filter(({ reference }) => !reference.unread),
  )
  return [
    ...passedOver([...routed].filter((call) => !isFirst(call))),
    ...later.map((call) => callsLater(call, order.later(call))),
    ...once.map((call) => callsOnce(call, order.once(call))),
  ]
}

const namesOf = (apps: readonly App[], namespaces: readonly NamespaceFacts[]): Named[] => {
  const owners = new Map(
    apps.flatMap((app) =>
      app.environments.flatMap((environment) => environment.namespaces.map((n) => [n, { app, environment }] as const)),
    ),
  )
  return namespaces.flatMap(({ name, references }) => {
    const mine = owners.get(name)
    return references.flatMap((reference) => {
      const theirs = owners.get(reference.namespace)
      return mine === undefined || theirs === undefined
        ? []
        : {
            here: mine.app,
            in: mine.environment.name,
            mine: mine.environment,
            there: theirs.app,
            to: theirs.environment.name,
            theirs: theirs.environment,
            reference,
            isServed: theirs.environment.routes.some((route) => leadsTo(route, reference, namespaces)),
          }
    })
  })
}

/** Is what it names on green whenever it moves itself? */
function firstBy(apps: readonly App[]): (call: Call) => boolean {
  const byName = new Map(
    apps.map((a): [string, Waiting] => [a.name, { ...a, environments: a.environments.map((e) => e.name) }]),
  )
  const known = new Map<string, ReadonlySet<string>>()
  return ({ here, in: own, there, to }) => {
    const at = key(here.name, own)
    const before = known.get(at) ?? movedBefore(byName, { app: here.name, environment: own })
    known.set(at, before)
    return before.has(key(there.name, to))
  }
}

/** Each name by itself: who answers for one of a text, by a waiver, does not for another, nor for one that comes later. */
const aboutOf = (reference: Reference): string => `${reference.from} → ${addressOf(reference)}`

const addressOf = ({ service, namespace }: Reference): string => `${service}.${namespace}`

function callsLater(call: Named, order: ReturnType<ReturnType<typeof orderings>['later']>): Finding {
  const { reference, mine, here, there, in: own, to, isServed } = call
  const routed = there.reachedBy === 'route'
  const whose = own === to ? there.name : `${there.name} in ${to}`
  // Where people approve, whoever calls is somebody's customer.
  const blocks = mine.gate !== undefined && !reference.unread
  const remedies = [
    ...(reference.unread ? ['remove it, where nobody reads it'] : []),
    order ? sayOrder(here.name, there.name, order) : notOrdered(call),
    ...(isServed && !routed
      ? [`apps.${there.name}.reachedBy: route, where it is called by that and this is no call`]
      : []),
    ...(blocks && (!order || order.is === 'many') ? ['waive it, where this is no call'] : []),
  ]
  return (blocks ? blocker : warning)(
    'calls-later-app',
    aboutOf(reference),
    `it names ${addressOf(reference)}, a Service of ${whose}, which may move after ${own === to ? here.name : `${here.name} in ${own}`}: until then green does not know that name${routed ? `. ${there.name} says reachedBy: route, and no route of it in ${to} leads to ${reference.service}` : ''}${reference.unread ? '. No pod there takes anything from that ConfigMap, so it may be of no use any more, or read over the API' : ''}`,
    remedies.join('; or '),
  )
}

/** Of each app that says how it is called, what is therefore told as nothing else. */
const passedOver = (calls: readonly Named[]): Finding[] =>
  [...Map.groupBy(calls, ({ there }) => there.name)].map(([name, its]) =>
    info(
      'calls-by-route',
      name,
      `it says reachedBy: route, so what names a Service behind its routes is taken for no call of it: ${few(its.map(({ reference }) => aboutOf(reference)))}`,
      `nothing to do, where that is so; else take reachedBy out of apps.${name}`,
    ),
  )

const notOrdered = ({ here, there, in: own, to }: Named): string =>
  here.name === there.name
    ? `have it name the Service of ${own}`
    : `dependsOn and movesWith do not order ${own} and ${to}, since an app waits in environments of the same name: have it name a Service of ${there.name} in ${own}, or label both environments alike`

function callsOnce(
  { reference, here, there }: Named,
  order: ReturnType<ReturnType<typeof orderings>['once']>,
): Finding {
  const wait = `see that ${here.name} can wait for it`
  return warning(
    'calls-once-app',
    aboutOf(reference),
    `it names ${addressOf(reference)}, a Service of ${there.name}, which has workloads that run on one side only: those have left blue before ${here.name} does`,
    order ? `${sayOrder(here.name, there.name, order)}, or ${wait}` : wait,
  )
}

function runsOnce(environment: Environment, namespaces: readonly NamespaceFacts[], namespace: string): boolean {
  const found = namespaces.find((n) => n.name === namespace)?.workloads ?? []
  return movable(found, environment, { clocks: true }).workloads.some(
    (w) => startsAsleep(w) && w.ref.kind !== 'CronJob',
  )
}
