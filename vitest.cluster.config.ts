import { defineConfig } from 'vitest/config'

/** On real control planes, which take what the machine has: one file after the other. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
})
