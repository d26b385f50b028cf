import { noWayBack } from '../domain/dies-with-blue.ts'
import type { Activities } from '../workflows/activities.ts'
import { isFailure, isNotFound, notFound } from './errors.ts'
import { proven, type Outside } from './outside.ts'
import type { Reading, RouteDriver } from './routes/driver.ts'
import { routeDriver } from './routes/index.ts'

export const wayBackActivities = (outside: Outside): Pick<Activities, 'lookWayBack'> => ({
  async lookWayBack({ subject, routes, run }) {
    const world = await proven(outside, subject)
    const told = await Promise.all(
      routes.map((route) => handedOverNow(routeDriver(world, route, { scope: subject, run }))),
    )
    return { none: told.flatMap((it) => (it === undefined ? [] : [noWayBack(it, subject.blue)])) }
  },
})

/** Also while what its owner has taken off blue is on its way out. */
async function handedOverNow(driver: RouteDriver): Promise<string | undefined> {
  try {
    return await driver.handedOver?.()
  } catch (error) {
    if (isFailure(error) && error.type === 'NotReady') return error.message
    throw error
  }
}

/** Reads a route that is to go back. Throws `notFound` with what to do where its owner has handed it over. */
export async function readWayBack(driver: RouteDriver, blue: string): Promise<Reading> {
  try {
    return await driver.read()
  } catch (error) {
    if (!isNotFound(error)) throw error
    const gone = await handedOverNow(driver)
    throw gone === undefined ? error : notFound(noWayBack(gone, blue))
  }
}
