import { expect, test } from 'vitest'
import { apps, environments, hostOf, platformApps, routedOf } from '../../../src/sandbox/seed/apps.ts'
import { seedPlatform, streams } from '../../../src/sandbox/seed.ts'
import type { KubernetesObject } from '../../../src/sandbox/types.ts'

interface SeededRule {
  readonly priority: number
  readonly host: string
  readonly group: string
}
const objects: KubernetesObject[] = []
const groups: string[] = []
const rules: SeededRule[] = []
const unused = () => {
  throw new Error('seeding asks nothing')
}
await seedPlatform(
  {
    elbv2: {
      noCapacity: () => undefined,
      quotas: { capacityUnits: 0, targetGroups: 0 },
      seedNetworkLoadBalancer: () => ({ loadBalancerArn: '', listenerArn: '' }),
      seedLoadBalancer: () => ({ loadBalancerArn: 'lb', listenerArn: 'listener' }),
      seedTargetGroup: (name) => `tg/${groups[groups.push(name) - 1]}`,
      seedRule: (_, priority, host, forward) =>
        `rule/${rules.push({ priority, host, group: forward[0]?.targetGroupArn ?? '' })}`,
      rules: unused,
      setTargets: unused,
      serving: unused,
      setWeightAsSomebodyElse: unused,
      inventory: unused,
      removeLoadBalancer: unused,
      removeTargetGroup: unused,
      forwardAll: unused,
      defaultRule: unused,
      removeRule: unused,
    },
  },
  { apply: (object) => void objects.push(object) },
  apps,
)
const of = (kind: string, namespace?: string) =>
  objects.filter((o) => o.kind === kind && (namespace ?? o.metadata.namespace) === o.metadata.namespace)
const names = (kind: string, namespace: string) => of(kind, namespace).map((o) => o.metadata.name)

test('twelve apps, six a team, each in three environments with a namespace of its own, and three platform apps', () => {
  expect(Object.values(Object.groupBy(apps, (a) => a.team)).map((a) => a.length)).toEqual([6, 6])
  expect(of('Namespace').filter((n) => n.metadata.name !== 'norikae')).toHaveLength(
    apps.length * environments.length + platformApps.length,
  )
  expect(objects.find((o) => o.kind === 'Namespace' && o.metadata.name === 'billing-stage')?.metadata.labels).toEqual({
    app: 'billing',
    team: 'php',
    env: 'stage',
  })
})

test('each app with a host has one rule, one target group, one binding, but for four in production', () => {
  expect(rules.map((r) => r.host)).toContain('chat-api.chatwork.test')
  expect(rules.map((r) => r.host)).toContain('chat-api.stage.chatwork.test')
  expect(new Set(rules.map((r) => r.priority)).size).toBe(26)
  expect(new Set(rules.map((r) => r.group)).size).toBe(26)
  expect(new Set(groups).size).toBe(26)
  for (const name of groups) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$/)
  const bound = of('TargetGroupBinding').map((b) => b.spec?.['targetGroupARN'])
  expect(new Set(bound)).toEqual(new Set(rules.map((r) => r.group)))
})

test.for([
  {
    namespace: 'chat-api-production',
    kinds: { Deployment: ['web'], Service: ['web'], HorizontalPodAutoscaler: ['web'] },
  },
  { namespace: 'chat-api-stage', kinds: { Deployment: ['web'], HorizontalPodAutoscaler: [] } },
  { namespace: 'chat-actor-test', kinds: { Deployment: ['front', 'actor'], Service: ['web'] } },
  { namespace: 'chat-worker-test', kinds: { Deployment: ['worker'], Service: [], TargetGroupBinding: [] } },
  { namespace: 'mail-sender-test', kinds: { Deployment: ['web', 'worker'], TargetGroupBinding: ['web'] } },
  { namespace: 'reports-production', kinds: { CronJob: ['hourly', 'digest'], Deployment: [] } },
  { namespace: 'billing-test', kinds: { CronJob: ['invoices'], ConfigMap: ['settings'], Secret: ['credentials'] } },
])('$namespace is made of $kinds', ({ namespace, kinds }) => {
  for (const [kind, expected] of Object.entries(kinds)) expect(names(kind, namespace)).toEqual(expected)
})

test('at each turn of the minute more slots are due than the demo is asked for', () => {
  const everyMinute = of('CronJob').filter((c) => c.spec?.['schedule'] === '* * * * *')
  expect(everyMinute.length).toBeGreaterThanOrEqual(20)
})

test('a Service selects the pods of its own Deployment alone', () => {
  for (const service of of('Service')) {
    const selector = Object.entries((service.spec?.['selector'] ?? {}) as Record<string, string>) // made so by the seed
    const selected = of('Deployment', service.metadata.namespace).filter((d) => {
      const { template } = d.spec as { template: { metadata: { labels: Record<string, string> } } } // and so
      return selector.every(([label, value]) => template.metadata.labels[label] === value)
    })
    expect(selected).toHaveLength(1)
  }
})

test('traffic goes to every host, most of it to production', () => {
  const all = streams(130, apps)
  const total = (some: typeof all) => some.reduce((sum, s) => sum + s.perSecond, 0)
  const hosts = routedOf(apps).map(({ app, environment }) => hostOf(app, environment))
  expect(all.map((s) => s.host).toSorted()).toEqual(hosts.toSorted())
  const otherwise = ['admin', 'billing', 'chat-archiver', 'chat-push'].map((app) => `${app}.chatwork.test`)
  expect(hosts.filter((host) => !rules.some((r) => r.host === host)).toSorted()).toEqual(otherwise)
  expect(total(all)).toBeCloseTo(130)
  expect(total(all.filter((s) => !/\.(test|stage)\.chatwork/.test(s.host)))).toBeCloseTo(104)
})
