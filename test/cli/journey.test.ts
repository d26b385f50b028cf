import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Change, Examination, UpgradeReport, UpgradeView } from '../../src/client/shapes.ts'
import { called } from '../../src/domain/examination.ts'
import { warning } from '../../src/domain/findings.ts'
import { anApp } from '../support/builders.ts'
import { eventually } from '../support/eventually.ts'
import { aQuickPlatform, Background, run, runApart, Stage } from './stage.ts'
import { problemsWith } from './valid.ts'

/** The whole way as people go it: real processes, a real server, a worker on a toy world. */

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const aRequest = {
  role: 'files',
  arn: 'arn:aws:iam::123456789012:role/files',
  owner: 'Terraform (infra)',
  by: 'ServiceAccount/files/web',
  missing: ['{"Effect":"Allow"}'],
  document: '{ "Version": "2012-10-17" }',
  isWhole: true,
  commands: ['aws iam update-assume-role-policy'],
  where: 'Terraform (infra)',
}

const soon = { everyMs: 100 }
const lastLine = (text: string) => text.trimEnd().split('\n').at(-1)

test('plan, start, watch, approve, delete blue, report', { timeout: 120_000 }, async () => {
  const env = stage.envOf('whole', 'aoki')
  const outside = await stage.work(aQuickPlatform({ name: 'whole' }))

  const plan = await run(['plan', 'whole', '--to', '1.36', '-o', 'json', '--exit-code'], env)
  expect(plan.code).toBe(2)
  expect(lastLine(plan.err)).toBe('nothing was started')
  expect(problemsWith('plan', JSON.parse(plan.out))).toEqual([])
  expect(outside.done).toEqual([])

  outside.findings = [warning('role-condition', 'files', 'why', 'what to do')]
  const noticed = await run(['preflight', 'whole', '-o', 'json'], env)
  expect(problemsWith('preflight', JSON.parse(noticed.out))).toEqual([])
  expect(JSON.parse(noticed.out)).toMatchObject({
    teams: [{ findings: [{ code: 'role-condition', source: 'IAM GetRole, ListRoles', message: 'why' }] }],
  })
  const shown = await run(['plan', 'whole', '--to', '1.36'], env)
  expect(shown.out).toContain('role-condition  (IAM GetRole, ListRoles)')
  outside.findings = []

  const preflight = await run(['preflight', 'whole', '-o', 'json'], env)
  expect(preflight.code).toBe(0)
  expect(lastLine(preflight.err)).toBe('nothing was started')
  expect(problemsWith('preflight', JSON.parse(preflight.out))).toEqual([])
  expect(JSON.parse(preflight.out)).toMatchObject({ to: '1.36', because: ['1.36 is the newest version'], blockers: 0 })
  expect(outside.done).toEqual([])

  const health = await run(['explain', 'health', 'api', '--platform', 'whole', '-o', 'json'], env)
  expect(health.code).toBe(0)
  expect(problemsWith('health', JSON.parse(health.out))).toEqual([])
  expect(outside.done).toEqual([])

  outside.requested.push(aRequest)
  const folder = join(await mkdtemp(join(tmpdir(), 'norikae-')), 'requested')
  const requested = await run(['requested', 'whole', '--out', folder, '-o', 'json'], env)
  expect(requested).toMatchObject({ code: 0, err: expect.stringContaining('✔ wrote 1 file to') as string })
  expect(problemsWith('requested', JSON.parse(requested.out))).toEqual([])
  expect(await readFile(join(folder, 'files.trust-policy.json'), 'utf8')).toBe(`${aRequest.document}\n`)
  expect((await run(['requested', 'whole', '-o', 'name'], env)).out).toBe(`${aRequest.arn}\n`)
  expect(outside.done).toEqual([])

  const unasked = await run(['start', 'whole', '--to', '1.36'], env)
  expect(unasked).toMatchObject({ code: 2, out: '' })
  expect(unasked.err).toContain('say it with --yes')
  expect(lastLine(unasked.err)).toBe('nothing was started')

  const started = await runApart(['start', 'whole', '--to', '1.36', '--yes'], env)
  expect(started).toMatchObject({ code: 0, out: '✔ started: whole to 1.36, as aoki\n' })
  expect(started.err).toContain('PHASE')
  expect(started.err).toMatch(/^api production\n {2}→ .*route web: 5 % to green.*\n {2}↩ .*route web: 0 % to green/m)

  const lines = new Background(['watch', 'whole'], env)
  const events = new Background(['watch', 'whole', '-o', 'json'], env)
  await eventually('watch says who is waited for', () => lines.out.includes('norikae approve start'), soon)

  const open = await run(['approve'], env)
  expect(open.out).toContain('→ norikae approve start')
  expect(lastLine(open.err)).toBe('nothing was approved')
  expect(problemsWith('gates', JSON.parse((await run(['approve', '-o', 'json'], env)).out))).toEqual([])
  expect((await run(['approve', '--as', 'chiba'], env)).err).toContain('1 more for others')

  const approved = await run(['approve', 'start', '--yes', '-o', 'json'], env)
  expect(approved.code).toBe(0)
  expect(approved.err).toContain('upgrade whole from 1.35 to 1.36')
  expect(problemsWith('done', JSON.parse(approved.out))).toEqual([])

  const doctor = await run(['doctor', '-o', 'json'], env)
  const examined = JSON.parse(doctor.out) as Examination
  expect(problemsWith('doctor', examined)).toEqual([])
  expect([doctor.code, examined.well]).toEqual([0, true])
  expect(examined.worker.map((s) => s.about)).toEqual(Object.values(called))
  outside.metricsSilent = true
  const silent = await run(['doctor', 'whole'], env)
  outside.metricsSilent = false
  expect(silent.code).toBe(1)
  expect(silent.out).toMatch(/✖ broken +metrics +nobody answers there\n +→ let the worker reach it/)
  expect((await run(['doctor', 'nope', '-o', 'name'], env)).out).toBe('platform file\n')
  const alone = await run(['doctor'], { ...env, NORIKAE_TASK_QUEUE: 'norikae-nobody' })
  expect([alone.code, alone.out]).toEqual([
    1,
    expect.stringMatching(/✖ broken +workers +none asks[^]*· not tried +metrics/),
  ])
  const away = await run(['doctor', '-o', 'json'], { ...env, TEMPORAL_PROFILE: 'nope' })
  expect([away.code, (JSON.parse(away.out) as Examination).here.map((s) => [s.about, s.is])]).toEqual([
    1,
    [['Temporal', 'broken']],
  ])

  const chiba = { ...env, NORIKAE_AS: 'chiba' }
  await eventually('production asks', () => lines.out.includes('norikae approve api production'), soon)
  const whole = await run(['status', 'whole', '-o', 'json'], env)
  expect(problemsWith('status', JSON.parse(whole.out))).toEqual([])
  expect(problemsWith('list', JSON.parse((await run(['status', '-o', 'json'], env)).out))).toEqual([])
  expect((await run(['status', '-o', 'name'], env)).out).toBe('whole\n')
  await keptLikeTold(env)
  const app = await run(['approve', 'api', 'production', '--yes', '--comment', 'looks well'], chiba)
  expect(app).toMatchObject({ code: 0 })
  expect(app.err).toMatch(/then +→ route web: 5 % to green/)
  expect(app.err).toMatch(/comes back +↩ /)
  expect(app.out).toMatch(/^✔ approved api production: .* \(production\/gate@\w{8}\.1, as chiba\)\n$/)

  await eventually('blue may be deleted', () => lines.out.includes('--typed <its name>'), soon)
  const baba = { ...env, NORIKAE_AS: 'baba' }
  const untyped = await run(['approve', 'decommission', '--yes'], baba)
  expect(untyped.code).toBe(2)
  expect(untyped.err).toContain('--typed')
  const mistyped = await run(['approve', 'decommission', '--yes', '--typed', 'toy-1-36'], baba)
  expect(mistyped.code).toBe(6)
  expect(mistyped.err).toContain('refused (not-typed)')
  const mine = await run(['approve'], env)
  expect(mine.out).toContain('no gate is open')
  expect(mine.err).toContain('decommission of whole needs somebody other than you, who approved start')
  const excluded = await run(['approve', 'decommission', '--yes', '--typed', 'toy-1-35'], env)
  expect(excluded.code).toBe(6)
  expect(excluded.err).toContain('refused (excluded)')
  expect(lastLine(excluded.err)).toBe('nothing was changed')
  expect((await run(['approve', 'decommission', '--yes', '--typed', 'toy-1-35', '--as', 'Baba'], env)).code).toBe(0)

  expect(await lines.ended).toBe(0)
  expect(await events.ended).toBe(0)
  expect(lastLine(lines.out)).toContain('whole ended: ✔ done')
  const changes = events.out
    .trimEnd()
    .split('\n')
    .map((line): Change => JSON.parse(line) as Change)
  for (const change of changes) expect(problemsWith('watch-event', change)).toEqual([])
  expect(changes.at(-1)).toMatchObject({ what: 'ended', outcome: 'done' })
  expect(lines.out).not.toContain('\u001B')
  expect(outside.done.at(-1)).toBe('upgrade:blue/remains')

  const report = await run(['report', 'whole'], env)
  expect(report.code).toBe(0)
  expect(report.out).toContain('"looks well"')
  const data = await run(['report', 'whole', '-o', 'json'], env)
  expect(problemsWith('report', JSON.parse(data.out))).toEqual([])
  expect((JSON.parse(data.out) as UpgradeReport).report.decisions.map((d) => d.message)).toEqual([
    'approve',
    'approve',
    'approve',
  ])
  const late = await run(['rollback', 'api', '--platform', 'whole', '--reason', 'x', '--yes'], chiba)
  expect(late).toMatchObject({ code: 6, out: '' })
  expect(late.err).toBe('✖ refused (not-now): api is committed: there is no way back\nnothing was changed\n')
  const after = await run(['status', 'whole'], env)
  expect(after.out).toContain('✔ done')

  // What one upgrade took of people is held against the one before.
  await run(['start', 'whole', '--to', '1.36', '--yes'], env)
  await eventually('the next one asks', async () => (await run(['approve'], env)).out.includes('start'), soon)
  expect((await run(['reject', 'start', '--yes', '--platform', 'whole'], env)).code).toBe(0)
  expect((await run(['watch', 'whole'], env)).code).toBe(6)
  const next = JSON.parse((await run(['report', 'whole', '-o', 'json'], env)).out) as UpgradeReport
  expect(problemsWith('report', next)).toEqual([])
  const first = JSON.parse(data.out) as UpgradeReport
  expect([first.before, next.before]).toEqual([
    undefined,
    { runId: first.runId, from: '1.35', to: '1.36', closedAt: first.closedAt, effort: first.report.effort },
  ])
  expect(first.report.effort.map((e) => [e.app, e.team, e.answered, e.acts])).toEqual([
    [undefined, 'sre', 2, 2],
    ['api', 'scala', 1, 1],
  ])
})

/** The same gates from Temporal alone, asked as if no worker were there. */
async function keptLikeTold(env: Readonly<Record<string, string>>): Promise<void> {
  const alone = { ...env, NORIKAE_TASK_QUEUE: 'norikae-nobody', NORIKAE_AS: 'chiba' }
  const json = async (args: readonly string[], as: typeof env) =>
    JSON.parse((await run([...args, '-o', 'json'], as)).out) as UpgradeView
  const told = await json(['status', 'whole'], env)
  const kept = await json(['status', 'whole'], alone)
  expect(problemsWith('status', kept)).toEqual([])
  expect(kept.gates.map((g) => [g.gate, g.app, g.environment, g.what, g.people, g.holdsUp, g.workflowId])).toEqual(
    told.gates.map((g) => [g.gate, g.app, g.environment, g.what, g.people, g.holdsUp, g.workflowId]),
  )
  expect(kept.gates.map((g) => g.send)).toEqual(told.gates.map((g) => g.send))
  const { run: _run, ...rest } = told.status
  expect(kept.status).toEqual(rest)
  expect(kept.gates.map((g) => g.holdsUp)).toEqual([['soak', 'decommission']])
  const seen = await run(['status', 'whole'], alone)
  expect([seen.code, seen.err]).toEqual([0, ''])
  expect(seen.out).toContain('no worker answers on task queue norikae-nobody')
  expect(seen.out).toMatch(
    /waiting for you \(chiba\):\n {2}api production .*\n {4}holds up soak, decommission; doi could/,
  )
  expect(seen.out).toMatch(/api +scala +✔ on green +◇ asks/)
  const all = await run(['status'], alone)
  expect(all.out).toMatch(/waiting for you \(chiba\):[^]*api production[^]*norikae approve api production/)
  const completed = async (...words: string[]) => (await run(['complete', '--', ...words], alone)).out
  expect(await completed('approve', '')).toMatch(/^api\tscala: /)
  expect(await completed('approve', 'api', '')).toMatch(/^production\t/)
  expect(await completed('retry', '')).toBe('')
  expect(await completed('rollback', 'a')).toBe('api\ttest, production\n')
  expect(await completed('withdraw', 'a')).toBe('api\ttest, production\n')
  expect(await completed('where', '')).toBe('api/test\t\napi/production\t\n')
  expect(await completed('status', 'w')).toBe('whole\tis being upgraded\n')
  expect(await completed('approve', '--as', '')).toBe('chiba\tscala\ndoi\tscala\n')
  const said = await run(['approve', 'api', 'production', '--yes', '--platform', 'whole'], alone)
  expect(said.code).toBe(1)
  expect(said.err).toContain(`"gate":"${kept.gates[0]?.gate ?? 'none'}","by":"chiba"`)
}

test('a start with the same request attaches; any other is refused', { timeout: 60_000 }, async () => {
  const env = stage.envOf('twice', 'aoki')
  await stage.work(aQuickPlatform({ name: 'twice' }))
  const file = join(await mkdtemp(join(tmpdir(), 'norikae-cli-')), 'twice.yaml')
  const text = platformFile('twice')
  await writeFile(file, text)
  const start = (...args: string[]) => run(['start', '--to', '1.36', '--yes', ...args], env)

  const first = await start('-f', file)
  expect(first.out, first.err).toContain('✔ started')
  const again = await start('-f', file, '-o', 'json')
  expect(again.code).toBe(0)
  expect(JSON.parse(again.out)).toMatchObject({ did: 'attach', platform: 'twice' })
  expect(problemsWith('done', JSON.parse(again.out))).toEqual([])

  const other = await start('twice')
  expect(other.code).toBe(6)
  expect(other.err).toContain('differs in the platform file')
  expect(lastLine(other.err)).toBe('nothing was started')
  const version = await start('-f', file, '--to', '1.37', '-o', 'json')
  expect(version.code).toBe(6)
  expect(problemsWith('error', JSON.parse(version.out))).toEqual([])
  expect(JSON.parse(version.out)).toMatchObject({ error: { code: 'already-running', exit: 6 } })
  expect((await start('-f', file, '--as', 'baba')).code).toBe(6)
  await writeFile(file, `${text}# more\n`)
  expect((await start('-f', file)).code).toBe(6)

  const several = await run(['abort', '--reason', 'over', '--yes', '--platform', 'twice'], env)
  expect(several.out).toContain('✔ aborting the upgrade of twice')
})

test(
  'an app that fails needs a person (4), is retried, rolled back by its team, and an abort ends with 3',
  { timeout: 60_000 },
  async () => {
    const env = stage.envOf('back', 'aoki')
    const chiba = { ...env, NORIKAE_AS: 'chiba' }
    const on = ['--platform', 'back', '--yes']
    const outside = await stage.work(
      aQuickPlatform({ name: 'back', apps: [anApp('api'), anApp('web', { team: 'sre' })] }),
    )
    outside.sick.add('api/test')
    await run(['start', 'back', '--to', '1.36', '--yes'], env)
    expect((await run(['watch', 'back', '--timeout', '2s'], env)).code).toBe(5)
    await run(['approve', 'start', ...on], env)

    const asked = await run(['watch', 'back', '--until-asked', '--as', 'doi', '--timeout', '20s'], env)
    expect(asked.code).toBe(4)
    expect(lastLine(asked.err)).toContain('goes on; come back with: norikae watch back')
    const shown = await run(['status', 'back'], env)
    expect(shown.out).toMatch(/api +scala +↩ rolled back/)
    expect(shown.out).toContain('norikae retry api test')
    const wrong = await run(['approve', 'api', 'test', ...on], chiba)
    expect(wrong.code).toBe(6)
    expect(wrong.err).toContain('takes retry, not approve')

    const early = await run(['rollback', 'api', 'test', ...on, '--reason', 'x'], chiba)
    expect([early.code, early.err]).toEqual([6, '✖ refused (not-now): api test: it is on blue\nnothing was changed\n'])

    outside.sick.clear()
    expect((await run(['retry', 'api', 'test', ...on], chiba)).out).toContain('✔ retried api test')
    await eventually(
      'api asks for production',
      // Also its first try may have come so far before it went back, and asked.
      async () => /api +scala +✔ on green +\S asks/.test((await run(['status', 'back'], env)).out),
      soon,
    )

    expect(
      (await run(['rollback', 'api', 'test', ...on, '--reason', 'no'], { ...env, NORIKAE_AS: 'stranger' })).code,
    ).toBe(6)
    expect((await run(['rollback', 'api', 'test', ...on], chiba)).code).toBe(2)
    for (const [names, hears] of [
      [['nope'], 'there is no app nope of back; there are api, web'],
      [['api', 'nope'], 'there is no environment nope of api; there are test, production'],
    ] as const) {
      const wrong = await run(['rollback', ...names, ...on, '--reason', 'x'], chiba)
      expect([wrong.code, wrong.err]).toEqual([2, `✖ ${hears}\nnothing was changed\n`])
    }
    const back = await run(['rollback', 'api', 'test', ...on, '--reason', 'a hunch'], chiba)
    expect(back).toMatchObject({ code: 0 })
    expect(back.err).toContain('the way back')

    expect((await run(['pause', '--platform', 'back'], chiba)).code).toBe(6)
    expect((await run(['pause', '--platform', 'back'], env)).out).toContain('✔ paused back')
    expect((await run(['pause', '--platform', 'back'], env)).err).toContain('it is paused already')
    expect((await run(['resume', '--platform', 'back'], env)).out).toContain('✔ resumed back')
    const watch = new Background(['watch', 'back'], env)
    expect((await run(['abort', ...on, '--reason', 'not today'], env)).code).toBe(0)
    expect(await watch.ended).toBe(3)
    expect(lastLine(watch.out)).toContain('ended: ↩ rolled back')
    expect((await run(['report', 'back'], env)).out).toContain('"a hunch"')
  },
)

test('Ctrl-C leaves the upgrade alone and says how to come back', { timeout: 60_000 }, async () => {
  const env = stage.envOf('left', 'aoki')
  await stage.work(aQuickPlatform({ name: 'left' }))
  const started = await run(['start', 'left', '--to', '1.36', '--yes'], env)
  expect(started.code, started.err).toBe(0)
  const watch = new Background(['watch', 'left'], env)
  await eventually('it shows something', () => watch.out.includes('left: start'), soon)
  watch.child.kill('SIGINT')
  expect(await watch.ended).toBe(130)
  expect(lastLine(watch.err)).toBe('detached: the upgrade of left goes on; come back with: norikae watch left')
  const rejected = await run(['reject', 'start', '--platform', 'left', '--yes'], env)
  expect(rejected.out).toContain('✔ rejected start')
  expect((await run(['watch', 'left'], env)).code).toBe(6)
})

const platformFile = (name: string) => `apiVersion: norikae.io/v1
platform: ${name}
account: "123456789012"
region: ap-northeast-1
health: { prometheus: { url: http://prometheus.monitoring:9090 } }
teams:
  sre: { approvers: [aoki@example.com, baba@example.com] }
platformTeam: sre
environments:
  production: { weights: [5, 100] }
`
