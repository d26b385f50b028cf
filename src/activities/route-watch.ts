import { seenAfter, watchedShare, type Given, type Moved, type SeenShare } from '../domain/contests.ts'
import { milliseconds, type Duration } from '../domain/duration.ts'
import type { Scope } from '../domain/platform.ts'
import { isDue, type WatchedEnvironment } from '../domain/watching.ts'
import { followed } from './contests.ts'
import { failed, isDenied, isFailure, isNotFound } from './errors.ts'
import type { Proven } from './outside.ts'
import type { Reading, RouteDriver } from './routes/driver.ts'
import { routeDriver } from './routes/index.ts'
import { doneAt, noteAside, notedAside, noteDone } from './waiting.ts'

/** A thousand apps are watched for days, and AWS is asked five times for each look. */
export const LOOK_EVERY: Duration = '10m'
const LOOK_EVERY_MS = milliseconds(LOOK_EVERY)

interface Looking extends Pick<WatchedEnvironment, 'routes' | 'weights'> {
  /** What the plan had given of them before it was watched. */
  readonly given: Given
  /** As of `ActionCall`. */
  readonly run: string
  readonly scope: Scope
}

type Seen = Readonly<Record<string, SeenShare>>
const SEEN = 'routes'

/** Who changes rights, or makes a route anew, has done so by then: two looks more say the same. */
const UNREAD_FOR: Duration = '20m'
/** Since when which was not there, or might not be read. */
type Unread = Readonly<Record<string, number>>
const UNREAD = 'unread routes'

/**
 * Looks at routes that are watched beside health, now and then. True: one had less than before, and is to be looked at again
 * soon. Throws `movedBack` where somebody moved one towards blue, and `failed` where one may not be read, or is not there, for
 * twenty minutes. What does not answer says nothing.
 */
export async function lookAtRoutes(world: Proven, { routes, weights, given, run, scope }: Looking): Promise<boolean> {
  const looking = { ...world, records: { ...world.records, ...world.recordLooks } }
  for (const route of routes) {
    const before = notedAside(SEEN) as Seen | undefined // only this file notes under that name
    const seen = before?.[route.name]
    const look = `look at ${route.name}`
    // One that has less is looked at again at once.
    if (seen?.lower !== true && !isDue((doneAt(look) ?? 0) + LOOK_EVERY_MS, LOOK_EVERY_MS, Date.now())) continue
    noteDone(look)
    const driver = routeDriver(looking, route, { run, scope })
    const found = await readOr(driver, route.name)
    if (found === undefined) continue
    const had = seen ?? { most: given[route.name] ?? 0 }
    const next = seenAfter(found.share, weights, had)
    if (next === 'moved') {
      const moved: Moved = { route: route.name, share: watchedShare(found.share) ?? 0 }
      throw await followed({ route, driver, found }, [had.most], scope.blue, moved)
    }
    noteAside(SEEN, { ...before, [route.name]: next } satisfies Seen)
  }
  const now = (notedAside(SEEN) as Seen | undefined) ?? {} // as above
  return Object.values(now).some(({ lower }) => lower === true)
}

/** Undefined: it cannot be read just now. */
async function readOr(driver: RouteDriver, name: string): Promise<Reading | undefined> {
  try {
    const found = await driver.read()
    noteUnread(name, undefined)
    return found
  } catch (error) {
    if (!isFailure(error)) throw error
    if (!isDenied(error) && !isNotFound(error)) return undefined
    // Its owner has taken it off blue, so nobody can move it there.
    if (isNotFound(error) && (await isHandedOver(driver))) {
      noteUnread(name, undefined)
      return undefined
    }
    const sinceMs = unreadOf()[name] ?? Date.now()
    noteUnread(name, sinceMs)
    if (Date.now() - sinceMs < milliseconds(UNREAD_FOR)) return undefined
    throw failed(`for ${UNREAD_FOR} nobody could see whether route ${name} is moved: ${error.message}`)
  }
}

const isHandedOver = async (driver: RouteDriver): Promise<boolean> =>
  (await driver.handedOver?.().catch(() => undefined)) !== undefined

const unreadOf = (): Unread => (notedAside(UNREAD) as Unread | undefined) ?? {} // only this file notes under that name

function noteUnread(name: string, sinceMs: number | undefined): void {
  const { [name]: before, ...others } = unreadOf()
  if (before === sinceMs) return
  noteAside(UNREAD, sinceMs === undefined ? others : { ...others, [name]: sinceMs })
}
