import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { aPlatformFile, problemsIn } from './config/a-platform-file.ts'

const folder = new URL('../../docs/how-to/', import.meta.url)
const page = readFileSync(new URL('hours-and-windows.md', folder), 'utf8')
const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text)

test('what the how-to writes of hours, windows and deadlines is read', () => {
  expect(blocks).toHaveLength(3)
  for (const section of blocks) {
    const written = new Set([...section.matchAll(/^(\w+):/gm)].map(([, key]) => key))
    const rest = aPlatformFile.replaceAll(/^(\w+):.*\n(?: .*\n)*/gm, (block, key: string) =>
      written.has(key) ? '' : block,
    )
    const teams = 'sre: { approvers: [aoki@example.com, baba@example.com] }'
    const text = `${rest}${section.replace(/^teams:\n/m, `teams:\n  ${teams}\n`)}`
    expect(problemsIn(text)).toEqual([])
  }
})
