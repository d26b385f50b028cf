import { find, get, mapping } from '../find.ts'
import { kindsInWords, kindsOf } from '../../domain/handover.ts'
import { flaw } from '../problem.ts'
import type { Rule } from './rule.ts'

const classes = Object.keys(kindsOf) as (keyof typeof kindsOf)[] // its own keys

/** `worker` speaks of any kind, so `Deployment/worker` beside it says the same thing twice. */
export const workloadsAreSaidOnce: Rule = (file) =>
  find(file, 'apps.*.workloads').flatMap(({ path, value }) => {
    const names = Object.keys(mapping(value))
    return names.flatMap((name) => {
      const [, bare] = name.split('/')
      return bare !== undefined && names.includes(bare)
        ? flaw([...path, name], `is spoken of by ${bare} too; write both with their kind, or one of them`)
        : []
    })
  })

export const workloadsFitTheirClass: Rule = (file) =>
  find(file, 'apps.*.workloads.*').flatMap(({ path, value }) => {
    const [kind, bare] = String(path.at(-1)).split('/')
    const name = get(value, 'handover')
    const by = get(value, 'by')
    const loss = get(value, 'lossOnReturn')
    const fitting = classes.filter((c) => kindsOf[c].some((k) => k === kind))
    const unfit = classes.find((c) => c === name && !fitting.includes(c))
    if (unfit !== undefined && bare !== undefined && fitting.length > 0)
      return flaw(
        [...path, 'handover'],
        `${unfit} is for ${kindsInWords(unfit)}, and this is a ${kind}; write ${fitting.join(' or ')}`,
      )
    if (name === 'stateful' && by === 'copy' && loss === undefined)
      return flaw([...path, 'lossOnReturn'], 'is missing; say what going back from a copy loses, for people to accept')
    if (name === 'stateful' && by === 'handover' && loss !== undefined)
      return flaw([...path, 'lossOnReturn'], 'belongs to by: copy; the volumes themselves go back, nothing is lost')
    return []
  })
