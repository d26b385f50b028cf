import type { Outline } from '../../domain/outline.ts'
import { inTime, isTooLittle, type TrafficAhead } from '../../domain/traffic-ahead.ts'
import { blank, cell, fitted, head, line, paragraph, type Cell, type Line, type Screen } from './lines.ts'

/** Of more environments than this, those whose windows would end without a verdict. */
const FEW = 12

/** What last week's traffic gives each weight, and for how long it has to be observed. `wide`: of every environment. */
export function traffic(cutovers: readonly Outline[], screen: Pick<Screen, 'width'>, wide: boolean): Line[] {
  const known = cutovers.flatMap(({ subject, traffic: ahead }) => (ahead ? [{ subject, ahead }] : []))
  const shown = wide || known.length <= FEW ? known : known.filter(({ ahead }) => isShort(ahead))
  if (known.length === 0) return []
  if (shown.length === 0)
    return [
      blank,
      ...paragraph(
        `last week's traffic is enough for every weight of ${known.length} environments: norikae plan -o wide`,
        screen,
      ),
    ]
  return [
    blank,
    ...paragraph(
      "traffic: the median of last week's hours, and how long each weight needs for its samples",
      screen,
      'strong',
    ),
    ...fitted(
      [
        head('APP', 'ENVIRONMENT', 'A MINUTE', 'OBSERVED', 'NEEDS'),
        ...shown.map(({ subject, ahead }): Cell[] => [
          cell(subject.app ?? '', 'strong'),
          cell(subject.environment ?? ''),
          cell(`${Number(ahead.perMinute.toPrecision(2))}`),
          cell(`${ahead.observe}, ${inTime(ahead.longest)} at most`, 'faint'),
          cell(needs(ahead), isShort(ahead) ? 'asks' : 'plain'),
        ]),
      ],
      screen.width,
    ),
    ...(shown.length < known.length
      ? [line(`${known.length - shown.length} more have enough: norikae plan -o wide`, 'faint')]
      : []),
  ]
}

const isShort = (ahead: TrafficAhead): boolean => ahead.weights.some((needed) => isTooLittle(ahead, needed))

/** `5 %: 4m, 25 %: 75s`. */
const needs = ({ weights }: TrafficAhead): string =>
  weights
    .map(({ weight, seconds }) => `${weight} %: ${seconds === undefined ? 'no verdict' : inTime(seconds)}`)
    .join(', ')
