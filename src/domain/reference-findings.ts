import type { NamespaceFacts } from './facts.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { startsAsleep } from './handover.ts'
import { movable } from './movable.ts'
import type { App, Environment } from './platform.ts'
import { companions } from './turns.ts'

/**
 * Names in a cluster are answered by that cluster, and blue and green know nothing of one another: what calls another app
 * calls the copy on its own side. That is not there before the other app moves, and where only one side may run, it is
 * there on that side alone.
 */
export function referenceFindings(apps: readonly App[], namespaces: readonly NamespaceFacts[]): Finding[] {
  const byName = new Map(apps.map((a) => [a.name, a]))
  const owners = new Map(
    apps.flatMap((app) =>
      app.environments.flatMap((environment) => environment.namespaces.map((n) => [n, { app, environment }] as const)),
    ),
  )
  return namespaces.flatMap((caller) => {
    const mine = owners.get(caller.name)
    return caller.references.flatMap(({ from, namespace, service }) => {
      const theirs = owners.get(namespace)
      if (mine === undefined || theirs === undefined || mine.app.name === theirs.app.name) return []
      const [here, there] = [mine.app.name, theirs.app.name]
      if (companions(byName, here).includes(there)) return []
      const routed = theirs.app.reachedBy === 'route'
      if (routed && theirs.environment.routes.length > 0) return []
      const address = `${service}.${namespace}`
      if (!before(byName, here).has(there))
        return [
          // Where people approve, whoever calls is somebody's customer.
          (mine.environment.gate ? blocker : warning)(
            'calls-later-app',
            from,
            `it names ${address}, a Service of ${there}, which may move after ${here}: until then green does not know that name${routed ? `. ${there} says reachedBy: route, and has no route in ${theirs.environment.name}` : ''}`,
            `say apps.${here}.dependsOn: [${there}], or movesWith${routed ? '' : `; or apps.${there}.reachedBy: route, where it is called by that and this is no call`}`,
          ),
        ]
      return runsOnce(theirs.environment, namespaces, namespace)
        ? [
            warning(
              'calls-once-app',
              from,
              `it names ${address}, a Service of ${there}, which has workloads that run on one side only: those have left blue before ${here} does`,
              `say apps.${here}.movesWith: [${there}], or see that ${here} can wait for it`,
            ),
          ]
        : []
    })
  })
}

/** Those that have moved by the time that this one does. */
function before(apps: ReadonlyMap<string, App>, name: string): ReadonlySet<string> {
  const found = new Set(apps.get(name)?.dependsOn ?? [])
  // Sets that grow while they are read are read to their new end.
  for (const each of found) for (const next of apps.get(each)?.dependsOn ?? []) found.add(next)
  return found
}

function runsOnce(environment: Environment, namespaces: readonly NamespaceFacts[], namespace: string): boolean {
  const found = namespaces.find((n) => n.name === namespace)?.workloads ?? []
  return movable(found, environment, { clocks: true }).workloads.some(
    (w) => startsAsleep(w) && w.ref.kind !== 'CronJob',
  )
}
