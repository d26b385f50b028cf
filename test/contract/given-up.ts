import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountOf } from '../support/account.ts'
import { aRichProvision, type Provision } from '../support/rich-provision.ts'
import { scope } from '../support/small-world.ts'

/**
 * A green like the richest blue, given up while a step of its provisioning is under way: the whole account is as it was, and
 * what others added because they were asked to is told by name. `at`: which of so many steps; all of them where none is said.
 */
export function givenUp(at?: (steps: number) => readonly number[]): void {
  let its: Provision
  beforeAll(async () => {
    its = await aRichProvision()
  }, 60_000)
  afterAll(() => its.world.stop())

  test('given up at each step, the account is as it was, but for what others are told to take off', async () => {
    const { world, steps } = its
    expect(steps.length).toBeGreaterThan(20)
    const before = accountOf(world)
    for (const n of at?.(steps.length) ?? steps.map((_, index) => index + 1)) {
      const some = steps.slice(0, n)
      const id = some.at(-1)?.id ?? ''
      for (const step of some.slice(0, -1)) await its.done(step)
      for (const step of some.slice(-1)) await its.begun(step)
      const told = await its.back(some)
      expect(told?.findings?.map(({ about }) => about) ?? [], id).toEqual(
        some.slice(0, -1).some(({ action }) => action === 'awaitNetworkTags')
          ? [`tag kubernetes.io/cluster/${scope.green}`]
          : [],
      )
      its.takenOff(before, told)
      expect(accountOf(world), id).toEqual(before)
    }
  }, 600_000)
}
