import { blocker, info, warning, type Finding } from './findings.ts'
import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import { imagesOf, replicasOf } from './workload-state.ts'

/**
 * Blue's nodes keep the images that they have pulled; green's have to pull each anew. What its registry has deleted since
 * (a lifecycle policy, a clean-up) runs on blue until a node goes, and on green never. Only Amazon ECR is asked: the
 * credentials of other registries are the apps' own. Of a repository that is a pull-through cache ECR fetches what is not
 * there when it is pulled; that it is one is not looked for, so people may say so by a waiver.
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
 */

/** A repository of Amazon ECR. */
export interface Repository {
  readonly account: string
  readonly region: string
  readonly name: string
}

/** With a digest the tag is only for people, as to whoever pulls it. */
export type ImageId = { readonly tag: string } | { readonly digest: string }

export interface RegistryImage {
  readonly repository: Repository
  readonly id: ImageId
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/docker-pull-ecr-image.html, and its dual-stack and FIPS names. */
const REGISTRY = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z\d-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/

/** Undefined: it is no image of Amazon ECR. `image`: as a container names it. */
export function registryImage(image: string): RegistryImage | undefined {
  const [host = '', ...path] = image.split('/')
  const [, account, region] = REGISTRY.exec(host) ?? []
  if (account === undefined || region === undefined || path.length === 0) return undefined
  const [named = '', digest] = path.join('/').split('@')
  const [name = '', tag = 'latest'] = named.split(':')
  return { repository: { account, region, name }, id: digest === undefined ? { tag } : { digest } }
}

/** An image, and what makes pods from it. */
export interface UsedImage extends RegistryImage {
  readonly image: string
  readonly workload: string
  /** It makes pods as it is now. */
  readonly runs: boolean
}

export const usedImages = (workload: KubernetesObject): UsedImage[] =>
  [...new Set(imagesOf(workload))].flatMap((image) => {
    const found = registryImage(image)
    return found ? [{ ...found, image, workload: nameOf(workload), runs: runs(workload) }] : []
  })

const runs = ({ kind, spec, ...workload }: KubernetesObject): boolean =>
  kind === 'CronJob'
    ? spec?.['suspend'] !== true
    : kind === 'DaemonSet' || replicasOf({ kind, ...workload, ...(spec && { spec }) }) > 0

/** What can be asked at once: the images of one repository, each once. */
export interface Asked {
  readonly repository: Repository
  readonly ids: readonly ImageId[]
}

export function askedOf(used: readonly UsedImage[]): Asked[] {
  const byRepository = Map.groupBy(used, ({ repository }) => keyOf(repository))
  return [...byRepository.values()].flatMap((all) => {
    const ids = new Map(all.map(({ id }) => [JSON.stringify(id), id]))
    return all[0] ? [{ repository: all[0].repository, ids: [...ids.values()] }] : []
  })
}

const keyOf = ({ account, region, name }: Repository): string => `${account}/${region}/${name}`

/** What a repository answered: those that it does not have; or that the worker may not look, or nothing. */
export interface Answered {
  readonly repository: Repository
  readonly missing: readonly ImageId[] | Unanswered
}

export type Unanswered = keyof typeof unanswered
const unanswered = {
  denied: {
    why: 'the worker may not look there',
    remedy: "allow its role ecr:DescribeImages, in that registry's policy too; or see by yourself",
  },
  silent: {
    why: 'it does not answer the worker',
    remedy: 'let the worker reach the API of ECR in that region; or see by yourself',
  },
} as const

/** Once a workload and image. What does not run as it is now may never be asked to on green. */
export function imageFindings(used: readonly UsedImage[], answers: readonly Answered[]): Finding[] {
  const gone = new Set(
    answers.flatMap(({ repository, missing }) =>
      typeof missing === 'string' ? [] : missing.map((id) => keyOf(repository) + JSON.stringify(id)),
    ),
  )
  const hidden = answers.flatMap(({ repository, missing }) =>
    typeof missing === 'string' ? [{ ...repository, is: missing }] : [],
  )
  return [
    ...used
      .filter(({ repository, id }) => gone.has(keyOf(repository) + JSON.stringify(id)))
      .map(({ image, workload, runs }) =>
        (runs ? blocker : warning)(
          'image-gone',
          workload,
          `its registry does not have ${image} (any more): blue's nodes have kept it, and green's cannot pull it`,
          'push it again, or deploy an image that is there; and see which lifecycle policy took it. Where the repository is a pull-through cache, ECR fetches it again when it is pulled: see that its upstream still has it, and waive this',
        ),
      ),
    ...[...Map.groupBy(hidden, ({ account, region, is }) => `${account} in ${region} ${is}`).values()].flatMap(
      notKnown,
    ),
  ]
}

/** Of one registry, for one reason. */
function notKnown(hidden: readonly (Repository & { readonly is: Unanswered })[]): Finding[] {
  const [first] = hidden
  if (!first) return []
  const { why, remedy } = unanswered[first.is]
  return [
    info(
      'image-not-looked-for',
      `ECR ${first.account} in ${first.region}`,
      `${why}, so whether green can pull the images of ${repositoriesInWords(hidden)} is not known`,
      remedy,
    ),
  ]
}

const repositoriesInWords = ([first, ...others]: readonly Repository[]): string =>
  `${first?.name ?? ''}${others.length === 0 ? '' : ` and ${others.length} more`}`
