import { defineConfig } from 'vitest/config'
import { first } from './test/support/first.ts'

const every = process.env['NORIKAE_TEST_EVERY'] === '1'
/**
 * What takes longest comes first: begun last, it would be waited for alone. A sweep of deaths works as hard as all others
 * together, so that no more than two of them meet.
 */
const longest = [
  '/test/full/operators',
  '/test/full/killed-inside',
  '/test/full/outside',
  '/test/full/killed-after',
  '/test/full/abort.',
  '/test/full/slow-aws',
  '/test/full/killed-before',
  '/test/full/hands-on',
  '/test/full/killed-in-a-task',
  '/test/full/',
  '/test/unit/config/mutations',
]
/**
 * With nothing kept in memory, each time: what stops in the midst of something, waits for a moment, looks again and again,
 * or hears messages. Each task is a replay of all that was before it, and the longer it takes, the more often time is
 * skipped in the midst of one, which the test server does not stand (test/support/server.ts). The others by
 * `--nothing-kept` and `--every`, on a machine that does nothing else.
 */
const nothingKept = ['abort', 'answers', 'argocd', 'blind', 'calendar', 'contested', 'deployments', 'expiry', 'proofs']
const all = every || process.env['NORIKAE_TEST_NOTHING_KEPT'] === '1'
const setupFiles = ['test/full/alone.ts']

/**
 * Every interruption: four files at once, since they wait more than they work; each test has a world of its own.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 4,
    sequence: { sequencer: first(longest) },
    // Of what hangs a test says so much sooner (test/full/movement.ts); what is slow is not wrong.
    testTimeout: every ? 5 * 3_600_000 : 2_400_000,
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
      // Each task of a workflow is a replay of all of it: what a worker has in memory must not matter.
      {
        extends: true,
        test: {
          name: 'nothing kept',
          setupFiles,
          include: all ? ['test/workflow/**/*.test.ts'] : nothingKept.map((name) => `test/workflow/${name}.test.ts`),
          env: { NORIKAE_TEST_NOTHING_KEPT: '1' },
          testTimeout: 300_000,
        },
      },
    ],
  },
})
