import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, chmod, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Batches, KeyShown, Signed, UpgradeView } from '../../src/client/shapes.ts'
import { startedSince } from '../../src/client/started-since.ts'
import { upgradeId, type UpgradeRequest } from '../../src/domain/messages.ts'
import { startRefusal } from '../../src/domain/starting.ts'
import { anApp, anEnvironment, rule } from '../support/builders.ts'
import { eventually } from '../support/eventually.ts'
import { aQuickPlatform, run, Stage } from './stage.ts'
import { problemsWith } from './valid.ts'

/** Keys, signatures and many gates at once, as people type them, on a real server. */

let folder: string
let stage: Stage
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'norikae-keys-'))
  stage = await Stage.open()
})
afterAll(async () => {
  await stage.close()
  await rm(folder, { recursive: true, force: true })
})

const keyOf = (who: string) => ({ NORIKAE_KEY: join(folder, who, 'key.pem'), NORIKAE_AS: who })
const created = async (who: string): Promise<string> => {
  const { code, out } = await run(['keys', 'create', '-o', 'json'], keyOf(who))
  expect([code, problemsWith('key', JSON.parse(out))]).toEqual([0, []])
  return (JSON.parse(out) as KeyShown).publicKey
}

test('a key is made once, for its owner alone, and shown as the platform file has it', async () => {
  const env = keyOf('endo@example.com')
  const publicKey = await created('endo@example.com')
  expect((await stat(env.NORIKAE_KEY)).mode & 0o777).toBe(0o600)
  const shown = await run(['keys', 'show'], env)
  expect(shown.out.trim()).toBe(`endo@example.com: { keys: ["${publicKey}"] }`)
  const before = await readFile(env.NORIKAE_KEY, 'utf8')
  const again = await run(['keys', 'create'], env)
  expect([again.code, again.err]).toEqual([2, expect.stringMatching(/is there already.*Nothing was written/s)])
  expect(await readFile(env.NORIKAE_KEY, 'utf8')).toBe(before)
  await chmod(env.NORIKAE_KEY, 0o644)
  expect(await run(['keys', 'show'], env)).toMatchObject({ code: 2, err: expect.stringMatching(/chmod 600/) })
  await writeFile(env.NORIKAE_KEY, 'no key')
  await chmod(env.NORIKAE_KEY, 0o600)
  expect(await run(['keys', 'show'], env)).toMatchObject({ code: 2, err: expect.stringMatching(/no Ed25519 key/) })
  const none = await run(['keys', 'show'], keyOf('nobody'))
  expect(none).toMatchObject({ code: 2, err: expect.stringMatching(/norikae keys create/) })
})

test('a token is asked for with what it must be bound to, and what is none is not sent', async () => {
  const order = ['sign', 'pause', '--workflow', 'w', '--run', 'r', '--audience', 'norikae', '--as', 'aoki']
  const with_ = (command: string) => run(order, { NORIKAE_TOKEN_COMMAND: command })
  const good = await with_('printf %s "h.$NORIKAE_NONCE.s"')
  expect(JSON.parse(good.out)).toMatchObject({
    by: 'aoki',
    proof: expect.stringMatching(/^oidc r pause: - \S+ \S+ h\.[0-9a-f]{64}\.s$/),
  })
  const audience = await with_('printf %s "h.$(printf %s "$NORIKAE_AUDIENCE" | tr / _).s"')
  expect(audience.out).toMatch(/h\.norikae_[0-9a-f]{64}\.s/)
  for (const command of ['echo no token', 'exit 3', ''])
    expect(await with_(command)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/NORIKAE_TOKEN_COMMAND/),
    })
})

test.for([
  ['no gate', ['sign', 'approve'], /gate is missing/],
  ['no app', ['sign', 'replan', '--reason', 'new'], /app is missing/],
  ['no reason', ['sign', 'abort'], /reason is missing/],
  ['for ever', ['sign', 'pause', '--for', '8d'], /7d at most/],
  ['for no time', ['sign', 'pause', '--for', 'long'], /not a duration/],
] as const)('what is not signed: %s', async ([, args, why]) => {
  await run(['keys', 'create'], keyOf('aoki'))
  const ended = await run([...args, '--workflow', 'w', '--run', 'r'], keyOf('aoki'))
  expect(ended).toMatchObject({ code: 2, out: '', err: expect.stringMatching(why) })
})

test.for([
  ['a start of no upgrade', ['start', '--workflow', 'w', '--to', '1.36'], /write cluster-upgrade\/<platform>/],
  ['a start to nowhere', ['start', '--workflow', 'cluster-upgrade/toy'], /--to <version> is missing/],
  ['a start to no version', ['start', '--workflow', 'cluster-upgrade/toy', '--to', '136'], /no Kubernetes version/],
  ['an order without its run', ['pause', '--workflow', 'w'], /--run <id> is missing/],
  ['an order with a version', ['pause', '--workflow', 'w', '--run', 'r', '--to', '1.36'], /--to is of start/],
] as const)('what is not signed: %s', async ([, args, why]) => {
  await run(['keys', 'create'], keyOf('aoki'))
  const ended = await run(['sign', ...args], keyOf('aoki'))
  expect(ended).toMatchObject({ code: 2, out: '', err: expect.stringMatching(why) })
})

test('the input of a start is signed for Temporal, and is one', async () => {
  await run(['keys', 'create'], keyOf('aoki'))
  const { publicKey } = JSON.parse((await run(['keys', 'show', '-o', 'json'], keyOf('aoki'))).out) as KeyShown
  const { code, out } = await run(
    ['sign', 'start', '--workflow', 'cluster-upgrade/toy', '--to', '1.36', '-o', 'json'],
    keyOf('aoki'),
  )
  const it = JSON.parse(out) as Signed
  expect([code, problemsWith('signed', it)]).toEqual([0, []])
  const request = it.body as unknown as UpgradeRequest
  const trust = { kind: 'signed', keys: { aoki: [publicKey] } } as const
  expect(startRefusal(trust, request, new Date().toISOString(), () => false)).toBeUndefined()
})

test('signed: commands sign by themselves, elsewhere what sign prints is pasted, and many gates are one message', async () => {
  const [baba, chiba, doi] = [await created('baba'), await created('chiba'), await created('doi')]
  const aoki = (JSON.parse((await run(['keys', 'show', '-o', 'json'], keyOf('aoki'))).out) as KeyShown).publicKey
  const gated = (name: string) => anEnvironment(name, { gate: rule('scala', { exclude: ['requester'] }) })
  const platform = aQuickPlatform({
    name: 'signed',
    apps: [anApp('api', { environments: [gated('test'), gated('production')] })],
    trust: { kind: 'signed', keys: { aoki: [aoki], baba: [baba], chiba: [chiba], doi: [doi] } },
  })
  await stage.work(platform)
  const as = (who: string, ...args: string[]) => run(args, { ...stage.envOf('signed', who), ...keyOf(who) })
  const seen = async () => JSON.parse((await as('aoki', 'status', 'signed', '-o', 'json')).out) as UpgradeView
  const unproven = await run(['start', 'signed', '--to', '1.36', '--yes'], stage.envOf('signed', 'aoki'))
  expect(unproven).toMatchObject({ code: 2, err: expect.stringMatching(/there is no key at.*nothing was started/s) })
  const another = await run(['start', 'signed', '--to', '1.36', '--yes', '--as', 'aoki'], {
    ...stage.envOf('signed'),
    ...keyOf('baba'),
  })
  expect(another.code).toBe(0)
  await expect(stage.env.client.workflow.getHandle(upgradeId('signed')).result()).rejects.toMatchObject({
    cause: { cause: { message: expect.stringMatching(/^proof-foreign: .* is no key of aoki/) } },
  })
  const before = new Date(Date.now() - 60_000).toISOString()
  expect((await as('aoki', 'start', 'signed', '--to', '1.36', '--yes')).code).toBe(0)
  // What the worker asks to see whether a proof has started another one: the first is told, and not itself.
  const { client } = stage.env
  const temporal = { client, namespace: 'default', taskQueue: '', [Symbol.asyncDispose]: () => Promise.resolve() }
  const { runId } = await client.workflow.getHandle(upgradeId('signed')).describe()
  const others = await eventually('it is in the list', async () => {
    const found = await startedSince(temporal, 'signed', before, runId)
    return found.length > 0 && found
  })
  expect(others).toEqual([
    { platform: 'signed', to: '1.36', by: 'aoki', proof: expect.stringMatching(/^signed next start:/) },
  ])
  expect(await startedSince(temporal, 'signed', new Date(Date.now() + 60_000).toISOString(), '')).toEqual([])
  await eventually('the start is asked', async () => (await seen()).gates.length === 1)

  // Without a key, and with one of somebody else.
  const keyless = await run(['approve', 'start', '--yes'], stage.envOf('signed', 'aoki'))
  expect(keyless).toMatchObject({ code: 2, err: expect.stringMatching(/there is no key at.*nothing was changed/s) })
  const foreign = await run(['approve', 'start', '--yes', '--as', 'aoki'], {
    ...stage.envOf('signed'),
    ...keyOf('baba'),
  })
  expect(foreign).toMatchObject({ code: 6, err: expect.stringMatching(/proof-foreign/) })
  expect((await as('baba', 'pause')).code).toBe(0)
  expect((await as('baba', 'resume')).code).toBe(0)

  const order = ['replan', '--app', 'api', '--reason', 'new', '--workflow', upgradeId('signed')]
  const replan = JSON.parse((await as('baba', 'sign', ...order, '--run', (await seen()).runId)).out) as object
  expect(await as('baba', 'replan', 'api', '--reason', 'new', '--yes')).toMatchObject({
    code: 6,
    err: expect.stringMatching(/refused \(not-replanned\): api: api is unchanged/),
  })
  await stage.env.client.workflow.getHandle(upgradeId('signed')).executeUpdate('replan', { args: [replan] })

  // As the current details say it, and pasted.
  const [gate] = (await seen()).gates
  const { proves, digest, gate: id } = gate ?? expect.fail('no gate')
  const args = ['--workflow', upgradeId('signed'), '--run', proves?.run ?? '', '--plan', digest, '--gate', id]
  const made = await as('aoki', 'sign', 'approve', ...args, '-o', 'json')
  const signed = JSON.parse(made.out) as Signed
  expect(problemsWith('signed', signed)).toEqual([])
  await stage.env.client.workflow.getHandle(signed.workflowId).executeUpdate('approve', { args: [signed.body] })

  // Ahead, withdrawn, and given again: one message each.
  await eventually('the app is asked', async () => (await seen()).gates.some((g) => g.app === 'api'))
  const said = async (...words: string[]) => {
    const ended = await as('chiba', ...words, '--yes', '-o', 'json')
    const batches = JSON.parse(ended.out) as Batches
    expect(problemsWith('batches', batches)).toEqual([])
    return { code: ended.code, gates: batches.done.map((d) => d.gates?.length), refused: batches.refused }
  }
  expect(await said('approve', 'api', '--ahead', '--not-before', '2099-01-01T00:00:00Z')).toMatchObject({
    code: 0,
    gates: [2],
  })
  expect(await said('approve', 'api', '--ahead')).toMatchObject({ code: 0, gates: [] })
  expect(await said('withdraw', 'api')).toMatchObject({ code: 0, gates: [2] })
  expect(await said('withdraw', 'api')).toMatchObject({ code: 0, gates: [] })
  const typo = await as('chiba', 'approve', 'apo', '--ahead', '--yes')
  expect(typo).toMatchObject({ code: 2, err: expect.stringMatching(/has no app apo; write one of api, or upgrade/) })
  expect(await said('approve', '--all')).toMatchObject({ code: 0, gates: [1] })
  await eventually('production is asked', async () => (await seen()).gates.some((g) => g.environment === 'production'))
  expect(await said('approve', '--all')).toMatchObject({ code: 0, gates: [1] })
  await eventually('blue may go', async () => (await seen()).gates.some((g) => g.app === undefined))
  // What needs a name typed is not approved in passing.
  const left = await as('baba', 'approve', '--all', '--yes')
  expect(left).toMatchObject({ code: 0, err: expect.stringMatching(/left out.*norikae approve decommission/s) })
})

/** What somebody leaves who is told that no worker answers: each line as a shell takes it apart. */
async function leave(err: string): Promise<number> {
  const lines = err.split('\n').filter((line) => line.trim().startsWith('temporal workflow signal '))
  for (const line of lines) {
    const typed = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' }).split('\0')
    const after = (option: string) => typed[typed.indexOf(option) + 1] ?? ''
    await stage.env.client.workflow
      .getHandle(after('--workflow-id'))
      .signal(after('--name'), JSON.parse(after('--input')))
  }
  return lines.length
}

test('signed: without a worker the signals that are printed carry proofs that last, and count', async () => {
  const [fujita, goto] = [await created('fujita'), await created('goto')]
  const gated = (name: string) => anEnvironment(name, { gate: rule('scala') })
  await stage.work(
    aQuickPlatform({
      name: 'left',
      teams: { sre: { approvers: ['fujita'] }, scala: { approvers: ['goto'] } },
      apps: [
        anApp('api', { environments: [gated('test'), gated('production')] }),
        anApp('web', { environments: [gated('test')] }),
      ],
      trust: { kind: 'signed', keys: { fujita: [fujita], goto: [goto] } },
    }),
  )
  const env = (who: string) => ({ ...stage.envOf('left'), ...keyOf(who.toLowerCase()), NORIKAE_AS: who })
  const on = ['--platform', 'left']
  const seen = async () => JSON.parse((await run(['status', 'left', '-o', 'json'], env('fujita'))).out) as UpgradeView
  expect((await run(['start', 'left', '--to', '1.36', '--yes'], env('fujita'))).code).toBe(0)
  await eventually('the start is asked', async () => (await seen()).gates.length === 1)

  // Nobody seems to be there; the worker that is there reads what is left.
  const alone = (who: string, ...args: string[]) =>
    run([...args, ...on], { ...env(who), NORIKAE_TASK_QUEUE: 'norikae-nobody' })
  const leaves = async (who: string, ...args: string[]) => {
    const { code, err } = await alone(who, ...args)
    expect([code, err.trimEnd().split('\n').at(-1)], err).toEqual([1, 'nothing was changed'])
    expect(err).toMatch(/\(its proof holds until \d{4}-/)
    return leave(err)
  }
  expect(await leaves('Fujita', 'pause', '--reason', "it's late")).toBe(1)
  await eventually('it pauses', async () => (await seen()).status.paused)
  expect(await leaves('fujita', 'resume')).toBe(1)
  await eventually('it goes on', async () => !(await seen()).status.paused)
  expect(await leaves('fujita', 'approve', 'start')).toBe(1)
  await eventually('both apps are asked', async () => (await seen()).gates.length === 2)
  expect(await leaves('goto', 'approve', '--all')).toBe(2)
  await eventually('production is asked', async () => (await seen()).gates.some((g) => g.environment === 'production'))
  expect(await leaves('goto', 'approve', 'api', '--ahead')).toBe(1)
  await eventually('it is decided', async () => (await seen()).gates.every((g) => g.app === undefined))
  expect((await seen()).status.refused).toEqual([])

  // What cannot be signed here is not left unsigned.
  const keyless = await run(['abort', '--reason', 'too late', '--yes', ...on], {
    ...stage.envOf('left', 'fujita'),
    NORIKAE_TASK_QUEUE: 'norikae-nobody',
  })
  expect(keyless).toMatchObject({ code: 1, err: expect.stringMatching(/there is no key at.*nothing was changed/s) })
  const { runId } = await seen()
  const abort = `norikae sign abort --workflow cluster-upgrade/left --run ${runId} --as fujita --reason 'too late' --for 7d`
  expect(keyless.err).toContain(abort)
  expect(keyless.err).not.toContain('temporal workflow signal')
  const unknown = await alone('fujita', 'withdraw', 'api', '--yes')
  expect(unknown.err).toMatch(/norikae sign withdraw .* --plan '<digest/)
})

test('of many, what has counted is told although a later one could not be said', async () => {
  const hara = await created('hara')
  const teams = { sre: { approvers: ['hara'] }, scala: { approvers: ['ito'] } }
  // The one that was started last is listed, and so approved, first.
  await stage.work(aQuickPlatform({ name: 'keyed', teams, trust: { kind: 'signed', keys: { hara: [hara] } } }))
  await stage.work(aQuickPlatform({ name: 'named', teams }))
  const keyless = (name: string, ...args: string[]) => run(args, stage.envOf(name, 'hara'))
  const isAsked = async (name: string) =>
    (JSON.parse((await keyless(name, 'status', name, '-o', 'json')).out) as UpgradeView).gates.length === 1
  for (const name of ['keyed', 'named']) {
    expect((await run(['start', name, '--to', '1.36', '--yes'], { ...stage.envOf(name), ...keyOf('hara') })).code).toBe(
      0,
    )
    await eventually('it is asked', () => isAsked(name))
  }
  const { code, out, err } = await keyless('named', 'approve', '--all', '--yes', '-o', 'json')
  const batches = JSON.parse(out) as Batches
  expect([code, problemsWith('batches', batches)]).toEqual([1, []])
  expect(batches).toMatchObject({
    done: [{ platform: 'named' }],
    refused: [],
    failed: [{ workflowId: upgradeId('keyed'), code: 'bad-input', message: expect.stringContaining('no key at') }],
  })
  expect(err).not.toContain('nothing was changed')
})
