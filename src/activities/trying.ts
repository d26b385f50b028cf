import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { ActionInput } from '../domain/actions.ts'
import {
  isDeployedRelease,
  kindsIn,
  releaseFindings,
  served,
  writtenFindings,
  type HelmRelease,
  type Served,
} from '../domain/api-versions.ts'
import { carriedKinds, copyOf, isCarried } from '../domain/copying.ts'
import { isOfSilentWebhook, refusalFindings, warningFinding } from '../domain/dry-run.ts'
import { warning, type Finding } from '../domain/findings.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { missingFindings } from '../domain/made-elsewhere.ts'
import { isRepeatable, undecided } from '../domain/one-shot-jobs.ts'
import { nothing, noting, told, type Noticed } from '../domain/noticed.ts'
import type { Scope, Side } from '../domain/platform.ts'
import { classesInUse, classFindings } from '../domain/storage-classes.ts'
import { concerning, transformed, unusedFindings } from '../domain/transforms.ts'
import { downFinding, isDown } from '../domain/webhooks.ts'
import { versionFindingsOn } from './custom-versions.ts'
import { notReady } from './errors.ts'
import { otherSide, proven, type Outside } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { namesOf, oneShotJobs, secretsMadeElsewhere } from './surveys.ts'
import { streamed } from './waiting.ts'
import { webhooksOn } from './webhooks.ts'

/** A dry run waits for nothing that another makes; as many as the adapter keeps connections. */
const AT_ONCE = 16

/** A webhook may only be starting. */
const PATIENCE_MS = 120_000

/** Where a stream of objects is: kinds in order, of each the namespaces, of each the names. */
interface Place {
  readonly kind: number
  readonly namespace: number
  readonly name: string
}

/** What the next attempt goes on from. */
export interface Progress {
  readonly after?: Place
  readonly tried: number
  readonly refused: number
  readonly noticed: Noticed
  /** Transforms that concerned some object. */
  readonly used: readonly number[]
  /** When a webhook first did not answer. Environments that are tried together begin long after the step does. */
  readonly silentSinceMs?: number
}

/** What came of one environment. */
export interface Outcome {
  readonly tried: number
  readonly findings: readonly Finding[]
  /** What green would not take, or has not; none where all of it may come. */
  readonly faults: readonly string[]
  /** A webhook has been silent for so long that it was not waited for any more. */
  readonly silentSinceMs?: number
}

/** Where an environment is begun. */
export const nowhere: Progress = { tried: 0, refused: 0, noticed: nothing, used: [] }

interface Sides {
  readonly here: KubernetesPort
  readonly there: KubernetesPort
  readonly resources: Awaited<ReturnType<KubernetesPort['resources']>>
  readonly name: string
}

export async function sidesOf(outside: Outside, scope: Scope, on: Side): Promise<Sides> {
  const world = await proven(outside, scope)
  const [here, there] = [await world.on(on), await world.on(otherSide(on))]
  return { here, there, resources: await here.resources(), name: scope[on] }
}

interface How {
  /** So many are tried together. */
  readonly environments?: number
  /** Where an attempt before this one was. */
  readonly next?: Progress | undefined
  readonly noted?: (progress: Progress) => unknown
}

/** All that it has on the other side, object by object, and what it lacks on this one. */
export async function tried(
  { here, there, resources, name }: Sides,
  input: ActionInput<'dryRunObjects'>,
  run: string,
  { environments = 1, next, noted = (it) => it }: How = {},
): Promise<Outcome> {
  const whose = `${input.app} ${input.environment}`
  const transforms = input.transforms ?? []
  const green: Served = new Set(resources.map((r) => served(r.apiVersion, r.kind)))
  const note = noting(environments)
  let progress = next ?? nowhere
  const isPatient = () => {
    const silentSinceMs = progress.silentSinceMs ?? Date.now()
    progress = { ...progress, silentSinceMs }
    return Date.now() - silentSinceMs <= PATIENCE_MS
  }
  await streamed(
    objectsOf(there, input, progress.after),
    ({ object }) => findingsOf(object, transformed(object, transforms), { here, run, green, isPatient }),
    ({ object, at }, findings) => {
      const refused = findings.some((f) => f.level === 'blocker')
      progress = {
        ...progress,
        after: at,
        tried: progress.tried + (isCarried(object) && !findings.some((f) => f.code === 'not-tried') ? 1 : 0),
        refused: progress.refused + (refused ? 1 : 0),
        noticed: findings.reduce(note, progress.noticed),
        used: [...new Set([...progress.used, ...concerning(object, transforms)])],
      }
    },
    () => noted(progress),
    AT_ONCE,
  )
  const missing = input.byOthers ? [] : await missingSecrets(here, there, input.namespaces)
  const lacking = missing.filter((f) => f.level === 'blocker')
  const jobs = await Promise.all(input.namespaces.map((namespace) => oneShotJobs(there, namespace)))
  const unknown = undecided(jobs.flat(), input.jobs ?? {}, input.movesNext === true)
  const inTheWay = unknown.filter((f) => f.level === 'blocker')
  const custom = await versionFindingsOn(there, input.namespaces, resources)
  const all = [
    ...missing,
    ...unknown,
    ...custom,
    ...unusedFindings(whose, transforms, progress.used),
    ...(await downOn(here, name)),
    ...(await classesOn(here, there, input.namespaces)),
  ].reduce(note, progress.noticed)
  const { tried: count, refused, silentSinceMs } = progress
  const gaveUp = progress.noticed.findings.some((f) => f.code === 'webhook-silent')
  return {
    tried: count,
    findings: told(all, whose),
    ...(gaveUp && silentSinceMs !== undefined && { silentSinceMs }),
    faults: [
      ...(refused > 0 ? [`would refuse ${refused} of ${count} objects of ${whose}`] : []),
      ...(lacking.length > 0 ? [`has not ${lacking.length} of the Secrets that ${whose} needs`] : []),
      ...(inTheWay.length > 0
        ? [`cannot take ${whose} while nothing tells what ${inTheWay.length} of its Jobs are`]
        : []),
    ],
  }
}

/** Page by page: an app may have more objects than fit into the memory. */
async function* objectsOf(
  cluster: KubernetesPort,
  { namespaces, byOthers, jobs = {} }: ActionInput<'dryRunObjects'>,
  after: Place | undefined,
): AsyncGenerator<{ readonly object: KubernetesObject; readonly at: Place }> {
  const isTried = (object: KubernetesObject) =>
    object.kind === 'Job'
      ? byOthers !== true && isRepeatable(object, jobs)
      : isCarried(object) || isDeployedRelease(object)
  for (const [kind, name] of [...carriedKinds, 'Job' as const].entries()) {
    for (const [at, namespace] of namespaces.toSorted().entries()) {
      if (after !== undefined && (kind < after.kind || (kind === after.kind && at < after.namespace))) continue
      const from = after?.kind === kind && after.namespace === at ? after.name : ''
      for await (const page of cluster.pages(name, { namespace })) {
        for (const object of page) {
          if (object.metadata.name > from && isTried(object))
            yield { object, at: { kind, namespace: at, name: object.metadata.name } }
        }
      }
    }
  }
}

interface Trying {
  readonly here: KubernetesPort
  readonly run: string
  readonly green: Served
  /** Whether a webhook that does not answer is waited for. */
  readonly isPatient: () => boolean
}

async function findingsOf(
  object: KubernetesObject,
  wanted: KubernetesObject,
  { here, run, green, isPatient }: Trying,
): Promise<Finding[]> {
  if (isDeployedRelease(object)) return releaseFindingsOf(object, green)
  const { refusal, warnings } = await here.dryRun(copyOf(wanted, run, false))
  if (refusal !== undefined && isOfSilentWebhook(refusal) && isPatient())
    throw notReady(`a webhook does not answer: ${refusal.message}`, '10s')
  return [
    ...(refusal === undefined ? [] : refusalFindings(object, refusal)),
    ...warnings.map((text) => warningFinding(object, text)),
    ...writtenFindings(object, green),
  ]
}

const downOn = async (here: KubernetesPort, cluster: string): Promise<Finding[]> =>
  (await webhooksOn(here)).flatMap(({ webhook, answers }) =>
    isDown(webhook, answers) ? [downFinding(webhook, cluster, answers)] : [],
  )

/** What a controller makes on blue and pods need is there on green, or its controller cannot make it there. */
async function missingSecrets(
  here: KubernetesPort,
  there: KubernetesPort,
  namespaces: readonly string[],
): Promise<Finding[]> {
  const all = await Promise.all(
    namespaces.map(async (namespace) => {
      const made = await secretsMadeElsewhere(there, namespace)
      if (made.length === 0) return []
      const names = await namesOf(here, 'Secret', namespace)
      const [accounts, ...workloads] = await Promise.all(
        (['ServiceAccount', ...runners] as const).map((kind) => there.list(kind, { namespace })),
      )
      return missingFindings(workloads.flat(), accounts ?? [], made, ({ name }) => names.has(name))
    }),
  )
  return all.flat()
}

/** What asks for a class of blue finds it on green, and of the same driver. */
async function classesOn(
  here: KubernetesPort,
  there: KubernetesPort,
  namespaces: readonly string[],
): Promise<Finding[]> {
  const [onBlue, onGreen] = await Promise.all([there.list('StorageClass'), here.list('StorageClass')])
  if (onBlue.length === 0) return []
  const all = await Promise.all(
    namespaces.map(async (namespace) => {
      const [claims, sets] = await Promise.all([
        there.list('PersistentVolumeClaim', { namespace }),
        there.list('StatefulSet', { namespace }),
      ])
      return classFindings(namespace, classesInUse(onBlue, claims, sets), onGreen)
    }),
  )
  return all.flat()
}

const runners = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'] as const

const unzipped = promisify(gunzip)

/** A release with a larger manifest is not read; a Secret has a megabyte, and text is packed to a tenth. */
const LARGEST_RELEASE = 32 * 1024 * 1024

/** Base64 as every Secret, then Helm's own, then gzip, then JSON. Values stay unread, and nothing of it is told but kinds. */
async function releaseFindingsOf({ metadata, ...secret }: KubernetesObject, green: Served): Promise<Finding[]> {
  const { labels = {}, namespace = '', name } = metadata
  const release = labels['name'] ?? name
  try {
    const { release: packed = '' } = (secret['data'] ?? {}) as { release?: string } // of a Secret of Helm's own type
    const json = await unzipped(Buffer.from(Buffer.from(packed, 'base64').toString('latin1'), 'base64'), {
      maxOutputLength: LARGEST_RELEASE,
    })
    const { manifest } = JSON.parse(json.toString()) as { manifest?: unknown } // Helm wrote it
    const kinds: HelmRelease['kinds'] = kindsIn(typeof manifest === 'string' ? manifest : '')
    return releaseFindings({ namespace, name: release, revision: labels['version'] ?? '', kinds }, green)
  } catch {
    // What it is that cannot be read may be a secret.
    return [
      warning(
        'release-unread',
        `Helm/${namespace}/${release}`,
        'its record cannot be read, so nothing is known of the API versions that it was rendered in',
        `see them with: helm get manifest ${release} -n ${namespace}`,
      ),
    ]
  }
}
