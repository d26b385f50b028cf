import { spawnSync } from 'node:child_process'
import { copyFile, mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ApplicationFailure, defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { workerIsThere } from '../../src/client/ask.ts'
import { plan } from '../../src/client/upgrades.ts'
import { draftOf } from '../../src/domain/draft.ts'
import { anApp, rule } from '../support/builders.ts'
import { eventually } from '../support/eventually.ts'
import { aQuickPlatform, Background, run, runApart, Stage } from './stage.ts'
import { problemsWith } from './valid.ts'

/** Each refusal says what is wrong, who can end it, and changes nothing. */

const nobody = { TEMPORAL_ADDRESS: '127.0.0.1:9' }
const file = async (text: string) => {
  const path = join(await mkdtemp(join(tmpdir(), 'norikae-cli-')), 'platform.yaml')
  await writeFile(path, text)
  return path
}
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)

test.for([
  { says: 'an unknown command', args: ['improve'], hears: 'unknown command' },
  { says: 'an unknown option', args: ['status', '--colour'], hears: 'unknown option' },
  { says: 'a shape that there is not', args: ['status', '-o', 'xml'], hears: 'Allowed choices are' },
  { says: 'a start without a version', args: ['start', 'toy', '--as', 'aoki'], hears: '--to <version>' },
  { says: 'a start of nothing', args: ['start', '--to', '1.36', '--as', 'aoki'], hears: 'name a platform' },
  { says: 'a start by nobody', args: ['start', 'toy', '--to', '1.36'], hears: 'set NORIKAE_AS' },
  { says: 'a version that is none', args: ['plan', 'toy', '--to', 'latest'], hears: 'write it like 1.36' },
  {
    says: 'a file that is not there',
    args: ['plan', '-f', '/nonexistent/x.yaml', '--to', '1.36'],
    hears: 'cannot be read',
  },
  {
    says: 'a file that is there already',
    args: ['init', 'blue', '--region', 'ap-northeast-1', '--out', fileURLToPath(import.meta.url)],
    hears: 'is there already, and is not overwritten',
  },
  { says: 'a timeout that is none', args: ['watch', '--timeout', 'soon'], hears: 'not a duration' },
  { says: 'an approval by nobody', args: ['approve', 'start'], hears: 'who are you?' },
  { says: 'an abort without a reason', args: ['abort', '--as', 'aoki'], hears: '--reason' },
  { says: 'a replan without a reason', args: ['replan', 'web', '--as', 'aoki'], hears: '--reason' },
  {
    says: 'apps that do not live there',
    args: ['sandbox', '--apps', 'chat-api, chat-apu'],
    hears: 'no "chat-apu" in the sandbox; it has chat-api, chat-push',
  },
  { says: 'more traffic than the sandbox makes', args: ['sandbox', '--rate', '301'], hears: '1 to 300' },
  {
    says: 'a sandbox that is to write into a folder that is not there',
    args: ['sandbox', '--info', '/no/such/x.json'],
    hears: 'there is no folder /no/such; make it first',
  },
  { says: 'a port that is none', args: ['sandbox', '--port-ui', '99999'], hears: 'a port is 1 to 65535' },
])('$says is bad input (2), before anybody is asked', async ({ args, hears }) => {
  const { code, out, err } = await run(args, nobody)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(hears)
})

test.for([
  { args: ['start', '-o', 'json'], says: "required option '--to <version>' not specified" },
  { args: ['validate', '--output=json'], says: "missing required argument 'file'" },
  { args: ['status', '-ojson', '--colour'], says: "unknown option '--colour'" },
])('with JSON wanted, usage is complained of in JSON too: $says', async ({ args, says }) => {
  const { code, out } = await run(args, nobody)
  expect(code).toBe(2)
  expect(problemsWith('error', JSON.parse(out))).toEqual([])
  expect(JSON.parse(out)).toEqual({ error: { code: 'bad-input', message: expect.stringContaining(says), exit: 2 } })
})

test('without colour, also where that is said before the command', async () => {
  const args = ['plan', 'toy', '--to', 'latest']
  const coloured = { ...nobody, FORCE_COLOR: '1' }
  expect((await run(args, coloured)).err).toContain('\u001B')
  for (const plain of [
    ['--no-color', ...args],
    [...args, '--no-color'],
  ]) {
    const { code, err } = await run(plain, coloured)
    expect(code).toBe(2)
    expect(err).not.toContain('\u001B')
  }
})

test.for([
  { of: 'status', says: 'default: all of them', not: 'the only open upgrade' },
  { of: 'report', says: 'default: the upgrade that ended last', not: 'the only open upgrade' },
  { of: 'pause', says: '--reason', not: '--yes' },
  { of: 'retry', says: '--yes', not: '--typed' },
  { of: 'abort', says: 'why (must be said)', not: '--typed' },
  { of: 'sandbox', says: 'default of each port: a free one', not: '--yes' },
])('the help of $of says what is so', async ({ of, says, not }) => {
  const { out } = await run([of, '--help'])
  expect(out.replaceAll(/\s+/g, ' ')).toContain(says)
  expect(out).not.toContain(not)
})

test('a sandbox that wants a port that is taken is bad input (2), before anything is started', async () => {
  const taken = createServer()
  await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done))
  const address = taken.address()
  const port = typeof address === 'object' ? `${address?.port}` : ''
  const { code, out, err } = await runApart(['sandbox', '--port-control', port])
  taken.close()
  expect([code, out]).toEqual([2, ''])
  expect(err).toBe(
    `✖ --port-control ${port} cannot be had (EADDRINUSE): choose another, or leave it out for a free one\n`,
  )
})

test.concurrent.for(['status', 'watch', 'report'])(
  'without a server, %s says so and how to set one',
  async (command) => {
    const { code, err } = await run([command], nobody)
    expect(code).toBe(1)
    expect(err).toContain('no Temporal server answers at 127.0.0.1:9')
    expect(err).toContain('Set TEMPORAL_ADDRESS')
  },
)

const nothingFound = { account: '123456789012', region: 'ap-northeast-1', namespaces: [], prometheus: [], records: [] }

test('a bad file is shown with every problem and its place, and nothing is started', async () => {
  const path = await file('apiVersion: norikae.io/v1\nplatform: Bad Name\nsoak: 60\n')
  const checked = await run(['validate', path])
  expect(checked.code).toBe(2)
  expect(checked.out).toContain(`${path}:2:`)
  expect(checked.out).toMatch(/\d+ problems; nothing was started\n$/)
  expect(problemsWith('validate', JSON.parse((await run(['validate', path, '-o', 'json'])).out))).toEqual([])
  const started = await run(['start', '-f', path, '--to', '1.36', '--as', 'aoki', '-o', 'json'], nobody)
  expect(started.code).toBe(2)
  expect(lastLine(started.err)).toMatch(/^\d+ problems; nothing was started$/)
  expect(problemsWith('error', JSON.parse(started.out))).toEqual([])
})

test('state files are looked at beside the file that names them, and told of where they are not there', async () => {
  const { text } = draftOf({ ...nothingFound, cluster: 'toy-1-35' })
  const path = await file(
    `${text.replaceAll(/ *# guess:.*/g, '')}owners: { terraform: { states: [eks.tfstate, iam.tfstate] } }\n`,
  )
  const without = await run(['validate', path])
  expect(without.code).toBe(0)
  expect(without.err).toContain('eks.tfstate is not beside it, and was not looked at')
  const state = join(dirname(path), 'eks.tfstate')
  await writeFile(state, '{\n  "version": 3\n}')
  const half = await run(['validate', path])
  expect(half.code).toBe(2)
  expect(half.out).toContain(`${state}:2:3  version: is not 4`)
  expect(half.err).toContain('iam.tfstate is not beside it, and was not looked at')
  await writeFile(join(dirname(path), 'iam.tfstate'), '{}')
  const { code, out, err } = await run(['validate', path])
  expect([code, err]).toEqual([2, ''])
  expect(out.split('\n')).toEqual([
    expect.stringContaining(`${state}:2:3  version: is not 4`),
    expect.stringContaining('iam.tfstate:1:1  has no version'),
    '2 problems; nothing was started',
    '',
  ])
  expect(problemsWith('validate', JSON.parse((await run(['validate', path, '-o', 'json'])).out))).toEqual([])
})

test('a good file in which guesses are left is told of so', async () => {
  const { text, guesses } = draftOf({ ...nothingFound, cluster: 'toy-1-35' })
  const path = await file(text)
  const { code, out, err } = await run(['validate', path])
  expect([code, out]).toEqual([0, `✔ ${path} is a platform file of toy\n`])
  expect(err).toContain(`${guesses} lines are still marked "# guess:"`)
  expect((await run(['validate', await file(text.replaceAll(/ *# guess:.*/g, ''))])).err).toBe('')
})

test('version and help are quick and know no Temporal', async () => {
  expect((await runApart(['version'])).out).toMatch(/^norikae \d+\.\d+\.\d+ /)
  expect(problemsWith('version', JSON.parse((await run(['version', '-o', 'json'])).out))).toEqual([])
  const loaded = await runApart(['--help'], { NODE_DEBUG: 'module', NODE_OPTIONS: '--trace-deprecation' })
  expect(loaded.code).toBe(0)
  expect(loaded.out).toContain('Exit codes:')
  expect(loaded.err).not.toContain('@temporalio')
})

test('before the dependencies are there, the launcher says what to run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'norikae-cli-'))
  await copyFile(fileURLToPath(new URL('../../norikae', import.meta.url)), join(folder, 'norikae'))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'norikae'), 'status'], { encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toContain('run npm run setup')
})

// With a server -----------------------------------------------------------------

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

test(
  'without a worker, a plan is not asked for, and a message is not sent: the signal is printed',
  { timeout: 60_000 },
  async () => {
    const env = stage.envOf('alone', 'aoki')
    const plan = await run(['plan', 'alone', '--to', '1.36'], env)
    expect(plan.code).toBe(1)
    expect(plan.err).toContain('no worker answers on task queue norikae-alone')
    await stage.env.client.workflow.start('clusterUpgrade', {
      workflowId: 'cluster-upgrade/alone',
      taskQueue: 'norikae-alone',
      args: [{ platform: 'alone', to: '1.36', by: "o'aoki" }],
      typedSearchAttributes: [
        { key: defineSearchAttributeKey('NorikaeWaitingFor', SearchAttributeType.KEYWORD_LIST), value: ['sre'] },
      ],
    })
    const pause = await run(['pause', '--platform', 'alone', '--reason', "it's late"], env)
    expect(pause.code).toBe(1)
    expect(pause.err).toContain('nothing was sent')
    expect(pause.err).toContain(
      String.raw`temporal workflow signal --workflow-id 'cluster-upgrade/alone' --name pause --input '{"by":"aoki","reason":"it'\''s late"}'`,
    )
    const on = ['--platform', 'alone', '--as', 'aoki', '--yes']
    const signal = (id: string, name: string, body: string) =>
      `temporal workflow signal --workflow-id '${id}' --name ${name} --input '${body}'`
    const upgrade = 'cluster-upgrade/alone'
    for (const [args, hears] of [
      [['approve', 'start@d9b6f453.1'], signal(upgrade, 'approve', '{"gate":"start@d9b6f453.1","by":"aoki"}')],
      [['reject', 'start'], '"gate":"<gate: of the activity tell/<gate>/0 in the history of this workflow>"'],
      [
        ['retry', 'api', 'test@3f9a2c1b.1'],
        signal(`${upgrade}/app/api`, 'retry', '{"gate":"test@3f9a2c1b.1","by":"aoki"}'),
      ],
      [['abort', '--reason', 'x'], signal(upgrade, 'abort', '{"by":"aoki","reason":"x"}')],
    ] as const) {
      const { code, err } = await run([...args, ...on], env)
      expect([code, lastLine(err)]).toEqual([1, 'nothing was changed'])
      expect(err).toContain(hears)
    }
    const all = await run(['status', '-o', 'json'], env)
    expect(all.code).toBe(0)
    expect(problemsWith('list', JSON.parse(all.out))).toEqual([])
    expect(JSON.parse(all.out)).toMatchObject({
      upgrades: [{ platform: 'alone', waitingFor: ['sre'] }],
      silent: expect.stringContaining('no worker answers'),
    })
    const listed = await run(['approve'], env)
    expect([listed.code, listed.out]).toEqual([1, ''])
    await stage.env.client.workflow.getHandle(upgrade).terminate()
  },
)

describe('a worker that died just now', () => {
  const polled = async (taskQueue: string) => {
    const { client } = stage.env
    const poll = () =>
      client.workflowService.pollWorkflowTaskQueue({
        namespace: 'default',
        taskQueue: { name: taskQueue },
        identity: 'gone',
      })
    void client.withDeadline(Date.now() + 30_000, poll).catch(() => undefined)
    const temporal = {
      client,
      namespace: 'default',
      taskQueue,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
    await eventually('it asked for work once', () => workerIsThere(temporal))
    return temporal
  }
  const plans = async (platform: string): Promise<string[]> => {
    const { executions } = await stage.env.client.workflowService.listOpenWorkflowExecutions({
      namespace: 'default',
      typeFilter: { name: 'upgradePlan' },
    })
    return executions.flatMap((e) => e.execution?.workflowId ?? []).filter((id) => id.includes(`/${platform}/`))
  }

  test('a plan says what it waits for, is given up, and leaves nothing running', { timeout: 60_000 }, async () => {
    const heard: string[] = []
    const patience = {
      signal: new AbortController().signal,
      news: (it: string) => heard.push(it),
      everyMs: 50,
      giveUpAfterMs: 500,
    }
    const request = { platform: 'gone', to: '1.36', by: 'aoki' }
    await expect(plan(await polled('norikae-gone'), request, patience)).rejects.toMatchObject({
      code: 'no-progress',
      message: expect.stringContaining('nobody works on the plan of gone any more'),
    })
    expect(heard).toContain('a worker to take it')
    await eventually('it is ended', async () => (await plans('gone')).length === 0)
  })

  test('Ctrl-C ends the plan that was asked for', { timeout: 60_000 }, async () => {
    await polled('norikae-left')
    const it = new Background(['plan', 'left', '--to', '1.36'], stage.envOf('left', 'aoki'))
    await eventually('it is asked for', async () => (await plans('left')).length === 1)
    it.child.kill('SIGINT')
    expect(await it.ended).toBe(130)
    expect(it.err).toContain('planning left to 1.36 on the worker …')
    expect(lastLine(it.err)).toBe('nothing was started')
    await eventually('it is ended', async () => (await plans('left')).length === 0)
  })
})

test.for([['status'], ['plan', 'x', '--to', '1.36'], ['abort', '--platform', 'x', '--reason', 'x', '--yes']])(
  'a namespace that there is not is said, with how to make one: %s',
  async (args) => {
    const { code, err } = await run(args, { ...stage.envOf('x', 'aoki'), TEMPORAL_NAMESPACE: 'nope' })
    expect(code).toBe(1)
    expect(err).toContain('✖ this Temporal server has no namespace nope.\nSet TEMPORAL_NAMESPACE, or make it: ')
    expect(err).not.toContain('node_modules')
  },
)

test('no upgrade, no report, no such platform', { timeout: 60_000 }, async () => {
  const env = stage.envOf('none', 'aoki')
  expect((await run(['status', 'none'], env)).err).toContain('none was never upgraded here')
  expect((await run(['report', 'none'], env)).code).toBe(1)
  const abort = await run(['abort', '--reason', 'x', '--yes', '--platform', 'none'], env)
  expect(abort.code).toBe(1)
  expect(lastLine(abort.err)).toBe('nothing was changed')
})

test('a platform that the worker does not know ends with its words, and exit 2', { timeout: 60_000 }, async () => {
  await stage.work(aQuickPlatform({ name: 'known' }))
  const env = stage.envOf('known', 'aoki')
  const plan = await run(['plan', 'unknown', '--to', '1.36'], env)
  expect(plan.code).toBe(2)
  expect(plan.err).toMatch(/there is no platform "?unknown/)
  expect(lastLine(plan.err)).toBe('nothing was started')
})

test(
  'a plan that fails says once that nothing was started, and ends as its reason asks',
  { timeout: 60_000 },
  async () => {
    const words: Record<string, string> = {
      NotFound: 'this worker keeps no file of it',
      InvalidInput: 'it is at 1.36 already. Nothing was started',
      Denied: 'this worker acts in another account',
      Failed: 'no idea',
    }
    await stage.work(aQuickPlatform({ name: 'fails' }), {
      prepare: ({ by }) => Promise.reject(ApplicationFailure.nonRetryable(words[by], by)),
    })
    const ends = async (type: string) => {
      const { code, err } = await run(['plan', 'fails', '--to', '1.36', '--as', type], stage.envOf('fails'))
      return [code, err.slice(err.indexOf('✖'))]
    }
    expect(await ends('NotFound')).toEqual([2, '✖ this worker keeps no file of it\nnothing was started\n'])
    expect(await ends('InvalidInput')).toEqual([2, '✖ it is at 1.36 already. Nothing was started\n'])
    const denied = '✖ refused (denied): this worker acts in another account\nnothing was started\n'
    expect(await ends('Denied')).toEqual([6, denied])
    expect(await ends('Failed')).toEqual([1, '✖ plan of fails failed: no idea\nnothing was started\n'])
  },
)

test(
  'a start whose input cannot be read has its own name, and its list still fits its schema',
  { timeout: 60_000 },
  async () => {
    await stage.work(aQuickPlatform({ name: 'junk' }))
    const start = { workflowId: 'cluster-upgrade/junk', taskQueue: 'norikae-junk' }
    for (const input of [{ to: 1.36 }, 'junk', {}]) {
      const run = stage.env.client.workflow.execute('clusterUpgrade', { ...start, args: [input] })
      await expect(run).rejects.toThrow()
    }
    const env = stage.envOf('junk', 'aoki')
    const one = await run(['status', 'junk'], env)
    expect(one.out).toMatch(/^junk {3}day 1 {3}✖ failed/)
    expect(one.out).not.toContain('what was sent')
    const all = await run(['status', '-o', 'json'], env)
    expect(problemsWith('list', JSON.parse(all.out))).toEqual([])
  },
)

test('gates refuse strangers, a second word, old ids and what they do not offer', { timeout: 60_000 }, async () => {
  const env = stage.envOf('gates', 'aoki')
  const two = rule('sre', { approvals: 2 })
  await stage.work(aQuickPlatform({ name: 'gates', apps: [anApp('api')], gates: { start: two, decommission: two } }))
  await run(['start', 'gates', '--to', '1.36', '--yes'], env)
  const id = await eventually('the gate is open', async () =>
    (await run(['approve', '-o', 'name', '--platform', 'gates'], env)).out.trim(),
  )
  const on = ['--platform', 'gates', '--yes']
  const answers = async (args: string[], as: string) => run([...args, ...on, '--as', as, '-o', 'json'], env)
  const refused = async (args: string[], as: string) => {
    const { code, out, err } = await answers(args, as)
    expect(code, err).toBe(6)
    expect(lastLine(err)).toBe('nothing was changed')
    expect(problemsWith('error', JSON.parse(out))).toEqual([])
    return (JSON.parse(out) as { error: { code: string } }).error.code
  }
  expect(await refused(['approve', 'start'], 'chiba')).toBe('not-an-approver')
  expect(await refused(['retry', 'start'], 'aoki')).toBe('not-offered')
  expect(await refused(['approve', 'api', 'production'], 'chiba')).toBe('no-such-gate')
  expect(await refused(['approve', 'start@00000000.1'], 'aoki')).toBe('no-such-gate')
  expect((await answers(['approve', 'start'], 'aoki')).code).toBe(0)
  expect(await refused(['approve', id], 'aoki')).toBe('twice')
  expect((await answers(['approve', id], 'baba')).code).toBe(0)
  expect(
    await eventually('it is decided', async () =>
      (await refused(['approve', id], 'baba')) === 'already-decided' ? 'yes' : '',
    ),
  ).toBe('yes')

  const several = await run(['status'], env)
  expect(several.out).toContain('gates')
  await run(['start', 'known', '--to', '1.36', '--yes'], stage.envOf('known', 'aoki'))
  const which = await run(['pause'], env)
  expect(which.code).toBe(2)
  expect(which.err).toContain('2 upgrades are open: gates, known')
})

test(
  'an app that was born is replanned by its name, and what is not there is refused (6)',
  { timeout: 60_000 },
  async () => {
    const env = stage.envOf('born', 'baba')
    const outside = await stage.work(aQuickPlatform({ name: 'born' }))
    await run(['start', 'born', '--to', '1.36', '--yes'], env)
    const replan = (app: string) =>
      run(['replan', app, '--platform', 'born', '--reason', 'new', '--yes', '-o', 'json'], env)
    await eventually('it has planned', async () => (await run(['status', 'born'], env)).out.includes('start'))
    outside.onBlue = [anApp('api'), anApp('web')]
    const joined = await replan('web')
    expect(joined, joined.err).toMatchObject({ code: 0 })
    expect(problemsWith('done', JSON.parse(joined.out))).toEqual([])
    expect(JSON.parse(joined.out)).toMatchObject({ did: 'replan', app: 'web', by: 'baba' })
    const kept = await run(['status', 'born', '-o', 'json'], { ...env, NORIKAE_TASK_QUEUE: 'norikae-nobody' })
    expect(JSON.parse(kept.out)).toMatchObject({
      silent: expect.anything(),
      status: { apps: [{ app: 'api' }, { app: 'web' }], findings: [{ code: 'app-joined' }] },
    })
    const refused = await replan('nowhere')
    expect([refused.code, lastLine(refused.err)]).toEqual([6, 'nothing was changed'])
    expect((await run(['status', 'born'], env)).out).toContain('replan of nowhere was refused: nowhere is unknown')
    const all = await run(['status', 'born', '-o', 'json'], env)
    expect(problemsWith('status', JSON.parse(all.out))).toEqual([])
  },
)
