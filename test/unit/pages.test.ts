import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { norikaeProblem, npmProblem, temporalProblem } from '../support/command-checks.ts'
import { blocksOf, commandsIn, filled, mentionsOf, pages, root } from '../support/pages.ts'

/** No command of any page escapes: each is held against what would read it, and run, or it is said why not. */

/** Not of this project: they need clusters or programs that are not here. Of a block of these a page says why no test runs it. */
const foreign: ReadonlySet<string> = new Set(['kubectl', 'aws', 'flux', 'docker', 'terraform', 'jq'])
const shell: ReadonlySet<string> = new Set([
  'export',
  'mkdir',
  'cp',
  'echo',
  'head',
  'base64',
  'curl',
  'exit',
  'for',
  'do',
  'done',
  '.',
])
const languages: ReadonlySet<string> = new Set(['sh', 'text', 'yaml', 'json', 'js'])

async function problem(words: readonly string[], mention = false): Promise<string | undefined> {
  const [name = '', ...args] = words
  if (name === 'norikae') return norikaeProblem(args, mention)
  if (name === 'npm') return npmProblem(args)
  if (name === 'temporal') return temporalProblem(args)
  return foreign.has(name) || shell.has(name) ? undefined : `nobody knows what ${name} is`
}

const problems = async (at: string, script: string, mention = false): Promise<string[]> => {
  const found = await Promise.all(commandsIn(filled(script)).map((words) => problem(words, mention)))
  return found.flatMap((text) => (text === undefined ? [] : [`${at}: ${text}`]))
}

const blocks = pages.flatMap(blocksOf)

test('every command in a block is one, with its options and arguments', async () => {
  const scripts = blocks.filter((b) => b.language === 'sh')
  expect(scripts.length).toBeGreaterThan(20)
  const found = await Promise.all(scripts.map((b) => problems(`${b.page}:${b.line}`, b.text)))
  expect(found.flat()).toEqual([])
})

test('every command in running text is one', async () => {
  const mentions = pages.flatMap(mentionsOf)
  expect(mentions.length).toBeGreaterThan(60)
  const found = await Promise.all(mentions.map((m) => problems(`${m.page}:${m.line}`, m.text, true)))
  expect(found.flat()).toEqual([])
})

test('a block says what it is: sh is what is typed, text is what is printed', async () => {
  const at = (some: typeof blocks) => some.map((b) => `${b.page}:${b.line}`)
  expect(at(blocks.filter((b) => !languages.has(b.language)))).toEqual([])
  const printed = blocks.filter((b) => b.language === 'text')
  expect(at(printed.filter((b) => /^(\$ )?(\.\/)?(norikae|npm|temporal|kubectl|aws) /.test(b.text)))).toEqual([])
})

test('a command has room on 100 columns', () => {
  const long = blocks.flatMap((b) =>
    b.language === 'sh'
      ? b.text
          .split('\n')
          .filter((line) => line.length > 100)
          .map((line) => `${b.page}:${b.line}: ${line}`)
      : [],
  )
  expect(long).toEqual([])
})

test('norikae is written in one way', () => {
  expect(pages.flatMap(({ name, text }) => (text.includes('./norikae') ? [name] : []))).toEqual([])
})

test('every link leads to a file, and to a heading of it', () => {
  const heading = (text: string) =>
    text
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-')
  const dead = pages.flatMap(({ name, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(([, to = '', anchor]) => {
      const file = to === '' ? name : join(dirname(name), to)
      if (!existsSync(join(root, file))) return [`${name}: ${to}`]
      const page = pages.find((p) => p.name === file)
      if (anchor === undefined || page === undefined) return []
      const headings = [...page.text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => heading(title))
      return headings.includes(anchor) ? [] : [`${name}: ${to}#${anchor}`]
    }),
  )
  expect(dead).toEqual([])
})

test('what the tutorial has clicked is what it has typed beside it', () => {
  const page = pages.find((p) => p.name.endsWith('your-first-upgrade.md'))?.text ?? ''
  const rows = page.split('\n').flatMap((line) => {
    const [, clicked = '', typed = ''] = line.split(' | ')
    const [, body] = /--input '(\{.*?\})'/.exec(typed) ?? []
    return body === undefined ? [] : [{ clicked, typed, body }]
  })
  expect(rows).toHaveLength(5)
  for (const { clicked, typed, body } of rows) {
    const words = [...clicked.matchAll(/`([^`]+)`/g)].map(([, word]) => word)
    const [, named] = /--(?:name|type) (\S+)/.exec(typed) ?? []
    expect(words).toContain(named)
    expect(words.at(-1)).toBe(body)
  }
})

test.for([
  { says: 'a verb', words: ['norikae', 'aprove', 'files'] },
  { says: 'an option', words: ['norikae', 'status', '--platfrom', 'x'] },
  { says: 'one argument too many', words: ['norikae', 'replan', 'files', 'production', '--reason', 'x'] },
  { says: 'a choice', words: ['norikae', 'status', '-o', 'xml'] },
  { says: 'a script', words: ['npm', 'run', 'demon'] },
  { says: "a script's option", words: ['npm', 'run', 'demo', '--', '--hand-on'] },
  { says: 'a command of temporal', words: ['temporal', 'workflow', 'updated', 'execute'] },
  { says: 'an option of temporal', words: ['temporal', 'workflow', 'describe', '--workflow-ids', 'x'] },
  {
    says: 'a message',
    words: ['temporal', 'workflow', 'signal', '--workflow-id', 'x', '--name', 'aprove', '--input', '{}'],
  },
  {
    says: 'a field of a message',
    words: ['temporal', 'workflow', 'signal', '--workflow-id', 'x', '--name', 'abort', '--input', '{"by":"x"}'],
  },
  { says: 'a program', words: ['norikea', 'status'] },
])('$says that is not there is seen', async ({ words }) => {
  expect(await problem(words)).toBeDefined()
})

test('a script is taken apart as a shell does', () => {
  expect(
    commandsIn('a=$(norikae where x -o name) || exit\nfor c in $a; do\n  kubectl --context "$c" apply # no\ndone'),
  ).toEqual([
    ['norikae', 'where', 'x', '-o', 'name'],
    ['exit'],
    ['for', 'c', 'in', '$a'],
    ['do'],
    ['kubectl', '--context', '$c', 'apply'],
    ['done'],
  ])
  expect(commandsIn(`echo "x_$(openssl rand 1)" | cat; temporal x \\\n  --input '{"a": "b c"}'`)).toEqual([
    ['openssl', 'rand', '1'],
    ['echo', 'x_$(openssl rand 1)'],
    ['cat'],
    ['temporal', 'x', '--input', '{"a": "b c"}'],
  ])
})
