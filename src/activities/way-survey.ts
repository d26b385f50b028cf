import type { Finding } from '../domain/findings.ts'
import { allHttpRoutes } from '../domain/http-route-findings.ts'
import type { Platform } from '../domain/platform.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { undeclaredWays, unknownWays } from '../domain/ways.ts'
import { proven, type Outside } from './outside.ts'
import { httpRouteName } from './routes/backends.ts'
import { waysTo } from './ways.ts'

/**
 * What leads to blue and no app moves, while there is time for it: at its removal it is waited for. Reads only. Throws
 * `notReady` where the account has so many hosted zones that an attempt gets too long.
 */
export async function waySurvey(
  outside: Outside,
  platform: Platform,
  { apps }: Pick<PlatformFile, 'apps'>,
): Promise<Finding[]> {
  const routes = allHttpRoutes(platform.apps)
  const scope = { ...platform, platform: platform.name }
  const world = await proven(outside, scope)
  const found = await waysTo(world, scope, 'blue', routes[0]?.cluster)
  const declared = new Set([
    ...Object.values(apps).flatMap((app) => (app.records ?? []).map(({ name }) => name)),
    ...routes.map(httpRouteName),
  ])
  return [
    ...undeclaredWays(platform.blue, [...found.names, ...found.routes], declared),
    ...(found.unseen.length > 0 ? [unknownWays(platform.blue, found.unseen)] : []),
  ]
}
