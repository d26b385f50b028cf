import { isSuccessor, type ActionCall } from '../domain/actions.ts'
import { leftBefore, opening, settledAt, settling, weighing } from '../domain/route-shares.ts'
import { claimInWords, contestedRoute, followed, inWords, stand, toClaim } from './contests.ts'
import { notFound } from './errors.ts'
import { goBack, readBack } from './going-back.ts'
import { takeUp } from './left-weights.ts'
import { proven, type Deed, type Outside } from './outside.ts'
import { routeDriver } from './routes/index.ts'
import { readWayBack } from './way-back.ts'
import { budgets, doneAt, firstDoneAtMs, notYet, remember, remembered } from './waiting.ts'

/** Healthy so many times in a row before anybody depends on it. */
const POLLS = 3

/** By this name it is noted when the weight of a step was read back. */
const READ_BACK = 'read back'
/** And when less was read after that. */
const READ_LESS = 'read less'

/** What attempts of opening a route note. */
interface Opening {
  /** How often it was seen healthy in a row. */
  readonly polls: number
  /** What was left at first, in per cent. */
  readonly left: number
  /** Green was read in it. */
  readonly entered?: boolean
  /** How often somebody took it out after that. */
  readonly taken?: number
}
const nothing: Opening = { polls: 0, left: 0 }
/** Once may be a deployment, and once a reading that was told late; who does it three times would do it again. */
const TAKEN_OUT = 3

/** What is done to a route of whatever kind, and in which order; how is its driver's. */
export const trafficActions = (outside: Outside) => {
  const to = async ({ input: { route }, scope, run }: ActionCall<'openRoute' | 'settleRoute'>) => {
    const world = await proven(outside, scope)
    return { world, driver: routeDriver(world, route, { scope, run }) }
  }

  /** Of many that are opened and looked at beside it nobody is in such a hurry as who goes back. */
  const toWeigh = async ({ input: { route }, scope, run }: ActionCall<'setWeight'>) => {
    const world = await proven(outside, scope)
    return { world, driver: routeDriver({ ...world, records: world.recordsFirst }, route, { scope, run }) }
  }

  const openRoute: Deed<'openRoute'> = async (call) => {
    const { route, left } = call.input
    const { world, driver } = await to(call)
    await driver.prepare()
    const found = await driver.read()
    const is = opening(found, { successor: isSuccessor(call) })
    if (is === 'contested') throw await contestedRoute({ route, driver, found }, [0])
    if (is === 'takeUp' && typeof found.share === 'number') {
      remember({ ...remembered(nothing), polls: 0, left: Math.max(found.share, remembered(nothing).left) })
      return takeUp(world, call, { route, driver, found, share: found.share }, left)
    }
    const { entered: wasIn = false, taken = 0 } = remembered(nothing)
    if (is === 'enter' && wasIn) {
      if (taken + 1 >= TAKEN_OUT) throw await contestedRoute({ route, driver, found }, [0])
      remember({ ...remembered(nothing), entered: false, taken: taken + 1 } satisfies Opening)
    }
    // Targets are checked only once their group is in a rule: it enters at weight 0, and is waited for there.
    if (is === 'enter') await found.write(0)
    const entered = is === 'enter' ? await driver.read() : found
    if (entered.share === 0 && remembered(nothing).entered !== true)
      remember({ ...remembered(nothing), entered: true } satisfies Opening)
    await driver.inForce(entered, 'opening', firstDoneAtMs('at 0 %'))
    // What clients go by may have been waited for longer than targets are.
    const sinceMs = firstDoneAtMs('in force')

    const { healthy, expected } = await driver.health('green')
    if (expected === 0 && call.input.mayBeAsleep)
      return { note: 'green is in it at 0 %, and what serves there is started behind a page' }
    const before = remembered(nothing)
    const polls = healthy > 0 && healthy === expected ? before.polls + 1 : 0
    remember({ ...before, polls })
    if (polls < POLLS)
      throw notYet(
        `${healthy} of ${expected} ${driver.words.targets} are healthy (seen so ${polls} of ${POLLS} times)`,
        budgets.targets,
        '1s',
        sinceMs,
      )
    const after = before.left > 0 ? `, where an earlier cutover had left ${before.left} %` : ''
    return { note: `${healthy} targets healthy on green, at 0 %${after}` }
  }

  const setWeight: Deed<'setWeight'> = async (call) => {
    const { input, scope } = call
    const { route, expect, onto } = input
    const { world, driver } = await toWeigh(call)
    const found = await readWayBack(driver, scope.blue)
    const { share: was } = found
    const written = doneAt(`at ${input.to} %`) !== undefined
    const own = doneAt(READ_BACK) !== undefined ? 'read' : written ? 'written' : 'unwritten'
    const left = own === 'unwritten' ? leftBefore(input.to, expect) : [input.to]
    if (call.contest === true) await stand({ route, driver, found }, { to: input.to, expect, own })
    const is = weighing(was, input.to, expect, own)
    // Never opened, or closed already: nothing of green's is served.
    if (is === 'done') return { note: `green is not in ${driver.words.place}` }
    if (is === 'unmade') throw notFound(`${driver.words.green} is not there`)
    // Once more where it is what was there before: one answer alone may be told late.
    if (is === 'followed' && own === 'read' && expect.includes(Number(was)) && doneAt(READ_LESS) === undefined)
      throw notYet(
        `route ${route.name} reads ${inWords(was)}, where ${input.to} % was read back: it is looked at again`,
        budgets.weight,
        '5s',
        firstDoneAtMs(READ_LESS),
      )
    if (is === 'followed') throw await followed({ route, driver, found }, left, scope.blue)
    if (is === 'claimed' && call.contest !== true) throw await toClaim({ route, driver, found }, input.to, expect)
    if (is === 'claimed' || is === 'contested' || typeof was !== 'number')
      throw await contestedRoute({ route, driver, found }, left)
    if (onto) return goBack(world, call, { route, driver, found, share: was }, onto)
    if (was !== input.to) await found.write(input.to)
    // The way back may have gone on for minutes before it came to this one.
    const sinceMs = firstDoneAtMs(`at ${input.to} %`)
    const read = await readBack(driver, route, input.to, sinceMs)
    // Waiting for clients may take an hour, and whoever moves it back in that time means it.
    firstDoneAtMs(READ_BACK)
    await driver.inForce(read, 'weight', sinceMs)
    return { note: `${input.to} % read back${claimInWords()}` }
  }

  const settleRoute: Deed<'settleRoute'> = async (call) => {
    const { route, on, left } = call.input
    const { world, driver } = await to(call)
    // Blue is not proven idle before, and its way back is let go after that.
    const handedOver = on === 'green' ? await driver.handedOver?.() : undefined
    if (handedOver !== undefined) return { note: handedOver }
    await driver.prove(on)
    const found = await driver.read()
    const there = found.has(on === 'blue' ? 'green' : 'blue')
    const is = settling(found, { on, there, successor: isSuccessor(call) })
    if (is === 'takeUp' && typeof found.share === 'number')
      return takeUp(world, call, { route, driver, found, share: found.share }, left)
    if (is === 'contested') throw await contestedRoute({ route, driver, found }, [settledAt(on)])
    if (is === 'drop') {
      // Within one cutover the step before has waited. What a terminated one left, this step may have taken back just now.
      if (isSuccessor(call)) await driver.inForce(found, 'weight', firstDoneAtMs(`at ${settledAt(on)} %`))
      await found.leaveOnly(on)
      throw notYet(
        `route ${route.name} was just told to serve ${on} only`,
        budgets.weight,
        undefined,
        firstDoneAtMs(`${on} only`),
      )
    }
    await driver.inForce(found, 'settling', firstDoneAtMs(`${on} only`))
    const cleared = await driver.clear(on)
    return typeof cleared === 'string' ? { note: cleared } : cleared
  }

  return { openRoute, setWeight, settleRoute }
}
