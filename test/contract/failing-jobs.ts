import { describe, expect, test } from 'vitest'
import { jobState } from '../../src/domain/slots.ts'
import { attempted } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { call } from '../support/small-world.ts'
import { aJobOfASchedule } from './a-job.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const TIMES = { timeout: 180_000 }

/** A job that fails while its schedule changes sides: its slot is run by one side, as often as its own owner allows. */
export function failingJobsContract(of: () => WorldUnderTest): void {
  describe('a job that fails', () => {
    type It = Awaited<ReturnType<typeof aJobOfASchedule>>
    const job = async (it: It) => {
      const found = await of().blue.admin.find('Job', it.namespace, it.job)
      if (!found) throw new Error(`there is no ${it.job}`)
      return found
    }
    /** One pod of it has failed; Kubernetes waits for ten seconds before it makes the next. */
    async function oneThatFailedOnce(): Promise<It> {
      const it = await aJobOfASchedule(of(), { backoffLimit: 2 })
      await it.ends('Failed')
      await eventually('it is counted', async () => (await job(it)).status?.['failed'] === 1, patience)
      return it
    }

    test('is waited for while it is tried again, and its slot is not run by green', TIMES, async () => {
      const it = await oneThatFailedOnce()
      const asked = call<'suspendSchedule'>({ workload: it.workload, on: 'blue' })
      await eventually(
        'it is waited for',
        async () => /^report-\d+ still runs on /.test(await attempted(of().activities.suspendSchedule, asked)),
        patience,
      )
      await it.ends('Succeeded')
      await it.suspend()
      expect(jobState(await job(it))).toBe('succeeded')
      await it.resume('green')
      expect([await it.jobs('blue'), await it.jobs('green')]).toEqual([[it.job], []])
    })

    test('is ended by `rerun` before it is tried again, and its slot is run by green alone', TIMES, async () => {
      const it = await oneThatFailedOnce()
      await it.suspend('rerun')
      expect([await it.jobs('blue'), await it.pods('blue')]).toEqual([[], 0])
      await it.resume('green')
      expect([await it.jobs('blue'), await it.jobs('green')]).toEqual([[], [it.job]])
    })

    test('for good has had its slot, on whichever side', TIMES, async () => {
      const it = await aJobOfASchedule(of(), { backoffLimit: 0 })
      await it.ends('Failed')
      await eventually('it has failed', async () => jobState(await job(it)) === 'failed', patience)
      await it.suspend()
      await it.resume('green')
      expect([await it.jobs('blue'), await it.jobs('green')]).toEqual([[it.job], []])
    })
  })
}
