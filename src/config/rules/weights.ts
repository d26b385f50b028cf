import { find, list } from '../find.ts'
import { flaw, type Flaw } from '../problem.ts'
import type { Rule } from './rule.ts'

export const weightsRise: Rule = (file) =>
  find(file, 'environments.*.weights').flatMap(({ path, value }) => {
    const weights = list(value)
    const falls = weights.flatMap((weight, i): Flaw[] => {
      const before = weights[i - 1]
      return isWeight(weight) && isWeight(before) && weight <= before
        ? [flaw([...path, i], `${weight} comes after ${before}; weights rise from step to step`)]
        : []
    })
    const last = weights.at(-1)
    const short = isWeight(last) && last < 100
    return short ? [...falls, flaw(path, `ends at ${last}; the last weight is 100, when blue serves nothing`)] : falls
  })

/** What is no weight at all is the shape's to say. */
const isWeight = (value: unknown): value is number => typeof value === 'number' && value >= 1 && value <= 100
