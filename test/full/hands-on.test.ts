import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DemoResult } from '../../src/demo/verdict.ts'
import { blocksOf, filled, pages, root, type Block } from '../support/pages.ts'

/**
 * Whoever reads the tutorials: each of their commands is typed when its page says so, in a real shell, into the world of
 * `npm run demo -- --hands-on`; the commands of other pages after it. What a page does not name, the demo's own words tell.
 */

const WITHIN_MS = 900_000
const toType = pages.flatMap(blocksOf).filter((b) => b.language === 'sh' && b.notRun === undefined)
const guided = new Set(toType.flatMap((b) => (b.when === undefined ? [] : [b.page])))
const BEGINS = 'npm run demo -- --hands-on'
/** These ask first, and nobody is there to say yes. */
const ASKS =
  /^norikae (?:start|approve|reject|retry|skip|rollback|withdraw|replan|schedule (?:create|trigger|delete)) [^\n]*$/gm

let folder: string
let demo: ChildProcess
let said = ''
let result = ''
const gone = (child: ChildProcess) => child.exitCode ?? child.signalCode

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'norikae-hands-on-'))
  demo = spawn(process.execPath, [join(root, 'scripts/run.mjs'), 'src/demo/demo.ts', '--hands-on', '--json'], {
    cwd: root,
  })
  // With --json what people read is on stderr.
  demo.stderr?.on('data', (text: Buffer) => (said += text.toString()))
  demo.stdout?.on('data', (text: Buffer) => (result += text.toString()))
})
afterAll(async () => {
  if (gone(demo) === null) demo.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** Where in what the demo said it stands, after `from`. */
async function heard(what: string, from: number): Promise<number> {
  for (const until = Date.now() + WITHIN_MS; Date.now() < until; await sleep(300)) {
    const at = said.indexOf(what, from)
    if (at >= 0) return at + what.length
    if (gone(demo) !== null) break
  }
  throw new Error(`the demo did not say ${JSON.stringify(what)} after ${from}; it said:\n${said.slice(-3000)}`)
}

/** In a shell that knows the world: what it printed. Throws where it does not end with 0. */
const type = (script: string, at: string): Promise<string> =>
  new Promise((done, failed) => {
    const [env = ''] = /\S+\/env$/m.exec(said) ?? []
    const text = filled(script)
      .replaceAll(/^\. x$/gm, `. ${env}`)
      .replaceAll(ASKS, (line) => line.replace(/(\s+#.*)?$/, ' --yes'))
    const options = {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, NORIKAE_AS: 'aoki@example.com' },
      timeout: 120_000,
    }
    execFile('sh', ['-euc', `. ${env}\n${text}`], options, (error, out, err) => {
      const log = `## ${at}\n${text}\n--- out\n${out}--- err\n${err}`
      void writeFile(join(folder, 'typed.log'), `${log}\n`, { flag: 'a' })
      if (error) failed(new Error(log))
      else done(`${out}${err}`)
    })
  })

const firstOf = (page: string): Block[] => toType.filter((b) => b.page === page)

/** From the top of the page to its end. */
async function read(page: string): Promise<void> {
  let from = 0
  for (const { line, text, when } of firstOf(page)) {
    if (text === BEGINS) continue
    if (when !== undefined) from = await heard(when, from)
    await type(text, `${page}:${line}`)
  }
}

/** Apps of which a page tells what to say, once the demo has said this; '' is from the beginning. */
const expects: Readonly<Record<string, string>> = {
  'legacy-php': 'nobody had to be asked',
  files: 'decommission',
  'chat-push': '',
}

/** What opened later than a page expects is approved as the demo says. */
async function rest(): Promise<void> {
  const seen = new Set<string>()
  while (!said.includes('Look around') && gone(demo) === null) {
    for (const { 0: passage, index } of said.matchAll(/^◇ (?:scala|php) is asked to approve[^]*?or click/gm)) {
      if (seen.has(passage)) continue
      seen.add(passage)
      const [, names = ''] = /: (.*)/.exec(passage) ?? []
      const first = expects[names.split(' ')[0] ?? '']
      if (!names.includes(',') && first !== undefined && said.slice(0, index).includes(first)) continue
      const [, command = ''] = /^ {4}type +(norikae .*?)(?: +#.*)?$/m.exec(passage) ?? []
      // Whoever reads a page may have said it by then.
      await type(command, 'the demo').catch(() => undefined)
    }
    await sleep(500)
  }
}

test('a reader of the tutorials moves, approves, says no, rolls back and removes blue; each command of every page works', async () => {
  const began = Date.now()
  await heard('/env\n', 0)
  await Promise.all([...[...guided].map(read), rest()])
  const minutes = (Date.now() - began) / 60_000
  expect(minutes).toBeLessThan(15)

  const judged = JSON.parse(result) as DemoResult
  expect(judged).toMatchObject({ outcome: 'done', apps: 12, onGreen: 12, onBlue: 0, leftovers: 0 })
  expect(judged.requests.dropped).toBe(0)

  // The world stands until it is ended: the pages that are about none of this upgrade's moments.
  const platforms = join(folder, 'platforms')
  await mkdir(platforms)
  const [, mine = ''] =
    /^export NORIKAE_PLATFORMS=(.*)$/m.exec(await readFile(/\S+\/env$/m.exec(said)?.[0] ?? '', 'utf8')) ?? []
  const file = await readFile(join(mine, 'chatwork-prod.yaml'), 'utf8')
  await writeFile(join(platforms, 'chatwork-prod.yaml'), `${file}\ntimeZone: UTC\nschedule: {}\n`)
  await cp(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
  await symlink(join(root, 'norikae'), join(folder, 'norikae'))
  const failed: string[] = []
  for (const { page, line, text } of toType.filter((b) => !guided.has(b.page) && b.text !== BEGINS))
    await type(text, `${page}:${line}`).catch((error: unknown) => failed.push(String(error)))
  expect(failed).toEqual([])

  demo.kill('SIGINT')
  const until = Date.now() + 60_000
  while (gone(demo) === null && Date.now() < until) await sleep(200)
  expect(demo.exitCode).toBe(0)
}, 1_200_000)
