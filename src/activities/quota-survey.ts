import type { Finding } from '../domain/findings.ts'
import type { App } from '../domain/platform.ts'
import { quotaFindingsAround, quotas, type Allowed } from '../domain/quotas.ts'
import type { Proven } from './outside.ts'

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
  blue: string,
  { apps, provider }: { readonly apps: readonly App[]; readonly provider: boolean },
): Promise<Finding[]> {
  const groups = apps.flatMap((app) => app.environments.flatMap((e) => e.routes.filter((r) => r.kind === 'alb'))).length
  const [balancing, used, allowed] = await Promise.all([
    world.loadBalancing.usage(blue),
    provider ? world.roles.providers() : [],
    allowedOf(world, ['targetGroups', 'application', 'network', ...(provider ? (['providers'] as const) : [])]),
  ])
  const providers = { used: used.length, more: provider ? 1 : 0 }
  return quotaFindingsAround({ balancing, groups, providers }, allowed)
}
