import { isMap, parseDocument, type Scalar, type YAMLMap } from 'yaml'
import type { WorldInfo } from './world.ts'

/** `text` with the addresses of this sandbox. */
export const platformFile = (
  text: string,
  { prometheus, control }: Pick<WorldInfo, 'prometheus' | 'control'>,
): string =>
  text.replace(/http:\/\/127\.0\.0\.1:9090/g, prometheus.url).replace(/http:\/\/127\.0\.0\.1:9099/g, control.url)

/** `apps`, and those that the platform file says they depend on. */
export function withNeeded(text: string, apps: readonly string[]): readonly string[] {
  const said = declared(text)?.toJSON() as Readonly<Record<string, { readonly dependsOn?: readonly string[] }>> // our own file
  const all = new Set(apps)
  for (const app of all) for (const needed of said[app]?.dependsOn ?? []) all.add(needed)
  return [...all]
}

/** `text` without what it says of other apps than these; cut out, so that the rest keeps its comments and its form. */
export function narrowed(text: string, apps: readonly string[]): string {
  const items = declared(text)?.items ?? []
  const others = items.filter(({ key }) => !apps.includes(key.value))
  const rest = others.toReversed().reduce((left, { key, value }) => {
    const [from, to] = [key.range?.[0], value?.range?.[2]]
    return from === undefined || to === undefined
      ? left
      : `${left.slice(0, left.lastIndexOf('\n', from) + 1)}${left.slice(to)}`
  }, text)
  return others.length < items.length ? rest : rest.replace(/^apps:\n/m, '')
}

function declared(text: string): YAMLMap<Scalar<string>, YAMLMap> | undefined {
  const apps = parseDocument(text).get('apps')
  return isMap<Scalar<string>, YAMLMap>(apps) ? apps : undefined
}
