import type { UpgradeReport } from '../../client/shapes.ts'
import { placeOf } from '../../domain/findings.ts'
import { ESCALATED } from '../../domain/gates.ts'
import { textIn } from '../../domain/messages.ts'
import { many, moment, span } from './words.ts'

/** The report as Markdown: who decided what and when, how long people were waited for, and what is left to do. */
export function report(it: UpgradeReport): string {
  const { platform, to, by, outcome, startedAt, closedAt, report: r } = it
  const took = span((Date.parse(closedAt) - Date.parse(startedAt)) / 1000)
  const apps = new Set(r.subjects.flatMap((s) => s.app ?? []))
  const waited = r.waits.reduce((sum, w) => sum + w.seconds, 0)
  return [
    `# ${platform} to ${to}: ${outcome.replace('-', ' ')}`,
    '',
    `Started by ${by}, ${moment(startedAt)} to ${moment(closedAt)} (${took}). ${many(apps.size, 'app')}, ${many(r.decisions.filter((d) => d.message !== ESCALATED).length, 'message')} from people, who were waited for ${span(waited)} in all.`,
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
