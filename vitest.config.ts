import { defineConfig } from 'vitest/config'
import { first } from './test/support/first.ts'

/** What waits for the most comes first: begun last, one file would be waited for alone. */
const slowest = [
  '/test/whole/',
  '/test/cli/journey',
  '/test/cli/refusals',
  '/test/workflow/',
  '/test/replay/',
  '/test/sandbox/activities/',
]

const exclude = ['test/cluster/**', 'test/full/**', '**/node_modules/**']

export default defineConfig({
  test: {
    pool: 'forks',
    // Far beyond what any takes here: a machine that is three times as slow must not fail them.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Twice the cores of a small machine: files that wait leave room for others.
    maxWorkers: 4,
    fileParallelism: true,
    sequence: { sequencer: first(slowest) },
    projects: [
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, 'test/unit/**', 'test/sandbox/**'],
        },
      },
      // Each file ends what it begins; in a process of its own a third of its work would be to load the SDKs.
      {
        extends: true,
        test: {
          name: 'sandbox',
          globalSetup: 'test/support/granted.ts',
          include: ['test/sandbox/**/*.test.ts'],
          exclude,
          isolate: false,
        },
      },
      // Pure rules leave nothing behind: a process for each of their files would be most of their time.
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], exclude, isolate: false } },
    ],
  },
})
