import { defineConfig } from 'vitest/config'
import { first } from './test/support/first.ts'

/** What takes the most comes first: begun last, one file would be waited for alone. */
const longest = ['/test/cluster/contract', '/test/cluster/killed', '/test/cluster/schedules']

/** On real control planes, two files at once, each with its own. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: first(longest) },
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
})
