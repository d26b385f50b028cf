import { expect, test } from 'vitest'
import { aBed, GREEN, SICK } from './bed.ts'
import { endState, wellOn } from './end-state.ts'
import { report } from './every.ts'
import { played } from './played.ts'

test.for([
  { says: 'tells what was written later than it writes', fault: 'aws-behind', parameters: {}, throttles: false },
  {
    says: 'may be asked a quarter of what it allows',
    fault: 'aws-rates',
    parameters: { share: 0.25 },
    throttles: true,
  },
])('AWS $says, and nobody is asked for it', async ({ says, fault, parameters, throttles }) => {
  await using bed = await aBed()
  await bed.worker().ready()
  bed.world.faults.set(fault, parameters)
  await bed.begin()
  const { view, asked } = await played(bed)
  const calls = bed.world.aws.calls()
  const throttled = calls.filter((c) => /Throttl|RequestLimit|TooManyRequests/.test(c.error ?? '')).length
  report(`AWS ${says}: ${calls.length} calls, ${throttled} of them throttled`, asked)
  expect(view.outcome).toBe('done')
  expect(await endState(bed)).toEqual(wellOn(GREEN))
  expect(asked.filter((it) => !it.startsWith(`${SICK} `))).toEqual([])
  expect(throttled > 20).toBe(throttles)
})
