import { warning, type Finding } from './findings.ts'
import type { GatewayRoute, IngressRoute } from './platform.ts'

/** What blue's load balancer controller made a route's rules for serves green too, and dies with blue. */
export function diesWithBlue(route: IngressRoute | GatewayRoute, blue: string): Finding {
  const [name, it] = route.kind === 'ingress' ? [route.ingress, 'the Ingress'] : [route.httpRoute, 'its Gateway']
  return warning(
    'route-dies-with-blue',
    `${route.namespace}/${name}`,
    `its load balancer is of the controller of ${blue}: it serves green as well, and goes with ${it}`,
    `move its names to a load balancer that stays once the app is on green; ${blue} is not removed before`,
  )
}
