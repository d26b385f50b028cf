import { describe, expect, test } from 'vitest'
import type { Fields } from '../../src/domain/fields.ts'
import type { Front } from '../../src/domain/fronts.ts'
import type { App, Backend, Environment, Handover, Route } from '../../src/domain/platform.ts'
import { referenceFindings } from '../../src/domain/reference-findings.ts'
import { referencesOf, withReaders } from '../../src/domain/references.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { waivable, waived } from '../../src/domain/waivers.ts'
import { anApp, anEnvironment, route, rule, workload } from '../support/builders.ts'
import { aNamespace, aRoute } from '../support/found.ts'

const services = new Set(['shop/web', 'billing/api', 'billing/db', 'billing-2/api'])
const named = (text: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'shop' },
  data: { text },
})
const calls = (object: KubernetesObject) => referencesOf(object, services).map((r) => `${r.service}.${r.namespace}`)

describe('a text names a Service of another namespace', () => {
  test.for<[text: string, found: readonly string[]]>([
    ['http://api.billing:8080/v1', ['api.billing']],
    ['api.billing.svc', ['api.billing']],
    ['postgres://user@db.billing.svc.cluster.local:5432/db', ['db.billing']],
    ['db-0.db.billing.svc.cluster.local', ['db.billing']],
    ['a=api.billing, b=api.billing, c=db.billing', ['api.billing', 'db.billing']],
    ['API.Billing.SVC', ['api.billing']],
    ['api.billing-2', ['api.billing-2']],
    ['web.shop.svc', []], // its own
    ['api.billing.example.com', []], // somewhere else
    ['api.unknown.svc', []],
    ['version 1.2, file app.conf', []],
    ['api', []], // of its own namespace
  ])('%s', ([text, found]) => expect(calls(named(text))).toEqual(found))

  test('in the environment and the arguments of its containers, and as an ExternalName', () => {
    const containers = [
      {
        env: [
          { name: 'API', value: 'api.billing' },
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 'db.billing' } } },
        ],
      },
    ]
    const initContainers = [{ command: ['wait'], args: ['db.billing.svc:5432'] }]
    const web: KubernetesObject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { template: { spec: { containers, initContainers } } },
    }
    expect(calls(web)).toEqual(['db.billing', 'api.billing'])
    const alias = {
      ...web,
      kind: 'Service',
      spec: { type: 'ExternalName', externalName: 'api.billing.svc.cluster.local' },
    }
    expect(calls(alias)).toEqual(['api.billing'])
    expect(calls({ ...alias, spec: { type: 'ClusterIP', externalName: 'api.billing.svc' } })).toEqual([])
  })
})

describe('a ConfigMap is read', () => {
  const reference = { from: 'ConfigMap/shop/settings', namespace: 'billing', service: 'api' }
  const read = (pod: Fields) => withReaders([{ name: 'settings', references: [reference] }], [{}, pod])
  const ref = { name: 'settings' }
  test.for<[by: string, pod: Fields]>([
    ['envFrom', { containers: [{ envFrom: [{ configMapRef: ref }] }] }],
    ['valueFrom', { initContainers: [{ env: [{ name: 'A', valueFrom: { configMapKeyRef: { ...ref, key: 'a' } } }] }] }],
    ['a volume', { volumes: [{ name: 'a', configMap: ref }] }],
    ['a volume that may be absent', { volumes: [{ name: 'a', configMap: { ...ref, optional: true } }] }],
    ['a projected volume', { volumes: [{ name: 'a', projected: { sources: [{ configMap: ref }] } }] }],
  ])('by %s', ([, pod]) => expect(read(pod)).toEqual([reference]))
  test.for<[by: string, pod: Fields]>([
    ['its name as a text', { containers: [{ args: ['settings'] }] }],
    ['a Secret of its name', { containers: [{ envFrom: [{ secretRef: ref }] }] }],
    ['another', { volumes: [{ name: 'settings', configMap: { name: 'settings-1a2b' } }] }],
  ])('not by %s', ([, pod]) => expect(read(pod)).toEqual([{ ...reference, unread: true }]))
})

const at = (binding: string): Route => ({ ...route(binding), namespace: 'billing' })
const byRecord: Route = {
  kind: 'route53',
  name: 'api.example.com',
  zone: 'Z1',
  namespace: 'billing',
  target: 'Ingress/web',
}
const byHttp = (kind: Backend['kind'], name: string): Route => {
  const backend = { kind, namespace: 'billing', name }
  return {
    kind: 'http-route',
    name,
    cluster: 'edge',
    namespace: 'edge',
    httpRoute: name,
    blue: backend,
    green: backend,
  }
}

describe('an app calls another', () => {
  const reference = { from: 'ConfigMap/shop/settings', namespace: 'billing', service: 'api' }
  const found = (billing: Partial<App>, shop: Partial<App> = {}, more: readonly App[] = []) =>
    referenceFindings(
      [
        anApp('shop', { environments: [anEnvironment('test', { namespaces: ['shop'] })], ...shop }),
        anApp('billing', { environments: [anEnvironment('test', { namespaces: ['billing'] })], ...billing }),
        ...more,
      ],
      [
        aNamespace('shop', { references: [reference] }),
        aNamespace('billing', { workloads: [workload('Deployment', 'worker', { behindService: true })] }),
      ],
    )
  const inWords = (findings: ReturnType<typeof found>) => findings.map((f) => `${f.level} ${f.code} ${f.about}`)
  const said = (shop: Partial<App>, handovers: Readonly<Record<string, Handover>> = {}, more: readonly App[] = []) =>
    inWords(found({ environments: [anEnvironment('test', { namespaces: ['billing'], handovers })] }, shop, more))
  const once = { 'Deployment/shop/worker': { class: 'singleton', downtime: '30s' } } as const

  test('that may move after it', () => {
    expect(said({})).toEqual(['warning calls-later-app ConfigMap/shop/settings → api.billing'])
  })
  const production = (name: string, more: Partial<Environment> = {}) =>
    anEnvironment('production', { namespaces: [name], gate: rule(name), ...more })
  const gated = { environments: [production('shop')] }
  const inProduction = (shop: Partial<App>, more: readonly App[] = [], environment = 'production') =>
    found({ environments: [{ ...production('billing'), name: environment }] }, { ...gated, ...shop }, more)

  test('that may move after it, where people approve', () => {
    expect(inWords(inProduction({}))).toEqual(['blocker calls-later-app ConfigMap/shop/settings → api.billing'])
    expect(inWords(inProduction({ dependsOn: ['billing'] }))).toEqual([])
    expect(waivable).toContain('calls-later-app')
  })
  test('by two names in one text, of which one is waived', () => {
    const apps = ['shop', 'billing'].map((name) => anApp(name, { environments: [production(name)] }))
    const references = [reference, { ...reference, service: 'db' }]
    const all = referenceFindings(apps, [aNamespace('shop', { references }), aNamespace('billing')])
    const waiver = { code: 'calls-later-app', about: 'ConfigMap/shop/settings → api.billing' }
    const left = waived(all, [{ ...waiver, reason: 'a comment', until: '2026-12-31', by: 'aoki' }])
    expect(inWords(left)).toEqual([
      'warning calls-later-app ConfigMap/shop/settings → api.billing',
      'blocker calls-later-app ConfigMap/shop/settings → db.billing',
    ])
  })
  test('in a ConfigMap that nobody reads, where people approve', () => {
    const apps = ['shop', 'billing'].map((name) => anApp(name, { environments: [production(name)] }))
    const shop = aNamespace('shop', { references: [{ ...reference, unread: true }] })
    const back = { from: 'Deployment/billing/api', namespace: 'shop', service: 'web' }
    const [finding, other, ...more] = referenceFindings(apps, [shop, aNamespace('billing', { references: [back] })])
    expect(more).toEqual([])
    expect(other).toMatchObject({ level: 'blocker', remedy: 'say apps.billing.dependsOn: [shop], or movesWith' })
    expect(finding).toMatchObject({ level: 'warning', message: expect.stringMatching(/No pod there takes anything/) })
  })
  test('that is not waited for, since its environment has another name', () => {
    const [finding, ...more] = inProduction({ dependsOn: ['billing'] }, [], 'live')
    expect(more).toEqual([])
    expect(finding).toMatchObject({ level: 'blocker', code: 'calls-later-app' })
    expect(finding?.message).toMatch(/a Service of billing in live, which may move after shop in production/)
    expect(finding?.remedy).not.toContain('say apps.shop')
    expect(inWords(inProduction({ movesWith: ['billing'] }, [], 'live'))).toEqual([
      'blocker calls-later-app ConfigMap/shop/settings → api.billing',
    ])
  })
  test('in an environment that its own test waits for', () => {
    const environments = [anEnvironment('test', { namespaces: ['shop-test'] }), production('shop')]
    const [finding] = inProduction({ environments }, [], 'test')
    expect(finding?.remedy).toMatch(/^say apps.shop.dependsOn: \[billing\](;|$)/)
    expect(inProduction({ environments, dependsOn: ['billing'] }, [], 'test')).toEqual([])
  })
  test('by way of one that has no such environment', () => {
    const mid = (environments: readonly Environment[]) => [anApp('mid', { dependsOn: ['billing'], environments })]
    const shop = { dependsOn: ['mid'] }
    expect(inProduction(shop, mid([production('mid')]))).toEqual([])
    expect(inWords(inProduction(shop, mid([anEnvironment('test', { namespaces: ['mid'] })])))).toEqual([
      'blocker calls-later-app ConfigMap/shop/settings → api.billing',
    ])
  })
  test('that whoever moves with it waits for', () => {
    const cart = [anApp('cart', { dependsOn: ['billing'], movesWith: ['shop'], environments: [production('cart')] })]
    expect(inProduction({ movesWith: ['cart'] }, cart)).toEqual([])
  })
  test('that is a later environment of its own', () => {
    const stage = anEnvironment('stage', { namespaces: ['shop'], gate: rule('shop') })
    const [finding, ...more] = found({ environments: [] }, { environments: [stage, production('billing')] })
    expect(more).toEqual([])
    expect(finding).toMatchObject({
      level: 'blocker',
      remedy: expect.stringMatching(/^have it name the Service of stage/),
    })
    const other = anEnvironment('stage', { namespaces: ['shop', 'billing'], gate: rule('shop') })
    expect(found({ environments: [] }, { environments: [other] })).toEqual([])
  })
  test.for<{ says: string; routes: readonly Route[]; fronts?: readonly Front[]; told: boolean }>([
    { says: 'a rule', routes: [at('web')], fronts: [{ by: 'TargetGroupBinding/web', service: 'api' }], told: false },
    { says: 'a record', routes: [byRecord], fronts: [{ by: 'Ingress/web', service: 'api' }], told: false },
    { says: 'an HTTPRoute of a third cluster', routes: [byHttp('Service', 'api')], told: false },
    {
      says: 'an HTTPRoute that names its target group',
      routes: [byHttp('TargetGroupName', 'web')],
      fronts: [{ by: 'TargetGroupBinding/web', service: 'api' }],
      told: false,
    },
    { says: 'no route', routes: [], fronts: [{ by: 'TargetGroupBinding/web', service: 'api' }], told: true },
    {
      says: 'a rule that leads to another Service',
      routes: [at('web')],
      fronts: [
        { by: 'TargetGroupBinding/web', service: 'web' },
        { by: 'Service/api', service: 'api' },
      ],
      told: true,
    },
    { says: 'an HTTPRoute to another Service', routes: [byHttp('ServiceImport', 'web')], told: true },
  ])('that says that it is reached by its route, and $says is there', ({ routes, fronts = [], told }) => {
    const withRoutes = (billing: Partial<App>) =>
      referenceFindings(
        [anApp('shop', gated), anApp('billing', { environments: [production('billing', { routes })], ...billing })],
        [
          aNamespace('shop', { references: [reference] }),
          aNamespace('billing', { fronts, routes: [aRoute({ targetGroup: 'arn:targetgroup/web/1' })] }),
        ],
      )
    const [declared, silent] = [withRoutes({ reachedBy: 'route' }), withRoutes({})]
    const later = 'blocker calls-later-app ConfigMap/shop/settings → api.billing'
    expect(inWords(declared)).toEqual([told ? later : 'info calls-by-route billing'])
    expect(declared[0]?.message).toMatch(
      told
        ? /billing says reachedBy: route, and no route of it in production leads to api$/
        : /: ConfigMap\/shop\/settings → api\.billing$/,
    )
    expect(declared[0]?.remedy).not.toContain('.reachedBy: route')
    expect(inWords(silent)).toEqual([later])
    expect(silent[0]?.remedy.includes('apps.billing.reachedBy: route')).toBe(!told)
  })
  test('that has moved before it', () => {
    expect(said({ dependsOn: ['billing'] })).toEqual([])
  })
  test('that has moved before one that has moved before it', () => {
    expect(said({ dependsOn: ['mid'] }, {}, [anApp('mid', { dependsOn: ['billing'] })])).toEqual([])
  })
  test('that moves with it', () => {
    expect(said({ movesWith: ['billing'] }, once)).toEqual([])
  })
  test('that has left blue before it does', () => {
    expect(said({ dependsOn: ['billing'] }, once)).toEqual([
      'warning calls-once-app ConfigMap/shop/settings → api.billing',
    ])
  })
  test('of the platform itself is there from the start', () => {
    const caller = aNamespace('shop', { references: [{ ...reference, namespace: 'monitoring' }] })
    expect(referenceFindings([anApp('shop', { environments: [anEnvironment('test')] })], [caller])).toEqual([])
  })
})
