import { offers, whyNot } from '../../client/gates.ts'
import type { Cost } from '../../domain/both-clusters.ts'
import { keepingInWords, spent, spentInWords } from '../../domain/costs.ts'
import { hop } from '../../domain/kubernetes-version.ts'
import type { Pause } from '../../domain/pausing.ts'
import { spelled } from '../../domain/people.ts'
import type { Status } from '../../domain/status.ts'
import type { Kept, OpenGate, UpgradeView } from '../../client/shapes.ts'
import { standingOf, type Place } from '../../client/standing.ts'
import { inWords, untoldIn } from '../../client/untold.ts'
import { opening, pasted, reach, split, where } from './gates.ts'
import {
  blank,
  cell,
  columns,
  cut,
  drawn,
  head,
  line,
  paragraph,
  widthOf,
  wrapped,
  type Cell,
  type Line,
  type Screen,
} from './lines.ts'
import { ended, isTrouble, many, moment, placed, since } from './words.ts'

/** So many gates are listed by name; the rest is counted. */
const GATES_SHOWN = 6
const NOW_SHOWN = 3

/** The one live view: where are we, who is waited for, how does it come back. Also what `status <platform>` prints. */
export function live(view: UpgradeView, screen: Screen): string {
  const above = [
    ...header(view, screen),
    ...waitingFor(view, screen),
    ...deployments(view, screen),
    ...windows(view, screen),
  ]
  const left = screen.height === undefined ? Infinity : Math.max(4, screen.height - above.length - 2)
  return drawn([...above, ...appTable(view, screen, left)], screen)
}

/** Who asks at night hears whom to ask, and how it goes on. */
const pausedLine = ({ by, at, reason }: Pause, screen: Screen): Line[] =>
  paragraph(
    `paused by ${by} ${since(at, screen.now)} ago${reason === undefined ? '' : `: ${reason}`} → norikae resume`,
    screen,
    'asks',
  )

function header(view: UpgradeView, screen: Screen): Line[] {
  const { status, outcome, message, silent, kept } = view
  const { now } = screen
  const { platform, from, to, run, since: began, paused, pause, ending, held, apps } = status
  const day = Math.floor((Date.parse(now) - Date.parse(began)) / 86_400_000) + 1
  const stays = apps.filter((a) => !a.environments.some((e) => e.is === 'committed')).length
  const back = apps.length === 0 ? '' : stays === apps.length ? `all ${stays}` : `${stays} of ${apps.length}`
  const running = outcome === 'running'
  return [
    [
      cell(platform, 'strong'),
      cell(to === '' ? '' : from === '' ? ` → ${to}` : ` ${hop(from, to)}`, 'strong'),
      cell(`   day ${day}   `, 'faint'),
      ...(running ? [cell(run?.phase ?? kept?.phase[0] ?? 'preflight', 'busy')] : [ended(outcome)]),
      ...(running && paused ? [cell('   ‖ paused', 'asks')] : []),
      ...(running && back !== '' ? [cell('   way back: ', 'faint'), cell(back)] : []),
    ],
    ...(running && pause ? pausedLine(pause, screen) : []),
    ...(message === undefined ? [] : paragraph(message, screen, 'bad')),
    ...(ending === undefined || !running ? [] : [line(`ending: ${ending}`, 'asks')]),
    ...(held === undefined ? [] : [line(`no more turns: ${held}`, 'asks')]),
    ...(silent === undefined ? [] : paragraph(`▲ ${silent}`, screen, 'bad')),
    ...(running ? untoldIn(view).flatMap((it) => paragraph(`▲ ${inWords(it)}`, screen, 'asks')) : []),
    ...(running ? replanned(status) : []),
    ...(kept === undefined ? [] : paragraph(asOf(kept, now), screen, 'faint')),
    ...(running ? doing(run?.doing ?? kept?.doing, run) : []),
    ...(running && run?.cost ? paragraph(costing(run.cost, now), screen, 'faint') : []),
  ]
}

/** What it comes to is told once there are both. */
const costing = (cost: Cost, now: string): string =>
  `cost: ${keepingInWords(cost)}${cost.since === undefined ? '' : `; ${spentInWords(spent(cost, cost.since, now))}`}`

const asOf = ({ at }: Kept, now: string): string =>
  `this is what Temporal has kept, as of ${moment(at)} (${since(at, now)} ago): gates and states; weights, verdicts and the way back are told by a worker`

/** What is looked for again, and the last that came to nothing: who asked for it reads why. */
function replanned({ replans = [] }: UpgradeView['status']): Line[] {
  const last = replans.at(-1)
  if (last?.became === 'refused') return [line(`replan of ${last.app} was refused: ${last.note ?? ''}`, 'bad')]
  return last?.became === 'looking' ? [line(`looking for ${last.app} again (replan by ${last.by})`, 'busy')] : []
}

/** What the upgrade itself does; moving the apps is what the table shows. */
function doing(titles: readonly string[] = [], run?: Status): Line[] {
  const asked = run?.waitingFor.map((w) => w.what) ?? []
  const shown = titles.filter((title) => !/^move \S+$/.test(title) && !asked.includes(title))
  const more = shown.length - NOW_SHOWN
  if (shown.length === 0) return []
  return [[cell('now: ', 'faint'), cell(shown.slice(0, NOW_SHOWN).join('; ') + (more > 0 ? `; and ${more} more` : ''))]]
}

function waitingFor({ gates, outcome, cutovers }: UpgradeView, screen: Screen): Line[] {
  const { who } = screen
  const deploys = cutovers.some((c) => c.runs.some((r) => r.awaits))
  const asked = gates.filter((g) => g.opensAt === undefined)
  if (asked.length === 0 && outcome !== 'running') return []
  const { yours, others } = split(asked, who)
  if (who === undefined && asked.length === 0)
    return deploys || gates.length > 0 ? [] : [line('waiting for nobody', 'faint')]
  if (who === undefined) return section('waiting', others, gates, screen)
  return [
    ...section(`waiting for you (${who})`, yours, gates, screen),
    ...(others.length > 0 ? section('waiting for others', others, gates, screen) : []),
  ]
}

/** What only an app's own pipeline can do. */
function deployments({ cutovers, status }: UpgradeView, { who }: Screen): Line[] {
  const isMine = (teams: readonly string[]): boolean =>
    who !== undefined && teams.some((t) => status.members[t]?.includes(spelled(status.members[t] ?? [], who)))
  const awaited = cutovers.flatMap(({ app, runs }) =>
    runs.flatMap(({ subject, awaits }) => (awaits ? [{ place: [app, subject.environment ?? ''], awaits }] : [])),
  )
  const more = awaited.length - GATES_SHOWN
  if (awaited.length === 0) return []
  return [
    line('waiting to be deployed:', 'asks'),
    ...columns(
      awaited
        .slice(0, GATES_SHOWN)
        .map(({ place, awaits }) => [
          cell(place.join(' '), 'strong'),
          cell(`${awaits.join(', ')}${isMine(awaits) ? ' (you)' : ''}`, 'faint'),
          cell(`→ norikae where ${place.join('/')}`),
        ]),
      2,
    ),
    ...(more > 0 ? [line(`  … and ${more} more`, 'faint')] : []),
  ]
}

/** What goes on by itself when its hours come, and how it goes on before. */
function windows({ gates }: UpgradeView, screen: Screen): Line[] {
  const shut = gates.filter((g) => g.opensAt !== undefined)
  const more = shut.length - GATES_SHOWN
  if (shut.length === 0) return []
  return [
    line('waiting for their hours:', 'busy'),
    ...columns(
      shut
        .slice(0, GATES_SHOWN)
        .map((g) => [
          cell(where(g), 'strong'),
          cell(opening(g, screen.now), 'faint'),
          cell(`→ ${pasted(g, 'skip', gates, screen)}`),
        ]),
      2,
    ),
    ...(more > 0 ? [line(`  … and ${more} more`, 'faint')] : []),
  ]
}

function section(title: string, gates: readonly OpenGate[], all: readonly OpenGate[], screen: Screen): Line[] {
  const { now, width, who } = screen
  if (gates.length === 0) return [[cell(`${title}: nothing`, 'faint')]]
  const more = gates.length - GATES_SHOWN
  const shown = gates.slice(0, GATES_SHOWN)
  const notYou = (g: OpenGate) => {
    const why = who === undefined ? undefined : whyNot(g, who)
    return why === undefined ? '' : ` (not you, who ${why})`
  }
  const waits = (g: OpenGate) => [cell(`${g.who.join(', ')}${notYou(g)}, for ${since(g.since, now)}`, 'faint')]
  const how = (g: OpenGate) => cell(g.send[0] === undefined ? '' : `→ ${pasted(g, g.send[0].message, all, screen)}`)
  return [
    line(`${title}:`, 'asks'),
    ...withReach(
      shown,
      screen,
      widestThatFits(width, [
        () =>
          columns(
            shown.map((g) => [
              cell(where(g), 'strong'),
              ...waits(g),
              cell(g.send.map((s) => s.message).join(' or '), 'asks'),
              how(g),
            ]),
            2,
          ),
        () =>
          columns(
            shown.map((g) => [cell(where(g), 'strong'), ...waits(g), how(g)]),
            2,
          ),
        () =>
          columns(
            shown.map((g) => [how(g), ...waits(g)]),
            2,
          ),
      ]),
    ),
    ...(more > 0 ? [line(`  … and ${more} more: norikae approve`, 'faint')] : []),
  ]
}

/** Under each gate what it holds up, where that was asked. */
const withReach = (gates: readonly OpenGate[], screen: Screen, rows: readonly Line[]): Line[] =>
  rows.flatMap((row, n) => {
    const gate = gates[n]
    return gate?.holdsUp === undefined ? [row] : [row, ...reach(gate, screen, '    ')]
  })

/** A command is never cut where another form saves it; the last form is drawn as it is. */
function widestThatFits(width: number, forms: readonly (() => Line[])[]): Line[] {
  let lines: Line[] = []
  for (const form of forms) {
    lines = form()
    if (lines.every((l) => widthOf(l) <= width)) break
  }
  return lines
}

interface Row {
  readonly app: string
  readonly team: string
  readonly places: readonly (Place | undefined)[]
  /** The smaller, the more it matters. */
  readonly rank: number
}

function appTable(view: UpgradeView, screen: Screen, height: number): Line[] {
  const names = [...new Set(view.status.apps.flatMap((a) => a.environments.map((e) => e.name)))]
  const rows = view.status.apps.map(({ app, team, environments }): Row => {
    const places = names.map((name) =>
      environments.some((e) => e.name === name) ? standingOf(view, app, name) : undefined,
    )
    const words = places.flatMap((p) => p?.word ?? [])
    const busy = words.some((w) => !['pending', 'on green', 'committed', 'on blue'].includes(w))
    return { app, team, places, rank: words.some(isTrouble) ? 0 : busy ? 1 : 2 }
  })
  if (rows.length === 0) return []
  const under = new Map(rows.map((r) => [r.app, reasons(view, r.app, screen)]))
  const needs = (some: readonly Row[]) => some.reduce((sum, r) => sum + 1 + (under.get(r.app)?.length ?? 0), 1)
  // Where not all fit: first those that need a look, in the order of the file.
  const kept: Row[] = []
  for (const row of needs(rows) <= height ? rows : rows.toSorted((a, b) => a.rank - b.rank))
    if (needs([...kept, row]) <= height - (needs(rows) <= height ? 0 : 1)) kept.push(row)
  const shown = rows.filter((r) => kept.includes(r))
  const [heads = [], ...lines] = fitting(names, shown, screen.width)
  return [
    blank,
    heads,
    ...lines.flatMap((l, n) => [l, ...(under.get(shown[n]?.app ?? '') ?? [])]),
    ...(shown.length < rows.length ? [counted(rows.filter((r) => !kept.includes(r)))] : []),
  ]
}

/** The widest form that fits: all; without the team; glyphs only. */
function fitting(names: readonly string[], rows: readonly Row[], width: number): Line[] {
  const form = (team: boolean, short: boolean) => () =>
    columns([
      head('APP', ...(team ? ['TEAM'] : []), ...names.map((n) => (short ? cut(n, 5) : n).toUpperCase())),
      ...rows.map((r): Cell[] => [
        cell(r.app),
        ...(team ? [cell(r.team, 'faint')] : []),
        ...r.places.map((p) => (p ? placed(p, short) : cell('-', 'faint'))),
      ]),
    ])
  return widestThatFits(width, [form(true, false), form(false, false), form(false, true)])
}

/** Why it needs a person, and what to paste; a command is never cut where a line of its own saves it. */
function reasons(view: UpgradeView, app: string, screen: Screen): Line[] {
  return [...asked(view, app, screen), ...waiting(view, app, screen)]
}

/** `production waits before 25 % for chat-worker (is in trouble), for 12m`: it moves with these. */
const waiting = ({ status }: UpgradeView, app: string, { now, width }: Screen): Line[] =>
  (status.apps.find((a) => a.app === app)?.environments ?? []).flatMap(({ name, waits }) =>
    waits === undefined
      ? []
      : wrapped(
          `${name} waits ${waits.where} for ${waits.for.join(', ')}, for ${since(waits.since, now)}`,
          width - 3,
          2,
        ).map((text) => line(cut(`   ${text}`, width), 'faint')),
  )

function asked(view: UpgradeView, app: string, screen: Screen): Line[] {
  const { width } = screen
  const gates = view.gates.filter(
    (g) => g.app === app && g.opensAt === undefined && (offers(g, 'retry') || offers(g, 'skip')),
  )
  return gates.flatMap((g): Line[] => {
    const why: Cell = cell(`   ${g.what}`, 'bad')
    const commands = [...g.send.map((s) => pasted(g, s.message, view.gates, screen)), ...wayOut(view, g)]
    const arrow = cell('   → ', 'faint')
    return widestThatFits(width, [
      () => [[why, cell(' → ', 'faint'), cell(commands.join(' | '))]],
      () => [...wrappedReason(g.what, width), [arrow, cell(commands.join(' | '))]],
      () => [...wrappedReason(g.what, width), ...commands.map((c): Line => [arrow, cell(c)])],
    ])
  })
}

const wrappedReason = (what: string, width: number): Line[] =>
  wrapped(what, width - 3, 2).map((text) => line(cut(`   ${text}`, width), 'bad'))

/** Traffic is on green yet, and may be taken back. */
function wayOut({ cutovers }: UpgradeView, { app, environment }: OpenGate): string[] {
  const run = cutovers.find((c) => c.app === app)?.runs.find((r) => r.subject.environment === environment)
  const may = run !== undefined && run.can.rollback === undefined && (run.weight ?? 0) > 0
  return may ? [`norikae rollback ${app ?? ''} ${environment ?? ''} --reason "…"`] : []
}

/** `… and 460 more: 300 on green, 160 pending` */
function counted(rows: readonly Row[]): Line {
  const words = rows.map((r) => r.places.findLast((p) => p !== undefined && p.word !== 'pending')?.word ?? 'pending')
  const counts = [...new Set(words)].map((w) => `${words.filter((v) => v === w).length} ${w}`)
  return line(`… and ${many(rows.length, 'more app')}: ${counts.join(', ')}`, 'faint')
}
