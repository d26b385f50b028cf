import type { ClusterDescription, VersionDescription } from './eks-objects.ts'
import { info, warning, type Finding } from './findings.ts'
import { compareVersions, isKubernetesVersion } from './kubernetes-version.ts'

/**
 * Until when EKS supports blue's version and green's, what a control plane costs then, and whether an upgrade in place would
 * do. https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */

/** US dollars an hour for one control plane. https://aws.amazon.com/eks/pricing/ */
const PRICE = { standard: 0.1, extended: 0.6 } as const
const HOURS_A_MONTH = 730

/** Soon enough that the next quarter may be too late. */
const SOON_DAYS = 90
/** Two quarters, as `norikae next` wants them. */
const LEAVES_DAYS = 182
const DAY_MS = 86_400_000

type Blue = Pick<ClusterDescription, 'name' | 'version' | 'supportType'>

/** `to`: green's version; `now`: ISO. */
export const supportFindings = (
  blue: Blue,
  green: { readonly name: string; readonly version: string },
  versions: readonly VersionDescription[],
  now: string,
): Finding[] => [...ofBlue(blue, versions, now), ...ofGreen(green, versions, now), ...inPlace(blue, green)]

function ofBlue({ name, version, supportType }: Blue, versions: readonly VersionDescription[], now: string): Finding[] {
  const told = versions.find((v) => v.version === version)
  const byItself = 'AWS upgrades its control plane by itself, at a time of its own'
  if (!told || told.status === 'UNSUPPORTED')
    return [warning('support-ends', name, `EKS does not support ${version} any more: ${byItself}`, 'upgrade now')]
  if (told.status === 'EXTENDED_SUPPORT')
    return [
      warning(
        'support-ends',
        name,
        `${version} is in extended support${since(told.endOfStandardSupport)}, which costs ${dollars(PRICE.extended)} an hour instead of ${dollars(PRICE.standard)}, ${dollars(perMonth())} more a month${ending(told.endOfExtendedSupport, now, byItself)}`,
        'the upgrade ends it; keep it before that day',
      ),
    ]
  const left = daysTo(told.endOfStandardSupport, now)
  if (told.endOfStandardSupport === undefined || left === undefined) return []
  const after =
    supportType === 'STANDARD'
      ? `its upgrade policy is STANDARD: from then on ${byItself}`
      : `from then on it costs ${dollars(PRICE.extended)} an hour instead of ${dollars(PRICE.standard)}, ${dollars(perMonth())} more a month`
  return [
    (left <= SOON_DAYS ? warning : info)(
      'support-ends',
      name,
      `${version} leaves standard support on ${dayOf(told.endOfStandardSupport)}, in ${days(left)}; ${after}`,
      'upgrade before that day',
    ),
  ]
}

function ofGreen(
  { name, version }: { readonly name: string; readonly version: string },
  versions: readonly VersionDescription[],
  now: string,
): Finding[] {
  const told = versions.find((v) => v.version === version)
  if (told?.status === 'EXTENDED_SUPPORT')
    return [
      warning(
        'target-support',
        name,
        `${version} is in extended support already${since(told.endOfStandardSupport)}: green costs ${dollars(PRICE.extended)} an hour from its first day`,
        'choose a version in standard support; norikae next says which',
      ),
    ]
  const left = daysTo(told?.endOfStandardSupport, now)
  if (told?.endOfStandardSupport === undefined || left === undefined || left >= LEAVES_DAYS) return []
  return [
    warning(
      'target-support',
      name,
      `${version} leaves standard support on ${dayOf(told.endOfStandardSupport)}, in ${days(left)}: less than two quarters`,
      'choose a newer version, if there is one; norikae next says which',
    ),
  ]
}

/** One minor, as EKS goes by itself. https://docs.aws.amazon.com/eks/latest/userguide/rollback-cluster.html */
function inPlace({ name, version }: Blue, green: { readonly version: string }): Finding[] {
  if (!isKubernetesVersion(version) || !isKubernetesVersion(green.version)) return []
  if (compareVersions(green.version, version) !== 1) return []
  return [
    info(
      'in-place-would-do',
      name,
      `it is one minor to ${green.version}: EKS can upgrade the control plane in place, and take it back within 7 days (nodes, add-ons, workloads and what was written meanwhile are not taken back)`,
      'where that way back is enough, it is the cheaper way; with a second cluster each app moves and comes back by itself, and for longer',
    ),
  ]
}

const daysTo = (end: string | undefined, now: string): number | undefined =>
  end === undefined ? undefined : Math.floor((Date.parse(end) - Date.parse(now)) / DAY_MS)

const perMonth = (): number => Math.round((PRICE.extended - PRICE.standard) * HOURS_A_MONTH)
const dollars = (amount: number): string => `$${Number.isInteger(amount) ? amount : amount.toFixed(2)}`
const dayOf = (at: string): string => at.slice(0, 10)
const days = (n: number): string => `${n} ${n === 1 ? 'day' : 'days'}`
const since = (end: string | undefined): string => (end === undefined ? '' : ` since ${dayOf(end)}`)

function ending(end: string | undefined, now: string, then: string): string {
  const left = daysTo(end, now)
  return end === undefined || left === undefined ? '' : `; at its end on ${dayOf(end)}, in ${days(left)}, ${then}`
}
