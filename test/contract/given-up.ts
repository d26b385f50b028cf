import { afterAll, beforeAll, expect, test } from 'vitest'
import { blank, write, type Journal } from '../../src/domain/journal.ts'
import { wayBack, type Phase } from '../../src/domain/plan.ts'
import { leaves, type ActionStep } from '../../src/domain/steps.ts'
import { accountOf } from '../support/account.ts'
import { attempted, driven } from '../support/driven.ts'
import { aRichBlue, othersDo, richFile } from '../support/rich-blue.ts'
import { aSmallWorld, call, scope, type SmallWorld } from '../support/small-world.ts'

/**
 * A green like the richest blue, given up while a step of its provisioning is under way: the whole account is as it was, and
 * what others added because they were asked to is told by name. `at`: which of so many steps; all of them where none is said.
 */
export function givenUp(at?: (steps: number) => readonly number[]): void {
  let world: SmallWorld
  let phase: Phase
  beforeAll(async () => {
    world = await aSmallWorld()
    await aRichBlue(world)
    const { answer } = await driven(
      world.activities.prepare,
      { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: richFile },
      { workflow: { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` } },
    )
    const found = answer.plan.phases.find(({ name }) => name === 'provision')
    if (!found) throw new Error('nothing is provisioned')
    phase = found
  }, 60_000)
  afterAll(() => world.stop())

  const actionsOf = (steps: Phase['forward']): ActionStep[] =>
    leaves(steps).filter(({ kind }) => kind === 'action') as ActionStep[] // those are
  const activityOf = ({ action }: ActionStep) => world.activities[action] as (input: unknown) => Promise<Answer> // each takes its own step's
  const callOf = ({ input, id }: ActionStep) => call(input as never, { step: id })
  const between = (why: string) => othersDo(world, why)

  /** The first of them to their end; of the last only what one attempt does. */
  async function forward(steps: readonly ActionStep[]): Promise<void> {
    for (const step of steps.slice(0, -1)) await driven(activityOf(step), callOf(step), { between })
    for (const step of steps.slice(-1)) await attempted(activityOf(step), callOf(step))
  }

  async function back(steps: readonly ActionStep[]): Promise<Answer | undefined> {
    const journal = steps.reduce(begun, blank)
    let last: Answer | undefined
    for (const step of actionsOf(wayBack(phase, journal))) last = (await driven(activityOf(step), callOf(step))).answer
    return last
  }

  /** Whoever was asked for rules, tags and statements hears that green is given up, and goes by what they are told. */
  function takenOff(before: ReturnType<typeof accountOf>, { findings = [] }: Answer): void {
    for (const { remedy } of findings) {
      const [, ids = '', key = ''] = /--resources (.*?) --tags Key=(\S+)/.exec(remedy) ?? []
      for (const id of ids.split(' ').filter((it) => it !== ''))
        world.aws[id.startsWith('sg-') ? 'securityGroups' : 'subnets'].untag(id, key)
    }
    const was = new Set(before.securityGroups.flatMap(({ rules }) => rules.map(({ group }) => group)))
    for (const { rules } of world.aws.securityGroups.inventory())
      for (const { group } of rules) if (group !== undefined && !was.has(group)) world.aws.securityGroups.forget(group)
    world.aws.iam.seedRole('theirs', before.iam.trust['theirs'] as object, { ManagedBy: 'terraform' }) // it was seeded
  }

  test('given up at each step, the account is as it was, but for what others are told to take off', async () => {
    const all = actionsOf(phase.forward)
    const ns = at?.(all.length) ?? all.map((_, n) => n + 1)
    expect(all.length).toBeGreaterThan(20)
    const before = accountOf(world)
    for (const n of ns) {
      const steps = all.slice(0, n)
      const id = steps.at(-1)?.id ?? ''
      await forward(steps)
      const told = await back(steps)
      expect(told?.findings?.map(({ about }) => about) ?? [], id).toEqual(
        steps.slice(0, -1).some(({ action }) => action === 'awaitNetworkTags')
          ? [`tag kubernetes.io/cluster/${scope.green}`]
          : [],
      )
      takenOff(before, told ?? { note: '' })
      expect(accountOf(world), id).toEqual(before)
    }
  }, 600_000)
}

interface Answer {
  readonly note: string
  readonly findings?: readonly { readonly about: string; readonly remedy: string }[]
}

const at = '2026-11-24T01:00:00.000Z'
const begun = (journal: Journal, { id }: ActionStep): Journal =>
  write(journal, { step: id, attempt: 1, state: 'running', startedAt: at })
