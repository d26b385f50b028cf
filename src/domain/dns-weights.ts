import { DNS_WEIGHT } from './annotations.ts'
import { record } from './fields.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import type { DnsRoute, Side, Weight } from './platform.ts'
import type { RouteRead } from './route-shares.ts'

/**
 * external-dns writes the records of each cluster from annotations of a Service or an Ingress there: a set identifier and a
 * weight. So a share of two records is two annotations on two clusters, which nobody can write at once. What rises is
 * written first, and what falls after it: whichever of the two is heard of first, green's share lies between the old and the
 * new, and no more than one of them is ever zero.
 * https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/
 */

/** What Norikae notes on either object while the route is open. */
interface Note {
  readonly run: string
  /** Green's share that was written. */
  readonly to: Weight
  /** Counts what was written: the object with the higher one was written, and the other is to be. */
  readonly turn: number
  /** What the other object said when this was written; null: it published nothing. */
  readonly other: number | null
  /** On blue's: its weight as its owner had it. */
  readonly was?: string
  /** When another weight was written (ms). */
  readonly at?: number
  /**
   * The name whose records read otherwise then, so that they tell whether external-dns has heard of it. Those of further names
   * of the object may have read so before.
   */
  readonly unlike?: string
  /** On green's, at 0: it published nothing before, so that whoever asks is answered as before. */
  readonly enters?: true
}

/** What an object tells external-dns. */
export interface Told {
  readonly identifier?: string
  readonly weight?: number
  /** It is told to leave it alone. */
  readonly aside: boolean
  readonly note?: Note
}

/** By side; left out where the object is not there. */
export interface Both {
  readonly blue?: Told | undefined
  readonly green?: Told | undefined
}

type Keys = Pick<DnsRoute, 'annotations'>

const identifierKey = ({ annotations }: Keys): string => `${annotations}set-identifier`
export const weightKey = ({ annotations }: Keys): string => `${annotations}aws-weight`
const controllerKey = ({ annotations }: Keys): string => `${annotations}controller`

/** Anything but `dns-controller` keeps external-dns away from an object (`ControllerValue` in source/annotations). */
const ASIDE = 'norikae'
const ITS_OWN = 'dns-controller'

export function toldBy({ metadata: { annotations = {} } }: KubernetesObject, keys: Keys): Told {
  const identifier = annotations[identifierKey(keys)]
  const weight = annotations[weightKey(keys)]
  const controller = annotations[controllerKey(keys)]
  const note = noteIn(annotations[DNS_WEIGHT])
  return {
    ...(identifier !== undefined && { identifier }),
    ...(weight !== undefined && { weight: inRange(weight) }),
    aside: controller !== undefined && controller !== ITS_OWN,
    ...(note && { note }),
  }
}

/** As external-dns reads it: what is no whole number is zero. */
const inRange = (text: string): number => (/^\d+$/.test(text) ? Number(text) : 0)

function noteIn(text: string | undefined): Note | undefined {
  if (text === undefined) return undefined
  try {
    const { run, to, turn, other, was, at, unlike, enters } = record(JSON.parse(text))
    if (typeof run !== 'string' || typeof to !== 'number' || typeof turn !== 'number') return undefined
    return {
      run,
      to,
      turn,
      other: typeof other === 'number' ? other : null,
      ...(typeof was === 'string' && { was }),
      ...(typeof at === 'number' && { at }),
      ...(typeof unlike === 'string' && { unlike }),
      ...(enters === true && { enters }),
    }
  } catch {
    return undefined
  }
}

/**
 * Since when external-dns has been told what the records of this name may have read before (ms): that they read so tells nothing
 * of whether it has heard. Undefined: they tell.
 */
export const untoldSince = (told: Told | undefined, { name }: Pick<DnsRoute, 'name'>): number | undefined =>
  told?.note?.unlike === name ? undefined : told?.note?.at

/** Does it publish a record with a weight of its own? Green's copy has blue's identifier until it enters. */
export const publishes = (told: Told | undefined, side: Side, { identifier }: Pick<DnsRoute, 'identifier'>): boolean =>
  told !== undefined &&
  !told.aside &&
  told.weight !== undefined &&
  told.identifier !== undefined &&
  (told.identifier === identifier) === (side === 'blue')

const weightOf = (both: Both, side: Side, route: DnsRoute): number | null =>
  publishes(both[side], side, route) ? (both[side]?.weight ?? null) : null

/** Of a hundred, so that it is read as it was written. */
const wantedOf = (side: Side, to: Weight): number => (side === 'green' ? to : 100 - to)

const other = (side: Side): Side => (side === 'blue' ? 'green' : 'blue')

/** The share that is written on one object, and not on the other yet. */
export interface OnItsWay {
  readonly to: Weight
  /** Which is still to be written. */
  readonly last: Side
}

/** Undefined: both are written, or somebody else has written one since. */
export function onItsWay(both: Both, route: DnsRoute, run: string): OnItsWay | undefined {
  const turns = { blue: both.blue?.note?.turn ?? 0, green: both.green?.note?.turn ?? 0 }
  if (turns.blue === turns.green) return undefined
  const first: Side = turns.blue > turns.green ? 'blue' : 'green'
  const last = other(first)
  const note = both[first]?.note
  if (!note || note.run !== run || weightOf(both, first, route) !== wantedOf(first, note.to)) return undefined
  return weightOf(both, last, route) === note.other ? { to: note.to, last } : undefined
}

/** Green's share, as the objects tell it. */
export function dnsShare(both: Both, route: DnsRoute, run: string): RouteRead & { readonly odd?: string } {
  const ours = both.blue?.note?.run === run || both.green?.note?.run === run
  const way = onItsWay(both, route, run)
  if (way) return { share: way.to, ours }
  const [blue, green] = [weightOf(both, 'blue', route), weightOf(both, 'green', route)]
  if (green === null && blue === null) return { share: 'elsewhere', ours, odd: 'has a weight on neither cluster' }
  if (green === null) return { share: both.green ? 'closed' : 'unmade', ours }
  if (blue === null) return { share: 100, ours }
  if (blue + green === 0) return { share: 'elsewhere', ours, odd: 'has weights of zero alone, which serve both alike' }
  return { share: Math.round((green * 100) / (blue + green)), ours }
}

/** Annotations to write on an object; null takes one away. */
export type Annotations = Readonly<Record<string, string | null>>

interface Writing {
  readonly side: Side
  readonly annotations: Annotations
  readonly weight: number
  /** Route 53 reads so already, of a time before. */
  readonly isEarly: boolean
  /** It falls to zero: not before the other one serves. */
  readonly falls: boolean
}

/** That which rises; where both do, or both fall, the one that leaves blue more meanwhile. */
function firstOf(both: Both, route: DnsRoute, to: Weight): Side {
  if (to === 0 || to === 100) return to === 0 ? 'blue' : 'green'
  const by = (side: Side) => Math.sign(wantedOf(side, to) - (weightOf(both, side, route) ?? 0))
  const [blue, green] = [by('blue'), by('green')]
  return green > blue || (green < 0 && blue < 0) ? 'green' : 'blue'
}

interface ToBeWritten {
  readonly to: Weight
  readonly run: string
  /** The name of its cluster. */
  readonly green: string
  /** What Route 53 reads of each side by now, and when that is. */
  readonly reads: { readonly [S in Side]: number | undefined }
  readonly nowMs: number
}

/** What says that green has `to` per cent, in the order in which it is to be written. */
export function writingShare(
  both: Both,
  route: DnsRoute,
  { to, run, green, reads, nowMs }: ToBeWritten,
): readonly [Writing, Writing] {
  const way = onItsWay(both, route, run)
  const first = way?.to === to ? other(way.last) : firstOf(both, route, to)
  const turns = Math.max(both.blue?.note?.turn ?? 0, both.green?.note?.turn ?? 0)
  const turn = way?.to === to ? turns : turns + 1
  // What was told in between may still be on its way.
  const isAnother = (side: Side) => weightOf(both, side, route) !== wantedOf(side, to)
  const isEarly = (side: Side) => reads[side] === wantedOf(side, to) && isAnother(side)
  const enters = (side: Side) =>
    side === 'green' && to === 0 && (weightOf(both, side, route) === null || both.green?.note?.enters === true)
  const writing = (side: Side, toldOfOther: number | null): Writing => {
    const note: Note = {
      run,
      to,
      turn,
      other: toldOfOther,
      ...(side === 'blue' && { was: both.blue?.note?.was ?? String(both.blue?.weight ?? 100) }),
      ...(isAnother(side) ? { at: nowMs, ...(!isEarly(side) && { unlike: route.name }) } : toldIn(both[side]?.note)),
      ...(enters(side) && { enters: true }),
    }
    return {
      side,
      annotations: {
        [identifierKey(route)]: side === 'blue' ? route.identifier : greenIdentifier(both.green, route, green),
        [weightKey(route)]: String(wantedOf(side, to)),
        [controllerKey(route)]: null,
        [DNS_WEIGHT]: JSON.stringify(note),
      },
      weight: wantedOf(side, to),
      isEarly: isEarly(side),
      falls: wantedOf(side, to) === 0 && (weightOf(both, side, route) ?? 0) > 0,
    }
  }
  const last = other(first)
  return [writing(first, weightOf(both, last, route)), writing(last, wantedOf(first, to))]
}

const toldIn = ({ at, unlike }: Partial<Note> = {}) => ({
  ...(at !== undefined && { at }),
  ...(unlike !== undefined && { unlike }),
})

/** As its owner calls it, unless that is a copy of blue's: then by the name of its cluster. */
const greenIdentifier = (told: Told | undefined, { identifier }: DnsRoute, cluster: string): string =>
  told?.identifier === undefined || told.identifier === identifier ? cluster : told.identifier

/** What leaves one side alone, in the order in which it is to be written; only on objects that are there. */
export function writingOnly(both: Both, route: DnsRoute, on: Side): readonly Pick<Writing, 'side' | 'annotations'>[] {
  const stays: Annotations =
    on === 'blue' && both.blue?.note?.was !== undefined
      ? { [DNS_WEIGHT]: null, [weightKey(route)]: both.blue.note.was }
      : { [DNS_WEIGHT]: null }
  // Whoever is out is what tells that it is done, so it is written last.
  return [
    { side: on, annotations: stays },
    { side: other(on), annotations: { [DNS_WEIGHT]: null, [controllerKey(route)]: ASIDE } },
  ].filter(({ side }) => both[side] !== undefined)
}

/** A copy publishes nothing until its route is opened; one that serves already stays as it is. */
export function copiedAside(
  copy: KubernetesObject,
  there: KubernetesObject | undefined,
  keys: Pick<DnsRoute, 'annotations' | 'identifier'>,
): KubernetesObject {
  const has = there?.metadata.annotations ?? {}
  const kept = [identifierKey(keys), weightKey(keys), controllerKey(keys), DNS_WEIGHT]
  // Once settled it has no note any more, and blue's object says that it is passed over: nothing of that is copied.
  const serves = there !== undefined && publishes(toldBy(there, keys), 'green', keys)
  const annotations = Object.fromEntries(
    Object.entries(copy.metadata.annotations ?? {}).filter(([key]) => !serves || !kept.includes(key)),
  )
  const own = serves
    ? Object.fromEntries(kept.flatMap((key) => (has[key] === undefined ? [] : [[key, has[key]]])))
    : { [weightKey(keys)]: '0', [controllerKey(keys)]: ASIDE }
  return { ...copy, metadata: { ...copy.metadata, annotations: { ...annotations, ...own } } }
}
