import { randomBytes } from 'node:crypto'
import type { Action, Listener, LoadBalancer, Rule, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Forward, ListenerRule, Probe } from '../../types.ts'
import { AwsError } from '../errors.ts'
import type { AwsTimes, Later } from '../times.ts'

interface Tagged {
  readonly tags: Map<string, string>
}

export interface ElbLoadBalancer extends Tagged {
  readonly arn: string
  readonly described: LoadBalancer
  readonly reserved: {
    units?: number | undefined
    state?: 'pending' | 'provisioned' | 'failed' | undefined
    /** Today. */
    decreasesLeft: number
  }
}

export interface ElbListener extends Tagged {
  readonly arn: string
  readonly described: Listener
}

export interface ElbRule extends Tagged {
  readonly arn: string
  readonly listenerArn: string
  readonly loadBalancerArn: string
  readonly described: Rule & { Priority: string; IsDefault: boolean }
}

export interface ElbTargetGroup extends Tagged {
  readonly arn: string
  readonly name: string
  /** As CreateTargetGroup was given it, with AWS's defaults filled in. */
  readonly settings: Omit<TargetGroup, 'TargetGroupArn' | 'LoadBalancerArns'>
  readonly attributes: Map<string, string>
  /** By `id:port`. */
  readonly targets: Map<string, Target>
}

export interface Target {
  readonly id: string
  readonly port: number
  state: 'initial' | 'healthy' | 'unhealthy' | 'draining'
  /** Answers of the same kind in a row, and which kind. */
  streak: number
  up: boolean
  /** A probe is on its way. */
  probing: boolean
}

/** What every part of Elastic Load Balancing works on. */
export class ElbWorld {
  readonly loadBalancers = new Map<string, ElbLoadBalancer>()
  readonly listeners = new Map<string, ElbListener>()
  readonly rules = new Map<string, ElbRule>()
  readonly targetGroups = new Map<string, ElbTargetGroup>()
  readonly account: string
  readonly region: string
  readonly times: AwsTimes
  readonly later: Later
  readonly probe: Probe
  /** In the region. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
  readonly quotas = { targetGroups: 3000, capacityUnits: 15_000 }
  /** No zone has capacity to reserve. */
  full = false
  #snapshot: readonly ListenerRule[] | undefined
  #users: ReadonlyMap<string, readonly ElbRule[]> | undefined

  constructor(options: { account: string; region: string; times: AwsTimes; later: Later; probe: Probe }) {
    this.account = options.account
    this.region = options.region
    this.times = options.times
    this.later = options.later
    this.probe = options.probe
  }

  /** `arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/web/<16 hex digits>`. */
  newArn(...path: readonly string[]): string {
    const id = randomBytes(8).toString('hex')
    return `arn:aws:elasticloadbalancing:${this.region}:${this.account}:${[...path, id].join('/')}`
  }

  /** To be called after every change of a rule: a proxy reads the rules for each request. */
  rulesChanged(): void {
    this.#snapshot = undefined
    this.#users = undefined
  }

  /** Rules as traffic needs them, in the order in which they are tried; default rules (a fixed 404) left out. */
  snapshot(): readonly ListenerRule[] {
    this.#snapshot ??= [...this.rules.values()]
      .filter(({ described }) => !described.IsDefault)
      .toSorted((a, b) => Number(a.described.Priority) - Number(b.described.Priority))
      .map(({ arn, described: { Conditions = [], Actions = [] } }) => ({
        ruleArn: arn,
        hosts: Conditions.filter((it) => it.Field === 'host-header').flatMap((it) => it.HostHeaderConfig?.Values ?? []),
        forward: forwardsOf(Actions),
        ...pageOf(Actions),
      }))
    return this.#snapshot
  }

  /** The rules that name a target group, with whatever weight. */
  usersOf(targetGroupArn: string): readonly ElbRule[] {
    this.#users ??= usersByGroup([...this.rules.values()])
    return this.#users.get(targetGroupArn) ?? []
  }
}

const pageOf = (actions: readonly Action[]): Pick<ListenerRule, 'page'> => {
  const { StatusCode, ContentType = 'text/plain', MessageBody = '' } = actions.at(-1)?.FixedResponseConfig ?? {}
  return StatusCode === undefined ? {} : { page: { status: Number(StatusCode), type: ContentType, body: MessageBody } }
}

export const forwardsOf = (actions: readonly Action[]): Forward[] =>
  actions.flatMap((action) =>
    (action.ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn = '', Weight = 1 }) => ({
      targetGroupArn: TargetGroupArn,
      weight: Weight,
    })),
  )

function usersByGroup(rules: readonly ElbRule[]): ReadonlyMap<string, readonly ElbRule[]> {
  const users = new Map<string, ElbRule[]>()
  for (const rule of rules)
    for (const { targetGroupArn } of forwardsOf(rule.described.Actions ?? []))
      users.set(targetGroupArn, [...(users.get(targetGroupArn) ?? []), rule])
  return users
}

const kinds = {
  LoadBalancer: 'load balancers',
  Listener: 'listeners',
  Rule: 'rules',
  TargetGroup: 'target groups',
} as const

/** Throws LoadBalancerNotFound, ListenerNotFound, RuleNotFound or TargetGroupNotFound. */
export function known<T>(kind: keyof typeof kinds, all: ReadonlyMap<string, T>, arn: string): T {
  const found = all.get(arn)
  if (found === undefined) throw new AwsError(`${kind}NotFound`, `One or more ${kinds[kind]} not found: ${arn}`)
  return found
}
