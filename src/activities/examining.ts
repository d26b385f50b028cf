import { each } from './few-at-a-time.ts'
import { ApplicationFailure } from '@temporalio/common'
import { filled } from '../domain/checks.ts'
import { askedOf, groupMetrics } from '../domain/cloudwatch.ts'
import {
  namesOfPlatform,
  seenCloudWatch,
  seenDatadog,
  seenClusters,
  seenFile,
  seenIdentity,
  seenMetrics,
  seenNetwork,
  seenRemover,
  seenRights,
  seenTeams,
  seenVolumes,
  type Organ,
  type Seen,
  type SeenChat,
} from '../domain/examination.ts'
import { askedOfDatadog, NO_DATADOG_KEYS, type Site } from '../domain/datadog.ts'
import type { CheckFile, PlatformFile } from '../domain/platform-file.ts'
import type { Activities } from '../workflows/activities.ts'
import { findingsOfAccess } from './access.ts'
import { ownPrincipal } from '../domain/clone.ts'
import { proven, type Outside } from './outside.ts'
import { meantFile } from './platform-files.ts'

/** Nothing has it: a question that only shows whether it may be asked. */
const NOBODY = 'norikae-doctor-asks'
const WINDOW = '5m'

/** Looks at one thing that an upgrade needs. Reads only. */
export const examiningActivities = (outside: Outside): Pick<Activities, 'examine'> => ({
  examine: async ({ organ, ...request }) => looks[organ](outside, await meantFile(outside, request)),
})

type Read = Awaited<ReturnType<typeof meantFile>>

const looks: Readonly<Record<Organ, (outside: Outside, read: Read) => Promise<readonly Seen[]>>> = {
  file: async (_outside, { file, name }) => [seenFile(file, name)],
  identity: async ({ ports: { identity } }, { file }) => {
    const { account, region } = file
    const own = seenIdentity(file, await identity.whoAmI(region))
    if (own.is !== 'works') return [own]
    const removes = await identity.whoRemoves(region, account).catch(whyDenied)
    return removes === undefined ? [own] : [own, seenRemover(removes)]
  },
  clusters: async (outside, { file }) => {
    const { eks } = await inAccount(outside, file)
    const found = await each(await ownClusters(outside, file), (name) => eks.findCluster(name))
    return [
      seenClusters(
        found.filter((c) => c !== undefined),
        file,
      ),
    ]
  },
  rights: async (outside, { file }) => {
    const { eks, cluster, principalArn: told } = await inAccount(outside, file)
    const names = await ownClusters(outside, file)
    return Promise.all(
      names.map(async (name) => {
        const [kubernetes, principals] = await Promise.all([cluster(name), eks.principals(name)])
        const principalArn = ownPrincipal(principals, told)
        const [version, findings] = await Promise.all([
          kubernetes.version(),
          findingsOfAccess(eks, kubernetes, { blue: name, principalArn }),
        ])
        await kubernetes.find('Namespace', undefined, 'default')
        return seenRights(name, version, findings)
      }),
    )
  },
  network: async (outside, { file }) => {
    const { loadBalancing } = await inAccount(outside, file)
    await loadBalancing.findTargetGroup(NOBODY)
    return [seenNetwork(file.region)]
  },
  volumes: async (outside, { file }) => {
    const { blockStorage } = await inAccount(outside, file)
    await blockStorage.volumesTagged({ [NOBODY]: NOBODY })
    return [seenVolumes(file.region)]
  },
  metrics: async (outside, { file }) => {
    const { health } = file
    const { url } = health.prometheus
    await outside.ports.metrics.query(url, 'vector(1)')
    const [blue] = await ownClusters(outside, file).catch(() => [])
    const query =
      blue === undefined ? undefined : filled(health.requests, { cluster: blue, namespaces: ['.*'], window: WINDOW })
    const own = seenMetrics(url, blue, query === undefined ? null : await outside.ports.metrics.query(url, query))
    const checks = [health.checks, ...Object.values(file.apps).map((app) => app.checks ?? {})].flatMap((some) =>
      Object.values<CheckFile>(some),
    )
    const asked = checks.some((check) => 'datadog' in check) ? [await seenAtDatadog(outside, health.datadog.site)] : []
    if (!checks.some((check) => 'cloudwatch' in check)) return [own, ...asked]
    const asking = askedOf(Date.now())
    if (asking) await (await inAccount(outside, file)).cloudWatch.data(groupMetrics('latency', NOBODY, NOBODY), asking)
    return [own, seenCloudWatch(file.region), ...asked]
  },
  teams: async ({ ports: { chat } }, { file }) => {
    const asked = Object.values(file.teams).some(({ notify }) => notify.slack !== undefined)
    return seenTeams(file, asked && chat ? await chat.whoAmI().catch(refused) : undefined)
  },
}

/** A question about nobody: it takes both keys, and the right that a query needs. */
async function seenAtDatadog({ ports: { datadog } }: Outside, site: Site): Promise<Seen> {
  if (!datadog) return seenDatadog(site, NO_DATADOG_KEYS)
  const query = `avg:system.cpu.user{host:${NOBODY}}`
  const broken = await datadog.query(site, query, askedOfDatadog(Date.now(), WINDOW)).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof ApplicationFailure) return error.message
      throw error
    },
  )
  return seenDatadog(site, broken)
}

/** That it may not is an answer too. */
function whyDenied(error: unknown): { readonly denied: string } {
  if (!(error instanceof ApplicationFailure) || error.type !== 'Denied') throw error
  return { denied: error.message }
}

/** That it refuses is an answer; a chat that does not answer is asked again. */
function refused(error: unknown): SeenChat {
  if (error instanceof ApplicationFailure && error.nonRetryable === true) return { refused: error.message }
  throw error
}

const inAccount = (outside: Outside, file: PlatformFile) => proven(outside, { ...file, blue: '', green: '' })

async function ownClusters(outside: Outside, file: PlatformFile): Promise<string[]> {
  const { eks } = await inAccount(outside, file)
  return namesOfPlatform(await eks.clusterNames(), file)
}
