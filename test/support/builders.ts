import { adopting } from '../../src/domain/adoption.ts'
import { createHash } from 'node:crypto'
import type { ByArgo } from '../../src/domain/argocd.ts'
import type { ClusterFacts, EnvironmentFacts, WorkloadFacts } from '../../src/domain/facts.ts'
import type { GateRule } from '../../src/domain/gates.ts'
import { planCutover } from '../../src/domain/plan-cutover.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { intent, type Plan, type PlanBody } from '../../src/domain/plan.ts'
import type { AlbRoute, App, Environment, Platform, WorkloadRef } from '../../src/domain/platform.ts'
import type { Report } from '../../src/domain/report.ts'
import type { RoleFacts } from '../../src/domain/roles.ts'
import type { Mover } from '../../src/domain/turns.ts'
import type { Check } from '../../src/domain/verdict.ts'
import type { CutoverPlatform } from '../../src/domain/plan-cutover.ts'

export const errors: Check = {
  name: 'errors',
  source: { kind: 'prometheus', url: 'http://prometheus', queries: { blue: 'q{blue}', green: 'q{green}' } },
  limit: { atMost: 0.01 },
  minSamples: 5,
  breachAfter: 2,
  every: '15s',
}
export const rule = (team: string, more: Partial<GateRule> = {}): GateRule => ({
  teams: [team],
  approvals: 1,
  exclude: [],
  remindEvery: '4h',
  ...more,
})

export const seal = (body: PlanBody): Plan => ({
  ...body,
  digest: createHash('sha256').update(intent(body)).digest('hex'),
})

export const ref = (kind: WorkloadRef['kind'], name: string): WorkloadRef => ({ kind, namespace: 'shop', name })
export const workload = (
  kind: WorkloadRef['kind'],
  name: string,
  more: Partial<WorkloadFacts> = {},
): WorkloadFacts => ({
  ref: ref(kind, name),
  scaled: false,
  behindService: false,
  hasVolumes: false,
  ...more,
})

export const route = (name: string): AlbRoute => ({
  kind: 'alb',
  name,
  ruleArn: `arn:rule/${name}`,
  namespace: 'shop',
  binding: name,
  blueTargetGroup: `arn:tg/${name}`,
  greenTargetGroup: `${name}-green`,
})

export const anEnvironment = (name: string, more: Partial<Environment> = {}): Environment => ({
  name,
  namespaces: ['shop'],
  routes: [route('web')],
  weights: [100],
  checks: [errors],
  observe: '5m',
  handovers: {},
  externals: [],
  ...more,
})

export const byArgo: ByArgo = {
  hub: { cluster: 'tools', namespace: 'argocd' },
  label: { key: 'norikae.io/api.production', value: 'enabled' },
}

export const anApp = (name: string, more: Partial<App> = {}): App => ({
  name,
  team: 'scala',
  deploy: 'copy',
  dependsOn: [],
  movesWith: [],
  environments: [
    anEnvironment('test'),
    anEnvironment('production', { weights: [5, 100], gate: rule('scala', { exclude: ['requester'] }) }),
  ],
  ...more,
})

export const aPlatform = (more: Partial<Platform> = {}): Platform => ({
  name: 'toy',
  account: '123456789012',
  region: 'ap-northeast-1',
  blue: 'toy-1-35',
  green: 'toy-1-36',
  platformTeam: 'sre',
  teams: { sre: { approvers: ['aoki', 'baba'] }, scala: { approvers: ['chiba', 'doi'] } },
  waves: [
    [{ name: 'ingress', namespaces: ['ingress'], buffers: [] }],
    [
      {
        name: 'fluentd',
        namespaces: ['fluentd'],
        buffers: [{ workload: ref('Deployment', 'fluentd'), drainWithin: '1h', depth: 'depth{cluster}' }],
      },
    ],
  ],
  apps: [anApp('api'), anApp('web', { dependsOn: ['api'] }), anApp('mail')],
  metrics: { url: 'http://prometheus', requests: 'requests{cluster}' },
  order: 'breadth',
  maxParallel: 4,
  maxFailed: 2,
  rest: '12h',
  soak: '7d',
  quiet: { for: '5m', requests: 0, connections: 0, accept: [] },
  idle: '1h',
  autoRollback: '24h',
  gates: { start: rule('sre'), decommission: rule('sre', { exclude: ['start'] }) },
  ...more,
})

/** Onto a green that others made, with the ingress on it. */
export const anAdoptingPlatform = (more: Partial<Platform> = {}): Platform =>
  adopting(aPlatform(more), { arn: 'arn:green', createdAt: '2026-02-01T00:00:00Z' }, new Map([['ingress', 1]]))

export const clusterFacts: ClusterFacts = {
  version: '1.35',
  targetVersion: '1.36',
  blue: { arn: 'arn:blue', createdAt: '2026-01-01T00:00:00Z' },
  nodeGroups: ['a', 'b'],
  principalArn: 'arn:aws:iam::123456789012:role/norikae',
  addons: [
    { name: 'vpc-cni', targetVersion: 'v1', needsNodes: false },
    { name: 'coredns', targetVersion: 'v1', needsNodes: true },
  ],
}
/** Of blue’s issuer: roles that Norikae writes, and one that a tool of others does. */
export const someRoles: RoleFacts = {
  issuer: 'https://oidc.test/id/B',
  provider: true,
  written: ['files', 'mail'],
  requested: ['theirs'],
}
export const someFacts: EnvironmentFacts = {
  images: 'v1',
  workloads: [workload('Deployment', 'web', { scaled: true, behindService: true }), workload('CronJob', 'invoices')],
}

/** Every class of handover that is whole, at once. */
export const fullEnvironment = anEnvironment('stage', {
  weights: [1, 25, 100],
  gate: rule('scala'),
  routes: [route('web'), route('api')],
  externals: [{ name: 'rds', endpoint: 'rds:5432', connections: 40, limit: 100 }],
  handovers: {
    'Deployment/shop/mailer': { class: 'consumer', idempotent: true },
    'Deployment/shop/payer': { class: 'consumer', idempotent: false },
    'Deployment/shop/leader': { class: 'singleton', lease: 'leader', downtime: '30s' },
    'Deployment/shop/postfix': { class: 'buffer', drainWithin: '1h', depth: 'depth{cluster}' },
  },
})
export const fullFacts: EnvironmentFacts = {
  images: 'v1',
  workloads: [
    ...someFacts.workloads,
    ...['mailer', 'payer', 'leader', 'postfix'].map((n) => workload('Deployment', n)),
  ],
}

export const aCutoverPlan = (
  app = anApp('api'),
  environment = fullEnvironment,
  facts = fullFacts,
  platform: CutoverPlatform = aPlatform(),
): Plan => seal(planCutover(platform, app, environment, facts))
export const anUpgradePlan = (platform = aPlatform(), facts = clusterFacts): Plan =>
  seal(planUpgrade(platform, facts, []))

export const emptyReport: Report = {
  subjects: [],
  decisions: [],
  effort: [],
  waits: [],
  weights: [],
  problems: [],
  rollbacks: [],
  findings: [],
  leftovers: [],
}

/** Made by the controller of blue, so that its owner may take it off blue. */
export const routeOfBlue = {
  kind: 'gateway',
  name: 'web',
  namespace: 'shop',
  httpRoute: 'shop',
  service: 'web',
  binding: 'web',
  blueTargetGroup: 'arn:tg/web',
  greenTargetGroup: 'web-green',
  loadBalancer: 'app/shop/1',
} as const

/** An app as turns know it. */
export const aMover = (name: string, more: Partial<Mover> = {}): Mover => ({
  name,
  dependsOn: [],
  movesWith: [],
  environments: ['test', 'production'],
  ...more,
})
