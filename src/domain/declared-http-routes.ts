import { blocker, type Finding } from './findings.ts'
import type { Backend, Environment, HttpRoute, Side } from './platform.ts'
import type { AppFile, PlatformFile } from './platform-file.ts'

/** The HTTPRoutes that the platform file gives to an environment of an app, with the backend of each side. */
export function httpRoutesOf(
  { gateway }: Pick<PlatformFile, 'gateway'>,
  clusters: Readonly<Record<Side, string>>,
  app: Pick<AppFile, 'httpRoutes'> | undefined,
  environment: string,
): HttpRoute[] {
  if (!gateway) return []
  return (app?.httpRoutes?.[environment] ?? []).map(({ namespace, name, backend }) => ({
    kind: 'http-route',
    // Of a TargetGroupBinding it is `<namespace>.<binding>`, or a namespace alone.
    name: `httproute.${namespace}.${name}`,
    cluster: gateway.cluster,
    namespace,
    httpRoute: name,
    blue: backendOf(backend, namespace, clusters.blue),
    green: backendOf(backend, namespace, clusters.green),
  }))
}

/** `ServiceImport/shop-{cluster}`, or with its namespace between them. The schema has looked at its form. */
export function backendOf(pattern: string, home: string, cluster: string): Backend {
  const [kind = '', ...path] = pattern.split('/')
  const [name = '', namespace = home] = path.toReversed()
  return {
    kind: kind === 'ServiceImport' || kind === 'TargetGroupName' ? kind : 'Service',
    namespace,
    name: name.replaceAll('{cluster}', cluster),
  }
}

/** Is it a backend of HTTPRoutes of the platform file? Then they are what its weights are written in. */
export const isBackend = (targetGroupArn: string, routes: readonly HttpRoute[]): boolean =>
  routes.some(({ blue }) => blue.kind === 'TargetGroupName' && targetGroupArn.includes(`:targetgroup/${blue.name}/`))

/** What is said of an environment that the app does not have moves nothing. */
export const unusedHttpRoutes = (
  app: string,
  declared: Pick<AppFile, 'httpRoutes'> | undefined,
  environments: readonly Pick<Environment, 'name'>[],
): Finding[] =>
  Object.keys(declared?.httpRoutes ?? {})
    .filter((name) => !environments.some((e) => e.name === name))
    .map((name) =>
      blocker(
        'http-route-unused',
        `${app} ${name}`,
        'the platform file gives it HTTPRoutes, and no namespace of blue is labelled so',
        'mend the name of the environment, or take it out of httpRoutes',
      ),
    )
