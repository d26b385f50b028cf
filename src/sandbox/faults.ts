/**
 * What can be made to go wrong, by name: for tests, for the demo and for whoever wants to see what Norikae does then. A
 * fault of an app or an operation may be set for several of them; taking it away takes all away.
 */
import { z } from 'zod'
import type { AwsFaults } from './aws/faults.ts'
import type { SlackFaults } from './slack/slack.ts'
import { eachOperation, kindsOfDisturbance, type Disturbances, type Rule } from './disturbances.ts'
import type { AppFaults } from './traffic/app-faults.ts'
import type { SandboxAws, SandboxCluster } from './types.ts'

export interface World {
  readonly apps: AppFaults
  readonly awsFaults: AwsFaults
  readonly elbv2: Pick<SandboxAws['elbv2'], 'rules' | 'setWeightAsSomebodyElse'>
  readonly clusters: () => readonly Pick<SandboxCluster, 'name' | 'silent'>[]
  readonly metrics: MetricFaults
  readonly slack: Pick<SlackFaults, 'add' | 'clear'>
  readonly disturbances: Pick<Disturbances, 'add' | 'remove'>
}

/** Read by Prometheus. */
export class MetricFaults {
  unreachable = false
  /** Apps without metrics; `*` is all. */
  readonly missing = new Set<string>()

  readonly hides = (labels: Readonly<Record<string, string>>): boolean =>
    this.missing.has('*') || this.missing.has(labels['app'] ?? '')
}

/** The caller's fault, told as 400. */
export class BadFault extends Error {}
/** Told as 404. */
export class NoSuchFault extends Error {}

interface Fault {
  readonly name: string
  set(parameters: unknown): void
  clear(): void
}

const text = z.string().min(1)
const times = z.int().min(1).max(100_000)
const optional = z.string().min(1).optional()
const side = z.enum(['blue', 'green']).optional()
const operation = z
  .string()
  .regex(
    /^(cloudtrail|ec2|ecr|eks|elasticloadbalancing|iam|kms|logs|servicequotas|sts):\w+$/,
    'write it as eks:CreateCluster',
  )
const code = z.string().regex(/^\w+$/)

export class Faults {
  readonly #faults: readonly Fault[]
  readonly #active = new Map<string, unknown[]>()

  constructor(world: World) {
    this.#faults = table(world)
  }

  names(): readonly string[] {
    return this.#faults.map((f) => f.name)
  }

  /** What was set, in order, by name. */
  active(): Readonly<Record<string, readonly unknown[]>> {
    return Object.fromEntries(this.#active)
  }

  /** @throws NoSuchFault, BadFault */
  set(name: string, parameters: unknown): void {
    this.#find(name).set(parameters)
    this.#active.set(name, [...(this.#active.get(name) ?? []), parameters])
  }

  /** @throws NoSuchFault */
  clear(name: string): void {
    this.#find(name).clear()
    this.#active.delete(name)
  }

  #find(name: string): Fault {
    const found = this.#faults.find((f) => f.name === name)
    if (found) return found
    throw new NoSuchFault(`there is no fault ${name}; there are ${this.names().join(', ')}`)
  }
}

function table({ apps, awsFaults, elbv2, clusters, metrics, slack, disturbances }: World): readonly Fault[] {
  const each: Rule[] = []
  return [
    fault(
      'app-failing',
      z.strictObject({ app: text, environment: optional, cluster: side, rate: z.number().min(0).max(1) }),
      ({ app, environment, cluster, rate }) =>
        apps.set('app-failing', { app, rate, ...(environment && { environment }), ...(cluster && { cluster }) }),
      () => apps.clear('app-failing'),
    ),
    fault(
      'app-slow',
      z.strictObject({ app: text, environment: optional, cluster: side, ms: z.number().min(0).max(60_000) }),
      ({ app, environment, cluster, ms }) =>
        apps.set('app-slow', { app, addedMs: ms, ...(environment && { environment }), ...(cluster && { cluster }) }),
      () => apps.clear('app-slow'),
    ),
    fault(
      'aws-throttled',
      z.strictObject({ operation, times }),
      (p) => awsFaults.throttle(p.operation, p.times),
      () => awsFaults.drop('throttled'),
    ),
    fault(
      'aws-failing',
      z.strictObject({ operation, code, times }),
      (p) => awsFaults.fail(p.operation, { code: p.code }, p.times),
      () => awsFaults.drop('failing'),
    ),
    fault(
      'aws-rates',
      z.strictObject({ share: z.number().gt(0).max(100).default(1) }),
      ({ share }) => awsFaults.limitAll(share),
      () => awsFaults.unlimit(),
    ),
    fault(
      'aws-behind',
      z.strictObject({}),
      () => (awsFaults.readsBehind = true),
      () => (awsFaults.readsBehind = false),
    ),
    fault(
      'each-operation',
      z.strictObject({
        are: z
          .array(z.enum(kindsOfDisturbance))
          .min(1)
          .max(20)
          .default([...kindsOfDisturbance]),
        ms: z.int().min(1).max(60_000).default(2_000),
      }),
      (p) => {
        const { rule } = eachOperation(p)
        each.push(rule)
        disturbances.add(rule)
      },
      () => {
        for (const rule of each.splice(0)) disturbances.remove(rule)
      },
    ),
    fault(
      'nodegroup-failing',
      z.strictObject({ name: text }),
      ({ name }) => awsFaults.failNodegroup(name),
      () => awsFaults.drop('nodegroups'),
    ),
    fault(
      'kubernetes-silent',
      z.strictObject({ cluster: text }),
      ({ cluster }) => {
        const [first, ...others] = clusters()
        const found = { blue: first, green: others[0] }[cluster] ?? clusters().find((c) => c.name === cluster)
        if (!found) throw new BadFault(`cluster: there is no cluster ${cluster}; there are ${named(clusters())}`)
        found.silent = true
      },
      () => {
        for (const cluster of clusters()) cluster.silent = false
      },
    ),
    fault(
      'metrics-missing',
      z.strictObject({ app: optional }),
      ({ app = '*' }) => metrics.missing.add(app),
      () => metrics.missing.clear(),
    ),
    fault(
      'metrics-unreachable',
      z.strictObject({}),
      () => (metrics.unreachable = true),
      () => (metrics.unreachable = false),
    ),
    fault(
      'slack-failing',
      z.strictObject({ how: z.enum(['limited', 'down', 'lost', 'invalid-token']), times }),
      (p) => slack.add(p.how, p.times),
      () => slack.clear(),
    ),
    fault(
      'weight-changed',
      z.strictObject({ host: text, weight: z.int().min(0).max(100) }),
      ({ host, weight }) => {
        const rule = elbv2.rules().find((r) => r.hosts.includes(host))
        if (!rule) throw new BadFault(`host: there is no rule for ${host}`)
        const [first, second] = rule.forward
        if (!first || !second) throw new BadFault(`host: ${host} has one target group, so there is no weight to change`)
        elbv2.setWeightAsSomebodyElse(rule.ruleArn, [
          { ...first, weight: 100 - weight },
          { ...second, weight },
        ])
      },
      () => undefined, // it was written once, and stays written
    ),
  ]
}

function fault<S extends z.ZodType>(
  name: string,
  schema: S,
  set: (parameters: z.infer<S>) => void,
  clear: () => void,
): Fault {
  return {
    name,
    clear,
    set(parameters) {
      const read = schema.safeParse(parameters)
      if (read.success) return set(read.data)
      throw new BadFault(read.error.issues.map((i) => `${i.path.join('.') || 'body'}: ${i.message}`).join('; '))
    },
  }
}

const named = (clusters: readonly { readonly name: string }[]) => clusters.map((c) => c.name).join(', ')
