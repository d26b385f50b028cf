import { expect } from 'vitest'
import type { Reading, RouteDriver } from '../../src/activities/routes/driver.ts'
import { eventually } from '../support/eventually.ts'

/** What every driver is taken through whose rules a load balancer controller makes. */

/** Where a controller writes its status in the same moment, it is tried again, as Temporal would. */
export const now = (driver: RouteDriver, act: (reading: Reading) => Promise<void>) =>
  eventually('it is written', async () => {
    await act(await driver.read())
    return true
  })

/** At 25 % green's target group goes: nothing moves towards green any more, and all of it goes back. `groups`: ARNs by name. */
export async function backWithoutGroup(
  driver: RouteDriver,
  groups: Record<string, string>,
  by: 'write' | 'leaveOnly',
): Promise<void> {
  await now(driver, (it) => it.write(0))
  await now(driver, (it) => it.write(25))
  delete groups['green']
  const read = await driver.read()
  expect([read.share, read.has('green')]).toEqual([25, true])
  for (const refused of [() => read.write(50), () => read.leaveOnly('green')])
    await expect(refused()).rejects.toMatchObject({
      type: 'NotFound',
      message: expect.stringMatching(/^target group green is not there.*Make it.*; or take the app back to blue/),
    })
  await now(driver, (it) => (by === 'write' ? it.write(0) : it.leaveOnly('blue')))
}
