import { afterAll, beforeAll } from 'vitest'
import { routesKeepTheirWord } from '../contract/routes.ts'
import { aRoute } from '../support/a-route.ts'
import { twoClusters, type TwoClusters } from '../support/small-world.ts'

/** Beside the tests of listener rules themselves, which `npm test` runs. */
let world: TwoClusters
beforeAll(async () => {
  world = await twoClusters()
})
afterAll(() => world.stop())

routesKeepTheirWord('listener rules', () => world, aRoute)
