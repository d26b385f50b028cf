import { expect, test } from 'vitest'
import { report } from '../../src/client/upgrades.ts'
import { report as inMarkdown } from '../../src/cli/render/report.ts'
import { aBed, BLUE, PLATFORM, REFRESHED } from './bed.ts'
import { endState, wellOn } from './end-state.ts'
import { played } from './played.ts'

/** The real worker in the whole world: blue is built anew at its own version, serves, and the old one is gone. */
test('a platform is refreshed at its own version, and ends on the new cluster alone', async () => {
  await using bed = await aBed()
  await bed.worker().ready()
  await bed.begin('1.35')
  const { view } = await played(bed)
  expect(view.outcome).toBe('done')
  expect([view.status.from, view.status.to]).toEqual(['1.35', '1.35'])
  expect(await endState(bed)).toEqual(wellOn(REFRESHED))
  const there = bed.world.aws.eks.inventory()
  expect(there.map((c) => c.name)).toContain(REFRESHED)
  expect(there.map((c) => c.name)).not.toContain(BLUE)
  expect(inMarkdown(await report(bed.temporal, PLATFORM))).toMatch(/^# chatwork-prod 1\.35 → 1\.35 \(refresh\): done\n/)
})
