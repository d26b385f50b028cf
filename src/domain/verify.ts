import type { Tried } from './actions.ts'
import { byOthers, copiedAs } from './arrival.ts'
import { inOrder, just, pair, sideBySide, stay, type Move } from './moves.ts'
import { canonicalJson, type Phase } from './plan.ts'
import { deployedByOthers } from './platform-file.ts'
import { namespacesOf, type App } from './platform.ts'
import { act, leaves } from './steps.ts'

/**
 * So many apps are tried by one step. A step is six events of a history that ends at 51,200, so what nobody answers for
 * alone is not a step of its own (docs/adr/0055).
 */
const TOGETHER = 10
const AT_ONCE = 8

/**
 * Every object of every app is tried on green before any of them moves; namespaces come first, since a dry run in one that
 * is not there says nothing.
 *
 * In two groups, each lane a step: what a replan changes in one of them is then no reason to do another one again. That
 * matters where an app is fenced: by then it may run there. `before`: of the plan that this one replaces; what is as it was
 * stays in its round, and the rest gets rounds of its own.
 */
export function verify(apps: readonly App[], before: readonly Phase[] = []): Move {
  const some = roundsOf(apps, before)
  const opened = [
    ...some.flatMap((round) => opening(round)),
    ...apps.filter((app) => deployedByOthers(app.deploy)).map(fencing),
  ]
  const tried = some.map(({ id, apps: its }) =>
    just(act(`${TRIED}${id}`, 'dryRunApps', { places: its.flatMap(placesOf), on: 'green' })),
  )
  return inOrder(
    sideBySide('verify/namespaces', 'namespaces of every app on green', AT_ONCE, opened, {
      back: 'remove the namespaces of every app from green',
    }),
    sideBySide('verify/objects', 'dry-run every app on green', AT_ONCE, tried),
    knownToArgo(apps),
  )
}

interface Round {
  /** Team and number: an app that joins changes those of its own team alone. */
  readonly id: string
  readonly apps: readonly App[]
}

/** By teams: what stops one of them is for its people, and for nobody else's. */
function roundsOf(apps: readonly App[], before: readonly Phase[]): Round[] {
  const earlier = roundsIn(before)
  const teams = [...new Set(apps.map((app) => app.team))].toSorted()
  return teams.flatMap((team) => {
    const its = apps.filter((app) => app.team === team)
    const stay = earlier.flatMap(({ id, places }) => {
      const same = its.filter((app) => id.startsWith(`${team}/`) && isIn(places, app))
      return same.length === 0 ? [] : [{ id, apps: same }]
    })
    const rest = its.filter((app) => !stay.some((round) => round.apps.includes(app)))
    const last = Math.max(0, ...stay.map(({ id }) => Number(id.slice(team.length + 1))))
    const more = Array.from({ length: Math.ceil(rest.length / TOGETHER) }, (_, n) => ({
      id: `${team}/${last + n + 1}`,
      apps: rest.slice(n * TOGETHER, (n + 1) * TOGETHER),
    }))
    return [...stay, ...more]
  })
}

const TRIED = 'verify/objects/'

const roundsIn = (phases: readonly Phase[]) =>
  leaves(phases.flatMap((p) => p.forward)).flatMap((s) =>
    s.kind === 'action' && s.action === 'dryRunApps' ? [{ id: s.id.slice(TRIED.length), places: s.input.places }] : [],
  )

const isIn = (places: readonly Tried[], app: App): boolean =>
  app.environments.length > 0 &&
  canonicalJson(places.filter((p) => p.app === app.name)) === canonicalJson(placesOf(app))

const placesOf = (app: App): Tried[] =>
  app.environments.map((it) => ({
    app: app.name,
    environment: it.name,
    namespaces: it.namespaces.toSorted(),
    ...byOthers(app),
    ...copiedAs(it),
  }))

function opening({ id, apps }: Round): Move[] {
  const its = apps.filter((app) => !deployedByOthers(app.deploy))
  const place = { namespaces: namespacesOf({ apps: its }), on: 'green' as const }
  return its.length === 0
    ? []
    : [
        pair(
          act(`verify/namespaces/${id}`, 'openNamespaces', place),
          act(`verify/namespaces/${id}/close`, 'closeNamespaces', place),
        ),
      ]
}

/** Whoever deploys it may do so as soon as green is there: what may run once is fenced with its namespaces. */
function fencing(app: App): Move {
  const place = { namespaces: namespacesOf({ apps: [app] }), on: 'green' as const }
  return pair(
    act(`verify/fenced/${app.name}`, 'openNamespaces', {
      ...place,
      closed: app.environments.flatMap((e) => e.fenced ?? []),
    }),
    act(`verify/fenced/${app.name}/close`, 'closeNamespaces', { ...place, byOthers: true }),
  )
}

/** Argo CD deploys to clusters that it knows: somebody tells it of green, once, before the first app has its turn. */
function knownToArgo(apps: readonly App[]): Move {
  const argocd = apps.flatMap((a) => a.environments).find((e) => e.argocd)?.argocd
  return argocd ? just(act('argocd/registered', 'awaitRegistration', { hub: argocd.hub, on: 'green' })) : stay
}
