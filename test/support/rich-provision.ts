import { blank, write, type Journal } from '../../src/domain/journal.ts'
import { wayBack, type Phase } from '../../src/domain/plan.ts'
import { leaves, type ActionStep } from '../../src/domain/steps.ts'
import { accountOf } from './account.ts'
import { attempted, driven, ending } from './driven.ts'
import { aRichBlue, othersDo, richFile } from './rich-blue.ts'
import { aSmallWorld, call, scope, type SmallWorld } from './small-world.ts'

interface Answer {
  readonly note: string
  readonly findings?: readonly { readonly about: string; readonly remedy: string }[]
}

/** The provisioning of a green like the richest blue, by its own plan: step by step, there and back. */
export interface Provision {
  readonly world: SmallWorld
  /** All that is done, in its order. */
  readonly steps: readonly ActionStep[]
  /** To its end. `attempt`: of whom; the first where it is left out. Answers why it was waited for. */
  done(step: ActionStep, attempt?: number): Promise<readonly string[]>
  /** One attempt of it: why it is not ready, or `ready`. */
  begun(step: ActionStep): Promise<string>
  failed(step: ActionStep, attempt?: number): Promise<{ readonly type: string; readonly message: string }>
  /** Everything that these, which were begun, are undone by. What the last of it answers. */
  back(steps: readonly ActionStep[]): Promise<Answer | undefined>
  /** Whoever was asked for rules, tags and statements hears that green is given up, and goes by what they are told. */
  takenOff(before: ReturnType<typeof accountOf>, told: Answer | undefined): void
}

export async function aRichProvision(): Promise<Provision> {
  const world = await aSmallWorld()
  await aRichBlue(world)
  const { answer } = await driven(
    world.activities.prepare,
    { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: richFile },
    { workflow: { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` } },
  )
  const phase = answer.plan.phases.find(({ name }) => name === 'provision')
  if (!phase) throw new Error('nothing is provisioned')
  const actionsOf = (steps: Phase['forward']) =>
    leaves(steps).flatMap((step): ActionStep[] => (step.kind === 'action' ? [step] : []))
  const activityOf = ({ action }: ActionStep) => world.activities[action] as (input: unknown) => Promise<Answer> // each takes its own step's
  const callOf = ({ input, id }: ActionStep, attempt = 1) => call(input as never, { step: id, attempt })
  const between = (why: string) => othersDo(world, why)
  return {
    world,
    steps: actionsOf(phase.forward),
    done: async (step, attempt) => (await driven(activityOf(step), callOf(step, attempt), { between })).waits,
    begun: (step) => attempted(activityOf(step), callOf(step)),
    failed: (step, attempt) => ending(activityOf(step), callOf(step, attempt)),
    async back(steps) {
      const journal = steps.reduce(begun, blank)
      let last: Answer | undefined
      for (const step of actionsOf(wayBack(phase, journal)))
        last = (await driven(activityOf(step), callOf(step))).answer
      return last
    },
    takenOff(before, { findings = [] } = { note: '' }) {
      for (const { remedy } of findings) {
        const [, ids = '', key = ''] = /--resources (.*?) --tags Key=(\S+)/.exec(remedy) ?? []
        for (const id of ids.split(' ').filter((it) => it !== ''))
          world.aws[id.startsWith('sg-') ? 'securityGroups' : 'subnets'].untag(id, key)
      }
      const was = new Set(before.securityGroups.flatMap(({ rules }) => rules.map(({ group }) => group)))
      for (const { rules } of world.aws.securityGroups.inventory())
        for (const { group } of rules)
          if (group !== undefined && !was.has(group)) world.aws.securityGroups.forget(group)
      world.aws.iam.seedRole('theirs', before.iam.trust['theirs'] as object, { ManagedBy: 'terraform' }) // it was seeded
    },
  }
}

const at = '2026-11-24T01:00:00.000Z'
const begun = (journal: Journal, { id }: ActionStep): Journal =>
  write(journal, { step: id, attempt: 1, state: 'running', startedAt: at })
