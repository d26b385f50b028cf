/**
 * Loaded into a worker before it begins (`node --import`): the real worker, whose activities say where they are to whoever
 * started it, and wait for a word. So it is known at which point it is killed. A few lines of its sources may read
 * otherwise (`NORIKAE_TEST_REWRITES`), such as a planner of another release. It begins when it is told to: loading its
 * code is most of what a start takes, and one that stands by has done that.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import { registerHooks } from 'node:module'
import type { Server } from 'node:net'
import { activityInfo } from '@temporalio/activity'
import { rewritten, type Rewrite } from './patience.ts'
import { asHeader, STEP_HEADER, type Listens, type Told, type Word } from './told.ts'

const source = new URL('../../src/', import.meta.url).href
const WORKER = `${source}worker.ts`
const ACTIVITIES = `${source}activities/index.ts`
const WIRED = '?wired'
const rewrites = JSON.parse(process.env['NORIKAE_TEST_REWRITES'] ?? '[]') as readonly Rewrite[] // of this test's own

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    const isOurs = found.url === ACTIVITIES && context.parentURL === WORKER
    return isOurs ? { ...found, url: `${found.url}${WIRED}` } : found
  },
  load(url, context, next) {
    if (url === `${ACTIVITIES}${WIRED}`) {
      const code = `import { createActivities as real } from ${JSON.stringify(ACTIVITIES)}
        import { wired } from ${JSON.stringify(import.meta.url)}
        export const createActivities = (outside) => wired(real(outside))`
      return { format: 'module', shortCircuit: true, source: code }
    }
    const loaded = next(url, context)
    const mine = rewrites.filter(({ file }) => url === `${source}${file}`)
    if (loaded.source == null || (mine.length === 0 && url !== WORKER)) return loaded
    const text = rewritten(textOf(loaded.source), mine)
    return { ...loaded, source: url === WORKER ? `${WAITS}${text}` : text }
  },
})

/** On its first line, so that no other is moved. What it imports is loaded before. */
const WAITS = `import { begun } from ${JSON.stringify(import.meta.url)}; await begun; `

const textOf = (source: string | NodeJS.ArrayBufferView | ArrayBuffer): string =>
  typeof source === 'string' ? source : Buffer.from(source as Uint8Array).toString('utf8') // a file's bytes

type Activity = (...args: unknown[]) => Promise<unknown>
const running = new AsyncLocalStorage<string>() // what marks its requests
const waiting = new Map<number, () => void>()
let n = 0

const beginning = Promise.withResolvers<void>()
export const begun: Promise<void> = beginning.promise

process.on('message', (word: Word) => {
  if ('begin' in word) {
    process.channel?.unref()
    return beginning.resolve()
  }
  waiting.get(word.go)?.()
  waiting.delete(word.go)
})
// Until then nothing else keeps it alive.
process.channel?.ref()

/** Says where it is, and waits until it may go on. */
function tell(at: Told['at'], about: Omit<Told, 'n' | 'at'>): Promise<void> {
  n += 1
  const told: Told = { n, at, ...about }
  return new Promise((done) => {
    waiting.set(told.n, done)
    process.send?.(told)
  })
}

/** Each says so before it begins and after it has ended well, and marks its requests. */
export const wired = (activities: Readonly<Record<string, Activity>>): Readonly<Record<string, Activity>> =>
  Object.fromEntries(
    Object.entries(activities).map(([name, activity]): [string, Activity] => [
      name,
      async (...args) => {
        const { activityId, activityType, workflowExecution } = activityInfo()
        const about = { workflow: workflowExecution?.workflowId ?? '', type: activityType, id: activityId }
        await tell('before', about)
        const result = await running.run(asHeader({ pid: process.pid, ...about }), () => activity(...args))
        await tell('after', about)
        return result
      },
    ]),
  )

// The SDK of AWS sends by node:http, the adapter of Kubernetes by undici; what is not signed may be added.
subscribe('http.client.request.created', (message) => {
  const step = running.getStore()
  const { request } = message as { readonly request: { setHeader(name: string, value: string): void } } // its documentation
  if (step !== undefined) request.setHeader(STEP_HEADER, step)
})
subscribe('undici:request:create', (message) => {
  const step = running.getStore()
  const { request } = message as { readonly request: { addHeader(name: string, value: string): void } } // its documentation
  if (step !== undefined) request.addHeader(STEP_HEADER, step)
})

// A port that was free a moment ago may be somebody's by the time it is listened on.
subscribe('tracing:net.server.listen:asyncEnd', (message) => {
  const { server } = message as { readonly server: Server } // its documentation
  const at = server.address()
  const listens: Listens = { listens: typeof at === 'object' && at !== null ? at.port : 0 }
  process.send?.(listens)
})
