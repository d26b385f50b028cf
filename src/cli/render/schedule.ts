import type { ScheduledAction, ScheduleView } from '../../client/shapes.ts'
import { openDays, inWords, startsAfter, type KeptSchedule, type Target } from '../../domain/schedule.ts'
import { blank, cell, columns, drawn, head, line, type Cell, type Line, type Screen } from './lines.ts'
import { shortly, starts } from './outlook.ts'
import { ended } from './words.ts'

const PREVIEWED = 4

/** What a schedule is to be, with its next dates and what changes by it. */
export function planned(platform: string, kept: KeptSchedule, changes: readonly string[], screen: Screen): string {
  const next = startsAfter(kept.schedule, openDays(kept), screen.now, PREVIEWED)
  return drawn(
    [
      ...titleOf(platform, kept),
      ...(next.length === 0 ? [line('every day is closed: nothing ever starts', 'bad')] : starts(next, kept.timeZone)),
      ...(changes.length > 0 ? [blank, ...changes.map((change) => line(`~ ${change}`, 'asks'))] : []),
    ],
    screen,
  )
}

/** A schedule as it stands. */
export function schedule(it: ScheduleView, screen: Screen): string {
  const { platform, paused, note, kept, next, last, open } = it
  const zone = kept?.timeZone ?? 'UTC'
  return drawn(
    [
      ...(kept
        ? titleOf(platform, kept)
        : [[cell(platform, 'strong'), cell(': not made by norikae schedule create', 'asks')]]),
      paused ? line(`‖ ${pausedWhy(note)}`, 'asks') : [cell('✔ active', 'good'), cell(`  ${note ?? ''}`, 'faint')],
      ...(paused ? [line(`→ norikae schedule resume ${platform}`)] : []),
      ...open.map((id) => line(`◐ goes on: ${id}`, 'busy')),
      ...(next.length === 0 ? [line('no date is left', 'asks')] : starts(next, zone)),
      ...(last.length === 0
        ? []
        : [blank, ...columns([head('FIRED', 'OUTCOME', 'BECAUSE'), ...last.map((a) => row(a, zone))])]),
    ],
    screen,
  )
}

/** Who pauses, the server too, says so in the note. */
const pausedWhy = (note = 'paused'): string => (note.startsWith('paused') ? note : `paused  ${note}`)

const titleOf = (platform: string, { schedule, timeZone }: KeptSchedule): Line[] => [
  [cell(platform, 'strong'), cell(`: ${inWords(schedule)} (${timeZone})`)],
  line(
    `${schedule.announceDays === 0 ? 'not announced before' : `announced ${schedule.announceDays} days before`}, to ${aims[schedule.target]}${schedule.refreshDays === undefined ? '' : `; else refreshed after ${schedule.refreshDays} days`}`,
    'faint',
  ),
]

const aims: Readonly<Record<Target, string>> = {
  newest: 'the newest version',
  'n-1': 'the version before the newest',
  default: "EKS's default version",
}

const row = ({ firedAt, because, ...how }: ScheduledAction, zone: string): Cell[] => [
  cell(shortly(zone, firedAt)),
  outcomeOf(how),
  cell(because.join('; ')),
]

function outcomeOf({ outcome, to = '?', refresh }: Pick<ScheduledAction, 'outcome' | 'to' | 'refresh'>): Cell {
  switch (outcome) {
    case 'nothing':
      return cell('· nothing to do')
    case 'called-off':
      return cell('· called off')
    case 'forgotten':
      return cell('· forgotten', 'faint')
    case 'done':
      return cell(`✔ ${refresh ? 'refreshed at' : 'upgraded to'} ${to}`, 'good')
    default:
      return ended(outcome)
  }
}
