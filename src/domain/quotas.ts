import { blocker, warning, type Finding } from './findings.ts'

/** Whether the account's quotas have room for green beside blue, and beside all else that the account runs. */

/** `service` and `code` as Service Quotas names them. */
export interface QuotaName {
  readonly service: string
  readonly code: string
}

/** https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html, https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html */
export const quotas = {
  clusters: { service: 'eks', code: 'L-1194D53C' },
  onDemand: { service: 'ec2', code: 'L-1216C47A' },
  spot: { service: 'ec2', code: 'L-34B43A08' },
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
  /** Karpenter's NodePool that it was started for. */
  readonly pool?: string
}

/** What is allowed; undefined: AWS does not say. */
export type Allowed = Readonly<Record<keyof typeof quotas, number | undefined>>

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

/** Nothing is said where green needs none of it. */
function reached(
  what: string,
  { service, code }: QuotaName,
  { used, more }: { readonly used: number; readonly more: number },
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
