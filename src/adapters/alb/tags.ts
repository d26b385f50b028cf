import type { DescribeTagsCommandOutput, ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { ask, askFor } from '../aws-errors.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { batches } from '../aws-client.ts'

/** "You can specify up to 20 resources in a single call." https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html */
const RESOURCES = 20

type Tags = Readonly<Record<string, string>>

/** Tags by ARN. Throws `notFound` where one of them is not there. */
export async function tagsOf(client: ElasticLoadBalancingV2, arns: readonly string[]): Promise<Record<string, Tags>> {
  return byArn(
    await each(batches(arns, RESOURCES), (ResourceArns) =>
      ask(`DescribeTags ${ResourceArns.join(' ')}`, (o) => client.describeTags({ ResourceArns }, o)),
    ),
  )
}

/**
 * Tags by ARN, of whatever is still there: in an account somebody always removes something after it was listed, and ELB
 * refuses to tell of the others in the same question. So each of these is asked for by itself then.
 */
export async function tagsOfThoseThere(
  client: ElasticLoadBalancingV2,
  arns: readonly string[],
): Promise<Record<string, Tags>> {
  const told = async (ResourceArns: string[]): Promise<readonly DescribeTagsCommandOutput[]> => {
    const answer = await askFor(`DescribeTags ${ResourceArns.join(' ')}`, (o) =>
      client.describeTags({ ResourceArns }, o),
    )
    if (answer) return [answer]
    return ResourceArns.length === 1 ? [] : (await each(ResourceArns, (arn) => told([arn]))).flat()
  }
  return byArn((await each(batches(arns, RESOURCES), told)).flat())
}

const byArn = (told: readonly DescribeTagsCommandOutput[]): Record<string, Tags> =>
  Object.fromEntries(
    told
      .flatMap((answer) => answer.TagDescriptions ?? [])
      .map(({ ResourceArn = '', Tags = [] }) => [
        ResourceArn,
        Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
      ]),
  )
