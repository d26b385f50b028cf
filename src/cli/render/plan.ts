import { hop } from '../../domain/kubernetes-version.ts'
import type { Outline, OutlineStep, PlannedUpgrade } from '../../domain/outline.ts'
import { findings } from './findings.ts'
import {
  blank,
  cell,
  columns,
  drawn,
  fitted,
  hanging,
  head,
  line,
  withAside,
  type Cell,
  type Line,
  type Screen,
} from './lines.ts'
import { owners } from './owners.ts'
import { traffic } from './traffic.ts'
import { twin } from './twin.ts'
import { many } from './words.ts'

/** Of more environments than this nobody reads every step at once: their teams do, at their gates. */
const FEW = 8

type Phase = Outline['phases'][number]

/** What will be done, in order, who is asked, and how it comes back. `wide`: every step on a line, by its id. */
export function plan(
  { from, to, upgrade, twin: parts, owned, cutovers }: PlannedUpgrade,
  screen: Screen,
  wide = false,
): string {
  const { subject, digest, phases } = upgrade
  const all = [...upgrade.findings, ...cutovers.flatMap((c) => c.findings)]
  return drawn(
    [
      [
        cell(`${subject.platform} ${hop(from, to)}`, 'strong'),
        cell(`   ${subject.blue} → ${subject.green}   plan ${digest.slice(0, 8)}`, 'faint'),
      ],
      blank,
      ...fitted(
        [
          head('PHASE', 'STEPS', 'WAY BACK', 'ASKS', 'WHAT'),
          ...phases.map((p): Cell[] => [
            cell(p.name, 'strong'),
            cell(`${leaves(p.forward).length + leaves(p.commit).length}`),
            p.pointOfNoReturn ? cell('none', 'bad') : cell(backOf(p.back)),
            cell(asks(p.forward), 'asks'),
            cell(p.title),
          ]),
        ],
        screen.width,
      ),
      ...(wide ? steps(upgrade, screen) : phases.flatMap((p) => brief(p, screen))),
      ...twin(parts, screen, wide),
      ...owners(owned, screen),
      ...apps(cutovers, screen, wide),
      ...traffic(cutovers, screen, wide),
      ...(all.length === 0 ? [] : [blank, ...findings(all, screen)]),
      blank,
      summary(upgrade, cutovers),
    ],
    screen,
  )
}

function apps(cutovers: readonly Outline[], screen: Screen, wide: boolean): Line[] {
  if (cutovers.length === 0) return []
  return [
    blank,
    ...columns([
      head('APP', 'ENVIRONMENT', 'TEAM', 'STEPS', 'WAY BACK', 'ASKS', 'PLAN'),
      ...cutovers.map(({ subject, phases, digest }): Cell[] => {
        const forward = phases.flatMap((p) => p.forward)
        const back = phases.flatMap((p) => p.back)
        return [
          cell(subject.app ?? '', 'strong'),
          cell(subject.environment ?? ''),
          cell(subject.team, 'faint'),
          cell(phases.length === 0 ? '…' : `${leaves(forward).length}`),
          cell(phases.length === 0 ? '…' : backOf(back)),
          cell(asks(forward), 'asks'),
          cell(digest.slice(0, 8), 'faint'),
        ]
      }),
    ]),
    ...(wide
      ? cutovers.flatMap((c) => steps(c, screen))
      : cutovers.length <= FEW
        ? cutovers.flatMap((c) => inOneGo(c, screen))
        : [blank, line('each step of each environment: norikae plan -o wide; and at its gate', 'faint')]),
  ]
}

/** A line a step, or as many as its words take; what goes side by side is one. */
const brief = ({ name, forward, back }: Phase, { width }: Screen): Line[] => [
  blank,
  line(name, 'strong'),
  ...forward.flatMap((s) => withAside(hanging('  → ', titled(s), width), asking(s), width)),
  ...back.flatMap((s) => hanging('  ↩ ', titled(s), width)),
]

const asking = ({ asks: who }: OutlineStep): Line =>
  who === undefined ? [] : [cell(`  asks ${who.join(', ')}`, 'asks')]

/** One sentence forward, one back. */
const inOneGo = ({ subject, phases }: Outline, { width }: Screen): Line[] => {
  if (phases.length === 0) return []
  const sentence = (sign: string, some: readonly OutlineStep[]): Line[] => {
    const words = some.map((s) => (s.asks === undefined ? titled(s) : `ask ${s.asks.join(', ')}`)).join('; ')
    return hanging(`  ${sign} `, words, width)
  }
  const back = phases.toReversed().flatMap((p) => p.back)
  return [
    blank,
    line(`${subject.app ?? ''} ${subject.environment ?? ''}`, 'strong'),
    ...sentence(
      '→',
      phases.flatMap((p) => p.forward),
    ),
    ...(back.length > 0 ? sentence('↩', back) : []),
  ]
}

const titled = ({ title, lanes }: OutlineStep): string =>
  lanes === undefined ? title : `${title} (${many(lanes.flat().length, 'step')})`

const steps = ({ subject, phases }: Outline, screen: Screen): Line[] =>
  phases.flatMap((p): Line[] => [
    blank,
    line(subject.app === undefined ? p.name : `${subject.app} ${subject.environment ?? ''}`, 'strong'),
    ...p.forward.flatMap((s) => step(s, '→', screen)),
    ...p.commit.flatMap((s) => step(s, '●', screen)),
    ...p.back.flatMap((s) => step(s, '↩', screen)),
  ])

const step = (it: OutlineStep, sign: string, screen: Screen, indent = '  '): Line[] => [
  ...withAside(
    hanging(`${indent}${sign} `, it.title, screen.width),
    [...asking(it), cell(`  ${it.id}`, 'faint')],
    screen.width,
  ),
  ...(it.lanes ?? []).flatMap((lane) => lane.flatMap((s) => step(s, sign, screen, `${indent}  `))),
]

function summary({ phases, findings: own }: Outline, cutovers: readonly Outline[]): Line {
  const all = [...own, ...cutovers.flatMap((c) => c.findings)]
  const blockers = all.filter((f) => f.level === 'blocker').length
  const names = new Set(cutovers.map((c) => c.subject.app))
  const gates = [...phases, ...cutovers.flatMap((c) => c.phases)]
    .flatMap((p) => leaves(p.forward))
    .filter((s) => s.asks)
  return [
    cell(`${many(names.size, 'app')} in ${many(cutovers.length, 'environment')}, ${many(gates.length, 'gate')}`),
    cell(blockers === 0 ? ', no blockers' : `, ${many(blockers, 'blocker')}`, blockers === 0 ? 'good' : 'badly'),
  ]
}

export const leaves = (some: readonly OutlineStep[]): OutlineStep[] =>
  some.flatMap((s) => (s.lanes === undefined ? [s] : s.lanes.flat()))

const backOf = (back: readonly OutlineStep[]): string => {
  const n = leaves(back).length
  return n === 0 ? '-' : `${n}`
}

const asks = (forward: readonly OutlineStep[]): string => {
  const teams = [...new Set(leaves(forward).flatMap((s) => s.asks ?? []))]
  return teams.length === 0 ? '-' : teams.join(', ')
}
