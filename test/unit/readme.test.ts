import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inWords, judge } from '../../src/domain/verdict.ts'
import { whereKey, wherePointer } from '../../src/domain/where.ts'
import { settingsFrom } from '../../src/worker/settings.ts'

/** What README says to type is typed here, as far as it can be without clusters; what it says is there is there. */

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (name: string): string => readFileSync(join(root, name), 'utf8')
const readme = read('README.md')

/** Lines of the code blocks of a section. */
function commandsOf(title: string): string[] {
  const [, section = ''] = readme.split(`\n## ${title}\n`)
  const [text = ''] = section.split('\n## ')
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
    block.replaceAll('\\\n', ' ').trimEnd().split('\n'),
  )
}

const real = commandsOf('Run it against real clusters')
const filled = (line: string) =>
  line.replaceAll('<platform>', 'chatwork-prod').replaceAll('<you>', 'aoki').replaceAll('<host>', '127.0.0.1')

interface Ended {
  readonly code: number
  readonly text: string
}

const shell = (cwd: string, script: string): Promise<Ended> =>
  new Promise((done) => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' }
    execFile('sh', ['-euc', script], { cwd, env, timeout: 60_000 }, (error, out, err) =>
      done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, text: `${out}${err}` }),
    )
  })

let clone: string
beforeAll(async () => {
  // As fresh as a clone, but with what `npm run setup` installs.
  clone = await mkdtemp(join(tmpdir(), 'norikae-readme-'))
  await cp(join(root, 'examples'), join(clone, 'examples'), { recursive: true })
  await symlink(join(root, 'norikae'), join(clone, 'norikae'))
})
afterAll(() => rm(clone, { recursive: true, force: true }))

test('the platform file comes to where the worker looks for it, and is right', async () => {
  const end = real.findIndex((line) => line.startsWith('norikae validate'))
  const begin = real.indexOf('npm run setup')
  expect(begin).toBeGreaterThan(-1)
  const ran = await shell(
    clone,
    real
      .slice(begin + 1, end + 1)
      .map(filled)
      .join('\n'),
  )
  expect(ran).toMatchObject({ code: 0 })
  const folder = /^export NORIKAE_PLATFORMS=(\S+)$/m.exec(real.join('\n'))?.[1]
  expect(existsSync(join(clone, folder ?? '', 'chatwork-prod.yaml'))).toBe(true)
})

test('the commands that follow are understood, and ask the server that was exported', async () => {
  const asking = real.filter((line) => /^norikae (plan|start|watch)/.test(line))
  expect(asking).toHaveLength(3)
  const exported = real.slice(real.lastIndexOf('npm run worker') + 1).filter((line) => line.startsWith('export '))
  await shell(clone, 'mkdir -p platforms && cp examples/chatwork-prod.yaml platforms/chatwork-prod.yaml')
  const all = await Promise.all(
    asking.map((line) => shell(clone, [...exported, line].map(filled).join('\n').replace(':7233', ':1'))),
  )
  for (const [i, { code, text }] of all.entries()) {
    expect(text, asking[i]).toContain('127.0.0.1:1')
    expect(code, text).toBe(1)
  }
}, 60_000)

test('what the how-to has a pipeline ask is understood', async () => {
  const page = read('docs/how-to/deploy-during-an-upgrade.md')
  const [, command = ''] = /\$\((norikae where [^)]+)\)/.exec(page) ?? []
  const { code, text } = await shell(clone, `TEMPORAL_ADDRESS=127.0.0.1:1 ./${command}`)
  expect(text).toContain('127.0.0.1:1')
  expect(code).toBe(1)
  expect(page).toContain(whereKey('chat-api', 'production'))
  expect(page).toContain(`configmap ${wherePointer.metadata.name} --namespace ${wherePointer.metadata.namespace}`)
}, 60_000)

test('the variables of the worker and their defaults are those of the code', () => {
  const rows = [...read('docs/how-to/run-the-worker.md').matchAll(/^\| `(NORIKAE_\w+)` \| `([^`]+)` \|/gm)].map(
    ([, name = '', value = '']) => [name, value],
  )
  const { taskQueue, healthPort, metricsPort, host, logLevel, probeImage } = settingsFrom({})
  expect(Object.fromEntries(rows)).toEqual({
    NORIKAE_PLATFORMS: 'platforms',
    NORIKAE_TASK_QUEUE: taskQueue,
    NORIKAE_HEALTH_PORT: `${healthPort}`,
    NORIKAE_METRICS_PORT: `${metricsPort}`,
    NORIKAE_HOST: host,
    NORIKAE_LOG_LEVEL: logLevel,
    NORIKAE_PROBE_IMAGE: probeImage,
  })
})

test('what the platform file may not ask for yet is named', () => {
  const [, section = ''] = readme.split('\n## What is not there yet\n')
  const keys = [...read('src/config/unsupported.ts').matchAll(/\bat: '([^']+)'/g)].map(([, at = '']) =>
    at.split('.').at(-1),
  )
  expect(keys.length).toBeGreaterThan(0)
  expect(keys.filter((key = '') => !section.includes(key))).toEqual([])
})

test('the capture of the watch view is in the words of this version', () => {
  const capture = /```text\n(chatwork-prod 1\.35 → 1\.36.*?)```/s.exec(readme)?.[1] ?? ''
  expect(capture).toContain('APP            TEAM   TEST')
  const [, because = '', figures = ''] =
    /on blue: (errors \(Prometheus\) (\S+, \S+) in a row[^→]*)/.exec(capture.replaceAll(/\n {3}(?=\w)/g, ' ')) ?? []
  const source = { kind: 'prometheus', url: '', queries: { blue: '', green: '' } } as const
  const check = { name: 'errors', source, limit: { atMost: 0.02 }, minSamples: 2, breachAfter: 2, every: '1s' } as const
  const samples = figures.split(', ').map((value) => ({ at: '', value: Number(value) }))
  const judged = judge(check, samples)
  expect([judged.verdict, inWords(judged)]).toEqual(['fail', because.trim()])
})
