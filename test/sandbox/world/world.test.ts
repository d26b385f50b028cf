import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../../../src/sandbox/listen.ts'
import { startWorld, type World } from '../../../src/sandbox/world.ts'
import { worldContract } from '../../contract/world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ times: { aws: { clusterMs: 200, nodegroupMs: 100, deletionMs: 100 } } })
})
afterAll(() => world.stop())

worldContract(() => world)

test('stopped, it answers nowhere', async () => {
  const { control, traffic, prometheus, datadog, aws } = world.info()
  expect((await fetch(`${control.url}/judge`)).status).toBe(200)
  await world.stop()
  for (const url of [control.url, traffic.url, prometheus.url, datadog.url, aws.endpoint]) {
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  }
})

test('a port that is taken is said, and nothing that had started stays', async () => {
  const taken = await listen((_, response) => void response.end())
  const control = Number(new URL(taken.url).port)
  await expect(startWorld({ ports: { control } })).rejects.toThrow('EADDRINUSE')
  await taken.stop()

  const again = await startWorld({ ports: { control } })
  expect(again.info().control.url).toBe(taken.url)
  await again.stop()
})
