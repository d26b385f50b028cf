import { clockIn, dated, weekdayOf } from '../../domain/days.ts'
import type { Decision } from '../../domain/outlook.ts'
import type { Start } from '../../domain/schedule.ts'
import type { Outlook } from '../../domain/scheduled.ts'
import { blank, cell, columns, drawn, head, line, paragraph, type Cell, type Line, type Screen } from './lines.ts'
import { since } from './words.ts'

/** What the schedule does next and why, with the dates after it and EKS's versions. */
export function outlook(it: Outlook, screen: Screen): string {
  const { platform, from, decision, start, timeZone, later, versions } = it
  const what = doing[decision.do](decision.to ?? '?')
  const when =
    start === undefined ? [] : [cell(`  ${dated(timeZone, start.at)}`), cell(`  ${aheadOf(start, screen)}`, 'faint')]
  return drawn(
    [
      [
        cell(`${platform}${from === '' ? '' : ` ${from}`}: `, 'strong'),
        cell(what, decision.to === undefined ? 'plain' : 'busy'),
        ...when,
      ],
      ...decision.because.flatMap((why) => paragraph(`because ${why}`, screen)),
      ...(start === undefined
        ? [line('decided as of now: its platform file has no schedule, or closes every day', 'faint')]
        : starts([start, ...later], timeZone)),
      blank,
      ...columns([
        head('VERSION', 'SUPPORT', 'UNTIL', ''),
        ...versions.map((v): Cell[] => [
          cell(v.version, 'strong'),
          cell(v.support, v.support === 'standard' ? 'plain' : 'asks'),
          cell(v.until ?? '-'),
          cell(marks(it, v).join(', '), 'faint'),
        ]),
      ]),
    ],
    screen,
  )
}

const doing: Readonly<Record<Decision['do'], (to: string) => string>> = {
  nothing: () => 'nothing to do',
  upgrade: (to) => `upgrade to ${to}`,
  refresh: (to) => `refresh at ${to}`,
}

const marks = ({ from, decision }: Outlook, { version, isDefault }: Outlook['versions'][number]): string[] => [
  ...(version === from ? ['blue'] : []),
  ...(version === decision.to ? ['next'] : []),
  ...(isDefault ? ["EKS's default"] : []),
]

const aheadOf = ({ at }: Start, { now }: Screen): string =>
  at > now ? `in ${since(now, at)}` : `since ${since(at, now)}`

/** A table of dates: when each is told, and when it starts. */
export const starts = (all: readonly Start[], timeZone: string): Line[] => [
  blank,
  ...columns([
    head('ANNOUNCED', 'STARTS', timeZone),
    ...all.map((s): Cell[] => [
      cell(shortly(timeZone, s.announcedAt)),
      cell(shortly(timeZone, s.at), 'strong'),
      cell(s.movedFrom === undefined ? '' : `${s.movedFrom} is closed`, 'faint'),
    ]),
  ]),
]

/** `Tue 2027-01-05 10:00` */
export function shortly(timeZone: string, at: string): string {
  const { day, time } = clockIn(timeZone, at)
  return `${weekdayOf(day)} ${day} ${time}`
}
