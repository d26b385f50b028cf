import { each } from './few-at-a-time.ts'
import { activityInfo } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import { authorityFindings } from '../domain/certificate-authorities.ts'
import { keyFindings, keysOfNodes } from '../domain/encryption-key.ts'
import type { Templated } from '../domain/launch-templates.ts'
import type { VersionDescription } from '../domain/eks-objects.ts'
import type { BlueFacts } from '../domain/facts.ts'
import { blocker, warning, type Finding } from '../domain/findings.ts'
import { hostFindings, type RunningPod } from '../domain/hosts-on-blue.ts'
import { insightFindings, refreshDue } from '../domain/insights.ts'
import { nodesElsewhere } from '../domain/nodes-elsewhere.ts'
import { quotaFindings, type RunningInstance } from '../domain/quotas.ts'
import { addressingOf, subnetFindings, subnetsOfNodes } from '../domain/subnets.ts'
import { supportFindings } from '../domain/support-findings.ts'
import { records } from '../domain/fields.ts'
import { isUnreachable } from './errors.ts'
import { inTime, Late } from './in-time.ts'
import type { Outside, Proven } from './outside.ts'
import type { EksPort, KubernetesPort } from './ports.ts'
import { allowedOf } from './quota-survey.ts'
import { notYet } from './waiting.ts'

/** What blue's cluster, its account and its network have to say to a second cluster beside it. Reads only. */

export interface Surveyed {
  readonly facts: BlueFacts
  readonly green: { readonly name: string; readonly version: string }
  readonly versions: readonly VersionDescription[]
  readonly metricsUrl: string
  /** Green is made by the upgrade: whether there is room for it is looked at. One that is adopted has its own. */
  readonly builds: boolean
}

/**
 * Has EKS look again at what stands in the way, where it has not for an hour, and waits until it has: a few minutes at most.
 * Throws `NotReady` meanwhile. Where it does not, or the worker may not ask, what EKS knew before is read.
 */
export async function insightsRefreshed(eks: EksPort, blue: string): Promise<void> {
  const due = async () => refreshDue(await eks.insightsRefresh(blue), new Date().toISOString())
  try {
    if ((await due()) === 'start') await eks.startInsightsRefresh(blue)
    if ((await due()) === 'wait')
      throw notYet(`EKS looks again at what stands in the way of an upgrade of ${blue}`, '30m')
  } catch (error) {
    if (!isFinal(error)) throw error
  }
}

export async function clusterSurvey(
  world: Pick<Proven, 'eks' | 'network' | 'compute' | 'keys' | 'quotas'>,
  { host }: Pick<Outside, 'host'>,
  kubernetes: KubernetesPort,
  { facts, green, versions, metricsUrl, builds }: Surveyed,
): Promise<Finding[]> {
  const { cluster } = facts
  const now = new Date().toISOString()
  const { eks, network, compute, keys } = world
  // Both are of several; whoever may not read them says so for each.
  const instances = builds ? compute.running() : Promise.resolve([])
  const pods = podsOn(kubernetes)
  const found = await Promise.all([
    look('updates', cluster.name, () => updates(eks, facts)),
    look('certificate authorities', cluster.name, async () =>
      authorityFindings(cluster.name, await eks.certificateAuthorities(cluster.name), now),
    ),
    look('insights', cluster.name, async () =>
      insightFindings(
        cluster,
        green.version,
        await eks.insights(cluster.name),
        await eks.insightsRefresh(cluster.name),
        now,
      ),
    ),
    ...(builds
      ? [
          look('subnets', cluster.name, async () => subnets(network, kubernetes, facts, await instances, await pods)),
          look('nodes', cluster.name, async () =>
            nodesElsewhere(cluster.name, await kubernetes.list('Node'), await instances),
          ),
          lookBriefly('quotas', cluster.name, async () =>
            quotaFindings(
              cluster.name,
              { clusters: (await eks.clusterNames()).length, instances: await instances },
              await allowedOf(world, ['clusters', 'onDemand', 'spot']),
            ),
          ),
          look('encryption key', cluster.name, async () =>
            cluster.encryptionKeyArn === undefined
              ? []
              : keyFindings(cluster.encryptionKeyArn, await keys.state(cluster.encryptionKeyArn)),
          ),
        ]
      : []),
    look('pods', cluster.name, async () =>
      hostFindings(
        cluster.name,
        { pods: (await pods).map((p) => p.pod), services: await servicesOn(kubernetes) },
        metricsUrl,
        host,
      ),
    ),
  ])
  return [...supportFindings(cluster, green, versions, now), ...found.flat()]
}

/** Whether nodes of green could encrypt their volumes as blue's do. Reads only. */
export async function keySurvey({ keys }: Pick<Proven, 'keys'>, templates: readonly Templated[]): Promise<Finding[]> {
  const found = await each([...keysOfNodes(templates)], async ([key, use]) =>
    keyFindings(key, await keys.state(key), use),
  )
  return found.flat()
}

/** What cannot be looked at, most often because the worker may not, is told, and stops nothing: the rest is worth having. */
export async function look(what: string, blue: string, at: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await at()
  } catch (error) {
    if (!isFinal(error)) throw error
    return [
      notLookedAt(
        `${blue}: ${what}`,
        error.message,
        'where the worker may not: give it deploy/iam/preflight.json and deploy/rbac/norikae.yaml, as this release has them',
      ),
    ]
  }
}

/** Preflight as a whole has a minute for an attempt, and most of what it asks is worth more than these. */
const BRIEFLY_MS = 15_000
/** The SDK has asked a few times in each of them. */
const ATTEMPTS = 3

/**
 * As `look`, at what is good to know and stops nothing either where nobody answers: not within a quarter of a minute, or not
 * in the third attempt. An account that has too much to be told in time would be asked for ever.
 */
export const lookBriefly = (
  what: string,
  blue: string,
  at: () => Promise<Finding[]>,
  lookMs = BRIEFLY_MS,
): Promise<Finding[]> =>
  look(what, blue, async () => {
    try {
      return await inTime(at(), lookMs)
    } catch (error) {
      const late = error instanceof Late
      if (!late && !(isUnreachable(error) && activityInfo().attempt >= ATTEMPTS)) throw error
      return [
        notLookedAt(
          `${blue}: ${what}`,
          error.message,
          'look again later: norikae preflight; or see for yourself whether there is room, and whom policies name',
        ),
      ]
    }
  })

const notLookedAt = (about: string, why: string, remedy: string): Finding =>
  warning('not-looked-at', about, `it cannot be looked at: ${why}`, remedy)

/** Asking again would not help. */
const isFinal = (error: unknown): error is ApplicationFailure =>
  error instanceof ApplicationFailure && error.nonRetryable === true

/** An old cluster has had hundreds of updates: they are asked for only where something says that one is under way. */
async function updates(eks: EksPort, { cluster, nodegroups }: BlueFacts): Promise<Finding[]> {
  const busy = [
    ...(cluster.status === 'UPDATING' ? [{ about: cluster.name, group: undefined }] : []),
    ...nodegroups.filter((g) => g.status === 'UPDATING').map(({ name }) => ({ about: name, group: name })),
  ]
  const found = await each(busy, async ({ about, group }) =>
    (await eks.updatesInProgress(cluster.name, group)).map(({ type, startedAt }) =>
      blocker(
        'update-in-progress',
        about,
        `${type} is under way since ${startedAt.slice(0, 16).replace('T', ' ')} UTC`,
        'wait until it has ended, and look again',
      ),
    ),
  )
  return found.flat()
}

async function subnets(
  network: Proven['network'],
  kubernetes: KubernetesPort,
  facts: BlueFacts,
  instances: readonly RunningInstance[],
  pods: readonly PlacedPod[],
): Promise<Finding[]> {
  const { cluster } = facts
  const ofNodes = subnetsOfNodes(facts)
  const addressing = addressingOf(await kubernetes.find('DaemonSet', 'kube-system', 'aws-node'))
  const nodesIn = new Map<string, number>()
  for (const { zone } of instances.filter((i) => i.cluster === cluster.name))
    nodesIn.set(zone, (nodesIn.get(zone) ?? 0) + 1)
  const podsOn = new Map<string, number>()
  for (const { node } of pods) if (node !== undefined) podsOn.set(node, (podsOn.get(node) ?? 0) + 1)
  const [found, taken] = await Promise.all([
    network.subnets([...new Set([...cluster.resourcesVpcConfig.subnetIds, ...ofNodes])]),
    addressing.prefixes ? network.taken(ofNodes) : [],
  ])
  return subnetFindings(facts, found, { nodesIn, podsOn: [...podsOn.values()] }, addressing, taken)
}

interface PlacedPod {
  readonly pod: RunningPod
  /** Absent where it has no address of its own, or no node. */
  readonly node?: string
}

/** Those that have not ended, page by page: of thousands only this is kept. */
async function podsOn(kubernetes: KubernetesPort): Promise<PlacedPod[]> {
  const found: PlacedPod[] = []
  for await (const page of kubernetes.pages('Pod'))
    for (const it of page) {
      if (['Succeeded', 'Failed'].includes(String(it.status?.['phase']))) continue
      const { namespace = '', name } = it.metadata
      const node = it.spec?.['hostNetwork'] === true ? undefined : it.spec?.['nodeName']
      found.push({
        pod: { namespace, name, images: records(it.spec?.['containers']).map((c) => String(c['image'])) },
        ...(typeof node === 'string' && node !== '' && { node }),
      })
    }
  return found
}

async function servicesOn(kubernetes: KubernetesPort): Promise<ReadonlySet<string>> {
  const services = await kubernetes.list('Service')
  return new Set(services.map(({ metadata: { name, namespace = '' } }) => `${name}.${namespace}`))
}
