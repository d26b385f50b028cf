import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { aPlatformFile, problemsIn } from './config/a-platform-file.ts'

const page = readFileSync(new URL('../../docs/how-to/gates.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text)

test('what the how-to writes of gates is read', () => {
  expect(blocks).toHaveLength(4)
  const people = ['aoki', 'baba', 'eda', 'fuji'].map((who) => `${who}@example.com`).join(', ')
  for (const section of blocks) {
    const written = new Set([...section.matchAll(/^(\w+):/gm)].map(([, key]) => key))
    const rest = aPlatformFile
      .replace('[chiba@example.com]', '[chiba@example.com, doi@example.com]')
      .replace('[aoki@example.com, baba@example.com]', `[${people}]`)
      .replaceAll(/^(\w+):.*\n(?: .*\n)*/gm, (block, key: string) => (written.has(key) ? '' : block))
    const text = `${rest}${section.replace(/^teams:\n/m, `teams:\n  sre: { approvers: [${people}] }\n`)}`
    expect(problemsIn(text)).toEqual([])
  }
})
