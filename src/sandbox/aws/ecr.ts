import type { DescribeImagesRequest, DescribeImagesResponse, ImageIdentifier } from '@aws-sdk/client-ecr'
import type { AwsIdentity, SandboxAws } from '../types.ts'
import type { Needs } from './authorization/needs.ts'
import { AwsError } from './errors.ts'
import { page, type Operations, type Serve } from './protocol/operations.ts'

interface Image {
  readonly digest: string
  readonly tag?: string
}

/** Repositories with their images, as somebody told of them. Other accounts let nobody in. */
export class Registry implements Readonly<SandboxAws['ecr']> {
  readonly repositories = new Map<string, Image[]>()

  push(repository: string, ...images: readonly Image[]): void {
    this.repositories.set(repository, [...(this.repositories.get(repository) ?? []), ...images])
  }

  remove(repository: string, tag: string): void {
    const left = this.repositories.get(repository)?.filter((image) => image.tag !== tag) ?? []
    this.repositories.set(repository, left)
  }
}

export const ecrOperations = ({ repositories }: Registry, { account }: Pick<AwsIdentity, 'account'>) =>
  ({
    /** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html */
    DescribeImages: (({ registryId = account, repositoryName, imageIds = [], ...pages }, { sessionArn }) => {
      const arn = `arn:aws:ecr:*:${registryId}:repository/${repositoryName}`
      if (registryId !== account)
        throw new AwsError(
          'AccessDeniedException',
          `User: ${sessionArn} is not authorized to perform: ecr:DescribeImages on resource: ${arn} because no resource-based policy allows the ecr:DescribeImages action`,
        )
      if (imageIds.length > 100)
        throw new AwsError(
          'InvalidParameterException',
          "Member must have length less than or equal to 100 at 'imageIds'",
        )
      const there = repositories.get(repositoryName)
      const where = `the repository with name '${repositoryName}' in the registry with id '${registryId}'`
      if (!there) throw new AwsError('RepositoryNotFoundException', `${where.replace('the', 'The')} does not exist`)
      const found = imageIds.map((id) => there.find((image) => isIt(image, id)))
      const absent = imageIds.find((_, n) => found[n] === undefined)
      if (absent)
        throw new AwsError(
          'ImageNotFoundException',
          `The image with imageId {imageDigest:'${absent.imageDigest ?? 'null'}', imageTag:'${absent.imageTag ?? 'null'}'} does not exist within ${where}`,
        )
      const { nextToken, maxResults } = pages
      if (imageIds.length > 0 && (nextToken !== undefined || maxResults !== undefined))
        throw new AwsError('InvalidParameterException', 'imageIds come without nextToken and maxResults')
      const { items, next } =
        imageIds.length > 0 ? { items: found, next: undefined } : page(there, nextToken, maxResults ?? 100, 1000)
      return {
        imageDetails: items.flatMap((image) =>
          image
            ? [{ registryId, repositoryName, imageDigest: image.digest, imageTags: image.tag ? [image.tag] : [] }]
            : [],
        ),
        nextToken: next,
      }
    }) satisfies Serve<DescribeImagesRequest, DescribeImagesResponse>,
  }) satisfies Operations

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html */
export const ecrNeeds = ({ account, region }: Pick<AwsIdentity, 'account' | 'region'>) =>
  ({
    DescribeImages: ({ registryId = account, repositoryName }: DescribeImagesRequest) => [
      {
        action: 'ecr:DescribeImages',
        resource: `arn:aws:ecr:${region}:${registryId}:repository/${repositoryName}`,
      },
    ],
  }) satisfies Needs

const isIt = ({ digest, tag }: Image, { imageDigest, imageTag }: ImageIdentifier): boolean =>
  (imageDigest === undefined || imageDigest === digest) && (imageTag === undefined || imageTag === tag)
