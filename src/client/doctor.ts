import { randomUUID } from 'node:crypto'
import { called, organs, type ExaminationRequest, type Seen } from '../domain/examination.ts'
import { commandToMake, searchAttributes, type SearchAttributeName } from '../domain/search-attributes.ts'
import { asking, workersOf, type Poller } from './ask.ts'
import type { Temporal } from './connect.ts'
import { NotReady } from './problems.ts'
import { isLate, translated } from './translate.ts'

/** Reports and, outside of an upgrade, `norikae where` are read from ended workflows: until the next upgrade. */
const KEEP_DAYS = 180
const DAY = 86_400

/** What can be seen of Temporal from here; nothing is thrown, what fails is what is seen. */
export async function seenFromHere(temporal: Temporal, ownVersion: string): Promise<readonly Seen[]> {
  const { client, namespace } = temporal
  return Promise.all([
    looking('Temporal', async () => {
      const { serverVersion } = await asking(temporal, 'server', () => client.workflowService.getSystemInfo({}))
      return { is: 'works', saw: `it answers (server ${serverVersion ?? 'of unknown version'})` }
    }),
    looking('namespace', async () => {
      const { config } = await asking(temporal, `namespace ${namespace}`, () =>
        client.workflowService.describeNamespace({ namespace }),
      )
      return retention(namespace, Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0))
    }),
    looking('search attributes', async () => {
      const names = Object.keys(searchAttributes) as SearchAttributeName[]
      const query = names.map((name) => `${name} = 'x'`).join(' OR ')
      try {
        await asking(temporal, 'namespace', () => client.workflowService.countWorkflowExecutions({ namespace, query }))
      } catch (error) {
        if (!(error instanceof NotReady) || error.code !== 'no-search-attributes') throw error
        return {
          is: 'broken',
          saw: `namespace ${namespace} lacks some of ${names.join(', ')}`,
          todo: `start a worker, which makes them where it may; or: ${commandToMake(names, namespace)}`,
        }
      }
      return { is: 'works', saw: names.join(', ') }
    }),
    looking('workers', async () => seenWorkers(temporal.taskQueue, await workersOf(temporal), ownVersion)),
  ])
}

function retention(namespace: string, seconds: number): Omit<Seen, 'about'> {
  const days = Math.floor(seconds / DAY)
  const saw = `${namespace} keeps ended workflows for ${days === 1 ? 'a day' : `${days} days`}`
  return days >= KEEP_DAYS
    ? { is: 'works', saw }
    : {
        is: 'look',
        saw: `${saw}; then reports are gone, and norikae where between upgrades`,
        todo: `temporal operator namespace update --namespace ${namespace} --retention ${KEEP_DAYS}d`,
      }
}

/** Pure. A worker tells its version in its identity (`worker.ts`). */
export function seenWorkers(taskQueue: string, workers: readonly Poller[], ownVersion: string): Omit<Seen, 'about'> {
  if (workers.length === 0)
    return { is: 'broken', saw: `none asks for work on task queue ${taskQueue}`, todo: 'start one: npm run worker' }
  const saw = `${workers.length} on task queue ${taskQueue}: ${workers.map((w) => w.identity).join(', ')}`
  const others = workers.filter((w) => !w.identity.endsWith(` norikae ${ownVersion}`))
  return others.length === 0
    ? { is: 'works', saw }
    : { is: 'look', saw, todo: `this command is norikae ${ownVersion}: bring both to one release` }
}

async function looking(about: string, work: () => Promise<Omit<Seen, 'about'>>): Promise<Seen> {
  try {
    return { about, ...(await work()) }
  } catch (error) {
    return { about, ...brokenBy(error) }
  }
}

/** The first line says what is, the others what to do. */
export function brokenBy(error: unknown): Omit<Seen, 'about'> {
  const [saw = '', ...todo] = (error instanceof Error ? error.message : String(error)).split('\n')
  return { is: 'broken', saw, ...(todo.length > 0 && { todo: todo.join(' ') }) }
}

/** The file, the identity, and all others side by side, each for half a minute where nobody answers (`glance`). */
const ANSWER_WITHIN_S = 100

/** What the worker sees, asked by a workflow that changes nothing. Ends within two minutes, and leaves nothing running. */
export async function seenFromWorker(temporal: Temporal, request: ExaminationRequest): Promise<readonly Seen[]> {
  const { client, taskQueue } = temporal
  const workflowId = `examination/${request.platform}/${randomUUID().slice(0, 8)}`
  const handle = await asking(temporal, workflowId, () =>
    client.workflow.start('examination', {
      workflowId,
      taskQueue,
      args: [request],
      workflowExecutionTimeout: '120s',
      staticSummary: `what works for ${request.platform}`,
    }),
  )
  try {
    return await client.withDeadline(Date.now() + ANSWER_WITHIN_S * 1000, (): Promise<readonly Seen[]> =>
      handle.result(),
    )
  } catch (error) {
    await handle.terminate('who asked has gone').catch(() => undefined) // or it is over
    if (isLate(error))
      throw new NotReady(
        'no-answer',
        `a worker asks for work on task queue ${taskQueue}, and did not say within ${ANSWER_WITHIN_S}s what it sees\nlook at its log: it may have gone a moment ago, or have too much to do; then ask again`,
        error,
      )
    throw translated(error, temporal, `look at ${request.platform}`)
  }
}

/** Why the worker's part is not there. */
export const notLookedAt = (why: string): readonly Seen[] =>
  organs.map((organ) => ({ about: called[organ], is: 'unknown', saw: why }))
