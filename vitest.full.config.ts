import { defineConfig } from 'vitest/config'
import { first } from './test/support/first.ts'

/** What takes longest comes first: begun last, it would be waited for alone. */
const longest = ['/test/full/outside', '/test/full/killed', '/test/full/hands-on', '/test/full/abort']

/** Every interruption: three files at once, since they wait more than they work; each test has a world of its own. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 3,
    sequence: { sequencer: first(longest) },
    setupFiles: ['test/full/alone.ts'],
    include: ['test/full/**/*.test.ts'],
    testTimeout: process.env['NORIKAE_TEST_EVERY'] === '1' ? 5 * 3_600_000 : 1_200_000,
    hookTimeout: 180_000,
  },
})
