import type { UpgradeReport } from '../../client/shapes.ts'
import { spentInWords } from '../../domain/costs.ts'
import { byTeam, sum, type Effort, type Sum } from '../../domain/effort.ts'
import { placeOf } from '../../domain/findings.ts'
import { ESCALATED } from '../../domain/gates.ts'
import { hop } from '../../domain/kubernetes-version.ts'
import { textIn } from '../../domain/messages.ts'
import { many, moment, span } from './words.ts'

/** The report as Markdown: who decided what and when, how long people were waited for, and what is left to do. */
export function report(it: UpgradeReport): string {
  const { platform, from, to, by, outcome, startedAt, closedAt, report: r } = it
  const took = span((Date.parse(closedAt) - Date.parse(startedAt)) / 1000)
  const apps = new Set(r.subjects.flatMap((s) => s.app ?? []))
  return [
    `# ${platform} ${hop(from, to)}: ${outcome.replace('-', ' ')}`,
    '',
    `Started by ${by}, ${moment(startedAt)} to ${moment(closedAt)} (${took}). ${many(apps.size, 'app')}, ${many(r.decisions.filter((d) => d.message !== ESCALATED).length, 'message')} from people.`,
    ...(r.cost ? ['', `It cost ${spentInWords(r.cost)}.`] : []),
    ...section('What it took of people', people(it)),
    ...section(
      'Left to do by hand',
      r.leftovers.map((l) => `- ${l}`),
    ),
    ...section('Decisions', table(['when', 'who', 'what', 'app', 'about', 'became'], r.decisions.map(decision))),
    ...section(
      'Waiting for people',
      table(
        ['app', 'gate', 'for', 'ended', 'by'],
        r.waits.map((w) => [place(w), w.gate, span(w.seconds), w.ended, w.by.join(', ')]),
      ),
    ),
    ...section(
      'Went back to blue',
      table(
        ['when', 'app', 'environment', 'why'],
        r.rollbacks.map((b) => [moment(b.at), b.app, b.environment, b.why]),
      ),
    ),
    ...section(
      'Problems',
      table(
        ['when', 'app', 'step', 'attempt', 'what'],
        r.problems.map((p) => [moment(p.at), p.app, p.step, `${p.attempt}`, p.message]),
      ),
    ),
    ...section(
      'Weights and verdicts',
      table(
        ['when', 'app', 'step', 'read'],
        r.weights.map((w) => [moment(w.at), w.app, w.step, w.note]),
      ),
    ),
    ...section(
      'Findings',
      table(
        ['level', 'about', 'what', 'code'],
        r.findings.map((f) => [f.level, placeOf(f), f.message, f.code]),
      ),
    ),
  ].join('\n')
}

/** Totals first, each held against the upgrade before, or the refresh. */
function people({ report: { effort }, before }: UpgradeReport): string[] {
  if (effort.length === 0) return []
  const was = before?.effort ?? []
  const teams = new Map(byTeam(was).map((t) => [t.team, t]))
  const places = new Map(was.map((e) => [e.app, e]))
  const row = (name: string, now: Group, then: Group | undefined): string[] => [
    name,
    `${now.apps}`,
    ...figures(now),
    ...(before ? figures(then) : []),
  ]
  const heads = ['', 'apps', 'asked to answered', 'an app', 'acts']
  return [
    `From the moment that people were asked until they had answered, and how often they said something.${before ? ` Before: ${before.from === before.to ? 'the refresh at' : 'the upgrade to'} ${before.to}, which ended ${moment(before.closedAt)}.` : ''}`,
    '',
    ...table(
      [...heads, ...(before ? ['before', 'an app', 'acts'] : [])],
      [
        row('all', whole(effort), before && whole(was)),
        ...byTeam(effort).map((t) => row(`team ${t.team}`, t, teams.get(t.team))),
      ],
    ),
    '',
    ...table(
      ['app', 'team', 'asked to answered', 'answers', 'acts', ...(before ? ['before', 'acts'] : [])],
      effort.map((e) => {
        const then = places.get(e.app)
        return [
          e.app ?? 'the upgrade itself',
          e.team,
          span(e.seconds),
          `${e.answered}`,
          `${e.acts}`,
          ...(before ? [then ? span(then.seconds) : '', then ? `${then.acts}` : ''] : []),
        ]
      }),
    ),
  ]
}

type Group = Sum & { readonly apps: number }

const whole = (all: readonly Effort[]): Group => ({
  ...sum(all),
  apps: all.filter((e) => e.app !== undefined).length,
})

const figures = (it: Group | undefined): string[] =>
  it === undefined ? ['', '', ''] : [span(it.seconds), it.apps === 0 ? '' : span(it.seconds / it.apps), `${it.acts}`]

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines]

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  if (rows.length === 0) return []
  const row = (cells: readonly string[]) => `| ${cells.map(flat).join(' | ')} |`
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row)]
}

/** What people wrote must not end a cell or a line. */
const flat = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll(/\s*\n\s*/g, ' ')

type Decision = UpgradeReport['report']['decisions'][number]

/** Empty: the upgrade itself. */
const place = ({ app, environment }: Pick<Decision, 'app' | 'environment'>): string =>
  [app, environment].filter((name) => name !== undefined).join(' ')

function decision(it: Decision): string[] {
  const { at, message, body, became, because } = it
  const text = (name: string): string => textIn(body, name) ?? ''
  const why = [text('comment'), text('reason')].filter((t) => t !== '').join('; ')
  const about = [text('gate'), why === '' ? '' : `"${why}"`].filter((t) => t !== '').join(' ')
  return [moment(at), text('by'), message, place(it), about, because === undefined ? became : `${became}: ${because}`]
}
