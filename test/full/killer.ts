import { actions } from '../../src/domain/actions.ts'
import type { Asked, Rule } from '../../src/sandbox/disturbances.ts'
import type { Bed } from './bed.ts'
import { fromHeader, STEP_HEADER, type Asking, type Told } from './told.ts'
import type { WorkerProcess } from './workers.ts'

/**
 * Where in an activity its worker dies: before it has done anything; when the outside has done what its first write asks
 * for and has not answered yet (of what only reads: its first question); when it has done all and nobody knows; or right
 * after, while the workflow goes on with it.
 */
export type Place = 'before' | 'inside' | 'after' | 'in a task'

/** So long is waited for others that get there at the same time: one death for all of them. */
const TOGETHER_MS = 250
/** After an activity has ended: where in the workflow's task it is then is chance, so it is tried at several moments. */
const MOMENTS_MS = [0, 3, 6, 12, 25, 50]

export interface Killer {
  /** A line: how far it is. */
  readonly progress: () => string
  /** Kinds of activities, or with `every` each of them, that were begun; and those at which a worker died. */
  readonly seen: ReadonlySet<string>
  readonly killedAt: ReadonlySet<string>
  kills(): number
  /** No more deaths; what waits goes on. */
  stop(): Promise<void>
}

/**
 * A worker that dies once at each kind of activity of the upgrade and of its apps, and another one takes over, which has
 * loaded its code by then. `every`: at each step of each of them.
 */
export function killed(bed: Bed, place: Place, every: boolean): Killer {
  const seen = new Set<string>()
  const killedAt = new Set<string>()
  /** Reached and held, to die together. */
  let held: { readonly name: string; readonly goOn: () => void }[] = []
  let timer: NodeJS.Timeout | undefined
  let worker: WorkerProcess | undefined
  let standing: WorkerProcess | undefined
  let [kills, over] = [0, false]
  let next: Promise<unknown> = Promise.resolve()

  const nameOf = ({ workflow, type, id }: Omit<Asking, 'pid'>): string =>
    every ? `${workflow} ${type} ${id}` : kindOf(`${workflow} ${type}`)
  const isDue = (name: string) => !over && !killedAt.has(name)

  function hold(name: string, inMs = TOGETHER_MS): Promise<void> {
    timer ??= setTimeout(() => (next = next.then(die)), inMs)
    return new Promise((goOn) => held.push({ name, goOn }))
  }

  async function die(): Promise<void> {
    timer = undefined
    if (!over) {
      kills += 1
      await worker?.kill()
      // Whoever got there while it was ended has died there too.
      clearTimeout(timer)
      timer = undefined
      for (const { name } of held) killedAt.add(name)
      takeOver()
    }
    for (const { goOn } of held.splice(0)) goOn()
  }

  function takeOver(): void {
    worker = standing ?? bed.standBy(hear)
    worker.begin()
    standing = bed.standBy(hear)
  }

  const hear = (told: Told, from: WorkerProcess): Promise<unknown> | undefined => {
    // What one was at that is dead by now goes on with the next one, or with nobody where it is not wanted any more.
    if (from !== worker) return undefined
    const name = nameOf(told)
    seen.add(name)
    if (place === 'inside') return undefined
    if (told.at !== (place === 'before' ? 'before' : 'after') || !isDue(name)) return undefined
    if (place !== 'in a task') return hold(name)
    killedAt.add(name)
    void hold(name, MOMENTS_MS[killedAt.size % MOMENTS_MS.length])
    return undefined
  }

  const inside: Rule = (asked) => {
    const by = fromHeader(asked.headers[STEP_HEADER])
    // What one has sent that is dead by now is served, and holds nobody up.
    if (by === undefined || by.pid !== worker?.pid) return undefined
    const name = nameOf(by)
    if (!isDue(name) || !isFirst(by.type, asked)) return undefined
    return { late: () => hold(name) }
  }
  if (place === 'inside') bed.world.disturbances.add(inside)

  takeOver()
  return {
    progress: () => `${kills} deaths at ${killedAt.size} of ${seen.size} that were begun`,
    seen,
    killedAt,
    kills: () => kills,
    async stop() {
      over = true
      bed.world.disturbances.remove(inside)
      clearTimeout(timer)
      await standing?.kill()
      await (next = next.then(die))
    },
  }
}

/** `upgrade createCluster`, `app setWeight`: of a name by workflow, type and step, or of one that is this already. */
export function kindOf(name: string): string {
  const [workflow = '', type = ''] = name.split(' ')
  return `${/^app$|\/app\//.test(workflow) ? 'app' : 'upgrade'} ${type}`
}

const reads = /^(Describe|List|Get|StartInsightsRefresh|get|list)/

function isFirst(type: string, { operation }: Asked): boolean {
  const writes = Object.hasOwn(actions, type) && actions[type as keyof typeof actions].effect === 'write' // one of its keys
  return !writes || !reads.test(operation)
}
