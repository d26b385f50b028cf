import { afterAll, beforeAll, expect, test } from 'vitest'
import { blockers } from '../../../src/domain/plan.ts'
import { driven } from '../../support/driven.ts'
import { aSmallFile, seedBlue } from '../../support/small-platform.ts'
import { aSmallWorld, scope, type SmallWorld } from '../../support/small-world.ts'

let world: SmallWorld
beforeAll(async () => {
  world = await aSmallWorld()
  await seedBlue(world)
  world.cluster(scope.blue).apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'attic' } })
})
afterAll(() => world.stop())

const fileUntil = (until: string) =>
  aSmallFile(`waivers:
  - { code: namespace-unclaimed, about: attic, reason: nobody needs it any more, until: ${until}, by: aoki@example.com }
`)

test.for([
  { until: '2999-12-31', stops: [], kept: 1 },
  { until: '2020-01-01', stops: ['namespace-unclaimed attic'], kept: 0 },
])(
  'preflight goes on in spite of a blocker that is waived until $until, or does not',
  async ({ until, stops, kept }) => {
    const request = { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: fileUntil(until) }
    const workflow = { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` }
    const { answer } = await driven(world.activities.prepare, request, { workflow })
    expect(blockers(answer.plan).map((f) => `${f.code} ${f.about}`)).toEqual(stops)
    expect(answer.plan.findings.find((f) => f.about === 'attic')?.message).toMatch(
      kept === 1
        ? /\. Waived by aoki@example\.com until 2999-12-31: nobody needs it any more$/
        : /; aoki@example\.com waived it until 2020-01-01$/,
    )
    expect(answer.platform.waivers?.length ?? 0).toBe(kept)
  },
)
