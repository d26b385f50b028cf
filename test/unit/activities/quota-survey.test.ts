import { expect, test } from 'vitest'
import { quotaSurvey } from '../../../src/activities/quota-survey.ts'
import type { KubernetesObject } from '../../../src/domain/kubernetes-objects.ts'
import { quotas, type QuotaName } from '../../../src/domain/quotas.ts'
import { anApp, anEnvironment } from '../../support/builders.ts'

/** Both sides register with one load balancer while traffic moves. */

const rule = (balancer: string) =>
  `arn:aws:elasticloadbalancing:r:1:listener-rule/app/${balancer}/50dc6c495c0c9188/f2f7dc8efc522ab2/1`
const route = (namespace: string, balancer: string) => ({
  kind: 'alb' as const,
  name: namespace,
  ruleArn: rule(balancer),
  namespace,
  binding: 'web',
  blueTargetGroup: `arn:${namespace}`,
  greenTargetGroup: `${namespace}-green`,
})
const binding = (namespace: string, targetType = 'ip'): KubernetesObject => ({
  apiVersion: 'elbv2.k8s.aws/v1beta1',
  kind: 'TargetGroupBinding',
  metadata: { name: 'web', namespace },
  spec: { targetType, serviceRef: { name: 'http', port: 80 } },
})
const slice = (namespace: string, count: number, service = 'http'): KubernetesObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 's', namespace, labels: { 'kubernetes.io/service-name': service } },
  endpoints: Array.from({ length: count }, () => ({ conditions: {} })),
})

test.for<{ says: string; objects: readonly KubernetesObject[]; are: readonly string[] }>([
  { says: 'there is room', objects: [binding('a'), binding('b'), slice('a', 20), slice('b', 20)], are: [] },
  {
    says: 'two apps together have too many on one',
    objects: [binding('a'), binding('b'), slice('a', 30), slice('b', 15), slice('b', 6)],
    are: ['blocker targets of load balancer app/shared/50dc6c495c0c9188: 51 are used and green adds 51, of 100'],
  },
  { says: 'others of the namespace have many', objects: [binding('a'), slice('a', 500, 'other')], are: [] },
  { says: 'targets are nodes', objects: [binding('a', 'instance'), slice('a', 500)], are: [] },
  { says: 'the app is on another', objects: [binding('a'), binding('c'), slice('a', 30), slice('c', 30)], are: [] },
])('where $says', async ({ objects, are }) => {
  const asked: string[] = []
  const world = {
    loadBalancing: {
      usage: async () => ({
        application: { used: 9, ofBlue: [], ofGreen: 0 },
        network: { used: 0, ofBlue: [], ofGreen: 0 },
        targetGroups: { used: 9, ofBlue: [], ofGreen: 0 },
      }),
    },
    quotas: {
      allowed: async ({ code }: QuotaName) => {
        asked.push(code)
        return 100
      },
    },
    roles: { providers: async () => [] },
  } as unknown as Parameters<typeof quotaSurvey>[0] // all that it asks
  const of = (kind: string) => objects.filter((o) => o.kind === kind)
  const kubernetes = {
    list: async (kind: string) => of(kind),
    async *pages(kind: string) {
      yield of(kind)
    },
  } as unknown as Parameters<typeof quotaSurvey>[1] // what is listed
  const environments = [
    anEnvironment('test', { routes: [route('a', 'shared'), route('b', 'shared'), route('c', 'own')] }),
  ]
  const found = await quotaSurvey(
    world,
    kubernetes,
    { blue: 'blue', green: 'green' },
    {
      apps: [anApp('shop', { environments })],
      provider: false,
    },
  )
  expect(found.map((f) => `${f.level} ${f.message}`)).toEqual(are.map((start) => expect.stringContaining(start)))
  expect(asked).not.toContain(quotas.providers.code)
})
