import { daysAfter } from './days.ts'
import type { VersionDescription } from './eks-objects.ts'
import { compareVersions, isKubernetesVersion, type KubernetesVersion } from './kubernetes-version.ts'
import type { Schedule, Target } from './schedule.ts'

/**
 * Whether there is something to upgrade to: from EKS's versions, what blue runs and what the platform file wants. Pure
 * rules over dates; each answer says why.
 */

/** Two quarters: an upgrade each quarter, and one that may be left out. */
const LEAVES_DAYS = 182

/** What was found outside. */
export interface OutlookFacts {
  /** The cluster that serves now: its name, its version, and when it was made. */
  readonly blue: string
  readonly from: string
  readonly madeAt?: string
  /** Of its upgrade policy: what becomes of it at the end of standard support; absent where EKS does not tell. */
  readonly supportType?: string
  readonly versions: readonly VersionDescription[]
  /** What is open already: an upgrade to this version, where it is known. */
  readonly open?: { readonly to?: string }
}

export interface Decision {
  /** `refresh`: blue's own version once more, on a new cluster. */
  readonly do: 'nothing' | 'upgrade' | 'refresh'
  /** There where something is done. */
  readonly to?: string
  /** Sentences, the first says it. */
  readonly because: readonly string[]
}

type Offered = VersionDescription & { readonly version: KubernetesVersion }

const isOffered = (it: VersionDescription): it is Offered => isKubernetesVersion(it.version)
const isStandard = ({ status }: VersionDescription): boolean => status === 'STANDARD_SUPPORT'

/**
 * What is to be done with a start at `startsAt`; undefined: every day is closed, and none comes. The wanted version is the
 * newest in standard support, the one before it, or EKS's default; where its support ends within two quarters, the next
 * newer one whose support does not. Where none of them is for blue, it is refreshed once it is as old as the platform file
 * says, if it says so. `next`: the start after this one, where there is one.
 */
export function decide(
  facts: OutlookFacts,
  { target, refreshDays }: Pick<Schedule, 'target' | 'refreshDays'>,
  startsAt: string | undefined,
  next?: string,
): Decision {
  if (facts.open) return nothing([isOpen(facts.open)])
  if (startsAt === undefined) return nothing(['every day is closed, so nothing ever starts'])
  const byVersion = newerFor(facts, target, startsAt, next)
  return byVersion.do === 'nothing' ? orRefresh(byVersion.because, facts, refreshDays, startsAt) : byVersion
}

function newerFor(
  { from, versions, supportType }: OutlookFacts,
  target: Target,
  startsAt: string,
  next: string | undefined,
): Decision {
  const standard = versions
    .filter(isOffered)
    .filter(isStandard)
    .toSorted((a, b) => compareVersions(a.version, b.version))
  const wished = wishedAmong(standard, target)
  const ofBlue = supportOfBlue(from, versions, next, supportType)
  if (!wished) return nothing([`EKS offers no version in standard support that is ${named[target]}`, ...ofBlue])
  const enough = daysAfter(startsAt.slice(0, 10), LEAVES_DAYS)
  const chosen = standard.find((v) => compareVersions(v.version, wished.version) >= 0 && endOf(v) >= enough)
  if (!chosen)
    return nothing([
      `${wished.version} is ${named[target]}, and leaves standard support on ${endOf(wished)}: less than two quarters (until ${enough}) after the start, and no newer one stays longer`,
      ...ofBlue,
    ])
  const why = whyOf(chosen, wished, target)
  if (isKubernetesVersion(from) && compareVersions(chosen.version, from) <= 0) {
    const where = chosen.version === from ? `blue is at ${from} already` : `blue is at ${from}, which is newer`
    return nothing([`${where}: ${why}`, ...ofBlue])
  }
  return { do: 'upgrade', to: chosen.version, because: [why, ...ofBlue] }
}

/**
 * By blue's age alone, as the file has it: what a new cluster brings that no newer version does (images of nodes, what grew
 * by hand, a way that was walked) has no date of its own outside. Not onto a version that costs more from the first day.
 */
function orRefresh(
  because: readonly string[],
  { blue, from, madeAt, versions }: OutlookFacts,
  refreshDays: number | undefined,
  startsAt: string,
): Decision {
  if (refreshDays === undefined || madeAt === undefined) return nothing(because)
  const [made, starts] = [madeAt.slice(0, 10), startsAt.slice(0, 10)]
  const due = daysAfter(made, refreshDays)
  const age = `${blue} was made on ${made}, and is built anew at ${from} after ${refreshDays} days`
  if (due > starts) return nothing([...because, `${age}: from ${due} on`])
  const own = versions.find((v) => v.version === from)
  if (!own || !isStandard(own) || endOf(own) < starts)
    return nothing([...because, `${age}; not now, because ${from} is not in standard support at the start`])
  return { do: 'refresh', to: from, because: [age, ...because] }
}

/**
 * Why what was announced is not started: an upgrade is open, somebody has upgraded meanwhile, or EKS has taken the version
 * back. Undefined: it is started, also where a newer version came meanwhile. `refreshes`: the cluster that was to be built
 * anew at its own version.
 */
export function overtaken(
  { blue, from, versions, open }: OutlookFacts,
  announced: string,
  refreshes?: string,
): string | undefined {
  if (open) return isOpen(open)
  if (refreshes !== undefined) {
    if (blue !== refreshes) return `blue is ${blue} by now`
    if (from !== announced) return `blue is at ${from} by now`
  } else if (isKubernetesVersion(from) && isKubernetesVersion(announced) && compareVersions(from, announced) >= 0)
    return `blue is at ${from} by now`
  const offer = versions.find((v) => v.version === announced)
  if (!offer) return `EKS does not offer ${announced} any more`
  return isStandard(offer) ? undefined : `${announced} is not in standard support any more`
}

const isOpen = ({ to }: { readonly to?: string }): string =>
  `an upgrade${to === undefined ? '' : ` to ${to}`} is open already, and there is one at a time`

const named: Readonly<Record<Target, string>> = {
  newest: 'the newest version',
  'n-1': 'the version before the newest',
  default: "EKS's default version",
}

function wishedAmong(standard: readonly Offered[], target: Target): Offered | undefined {
  switch (target) {
    case 'newest':
      return standard.at(-1)
    case 'n-1':
      return standard.at(-2)
    case 'default':
      return standard.find((v) => v.isDefault)
  }
}

/** `2027-08-02`; nothing is a day before all others. */
const endOf = ({ endOfStandardSupport = '' }: VersionDescription): string => endOfStandardSupport.slice(0, 10)

function whyOf(chosen: Offered, wished: Offered, target: Target): string {
  const until = `in standard support until ${endOf(chosen)}`
  return chosen === wished
    ? `${chosen.version} is ${named[target]}, ${until}: more than two quarters after the start`
    : `${chosen.version} is ${until}; ${wished.version}, which is ${named[target]}, leaves it on ${endOf(wished)}: less than two quarters after the start`
}

/** What blue's own version has to do with it: support that is over, or ends before the next chance. */
function supportOfBlue(
  from: string,
  versions: readonly VersionDescription[],
  next: string | undefined,
  supportType: string | undefined,
): string[] {
  const blue = versions.find((v) => v.version === from)
  if (!blue) return [`EKS does not tell of ${from}, which blue is at`]
  const end = endOf(blue)
  switch (blue.status) {
    case 'STANDARD_SUPPORT':
      return next !== undefined && end < next.slice(0, 10)
        ? [
            `blue's ${from} leaves standard support on ${end}, before the next start; ${supportType === 'STANDARD' ? 'its upgrade policy is STANDARD, so AWS upgrades it by itself then' : 'extended support costs six times as much'}`,
          ]
        : []
    case 'EXTENDED_SUPPORT':
      return [
        `blue's ${from} is in extended support since ${end}, which costs six times as much; at its end${blue.endOfExtendedSupport === undefined ? '' : ` on ${blue.endOfExtendedSupport.slice(0, 10)}`} AWS upgrades it by itself`,
      ]
    default:
      return [`EKS no longer supports ${from}, which blue is at`]
  }
}

const nothing = (because: readonly string[]): Decision => ({ do: 'nothing', because })
