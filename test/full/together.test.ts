import { expect, test } from 'vitest'
import { aBed, GREEN, SICK, type Bed } from './bed.ts'
import { endState, wellOn } from './end-state.ts'
import { report } from './every.ts'
import { played } from './played.ts'
import type { Told } from './told.ts'
import type { WorkerProcess } from './workers.ts'

/** Two apps with visitors that move together, of which one fails on green, and a worker that is killed while they wait for each other. */

const OTHER = 'chat-search'
const PAIR = [SICK, OTHER]
const WEIGHTS = [0, 25, 50, 100]

test('both go back when one fails and move again with it, never more than one weight apart, and no request is dropped', async () => {
  await using bed = await aBed(['production'], {
    says: [
      ['weights: [50, 100]', 'weights: [25, 50, 100]'],
      ['apps:\n', `apps:\n  ${SICK}: { movesWith: [${OTHER}] }\n`],
    ],
  })
  const watched = watch(bed)
  let killed = false
  // While one is on its way to its second weight the other waits for it there.
  const hear = (told: Told, worker: WorkerProcess) => {
    if (killed || told.type !== 'setWeight' || !told.workflow.endsWith(`/app/${OTHER}`)) return undefined
    if (!watched.of(OTHER).includes(WEIGHTS[1] ?? 0)) return undefined
    killed = true
    return worker.kill().then(() => void bed.worker(hear))
  }
  await bed.worker(hear).ready()
  await bed.begin()
  const { view, asked } = await played(bed)
  watched.stop()
  report('moving together', asked)
  expect(killed).toBe(true)
  expect(view.outcome).toBe('done')
  expect(asked.map((it) => it.split(' ')[0])).toEqual([SICK])
  // Of the one that was well: there, back with the other, and there for good.
  expect(watched.of(OTHER)).toEqual([...WEIGHTS.slice(0, watched.turned(OTHER)), 0, ...WEIGHTS.slice(1)])
  expect(watched.apart()).toBeLessThanOrEqual(1)
  expect(await endState(bed)).toEqual(wellOn(GREEN))
})

/** What the rules of both were, one after the other. */
function watch({ world }: Bed) {
  const seen: { readonly [app: string]: number }[] = []
  /** As it was last where one side is alone in its rule: before it moves, and once it is let go of. */
  const share = (app: string): number => {
    const rule = world.aws.elbv2.rules().find((r) => r.hosts.includes(`${app}.chatwork.test`))
    const [, green] = rule?.forward ?? []
    return green?.weight ?? seen.at(-1)?.[app] ?? 0
  }
  const timer = setInterval(() => {
    const now = Object.fromEntries(PAIR.map((app) => [app, share(app)]))
    if (JSON.stringify(now) !== JSON.stringify(seen.at(-1))) seen.push(now)
  }, 20)
  const of = (app: string) => seen.map((s) => s[app] ?? 0).filter((w, n, all) => w !== all[n - 1])
  return {
    of,
    turned: (app: string) => of(app).indexOf(0, 1),
    apart: () => Math.max(...seen.map((s) => Math.abs(steps(s[SICK]) - steps(s[OTHER])))),
    stop: () => clearInterval(timer),
  }
}

const steps = (weight = 0): number => WEIGHTS.indexOf(weight)
