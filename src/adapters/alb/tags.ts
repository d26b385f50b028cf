import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { ask } from '../aws-errors.ts'
import { batches, each } from '../aws-client.ts'

/** "You can specify up to 20 resources in a single call." https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html */
const RESOURCES = 20

type Tags = Readonly<Record<string, string>>

/** Tags by ARN. */
export async function tagsOf(client: ElasticLoadBalancingV2, arns: readonly string[]): Promise<Record<string, Tags>> {
  const told = await each(batches(arns, RESOURCES), (ResourceArns) =>
    ask(`DescribeTags ${ResourceArns.join(' ')}`, (o) => client.describeTags({ ResourceArns }, o)),
  )
  return Object.fromEntries(
    told
      .flatMap((answer) => answer.TagDescriptions ?? [])
      .map(({ ResourceArn = '', Tags = [] }) => [
        ResourceArn,
        Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
      ]),
  )
}
