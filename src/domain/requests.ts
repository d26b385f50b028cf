import { isKubernetesVersion, compareVersions, type KubernetesVersion } from './kubernetes-version.ts'
import { LONGEST_PROOF, upgradeId } from './messages.ts'
import { canonicalJson } from './plan.ts'
import type { PlatformFile } from './platform-file.ts'
import { clipped } from './visible.ts'

/** What may be asked for: rules over a request and what was found, each with its reason in words. */

const fields = ['platform', 'to', 'by', 'file', 'proof']

/** Every fault of a start request at once; empty where it is one. */
export function requestFaults(request: unknown): string[] {
  if (!isObject(request))
    return ['the input is not one JSON object; send {"platform":"<name>","to":"1.36","by":"<you>"}']
  const given = Object.entries(request)
  const unknown = unknownIn(request, fields)
  const missing = ['platform', 'to', 'by'].flatMap((name) => {
    const [, value] = given.find(([n]) => n === name) ?? []
    return isText(value) ? [] : [lacking(name)]
  })
  const { platform, to, by, file, proof } = request
  return [
    ...unknown,
    ...missing,
    ...(isText(platform) ? nameFaults(platform) : []),
    ...(isText(to) && !isKubernetesVersion(to) ? [`to "${told(to)}" is no Kubernetes version; write 1.36`] : []),
    ...(typeof by === 'string' && by.length > 200 ? ['by is longer than 200 characters'] : []),
    ...fileFaults(file),
    ...(proof === undefined || (typeof proof === 'string' && proof.length <= LONGEST_PROOF)
      ? []
      : [`proof is no text of at most ${LONGEST_PROOF} characters`]),
  ]
}

const scheduledFields = ['platform', 'tells']
const tellsFields = ['team', 'slack', 'webhook']

/** The same of what starts `scheduledUpgrade`: what it is to upgrade to, and whether, it decides itself. */
export function scheduledFaults(request: unknown): string[] {
  if (!isObject(request)) return ['the input is not one JSON object; send {"platform":"<name>"}']
  const { platform, tells } = request
  const team = isObject(tells) ? tells : undefined
  const wrong = Object.entries(team ?? {}).filter(([name, value]) => !tellsFields.includes(name) || !isText(value))
  return [
    ...unknownIn(request, scheduledFields),
    ...(isText(platform) ? nameFaults(platform) : [lacking('platform')]),
    ...(tells === undefined || (isText(team?.['team']) && wrong.length === 0)
      ? []
      : [`tells is not ${tellsFields.join(', ')}, each a text; leave it out where you start it by hand`]),
  ]
}

const isObject = (it: unknown): it is Readonly<Record<string, unknown>> =>
  typeof it === 'object' && it !== null && !Array.isArray(it)

const unknownIn = (request: object, known: readonly string[]): string[] =>
  Object.keys(request)
    .filter((name) => !known.includes(name))
    .map((name) => `${told(name)} is not one of ${known.join(', ')}`)

/** Of what somebody sent: as much as people read. */
const told = (text: string): string => clipped(text, 80)

/** Every fault of what says which platform file is meant: a name that could lead elsewhere, a file that is no text. */
export const whichFaults = ({ platform, file }: { readonly platform: unknown; readonly file?: unknown }): string[] => [
  ...(isText(platform) ? nameFaults(platform) : [lacking('platform')]),
  ...fileFaults(file),
]

/** No path is in it: it names a file of the worker's folder, and workflows. */
export const isPlatformName = (name: string): boolean => /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const lacking = (name: string): string => `${name} is missing, or not a text`
const nameFaults = (platform: string): string[] =>
  isPlatformName(platform)
    ? []
    : [`platform "${told(platform)}" is no name: small letters, digits and hyphens, at most 40`]
const fileFaults = (file: unknown): string[] =>
  file === undefined || typeof file === 'string' ? [] : ['file is not the text of a platform file']

/** One upgrade of a platform at a time: its workflow id is the lock, and how its apps find it. */
export function idFault(workflowType: string, workflowId: string, platform: string): string | undefined {
  const wanted = upgradeId(platform)
  if (workflowType !== 'clusterUpgrade' || workflowId === wanted) return undefined
  return `the workflow id is ${workflowId}; start it as ${wanted}, so that there is one upgrade of ${platform} at a time`
}

export interface VersionOffer {
  readonly version: string
  readonly status: string
}

/** Why green cannot get this version; undefined: it can. Blue's own is a refresh. */
export function versionFault(
  from: string,
  to: KubernetesVersion,
  offered: readonly VersionOffer[],
): string | undefined {
  if (isKubernetesVersion(from) && compareVersions(to, from) < 0) return `${to} is older than blue, which is at ${from}`
  const offer = offered.find((o) => o.version === to)
  if (!offer) return `EKS does not offer ${to}; it offers ${offered.map((o) => o.version).join(', ')}`
  return offer.status === 'UNSUPPORTED' ? `EKS no longer supports ${to}` : undefined
}

/**
 * Where a worker's own file wants proof of who says something, a file that is sent along says the same, all of it;
 * undefined where it does. Nearly all of a file decides whose word counts: gates, teams, deadlines, waivers, labels.
 */
export function trustFault(own: PlatformFile, sent: PlatformFile): string | undefined {
  if (own.trust === undefined) return undefined
  const [ours, theirs] = [partsOf(own), partsOf(sent)]
  const parts = [...new Set([...ours.keys(), ...theirs.keys()])].toSorted()
  const other = parts.filter((part) => ours.get(part) !== theirs.get(part))
  return other.length === 0
    ? undefined
    : `whose trust is ${own.trust.kind}, and the file that was sent says other things of ${other.join(', ')}`
}

/** What it says, wherever in its text that stands. */
const partsOf = (file: PlatformFile): ReadonlyMap<string, string> =>
  new Map(Object.entries(file).map(([part, said]) => [part, canonicalJson(said, new Set(['writtenAt']))]))
