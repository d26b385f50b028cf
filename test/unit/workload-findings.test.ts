import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { workloadFindings, type Belongings } from '../../src/domain/workload-findings.ts'

const nothing: Belongings = {
  workloads: [],
  services: [],
  scalers: [],
  budgets: [],
  pods: [],
  serviceAccounts: [],
  pools: [],
}
const metadata = { name: 'web', namespace: 'shop' }
const probe = { httpGet: { path: '/healthz', port: 8080 } }

const workload = (pods: object, kind = 'Deployment'): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata,
  spec: {
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ readinessProbe: probe }], ...pods } },
  },
})
const cronJob = (schedule: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata,
  spec: { schedule, jobTemplate: { spec: { template: { spec: { nodeName: '' } } } }, ...more },
})
const service: KubernetesObject = { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app: 'web' } } }
const budget = (spec: object) => ({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec: { ...spec } })
const pod = (more: object): KubernetesObject => ({ apiVersion: 'v1', kind: 'Pod', metadata, ...more })
const controller = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'report', uid: '1', controller: true }

interface Row {
  readonly says: string
  readonly found: Partial<Belongings>
  /** `level code`; undefined: nothing to say. */
  readonly is?: string
  readonly because?: string
}

describe('workloads of blue', () => {
  test.for<Row>([
    {
      says: '@every is not the same on two clusters',
      found: { workloads: [cronJob('@every 5m')] },
      is: 'blocker schedule-every',
      because: '"@every 5m" counts from',
    },
    {
      says: 'the account that every namespace has keeps its secrets for pulling',
      found: {
        serviceAccounts: [
          {
            apiVersion: 'v1',
            kind: 'ServiceAccount',
            metadata: { ...metadata, name: 'default' },
            imagePullSecrets: [{ name: 'registry' }],
          },
        ],
      },
      is: 'warning default-account',
      because: 'imagePullSecrets are not carried over',
    },
    { says: 'other words for a schedule are', found: { workloads: [cronJob('@hourly')] } },
    {
      says: 'a node by name is not on green',
      found: { workloads: [workload({ nodeName: 'ip-10-0-0-1' })] },
      is: 'blocker node-named',
      because: 'ip-10-0-0-1',
    },
    {
      says: 'nor in a job of a schedule',
      found: {
        workloads: [
          {
            ...cronJob('* * * * *'),
            spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { nodeName: 'ip-1' } } } } },
          },
        ],
      },
      is: 'blocker node-named',
    },
    {
      says: 'what lies on a node stays there',
      found: {
        workloads: [workload({ volumes: [{ emptyDir: {} }, { hostPath: { path: '/var/log' } }] }, 'DaemonSet')],
      },
      is: 'warning host-path',
      because: '/var/log',
    },
    { says: 'an empty folder is made anew', found: { workloads: [workload({ volumes: [{ emptyDir: {} }] })] } },
    {
      says: 'a port of the node is found by its address',
      found: { workloads: [workload({ containers: [{ ports: [{ containerPort: 80 }, { hostPort: 9100 }] }] })] },
      is: 'warning host-port',
      because: 'port 9100 of their node',
    },
    {
      says: 'and so is its network',
      found: { workloads: [workload({ hostNetwork: true })] },
      is: 'warning host-port',
      because: 'the network of their node',
    },
    {
      says: 'without a probe a pod is ready too early',
      found: { workloads: [workload({ containers: [{ name: 'web' }] })], services: [service] },
      is: 'warning no-readiness-probe',
    },
    { says: 'where a container has one it is not', found: { workloads: [workload({})], services: [service] } },
    { says: 'nor where nobody calls it', found: { workloads: [workload({ containers: [{}] })] } },
    { says: 'a budget of none', found: { budgets: [budget({ maxUnavailable: 0 })] }, is: 'warning budget-allows-none' },
    { says: 'in per cent', found: { budgets: [budget({ maxUnavailable: '0%' })] }, is: 'warning budget-allows-none' },
    {
      says: 'or all of them',
      found: { budgets: [budget({ minAvailable: '100%' })] },
      is: 'warning budget-allows-none',
    },
    { says: 'a budget of one', found: { budgets: [budget({ maxUnavailable: 1 })] } },
    {
      says: 'a pod that nothing makes',
      found: { pods: [pod({ status: { phase: 'Running' } })] },
      is: 'warning pod-stays',
    },
    { says: 'one that is over', found: { pods: [pod({ status: { phase: 'Succeeded' } })] } },
    {
      says: 'one of a controller',
      found: { pods: [pod({ metadata: { ...metadata, ownerReferences: [controller] } })] },
    },
    {
      says: 'one that its node makes',
      found: { pods: [pod({ metadata: { ...metadata, annotations: { 'kubernetes.io/config.mirror': 'x' } } })] },
    },
    {
      says: 'a deadline that is shorter than a look',
      found: { workloads: [cronJob('* * * * *', { startingDeadlineSeconds: 5 })] },
      is: 'warning schedule-misses',
      because: 'within 5 s',
    },
    {
      says: 'a deadline that is long enough',
      found: { workloads: [cronJob('* * * * *', { startingDeadlineSeconds: 10 })] },
    },
    {
      says: 'nodes that no node group has',
      found: {
        workloads: [workload({ nodeSelector: { disk: 'ssd' } })],
        pools: [{ name: 'general', labels: {}, taints: [] }],
      },
      is: 'warning unschedulable',
      because: 'disk=ssd is on none',
    },
  ])('$says', ({ found, is, because = '' }) => {
    const all = workloadFindings({ ...nothing, ...found })
    expect(all.map((f) => `${f.level} ${f.code}`)).toEqual(is === undefined ? [] : [is])
    for (const { about, message, remedy } of all) {
      expect(about).toMatch(/^\w+\/shop\/(web|default)$/)
      expect(message).toContain(because)
      expect(remedy).not.toBe('')
    }
  })
})
