import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { find } from '../../../scripts/temporal.mjs'
import { freePort } from '../../../src/sandbox/free-port.ts'
import { eventually } from '../../support/eventually.ts'
import { AWorker } from './a-worker.ts'

/** The worker's edge: the process itself, on real servers, with an AWS that answers when the test says so. */

const path = find('temporal')
if (path === undefined) throw new Error('temporal is not here: run npm run setup -- --temporal')
const executable = { type: 'existing-path', path } as const
const ID = 'cluster-upgrade/chatwork-prod'

let env: TestWorkflowEnvironment
let aws: Server
/** Requests that AWS has not answered yet. */
const unanswered: ServerResponse[] = []
const workers: AWorker[] = []

beforeAll(async () => {
  env = await TestWorkflowEnvironment.createLocal({ server: { executable } })
  aws = createServer((_request, response) => void unanswered.push(response))
  await new Promise<void>((done) => aws.listen(0, '127.0.0.1', done))
})

afterAll(async () => {
  for (const worker of workers) await worker.stop()
  aws.closeAllConnections()
  aws.close()
  await env.teardown()
})

function aWorker(more: Readonly<Record<string, string>>): AWorker {
  const worker = new AWorker(more)
  workers.push(worker)
  return worker
}

test('it takes tasks, tells its metrics, and lets a running activity end when it is told to stop', async () => {
  const [health, metrics] = [await freePort(), await freePort()]
  const { port } = aws.address() as AddressInfo // it listens on TCP
  const worker = aWorker({
    TEMPORAL_ADDRESS: env.address,
    NORIKAE_TASK_QUEUE: 'edge',
    NORIKAE_HEALTH_PORT: `${health}`,
    NORIKAE_METRICS_PORT: `${metrics}`,
    NORIKAE_PLATFORMS: fileURLToPath(new URL('../../../examples', import.meta.url)),
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  })
  const asked = async (what: string) => fetch(`http://127.0.0.1:${health}${what}`)
  await worker.lives(eventually('it takes tasks', async () => (await asked('/readyz')).ok))

  const { run } = await begun()
  await eventually('the activity asks AWS', () => unanswered.length > 0)
  const told = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()
  expect(told).toMatch(/^temporal_activity_task_received_total\{.*\} 1$/m)

  worker.child.kill('SIGTERM')
  const ready = await eventually('it says that it is not ready', async () => {
    const answer = await asked('/readyz')
    return answer.status === 503 && answer
  })
  expect(await ready.json()).toEqual({ state: expect.stringMatching(/STOPPING|DRAINING/) })
  expect((await asked('/healthz')).status).toBe(200)
  expect(unanswered).toHaveLength(1)

  unanswered[0]?.writeHead(403, { 'content-type': 'text/xml' }).end(refusal)
  expect(await worker.ended).toBe(0)
  // What the activity found was reported: nobody has to ask again.
  const { events } = await env.client.workflow.getHandle(ID).fetchHistory()
  expect(events?.filter((event) => event.activityTaskFailedEventAttributes)).toHaveLength(1)

  expect(worker.lines.map((line) => line['message'])).toEqual(
    expect.arrayContaining(['worker started', 'worker stopped']),
  )
  const mine = worker.lines.filter((line) => line['step'] === 'prepare')
  expect(mine.length).toBeGreaterThan(0)
  for (const line of mine) expect(line).toMatchObject({ platform: 'chatwork-prod', run, service: 'norikae' })
}, 60_000)

async function begun(): Promise<{ run: string }> {
  const { firstExecutionRunId: run } = await env.client.workflow.start('clusterUpgrade', {
    workflowId: ID,
    taskQueue: 'edge',
    args: [{ platform: 'chatwork-prod', to: '1.36', by: 'aoki@example.com' }],
  })
  return { run }
}

const refusal =
  '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>'

test('where the search attributes cannot be made it names the command that makes them, and does not start', async () => {
  // Three lists are all that this server takes, and somebody else has them.
  const taken = ['One', 'Two', 'Three'].map((name) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD_LIST))
  const full = await TestWorkflowEnvironment.createLocal({ server: { executable, searchAttributes: taken } })
  try {
    const worker = aWorker({
      TEMPORAL_ADDRESS: full.address,
      NORIKAE_HEALTH_PORT: '0',
      NORIKAE_METRICS_PORT: `${await freePort()}`,
    })
    expect(await worker.ended).toBe(1)
    expect(worker.err).toContain('norikae worker: namespace default lacks the search attributes NorikaePlatform')
    expect(worker.err).toMatch(
      /\n {2}temporal operator search-attribute create --namespace default --name NorikaePlatform --type Keyword/,
    )
    expect(worker.lines.map((line) => line['message'])).not.toContain('worker started')
  } finally {
    await full.teardown()
  }
}, 60_000)

test('a setting that cannot be read ends it before it connects', async () => {
  const worker = aWorker({ TEMPORAL_ADDRESS: '127.0.0.1:1', NORIKAE_HEALTH_PORT: 'eight' })
  expect(await worker.ended).toBe(1)
  expect(worker.err).toBe('norikae worker: NORIKAE_HEALTH_PORT is "eight", which is no port\n')
})
