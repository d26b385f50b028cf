import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** docs/reference/annotations.md names every annotation, label and tag of Norikae's own that the code knows, and no other. */

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const sources = ['src/domain', 'src/activities'].flatMap((folder) =>
  readdirSync(new URL(`../../${folder}/`, import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(`${folder}/${name}`)),
)
/** But for the version of the platform file's form. */
const NAME = /norikae\.io\/(?!v1\b)[a-z][a-z-]*/g
const inCode = new Set(
  sources.flatMap((text) => [...text.matchAll(/'(norikae\.io\/[a-z-]+)'/g)].map(([, name = '']) => name)),
)
inCode.delete('norikae.io/')

test('every name of the code has its row, and every row a name', () => {
  expect(inCode.size).toBeGreaterThan(20)
  const inPage = new Set(read('docs/reference/annotations.md').match(NAME))
  expect([...inCode].filter((name) => !inPage.has(name))).toEqual([])
  expect([...inPage].filter((name) => !inCode.has(name))).toEqual([])
})
