import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { commandLinePage } from '../../src/cli/pages/command-line.ts'
import { anchorOf } from '../../src/cli/pages/markdown.ts'
import { platformFilePage } from '../../src/cli/pages/platform-file.ts'

/** What is made from code is what the code makes now: npm run schema. */

const [file, commands] = [platformFilePage(), commandLinePage()]

test.for([
  { name: 'platform-file.md', made: file },
  { name: 'command-line.md', made: commands },
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
    expect(commands).toContain(`\n${heading}\n`)
  expect(commands).not.toContain('## complete\n')
})
