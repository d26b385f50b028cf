import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { UpgradeView } from '../../src/client/shapes.ts'
import type { ActionName } from '../../src/domain/actions.ts'
import { cutoverId, upgradeId } from '../../src/domain/messages.ts'
import { aBed, BLUE, GREEN, PLATFORM, type Bed } from './bed.ts'
import { endState, wellOn } from './end-state.ts'
import { report } from './every.ts'
import { played } from './played.ts'

const app = (name: string) => cutoverId(PLATFORM, name)
const upgrade = upgradeId(PLATFORM)
const handle = (bed: Bed, id: string) => bed.temporal.client.workflow.getHandle(id)

/** As `temporal workflow reset --type FirstWorkflowTask`, or `LastWorkflowTask`. */
async function reset(bed: Bed, workflowId: string, to: 'first' | 'last'): Promise<void> {
  const { events } = await handle(bed, workflowId).fetchHistory()
  const tasks = (events ?? []).filter((e) => e.workflowTaskCompletedEventAttributes != null)
  const { client, namespace } = bed.temporal
  await client.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: { workflowId },
    reason: 'somebody typed temporal workflow reset',
    requestId: randomUUID(),
    workflowTaskFinishEventId: (to === 'first' ? tasks[0] : tasks.at(-1))?.eventId ?? null,
  })
}

/** Is this environment of it on its way? */
const moves = ({ cutovers }: UpgradeView, name: string, environment: string): boolean =>
  cutovers.some(
    (c) => c.app === name && c.runs.some((r) => r.subject.environment === environment && r.state === 'moving'),
  )

const orders: readonly {
  readonly says: string
  readonly on: 'blue' | 'green'
  /** Once, when production of this app moves. */
  readonly at: string
  /** Or right when the first of these has ended in it, and nobody has heard so. */
  readonly after?: ActionName
  readonly order: (bed: Bed) => Promise<unknown>
}[] = [
  { says: 'the upgrade is cancelled', on: 'blue', at: 'mail-sender', order: (bed) => handle(bed, upgrade).cancel() },
  {
    says: 'an app is cancelled',
    on: 'green',
    at: 'mail-sender',
    order: (bed) => handle(bed, app('mail-sender')).cancel(),
  },
  {
    says: 'an app is terminated as it is deployed',
    on: 'green',
    at: 'chat-actor',
    after: 'deploy',
    order: (bed) => handle(bed, app('chat-actor')).terminate('somebody typed temporal workflow terminate'),
  },
  {
    says: 'an app is terminated as green gets half of its traffic',
    on: 'green',
    at: 'chat-search',
    after: 'setWeight',
    order: (bed) => handle(bed, app('chat-search')).terminate('somebody typed temporal workflow terminate'),
  },
  {
    says: 'the upgrade is reset to its last task',
    on: 'green',
    at: 'chat-search',
    order: (bed) => reset(bed, upgrade, 'last'),
  },
  {
    says: 'an app is reset to its first task',
    on: 'green',
    at: 'chat-search',
    order: (bed) => reset(bed, app('chat-search'), 'first'),
  },
]

test.for(orders)('$says in mid-run', async ({ says, on, at, after, order }) => {
  await using bed = await aBed()
  let given = false
  const give = async () => {
    given = true
    await order(bed)
  }
  const worker = bed.worker((told) =>
    !given && told.at === 'after' && told.type === after && told.workflow === app(at) ? give() : undefined,
  )
  await worker.ready()
  await bed.begin()
  const { view, asked } = await played(bed, {
    async look(view) {
      if (!given && after === undefined && moves(view, at, 'production')) await give()
    },
  })
  report(says, asked)
  expect(given).toBe(true)
  expect(view.outcome).toBe(on === 'green' ? 'done' : 'rolled-back')
  expect(await endState(bed)).toEqual(wellOn(on === 'green' ? GREEN : BLUE))
})

const gone = {
  terminated: (bed: Bed) => handle(bed, upgrade).terminate('somebody typed temporal workflow terminate'),
  // It knows nothing of its apps any more, and looks at the platform as if for the first time.
  'reset to its first task': (bed: Bed) => reset(bed, upgrade, 'first'),
} as const

test.for(Object.entries(gone))(
  'the upgrade is %s in mid-run: its apps stay, and go back when they are told to',
  async ([how, order]) => {
    await using bed = await aBed()
    await bed.worker().ready()
    await bed.begin()
    let given = false
    const { view } = await played(bed, {
      async look(view) {
        if (given || !moves(view, 'mail-sender', 'production')) return
        given = true
        await order(bed)
      },
    })
    expect(view.outcome).toBe(how === 'terminated' ? 'terminated' : 'blocked')
    // Whoever begins anew is told what is there, and what first to do about it, before anything moves.
    if (how === 'terminated') await bed.begin()
    const { view: next } = await played(bed)
    expect(next.outcome).toBe('blocked')
    const found = next.status.findings.find((f) => f.code === 'green-exists')
    expect(found?.remedy).toContain('send abort to every workflow')

    const apps = next.status.apps.map((a) => a.app)
    expect(apps.length).toBe(5)
    for (const name of apps) {
      const { status } = await handle(bed, app(name)).describe()
      expect([name, status.name]).toEqual([name, 'RUNNING'])
      await handle(bed, app(name)).signal('abort', { by: 'baba@example.com', reason: 'the upgrade is gone' })
    }
    const ends = await Promise.all(apps.map((name) => handle(bed, app(name)).result()))
    expect(ends.map((end) => end.outcome)).toEqual(apps.map(() => 'rolled-back'))
    const { clusters, asleep } = await endState(bed)
    expect(clusters).toEqual([BLUE, GREEN])
    expect(asleep.filter((what) => what.endsWith(BLUE))).toEqual([])
  },
)
