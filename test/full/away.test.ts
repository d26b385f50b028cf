import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { aBed, GREEN } from './bed.ts'
import { endState, wellOn } from './end-state.ts'
import { report } from './every.ts'
import { played } from './played.ts'
import type { WorkerProcess } from './workers.ts'

test('two workers, of which one dies now and then, and a Temporal server that restarts', async () => {
  await using bed = await aBed()
  const workers: WorkerProcess[] = [bed.worker(), bed.worker()]
  for (const worker of workers) await worker.ready()
  await bed.begin()
  const over = new AbortController()
  let [deaths, restarts] = [0, 0]
  const dying = (async () => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      await sleep(6_000, undefined, { signal: over.signal }).catch(() => undefined)
      if (over.signal.aborted) return
      if (n % 4 === 1) {
        await bed.restartTemporal(2_000)
        restarts += 1
        continue
      }
      deaths += 1
      await workers[n % 2]?.kill()
      workers[n % 2] = bed.worker()
      // Alone it is never: the other one is asked while this one comes.
      await workers[n % 2]?.ready()
    }
  })()
  const { view, asked } = await played(bed)
  over.abort()
  await dying
  report(`away: ${deaths} deaths of a worker, ${restarts} restarts of the server`, asked)
  expect(view.outcome).toBe('done')
  expect(await endState(bed)).toEqual(wellOn(GREEN))
  expect(deaths).toBeGreaterThan(1)
  expect(restarts).toBeGreaterThan(0)
  // Whoever was not killed outlives the server.
  expect(workers.map((w) => w.runs)).toEqual([true, true])
})
