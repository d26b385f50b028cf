import { MockActivityEnvironment } from '@temporalio/testing'
import { expect, test } from 'vitest'
import type { KubernetesPort } from '../../../src/activities/ports.ts'
import { tried, type Outcome, type Progress } from '../../../src/activities/trying.ts'
import { aDeployment } from '../../support/small-world.ts'

const message = 'failed calling webhook "keda": Post "https://keda": EOF'
const silent: Partial<KubernetesPort> = {
  list: async () => [],
  names: async () => [],
  resources: async () => [],
  async *pages(kind) {
    if (kind === 'Deployment') yield [aDeployment('web', 'shop')]
  },
  dryRun: async () => ({ refusal: { code: 500, message, causes: [] }, warnings: [] }),
}
const port = silent as KubernetesPort // what a dry run asks

/** In a round whose step was asked for an hour ago. */
async function attempt(next?: Progress): Promise<{ readonly noted?: Progress; readonly outcome?: Outcome }> {
  const environment = new MockActivityEnvironment({ scheduledTimestampMs: Date.now() - 3_600_000 })
  let noted: Progress | undefined
  const input = { app: 'shop', environment: 'test', namespaces: ['shop'], on: 'green' } as const
  const sides = { here: port, there: port, resources: [], name: 'green' }
  const how = { next, noted: (it: Progress) => (noted = it) }
  try {
    return {
      outcome: await environment.run<[], Outcome, () => Promise<Outcome>>(() => tried(sides, input, 'run', how)),
    }
  } catch (error) {
    expect(error).toMatchObject({ type: 'NotReady' })
    return noted ? { noted } : {}
  }
}

test('a silent webhook is waited for since it was first silent, however late its environment is tried', async () => {
  const { noted } = await attempt()
  expect(noted?.silentSinceMs).toBeGreaterThan(Date.now() - 60_000)
  const soon = await attempt({ ...noted, tried: 0, refused: 0, noticed: { findings: [], more: 0 }, used: [] })
  expect(soon.noted?.silentSinceMs).toBe(noted?.silentSinceMs)
  const late: Progress = { tried: 0, refused: 0, noticed: { findings: [], more: 0 }, used: [], silentSinceMs: 1 }
  const { outcome } = await attempt(late)
  expect(outcome?.findings.map((f) => `${f.level} ${f.code}`)).toEqual(['blocker webhook-silent'])
  // Told on, so that the next environment does not wait as long for the same.
  expect(outcome?.silentSinceMs).toBe(1)
})
