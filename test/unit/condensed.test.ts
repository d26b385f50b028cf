import { expect, test } from 'vitest'
import { condensed } from '../../src/domain/condensed.ts'
import { blocker, warning } from '../../src/domain/findings.ts'

const warnings = (code: string, count: number) =>
  Array.from({ length: count }, (_, n) => warning(code, `Deployment/shop/web-${n}`, 'm'.repeat(100), 'r'.repeat(100)))

test('what fits is left as it is', () => {
  const few = [...warnings('a', 3), blocker('b', 'x', 'm', 'r')]
  expect(condensed(few)).toEqual(few)
})

test('of very many warnings some of each code stay, all blockers, and the rest is counted', () => {
  const blockers = Array.from({ length: 30 }, (_, n) => blocker('stop', `x-${n}`, 'm', 'r'))
  const found = condensed([...warnings('many', 5_000), ...blockers, ...warnings('few', 2)])
  expect(JSON.stringify(found).length).toBeLessThan(250_000)
  expect(found.filter((f) => f.code === 'many')).toHaveLength(200)
  expect(found.filter((f) => f.code === 'stop')).toHaveLength(30)
  expect(found.filter((f) => f.code === 'few')).toHaveLength(2)
  expect(found.at(-1)).toMatchObject({
    code: 'findings-left-out',
    about: 'many',
    message: '4800 more of this code were found',
  })
  expect(condensed(warnings('many', 500), 20_000).filter((f) => f.code === 'many')).toHaveLength(50)
})
