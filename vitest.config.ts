import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What waits for the most comes first: begun last, one file would be waited for alone. */
const slowest = ['/test/whole/', '/test/cli/journey', '/test/cli/refusals', '/test/workflow/', '/test/replay/']
function rank({ moduleId }: TestSpecification): number {
  const place = slowest.findIndex((name) => moduleId.includes(name))
  return place < 0 ? slowest.length : place
}

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId))
  }
}

const exclude = ['test/cluster/**', '**/node_modules/**']

export default defineConfig({
  test: {
    pool: 'forks',
    // Far beyond what any takes here: a machine that is three times as slow must not fail them.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 3,
    fileParallelism: true,
    sequence: { sequencer: SlowestFirst },
    projects: [
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: [...exclude, 'test/unit/**'] } },
      // Pure rules leave nothing behind: a process for each of their files would be most of their time.
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], exclude, isolate: false } },
    ],
  },
})
