import { describe, expect, test } from 'vitest'
import type { Route } from '../../src/domain/platform.ts'
import { driven, ending } from '../support/driven.ts'
import { call, type TwoClusters } from '../support/small-world.ts'

/** A route as one kind of it has it, with blue serving and pods on both sides. */
export interface RouteOfAKind {
  readonly route: Route
  /** By side, what is written; only who is in it. */
  weights(): Readonly<Record<string, number>>
  /** As somebody else would. */
  write(weights: Readonly<Record<'blue' | 'green', number>>): void | Promise<void>
}

/** What holds for a route of any kind. */
export function routesKeepTheirWord(
  kind: string,
  world: () => TwoClusters,
  make: (world: TwoClusters) => Promise<RouteOfAKind>,
): void {
  const acts = () => world().activities
  const opened = async () => {
    const it = await make(world())
    const { route } = it
    return {
      ...it,
      opening: await driven(acts().openRoute, call<'openRoute'>({ route }), { lost: true }),
      set: (to: number, expected: readonly number[]) =>
        driven(acts().setWeight, call<'setWeight'>({ route, to, expect: expected }), { lost: true }),
      settle: (on: 'blue' | 'green') => driven(acts().settleRoute, call<'settleRoute'>({ route, on }), { lost: true }),
    }
  }

  describe(`a route of ${kind}`, () => {
    test('opens at 0 %, goes up and back and is closed, whatever answers are lost, and however often each is asked for', async () => {
      const it = await opened()
      expect(it.opening.answer.note).toBe('2 targets healthy on green, at 0 %')
      expect(it.weights()).toEqual({ blue: 100, green: 0 })
      expect((await it.set(5, [0, 5])).answer.note).toBe('5 % read back')
      expect(it.weights()).toEqual({ blue: 95, green: 5 })
      await it.set(100, [5, 100])
      await it.set(100, [5, 100])
      expect(it.weights()).toEqual({ blue: 0, green: 100 })
      await it.set(0, [0, 5, 100])
      await it.settle('blue')
      expect((await it.settle('blue')).answer.note).toBe('only blue is served')
      expect(it.weights()).toEqual({ blue: 100 })
    })

    test('is settled on green, and stays so', async () => {
      const it = await opened()
      await it.set(100, [0])
      await it.settle('green')
      await it.settle('green')
      expect(it.weights()).toEqual({ green: 100 })
    })

    test('that others moved, towards green or towards blue, is left to them', async () => {
      const it = await opened()
      const { route } = it
      await it.set(25, [0])
      for (const found of [40, 10]) {
        await it.write({ blue: 100 - found, green: found })
        const written = await ending(acts().setWeight, call<'setWeight'>({ route, to: 50, expect: [25, 50] }))
        expect(written.type).toBe('Contested')
        expect(written.message).toContain(`is at ${found} %, where 25 or 50 % was left`)
        for (const on of ['blue', 'green'] as const)
          expect((await ending(acts().settleRoute, call<'settleRoute'>({ route, on }))).type).toBe('Contested')
        expect(it.weights()).toEqual({ blue: 100 - found, green: found })
      }
    })

    test('that a terminated cutover left is taken back by the next one before it is opened', async () => {
      const it = await opened()
      const { route } = it
      await it.set(50, [0])
      const left = { weights: [25, 50], grown: [] }
      const { answer } = await driven(acts().openRoute, call<'openRoute'>({ route, left }, { asker: 'run-2' }))
      expect(answer.note).toBe('2 targets healthy on green, at 0 %, where an earlier cutover had left 50 %')
      expect(it.weights()).toEqual({ blue: 100, green: 0 })
    })
  })
}
