import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  type ServiceQuotas,
} from '@aws-sdk/client-service-quotas'
import type { QuotasPort } from '../../activities/ports.ts'
import { askFor } from '../aws-errors.ts'

/** Of a quota that nobody has raised, some services tell the default only. `clientOf`: by the service, as IAM's are in one region. */
export const quotas = (clientOf: (service: string) => ServiceQuotas): QuotasPort => ({
  async allowed({ service, code }) {
    const client = clientOf(service)
    const input = { ServiceCode: service, QuotaCode: code }
    const applied = await askFor(`GetServiceQuota ${service} ${code}`, (o) =>
      client.send(new GetServiceQuotaCommand(input), o),
    )
    const found =
      applied ??
      (await askFor(`GetAWSDefaultServiceQuota ${service} ${code}`, (o) =>
        client.send(new GetAWSDefaultServiceQuotaCommand(input), o),
      ))
    return found?.Quota?.Value
  },
})
