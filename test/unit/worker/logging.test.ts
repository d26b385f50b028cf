import { log } from '@temporalio/activity'
import { MockActivityEnvironment } from '@temporalio/testing'
import { expect, test } from 'vitest'
import { activityLog, jsonLog, temporalLogger } from '../../../src/worker/logging.ts'
import { Lines } from './lines.ts'

/** An SRE searches by platform, app, step and run: each line of a run has them, whoever wrote it. */

const RUN = '0199-a-run'
const subject = { platform: 'chatwork-prod', app: 'chat-api', step: 'production/route/web/25', run: RUN }
const info = (workflowId: string) => ({
  activityId: 'production/route/web/25',
  workflowExecution: { workflowId, runId: RUN },
})
const CUTOVER = 'cluster-upgrade/chatwork-prod/app/chat-api'

test('a line of an activity through Temporal tells platform, app, step and run', async () => {
  const lines = new Lines()
  const logger = temporalLogger(jsonLog('info', lines))
  await new MockActivityEnvironment(info(CUTOVER), { logger }).run(async () => log.warn('not so yet', { at: 25 }))
  expect(lines.all).toEqual([
    expect.objectContaining({ ...subject, level: 'warn', message: 'not so yet', at: 25, service: 'norikae' }),
  ])
})

test('a line of our own, called in an activity, tells them too', async () => {
  const lines = new Lines()
  const say = activityLog(jsonLog('info', lines))
  await new MockActivityEnvironment(info(CUTOVER)).run(async () => say('info', 'planned', { region: 'ap-northeast-1' }))
  expect(lines.all).toEqual([expect.objectContaining({ ...subject, message: 'planned', region: 'ap-northeast-1' })])
})

test.for(['scheduled-upgrade/chatwork-prod-2026-12-22T01:00:00Z', 'next-upgrade/chatwork-prod/0a1b2c3d'])(
  'a line of %s tells its platform',
  async (workflowId) => {
    const lines = new Lines()
    const say = activityLog(jsonLog('info', lines))
    await new MockActivityEnvironment(info(workflowId)).run(async () => say('info', 'decided', {}))
    expect(lines.all).toEqual([expect.objectContaining({ platform: 'chatwork-prod', step: subject.step, run: RUN })])
  },
)

test('what our line says itself wins, and what it leaves open is filled in', async () => {
  const lines = new Lines()
  const say = activityLog(jsonLog('info', lines))
  await new MockActivityEnvironment(info('cluster-upgrade/chatwork-prod')).run(async () =>
    say('info', 'a notice', { platform: undefined, app: 'chat-push' }),
  )
  expect(lines.all).toEqual([expect.objectContaining({ ...subject, app: 'chat-push' })])
})

test('outside of any activity our line is written as it is', () => {
  const lines = new Lines()
  activityLog(jsonLog('info', lines))('info', 'worker started', { taskQueue: 'norikae' })
  expect(lines.all).toEqual([expect.objectContaining({ message: 'worker started', taskQueue: 'norikae' })])
  expect(lines.all[0]).not.toHaveProperty('run')
})

test.for([
  { says: 'an upgrade', workflowId: 'cluster-upgrade/chatwork-prod', told: { platform: 'chatwork-prod' } },
  { says: 'a cutover', workflowId: CUTOVER, told: { platform: 'chatwork-prod', app: 'chat-api' } },
  { says: 'a plan', workflowId: 'upgrade-plan/chatwork-prod/3f9a2c1b', told: { platform: 'chatwork-prod' } },
  { says: 'something else', workflowId: 'billing-run', told: {} },
])('a line of a workflow: $says', ({ workflowId, told }) => {
  const lines = new Lines()
  temporalLogger(jsonLog('info', lines)).info('begun', { workflowId, runId: RUN })
  const [line = {}] = lines.all
  const { platform, app, run } = line
  expect({ platform, app, run }).toEqual({ platform: undefined, app: undefined, ...told, run: RUN })
})

test('what is below the level that was asked for is not written', () => {
  const lines = new Lines()
  const logger = temporalLogger(jsonLog('warn', lines))
  logger.info('not this')
  logger.error('this')
  expect(lines.all.map((line) => line['message'])).toEqual(['this'])
})
