import { DescribeImagesCommand, type ECR } from '@aws-sdk/client-ecr'
import { isDenied } from '../../activities/errors.ts'
import type { RegistryPort } from '../../activities/ports.ts'
import type { ImageId, Repository } from '../../domain/registry-images.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { batches } from '../aws-client.ts'
import { askFor } from '../aws-errors.ts'

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html */
const AT_MOST = 100

/** By DescribeImages: what is only looked at does not count as pulled, which lifecycle policies go by. */
export const registry = (client: ECR): RegistryPort => ({
  async missing(repository, images) {
    try {
      return (await each(batches(images, AT_MOST), (some) => missingAmong(client, repository, some))).flat()
    } catch (error) {
      if (isDenied(error)) return 'denied'
      throw error
    }
  },
})

/** One that is not there fails the whole call, and does not say which: then each is asked for by itself. */
async function missingAmong(client: ECR, repository: Repository, images: readonly ImageId[]): Promise<ImageId[]> {
  if (await areThere(client, repository, images)) return []
  if (images.length <= 1) return [...images]
  return (await each(images, (one) => missingAmong(client, repository, [one]))).flat()
}

async function areThere(client: ECR, { account, name }: Repository, images: readonly ImageId[]): Promise<boolean> {
  const imageIds = images.map((id) => ('tag' in id ? { imageTag: id.tag } : { imageDigest: id.digest }))
  const command = new DescribeImagesCommand({ registryId: account, repositoryName: name, imageIds })
  return (await askFor(`DescribeImages ${account}/${name}`, (options) => client.send(command, options))) !== undefined
}
