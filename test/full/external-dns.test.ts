import { expect, test } from 'vitest'
import { ZONE } from '../../src/sandbox/seed/ways.ts'
import { WEIGHED, weighedHost } from '../../src/sandbox/seed/weighed.ts'
import { aBed, BLUE, GREEN } from './bed.ts'
import { endState, wellOn } from './end-state.ts'
import { report } from './every.ts'
import { played } from './played.ts'

/** What clients are given for Route 53's servers, so that nobody waits for minutes; theirs in the sandbox takes less. */
const hurried = {
  file: 'activities/routes/external-dns.ts',
  from: 'const SPREADS_WITHIN_S = 120',
  to: 'const SPREADS_WITHIN_S = 3',
}

test('a whole upgrade with an app whose record external-dns of each cluster makes: back by itself, and for good', async () => {
  const apps = [WEIGHED.name]
  await using bed = await aBed(['production'], { apps, sick: apps })
  const { aws, load } = bed.world
  const seen: string[] = []
  const timer = setInterval(() => {
    const sets = aws.route53.records(ZONE).filter(({ Type }) => Type !== 'TXT')
    const now = sets
      .map((set) => `${set.SetIdentifier} ${set.Weight}`)
      .toSorted()
      .join(', ')
    if (now !== seen.at(-1)) seen.push(now)
  }, 20)
  await bed.worker(undefined, { rewrites: [hurried] }).ready()
  await bed.begin()
  const { view, asked } = await played(bed)
  clearInterval(timer)
  report('external-dns', [...asked, ...seen])
  expect(view.outcome).toBe('done')
  expect(asked.map((it) => it.split(' ')[0])).toEqual(apps)

  // Opened, half of it, back to blue alone; and once more to the end. One side is written before the other.
  const shares = seen.filter((now) => !/blue 100, .* [1-9]|blue 50, .* (0|100)$|blue 0, .* (?!100)/.test(now))
  const green = (weight: number) => `${GREEN} ${weight}`
  const opened = ['blue 100', `blue 100, ${green(0)}`, `blue 50, ${green(50)}`]
  expect(shares).toEqual([...opened, `blue 100, ${green(0)}`, ...opened, `blue 0, ${green(100)}`, green(100)])
  // Whoever asks is never answered by chance.
  expect(seen.filter((now) => !/ [1-9]/.test(now))).toEqual([])

  const { servedBy } = load.report().byHost[weighedHost] ?? {}
  for (const side of [BLUE, GREEN]) expect(servedBy?.[side] ?? 0, `on ${side}`).toBeGreaterThan(20)
  expect(await endState(bed)).toEqual(wellOn(GREEN))
})
