import { find, get, isMapping, isText } from '../find.ts'
import { flaw } from '../problem.ts'
import type { Rule } from './rule.ts'

export const gatewayIsSomewhere: Rule = (file) =>
  file['gateway'] !== undefined
    ? []
    : find(file, 'apps.*.httpRoutes').flatMap(({ path }) =>
        flaw(path, 'nothing says where they are; write gateway: { cluster: <the EKS cluster that they are on> }'),
      )

export const httpRoutesAreOfEnvironments: Rule = (file) => {
  const known = Object.keys(isMapping(file['environments']) ? file['environments'] : {})
  return find(file, 'apps.*.httpRoutes.*').flatMap(({ path }) =>
    known.includes(String(path.at(-1)))
      ? []
      : flaw(path, `is no environment of this file; known are ${known.join(', ')}`),
  )
}

/** Two environments would write the same weights. */
export const httpRoutesAreSaidOnce: Rule = (file) => {
  const seen = new Set<string>()
  return find(file, 'apps.*.httpRoutes.*.*').flatMap(({ path, value }) => {
    const parts = ['namespace', 'name', 'backend'].map((part) => get(value, part))
    if (!parts.every(isText)) return []
    const key = parts.join(' ')
    if (seen.has(key)) return flaw(path, 'is said twice: its weights would be of two environments')
    seen.add(key)
    return []
  })
}
