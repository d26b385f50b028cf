import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = new URL('../../src/workflows/', import.meta.url)

/** What a workflow decides by `Date` is not always decided so again: docs/adr/0019-time-decides-by-timers.md. */
test('workflows read the time for what they note, and for how long a timer is set', () => {
  const readers = readdirSync(folder).filter((name) =>
    /Date\.now\(\)|new Date\(\)/.test(readFileSync(new URL(name, folder), 'utf8')),
  )
  expect(readers).toEqual(['clock.ts', 'environment-life.ts', 'office.ts', 'replanning.ts'])
})
