import type { NamespaceFacts, RouteFacts } from '../../src/domain/facts.ts'
import type { AppFile, EnvironmentFile, PlatformFile } from '../../src/domain/platform-file.ts'
import type { Discovered } from '../../src/domain/resolve-platform.ts'
import { workload } from './builders.ts'

/** A platform file as `config` reads it, and what could be found on blue. */

export const inFile = (more: Partial<AppFile> = {}): AppFile => ({
  deploy: 'copy',
  dependsOn: [],
  movesWith: [],
  workloads: {},
  externals: [],
  ...more,
})

const environmentFile = (name: string, more: Partial<EnvironmentFile> = {}): EnvironmentFile => ({
  name,
  weights: [100],
  observe: '5m',
  approval: 'none',
  ...more,
})

export const aFile = (more: Partial<PlatformFile> = {}): PlatformFile => ({
  platform: 'demo',
  account: '123456789012',
  region: 'ap-northeast-1',
  health: {
    prometheus: { url: 'http://prometheus' },
    datadog: { site: 'datadoghq.com' },
    requests: 'requests{cluster="{cluster}",namespace=~"{namespaces}"}[{window}]',
    checks: {
      errors: {
        query: 'errors{cluster="{cluster}",namespace=~"{namespaces}"}[{window}]',
        limit: { atMost: 0.01 },
        minSamples: 5,
        breachAfter: 2,
        window: '2m',
      },
    },
    every: '15s',
  },
  teams: {
    sre: { approvers: ['aoki', 'baba'], notify: { webhook: 'http://hook' } },
    scala: { approvers: ['chiba'], notify: {} },
  },
  platformTeam: 'sre',
  environments: [environmentFile('test'), environmentFile('production', { weights: [5, 100], approval: 'team' })],
  discover: { app: 'app', team: 'team', environment: 'env' },
  apps: {},
  amis: {},
  transforms: [],
  platformApps: { waves: [], handovers: {} },
  soak: '7d',
  rest: '12h',
  quiet: { for: '5m', requests: 0, connections: 0, accept: [] },
  idle: '1h',
  order: 'breadth',
  maxParallel: 4,
  maxFailed: 2,
  autoRollback: '24h',
  owners: {},
  decommission: { deletes: 'owner' },
  waivers: [],
  ...more,
})

export const aRoute = (more: Partial<RouteFacts> = {}): RouteFacts => ({
  binding: 'web',
  targetGroup: 'arn:tg/web',
  rules: [{ arn: 'arn:rule/web', isDefault: false }],
  ...more,
})

export const aNamespace = (name: string, more: Partial<NamespaceFacts> = {}): NamespaceFacts => ({
  name,
  labels: { app: 'chat', team: 'scala', env: 'test' },
  workloads: [{ ...workload('Deployment', 'web', { behindService: true }) }],
  routes: [],
  notCarried: [],
  claims: [],
  jobs: [],
  references: [],
  findings: [],
  ...more,
})

export const found = (...namespaces: readonly NamespaceFacts[]): Discovered => ({
  blue: 'demo-1-35',
  green: 'demo-1-36',
  namespaces,
  fingerprint: (text) => Buffer.from(text).toString('hex').slice(-12),
})
