import { afterAll, beforeAll, expect, test } from 'vitest'
import { BadInput, NotReady } from '../../src/client/problems.ts'
import { whereabouts, type Known } from '../../src/client/where.ts'
import { anApp } from '../support/builders.ts'
import { eventually } from '../support/eventually.ts'
import { aQuickPlatform, run, Stage } from './stage.ts'
import { problemsWith } from './valid.ts'
import { aCutover, anAppStanding, aStatus, aView } from './views.ts'

const PLATFORM = 'chatwork-prod'
const upgrade = aView({ status: { apps: [anAppStanding('chat-api', 'scala')] } }).status
const moved = (where: 'blue' | 'both' | 'green') => aCutover('chat-api', 'production', { where })
const lastYear = (where: 'blue' | 'green') => {
  const subject = { ...aStatus().subject, blue: `${PLATFORM}-1-31`, green: `${PLATFORM}-1-32` }
  const { runs, ...cutover } = moved(where)
  return { ...cutover, runs: runs.map((r) => ({ ...r, subject: { ...r.subject, ...subject } })) }
}
const [BLUE, GREEN] = [`${PLATFORM}-1-35`, `${PLATFORM}-1-36`]

test.for<{ says: string; known: Known; clusters: string[] }>([
  { says: 'an app that was not begun', known: { outcome: 'running', upgrade }, clusters: [BLUE] },
  {
    says: 'an app on both sides',
    known: { outcome: 'running', upgrade, cutover: moved('both') },
    clusters: [BLUE, GREEN],
  },
  { says: 'an app that went back', known: { outcome: 'running', upgrade, cutover: moved('blue') }, clusters: [BLUE] },
  { says: 'a committed app', known: { outcome: 'running', upgrade, cutover: moved('green') }, clusters: [GREEN] },
  {
    says: 'an app that outlives its upgrade',
    known: { outcome: 'terminated', upgrade, cutover: moved('both') },
    clusters: [BLUE, GREEN],
  },
  { says: 'an app of which no cutover is kept, after the end', known: { outcome: 'done', upgrade }, clusters: [GREEN] },
  { says: 'one that all went back with', known: { outcome: 'rolled-back', upgrade }, clusters: [BLUE] },
  {
    says: 'one that only an old cutover speaks of',
    known: { cutover: lastYear('green') },
    clusters: [`${PLATFORM}-1-32`],
  },
  {
    says: "an earlier upgrade's cutover beside a new one",
    known: { outcome: 'running', upgrade, cutover: lastYear('green') },
    clusters: [BLUE],
  },
])('where to deploy $says', ({ known, clusters }) => {
  const it = whereabouts(PLATFORM, 'chat-api', 'production', known)
  expect(it.clusters).toEqual(clusters)
  expect(problemsWith('where', it)).toEqual([])
})

const { run: _unplanned, ...planning } = upgrade
test.for<{ says: string; known: Known; as: typeof NotReady | typeof BadInput; hears: string; at?: [string, string] }>([
  { says: 'nothing is known', known: {}, as: NotReady, hears: 'never upgraded here' },
  {
    says: 'it is being planned',
    known: { outcome: 'running', upgrade: planning },
    as: NotReady,
    hears: 'is being planned',
  },
  {
    says: 'it failed before there was a plan',
    known: { outcome: 'failed', upgrade: planning },
    as: NotReady,
    hears: 'before it was planned',
  },
  {
    says: 'it was terminated, and the app with it',
    known: { outcome: 'terminated', upgrade },
    as: NotReady,
    hears: 'ended as terminated',
  },
  {
    says: 'there is no such app',
    known: { outcome: 'running', upgrade },
    as: BadInput,
    hears: 'has no app chat; it has chat-api',
    at: ['chat', 'test'],
  },
  {
    says: 'there is no such environment',
    known: { outcome: 'running', upgrade },
    as: BadInput,
    hears: 'no environment prod; it has test, stage, production',
    at: ['chat-api', 'prod'],
  },
])(
  'where to deploy is not guessed: $says',
  ({ known, as, hears, at: [app, environment] = ['chat-api', 'production'] }) => {
    expect(() => whereabouts(PLATFORM, app, environment, known)).toThrow(as)
    expect(() => whereabouts(PLATFORM, app, environment, known)).toThrow(hears)
  },
)

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())
const soon = { everyMs: 100 }

test('a pipeline asks all the way, and is told what is missing', { timeout: 120_000 }, async () => {
  const env = stage.envOf('asked', 'aoki')
  const outside = await stage.work(aQuickPlatform({ name: 'asked', apps: [anApp('api', { deploy: 'external' })] }))
  const ask = (...args: readonly string[]) => run(['where', ...args], env)
  const names = async () => (await ask('api/production', '-o', 'name')).out

  expect(await ask('api')).toMatchObject({ code: 2, err: '✖ say which environment: norikae where api/<environment>\n' })
  const before = await ask('api/production')
  expect(before).toMatchObject({ code: 1, out: '' })
  expect(before.err).toContain('it is not known where to deploy: no platform was ever upgraded here')
  const health = await run(['explain', 'health', 'api'], env)
  expect(health).toMatchObject({ code: 1, out: '' })
  expect(health.err).toContain('of which platform? no platform was ever upgraded here: name it with --platform <name>')

  const holds = new Set(['api:production/deployed'])
  outside.holds = holds
  await run(['start', 'asked', '--to', '1.36', '--yes'], env)
  await eventually('it is planned', async () => (await names()) === 'toy-1-35\n', soon)
  await eventually(
    'the start is asked for',
    async () => (await run(['approve', 'start', '--yes'], env)).code === 0,
    soon,
  )
  await eventually('it is on its way', async () => (await names()) === 'toy-1-35\ntoy-1-36\n', soon)
  await eventually(
    'what is missing is told',
    async () => (await ask('api', 'production')).out.includes('waiting for it: production/deployed is not ready'),
    soon,
  )
  const json = JSON.parse((await ask('api/production', '-o', 'json')).out) as object
  expect(problemsWith('where', json)).toEqual([])
  expect(json).toMatchObject({ platform: 'asked', where: 'both', clusters: ['toy-1-35', 'toy-1-36'] })
  const status = await run(['status', 'asked'], env)
  expect(status.out).toMatch(/waiting to be deployed:\n {2}api production +scala +→ norikae where api\/production/)
  const nowhere = await ask('api/prod')
  expect(nowhere).toMatchObject({ code: 2, out: '' })

  holds.clear()
  const approve = (who: string, ...what: readonly string[]) =>
    eventually(
      `${who} approves ${what.join(' ')}`,
      async () => (await run(['approve', ...what, '--yes'], { ...env, NORIKAE_AS: who })).code === 0,
      soon,
    )
  await approve('chiba', 'api', 'production')
  await approve('baba', 'decommission', '--typed', 'toy-1-35')
  await eventually('it is over', async () => (await run(['report', 'asked'], env)).code === 0, soon)
  expect(await ask('api/production')).toMatchObject({
    code: 0,
    out: 'api production: deploy to green\nCLUSTER   SIDE\ntoy-1-36  green\n',
  })
})
