import { defineConfig } from 'vitest/config'
import { first } from './test/support/first.ts'

const every = process.env['NORIKAE_TEST_EVERY'] === '1'
/** What takes longest comes first: begun last, it would be waited for alone. */
const longest = [
  '/test/full/outside',
  '/test/full/slow-aws',
  '/test/full/operators',
  '/test/full/killed',
  '/test/full/abort',
  '/test/full/hands-on',
  '/test/full/adopt',
  '/test/full/doors',
  '/test/unit/config/mutations',
  '/test/workflow/proofs',
]
const setupFiles = ['test/full/alone.ts']

/**
 * Every interruption: four files at once, since they wait more than they work, the first two nearly all of their time; each
 * test has a world of its own.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 4,
    sequence: { sequencer: first(longest) },
    testTimeout: every ? 5 * 3_600_000 : 1_200_000,
    hookTimeout: 180_000,
    projects: [
      { extends: true, test: { name: 'full', setupFiles, include: ['test/full/**/*.test.ts'] } },
      // What npm test takes some hundreds of.
      {
        extends: true,
        test: {
          name: 'ten thousand',
          setupFiles,
          include: ['test/unit/config/mutations.test.ts', 'test/unit/messages.test.ts'],
          env: { NORIKAE_MUTATIONS: '10000' },
        },
      },
      // Each look at a workflow is a replay of all of it: minutes for what takes seconds, so not all of them each time.
      {
        extends: true,
        test: {
          name: 'nothing kept',
          setupFiles,
          include: every
            ? ['test/workflow/**/*.test.ts']
            : ['test/workflow/expiry.test.ts', 'test/workflow/proofs.test.ts'],
          env: { NORIKAE_TEST_NOTHING_KEPT: '1' },
        },
      },
    ],
  },
})
