import { expect, test } from 'vitest'
import { warning } from '../../src/domain/findings.ts'
import { joined, type Report } from '../../src/domain/report.ts'
import { shortened } from '../../src/domain/report-size.ts'
import { emptyReport } from '../support/builders.ts'

const at = '2026-11-26T04:00:00.000Z'
/** As an app reports that has moved through three environments, with one gate and four weights in the last of these. */
function anAppsReport(app: string, more: Partial<Report> = {}): Report {
  const digest = 'd'.repeat(64)
  const place = { app, environment: 'production' }
  const gate = `production/gate@${digest.slice(0, 8)}.1`
  const by = 'somebody.of.the.team@example.com'
  const note = 'errors 0.02 % on green, 0.03 % on blue (8,412 requests); p99 +4 ms'
  return {
    ...emptyReport,
    subjects: ['test', 'stage', 'production'].map((environment) => ({ app, environment, digest, ended: 'done' })),
    decisions: [{ ...place, at, message: 'approve', body: { gate, by, comment: 'looks well' }, became: 'counted' }],
    effort: [{ app, team: 'scala', seconds: 540, answered: 1, acts: 1 }],
    waits: [{ ...place, gate, seconds: 540, ended: 'approve', by: [by] }],
    weights: ['test', 'stage', '5', '25', '50', '100', 'handover'].flatMap((step) => [
      { app, step: `production/route/web/${step}`, at, note: `${step} % read back` },
      { app, step: `production/observe/${step}`, at, note },
    ]),
    ...more,
  }
}

const apps = (count: number, more: Partial<Report> = {}): Report[] =>
  Array.from({ length: count }, (_, n) => anAppsReport(`application-${n}`, more))
const bytes = (report: Report) => Buffer.byteLength(JSON.stringify(report))
const goneOf = (report: Report) => report.findings.find((f) => f.code === 'report-shortened')?.about

const sick = anAppsReport('sick', {
  rollbacks: [{ app: 'sick', environment: 'production', at, why: 'errors 2.1 % on green' }],
})
const pages = '乗'.repeat(1_000)

test.for([
  { says: '12 apps are told whole', of: apps(12), gone: undefined, weights: 12 * 14 + 14 },
  { says: '400 are told whole', of: apps(400), gone: undefined, weights: 400 * 14 + 14 },
  {
    says: 'of 1,500 the weights of those that went back stay',
    of: apps(1_500),
    gone: 'weights of apps that nothing happened to',
    weights: 14,
  },
  {
    says: 'of 1,500 that all had trouble what was decided, and what is left to do, stays',
    of: apps(1_500, { problems: [{ app: 'sick', step: 's', attempt: 1, at, message: pages }], leftovers: ['undo it'] }),
    gone: 'weights, waits, problems',
    weights: 0,
  },
])('$says', ({ of, gone, weights }) => {
  const all = joined([...of, sick])
  expect(bytes(all)).toBeLessThan(1_500_000)
  expect(goneOf(all)).toBe(gone)
  expect(all.weights).toHaveLength(weights)
  expect(all.rollbacks).toEqual(sick.rollbacks)
  expect(all.decisions).toHaveLength(of.length + 1)
  expect(all.leftovers).toEqual(of.flatMap((r) => r.leftovers))
})

test('a report fits whatever there is too much of, and says what went', () => {
  const much = <T>(item: T): T[] => Array.from({ length: 600 }, () => item)
  const place = { app: 'a', environment: 'e' }
  const flooded: Report = {
    subjects: much({ ...place, digest: pages }),
    decisions: much({ ...place, at, message: 'approve', body: { comment: pages }, became: 'counted' }),
    effort: much({ app: pages, team: 't', seconds: 1, answered: 1, acts: 1 }),
    waits: much({ ...place, gate: pages, seconds: 1, ended: 'approve', by: [] }),
    weights: much({ app: 'a', step: 's', at, note: pages }),
    problems: much({ app: 'a', step: 's', attempt: 1, at, message: pages }),
    rollbacks: much({ ...place, at, why: pages }),
    findings: much(warning('w', 'a', pages, 'r')),
    leftovers: much(pages),
  }
  for (const field of Object.keys(emptyReport)) {
    const left = shortened({ ...emptyReport, [field]: flooded[field as keyof Report] })
    expect([field, bytes(left) < 1_500_000, goneOf(left)]).toEqual([field, true, expect.any(String)])
  }
  expect(bytes(shortened(flooded))).toBeLessThan(1_500_000)
  const fits = { ...emptyReport, leftovers: [pages] }
  expect(shortened(fits)).toEqual(fits)
})
