import { afterAll, beforeAll, expect, test } from 'vitest'
import { RUN_TAG } from '../../../src/domain/clone.ts'
import { blockers, type Plan } from '../../../src/domain/plan.ts'
import { leaves, type Step } from '../../../src/domain/steps.ts'
import { driven, ending } from '../../support/driven.ts'
import { aSmallFile, seedBlue } from '../../support/small-platform.ts'
import { aSmallWorld, call, scope, type SmallWorld } from '../../support/small-world.ts'

/** A green at the version that blue has, from its plan over its cluster to the way back, with AWS on the wire. */

const green = `${scope.blue}-r2`

let world: SmallWorld
let plan: Plan
beforeAll(async () => {
  world = await aSmallWorld()
  await seedBlue(world)
})
afterAll(() => world.stop())

const asked = (more = '', to = '1.35') =>
  [
    world.activities.prepare,
    { platform: scope.platform, to, by: 'aoki@example.com', file: aSmallFile(more) },
    { workflow: { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` } },
  ] as const
const prepared = async (more?: string) => (await driven(...asked(more))).answer

async function run(steps: readonly Step[]): Promise<void> {
  for (const step of leaves(steps)) {
    if (step.kind !== 'action') continue
    const activity = world.activities[step.action] as (input: unknown) => Promise<unknown> // each takes its own step's
    await driven(activity, call(step.input as never, { step: step.id, scope: { ...scope, green } }))
  }
}
const provision = () => plan.phases.find((p) => p.name === 'provision') ?? expect.fail('nothing is provisioned')
const there = () => world.aws.eks.inventory().map(({ name, version }) => `${name} ${version}`)

test('is planned under a name of its own, and says what it is', async () => {
  const { platform, from, to, plan: made, twin } = await prepared()
  plan = made
  expect([platform.blue, platform.green, from, to]).toEqual([scope.blue, green, '1.35', '1.35'])
  expect(blockers(plan)).toEqual([])
  expect(plan.phases[0]?.forward.map((s) => s.title)).toEqual([
    'refresh demo: build it anew at 1.35, the version that it has',
  ])
  expect(twin.map((p) => [p.part, p.changed.map((c) => c.setting)])).toContainEqual([
    `cluster ${green}`,
    expect.not.arrayContaining(['version']),
  ])
})

test("is built beside blue, and is this run's", async () => {
  await run(provision().forward)
  expect(there()).toEqual([`${scope.blue} 1.35`, `${green} 1.35`])
  expect((await world.ports.eks(scope.region).findCluster(green))?.tags[RUN_TAG]).toBe('run-1')
})

test.for(['1.35', '1.36'])('which of both is blue is asked, not guessed, for %s', async (to) => {
  expect(await ending(...asked('', to))).toEqual({
    type: 'InvalidInput',
    message: expect.stringMatching(
      /^demo-1-35 and demo-1-35-r2 are called after demo; say .*blue: <name>\. demo-1-35 is at 1\.35, made \S+\. demo-1-35-r2 is at 1\.35, made \S+ by run run-1 of Norikae$/,
    ),
  })
})

test('once the file says it, the green that is left is a blocker, or serves and is followed by the next', async () => {
  const left = await prepared(`blue: ${scope.blue}\n`)
  expect(blockers(left.plan).map((f) => [f.code, f.about])).toEqual([['green-exists', green]])
  const next = await prepared(`blue: ${green}\n`)
  expect([next.platform.green, blockers(next.plan)]).toEqual([`${scope.blue}-r3`, []])
})

test('its way back takes it away, and blue stays', async () => {
  await run(provision().back)
  expect(there()).toEqual([`${scope.blue} 1.35`])
})
