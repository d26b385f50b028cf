/** The platform `chatwork-prod` as data: who lives there, and what each app is made of. */

export const PLATFORM = 'chatwork-prod'
export const REGISTRY = 'registry.chatwork.test'

export interface BlueCluster {
  readonly name: string
  readonly version: string
}
export const BLUE: BlueCluster = { name: 'chatwork-prod-1-35', version: '1.35' }

/** Whose pods act as an IAM role in every environment, by blue's OIDC issuer. */
export const roles: Readonly<Record<string, string>> = {
  files: 'chatwork-prod-files',
  'mail-sender': 'chatwork-prod-mail',
}
/** And by an association of EKS (Pod Identity). */
export const podRoles: Readonly<Record<string, string>> = { 'chat-search': 'chatwork-prod-search' }
/** Whose pods run on Fargate. */
export const ON_FARGATE = 'reports'

export const environments = ['test', 'stage', 'production'] as const
export type EnvironmentName = (typeof environments)[number]

export type Part =
  | { readonly is: 'web'; readonly name: string; readonly scales?: true }
  | { readonly is: 'singleton' | 'consumer'; readonly name: string }
  | { readonly is: 'schedule'; readonly name: string; readonly schedule: string }

export interface SeedApp {
  readonly name: string
  readonly team: 'scala' | 'php'
  readonly parts: readonly Part[]
}

const web = (name = 'web') => ({ is: 'web', name }) as const
const scaledWeb = { is: 'web', name: 'web', scales: true } as const
const consumer = (name: string) => ({ is: 'consumer', name }) as const
/**
 * In the sandbox everything that is scheduled runs every minute. The seven of them in three environments have 21 slots at
 * each turn of the minute, and no upgrade is so short that it meets none: the demo is asked for 20 at least.
 */
const everyMinute = (name: string) => ({ is: 'schedule', name, schedule: '* * * * *' }) as const

export const apps: readonly SeedApp[] = [
  { name: 'chat-api', team: 'scala', parts: [scaledWeb] },
  { name: 'chat-push', team: 'scala', parts: [scaledWeb] },
  { name: 'chat-search', team: 'scala', parts: [scaledWeb, everyMinute('reindex')] },
  { name: 'chat-actor', team: 'scala', parts: [web('front'), { is: 'singleton', name: 'actor' }] },
  { name: 'chat-worker', team: 'scala', parts: [consumer('worker')] },
  { name: 'chat-archiver', team: 'scala', parts: [web(), everyMinute('archive')] },
  { name: 'legacy-php', team: 'php', parts: [web()] },
  { name: 'admin', team: 'php', parts: [web(), everyMinute('cleanup')] },
  { name: 'files', team: 'php', parts: [web(), everyMinute('thumbnails')] },
  { name: 'billing', team: 'php', parts: [web(), everyMinute('invoices')] },
  { name: 'mail-sender', team: 'php', parts: [web(), consumer('worker')] },
  { name: 'reports', team: 'php', parts: [everyMinute('hourly'), everyMinute('digest')] },
]

const ACCOUNT = '123456789012'
export const roleArn = (role: string) => `arn:aws:iam::${ACCOUNT}:role/${role}`

export interface PlatformApp {
  readonly name: string
  readonly role: 'load-balancer-controller' | 'log-buffer' | 'mail-buffer' | 'external-dns'
  readonly image: string
  readonly replicas: number
  readonly port: number
  readonly args?: readonly string[]
}

export const platformApps: readonly PlatformApp[] = [
  {
    name: 'aws-load-balancer-controller',
    role: 'load-balancer-controller',
    image: `${REGISTRY}/aws-load-balancer-controller:3.0`,
    replicas: 2,
    port: 9443,
  },
  { name: 'fluentd', role: 'log-buffer', image: `${REGISTRY}/fluentd:1.19`, replicas: 2, port: 24224 },
  { name: 'postfix', role: 'mail-buffer', image: `${REGISTRY}/postfix:3.10`, replicas: 1, port: 25 },
]

export const namespaceOf = (app: string, environment: EnvironmentName) => `${app}-${environment}`
export const hostOf = (app: string, environment: EnvironmentName) =>
  environment === 'production' ? `${app}.chatwork.test` : `${app}.${environment}.chatwork.test`
/** ELB allows 32 characters, and none of the last may be a hyphen. */
export const targetGroupOf = (app: string, environment: EnvironmentName) =>
  `${app}-${environment}`.slice(0, 32).replace(/-+$/, '')

/** Apps with a host, in each of these environments. */
export const routedOf = (some: readonly SeedApp[], these: readonly EnvironmentName[] = environments) =>
  some
    .filter((app) => app.parts.some((p) => p.is === 'web'))
    .flatMap((app) => these.map((environment) => ({ app: app.name, environment })))
