/** Small, honest rooms of the sandbox for tests of the others: no HTTP, everything set by hand. */
import { ROLE, type Role } from '../../../src/sandbox/traffic/roles.ts'
import type {
  Forward,
  JobRun,
  KubernetesObject,
  ListenerRule,
  PodChange,
  RunningPod,
  SandboxAws,
} from '../../../src/sandbox/types.ts'

type Inventory = ReturnType<SandboxAws['elbv2']['inventory']>

export const aPod = (name: string, role: Role, more: Partial<RunningPod> = {}): RunningPod => ({
  cluster: 'blue',
  namespace: 'chat-api-test',
  name,
  ip: `10.1.0.${name.length}`,
  labels: { app: 'chat-api', env: 'test', component: 'web' },
  annotations: { [ROLE]: role },
  ready: true,
  terminating: false,
  ...more,
})

export const anObject = (
  apiVersion: string,
  kind: string,
  name: string,
  more: { spec?: Record<string, unknown>; metadata?: Partial<KubernetesObject['metadata']> } = {},
): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'chat-api-test', generation: 1, ...more.metadata },
  spec: more.spec ?? {},
})

export const aRun = (slot: string, more: Partial<JobRun> = {}): JobRun => ({
  cluster: 'blue',
  namespace: 'billing-test',
  cronJob: 'invoices',
  job: `invoices-${Date.parse(slot) / 60_000}`,
  slot,
  startedAt: slot,
  ...more,
})

/** Target groups and rules that are set directly. */
export class FakeElb {
  readonly balancers = new Map<string, Inventory['loadBalancers'][number]>()
  readonly groups = new Map<string, Inventory['targetGroups'][number]>()
  readonly written: { group: string; ids: readonly string[] }[] = []
  readonly targets = new Map<string, readonly { id: string; port: number }[]>()
  forward: readonly Forward[] = []
  readonly hosts: readonly string[] = ['chat.test']

  rules(): readonly ListenerRule[] {
    return [{ ruleArn: 'rule/1', hosts: this.hosts, forward: this.forward }]
  }
  serving(group: string) {
    return this.targets.get(group) ?? []
  }
  setTargets(group: string, targets: readonly { id: string; port: number }[]): void {
    this.written.push({ group, ids: targets.map((t) => t.id) })
    this.targets.set(group, targets)
  }
  seedLoadBalancer(name: string, tags: Readonly<Record<string, string>> = {}) {
    this.balancers.set(name, { arn: name, name, host: `${name}.test`, tags })
    return { loadBalancerArn: name, listenerArn: '' }
  }
  removeLoadBalancer(arn: string): void {
    this.balancers.delete(arn)
  }
  seedTargetGroup(name: string, tags: Readonly<Record<string, string>>): string {
    const arn = `tg/${name}`
    this.groups.set(arn, { arn, name, inRules: [], targets: 0, tags })
    return arn
  }
  removeTargetGroup(arn: string): void {
    this.groups.delete(arn)
  }
  defaultRule(): undefined {
    return undefined
  }

  forwardAll(): void {
    // Nobody asks here where requests go.
  }
  seedRule(_listener: string, _priority: number, _host: string, forward: readonly Forward[]): string {
    this.forward = forward
    return 'rule/1'
  }
  removeRule(): void {
    this.forward = []
  }
  inventory() {
    return { loadBalancers: [...this.balancers.values()], targetGroups: [...this.groups.values()], rules: [] }
  }
  setWeightAsSomebodyElse(_rule: string, forward: readonly Forward[]): void {
    this.forward = forward
  }
}

/** A cluster that holds what it is given. */
export class FakeCluster {
  readonly name: string
  readonly objects = new Map<string, KubernetesObject>()
  readonly running = new Map<string, RunningPod>()
  runs: JobRun[] = []
  silent = false
  readonly #podListeners: PodChange[] = []
  readonly #listeners: { kind: string; listener: () => void }[] = []

  constructor(name = 'blue') {
    this.name = name
  }
  list(apiVersion: string, kind: string, namespace?: string): readonly KubernetesObject[] {
    return [...this.objects.values()].filter(
      (o) =>
        o.apiVersion === apiVersion && o.kind === kind && (namespace ?? o.metadata.namespace) === o.metadata.namespace,
    )
  }
  apply(object: KubernetesObject): void {
    const key = `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`
    const gone = object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.length === 0
    if (gone) this.objects.delete(key)
    else this.objects.set(key, object)
    for (const { kind, listener } of this.#listeners) if (kind === object.kind) listener()
  }
  remove({ kind, metadata: { namespace, name } }: KubernetesObject): void {
    this.objects.delete(`${kind}/${namespace}/${name}`)
  }
  update(object: KubernetesObject): void {
    this.apply(object)
  }
  pods(): readonly RunningPod[] {
    return [...this.running.values()]
  }
  jobRuns(): readonly JobRun[] {
    return this.runs
  }
  onPod(listener: PodChange): void {
    this.#podListeners.push(listener)
  }
  onChange(kind: string, listener: () => void): void {
    this.#listeners.push({ kind, listener })
  }
  pod(pod: RunningPod, is: Parameters<PodChange>[1] = 'ready'): void {
    if (is === 'gone') this.running.delete(pod.name)
    else this.running.set(pod.name, pod)
    for (const listener of this.#podListeners) listener(pod, is)
  }
}
