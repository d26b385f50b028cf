import { expect, test } from 'vitest'
import { report } from '../../src/client/upgrades.ts'
import { report as inMarkdown } from '../../src/cli/render/report.ts'
import { aBed, BLUE, endState, PLATFORM, played, REFRESHED, wellOn, WITHIN_MS } from './bed.ts'

/** The real worker in the whole world: blue is built anew at its own version, serves, and the old one is gone. */
test(
  'a platform is refreshed at its own version, and ends on the new cluster alone',
  { timeout: WITHIN_MS + 60_000 },
  async () => {
    await using bed = await aBed()
    await (await bed.worker()).ready()
    await bed.begin('1.35')
    const { view } = await played(bed, { withinMs: WITHIN_MS })
    expect(view.outcome).toBe('done')
    expect([view.status.from, view.status.to]).toEqual(['1.35', '1.35'])
    expect(await endState(bed)).toEqual(wellOn(REFRESHED))
    const there = bed.world.aws.eks.inventory()
    expect(there.map((c) => c.name)).toContain(REFRESHED)
    expect(there.map((c) => c.name)).not.toContain(BLUE)
    expect(inMarkdown(await report(bed.temporal, PLATFORM))).toMatch(
      /^# chatwork-prod 1\.35 → 1\.35 \(refresh\): done\n/,
    )
  },
)
