import { makerOf, fluxName } from './flux.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { backendInWords, hasBackend, notServed, rulesOf, rulesWriter, shareIn } from './http-routes.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import type { App, HttpRoute, Platform } from './platform.ts'
import { importFault } from './service-imports.ts'

/** An HTTPRoute as it was found while only blue was there. */
export interface HttpRouteFacts {
  readonly route: HttpRoute
  /** Undefined: it is not there. */
  readonly found: KubernetesObject | undefined
  /** Those of its Gateways that are there. */
  readonly gateways: readonly KubernetesObject[]
  /** What blue's backend names; `target group`: that is no object. Undefined: it is not there. */
  readonly backend: KubernetesObject | 'target group' | undefined
}

export const allHttpRoutes = (apps: readonly App[]): HttpRoute[] =>
  apps.flatMap((a) => a.environments.flatMap((e) => e.routes.flatMap((r) => (r.kind === 'http-route' ? [r] : []))))

/** The cluster of HTTPRoutes, where the platform file names one and apps have routes there. */
export function gatewayOf({ apps }: { readonly apps: readonly App[] }): { readonly gateway?: string } {
  const [route] = allHttpRoutes(apps)
  return route ? { gateway: route.cluster } : {}
}

/** A Gateway on blue goes with blue, and one on green cannot be there yet. */
export const gatewayFindings = (cluster: string, { blue, green }: Pick<Platform, 'blue' | 'green'>): Finding[] =>
  cluster === blue || cluster === green
    ? [
        blocker(
          'gateway-on-blue',
          cluster,
          'HTTPRoutes that split traffic between blue and green are on one of the two, and its Gateways would go with it',
          'have a cluster of their own for them, and say it in gateway.cluster',
        ),
      ]
    : []

/** `why`: what the cluster answered. */
export const unreadableGateway = (cluster: string, why: string): Finding =>
  blocker(
    'gateway-unreadable',
    cluster,
    `the HTTPRoutes on it cannot be read: ${why}`,
    'mend gateway in the platform file, or grant there what deploy/rbac/gateway.yaml lists',
  )

export function httpRouteFindings(
  { route, found, gateways, backend }: HttpRouteFacts,
  clusterOfBlue: string,
): Finding[] {
  const about = `${route.namespace}/${route.httpRoute}`
  const refuse = (code: string, message: string, remedy: string) => [blocker(code, about, message, remedy)]
  if (!found)
    return refuse(
      'http-route-missing',
      `there is no such HTTPRoute on ${route.cluster}`,
      'mend its name in httpRoutes, or make it',
    )
  const rules = rulesOf(found)
  const blue = backendInWords(route.blue)
  if (!hasBackend(rules, route.blue, route.namespace))
    return refuse(
      'http-route-backend',
      `no rule of it has the backend ${blue}, so blue is not what it serves by that name`,
      'mend the backend in httpRoutes, or name it so in the HTTPRoute',
    )
  const fault = backendFault(backend, clusterOfBlue)
  if (fault !== undefined)
    return refuse(
      'http-route-backend',
      `${blue} ${fault}`,
      `mend it on ${route.cluster}: green gets one like it, and a weight must be of the cluster that it is meant for`,
    )
  const { share, odd } = shareIn(rules, route, route.namespace)
  if (share === 'elsewhere')
    return refuse(
      'http-route-shared',
      `it ${odd ?? 'serves others too'}: whose share a weight would be nobody could say (Unsupported)`,
      `leave ${blue} the only backend with a weight, once in each rule that has it`,
    )
  if (typeof share === 'number' && share > 0)
    return refuse(
      'http-route-shared',
      `${backendInWords(route.green)} has ${share} % of it already`,
      'set its weight to 0, or take it out',
    )
  const [why] = notServed(found, gateways)
  return [
    ...(why === undefined
      ? []
      : refuse(
          'http-route-not-served',
          `what it says is not what is served: ${why}`,
          'mend the HTTPRoute or its Gateway: a weight that is written would be waited for in vain',
        )),
    ...writtenBack(about, found),
  ]
}

function backendFault(backend: HttpRouteFacts['backend'], cluster: string): string | undefined {
  if (backend === undefined) return 'is not there'
  return backend !== 'target group' && backend.kind === 'ServiceImport' ? importFault(backend, cluster) : undefined
}

/** Who applies it from somewhere else, and takes weights back: at once where a controller does. */
function writtenBack(about: string, found: KubernetesObject): Finding[] {
  const flux = makerOf(found)
  const { annotations = {} } = found.metadata
  if (flux?.kind === 'Kustomization' && annotations['kustomize.toolkit.fluxcd.io/reconcile'] !== 'disabled')
    return [
      blocker(
        'http-route-written-back',
        about,
        `Flux makes it (${fluxName(flux)}), and would write the weights back within minutes`,
        'annotate it kustomize.toolkit.fluxcd.io/reconcile: disabled for the upgrade, and name the new backend in Git before you take that off',
      ),
    ]
  // A chart is written with its next release, unless its drift is corrected.
  const by = flux?.kind === 'HelmRelease' ? `Flux (${fluxName(flux)})` : rulesWriter(found)
  if (flux?.kind === 'Kustomization' || by === undefined) return []
  return [
    warning(
      'http-route-written-back',
      about,
      `its rules are written by ${by}, and weights are taken back the next time that it applies them`,
      'see that it leaves spec.rules alone during the upgrade (Argo CD: ignoreDifferences with managedFieldsManagers: [norikae]), and names the new backend afterwards',
    ),
  ]
}
