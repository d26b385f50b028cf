import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commandLinePage } from '../../src/cli/pages/command-line.ts'
import { anchorOf } from '../../src/cli/pages/markdown.ts'
import { platformFilePage } from '../../src/cli/pages/platform-file.ts'
import { answers, commands, shapeOf, WITHDRAW } from '../../src/domain/messages.ts'
import { searchAttributes } from '../../src/domain/search-attributes.ts'
import { messageProblem } from '../support/command-checks.ts'

/** What is made from code is what the code makes now: npm run schema. */

const [file, commandLine] = [platformFilePage(), commandLinePage()]

test.for([
  { name: 'platform-file.md', made: file },
  { name: 'command-line.md', made: commandLine },
])('docs/reference/$name is what the code makes (npm run schema)', ({ name, made }) => {
  const page = readFileSync(new URL(`../../docs/reference/${name}`, import.meta.url), 'utf8')
  expect(page).toBe(made)
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => anchorOf(text))
  const anchors = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, to = '']) => to)
  expect(anchors.filter((to) => !headings.includes(to))).toEqual([])
  expect(headings.filter((text, n) => headings.indexOf(text) !== n)).toEqual([])
})

test('each field of the file and each command has its row', () => {
  for (const field of ['timeZone', 'idempotent', 'notify', 'slack', 'waivers', 'audience'])
    expect(file).toContain(`\`${field}\``)
  for (const heading of ['## approve', '### schedule trigger', '## sandbox'])
    expect(commandLine).toContain(`\n${heading}\n`)
  expect(commandLine).not.toContain('## complete\n')
})

test('each message has its row in messages.md, with what it must have', () => {
  const page = readFileSync(new URL('../../docs/reference/messages.md', import.meta.url), 'utf8')
  for (const name of [...answers, ...commands, WITHDRAW] as const) {
    const [, , , must = ''] = (page.split('\n').find((l) => l.startsWith(`| \`${name}\` |`)) ?? '').split(' | ')
    const named = [...must.matchAll(/`(\w+)`/g)].map(([, field = '']) => field).filter((field) => field !== 'gates')
    expect(named, name).toEqual(shapeOf(name))
  }
  for (const name of Object.keys(searchAttributes)) expect(page).toContain(`\`${name}\``)
  const [answer = '', order = ''] = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => text)
  expect([messageProblem('approve', answer), messageProblem('pause', order)]).toEqual([undefined, undefined])
})
