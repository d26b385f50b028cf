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
    // Each file ends what it begins: a process for each would load the SDKs and Temporal's core anew, a fifth of all work.
    isolate: false,
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
      {
        extends: true,
        test: {
          name: 'sandbox',
          globalSetup: 'test/support/granted.ts',
          include: ['test/sandbox/**/*.test.ts'],
          exclude,
        },
      },
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], exclude } },
    ],
  },
})
