import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files whose path holds one of these names come first, in this order; the others follow by name. */
export function first(names: readonly string[]): typeof BaseSequencer {
  const rank = ({ moduleId }: TestSpecification): number => {
    const place = names.findIndex((name) => moduleId.includes(name))
    return place < 0 ? names.length : place
  }
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      return files.toSorted((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId))
    }
  }
}
