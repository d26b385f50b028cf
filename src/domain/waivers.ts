import { warning, type Finding } from './findings.ts'
import { kinds, type WaiverKind } from './waivable.ts'

/** Somebody of the platform team answers for going on in spite of one blocker, for a while. */
export interface Waiver {
  readonly code: string
  readonly about: string
  readonly reason: string
  /** A day, to its end in UTC, or an ISO time with its zone. */
  readonly until: string
  readonly by: string
}

const DAY_MS = 86_400_000

/** Milliseconds since 1970; of a day its end. */
const endOf = (until: string): number => Date.parse(until) + (until.includes('T') ? 0 : DAY_MS)

/** Those that still count at `now`, an ISO time: an upgrade that is planned then is planned with them, to its end. */
export const inForce = (waivers: readonly Waiver[], now: string): Waiver[] =>
  waivers.filter(({ until }) => endOf(until) > Date.parse(now))

/** Of what comes later of the same code about something else it says nothing. */
const isOf = ({ code, about }: Finding, waiver: Waiver): boolean => code === waiver.code && about === waiver.about

/** Each blocker with a waiver becomes a warning that says who answers for it, why and until when. */
export const waived = (all: readonly Finding[], waivers: readonly Waiver[]): Finding[] =>
  all.map((finding) => {
    const waiver = finding.level === 'blocker' ? waivers.find((w) => isOf(finding, w)) : undefined
    if (!waiver) return finding
    const { by, reason, until } = waiver
    return {
      ...finding,
      level: 'warning',
      message: `${finding.message}. Waived by ${by} until ${until}: ${reason}`,
      waived: { by, reason, until },
    }
  })

/**
 * What preflight found, at `now` (an ISO time), with what was waived of it. A waiver that has expired leaves its blocker,
 * which says so; one that is about no blocker is a warning.
 */
export function withWaivers(all: readonly Finding[], waivers: readonly Waiver[], now: string): Finding[] {
  const counting = inForce(waivers, now)
  const expired = waivers.filter((w) => !counting.includes(w))
  const left = waived(all, counting).map((finding) => {
    const waiver = finding.level === 'blocker' ? expired.find((w) => isOf(finding, w)) : undefined
    return waiver
      ? { ...finding, message: `${finding.message}; ${waiver.by} waived it until ${waiver.until}` }
      : finding
  })
  const blockers = all.filter((f) => f.level === 'blocker')
  return [...left, ...waivers.filter((w) => !blockers.some((f) => isOf(f, w))).map((w) => unused(w, blockers))]
}

function unused({ code, about }: Waiver, blockers: readonly Finding[]): Finding {
  const others = blockers.filter((f) => f.code === code).map((f) => f.about)
  return warning(
    'waiver-unused',
    `${code} ${about}`,
    `the platform file waives it, and no such blocker was found${others.length === 0 ? '' : `; ${code} is about ${others.join(', ')}`}`,
    'take it out of waivers, or mend what it is about',
  )
}

/** Why a blocker of this code cannot be waived; undefined: it can, or nobody knows such a code. */
export const whyNotWaived = (code: string): string | undefined => {
  const kind = Object.hasOwn(kinds, code) ? kinds[code as keyof typeof kinds] : undefined // its own keys
  return kind === undefined || kind === 'waivable' ? undefined : reasons[kind]
}

/** The codes that may be waived. */
export const waivable: readonly string[] = Object.entries(kinds).flatMap(([code, kind]) =>
  kind === 'waivable' ? code : [],
)

const reasons = {
  twice: 'what may run once could run on both sides, or on none',
  lost: 'what is on its volumes could be lost',
  dropped: 'requests could be dropped: its traffic would stay on blue, or go where nobody answers',
  vain: 'it would be waited for in vain',
  whose: 'nobody could tell whose it is, and who is to be asked',
  file: 'it is mended in this file, where the waiver would stand',
  owner: 'it would change, or be deleted with, what others own',
  green: 'green itself refuses it, or cannot be built with it',
} satisfies Record<Exclude<WaiverKind, 'waivable'>, string>
