import type { CheckHealth, EnvironmentHealth, HealthExplained } from '../../domain/health-explained.ts'
import type { Verdict } from '../../domain/verdict.ts'
import {
  blank,
  cell,
  columns,
  drawn,
  head,
  line,
  wrapped,
  type Cell,
  type Line,
  type Screen,
  type Tone,
} from './lines.ts'
import { span } from './words.ts'

const signs = {
  pass: { glyph: '✔', tone: 'good' },
  fail: { glyph: '✖', tone: 'badly' },
  inconclusive: { glyph: '?', tone: 'asks' },
} as const satisfies Record<Verdict, { glyph: string; tone: Tone }>

const said = (verdict: Verdict): Cell => cell(`${signs[verdict].glyph} ${verdict}`, signs[verdict].tone)

/** Each check with both its numbers, and under it why it would say what it would. */
export function health(it: HealthExplained, screen: Screen): string {
  const { app, team, file, blue, green, environments } = it
  return drawn(
    [
      [cell(app, 'strong'), cell(`   ${team}   by ${file}`, 'faint')],
      line(
        green === undefined
          ? `blue ${blue} alone: there is no green yet`
          : `green ${green} is held against the limits, beside blue ${blue}`,
      ),
      ...environments.flatMap((e) => environment(e, screen)),
    ],
    screen,
  )
}

function environment(
  { environment: name, verdict, judges, observe, checks }: EnvironmentHealth,
  screen: Screen,
): Line[] {
  const rows = columns([
    head('CHECK', 'SOURCE', 'BLUE', 'GREEN', 'READINGS', 'LOOKED BACK', 'WOULD'),
    ...checks.map((c): Cell[] => [
      cell(c.check, 'strong'),
      cell(c.source),
      cell(number(c.blue)),
      cell(number(c.green)),
      cell(`${c.known} of ${c.needs}`),
      cell(c.lookedBack === 0 ? '-' : span(c.lookedBack), 'faint'),
      said(c.verdict),
    ]),
  ])
  const [heads = [], ...all] = rows
  return [
    blank,
    [
      cell(name, 'strong'),
      cell(`   ${judges} would now `, 'faint'),
      cell(
        verdict === 'inconclusive' ? '? be inconclusive' : `${signs[verdict].glyph} ${verdict}`,
        signs[verdict].tone,
      ),
      cell(`   each weight is observed for ${observe}`, 'faint'),
    ],
    heads,
    ...all.flatMap((row, n) => [row, ...under(checks[n], screen)]),
  ]
}

/** The limit, and why it says what it says. */
const under = (check: CheckHealth | undefined, { width }: Screen): Line[] =>
  check === undefined
    ? []
    : wrapped(
        `${check.limit}, ${check.breachAfter === 1 ? 'once' : `${check.breachAfter} in a row`} beyond it fail: ${check.because}`,
        width - 2,
        Infinity,
      ).map((text) => line(`  ${text}`, check.verdict === 'pass' ? 'faint' : 'plain'))

/** `-`: it was not asked. */
const number = (value: number | null | undefined): string =>
  value === undefined ? '-' : value === null ? 'no data' : `${Number(value.toPrecision(3))}`
