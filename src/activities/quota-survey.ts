import { record } from '../domain/fields.ts'
import type { Finding } from '../domain/findings.ts'
import { isBound, type AlbRoute, type App } from '../domain/platform.ts'
import { balancerOf, quotaFindingsAround, quotas, type Allowed, type SharedBalancer } from '../domain/quotas.ts'
import { servingIn } from '../domain/service-imports.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'

/** What the account allows of some of its quotas; a few questions. */
export async function allowedOf(
  { quotas: port }: Pick<Proven, 'quotas'>,
  names: readonly (keyof typeof quotas)[],
): Promise<Allowed> {
  const told = await Promise.all(names.map(async (name) => [name, await port.allowed(quotas[name])] as const))
  return Object.fromEntries(told)
}

/** Whether the account has room for what is made around green: target groups, load balancers, its issuer in IAM. Reads only. */
export async function quotaSurvey(
  world: Pick<Proven, 'loadBalancing' | 'quotas' | 'roles'>,
  kubernetes: Pick<KubernetesPort, 'list' | 'pages'>,
  { blue, green }: { readonly blue: string; readonly green: string },
  { apps, provider }: { readonly apps: readonly App[]; readonly provider: boolean },
): Promise<Finding[]> {
  const bound = apps.flatMap((app) => app.environments.flatMap((e) => e.routes)).filter(isBound)
  // How many targets a load balancer has is known by its rules; what a controller made has another limit of its own.
  const routes = bound.filter((r) => r.kind === 'alb')
  const [balancing, used, allowed, shared] = await Promise.all([
    world.loadBalancing.usage(blue, green),
    provider ? world.roles.providers() : [],
    allowedOf(world, [
      ...(['targetGroups', 'application', 'network'] as const),
      ...(routes.length > 0 ? (['targets'] as const) : []),
      ...(provider ? (['providers'] as const) : []),
    ]),
    routes.length > 0 ? sharedBy(kubernetes, routes) : [],
  ])
  const providers = { used: used.length, more: provider ? 1 : 0 }
  return quotaFindingsAround({ balancing, groups: bound.map((r) => r.blueTargetGroup), providers, shared }, allowed)
}

/**
 * What blue registers behind these rules, by its EndpointSlices: ELB would have to be asked for each target group. What
 * others have registered there is not known by that, nor how many nodes are, where targets are instances.
 */
async function sharedBy(
  kubernetes: Pick<KubernetesPort, 'list' | 'pages'>,
  routes: readonly AlbRoute[],
): Promise<SharedBalancer[]> {
  const services = new Map(
    (await kubernetes.list('TargetGroupBinding')).flatMap(({ metadata: { namespace = '', name }, spec }) =>
      spec?.['targetType'] === 'instance'
        ? []
        : [[`${namespace}/${name}`, `${namespace}/${String(record(spec?.['serviceRef'])['name'])}`] as const],
    ),
  )
  const behind = new Map<string, number>()
  for await (const page of kubernetes.pages('EndpointSlice'))
    for (const slice of page) {
      const { namespace = '', labels = {} } = slice.metadata
      const service = `${namespace}/${labels['kubernetes.io/service-name'] ?? ''}`
      behind.set(service, (behind.get(service) ?? 0) + servingIn([slice]).expected)
    }
  const targets = new Map<string, number>()
  for (const { ruleArn, namespace, binding } of routes) {
    const balancer = balancerOf(ruleArn)
    const its = behind.get(services.get(`${namespace}/${binding}`) ?? '') ?? 0
    if (balancer !== undefined) targets.set(balancer, (targets.get(balancer) ?? 0) + its)
  }
  return [...targets].map(([balancer, count]) => ({ balancer, targets: count }))
}
