import { warning, type Finding } from './findings.ts'
import { record, type Fields } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'

/** What is to be other on green than on blue, of what Norikae copies. After the resource modifiers of Velero. */
export interface Transform {
  readonly match: {
    readonly apps?: readonly string[]
    readonly environments?: readonly string[]
    readonly kind?: string
    readonly name?: string
  }
  /** A merge patch (RFC 7386). */
  readonly patch?: Fields
  /** In every text but names, labels and images: what to look for, and what to write instead. */
  readonly replace?: Readonly<Record<string, string>>
}

interface Place {
  readonly app: string
  /** Not of a platform app. */
  readonly environment?: string
  readonly blue: string
  readonly green: string
}

/** Those that may be of objects in one place, with its names filled in: `{blue}`, `{green}`, `{app}`, `{environment}`. */
export function transformsFor(all: readonly Transform[], place: Place): Transform[] {
  const { app, environment } = place
  return all
    .filter(({ match: { apps, environments } }) => {
      const inEnvironment =
        environments === undefined || (environment !== undefined && environments.includes(environment))
      return (apps === undefined || apps.includes(app)) && inEnvironment
    })
    .map(({ match, patch, replace }) => ({
      match,
      ...(patch && { patch: record(inTexts(patch, (text) => filled(text, place))) }),
      ...(replace && {
        replace: Object.fromEntries(
          Object.entries(replace).map(([from, to]) => [filled(from, place), filled(to, place)]),
        ),
      }),
    }))
}

const filled = (text: string, place: Place): string =>
  text.replaceAll(/\{(blue|green|app|environment)\}/g, (whole, key: keyof Place) => place[key] ?? whole)

export const matches = ({ kind, metadata }: KubernetesObject, { match }: Transform): boolean =>
  (match.kind === undefined || match.kind === kind) && (match.name === undefined || match.name === metadata.name)

/** The object as it is to be on the other side, one transform after the other. What it is called stays. */
export const transformed = (object: KubernetesObject, transforms: readonly Transform[]): KubernetesObject =>
  transforms
    .filter((transform) => matches(object, transform))
    .reduce((so, { patch, replace }) => replaced(patched(so, patch), replace), object)

// A merge patch that leaves kind and name alone, as `config/rules/transforms.ts` sees to.
const patched = (object: KubernetesObject, patch: Fields | undefined): KubernetesObject =>
  patch === undefined ? object : (merged(object, patch) as KubernetesObject)

/** https://www.rfc-editor.org/rfc/rfc7386#section-2 */
function merged(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const result = new Map(Object.entries(isRecord(target) ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key)
    else result.set(key, merged(result.get(key), value))
  }
  return Object.fromEntries(result)
}

function replaced(object: KubernetesObject, replace: Transform['replace']): KubernetesObject {
  if (replace === undefined) return object
  // The longest first, whatever their order in the file: one may be a part of another.
  const pairs = Object.entries(replace).toSorted(([a], [b]) => b.length - a.length || (a < b ? -1 : 1))
  const change = (text: string) => pairs.reduce((so, [from, to]) => so.replaceAll(from, to), text)
  const { apiVersion, kind, metadata, status, data, ...rest } = object
  const { annotations } = metadata
  return {
    ...record(inTexts(rest, change)),
    apiVersion,
    kind,
    metadata: { ...metadata, ...(annotations && { annotations: inAnnotations(annotations, change) }) },
    ...(status && { status }),
    ...(data !== undefined && { data: kind === 'Secret' ? inSecret(data, change) : inTexts(data, change) }),
  }
}

const OWN = 'norikae.io/'
const inAnnotations = (annotations: Readonly<Record<string, string>>, change: (text: string) => string) =>
  Object.fromEntries(Object.entries(annotations).map(([key, text]) => [key, key.startsWith(OWN) ? text : change(text)]))

/** Labels, and what chooses by them: they have to stay alike. */
const SELECTING = new Set(['labels', 'matchLabels', 'selector'])

/** Names of other objects, which are called so on green too; and images: both sides are to run the same. */
const NAMING = new Set(['name', 'namespace', 'secretName', 'claimName', 'serviceAccountName', 'serviceName', 'image'])

function inTexts(value: unknown, change: (text: string) => string, key = ''): unknown {
  if (typeof value === 'string') return NAMING.has(key) ? value : change(value)
  if (Array.isArray(value)) return value.map((item) => inTexts(item, change))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, SELECTING.has(name) ? item : inTexts(item, change, name)]),
  )
}

const inSecret = (data: unknown, change: (text: string) => string) =>
  Object.fromEntries(Object.entries(record(data)).map(([key, value]) => [key, inBase64(value, change)]))

/** What is no text in it is left as it is. */
function inBase64(encoded: unknown, change: (text: string) => string): unknown {
  if (typeof encoded !== 'string') return encoded
  const text = decoded(encoded)
  const changed = text === undefined ? undefined : change(text)
  return changed === undefined || changed === text ? encoded : inUtf8(changed)
}

function decoded(encoded: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(encoded), (byte) => byte.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const inUtf8 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Which of them concern an object, by their place in the list. */
export const concerning = (object: KubernetesObject, transforms: readonly Transform[]): number[] =>
  transforms.flatMap((transform, n) => (matches(object, transform) ? [n] : []))

/** Those that were meant for this app, and found nothing of it. `used`: places in the list. */
export const unusedFindings = (about: string, transforms: readonly Transform[], used: readonly number[]): Finding[] =>
  transforms.flatMap(({ match: { apps, kind = 'anything', name = '*' } }, n) =>
    apps === undefined || used.includes(n)
      ? []
      : [
          warning(
            'transform-matches-nothing',
            about,
            `a transform of this app is for ${kind}/${name}, and there is none`,
            'mend its match in the platform file, or take it out',
          ),
        ],
  )
