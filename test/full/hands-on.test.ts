import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DemoResult } from '../../src/demo/verdict.ts'
import { eventually } from '../support/eventually.ts'
import { blocksOf, filled, pages, root } from '../support/pages.ts'

/**
 * Whoever reads the tutorials: each of their commands is typed when its page says so, in a real shell, into the world of
 * `npm run demo -- --hands-on`; the commands of other pages after it. What a page does not name, the demo's own words tell.
 */

/** Three times what it takes beside others: what is slow is not wrong. */
const WITHIN_MS = 1_800_000
const toType = pages.flatMap(blocksOf).filter((b) => b.language === 'sh' && b.notRun === undefined)
const guided = new Set(toType.flatMap((b) => (b.when === undefined ? [] : [b.page])))
const BEGINS = 'npm run demo -- --hands-on'
/** These ask first, and nobody is there to say yes. */
const ASKS =
  /^norikae (?:start|approve|reject|retry|skip|rollback|withdraw|replan|schedule (?:create|trigger|delete)) [^\n]*$/gm

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'norikae-hands-on-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A hands-on demo, as somebody starts it. */
class Demo implements AsyncDisposable {
  /** What people read: with --json it is on stderr. */
  said = ''
  result = ''
  private readonly child: ChildProcess = spawn(
    process.execPath,
    [join(root, 'scripts/run.mjs'), 'src/demo/demo.ts', '--hands-on', '--json'],
    // A group of its own, as in a terminal.
    { cwd: root, detached: true },
  )
  constructor() {
    this.child.stderr?.on('data', (text: Buffer) => (this.said += text.toString()))
    this.child.stdout?.on('data', (text: Buffer) => (this.result += text.toString()))
  }
  /** Of what it starts, the file that makes a terminal know it. */
  get env(): string {
    return /\S+\/env$/m.exec(this.said)?.[0] ?? ''
  }
  get over(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }
  /** Where in what it said `what` ends, after `from`. */
  async heard(what: string, from: number): Promise<number> {
    for (const until = Date.now() + WITHIN_MS; Date.now() < until && !this.over; await sleep(300)) {
      const at = this.said.indexOf(what, from)
      if (at >= 0) return at + what.length
    }
    throw new Error(`the demo did not say ${JSON.stringify(what)} after ${from}; it said:\n${this.said.slice(-3000)}`)
  }
  /** Ctrl-C, which all that it started hear too; its exit code. */
  async interrupted(): Promise<number | null> {
    process.kill(-(this.child.pid ?? 0), 'SIGINT')
    await eventually('it is over', () => this.over, { withinMs: 60_000 })
    return this.child.exitCode
  }
  /** Whether anybody answers where its world was. */
  async isThere(): Promise<boolean> {
    const [, judge = ''] = /what is judged (\S+)/.exec(this.said) ?? []
    return (await fetch(judge).catch(() => undefined)) !== undefined
  }
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.over) await this.interrupted()
  }
}

let last: Promise<unknown> = Promise.resolve()

/** In a shell that knows the world, one script after the other. Throws where it does not end with 0. */
function type(demo: Demo, script: string, at: string): Promise<string> {
  const typed = last.then(() => typing(demo, script, at))
  last = typed.catch(() => undefined)
  return typed
}

const typing = ({ env }: Demo, script: string, at: string): Promise<string> =>
  new Promise((done, failed) => {
    const text = filled(script)
      .replaceAll(/^\. x$/gm, `. ${env}`)
      .replaceAll(ASKS, (line) => line.replace(/(\s+#.*)?$/, ' --yes'))
    const options = {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, NORIKAE_AS: 'aoki@example.com' },
      timeout: 120_000,
    }
    execFile('sh', ['-euc', `. ${env}\n${text}`], options, (error, out, err) => {
      if (error) failed(new Error(`${at}\n${text}\n${out}${err}`))
      else done(`${out}${err}`)
    })
  })

/** From the top of the page to its end. */
async function read(demo: Demo, page: string): Promise<void> {
  let from = 0
  for (const { line, text, when } of toType.filter((b) => b.page === page)) {
    if (text === BEGINS) continue
    if (when !== undefined) from = await demo.heard(when, from)
    const said = await type(demo, text, `${page}:${line}`)
    if (text.startsWith('norikae plan')) for (const row of phasesAfter(page, line)) expect(said).toContain(row)
  }
}

/** The table of phases in what a page says that a plan says: with its steps, which each capability changes. */
function phasesAfter(page: string, line: number): readonly string[] {
  const answer = pages.flatMap(blocksOf).find((b) => b.page === page && b.line > line && b.language === 'text')
  const rows = (answer?.text.split('\n') ?? []).filter((row) => /^[a-z]+ +\d+ +(\d+|-|none) /.test(row))
  expect(
    rows.map((row) => row.split(' ')[0]),
    `${page}:${line}`,
  ).toContain('decommission')
  return rows
}

/** Apps of which a page tells what to say, once the demo has said this; '' is from the beginning. */
const expects: Readonly<Record<string, string>> = {
  'legacy-php': 'nobody had to be asked',
  files: 'decommission',
  'chat-push': '',
}

/** What opened later than a page expects, or failed on a busy machine, is answered as the demo says first. */
async function rest(demo: Demo): Promise<void> {
  const seen = new Set<string>()
  while (!demo.said.includes('Look around') && !demo.over) {
    for (const { 0: passage, index } of demo.said.matchAll(
      /^◇ (?:scala|php) is asked to (?:approve|retry)[^]*?or click/gm,
    )) {
      if (seen.has(passage)) continue
      seen.add(passage)
      const [, names = ''] = /: (.*)/.exec(passage) ?? []
      const first = expects[names.split(' ')[0] ?? '']
      if (!names.includes(',') && first !== undefined && demo.said.slice(0, index).includes(first)) continue
      const [, command = ''] = /^ {4}type +(norikae .*?)(?: +#.*)?$/m.exec(passage) ?? []
      // Whoever reads a page may have said it by then.
      await type(demo, command, 'the demo').catch(() => undefined)
    }
    await sleep(500)
  }
}

test('a reader of the tutorials moves, approves, says no, rolls back and removes blue; each command of every page works', async () => {
  await using demo = new Demo()
  await demo.heard('/env\n', 0)
  const began = Date.now()
  await Promise.all([...[...guided].map((page) => read(demo, page)), rest(demo)])
  expect((Date.now() - began) / 60_000).toBeLessThan(15)

  const judged = JSON.parse(demo.result) as DemoResult
  expect(judged).toMatchObject({ outcome: 'done', apps: 12, onGreen: 12, onBlue: 0, leftovers: 0 })
  expect(judged.requests.dropped, /What the sandbox judged[^]*?cron slots/.exec(demo.said)?.[0]).toBe(0)

  // The world stands until it is ended: now the pages that are about none of this upgrade's moments.
  await asInAClone(demo)
  const failed: string[] = []
  for (const { page, line, text } of toType.filter((b) => !guided.has(b.page) && b.text !== BEGINS))
    await type(demo, text, `${page}:${line}`).catch((error: unknown) => failed.push(String(error)))
  expect(failed).toEqual([])

  expect(await demo.isThere()).toBe(true)
  expect(await demo.interrupted()).toBe(0)
  expect(await demo.isThere()).toBe(false)
})

/** What a page finds in the folder of Norikae; the platform's own file says when upgrades start, too. */
async function asInAClone({ env }: Demo): Promise<void> {
  const [, theirs = ''] = /^export NORIKAE_PLATFORMS=(.*)$/m.exec(await readFile(env, 'utf8')) ?? []
  const file = await readFile(join(theirs, 'chatwork-prod.yaml'), 'utf8')
  await mkdir(join(folder, 'platforms'))
  await writeFile(join(folder, 'platforms', 'chatwork-prod.yaml'), `${file}\ntimeZone: UTC\nschedule: {}\n`)
  await cp(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
}

test('Ctrl-C in the middle leaves nothing running, and no folder', async () => {
  await using demo = new Demo()
  await demo.heard('/env\n', 0)
  expect(await demo.isThere()).toBe(true)
  expect(await demo.interrupted()).toBe(130)
  expect(await demo.isThere()).toBe(false)
  expect(existsSync(demo.env)).toBe(false)
})
