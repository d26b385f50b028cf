import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bufferPresets } from '../../src/domain/buffer-presets.ts'
import { isHttp } from '../../src/domain/measures.ts'
import { aPlatformFile, problemsIn } from './config/a-platform-file.ts'

const folder = new URL('../../docs/how-to/', import.meta.url)
const page = readFileSync(new URL('drain-buffers.md', folder), 'utf8')
const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text)

test('what the how-to writes of buffers is read', () => {
  expect(blocks).toHaveLength(3)
  for (const section of blocks) expect(problemsIn(aPlatformFile.replace(/platformApps:[^]*$/, section))).toEqual([])
})

test('its table says by what each preset is measured', () => {
  for (const [name, { depth }] of Object.entries(bufferPresets)) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? ''
    const [first = ''] = isHttp(depth) ? [depth.http] : (/[a-z_]{10,}/.exec(depth) ?? [])
    expect(row).toContain(first)
  }
})
