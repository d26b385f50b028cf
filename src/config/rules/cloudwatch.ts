import { RESULT } from '../../domain/cloudwatch.ts'
import { PLACEHOLDERS } from '../../domain/probes.ts'
import { find, isMapping, isText, mapping, type Mapping } from '../find.ts'
import { flaw, type Flaw } from '../problem.ts'
import { didYouMean } from '../words.ts'
import type { Rule } from './rule.ts'

export const cloudWatchIsAskedOneThing: Rule = (file) =>
  ['health.checks.*', 'apps.*.checks.*'].flatMap((at) =>
    find(file, `${at}.cloudwatch`).flatMap(({ path, value }) => (isMapping(value) ? asked(path, value) : [])),
  )

function asked(path: Flaw['path'], { of, metrics, expression }: Mapping): Flaw[] {
  if (of === undefined && metrics === undefined)
    return [flaw(path, 'asks nothing; write of: errors or of: latency, or metrics of your own')]
  if (of !== undefined)
    return [
      ...(metrics === undefined
        ? []
        : [flaw([...path, 'metrics'], 'is a second question beside of; keep one of them')]),
      ...(expression === undefined ? [] : [flaw([...path, 'expression'], 'goes with metrics; take it out')]),
    ]
  const names = Object.keys(mapping(metrics))
  const values = find({ metrics }, 'metrics.*.dimensions.*')
  return [
    ...(names.length === 0 ? [flaw([...path, 'metrics'], 'needs at least one metric')] : []),
    ...(names.includes(RESULT)
      ? [flaw([...path, 'metrics', RESULT], `is what the expression gives; call the metric something else`)]
      : []),
    ...(names.length > 1 && expression === undefined
      ? [flaw(path, `has ${names.length} metrics and no expression; write one number of them: ${names.join(' / ')}`)]
      : []),
    ...(names.length > 0 && !values.some((v) => isText(v.value) && v.value.includes('{cluster}'))
      ? [
          flaw(
            [...path, 'metrics'],
            "has no {cluster} in any dimension; without it the number is not about one side's app",
          ),
        ]
      : []),
    ...values.flatMap((v) => (isText(v.value) ? unknown([...path, ...v.path], v.value) : [])),
  ]
}

const unknown = (path: Flaw['path'], text: string): Flaw[] =>
  [...new Set(text.match(/\{[A-Za-z]+\}/g))]
    .filter((p) => !PLACEHOLDERS.includes(p))
    .map((p) =>
      flaw(path, `${p} stands for nothing; known are ${PLACEHOLDERS.join(', ')}${didYouMean(p, PLACEHOLDERS)}`),
    )
