import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What people read, and the commands in it. */

export const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Page {
  /** From the root of the project. */
  readonly name: string
  readonly text: string
}

/** A fenced block. */
export interface Block {
  readonly page: string
  readonly line: number
  readonly language: string
  readonly text: string
  /** What the comment before it says of why no test runs it: `<!-- not run: … -->`. */
  readonly notRun?: string
  /** What somebody waits for before typing it: `<!-- when: … -->`. */
  readonly when?: string
}

export interface Mention {
  readonly page: string
  readonly line: number
  readonly text: string
}

/** README, CONTRIBUTING and docs; decisions (docs/adr) are of their day, and are not kept up. */
export const pages: readonly Page[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile() && it.name.endsWith('.md'))
    .map((it) => relative(root, join(it.parentPath, it.name)))
    .filter((name) => dirname(name) !== join('docs', 'adr'))
    .toSorted(),
].map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }))

const FENCE = /^```(\S*)$/
const SAYS = /^<!-- (not run|when): (.+) -->$/

export function blocksOf({ name, text }: Page): Block[] {
  const lines = text.split('\n')
  const found: Block[] = []
  for (let n = 0; n < lines.length; n += 1) {
    const [, language] = FENCE.exec(lines[n] ?? '') ?? []
    if (language === undefined) continue
    const end = lines.indexOf('```', n + 1)
    if (end < 0) throw new Error(`${name}:${n + 1}: a block that does not end`)
    const [, what, says] = SAYS.exec(lines[n - 1] ?? '') ?? []
    found.push({
      page: name,
      line: n + 1,
      language,
      text: lines.slice(n + 1, end).join('\n'),
      ...(says !== undefined && { [what === 'when' ? 'when' : 'notRun']: says }),
    })
    n = end
  }
  return found
}

/** Commands in running text: `norikae status`. */
export function mentionsOf({ name, text }: Page): Mention[] {
  let fenced = false
  return text.split('\n').flatMap((line, n) => {
    if (line.startsWith('```')) fenced = !fenced
    if (fenced) return []
    return [...line.matchAll(/`((?:\.\/)?(?:norikae|npm|temporal) [^`]+)`/g)].map(([, text = '']) => ({
      page: name,
      line: n + 1,
      text: text.replaceAll('\\|', '|'),
    }))
  })
}

/** What stands in angle brackets is the reader's own: an example of it. */
const examples: Readonly<Record<string, string>> = {
  platform: 'chatwork-prod',
  app: 'files',
  environment: 'production',
  shell: 'bash',
  field: 'soak',
  you: 'aoki@example.com',
  why: 'a reason',
  duration: '30m',
  version: '1.36',
  message: 'approve',
  what: 'show',
}

/** Fills placeholders in. `[platform]`, as help writes what may be left out, is one too. */
export const filled = (text: string): string =>
  text
    .replaceAll(/<([a-zA-Z][^<>\n|$]*)>(@example\.com)?/g, (_, name: string) => examples[name] ?? 'x')
    .replaceAll(/\[(platform|app|environment)\]/g, (_, name: string) => examples[name] ?? 'x')

/** The simple commands of a script, each as its words, without redirections and assignments; also those in `$(…)`. */
export function commandsIn(script: string): string[][] {
  const commands: string[][] = []
  let words: string[] = []
  let word: string | undefined
  const endWord = () => {
    if (word !== undefined) words.push(word)
    word = undefined
  }
  const endCommand = () => {
    endWord()
    const bare = words.filter((w, n) => !(/^\w+=/.test(w) && words.slice(0, n).every((b) => /^\w+=/.test(b))))
    if (bare.length > 0) commands.push(bare)
    words = []
  }
  const text = script.replaceAll('\\\n', ' ')
  for (let n = 0; n < text.length; n += 1) {
    const c = text.charAt(n)
    if (c === "'") {
      const end = text.indexOf("'", n + 1)
      if (end < 0) throw new Error(`a quote that does not end: ${text}`)
      word = `${word ?? ''}${text.slice(n + 1, end)}`
      n = end
    } else if (c === '"') {
      const end = endOfQuoted(text, n + 1)
      const inner = text.slice(n + 1, end)
      for (const sub of substituted(inner)) commands.push(...commandsIn(sub))
      word = `${word ?? ''}${inner}`
      n = end
    } else if (text.startsWith('$(', n) || text.startsWith('<(', n)) {
      const end = closing(text, n + 2)
      commands.push(...commandsIn(text.slice(n + 2, end)))
      word = `${word ?? ''}$()`
      n = end
    } else if (c === '#' && word === undefined) {
      const end = text.indexOf('\n', n)
      n = (end < 0 ? text.length : end) - 1
    } else if ('\n;|&'.includes(c)) endCommand()
    else if (c === ' ') endWord()
    else word = `${word ?? ''}${c}`
  }
  endCommand()
  return commands
}

function endOfQuoted(text: string, from: number): number {
  for (let n = from; n < text.length; n += 1) {
    if (text.startsWith('$(', n)) n = closing(text, n + 2)
    else if (text.charAt(n) === '"') return n
  }
  throw new Error(`a quote that does not end: ${text}`)
}

function closing(text: string, from: number): number {
  for (let n = from, depth = 1; n < text.length; n += 1) {
    if (text.charAt(n) === '(') depth += 1
    if (text.charAt(n) === ')') depth -= 1
    if (depth === 0) return n
  }
  throw new Error(`a bracket that does not end: ${text}`)
}

const substituted = (text: string): string[] =>
  [...text.matchAll(/\$\(/g)].map(({ index }) => text.slice(index + 2, closing(text, index + 2)))
