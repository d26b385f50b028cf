import { setTimeout as sleep } from 'node:timers/promises'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { leaves } from '../../src/domain/steps.ts'
import {
  aCutoverPlan,
  anApp,
  anEnvironment,
  anUpgradePlan,
  aPlatform,
  clusterFacts,
  fullEnvironment,
  fullFacts,
  someFacts,
  someRoles,
  workload,
} from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

/**
 * An abort at each step of an upgrade, with an app of every class of handover: in the toy world, on the real executor. What
 * becomes of a few of them in the whole world is in abort.test.ts.
 */

let env: TestWorkflowEnvironment
beforeAll(async () => {
  env = await skipping()
})
afterAll(() => env.teardown())

const production = anEnvironment('production', {
  ...fullEnvironment,
  name: 'production',
  handovers: { ...fullEnvironment.handovers, 'StatefulSet/shop/db': { class: 'stateful', by: 'handover' } },
})
const workloads = [...fullFacts.workloads, workload('StatefulSet', 'db', { hasVolumes: true })]
const facts = { ...clusterFacts, roles: someRoles }
const api = anApp('api', { environments: [production] })
const platform = (name: string) => aPlatform({ name, apps: [api], rest: '0s', soak: '1h' })

const { phases } = anUpgradePlan(platform('toy'), facts)
const returns = phases.slice(
  0,
  phases.findIndex((p) => p.pointOfNoReturn),
)
const steps = [
  ...returns.map((phase) => ({ place: 'upgrade', phase })),
  ...aCutoverPlan(api, production, { ...fullFacts, workloads }, platform('toy')).phases.map((phase) => ({
    place: 'api',
    phase,
  })),
].flatMap(({ place, phase }) =>
  leaves(phase.forward).flatMap((step) => (step.kind === 'action' ? [{ place, id: step.id }] : [])),
)

/**
 * What goes on beside it has come as far as it can: the test server refuses a task that cancels an activity which ends at
 * that moment, and forgets the task.
 */
async function quiet({ done }: Outside): Promise<void> {
  for (let before = -1; before !== done.length; await sleep(250)) before = done.length
}

/** Whoever is asked says yes. */
async function answered(trial: Trial): Promise<void> {
  for (const app of [undefined, 'api'])
    for (const { send, gate } of await trial.waiting(app)) {
      const approve = send.find((s) => s.message === 'approve')
      if (!approve) continue
      const by = app === 'api' ? 'chiba' : gate.startsWith('start@') ? 'aoki' : 'baba'
      const typed = approve.body['typed'] === undefined ? {} : { typed: trial.outside.platform.blue }
      await trial.say(app, 'approve', { ...approve.body, by, ...typed })
    }
}

test('there are steps of the upgrade and of the app', () => {
  expect(steps.filter((s) => s.place === 'upgrade').length).toBeGreaterThan(20)
  expect(steps.filter((s) => s.place === 'api').length).toBeGreaterThan(25)
})

test.for(steps.map((step, n) => ({ ...step, n })))(
  'aborted at $place $id, the world is as it was',
  async ({ place, id, n }) => {
    const outside = new Outside(platform(`abort-${n}`))
    outside.workloads = workloads.slice(someFacts.workloads.length)
    outside.facts = facts
    for (const name of ['payer', 'leader', 'db']) outside.world.once.add(name)
    const at = `${place}:${id}`
    outside.holds = new Set([at])
    const trial = new Trial(env, outside)
    await trial.during(async () => {
      await trial.until(`it is at ${at}`, async () => {
        if (outside.held.has(at)) return true
        await answered(trial)
        return false
      })
      await quiet(outside)
      await trial.say(undefined, 'abort', { by: 'baba', reason: `it is at ${id}` })
      const { outcome, report } = await trial.result()
      expect([outcome, report.leftovers]).toEqual(['rolled-back', []])
    })
    expect([outside.world.snapshot(), outside.world.twice]).toEqual(['[]', []])
  },
)
