import type {
  GetAWSDefaultServiceQuotaRequest,
  GetAWSDefaultServiceQuotaResponse,
  GetServiceQuotaRequest,
  GetServiceQuotaResponse,
} from '@aws-sdk/client-service-quotas'
import type { SandboxAws } from '../types.ts'
import { anywhere } from './authorization/needs.ts'
import { AwsError } from './errors.ts'
import type { Operations, Serve } from './protocol/operations.ts'

/** What AWS gives everybody of those that the sandbox knows: Service Quotas, read on 2026-11-26; of EC2 more than a new account has. */
const defaults: ReadonlyMap<string, number> = new Map([
  ['eks L-1194D53C', 100],
  ['ec2 L-1216C47A', 1152],
  ['ec2 L-34B43A08', 1152],
  ['elasticloadbalancing L-B22855CB', 3000],
  ['elasticloadbalancing L-7E6692B2', 1000],
  ['elasticloadbalancing L-53DA6B97', 50],
  ['elasticloadbalancing L-69A177A2', 50],
  ['iam L-858F3967', 100],
  // TiB of each type of volume.
  ['ebs L-D18FCD1D', 50],
  ['ebs L-7A658B76', 50],
  ['ebs L-FD252861', 50],
  ['ebs L-09BD8365', 20],
  ['ebs L-17AF77E8', 50],
  ['ebs L-82ACEF56', 50],
  ['ebs L-9CF3C2EB', 50],
])

/** What the account was given beyond that, as somebody told it. */
export class Quotas implements Readonly<SandboxAws['quotas']> {
  readonly applied = new Map<string, number>()

  set(service: string, code: string, value: number): void {
    this.applied.set(`${service} ${code}`, value)
  }

  /** Of one that the sandbox knows: what there may be. */
  of(service: string, code: string): number {
    const quota = `${service} ${code}`
    return this.applied.get(quota) ?? defaults.get(quota) ?? Infinity
  }
}

export const quotaOperations = ({ applied }: Quotas) => {
  const found = (values: ReadonlyMap<string, number>, ServiceCode: string, QuotaCode: string) => {
    const Value = values.get(`${ServiceCode} ${QuotaCode}`)
    if (Value === undefined)
      throw new AwsError('NoSuchResourceException', 'The request failed because the specified resource does not exist.')
    return { Quota: { ServiceCode, QuotaCode, Value } }
  }
  return {
    /** https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html: of some, the default alone is told. */
    GetServiceQuota: (({ ServiceCode, QuotaCode }) => found(applied, ServiceCode, QuotaCode)) satisfies Serve<
      GetServiceQuotaRequest,
      GetServiceQuotaResponse
    >,
    GetAWSDefaultServiceQuota: (({ ServiceCode, QuotaCode }) =>
      found(defaults, ServiceCode, QuotaCode)) satisfies Serve<
      GetAWSDefaultServiceQuotaRequest,
      GetAWSDefaultServiceQuotaResponse
    >,
  } satisfies Operations
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_servicequotas.html */
export const quotaNeeds = anywhere('servicequotas', 'GetServiceQuota', 'GetAWSDefaultServiceQuota')
