import { describe, expect, test } from 'vitest'
import { attempted } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { call } from '../support/small-world.ts'
import { aJobOfASchedule, SLOT } from './a-job.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const TIMES = { timeout: 180_000 }

/** What becomes of a job that does not end, when its schedule changes sides and people have said what. */
export function endlessJobsContract(of: () => WorldUnderTest): void {
  describe('a job that does not end', () => {
    test('is left to blue by `skip`, and green goes on', TIMES, async () => {
      const it = await aJobOfASchedule(of())
      const { answer } = await it.suspend('skip')
      expect(answer.note).toContain(`${it.job} may end there by itself`)
      await it.resume('green')
      expect([await it.jobs('blue'), await it.jobs('green')]).toEqual([[it.job], []])
      expect(await it.pods('blue')).toBe(1)
    })

    test('is ended by `rerun`, proven gone, and run again on green under its name', TIMES, async () => {
      const it = await aJobOfASchedule(of())
      await it.suspend('rerun')
      expect([await it.jobs('blue'), await it.pods('blue')]).toEqual([[], 0])
      await it.resume('green')
      expect([await it.jobs('blue'), await it.jobs('green')]).toEqual([[], [it.job]])
      const [again] = await of().green.admin.list('Job', { namespace: it.namespace })
      expect(again?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp']).toBe(
        new Date(SLOT * 1000).toISOString().replace('.000', ''),
      )
    })

    test('is waited for where nobody chose', TIMES, async () => {
      const it = await aJobOfASchedule(of())
      const asked = call<'suspendSchedule'>({ workload: it.workload, on: 'blue' })
      await eventually(
        'it is waited for',
        async () => /^report-\d+ still runs on /.test(await attempted(of().activities.suspendSchedule, asked)),
        patience,
      )
      expect(await it.jobs('blue')).toEqual([it.job])
    })
  })
}
