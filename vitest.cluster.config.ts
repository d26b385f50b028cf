import { defineConfig } from 'vitest/config'
import { first } from './test/support/first.ts'

/**
 * What takes the most comes first, and beside it what mostly waits, so that the two that work hard hardly meet. What is
 * begun last would be waited for alone.
 */
const longest = ['/test/cluster/contract', '/test/cluster/patience', '/test/cluster/killed']

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
