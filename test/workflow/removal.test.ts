import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { anApp, anEnvironment, aPlatform, clusterFacts } from '../support/builders.ts'
import { Outside } from '../support/fakes.ts'
import { skipping, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeEach(async () => {
  env = await skipping()
})
afterEach(() => env.teardown())

/** Of a blue that Terraform made, with a node group of Norikae's own. */
function aTrial() {
  const apps = [anApp('api', { environments: [anEnvironment('production')] })]
  const outside = new Outside(aPlatform({ apps, soak: '1h' }))
  const owner = { tool: 'terraform' as const, of: 'infra/eks' }
  outside.facts = {
    ...clusterFacts,
    requested: [
      { kind: 'node group', name: 'a', owner },
      { kind: 'cluster', name: 'toy-1-35', owner },
    ],
  }
  const holds = new Set(['upgrade:blue/removal'])
  outside.holds = holds
  const done = () => outside.done.filter((d) => d.startsWith('upgrade:blue/')).map((d) => d.slice('upgrade:'.length))
  return { trial: new Trial(env, outside), outside, holds, done }
}

test('a blue that Terraform made is emptied, its removal is asked for by name and waited for', async () => {
  const { trial, outside, holds, done } = aTrial()
  const asked = () => outside.notices.filter((n) => n.about === 'deploy')
  await trial.during(async () => {
    await trial.start()
    await trial.decommission()
    await trial.until('its owners are told', async () => asked().length > 0)
    expect(asked()[0]).toMatchObject({
      teams: ['sre'],
      title:
        'remove node group a of toy-1-35 (Terraform (infra/eks)), cluster toy-1-35 (Terraform (infra/eks)): take node group a of toy-1-35 out of the configuration in infra/eks, then terraform apply; take cluster toy-1-35 out of the configuration in infra/eks, then terraform apply. It is empty and idle, and Norikae waits until it is gone',
    })
    expect(done()).toContain('blue/empty')
    expect(done()).toContain('blue/nodegroup/b')
    holds.clear()
    expect((await trial.result()).outcome).toBe('done')
  })
  expect(done().filter((d) => /delete$|nodegroup\/a$/.test(d))).toEqual([])
  expect(done().slice(-2)).toEqual(['blue/removal', 'blue/remains'])
  expect(outside.notices.filter((n) => n.about === 'settled').map((n) => n.title)).toContain('it is gone')
})

test('what nobody removes is asked about, and may be left to its owners', async () => {
  const { trial, outside, holds, done } = aTrial()
  holds.clear()
  outside.faults.set('upgrade:blue/removal', { times: 1, type: 'Failed', message: 'cluster toy-1-35 is there yet' })
  await trial.during(async () => {
    await trial.start()
    await trial.decommission()
    await trial.say(undefined, 'skip', { gate: await trial.gate(undefined, 'skip', 'blue/removal@'), by: 'baba' })
    expect((await trial.result()).outcome).toBe('done')
  })
  expect(done()).not.toContain('blue/delete')
})
