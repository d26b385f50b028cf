import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planCutover } from '../../src/domain/plan-cutover.ts'
import { condensed, type Tally } from '../../src/domain/samples.ts'
import { leaves } from '../../src/domain/steps.ts'
import { followedBy, judgeAll, type Check, type Sample } from '../../src/domain/verdict.ts'
import { anApp, anEnvironment, aPlatform, errors, workload } from '../support/builders.ts'

const probe: Check = {
  ...errors,
  name: 'answers',
  source: { kind: 'probe', gives: 'failures', timeout: '5s', makesUp: true, targets: { blue: [], green: [] } },
  limit: { atMost: 0 },
  minSamples: 2,
}

describe('what a long window remembers', () => {
  const amount = fc.option(fc.integer({ min: 0, max: 4 }), { freq: 3 })
  const sample = fc.record({ at: fc.constant(''), value: amount, blue: amount, saw: fc.string({ maxLength: 2 }) })
  const away = fc.constant<Sample>({ at: '', value: null, unreachable: 'no answer' })
  const read = fc.array(fc.oneof({ weight: 9, arbitrary: sample }, { weight: 1, arbitrary: away }), { maxLength: 40 })
  test('is bounded, and judged as if all were kept, until it is over', () => {
    const limits = fc.constantFrom({ atMost: 2 }, { timesBlue: 2 }, { atMost: 3, timesBlue: 2, fineUpTo: 1 })
    const numbers = fc.integer({ min: 1, max: 4 })
    fc.assert(
      fc.property(read, read, limits, numbers, numbers, fc.boolean(), (ofErrors, ofProbe, limit, n, most, once) => {
        const checks: Check[] = [
          { ...errors, limit, minSamples: n, breachAfter: most },
          { ...probe, breachAfter: most, ...(once && { onceWell: true }) },
        ]
        let whole: Readonly<Record<string, readonly Sample[]>> = {}
        let kept = whole
        let tallies: Readonly<Record<string, Tally | undefined>> = {}
        for (let at = 0; at < Math.max(ofErrors.length, ofProbe.length); at += 1) {
          const reading = { errors: ofErrors[at], answers: ofProbe[at] }
          const more = (before: typeof whole) =>
            Object.fromEntries(
              Object.entries(reading).map(([name, next]) => {
                const all = before[name] ?? []
                return [name, next ? followedBy(all, next) : all]
              }),
            )
          whole = more(whole)
          kept = more(kept)
          const judged = judgeAll(checks, whole)
          expect(judgeAll(checks, kept, tallies)).toEqual(judged)
          if (judged.some((j) => j.verdict === 'fail')) return
          const next = checks.map((c) => [c.name, condensed(c, kept[c.name] ?? [], tallies[c.name], most)] as const)
          kept = Object.fromEntries(next.map(([name, it]) => [name, it.samples]))
          tallies = Object.fromEntries(next.map(([name, it]) => [name, it.tally]))
          expect(JSON.stringify([kept, tallies]).length).toBeLessThan(2_000)
        }
      }),
    )
  })
})

describe('a probe of what may sleep on green', () => {
  const planned = (
    kind: 'Deployment' | 'CronJob',
    handover?: 'singleton',
    checks: readonly Check[] = [errors, probe],
  ) => {
    const environment = anEnvironment('test', { weights: [5, 100], checks })
    const annotated = handover && { annotated: { handover: { class: handover, downtime: '60s' } as const } }
    const it = workload(kind, 'it', { behindService: kind === 'Deployment', ...annotated })
    const { phases } = planCutover(aPlatform(), anApp('web'), environment, { images: '', workloads: [it] })
    return phases.map(({ forward, health }) => [
      ...leaves(forward).flatMap((s) => (s.kind === 'observe' ? [[s.id, s.checks] as const] : [])),
      ['watch', health?.checks ?? []] as const,
    ])[0]
  }
  const asked = (...of: Parameters<typeof planned>) =>
    planned(...of)?.map(([id, checks]) => {
      const found = checks.find((c) => c.name === 'answers')
      return `${id}: ${found ? (found.onceWell ? 'once well' : 'asked') : 'no'}`
    })
  test('counts once it was well, or from the handover on', () => {
    expect(asked('Deployment', 'singleton')).toEqual([
      'test/observe/5: once well',
      'test/observe/100: once well',
      'test/observe/handover: asked',
      'watch: once well',
    ])
  })
  test('and of what is awake it always does', () => {
    const always = ['test/observe/before: asked', 'test/observe/5: asked', 'test/observe/100: asked']
    expect(asked('Deployment')).toEqual([...always, 'watch: asked'])
    expect(asked('CronJob')).toEqual([...always, 'test/observe/handover: asked', 'watch: asked'])
  })
  test('a Job is not run before the handover: it would say nothing of what sleeps, and each window is to wait for it', () => {
    const job: Check = {
      ...errors,
      name: 'answers',
      source: { kind: 'job', job: { cronJob: 'smoke', timeout: '5m' }, namespaces: ['shop'] },
    }
    const none = ['test/observe/5: no', 'test/observe/100: no', 'test/observe/handover: asked', 'watch: no']
    expect(asked('Deployment', 'singleton', [errors, job])).toEqual(none)
  })
  test('that was never answered is no breach, and one that was is', () => {
    const checks = [errors, { ...probe, onceWell: true as const }]
    const verdicts = (...values: number[]) =>
      judgeAll(checks, { answers: values.map((value) => ({ at: '', value })) }).map((j) => `${j.check} ${j.verdict}`)
    expect(verdicts(1, 1, 1)).toEqual(['errors inconclusive'])
    expect(verdicts(1, 1, 0, 0)).toContain('answers pass')
    expect(verdicts(1, 0, 1, 1)).toContain('answers fail')
  })
})
