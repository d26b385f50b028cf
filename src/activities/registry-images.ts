import { ApplicationFailure } from '@temporalio/common'
import type { Finding } from '../domain/findings.ts'
import { HOME } from '../domain/fence.ts'
import { controllerOf, type KubernetesObject } from '../domain/kubernetes-objects.ts'
import {
  askedOf,
  imageFindings,
  usedImages,
  type Answered,
  type Asked,
  type UsedImage,
} from '../domain/registry-images.ts'
import { systemNamespaces } from '../domain/resolve-platform.ts'
import { workloadKinds } from './discovery.ts'
import type { KubernetesPort, RegistryPort } from './ports.ts'

const others: ReadonlySet<string> = new Set([...systemNamespaces, HOME])

/** What green's nodes could not pull of what blue's have. Reads only; of each workload its images are kept, and no more. */
export async function imageSurvey(
  cluster: KubernetesPort,
  registry: (region: string) => RegistryPort,
): Promise<Finding[]> {
  const used: UsedImage[] = []
  for (const kind of workloadKinds)
    for await (const page of cluster.pages(kind)) used.push(...page.filter(isTenants).flatMap(usedImages))
  const silent = new Set<string>()
  const answer = async ({ repository, ids }: Asked): Promise<Answered> => {
    const { region } = repository
    if (silent.has(region)) return { repository, missing: 'silent' }
    try {
      return { repository, missing: await registry(region).missing(repository, ids) }
    } catch (error) {
      // A network may let nobody but nodes to it; nothing else of a plan waits for that.
      if (!(error instanceof ApplicationFailure) || error.type !== 'Unreachable') throw error
      silent.add(region)
      return { repository, missing: 'silent' }
    }
  }
  const answers: Answered[] = []
  const asked = askedOf(used)
  for (let n = 0; n < asked.length; n += AT_ONCE)
    answers.push(...(await Promise.all(asked.slice(n, n + AT_ONCE).map(answer))))
  return imageFindings(used, answers)
}

/** An answer takes some ten milliseconds, and there may be a thousand repositories; where it throttles the SDK slows down. */
const AT_ONCE = 8

/** What an operator makes has its images from the operator of green. */
const isTenants = (object: KubernetesObject): boolean =>
  !others.has(object.metadata.namespace ?? '') && controllerOf(object) === undefined
