import type { Route } from '../../domain/platform.ts'
import type { Proven } from '../outside.ts'
import { albRoute } from './alb.ts'
import type { RouteCall, RouteDriver } from './driver.ts'
import { dnsRoute } from './external-dns.ts'
import { gatewayRoute } from './gateway.ts'
import { httpRoute } from './http-route.ts'
import { ingressRoute } from './ingress.ts'
import { recordRoute } from './route53.ts'

/** A new kind of route is a case here, its driver beside this file, and a row in test/contract/routes.ts. */
export function routeDriver(world: Proven, route: Route, call: RouteCall): RouteDriver {
  switch (route.kind) {
    case 'alb':
      return albRoute(world, route, call)
    case 'ingress':
      return ingressRoute(world, route, call)
    case 'gateway':
      return gatewayRoute(world, route, call)
    case 'route53':
      return recordRoute(world, route, call)
    case 'external-dns':
      return dnsRoute(world, route, call)
    case 'http-route':
      return httpRoute(world, route, call)
  }
}
