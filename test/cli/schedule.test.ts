import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ScheduleDone, ScheduleView } from '../../src/client/shapes.ts'
import { startsAfter, type Schedule } from '../../src/domain/schedule.ts'
import { upgradeId, type UpgradeStatus } from '../../src/domain/messages.ts'
import type { Outlook } from '../../src/domain/scheduled.ts'
import { eventually } from '../support/eventually.ts'
import { aPlatformFile } from '../unit/config/a-platform-file.ts'
import { aQuickPlatform, run, runApart, Stage } from './stage.ts'
import { problemsWith } from './valid.ts'

/** A schedule from its making to its end, by the command, on a real server. */

const platform = 'chat'
const asked = ['--as', 'aoki', '--yes', '-o', 'json'] as const
let stage: Stage
let folder: string
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  stage = await Stage.open()
  folder = await mkdtemp(join(tmpdir(), 'norikae-schedule-'))
  env = stage.envOf(platform)
})
afterAll(async () => {
  await stage.close()
  await rm(folder, { recursive: true, force: true })
})

async function fileWith(schedule: string): Promise<string> {
  const path = join(folder, 'chat.yaml')
  await writeFile(path, `${aPlatformFile}timeZone: UTC\n${schedule}\n`)
  return path
}
const create = async (schedule: string) => {
  const { code, out } = await run(['schedule', 'create', '-f', await fileWith(schedule), ...asked], env)
  expect(code, out).toBe(0)
  expect(problemsWith('schedule-done', JSON.parse(out))).toEqual([])
  return JSON.parse(out) as ScheduleDone
}
async function show(): Promise<ScheduleView> {
  const { code, out, err } = await run(['schedule', 'show', '-o', 'json'], env)
  expect(code, err).toBe(0)
  expect(problemsWith('schedule', JSON.parse(out))).toEqual([])
  return JSON.parse(out) as ScheduleView
}

test('without a schedule, in Temporal or in the file, each command says how to make one', async () => {
  for (const verb of ['show', 'pause', 'resume', 'trigger', 'delete']) {
    const reading = verb === 'show' ? [] : ['--as', 'aoki']
    const { code, err } = await run(['schedule', verb, platform, ...reading], env)
    expect([code, err]).toEqual([1, expect.stringContaining('chat has no schedule in namespace default; make one')])
  }
  const none = await run(['schedule', 'create', '-f', await fileWith(''), ...asked], env)
  expect([none.code, none.err]).toEqual([2, expect.stringContaining('has no schedule; write schedule: {}')])
})

test('it is shown before it is made, and nobody who can be asked is not', async () => {
  const { code, err } = await run(['schedule', 'create', '-f', await fileWith('schedule: {}'), '--as', 'aoki'], env)
  expect(code).toBe(2)
  expect(err).toContain(
    'chat: first Tue of Jan, Apr, Jul, Oct at 10:00 (UTC)\nannounced 14 days before, to the newest version\n',
  )
  expect(err).toMatch(
    /ANNOUNCED +STARTS +UTC\nTue \d{4}-(03|06|09|12)-\d\d 10:00 {2}Tue \d{4}-(01|04|07|10)-0[1-7] 10:00\n/,
  )
  expect(err).toContain('say it with --yes')
})

test('it is made once, without a worker, and fires on the days that were shown', async () => {
  expect(await create('schedule: {}')).toMatchObject({ did: 'create', changes: [] })
  expect(await create('schedule: {}')).toMatchObject({ did: 'keep', changes: [] })
  const { kept, next, paused, note, last } = await show()
  expect([paused, note, last]).toEqual([false, 'made by aoki', []])
  const days = { timeZone: 'UTC', isClosed: () => false }
  expect(next).toEqual(startsAfter(kept?.schedule as Schedule, days, new Date().toISOString(), 4))
})

test('what somebody has set otherwise in Temporal is put right', async () => {
  const handle = stage.env.client.schedule.getHandle(`scheduled-upgrade/${platform}`)
  await handle.update((it) => ({
    ...it,
    policies: { overlap: 'ALLOW_ALL', catchupWindow: '1 minute', pauseOnFailure: false },
  }))
  expect(await create('schedule: {}')).toMatchObject({
    did: 'update',
    changes: [
      'while one is open: allow all → skip',
      'catches up with: 60s → 86400s',
      'after one that ended badly: goes on → pauses',
    ],
  })
  expect(await create('schedule: {}')).toMatchObject({ did: 'keep', changes: [] })
})

test('it is changed where the file says another thing, and stays paused while it is', async () => {
  // Twice is once.
  for (const as of ['baba', 'aoki']) {
    const paused = await run(['schedule', 'pause', '--as', as, '--reason', 'freeze'], env)
    expect(paused.code, paused.err).toBe(0)
  }
  const changed = await create('schedule: { months: [Mar], at: third Wed 09:30, announce: 20d, target: n-1 }')
  expect(changed).toMatchObject({
    did: 'update',
    changes: [
      'at: first Tue of Jan, Apr, Jul, Oct at 10:00 → third Wed of Mar at 09:30',
      'announced: 14 days before → 20 days before',
      'target: newest → n-1',
    ],
  })
  const view = await show()
  expect([view.paused, view.note]).toEqual([true, 'paused by aoki: freeze'])
  // Over the end of a February, of 28 days and of 29.
  const days = { timeZone: 'UTC', isClosed: () => false }
  expect(view.next).toEqual(startsAfter(view.kept?.schedule as Schedule, days, new Date().toISOString(), 4))
  const table = await run(['schedule', 'show', platform], env)
  expect(table.out).toContain('‖ paused by aoki: freeze\n→ norikae schedule resume chat')
  for (const as of ['aoki', 'baba']) expect((await run(['schedule', 'resume', '--as', as], env)).code).toBe(0)
  expect(await show()).toMatchObject({ paused: false, note: 'resumed by baba' })
})

test('an upgrade that ends badly pauses it, one that goes on is not started twice', async () => {
  const outside = await stage.work(aQuickPlatform({ name: platform }))
  const triggered = await run(['schedule', 'trigger', ...asked], env)
  expect(JSON.parse(triggered.out)).toMatchObject({ did: 'trigger' })
  const upgrade = stage.env.client.workflow.getHandle(upgradeId(platform))
  const gate = await eventually('the start gate is open', async () => {
    const { run: it } = await upgrade.query<UpgradeStatus>('status')
    return it?.waitingFor[0]?.gate
  })
  const again = await run(['schedule', 'trigger', ...asked], env)
  expect([again.code, again.err]).toEqual([6, expect.stringContaining('goes on: scheduled-upgrade/chat-')])
  const open = await show()
  expect(open).toMatchObject({ paused: false, last: [{ outcome: 'running' }], open: [open.last[0]?.workflowId] })

  await upgrade.executeUpdate('reject', { args: [{ gate, by: 'baba' }] })
  const view = await eventually('it is paused', async () => {
    const it = await show()
    return it.paused && it
  })
  expect(view.last).toMatchObject([
    { outcome: 'failed', because: [expect.stringContaining('the upgrade of chat to 1.36 ended: rejected')] },
  ])
  expect(view.note).toContain('paused due to workflow failure')
  expect(outside.notices.map((n) => n.about)).toContain('schedule-paused')
})

test('what comes next is asked of the worker, with the reason', async () => {
  const { code, out, err } = await run(['next', platform, '-o', 'json'], env)
  expect(code, err).toBe(0)
  expect(problemsWith('next', JSON.parse(out))).toEqual([])
  expect(JSON.parse(out)).toMatchObject({
    from: '1.35',
    decision: { do: 'upgrade', to: '1.36', because: ['1.36 is the newest version'] },
  } satisfies Partial<Outlook>)
  expect(Object.keys(JSON.parse(out) as object)).not.toContain('teams')
})

test('deleted it is gone', async () => {
  const { code, out } = await run(['schedule', 'delete', ...asked], env)
  expect([code, JSON.parse(out)]).toEqual([
    0,
    expect.objectContaining({ did: 'delete', scheduleId: 'scheduled-upgrade/chat' }),
  ])
  expect((await run(['schedule', 'show'], env)).code).toBe(1)
})

test('every command of the how-to is understood, and asks the server', async () => {
  const page = await readFile(new URL('../../docs/how-to/every-quarter.md', import.meta.url), 'utf8')
  const lines = [...page.matchAll(/^norikae (.*)$/gm)].map(([, line = '']) => line)
  expect(lines.length).toBeGreaterThan(6)
  const path = await fileWith('schedule: {}')
  // Apart, because each waits for a server that does not answer.
  const asking = lines.map(async (line) => {
    const words = line.replace('platforms/<platform>.yaml', path).replaceAll('<platform>', platform)
    const args = [...words.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word)
    const { code, err } = await runApart(args, { TEMPORAL_ADDRESS: '127.0.0.1:1', NORIKAE_AS: 'aoki' })
    expect([line, code, err]).toEqual([line, 1, expect.stringContaining('127.0.0.1:1')])
  })
  await Promise.all(asking)
})
