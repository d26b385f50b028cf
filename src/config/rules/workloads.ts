import { find, get, mapping } from '../find.ts'
import { flaw } from '../problem.ts'
import type { Rule } from './rule.ts'

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
    if (name === 'schedule' && bare !== undefined && kind !== 'CronJob')
      return flaw([...path, 'handover'], `schedule is for CronJobs, and this is a ${kind}; write consumer or singleton`)
    if (name === 'stateful' && by === 'copy' && loss === undefined)
      return flaw([...path, 'lossOnReturn'], 'is missing; say what going back from a copy loses, for people to accept')
    if (name === 'stateful' && by === 'handover' && loss !== undefined)
      return flaw([...path, 'lossOnReturn'], 'belongs to by: copy; the volumes themselves go back, nothing is lost')
    return []
  })
