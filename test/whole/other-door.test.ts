import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beside, type Beside } from '../../src/demo/processes.ts'
import { environmentOf, type SandboxInfo } from '../../src/sandbox/command.ts'
import type { Judgement } from '../../src/sandbox/judge.ts'
import { eventually } from '../support/eventually.ts'
import { historyTexts } from '../support/history-texts.ts'
import { aPipeline } from '../support/pipeline.ts'
import { offered, temporalCommand, type Said } from '../support/temporal-command.ts'

/** The whole upgrade with the plain `temporal` command: what SRE do who have nothing of Norikae but its worker. */

const ID = 'cluster-upgrade/chatwork-prod'
const BLUE = 'chatwork-prod-1-35'
const GREEN = 'chatwork-prod-1-36'
/** One of each kind: with a singleton, a consumer, a schedule, and with nothing but traffic. */
const apps = ['chat-actor', 'chat-api', 'mail-sender', 'reports']
/** Of these, whom their own pipeline deploys: with a consumer, and with nothing but schedules. */
const external = ['mail-sender', 'reports']
const people: Readonly<Record<string, string>> = {
  sre: 'baba@example.com',
  scala: 'doi@example.com',
  php: 'fujita@example.com',
}

/** What webhooks are signed with. */
const SIGNS = Buffer.alloc(32, 'norikae').toString('base64')

let folder: string
let info: SandboxInfo
let temporal: (...args: readonly string[]) => Promise<Said>
const running: Beside[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'norikae-door-'))
  const where = join(folder, 'sandbox.json')
  const sandbox = beside(
    'sandbox',
    ['src/cli/main.ts', 'sandbox', '--info', where, '--apps', apps.join(','), '--rate', '24'],
    folder,
  )
  running.push(sandbox)
  info = await sandbox.until('ready', 60_000, async () => JSON.parse(await readFile(where, 'utf8')) as SandboxInfo)
  await hurry(join(info.platforms, 'chatwork-prod.yaml'))
  const port = 28_000 + (process.pid % 5_000)
  const worker = beside('worker', ['src/worker.ts'], folder, {
    ...environmentOf(info),
    NORIKAE_HOST: '127.0.0.1',
    NORIKAE_HEALTH_PORT: `${port}`,
    NORIKAE_METRICS_PORT: `${port + 1}`,
    NORIKAE_WEBHOOK_SECRET: `whsec_${SIGNS}`,
  })
  running.push(worker)
  await worker.until('ready', 60_000, async () =>
    (await fetch(`http://127.0.0.1:${port}/readyz`)).ok ? true : undefined,
  )
  temporal = temporalCommand(info.temporal.address)
}, 120_000)

afterAll(async () => {
  for (const it of running.toReversed()) await it.stop()
  await rm(folder, { recursive: true, force: true })
})

/** The demo's waits are there to be watched; here nobody watches. */
async function hurry(platform: string): Promise<void> {
  const waits: readonly (readonly [string, string])[] = [
    ['weights: [5, 25, 50, 100], observe: 4s', 'weights: [50, 100], observe: 3s'],
    ['soak: 25s', 'soak: 1s'],
    ['rest: 5s', 'rest: 1s'],
    ['  mail-sender:\n', '  reports: { deploy: external }\n  mail-sender:\n    deploy: external\n'],
  ]
  let text = await readFile(platform, 'utf8')
  for (const [long, short] of waits) {
    expect(text).toContain(long)
    text = text.replace(long, short)
  }
  await writeFile(platform, text)
}

const start = (id: string, input: object, ...more: readonly string[]) =>
  temporal(
    'workflow',
    'start',
    '--type',
    'clusterUpgrade',
    '--task-queue',
    'norikae',
    '--workflow-id',
    id,
    '--input',
    JSON.stringify(input),
    ...more,
  )
const request = { platform: 'chatwork-prod', to: '1.36', by: 'aoki@example.com' }
const update = (id: string, name: string, body: object) =>
  temporal('workflow', 'update', 'execute', '--workflow-id', id, '--name', name, '--input', JSON.stringify(body))
const signal = (id: string, name: string, body: object) =>
  temporal('workflow', 'signal', '--workflow-id', id, '--name', name, '--input', JSON.stringify(body))
const control = async (path: string): Promise<unknown> => (await fetch(`${info.control.url}${path}`)).json()

/** What the workflow shows of itself. */
async function details(id: string): Promise<string> {
  const { code, text } = await temporal('workflow', 'metadata', '--workflow-id', id, '--output', 'json')
  if (code !== 0) return ''
  const { queryResult } = JSON.parse(text) as { queryResult: { currentDetails?: string }[] }
  return queryResult[0]?.currentDetails ?? ''
}

/** Which workflows wait for somebody, as the list of Temporal tells it. */
async function waiting(): Promise<string[]> {
  const query = "ExecutionStatus = 'Running' AND NorikaePlatform = 'chatwork-prod' AND NorikaeWaitingFor IS NOT NULL"
  const { code, text } = await temporal('workflow', 'list', '--query', query, '--output', 'json')
  expect(code, text).toBe(0)
  return (JSON.parse(text) as { execution: { workflowId: string } }[]).map((one) => one.execution.workflowId)
}

const writes = async (): Promise<string[]> =>
  ((await control('/calls')) as { operation?: string; method?: string }[]).flatMap(({ operation, method }) =>
    operation === undefined
      ? method === 'GET'
        ? []
        : [method ?? '']
      : /^(Describe|List|Get|StartInsightsRefresh)/.test(operation)
        ? []
        : [operation],
  )

const file = async () => readFile(join(info.platforms, 'chatwork-prod.yaml'), 'utf8')

test('what cannot be meant is refused clearly, and nothing is changed outside', async () => {
  const refused = [
    {
      id: 'cluster-upgrade/nowhere',
      input: { ...request, platform: 'nowhere' },
      says: 'keeps no platform file for nowhere',
    },
    { id: ID, input: { ...request, to: '1.34' }, says: '1.34 is older than blue' },
    { id: ID, input: { ...request, to: '1.99' }, says: 'EKS does not offer 1.99' },
    {
      id: ID,
      input: { ...request, file: (await file()).replace('123456789012', '210987654321') },
      says: 'this worker acts in AWS account 123456789012',
    },
    { id: ID, input: { ...request, file: 'platform: [' }, says: 'nothing was started' },
    { id: 'my-upgrade', input: request, says: 'start it as cluster-upgrade/chatwork-prod' },
    { id: ID, input: { platform: 'chatwork-prod' }, says: 'to is missing' },
  ]
  for (const { id, input, says } of refused) {
    expect((await start(id, input)).code).toBe(0)
    const { code, text } = await temporal('workflow', 'result', '--workflow-id', id)
    expect(text).toContain(says)
    expect(code).toBe(1)
  }
  expect(await writes()).toEqual([])
}, 60_000)

test('an upgrade is started, and a second one, a stranger, an old plan and a gate that is not there are refused', async () => {
  const first = await start(ID, request)
  expect(first.code).toBe(0)
  await eventually('the start gate is offered', async () => offered(await details(ID)).length > 0)
  const [approval] = offered(await details(ID))
  const gate = approval?.body['gate'] ?? ''
  expect(gate).toMatch(/^start@[0-9a-f]{8}\.1$/)

  // The plain command answers a second start with the run that is there; asked to fail, it does.
  const runOf = (said: Said) => /RunId\s+(\S+)/.exec(said.text)?.[1]
  expect(runOf(await start(ID, { ...request, by: 'baba@example.com' }))).toBe(runOf(first))
  const second = await start(ID, request, '--fail-existing')
  expect(second.text).toMatch(/already/i)
  expect(second.code).toBe(1)

  const refusals = [
    { body: { gate, by: 'mallory@example.com' }, says: 'mallory@example.com is not an approver of sre' },
    { body: { gate: gate.replace(/@.{8}/, '@00000000'), by: 'aoki@example.com' }, says: 'there is no gate' },
    { body: { gate: 'production/gate@00000000.1', by: 'aoki@example.com' }, says: 'there is no gate' },
    { body: { gate }, says: 'by is missing' },
    { body: { gate, by: 'aoki@example.com', proof: 'x' }, says: 'nobody checks proofs on this platform' },
  ]
  for (const { body, says } of refusals) {
    const answer = await update(ID, 'approve', body)
    expect(answer.text).toContain(says)
    expect(answer.code).toBe(1)
    expect((await signal(ID, 'approve', body)).code).toBe(0)
  }
  const { text } = await temporal('workflow', 'query', '--workflow-id', ID, '--name', 'status')
  for (const { says } of refusals) expect(text).toContain(says)
  expect(await writes()).toEqual([])
}, 60_000)

test('every gate is answered with JSON copied from the current details, to the end', async () => {
  const answered = new Map<string, string>()
  const answer = async (id: string) => {
    const text = await details(id).catch(() => '')
    const team = /waiting for (\w+)/.exec(text)?.[1] ?? ''
    const [first] = offered(text)
    const gate = first?.body['gate']
    if (!first || gate === undefined || answered.has(gate)) return
    const by = gate.startsWith('start@') ? 'aoki@example.com' : (people[team] ?? '')
    const body = { ...first.body, by, ...(first.body['typed'] !== undefined && { typed: BLUE }) }
    // One by the message that answers at once, the next by the one that works without a worker.
    const way = answered.size % 2 === 0 ? update : signal
    const said = await way(id, first.message, body)
    expect(said.code, said.text).toBe(0)
    answered.set(gate, first.message)
  }
  const over = async () => {
    const { text } = await temporal('workflow', 'describe', '--workflow-id', ID, '--output', 'json')
    const { workflowExecutionInfo } = JSON.parse(text) as { workflowExecutionInfo: { status: string } }
    return workflowExecutionInfo.status !== 'WORKFLOW_EXECUTION_STATUS_RUNNING'
  }
  const environments = ['production', 'stage', 'test']
  const deployments = external.flatMap((app) => environments.map((e) => `${app}.${e} to ${GREEN}`))
  const pipeline = await aPipeline(info, BLUE, external, environments)
  await eventually(
    'the upgrade ends',
    async () => {
      if (pipeline.did.length < deployments.length) await pipeline.run()
      for (const id of await waiting()) await answer(id)
      return over()
    },
    { withinMs: 200_000, everyMs: 2000 },
  )
  await pipeline.close()
  expect(pipeline.did.toSorted()).toEqual(deployments)
  const { text } = await temporal('workflow', 'result', '--workflow-id', ID)
  expect(text).toContain('"outcome":"done"')
  expect([...answered.values()].every((message) => message === 'approve')).toBe(true)
  expect(answered.size).toBe(2 + apps.length) // the start and the decommissioning too

  const judged = (await control('/judge')) as Judgement
  expect(judged.requests.dropped).toBe(0)
  expect([judged.jobs.twice, judged.jobs.lost, judged.singletonOverlapMs, judged.bufferedLost]).toEqual([0, 0, 0, 0])
  expect(judged.leftovers).toEqual([])
}, 240_000)

test('every gate and the end were told once to the team that they concern', async () => {
  const told = (await control('/notices')) as { team: string; id: string; notice: { about: string } }[]
  expect(told.length).toBe(new Set(told.map((t) => `${t.team} ${t.id}`)).size)
  const counts = Object.groupBy(told, (t) => `${t.team} ${t.notice.about}`)
  expect(Object.fromEntries(Object.entries(counts).map(([key, all]) => [key, all?.length]))).toEqual({
    'sre gate': 6,
    // Tags and rules of the network among them, which its owner writes.
    'sre deploy': 8,
    'sre settled': 14,
    'sre ended': 1,
    'scala gate': 2,
    'scala settled': 2,
    'php gate': 2,
    'php deploy': 6,
    'php settled': 8,
  })
})

test('each thing stands once in each channel, below the line of its app, and says what became of it', async () => {
  const told = (await control('/slack')) as Record<string, { text: string; thread_ts?: string; metadata: object }[]>
  const all = Object.entries(told).flatMap(([name, messages]) =>
    messages.map((m) => `${name} ${JSON.stringify(m.metadata)}`),
  )
  expect(all.length).toBe(new Set(all).size)
  const threads = (name: string) =>
    (told[name] ?? []).filter((m) => m.thread_ts === undefined).map((m) => m.text.split(/[ :]/)[0])
  const sorted = (names: readonly (string | undefined)[]) =>
    names.map((name = '') => name).toSorted((a, b) => (a < b ? -1 : 1))
  expect(sorted(threads('sre'))).toEqual(sorted([...apps, 'chatwork-prod']))
  expect(sorted([...threads('scala'), ...threads('php')])).toEqual(sorted(apps))
  const asked = Object.values(told)
    .flat()
    .filter((m) => m.thread_ts !== undefined)
    .map((m) => m.text)
  expect(asked.filter((text) => !/^(✔ |ended: )/.test(text))).toEqual([])
  expect(asked.filter((text) => text.includes('approved by'))).toHaveLength(2 + 2 * apps.length)
})

test('no history holds what is secret, neither of tenants nor of the worker', async () => {
  const histories = await historyTexts(info.temporal.address, "NorikaePlatform = 'chatwork-prod'")
  expect([...histories.keys()].toSorted()).toEqual([ID, ...apps.map((app) => `${ID}/app/${app}`)].toSorted())
  const tokens = apps.flatMap((app) => ['test', 'stage', 'production'].map((e) => `of ${app} in ${e}`))
  const kubeconfigs = await Promise.all(Object.values(info.clusters).map((c) => readFile(c.kubeconfig, 'utf8')))
  const credentials = kubeconfigs.flatMap((text) =>
    [...text.matchAll(/"?(?:token|client-key-data|password)"?: *"?([^"\s,]{8,})/g)].map(([, secret = '']) => secret),
  )
  expect(credentials.length).toBeGreaterThan(0)
  const secrets = [
    ...tokens,
    ...tokens.map((token) => Buffer.from(token).toString('base64')),
    ...credentials,
    info.aws.secretAccessKey,
    info.slack.token,
    SIGNS,
    'k8s-aws-v1.', // what EKS lets in by
    'X-Amz-Signature',
    'PRIVATE KEY',
    'eyJhbGciOi', // how every token of a service account begins
  ]
  for (const [id, text] of histories) {
    // It is read at all: each names its cluster, and what was decided.
    expect(text, id).toContain(GREEN)
    expect(text, id).toMatch(/"gate":"[^"]+@[0-9a-f]{8}\.1"/)
    expect(
      secrets.filter((secret) => text.includes(secret)),
      id,
    ).toEqual([])
  }
})

test('the policies of deploy/iam were enough, and blue was removed in the name of the role for that', async () => {
  const made = (await control('/calls')) as { operation?: string; error?: string; by?: string }[]
  expect(made.filter(({ error = '' }) => /^AccessDenied|^Unauthorized/.test(error))).toEqual([])
  const removals = made.filter(({ operation = '' }) => /^Delete(Cluster|Nodegroup)$/.test(operation))
  expect(new Set(removals.map(({ by }) => by))).toEqual(
    new Set([`arn:aws:sts::${info.aws.account}:assumed-role/norikae-decommission/norikae`]),
  )
})
