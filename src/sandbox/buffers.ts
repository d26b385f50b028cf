/**
 * Log and mail buffers. Every request that a web pod answers leaves a log record, every twentieth a mail, with the buffer
 * of its own cluster; a buffer sends on what it holds a moment later. Lost is what a buffer still held when its last pod
 * went, and what found no buffer for too long.
 */
import { roleOf, type Role } from './traffic/roles.ts'
import type { PodChange, RunningPod } from './types.ts'

type BufferRole = Extract<Role, `${string}-buffer`>

interface Traits {
  /** One record for so many requests. */
  readonly every: number
  /** How long a record stays: long enough to be seen in the depth, gone within seconds when traffic stops. */
  readonly staysMs: number
}

const traits: Readonly<Record<BufferRole, Traits>> = {
  'log-buffer': { every: 1, staysMs: 400 },
  'mail-buffer': { every: 20, staysMs: 2_000 },
}
const bufferRoles = Object.keys(traits) as BufferRole[] // the keys of a closed record

/** How long an app holds what no buffer takes. */
const HOLDS_MS = 5_000

interface Depth {
  readonly cluster: string
  readonly namespace: string
  readonly role: BufferRole
  readonly depth: number
}

export interface LostRecords {
  readonly at: string
  readonly cluster: string
  readonly role: BufferRole
  readonly records: number
  readonly because: string
}

export interface Buffers {
  /** To be told of every pod of every cluster. */
  readonly see: PodChange
  /** A web pod answered a request. */
  answered(pod: RunningPod): void
  /** Lets time pass: to be called several times a second. */
  tick(): void
  depths(): readonly Depth[]
  lost(): { readonly records: number; readonly events: readonly LostRecords[] }
}

interface Batch {
  readonly at: number
  records: number
}
interface Store {
  readonly cluster: string
  readonly namespace: string
  readonly role: BufferRole
  held: Batch[]
}

export function createBuffers(now: () => number = Date.now): Buffers {
  const pods = new Map<string, RunningPod>()
  const stores = new Map<string, Store>()
  /** What apps hold, by cluster and role. */
  const waiting = new Map<string, Batch[]>()
  const requests = new Map<string, number>()
  const events: LostRecords[] = []

  const lose = (cluster: string, role: BufferRole, records: number, because: string) => {
    if (records > 0) events.push({ at: new Date(now()).toISOString(), cluster, role, records, because })
  }

  const see: PodChange = (pod, is) => {
    const role = roleOf(pod)
    if (role !== 'log-buffer' && role !== 'mail-buffer') return
    const id = `${pod.cluster}/${pod.namespace}/${pod.name}`
    if (is === 'gone') pods.delete(id)
    else pods.set(id, pod)
    const store = storeOf(pod, role)
    if (podsOf(store).length > 0) return
    lose(pod.cluster, role, total(store.held), `the last pod of ${pod.namespace} went`)
    store.held = []
    if (is === 'gone') stores.delete(key(store))
  }

  function storeOf({ cluster, namespace }: RunningPod, role: BufferRole): Store {
    const store = { cluster, namespace, role, held: [] }
    const found = stores.get(key(store)) ?? store
    stores.set(key(found), found)
    return found
  }
  const podsOf = (store: Store) =>
    [...pods.values()].filter(
      (p) => p.cluster === store.cluster && p.namespace === store.namespace && roleOf(p) === store.role,
    )
  const open = (cluster: string, role: BufferRole) =>
    [...stores.values()].find(
      (s) => s.cluster === cluster && s.role === role && podsOf(s).some((p) => p.ready && !p.terminating),
    )

  function put(cluster: string, role: BufferRole): void {
    const id = `${cluster}/${role}`
    const batches = open(cluster, role)?.held ?? waiting.get(id) ?? []
    const last = batches.at(-1)
    if (last?.at === now()) last.records++
    else batches.push({ at: now(), records: 1 })
    if (!open(cluster, role)) waiting.set(id, batches)
  }

  return {
    see,
    answered({ cluster }) {
      for (const role of bufferRoles) {
        const id = `${cluster}/${role}`
        const n = (requests.get(id) ?? 0) + 1
        requests.set(id, n)
        if (n % traits[role].every === 0) put(cluster, role)
      }
    },
    tick() {
      for (const [id, batches] of waiting) {
        const [cluster, role] = id.split('/') as [string, BufferRole] // as `put` made it; names have no slash
        const store = open(cluster, role)
        if (store) {
          store.held.push({ at: now(), records: total(batches) })
          waiting.delete(id)
          continue
        }
        const late = batches.filter((b) => now() - b.at > HOLDS_MS)
        lose(cluster, role, total(late), `no ${role} was ready for ${HOLDS_MS} ms`)
        waiting.set(
          id,
          batches.filter((b) => !late.includes(b)),
        )
      }
      for (const store of stores.values()) {
        if (!podsOf(store).some((p) => p.ready || p.terminating)) continue
        store.held = store.held.filter((b) => now() - b.at < traits[store.role].staysMs)
      }
    },
    depths: () =>
      [...stores.values()].map(({ cluster, namespace, role, held }) => ({
        cluster,
        namespace,
        role,
        depth: total(held),
      })),
    lost: () => ({ records: events.reduce((sum, e) => sum + e.records, 0), events: [...events] }),
  }
}

const key = ({ cluster, namespace, role }: Omit<Store, 'held'>) => `${cluster}/${namespace}/${role}`
const total = (batches: readonly Batch[]) => batches.reduce((sum, b) => sum + b.records, 0)
