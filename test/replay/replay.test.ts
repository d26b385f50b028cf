import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker'
import { describe, expect, test } from 'vitest'
import { dataConverter } from '../../src/client/large-payloads.ts'
import { bundle } from '../support/bundle.ts'
import { histories, release } from './histories.ts'
import { kept, paths } from './paths.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const golden = histories()
const names = golden.map((h) => h.name)

/** Those that this code cannot go on with, and how it fails. No server is asked. */
async function refused(workflowBundle: WorkflowBundle, some = golden): Promise<Record<string, string>> {
  const wrong: Record<string, string> = {}
  // Equal ids are of one path in several releases.
  const rounds = Map.groupBy(some, ({ name }) => name.split('/')[0])
  for (const round of rounds.values())
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle, dataConverter }, round))
      if (error) wrong[round.find((h) => h.workflowId === workflowId)?.name ?? workflowId] = error.name
  return wrong
}

/** A copy of the code in which one file reads differently. */
async function changed(file: string, from: string, to: string): Promise<WorkflowBundle> {
  const copy = await mkdtemp(join(tmpdir(), 'norikae-'))
  try {
    for (const room of ['domain', 'workflows'])
      await cp(join(root, 'src', room), join(copy, 'src', room), { recursive: true })
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
    await writeFile(join(copy, 'package.json'), '{"type":"module"}')
    const text = await readFile(join(copy, file), 'utf8')
    expect(text, `${file} reads otherwise now: mend this test`).toContain(from)
    await writeFile(join(copy, file), text.replace(from, to))
    return await bundleWorkflowCode({
      workflowsPath: join(copy, 'src/workflows/index.ts'),
      workflowInterceptorModules: [join(copy, 'src/workflows/interceptors.ts')],
      logger: new DefaultLogger('ERROR'),
    })
  } finally {
    await rm(copy, { recursive: true })
  }
}

test('there are histories of every path of this release, each small enough to read', () => {
  const walked = Object.entries(paths).flatMap(([name, path]) => kept(name, path).map((k) => `${release}/${k.history}`))
  expect(names.filter((name) => name.startsWith(`${release}/`)).toSorted()).toEqual(walked.toSorted())
  for (const { name, bytes } of golden) expect(bytes, name).toBeLessThan(700_000)
  for (const { history } of golden) expect(JSON.stringify(history)).not.toMatch(/"stackTrace":"[^"]/)
})

test('each task in which something was heard left an event, by which every worker tells it from the next', () => {
  for (const { name, history } of golden) {
    const { events } = history as { events: readonly Readonly<Record<string, unknown>>[] }
    for (const [n, { eventId, workflowTaskCompletedEventAttributes }] of events.entries()) {
      if (workflowTaskCompletedEventAttributes === undefined) continue
      const next = JSON.stringify(events[n + 1] ?? '')
      expect(next, `${name} after ${String(eventId)}`).toMatch(
        /"workflowTaskCompletedEventId"|_UPDATE_(ACCEPTED|COMPLETED)/,
      )
    }
  }
})

test('the code as it is goes on with every one of them', async () => {
  expect(await refused(await bundle())).toEqual({})
})

/** What goes forward, back and on again shows whether a change is noticed; more of it would show the same. */
const telling = golden.filter(({ name }) =>
  ['abort', 'deployed-by-others', 'paused', 'rollback-and-retry', 'troubles-and-answers'].some(
    (path) => name.startsWith(`${release}/`) && name.includes(`.${path}`),
  ),
)

test('a run in flight does not mind another planner', async () => {
  const planner = await changed(
    'src/domain/plan-cutover.ts',
    'back: [...traffic.back, ...jobs.back],',
    'back: [...jobs.back, ...traffic.back],',
  )
  expect(await refused(planner, telling)).toEqual({})
})

describe('another executor is caught', () => {
  const caught = (which: readonly string[]) => Object.fromEntries(which.map((w) => [w, 'DeterminismViolationError']))
  test('forward in another order', async () => {
    const executor = await changed(
      'src/workflows/executor.ts',
      'for (const step of steps)\n',
      'for (const step of steps.toReversed())\n',
    )
    expect(await refused(executor, telling)).toEqual(caught(telling.map((h) => h.name)))
  })

  test('back in another order, also where neighbours have one activity type', async () => {
    const executor = await changed(
      'src/workflows/executor.ts',
      'await inOrder(wayBack(phase, run.journal), askAlways)',
      'await inOrder(wayBack(phase, run.journal).toReversed(), askAlways)',
    )
    const wentBack = [
      'appCutover.abort.api',
      'appCutover.abort.mail',
      'appCutover.deployed-by-others.api',
      'appCutover.rollback-and-retry.api',
      'appCutover.troubles-and-answers.api',
      'clusterUpgrade.abort',
      'clusterUpgrade.paused',
    ]
    expect(await refused(executor, telling)).toEqual(caught(wentBack.map((name) => `${release}/${name}`)))
  })
})
