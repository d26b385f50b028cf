import type { Finding } from '../domain/findings.ts'
import type { Scope } from '../domain/platform.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { httpRouteName, undeclaredWays, unknownWays } from '../domain/ways.ts'
import { hostOf } from '../domain/weighted-records.ts'
import { isDenied } from './errors.ts'
import { proven, type Outside } from './outside.ts'
import { waysTo, type Ways } from './ways.ts'

/**
 * What leads to blue and no app moves, while there is time for it: at its removal it is waited for. Reads only. Throws
 * `notReady` where the account has so many hosted zones that an attempt gets too long.
 */
export async function waySurvey(outside: Outside, file: PlatformFile, sides: Pick<Scope, 'blue' | 'green'>) {
  const scope: Scope = { platform: file.platform, account: file.account, region: file.region, ...sides }
  const gateway = file.gateway?.cluster
  const found = await waysTo(await proven(outside, scope), scope, 'blue', { gateway, ahead: true }).catch(
    unseenWhereDenied,
  )
  const apps = Object.values(file.apps)
  const declared = new Set([
    ...apps.flatMap((app) => (app.records ?? []).map(({ name }) => hostOf(name))),
    ...apps.flatMap((app) =>
      Object.values(app.httpRoutes ?? {}).flatMap((all) => all.map((it) => httpRouteName(it, gateway ?? ''))),
    ),
  ])
  const findings: readonly Finding[] = [
    ...undeclaredWays(sides.blue, [...found.names, ...found.routes], declared),
    ...(found.unseen.length > 0 ? [unknownWays(sides.blue, found.unseen)] : []),
  ]
  return findings
}

/** What it has of Services and Ingresses may not be read: which ways lead to them nobody knows then. */
function unseenWhereDenied(error: unknown): Ways {
  if (!isDenied(error)) throw error
  return { names: [], routes: [], unseen: [`names that lead to its load balancers (${error.message})`], rests: 0 }
}
