import { begun, settled, type Journal } from './journal.ts'
import type { Shown } from './maintenance.ts'
import { undoing, type Move } from './moves.ts'
import type { AlbRoute } from './platform.ts'
import { act, leaves, type LeafStep, type Step, type WaitStep } from './steps.ts'

/** A move with what of it gives green its weights, and the step from which green is watched. */
export interface Moved extends Move {
  readonly weights: readonly Step[]
  readonly begins: LeafStep | undefined
}

/** What a page is put around, of one environment. */
export interface Around {
  readonly environment: string
  readonly shown: Shown
  /** What opens its routes. A cutover that was terminated may have left a page in front of them. */
  readonly opened: readonly Step[]
  /** Waits for the windows of what stops. */
  readonly windows: readonly WaitStep[]
  /** All weights at once, and what observes them in the open. */
  readonly traffic: Move
  /** What stops before it starts on the other side. */
  readonly stopping: Move
  /** What keeps nobody waiting. */
  readonly others: Move
  /** Observes green while the others are on blue still. */
  readonly served: LeafStep
  /** Observes it once all is there. */
  readonly handedOver: LeafStep
  /** Lifts blue's fence after these were handed back. */
  readonly unfenced: (handedOver: readonly Step[]) => readonly LeafStep[]
}

/** Of all routes before the first page is up: whoever is asked then has nobody behind one. */
export const findRoom = (environment: string, { routes }: Shown): LeafStep =>
  act(`${environment}/page-room`, 'findPageRoom', { routes })

/**
 * What stops first, while visitors get a page: green is served from once it runs there, and watched from then on. Everything
 * else keeps nobody waiting behind a page, and is handed over after it. The way back has the same time with nothing on either
 * side, so it has the page too, whether the first one is up still or not: once people have said what they have to say to it,
 * since until then green serves as it is.
 */
export function behindPage(around: Around): Moved {
  const { shown, opened, windows, traffic, stopping, others, served, handedOver, unfenced } = around
  const { page, routes } = shown
  const id = (route: AlbRoute, name: string) => `${around.environment}/route/${route.name}/${name}`
  const weights = traffic.forward.filter((step) => step.kind !== 'observe')
  const put = routes.map((route) => act(id(route, 'page'), 'showPage', { route, page }))
  const away = routes.map((route) => act(id(route, 'served'), 'removePage', { route, on: 'green' }))
  const stopped = [...stopping.forward, ...weights, ...away]
  const watched = others.forward.length === 0 ? [handedOver] : [served, ...others.forward, handedOver]
  return {
    // A window may be days away: nobody gets a page for that long.
    forward: [...once(windows), ...put, ...stopped, ...watched],
    back: [
      ...leaves(stopping.back).filter(isAsked),
      ...routes.map((route) =>
        undoing(stopped, act(id(route, 'page-again'), 'showPage', { route, page, ifPossible: true })),
      ),
      ...traffic.back,
      ...withoutAsking(stopping.back),
      ...routes.map((route) =>
        undoing([...opened, ...put, ...stopped], act(id(route, 'served-again'), 'removePage', { route, on: 'blue' })),
      ),
      ...others.back,
      ...unfenced([...stopping.forward, ...others.forward]),
    ],
    commit: [...traffic.commit, ...stopping.commit, ...others.commit],
    weights,
    begins: leaves(watched)[0],
  }
}

/** Do visitors get one now, as far as the way there has put it up? */
export function isPageUp(forward: readonly Step[], journal: Journal): boolean {
  const actions = leaves(forward).flatMap((step) => (step.kind === 'action' ? [step] : []))
  return (
    actions.some((step) => step.action === 'showPage' && begun(journal, step.id)) &&
    actions.some((step) => step.action === 'removePage' && !settled(journal, step.id))
  )
}

const isAsked = ({ kind }: LeafStep): boolean => kind === 'gate'

const withoutAsking = (steps: readonly Step[]): Step[] =>
  steps.flatMap((step): Step[] => {
    if (step.kind !== 'group') return isAsked(step) ? [] : [step]
    const lanes = step.lanes.map((lane) => lane.filter((it) => !isAsked(it))).filter((lane) => lane.length > 0)
    return lanes.length === 0 ? [] : [{ ...step, lanes }]
  })

/** One page is up for all of them, so they have one window. */
const once = (windows: readonly WaitStep[]): WaitStep[] => [
  ...new Map(windows.map((step) => [JSON.stringify(step.until), step])).values(),
]
