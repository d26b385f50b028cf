import { info } from './findings.ts'
import type { Report } from './report.ts'

/** Bytes of JSON. A workflow's result has 2 MB at most, and one that is larger fails its task for ever. */
const LARGEST = 1_500_000

/** Of what is told last of all so many stay, each of this many characters: 1.2 MB at three bytes each. */
const MOST = 500
const LONGEST = 400

/** What people miss least goes first. */
const ways: readonly { readonly gone: string; readonly without: (report: Report) => Report }[] = [
  { gone: 'weights of apps that nothing happened to', without: onlyTroubled },
  { gone: 'weights', without: (it) => ({ ...it, weights: [] }) },
  { gone: 'waits', without: (it) => ({ ...it, waits: [] }) },
  { gone: 'problems', without: (it) => ({ ...it, problems: [] }) },
  { gone: 'decisions', without: (it) => ({ ...it, decisions: [] }) },
  { gone: 'findings', without: (it) => ({ ...it, findings: [] }) },
  { gone: 'subjects', without: (it) => ({ ...it, subjects: [] }) },
  { gone: 'effort', without: (it) => ({ ...it, effort: [] }) },
  {
    gone: `rollbacks and leftovers beyond the first ${MOST}, and long words in these`,
    without: (it) => ({
      ...it,
      rollbacks: it.rollbacks.slice(0, MOST).map((back) => ({ ...back, why: back.why.slice(0, LONGEST) })),
      leftovers: it.leftovers.slice(0, MOST).map((what) => what.slice(0, LONGEST)),
    }),
  },
]

/** A report that fits into `largest` bytes of JSON: it says what went for that. One that fits is left as it is. */
export function shortened(report: Report, largest = LARGEST): Report {
  let left = report
  const gone: string[] = []
  for (const way of ways) {
    if (bytes({ ...left, findings: told(left, gone) }) <= largest) break
    left = way.without(left)
    gone.push(way.gone)
  }
  return gone.length === 0 ? report : { ...left, findings: told(left, gone) }
}

/** What all of it went of, a smaller part of it need not be told. */
const told = ({ findings }: Report, gone: readonly string[]) =>
  gone.length === 0
    ? findings
    : [
        ...findings,
        info(
          'report-shortened',
          gone.filter((what) => !gone.some((more) => what.startsWith(`${more} `))).join(', '),
          'too long to be sent',
          'the history of each app’s cutover still has it',
        ),
      ]

function onlyTroubled(report: Report): Report {
  const troubled = new Set([...report.rollbacks, ...report.problems].map((it) => it.app))
  return { ...report, weights: report.weights.filter((w) => troubled.has(w.app)) }
}

/** At most: three for each character beyond ASCII. Counted one by one: millions of matches would take a task's time. */
function bytes(report: Report): number {
  const text = JSON.stringify(report)
  let count = text.length
  for (let n = 0; n < text.length; n += 1) if (text.charCodeAt(n) > 126) count += 2
  return count
}
