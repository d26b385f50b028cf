import { ApplicationFailure } from '@temporalio/common'
import type { Finding } from '../domain/findings.ts'
import { allHttpRoutes, gatewayFindings, httpRouteFindings, unreadableGateway } from '../domain/http-route-findings.ts'
import type { Platform } from '../domain/platform.ts'
import type { Proven } from './outside.ts'
import { gatewaysThere } from './routes/http-route.ts'

/** What is wrong with the HTTPRoutes that are to split traffic, before anything is built. Reads only. */
export async function httpRouteSurvey(world: Pick<Proven, 'cluster'>, platform: Platform): Promise<Finding[]> {
  const routes = allHttpRoutes(platform.apps)
  const [first] = routes
  if (!first) return []
  const wrong = gatewayFindings(first.cluster, platform)
  if (wrong.length > 0) return wrong
  try {
    const cluster = await world.cluster(first.cluster)
    const facts = await Promise.all(
      routes.map(async (route) => {
        const found = await cluster.find('HTTPRoute', route.namespace, route.httpRoute)
        const { kind, namespace, name } = route.blue
        const backend =
          kind === 'TargetGroupName' ? ('target group' as const) : await cluster.find(kind, namespace, name)
        return { route, found, backend, gateways: found ? await gatewaysThere(cluster, found) : [] }
      }),
    )
    return facts.flatMap((its) => httpRouteFindings(its, platform.blue))
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || !['NotFound', 'Denied'].includes(error.type ?? '')) throw error
    return [unreadableGateway(first.cluster, error.message)]
  }
}
