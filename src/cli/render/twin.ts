import type { TwinPart } from '../../domain/twin.ts'
import { blank, hanging, line, type Line, type Screen, type Tone } from './lines.ts'
import { many } from './words.ts'

/** How far what explains an entry stands to the right of it. */
const WHY = 6

interface Entry {
  readonly sign: string
  readonly says: string
  readonly why?: string
  readonly tone?: Tone
}

/** Green beside blue. `wide`: also what is the same, by name. A reason that stands further up is not said again. */
export function twin(parts: readonly TwinPart[], { width }: Pick<Screen, 'width'>, wide: boolean): Line[] {
  if (parts.length === 0) return []
  const said = new Set<string>()
  const lines = parts.flatMap((of) => [
    line(of.part, 'strong'),
    ...entries(of, wide).flatMap(({ sign, says, why, tone }) => {
      const isNew = why !== undefined && !said.has(why)
      if (isNew) said.add(why)
      return [
        ...hanging(`  ${sign} `, says, width, tone),
        ...(isNew ? hanging(' '.repeat(WHY), why, width, 'faint') : []),
      ]
    }),
  ])
  return [
    blank,
    line('GREEN BESIDE BLUE', 'faint'),
    line('~ changed  + new  ✖ not copied  * its own  = same', 'faint'),
    ...lines,
  ]
}

const entries = ({ same, changed, own, notCopied }: TwinPart, wide: boolean): Entry[] => [
  ...changed.map(({ setting, blue, green, why }) =>
    blue === undefined
      ? { sign: '+', says: `${setting}: ${green}`, why }
      : { sign: '~', says: `${setting}: ${blue} → ${green}`, why },
  ),
  ...notCopied.map((setting) => ({ sign: '✖', says: `${setting} is not copied`, tone: 'bad' as const })),
  ...(own.length === 0 ? [] : [{ sign: '*', says: own.join(', '), why: 'EKS makes it anew for each cluster' }]),
  ...(same.length === 0
    ? []
    : [{ sign: '=', says: wide ? same.join(', ') : many(same.length, 'setting'), tone: 'faint' as const }]),
]
