import type { DescribeImagesRequest, DescribeImagesResult, Image } from '@aws-sdk/client-ec2'
import type { SandboxAws } from '../../types.ts'
import { AwsError, notServed } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'

type Told = Parameters<SandboxAws['images']['set']>[1]

/** The images that somebody told of. Nothing is started from them. */
export class Images implements Readonly<SandboxAws['images']> {
  readonly all = new Map<string, Exclude<Told, 'unknown'>>()

  set(id: string, image: Told): void {
    if (image === 'unknown') this.all.delete(id)
    else this.all.set(id, image)
  }
}

export const imageOperations = ({ all }: Images) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html */
    DescribeImages: (({ ImageIds, Filters = [], NextToken, MaxResults }) => {
      const [filter] = Filters
      if (filter) throw notServed(`the filter ${filter.Name} of DescribeImages`)
      const lost = ImageIds?.find((id) => !all.has(id))
      if (lost !== undefined) throw new AwsError('InvalidAMIID.NotFound', `The image id '[${lost}]' does not exist`)
      const gone = ImageIds?.find((id) => all.get(id)?.state === 'deregistered')
      if (gone !== undefined)
        throw new AwsError('InvalidAMIID.Unavailable', `The image id '[${gone}]' is no longer available`)
      const matching = [...all].filter(([id]) => ImageIds?.includes(id) !== false)
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      return {
        Images: items.map(([ImageId, { architecture, state = 'available' }]): Image => ({
          ImageId,
          Architecture: architecture,
          State: state,
        })),
        NextToken: next,
      }
    }) satisfies Serve<DescribeImagesRequest, DescribeImagesResult>,
  }) satisfies Operations
