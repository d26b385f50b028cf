import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { unreachable } from '../../../src/activities/errors.ts'
import { createActivities } from '../../../src/activities/index.ts'
import type { KubernetesPort } from '../../../src/activities/ports.ts'
import { ADMINISTRATOR } from '../../../src/domain/access.ts'
import { blank, write, type Journal } from '../../../src/domain/journal.ts'
import { wayBack, type Phase } from '../../../src/domain/plan.ts'
import { leaves, type ActionStep } from '../../../src/domain/steps.ts'
import { accountOf, broughtControllers, deployedTo, MADE } from '../../support/account.ts'
import { driven, ending } from '../../support/driven.ts'
import { aSmallFile } from '../../support/small-platform.ts'
import { aSmallWorld, call, scope, type SmallWorld } from '../../support/small-world.ts'

/**
 * An abort at each step before green has an add-on, with what somebody else has there by then: whoever gets into green may
 * deploy to it, and with EKS Auto Mode all that makes load balancers and volumes runs from the first moment on.
 */

const principalArn = `arn:aws:iam::${scope.account}:role/people/Dev`
let world: SmallWorld
let phase: Phase
beforeAll(async () => {
  world = await aSmallWorld()
  await world.aws.eks.seedCluster({
    name: scope.blue,
    version: '1.35',
    nodegroups: [{ name: 'general', size: 1, min: 1, max: 2, labels: {} }],
    addons: [{ name: 'vpc-cni', version: 'v1.20.0-eksbuild.1' }],
    tags: {},
  })
  const people = { principalArn, type: 'STANDARD', groups: ['dev'], policies: [], tags: {} }
  await world.theirs.eks(scope.region).createAccessEntry(scope.blue, people, 'people')
  const { answer } = await driven(
    world.activities.prepare,
    { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: aSmallFile() },
    { workflow: { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` } },
  )
  const found = answer.plan.phases.find((p) => p.name === 'provision')
  if (!found) throw new Error('nothing is provisioned')
  phase = found
})
afterAll(() => world.stop())

const actionsOf = (steps: Phase['forward']): ActionStep[] => leaves(steps).filter((step) => step.kind === 'action')
const perform = (step: ActionStep) => {
  const activity = world.activities[step.action] as (input: unknown) => Promise<{ note?: string }> // each takes its own step's
  return driven(activity, call(step.input as never, { step: step.id }))
}
const at = '2026-11-24T01:00:00.000Z'
const done = (journal: Journal, { id }: ActionStep): Journal =>
  write(journal, { step: id, attempt: 1, state: 'done', startedAt: at, endedAt: at })

const back = async (n: number): Promise<string[]> => {
  const journal = actionsOf(phase.forward).slice(0, n).reduce(done, blank)
  const notes: string[] = []
  for (const step of actionsOf(wayBack(phase, journal))) notes.push((await perform(step)).answer.note ?? '')
  return notes
}

async function deployed(): Promise<number> {
  const green = world.cluster(scope.green)
  await broughtControllers(green)
  return deployedTo(world, green)
}

const early = ['cluster/create', 'access/grant', `access/${scope.account}/role/people/Dev`]

test('these are the steps before the first add-on', () => {
  expect(actionsOf(phase.forward).map(({ id }) => id)).toEqual([...early, 'addon/vpc-cni', 'nodegroup/general/create'])
})

test.for([2, 3])('after %i of them the account is as it was, with what somebody had made by then', async (n) => {
  const before = accountOf(world)
  for (const step of actionsOf(phase.forward).slice(0, n)) await perform(step)
  expect(await deployed()).toBe(MADE)
  expect(await back(n)).toEqual([
    `${scope.green} has no load balancers, bindings or volume claims`,
    `${scope.green} is gone`,
    `nothing is left of ${scope.green}`,
  ])
  expect(accountOf(world)).toEqual(before)
})

describe('where the worker was not let in yet', () => {
  const create = async () => {
    for (const step of actionsOf(phase.forward).slice(0, 1)) await perform(step)
  }
  const emptyingStep = () => {
    const step = actionsOf(phase.back).find(({ action }) => action === 'emptyCluster')
    if (!step) throw new Error('nothing is emptied')
    return step
  }
  const emptying = () => {
    const { id, input } = emptyingStep()
    return ending(world.activities.emptyCluster, call<'emptyCluster'>(input as never, { step: id }))
  }

  test('one that does not answer either is asked for two minutes, and then AWS is', async () => {
    const before = accountOf(world)
    await create()
    const step = emptyingStep()
    const its = call<'emptyCluster'>(step.input as never, { step: step.id })
    const silent = { find: async () => Promise.reject(unreachable('no answer')) } as unknown as KubernetesPort // nothing else is asked
    const ports = { ...world.ports, kubernetes: async () => silent }
    const { emptyCluster } = createActivities({ ...world.outside, ports })
    const now = vi.spyOn(Date, 'now')
    const pass = (seconds: number) => now.mockReturnValue(performance.timeOrigin + performance.now() + seconds * 1000)
    const long = { scheduledMs: Date.now() - 3_600_000, withinMs: 0 }
    await expect(driven(emptyCluster, its, long)).rejects.toThrow(/no answer/) // however long the step took by then
    const { answer, waits } = await driven(emptyCluster, its, { between: (_why, attempt) => void pass(attempt * 50) })
    now.mockRestore()
    expect(waits).toEqual(['no answer', 'no answer', 'no answer'])
    expect(answer.note).toMatch(/nothing to empty$/)
    await back(1)
    expect(accountOf(world)).toEqual(before)
  })

  test('one that was looked into and then falls silent is not taken for one that nobody got into', async () => {
    await create()
    const step = emptyingStep()
    let asked = 0
    const silent = {
      find: async () => ((asked += 1) === 1 ? undefined : Promise.reject(unreachable('no answer'))),
      list: async () => Promise.reject(unreachable('not now')),
    } as unknown as KubernetesPort // nothing else is asked
    const ports = { ...world.ports, kubernetes: async () => silent }
    const { emptyCluster } = createActivities({ ...world.outside, ports })
    const now = vi.spyOn(Date, 'now')
    const pass = (seconds: number) => now.mockReturnValue(performance.timeOrigin + performance.now() + seconds * 1000)
    const between = (why: string, attempt: number) => {
      if (attempt === 5) throw new Error(`still: ${why}`)
      pass(attempt * 50)
    }
    const its = call<'emptyCluster'>(step.input as never, { step: step.id })
    await expect(driven(emptyCluster, its, { between })).rejects.toThrow('still: no answer')
    now.mockRestore()
    await back(1)
  })

  test('nobody is asked, as AWS has nothing of it', async () => {
    const before = accountOf(world)
    await create()
    const [emptied] = await back(1)
    expect(emptied).toMatch(/^nobody here can look into demo-1-36 \(.*forbidden.*\); .*: nothing to empty$/)
    expect(accountOf(world)).toEqual(before)
  })

  test('what others have made is told, and goes once it is', async () => {
    const before = accountOf(world)
    await create()
    expect(await deployed()).toBe(MADE)
    const { loadBalancers } = world.aws.elbv2.inventory()
    const asked = await emptying()
    expect([asked.type, asked.message]).toEqual([
      'Contested',
      expect.stringMatching(
        /does not let the worker in, .*AWS has load balancer .*which outlive it\. Nothing was removed/,
      ),
    ])
    expect(asked.message).toContain(
      loadBalancers.find(({ tags }) => tags['elbv2.k8s.aws/cluster'] === scope.green)?.arn,
    )
    const { roleArn } = world.aws.identity
    await world.theirs
      .eks(scope.region)
      .createAccess(scope.green, { principalArn: roleArn, groups: [], tags: {} }, 'by hand')
    await world.theirs.eks(scope.region).allow(scope.green, roleArn, ADMINISTRATOR)
    await back(1)
    expect(accountOf(world)).toEqual(before)
  })
})
