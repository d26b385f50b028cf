import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { toldBy } from '../../src/domain/dns-weights.ts'
import { ANNOTATIONS } from '../../src/domain/external-dns.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { aPlatformFile, problemsIn } from './config/a-platform-file.ts'

const page = readFileSync(new URL('../../docs/how-to/external-dns.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text)

test('what the how-to has people annotate is what a weight is read from', () => {
  const [service] = parseAllDocuments(blocks[0] ?? '').map((it) => it.toJS() as KubernetesObject) // as the page has it
  expect(service && toldBy(service, { annotations: ANNOTATIONS[0] })).toEqual({
    identifier: 'blue',
    weight: 100,
    aside: false,
  })
})

test('what it writes of the platform file is read', () => {
  const sections = blocks.filter((text) => /^(apps|transforms):/.test(text))
  expect(sections).toHaveLength(2)
  const [apps = '', transforms = ''] = sections
  const file = aPlatformFile.replace(/apps:[^]*?\n(?=\S)/, apps)
  expect(file).toContain('legacy.example.com')
  expect(problemsIn(`${file}\n${transforms}`)).toEqual([])
})
