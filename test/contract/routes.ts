import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Route } from '../../src/domain/platform.ts'
import { driven, ending } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { call, type TwoClusters } from '../support/small-world.ts'

/** A route as one kind of it has it, with blue serving and pods on both sides. */
export interface RouteOfAKind {
  readonly route: Route
  /** By side, what is written; only who is in it. */
  weights(): Readonly<Record<string, number>>
  /** As somebody else would. */
  write(weights: Readonly<Record<'blue' | 'green', number>>): void | Promise<void>
  /** Where a weight counts only after a time that nothing shortens: lets it go by, for what is waited for. */
  pass?(why: string): void
}

/** What holds for a route of any kind. */
export function routesKeepTheirWord(
  kind: string,
  world: () => TwoClusters,
  make: (world: TwoClusters) => Promise<RouteOfAKind>,
): void {
  const acts = () => world().activities
  afterEach(() => void vi.useRealTimers())
  const opened = async () => {
    const it = await make(world())
    const { route } = it
    const driving = { lost: true, between: (why: string) => it.pass?.(why) }
    /** Whatever time was let go by, the next one has its own: what servers were shown would be too old otherwise. */
    const inItsTime = <T>(work: Promise<T>): Promise<T> => work.finally(() => vi.useRealTimers())
    return {
      ...it,
      driving,
      opening: await inItsTime(driven(acts().openRoute, call<'openRoute'>({ route }), driving)),
      set: (to: number, expected: readonly number[]) =>
        inItsTime(driven(acts().setWeight, call<'setWeight'>({ route, to, expect: expected }), driving)),
      settle: (on: 'blue' | 'green') =>
        inItsTime(driven(acts().settleRoute, call<'settleRoute'>({ route, on }), driving)),
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
      // What its owners have made of green is theirs.
      expect((await it.settle('blue')).answer.note).toMatch(/^only blue is served(;.* is not Norikae's and was left)?$/)
      expect(it.weights()).toEqual({ blue: 100 })
    })

    test('is settled on green, and stays so', async () => {
      const it = await opened()
      await it.set(100, [0])
      await it.settle('green')
      await it.settle('green')
      expect(it.weights()).toEqual({ green: 100 })
    })

    test('that others moved towards blue is followed: it goes up no more, and goes back from where they left it', async () => {
      const it = await opened()
      const { route } = it
      await it.set(25, [0])
      await it.write({ blue: 90, green: 10 })
      const written = await ending(acts().setWeight, call<'setWeight'>({ route, to: 50, expect: [25, 50] }))
      expect(written.type).toBe('MovedBack')
      expect(written.message).toContain(`is at 10 %, where 25 % was left`)
      expect(it.weights()).toEqual({ blue: 90, green: 10 })
      await it.set(0, [0, 25, 50])
      expect(it.weights()).toEqual({ blue: 100, green: 0 })
    })

    test('that others moved towards green is written once more, after they were asked to stop', async () => {
      const it = await opened()
      const { route } = it
      const up = (contest?: true) => call<'setWeight'>({ route, to: 50, expect: [25, 50] }, contest ? { contest } : {})
      await it.set(25, [0])
      await it.write({ blue: 60, green: 40 })
      const asked = await ending(acts().setWeight, up())
      expect(asked.type).toBe('Claimed')
      expect(asked.message).toContain('is at 40 %, where 25 % was left')
      for (const on of ['blue', 'green'] as const)
        expect((await ending(acts().settleRoute, call<'settleRoute'>({ route, on }))).type).toBe('Contested')
      expect(it.weights()).toEqual({ blue: 60, green: 40 })

      const between = async (why: string) => {
        if (!why.includes('and is read for')) return it.pass?.(why)
        await eventually('it is written once more', () => it.weights()['green'] === 25)
        vi.setSystemTime(Date.now() + 61_000)
      }
      const { answer } = await driven(acts().setWeight, up(true), { lost: true, between })
      expect(answer.note).toMatch(/^50 % read back; .* had it at 40 %, and has stopped$/)
      expect(it.weights()).toEqual({ blue: 50, green: 50 })
    })

    test('that others do not stop moving towards green is left to them', async () => {
      const it = await opened()
      const { route } = it
      await it.set(25, [0])
      await it.write({ blue: 60, green: 40 })
      const up = call<'setWeight'>({ route, to: 50, expect: [25, 50] }, { contest: true })
      const again = await ending(acts().setWeight, up, {
        between: async (why) => {
          if (why.includes('and is read for')) await it.write({ blue: 60, green: 40 })
        },
      })
      expect(again.type).toBe('Contested')
      expect(again.message).toContain('is at 40 % again, where 25 % was written back')
      expect(it.weights()).toEqual({ blue: 60, green: 40 })
    })

    test('that a terminated cutover left is taken back by the next one before it is opened', async () => {
      const it = await opened()
      const { route } = it
      await it.set(50, [0])
      const left = { weights: [25, 50], grown: [] }
      const taking = call<'openRoute'>({ route, left }, { asker: 'run-2' })
      const { answer } = await driven(acts().openRoute, taking, { between: it.driving.between })
      expect(answer.note).toBe('2 targets healthy on green, at 0 %, where an earlier cutover had left 50 %')
      expect(it.weights()).toEqual({ blue: 100, green: 0 })
    })
  })
}
