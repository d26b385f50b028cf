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

/**
 * What is in its rules is of one run and since one moment, by its own annotations; and the steps of a route are named after
 * it. So it moves with one environment of one app, and by one backend.
 */
export const httpRoutesAreSaidOnce: Rule = (file) => {
  const seen = new Map<string, string>()
  return find(file, 'apps.*.httpRoutes.*.*').flatMap(({ path, value }) => {
    const [namespace, name] = [get(value, 'namespace'), get(value, 'name')]
    if (!isText(namespace) || !isText(name)) return []
    const key = `${namespace}/${name}`
    const first = seen.get(key)
    if (first !== undefined)
      return flaw(
        path,
        `HTTPRoute ${key} is said of ${first} already, and moves with one environment of one app, by one backend; give each backend an HTTPRoute of its own`,
      )
    seen.set(key, `${String(path[1])} ${String(path[3])}`)
    return []
  })
}
