import { defineConfig } from 'vitest/config'
import { first } from './test/support/first.ts'

/** What waits for minutes to pass leaves the machine to the others: it comes first, and they go on beside it. */
const longest = ['/test/cluster/schedules', '/test/cluster/killed', '/test/cluster/contract']

/** On real control planes, three files at once, each with its own: most of what they do is wait. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 3,
    sequence: { sequencer: first(longest) },
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
})
