import { seenAfter, watchedShare, type Moved, type SeenShare } from '../domain/contests.ts'
import { milliseconds, type Duration } from '../domain/duration.ts'
import type { Scope } from '../domain/platform.ts'
import type { WatchedRoutes } from '../workflows/activities.ts'
import { followed } from './contests.ts'
import { isFailure } from './errors.ts'
import type { Proven } from './outside.ts'
import type { Reading, RouteDriver } from './routes/driver.ts'
import { routeDriver } from './routes/index.ts'
import { doneWithin, noteAside, notedAside, noteDone } from './waiting.ts'

/** A thousand apps are watched for days, and AWS is asked five times for each look. */
const LOOK_EVERY: Duration = '10m'

type Seen = Readonly<Record<string, SeenShare>>
const SEEN = 'routes'

/**
 * Looks at routes that are watched beside health, now and then. Throws `movedBack` where somebody moved one towards blue. What
 * cannot be read says nothing: a step that writes it will.
 */
export async function lookAtRoutes(
  world: Proven,
  // Who was asked before this release has no routes.
  {
    routes = [],
    weights = [],
    given = {},
    run,
    scope,
  }: Omit<WatchedRoutes, 'subject' | 'checks'> & { readonly scope: Scope },
): Promise<void> {
  for (const route of routes) {
    const before = notedAside(SEEN) as Seen | undefined // only this file notes under that name
    const seen = before?.[route.name]
    const look = `look at ${route.name}`
    // One that has less is looked at again at once.
    if (seen?.lower !== true && doneWithin(look, milliseconds(LOOK_EVERY))) continue
    noteDone(look)
    const driver = routeDriver(world, route, { run, scope })
    const found = await readOr(driver)
    if (found === undefined) continue
    const had = seen ?? { most: given[route.name] ?? 0 }
    const next = seenAfter(found.share, weights, had)
    if (next === 'moved') {
      const moved: Moved = { route: route.name, share: watchedShare(found.share) ?? 0 }
      throw await followed({ route, driver, found }, [had.most], scope.blue, moved)
    }
    noteAside(SEEN, { ...before, [route.name]: next } satisfies Seen)
  }
}

async function readOr(driver: RouteDriver): Promise<Reading | undefined> {
  try {
    return await driver.read()
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
}
