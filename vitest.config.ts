import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], pool: 'forks', testTimeout: 25_000, hookTimeout: 60_000, maxWorkers: 3, fileParallelism: true },
})
