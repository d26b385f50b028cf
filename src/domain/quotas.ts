import { blocker, warning, type Finding } from './findings.ts'

/** Whether the account's quotas have room for green beside blue, and beside all else that the account runs. */

/** `service` and `code` as Service Quotas names them. */
export interface QuotaName {
  readonly service: string
  readonly code: string
}

/**
 * https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html, https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html,
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html,
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html
 */
export const quotas = {
  clusters: { service: 'eks', code: 'L-1194D53C' },
  onDemand: { service: 'ec2', code: 'L-1216C47A' },
  spot: { service: 'ec2', code: 'L-34B43A08' },
  targetGroups: { service: 'elasticloadbalancing', code: 'L-B22855CB' },
  targets: { service: 'elasticloadbalancing', code: 'L-7E6692B2' },
  application: { service: 'elasticloadbalancing', code: 'L-53DA6B97' },
  network: { service: 'elasticloadbalancing', code: 'L-69A177A2' },
  providers: { service: 'iam', code: 'L-858F3967' },
  gp2: { service: 'ebs', code: 'L-D18FCD1D' },
  gp3: { service: 'ebs', code: 'L-7A658B76' },
  io1: { service: 'ebs', code: 'L-FD252861' },
  io2: { service: 'ebs', code: 'L-09BD8365' },
  sc1: { service: 'ebs', code: 'L-17AF77E8' },
  st1: { service: 'ebs', code: 'L-82ACEF56' },
  standard: { service: 'ebs', code: 'L-9CF3C2EB' },
} as const satisfies Record<string, QuotaName>

/** An EC2 instance that is there, as far as quotas and zones go. */
export interface RunningInstance {
  readonly id: string
  readonly type: string
  readonly zone: string
  readonly vcpus: number
  readonly spot: boolean
  /** The cluster that it is a node of; absent: of none that its tags name. */
  readonly cluster?: string
  /** Who started it, where it is a node: EKS for a node group or for Auto Mode, Karpenter, or an Auto Scaling group and the like. */
  readonly by?: 'EKS' | 'Karpenter' | 'others'
  /** Karpenter's NodePool that it was started for. */
  readonly pool?: string
}

/** What is allowed; undefined: AWS does not say. */
export type Allowed = Readonly<Partial<Record<keyof typeof quotas, number | undefined>>>

/** What is there of something, and what green needs beside it. */
export interface Need {
  readonly used: number
  readonly more: number
}

/** How many there are, and which of them controllers of blue and of green have made. Those of green make what those of blue did. */
export interface Balancing {
  readonly used: number
  /** ARNs. */
  readonly ofBlue: readonly string[]
  /** One that others have made, or that an upgrade of before has, may have its own by now. */
  readonly ofGreen: number
}

export interface BalancingUsage {
  readonly application: Balancing
  readonly network: Balancing
  readonly targetGroups: Balancing
}

/** Above this share there is room for green, and for little else. */
const NARROW = 0.9

export function quotaFindings(
  blue: string,
  { clusters, instances }: { readonly clusters: number; readonly instances: readonly RunningInstance[] },
  allowed: Allowed,
): Finding[] {
  const standard = instances.filter((i) => isStandard(i.type))
  const vcpus = (some: readonly RunningInstance[]) => some.reduce((n, i) => n + i.vcpus, 0)
  const kinds = [
    {
      what: 'vCPUs of On-Demand instances (standard families)',
      name: 'onDemand',
      its: standard.filter((i) => !i.spot),
    },
    { what: 'vCPUs of Spot instances (standard families)', name: 'spot', its: standard.filter((i) => i.spot) },
  ] as const
  return [
    ...reached('clusters in the region', quotas.clusters, { used: clusters, more: 1 }, allowed.clusters),
    ...kinds.flatMap(({ what, name, its }) =>
      reached(
        what,
        quotas[name],
        { used: vcpus(its), more: vcpus(its.filter((i) => i.cluster === blue)) },
        allowed[name],
      ),
    ),
  ]
}

/** Targets that blue has registered with an Application Load Balancer that both share; green registers as many beside them. */
export interface SharedBalancer {
  /** `app/web/50dc6c495c0c9188` */
  readonly balancer: string
  readonly targets: number
}

/** `arn:…:listener-rule/app/web/50dc6c495c0c9188/<listener>/<rule>` */
export const balancerOf = (ruleArn: string): string | undefined =>
  /:listener-rule\/(app\/[^/]+\/[^/]+)\//.exec(ruleArn)?.[1]

const around = {
  targetGroups: 'target groups in the region',
  application: 'Application Load Balancers in the region',
  network: 'Network Load Balancers in the region',
  providers: 'OIDC providers in the account',
} as const

/** What green needs around it. `groups`: target groups of blue, beside which Norikae makes one each. */
export function quotaFindingsAround(
  {
    balancing,
    groups,
    providers,
    shared = [],
  }: {
    readonly balancing: BalancingUsage
    readonly groups: readonly string[]
    readonly providers: Need
    readonly shared?: readonly SharedBalancer[]
  },
  allowed: Allowed,
): Finding[] {
  const like = ({ used, ofBlue, ofGreen }: Balancing, but: readonly string[] = []): Need => ({
    used,
    more: Math.max(0, ofBlue.filter((arn) => !but.includes(arn)).length - ofGreen),
  })
  const made = like(balancing.targetGroups, groups)
  const needs: Readonly<Record<keyof typeof around, Need>> = {
    targetGroups: { ...made, more: made.more + groups.length },
    application: like(balancing.application),
    network: like(balancing.network),
    providers,
  }
  const names = Object.keys(around) as (keyof typeof around)[] // the table's own keys
  return [
    ...names.flatMap((name) => reached(around[name], quotas[name], needs[name], allowed[name])),
    ...shared.flatMap(({ balancer, targets }) =>
      reached(
        `targets of load balancer ${balancer}`,
        quotas.targets,
        { used: targets, more: targets },
        allowed.targets,
      ),
    ),
  ]
}

/** Nothing is said where green needs none of it. */
export function reached(
  what: string,
  { service, code }: QuotaName,
  { used, more }: Need,
  allowed: number | undefined,
): Finding[] {
  if (allowed === undefined || more === 0 || used + more <= NARROW * allowed) return []
  return [
    (used + more > allowed ? blocker : warning)(
      'quota-reached',
      `${service} ${code}`,
      `${what}: ${used} are used and green adds ${more}, of ${allowed} that the account may have`,
      `ask for more: aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value <more>`,
    ),
  ]
}

/** A, C, D, H, I, M, R, T and Z count together; `inf`, `hpc`, `mac`, `trn`, `g`, `p`… by themselves. */
const isStandard = (type: string): boolean => /^(a|c|d|h|i|im|is|m|r|t|z)\d/.test(type)
