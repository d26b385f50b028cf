import { commandFor, isFor, namesOf, needsTyping } from '../../client/gates.ts'
import type { OpenGate } from '../../client/shapes.ts'
import type { Answer } from '../../domain/gates.ts'
import { spelled } from '../../domain/people.ts'
import { findings } from './findings.ts'
import { blank, cell, columns, head, line, wrapped, type Cell, type Line, type Screen, type Tone } from './lines.ts'
import { many, moment, since } from './words.ts'

export const where = (gate: OpenGate): string => namesOf(gate).join(' ')

/** When it goes on by itself: `Wed 2026-12-02 10:00 (Asia/Tokyo), in 19h`. */
export const opening = ({ opensAt, onTheWall }: OpenGate, now: string): string =>
  opensAt === undefined ? '' : `${onTheWall ?? moment(opensAt)}, in ${since(now, opensAt)}`

/** The command that answers it, as whoever looks can paste it; where it is somebody else's, without a name. */
export function pasted(gate: OpenGate, answer: Answer, gates: readonly OpenGate[], { who, named }: Screen): string {
  const command = commandFor(gate, answer, gates)
  return named && who !== undefined && isFor(gate, who, answer) !== false ? `${command} --as ${who}` : command
}

/** Every open gate with the command that answers it. */
export function gateList(gates: readonly OpenGate[], screen: Screen, wide = false): Line[] {
  const { now } = screen
  if (gates.length === 0) return [line('no gate is open', 'faint')]
  const table = columns([
    head('GATE', 'PLATFORM', 'FOR', 'SINCE', 'TAKES', ...(wide ? ['ID', 'PEOPLE'] : [])),
    ...gates.map((g) => [
      cell(where(g), 'strong'),
      cell(g.platform),
      cell(g.who.join(', ')),
      cell(since(g.since, now)),
      cell(g.needs, 'asks'),
      ...(wide ? [cell(g.gate), cell(g.people?.join(', ') ?? '')] : []),
    ]),
  ])
  const [heads = [], ...rows] = table
  return [
    heads,
    ...rows.flatMap((row, n) => {
      const gate = gates[n]
      if (!gate) return [row]
      const [first] = gate.send
      return [
        row,
        line(`  ${gate.what}`),
        ...reach(gate, screen, '  '),
        line(`  → ${first === undefined ? gate.gate : pasted(gate, first.message, gates, screen)}`, 'faint'),
      ]
    }),
  ]
}

/** What waits for it, and who else could answer; in the short forms of lists. */
export function reach(gate: OpenGate, { who, width }: Screen, indent: string): Line[] {
  const { holdsUp = [] } = gate
  const people = (gate.people ?? []).filter((p) => gate.excluded?.[p] === undefined)
  const others = people.filter((p) => p !== who && p !== spelled(people, who ?? ''))
  const also = others.length < people.length ? 'could answer too' : 'may answer'
  const words = [
    ...(holdsUp.length > 0 ? [`holds up ${holdsUp.join(', ')}`] : []),
    ...(others.length > 0 ? [`${namely(others)} ${also}`] : []),
  ].join('; ')
  return words === ''
    ? []
    : wrapped(words, width - indent.length, Infinity).map((text) => line(`${indent}${text}`, 'faint'))
}

const PEOPLE = 3
const namely = (people: readonly string[]): string =>
  people.length <= PEOPLE
    ? people.join(' or ')
    : `${people.slice(0, PEOPLE - 1).join(', ')} or one of ${people.length - PEOPLE + 1} more`

/** What is decided, before it is: what the answer begins, how that comes back, what was judged so far, and who may say it. */
export function gateDetails(gate: OpenGate, screen: Screen, answer?: Answer): Line[] {
  const { now, width } = screen
  const whole = (text: string) => wrapped(text, width - BESIDE_NAMES, Infinity)
  return [
    // Above it, so that what is decided stands where the question does.
    ...(gate.findings.length === 0 ? [] : [...findings(gate.findings, screen), blank]),
    [cell(where(gate), 'strong'), cell(`   ${gate.platform}`, 'faint')],
    ...columns(
      [
        ...under('what', whole(gate.what)),
        ...under('problem', gate.problem === undefined ? [] : whole(gate.problem), 'bad'),
        ...under('other images', gate.differing ?? [], 'bad'),
        ...under('Argo CD', gate.hazards ?? [], 'bad'),
        [cell('plan', 'faint'), cell(`${gate.digest.slice(0, 8)}   gate ${gate.gate}`)],
        [cell('takes', 'faint'), cell(gate.needs, 'asks')],
        [
          cell('from', 'faint'),
          cell(`${gate.who.join(', ')}${gate.people === undefined ? '' : `: ${gate.people.join(', ')}`}`),
        ],
        ...under(
          'not from',
          Object.entries(gate.excluded ?? {}).map(([who, why]) => `${who}, who ${why}`),
        ),
        [cell('open for', 'faint'), cell(since(gate.since, now))],
        ...under('by itself', gate.opensAt === undefined ? [] : [opening(gate, now)]),
        ...under(
          'later',
          gate.escalates === undefined
            ? []
            : [`${gate.escalates.to.join(', ')} may answer too, in ${since(now, gate.escalates.at)}`],
        ),
        ...under(
          'so far',
          gate.environments.flatMap((e) => [`${e.name}: ${e.state}`, ...e.verdicts.map((v) => `  ${v}`)]),
        ),
        ...(answer === 'reject' ? under('then', whole(refusing(gate))) : []),
        ...(gate.opens === undefined || answer === 'reject'
          ? []
          : [
              ...under('then', each('→', gate.opens.forward)),
              ...under('comes back', gate.opens.back.length === 0 ? ['it does not'] : each('↩', gate.opens.back)),
            ]),
        ...under('back now', gate.wayBack.length === 0 ? ['nothing to take back yet'] : few(each('↩', gate.wayBack))),
        ...typed(gate),
      ],
      2,
    ),
  ]
}

/** What a no begins. */
function refusing(gate: OpenGate): string {
  if (gate.app !== undefined)
    return `it stays on blue: what is under "back now" is taken back, and ${gate.who.join(', ')} is asked when to try again. Other apps go on; blue stays until all are on green`
  return needsTyping(gate, 'approve')
    ? 'nothing is deleted, blue stays, and the platform team is asked whether to go on'
    : 'the upgrade ends, and takes back what is under "back now"'
}

/** What must be typed in full, with which answer. */
function typed(gate: OpenGate): Cell[][] {
  const says = needsTyping(gate, 'approve')
    ? 'the name of what is lost for good'
    : needsTyping(gate, 'skip')
      ? 'to skip: the name of the workload whose rest is given up'
      : undefined
  return says === undefined ? [] : [[cell('typed', 'faint'), cell(says, 'asks')]]
}

/** The longest of those names, what is before and what is behind it. */
const BESIDE_NAMES = 16

const each = (sign: string, titles: readonly string[]): string[] => titles.map((title) => `${sign} ${title}`)

/** Lines under one name. */
const under = (name: string, lines: readonly string[], tone: Tone = 'plain'): Cell[][] =>
  lines.map((text, n) => [cell(n === 0 ? name : '', 'faint'), cell(text, tone)])

const FEW = 12
const few = (lines: readonly string[]): string[] =>
  lines.length <= FEW ? [...lines] : [...lines.slice(0, FEW), `… and ${many(lines.length - FEW, 'more step')}`]

/** Yours, and those of others. Where membership is not told it may be yours. */
export const split = (
  gates: readonly OpenGate[],
  who: string | undefined,
): { yours: OpenGate[]; others: OpenGate[] } => ({
  yours: who === undefined ? [] : gates.filter((g) => isFor(g, who) !== false),
  others: who === undefined ? [...gates] : gates.filter((g) => isFor(g, who) === false),
})
