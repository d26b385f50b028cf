import { defineConfig } from 'vitest/config'
import { first } from './test/support/first.ts'

/** What takes longest comes first: begun last, it would be waited for alone. */
const longest = ['/test/full/outside', '/test/full/killed', '/test/full/abort']

/** Every interruption: two files at once, each test with a world and a Temporal server of its own. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: first(longest) },
    setupFiles: ['test/full/alone.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'interrupted',
          include: ['test/full/**/*.test.ts'],
          testTimeout: process.env['NORIKAE_TEST_EVERY'] === '1' ? 5 * 3_600_000 : 1_200_000,
          hookTimeout: 180_000,
        },
      },
      // Every task of every workflow from its beginning: what cannot be replayed shows.
      {
        extends: true,
        test: {
          name: 'uncached',
          include: ['test/workflow/**/*.test.ts'],
          env: { NORIKAE_TEST_UNCACHED: '1' },
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
