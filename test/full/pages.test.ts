import { expect, test } from 'vitest'
import { upgradeId } from '../../src/domain/messages.ts'
import { accountOf } from '../support/account.ts'
import { aBed, BLUE, GREEN, PLATFORM, type Bed } from './bed.ts'
import { endState, wellOn } from './end-state.ts'
import { report } from './every.ts'
import { played } from './played.ts'
import type { Told } from './told.ts'
import type { WorkerProcess } from './workers.ts'

/** An app whose visitors get a page while its singleton runs on neither side, and what happens to the worker in the meantime. */

const APP = 'chat-actor'
const HOST = `${APP}.chatwork.test`
const withPage = () =>
  aBed(['production'], { says: [[`  ${APP}:\n`, `  ${APP}:\n    maintenance: { status: 503 }\n`]] })

/** Rules that answer by themselves. */
const pages = ({ world }: Bed) => world.aws.elbv2.rules().filter((rule) => rule.page !== undefined)
const got = ({ world }: Bed) => world.load.report().byHost[HOST]?.pages ?? 0
/** Of its app's handover, behind the page. */
const isStopping = (told: Told) =>
  told.at === 'before' && told.type === 'stopWorkload' && told.workflow.endsWith(`/app/${APP}`)

/** Its visitors have got the page, and nobody else's. */
async function visited(bed: Bed): Promise<void> {
  await expect.poll(() => got(bed), { timeout: 10_000 }).toBeGreaterThan(0)
  expect(pages(bed).map((rule) => rule.hosts)).toEqual([[HOST]])
}

function onlyItsOwn({ world }: Bed): void {
  const { byHost } = world.load.report()
  expect(Object.keys(byHost).filter((host) => (byHost[host]?.pages ?? 0) > 0)).toEqual([HOST])
}

test('a worker that is killed while a page is up: the next one takes it away, and no request is dropped', async () => {
  await using bed = await withPage()
  let killed = false
  const hear = (told: Told, worker: WorkerProcess) => {
    if (killed || !isStopping(told)) return undefined
    killed = true
    return visited(bed)
      .then(() => worker.kill())
      .then(() => void bed.worker(hear))
  }
  await bed.worker(hear).ready()
  await bed.begin()
  const { view, asked } = await played(bed)
  report('killed behind a page', asked)
  expect(killed).toBe(true)
  expect(view.outcome).toBe('done')
  expect(pages(bed)).toEqual([])
  onlyItsOwn(bed)
  expect(bed.world.load.report().byHost[HOST]?.servedBy[GREEN] ?? 0).toBeGreaterThan(20)
  expect(await endState(bed)).toEqual(wellOn(GREEN))
})

test('an upgrade that is aborted while a page is up takes it away, and no request is dropped', async () => {
  await using bed = await withPage()
  const before = accountOf(bed.world)
  let said = false
  const worker = bed.worker((told) => {
    if (said || !isStopping(told)) return undefined
    said = true
    const upgrade = bed.temporal.client.workflow.getHandle(upgradeId(PLATFORM))
    return visited(bed).then(() => upgrade.signal('abort', { by: 'baba@example.com', reason: 'a page is up' }))
  })
  await worker.ready()
  await bed.begin()
  const { view, asked } = await played(bed)
  report('aborted behind a page', asked)
  expect(said).toBe(true)
  expect(view.outcome).toBe('rolled-back')
  expect(pages(bed)).toEqual([])
  onlyItsOwn(bed)
  expect(await endState(bed)).toEqual(wellOn(BLUE))
  await expect.poll(() => accountOf(bed.world), { timeout: 40_000 }).toEqual(before)
})
