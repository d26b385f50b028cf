import { warning, type Finding } from './findings.ts'
import type { GatewayRoute, IngressRoute, Route } from './platform.ts'

/** Those that go with blue, unless their owner hands them over: from then on Norikae has no way back for them. */
export const dieWithBlue = (routes: readonly Route[]): readonly Route[] =>
  routes.filter(({ kind }) => kind === 'ingress' || kind === 'gateway')

/** `handedOver`: what is so now, as a driver tells it. */
export const noWayBack = (handedOver: string, blue: string): string =>
  `${handedOver}, so no weight brings anybody back. Mend it on green; or put it back on ${blue} and lead its names there, which is the way back by hand`

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
