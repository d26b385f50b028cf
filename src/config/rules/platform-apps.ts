import { find, get, isText, mapping } from '../find.ts'
import { flaw, type Flaw } from '../problem.ts'
import { didYouMean, shown } from '../words.ts'
import type { Rule } from './rule.ts'

/** In one wave each, settings only for those, and none of them a tenant's. */
export const platformAppsAreInOneWave: Rule = (file) => {
  const waves = new Map<string, number>()
  const twice = find(file, 'platformApps.waves.*.*').flatMap(({ path, value }): Flaw[] => {
    if (!isText(value)) return []
    const wave = waves.get(value)
    if (wave !== undefined) return [flaw(path, `${shown(value)} is in wave ${wave} already; take one of them out`)]
    waves.set(value, Number(path[2]) + 1)
    return []
  })
  const settings = Object.keys(mapping(get(file, 'platformApps'))).filter((name) => name !== 'waves')
  const inNone = settings.filter((name) => !waves.has(name) && name !== '<<')
  const both = Object.keys(mapping(get(file, 'apps'))).filter((name) => waves.has(name) || settings.includes(name))
  return [
    ...twice,
    ...inNone.map((name) =>
      flaw(
        ['platformApps', name],
        `is in no wave; add it to platformApps.waves${didYouMean(name, ['waves', ...waves.keys()])}`,
      ),
    ),
    ...both.map((name) => flaw(['apps', name], 'is a platform app too; keep it under apps or under platformApps')),
  ]
}

/** They are on green before any tenant moves, and move with nobody. */
export const tenantsMoveByThemselves: Rule = (file) => {
  const waves = new Set(find(file, 'platformApps.waves.*.*').flatMap(({ value }) => (isText(value) ? value : [])))
  return ['dependsOn', 'movesWith'].flatMap((key) =>
    find(file, `apps.*.${key}.*`).flatMap(({ path, value }) =>
      isText(value) && waves.has(value)
        ? flaw(path, `${shown(value)} is a platform app, and on green before any app moves; take it out`)
        : [],
    ),
  )
}
