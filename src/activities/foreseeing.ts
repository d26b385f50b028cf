import { dated } from '../domain/days.ts'
import type { VersionDescription } from '../domain/eks-objects.ts'
import { compareVersions, isKubernetesVersion } from '../domain/kubernetes-version.ts'
import { decide, overtaken, type Decision, type OutlookFacts } from '../domain/outlook.ts'
import type { PlatformFile } from '../domain/platform-file.ts'
import { resolveTeams } from '../domain/resolve-platform.ts'
import {
  announcedWhen,
  calendarIn,
  openDays,
  startAfter,
  startsAfter,
  type Schedule,
  type Start,
} from '../domain/schedule.ts'
import type { Foreseen, Support } from '../domain/scheduled.ts'
import type { Activities } from '../workflows/activities.ts'
import { blueOf, blueSeen } from './blue.ts'
import { invalidInput, isDenied, notFound } from './errors.ts'
import { proven, type Outside } from './outside.ts'
import { platformFileOf } from './platform-files.ts'
import { seenBy } from './sight.ts'
import { UNKNOWN } from './unjudged.ts'

/** So many starts are shown after the one that comes next. */
const LATER = 3

export const foreseeingActivities = (outside: Outside): Pick<Activities, 'foresee' | 'lookAgain'> => ({
  /** Reads the platform file, blue's version and EKS's calendar, and decides. */
  async foresee({ firedAt, ...request }) {
    const file = await platformFileOf(outside, request)
    const { platform, schedule, platformTeam } = file
    if (firedAt !== undefined && !schedule)
      throw invalidInput(
        `the platform file of ${platform} has no schedule, so nothing starts by itself. Write schedule: {}, or end it: norikae schedule delete ${platform}`,
      )
    const days = openDays(calendarIn(file))
    const { start, later } = schedule ? startsOf(schedule, days, firedAt) : { later: [] }
    const facts = firedAt === undefined ? await foundAsSeen(outside, file) : await found(outside, file)
    const { blue, from, versions, unseen = [] } = facts
    const decision: Decision =
      unseen.length > 0
        ? { do: 'nothing', because: unseen }
        : decide(facts, schedule ?? { target: 'newest' }, schedule ? start?.at : new Date().toISOString(), later[0]?.at)
    outside.log('info', `${platform}: ${decision.do} ${decision.to ?? ''}`.trimEnd(), { because: decision.because })
    const foreseen: Foreseen = {
      platform,
      blue,
      from,
      timeZone: days.timeZone,
      decision,
      ...(start && { start, onTheWall: dated(days.timeZone, start.at) }),
      later,
      versions: versions
        .filter(({ version }) => isKubernetesVersion(version))
        .toSorted(newestFirst)
        .map(supportOf),
      platformTeam,
      teams: resolveTeams(file),
    }
    return foreseen
  },

  /** Why what was announced does not start; absent: it does. */
  async lookAgain({ platform, to, refreshes }) {
    const why = overtaken(await found(outside, await platformFileOf(outside, { platform })), to, refreshes)
    return why === undefined ? {} : { why }
  },
})

/** The start that is announced at this moment, else the one that comes next. */
function startsOf(
  schedule: Schedule,
  days: ReturnType<typeof openDays>,
  firedAt: string | undefined,
): { readonly start?: Start; readonly later: readonly Start[] } {
  const now = new Date().toISOString()
  if (firedAt === undefined) {
    const [start, ...later] = startsAfter(schedule, days, now, LATER + 1)
    return { ...(start && { start }), later }
  }
  const announcedAt = announcedWhen(firedAt, now)
  const start = startAfter(schedule, days, announcedAt)
  return { ...(start && { start }), later: startsAfter(schedule, days, announcedAt, LATER) }
}

/** With what nobody knows, because the worker may not look: each in words. */
type Found = OutlookFacts & { readonly unseen?: readonly string[] }

/** The same for who only looks, where a right is missing too. What a schedule starts is never decided so. */
async function foundAsSeen(outside: Outside, file: PlatformFile): Promise<Found> {
  try {
    return await found(outside, file)
  } catch (error) {
    if (!isDenied(error)) throw error
  }
  const world = await proven(outside, { ...file, blue: '', green: '' })
  const open = await outside.openUpgrade(file.platform)
  if (open) return { blue: '', from: '', versions: [], open }
  const { blue, sight } = await blueSeen(world.eks, file)
  const { eks } = seenBy(sight, world)
  const [versions, cluster] = await Promise.all([eks.versions(), eks.findCluster(blue)])
  const unseen = sight.findings([]).map(({ about, message, remedy }) => `${about}: ${message}. ${remedy}`)
  return { blue, from: cluster?.version ?? UNKNOWN, versions, unseen }
}

async function found(outside: Outside, file: PlatformFile): Promise<Found> {
  const { eks } = await proven(outside, { ...file, blue: '', green: '' })
  const open = await outside.openUpgrade(file.platform)
  const versions = await eks.versions()
  // While an upgrade is open there are two clusters of this name, and nothing is decided by either.
  if (open) return { blue: '', from: '', versions, open }
  const blue = await blueOf(eks, file)
  const cluster = await eks.findCluster(blue)
  if (!cluster) throw notFound(`cluster ${blue} is not there`)
  const { supportType } = cluster
  return {
    blue,
    from: cluster.version,
    madeAt: cluster.createdAt,
    ...(supportType !== undefined && { supportType }),
    versions,
  }
}

const newestFirst = (a: VersionDescription, b: VersionDescription): number =>
  isKubernetesVersion(a.version) && isKubernetesVersion(b.version) ? compareVersions(b.version, a.version) : 0

const supports: Readonly<Record<string, Support['support']>> = {
  STANDARD_SUPPORT: 'standard',
  EXTENDED_SUPPORT: 'extended',
}

function supportOf(told: VersionDescription): Support {
  const support = supports[told.status] ?? 'none'
  const until = support === 'extended' ? told.endOfExtendedSupport : told.endOfStandardSupport
  return {
    version: told.version,
    support,
    ...(support !== 'none' && until !== undefined && { until: until.slice(0, 10) }),
    isDefault: told.isDefault,
  }
}
