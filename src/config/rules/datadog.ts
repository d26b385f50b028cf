import { PLACEHOLDERS } from '../../domain/probes.ts'
import { find, isText } from '../find.ts'
import { flaw } from '../problem.ts'
import { didYouMean } from '../words.ts'
import type { Rule } from './rule.ts'

const KNOWN = [...PLACEHOLDERS, '{namespaces}']

/** Its queries have braces of their own, as in `by {host}`: only what is nearly a placeholder is a slip. */
export const datadogIsAskedOfOneSide: Rule = (file) =>
  ['health.checks.*', 'apps.*.checks.*'].flatMap((at) =>
    find(file, `${at}.datadog`).flatMap(({ path, value }) => {
      if (!isText(value) || value.trim() === '') return []
      const slips = [...new Set(value.match(/\{[A-Za-z]+\}/g))].flatMap((p) => {
        const meant = KNOWN.includes(p) ? '' : didYouMean(p, KNOWN)
        return meant === '' ? [] : [flaw(path, `${p} stands for nothing${meant}`)]
      })
      return [
        ...(value.includes('{cluster}')
          ? []
          : [flaw(path, "has no {cluster}; without it the number is not about one side's app")]),
        ...slips,
      ]
    }),
  )
