import { waivable, whyNotWaived } from '../../domain/waivers.ts'
import { find, get, isText, list } from '../find.ts'
import { flaw } from '../problem.ts'
import { didYouMean, shown } from '../words.ts'
import type { Rule } from './rule.ts'

/** By somebody of the platform team, and of what people may go on in spite of. */
export const waiversAreGiven: Rule = (file) => {
  const team = get(file, 'platformTeam')
  const approvers = isText(team) ? list(get(get(get(file, 'teams'), team), 'approvers')).filter(isText) : []
  const mayWaive = new Set(approvers.map((a) => a.toLowerCase()))
  return find(file, 'waivers.*').flatMap(({ path, value }) => {
    const [code, by] = [get(value, 'code'), get(value, 'by')]
    const why = isText(code) ? whyNotWaived(code) : undefined
    const unknown = isText(code) && why === undefined && !waivable.includes(code)
    return [
      ...(why === undefined ? [] : [flaw([...path, 'code'], `${shown(code)} cannot be waived: ${why}; mend it`)]),
      ...(unknown
        ? [flaw([...path, 'code'], `${shown(code)} is no code of a blocker${didYouMean(String(code), waivable)}`)]
        : []),
      ...(isText(by) && mayWaive.size > 0 && !mayWaive.has(by.toLowerCase())
        ? [
            flaw(
              [...path, 'by'],
              `${shown(by)} is no approver of ${shown(team)}, the platform team, who alone may waive`,
            ),
          ]
        : []),
    ]
  })
}

export const waiversAreSaidOnce: Rule = (file) => {
  const all = find(file, 'waivers.*').map(({ path, value }) => ({
    path,
    is: [get(value, 'code'), get(value, 'about')],
  }))
  return all.flatMap(({ path, is }, n) => {
    const first = all.findIndex((other) => is.every((part, i) => isText(part) && part === other.is[i]))
    return first < 0 || first === n ? [] : flaw(path, `waives what waivers[${first}] waives already; keep one of them`)
  })
}
