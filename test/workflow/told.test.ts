import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Due } from '../../src/domain/board.ts'
import type { UpgradeStatus } from '../../src/domain/messages.ts'
import { aPlatform, anApp } from '../support/builders.ts'
import { eventually } from '../support/eventually.ts'
import { Outside } from '../support/fakes.ts'
import { dev, Trial } from '../support/server.ts'

let env: TestWorkflowEnvironment
beforeAll(async () => {
  env = await dev()
})
afterAll(() => env.teardown())

const aTrial = (name: string): Trial => {
  const { teams, ...platform } = aPlatform({ name, apps: [anApp('api')], rest: '0s', soak: '1s' })
  const channels = Object.fromEntries(Object.entries(teams).map(([team, it]) => [team, { ...it, slack: `#${team}` }]))
  return new Trial(env, new Outside({ ...platform, teams: channels }, '100ms'))
}

const inShort = ({ channel, key, ts, loud, says }: Due): string =>
  [
    channel,
    says.kind === 'headline' ? says.text : key.replace(/@\w+/, ''),
    ...(says.kind === 'notice' && says.settled ? [says.settled.title] : []),
    ...(loud && ts === undefined ? ['loud'] : []),
  ].join(' | ')

test('a channel is told of a gate once, what became of it, and how its app stands', async () => {
  const trial = aTrial('told')
  await trial.during(async () => {
    await trial.start()
    const gate = await trial.gate('api', 'approve', 'production/gate@')
    await eventually('it is told', () => trial.outside.posts.flat().some((d) => d.key === gate))
    await trial.say('api', 'approve', { gate, by: 'chiba' })
    await trial.onGreen('api')
    await trial.say(undefined, 'abort', { by: 'baba', reason: 'enough was seen' })
    expect((await trial.result()).outcome).toBe('rolled-back')
  })
  const all = trial.outside.posts.flat()
  const ofApp = all.filter((d) =>
    d.says.kind === 'headline' ? d.says.text.startsWith('api') : d.says.notice.app === 'api',
  )
  const last = (channel: string) => ofApp.findLast((d) => d.channel === channel && d.says.kind === 'headline')
  const told = ofApp.filter((d) => d.says.kind === 'notice').map(inShort)
  expect(told.slice(0, 4)).toEqual([
    '#scala | production/gate.1 | loud',
    '#sre | production/gate.1',
    '#scala | production/gate.1 | approved by chiba',
    '#sre | production/gate.1 | approved by chiba',
  ])
  const back = ['production', 'test'].flatMap((e) => [`#scala | ${e}/back/1 | loud`, `#sre | ${e}/back/1`])
  expect([told.length, new Set(told.slice(4))]).toEqual([8, new Set(back)])
  for (const channel of ['#scala', '#sre'])
    expect(last(channel)?.says).toEqual({
      kind: 'headline',
      text: 'api (scala), told · test rolled-back · production rolled-back',
    })
  // What was sent first has no thread; what came later knows it.
  expect(ofApp.filter((d) => d.says.kind === 'notice').map((d) => d.thread !== undefined)).toEqual([
    false,
    false,
    true,
    true,
    true,
    true,
    true,
    true,
  ])
  // The platform's own: only its team is told.
  const own = all.filter((d) => d.says.kind === 'notice' && d.says.notice.app === undefined)
  expect(new Set(own.map((d) => d.channel))).toEqual(new Set(['#sre']))
  const end = own.at(-1)?.says
  expect(end?.kind === 'notice' && end.notice.evidence?.slice(0, 3)).toEqual([
    '0 of 1 apps are on green',
    '2 environments went back to blue',
    '3 decisions',
  ])
})

test('a channel that does not take it is named where people look, until it does, and holds nobody up', async () => {
  const trial = aTrial('deaf')
  trial.outside.noChannel.add('#sre')
  const untold = async () => (await trial.handle().query<UpgradeStatus>('status')).untold
  await trial.during(async (upgrade) => {
    const gate = await trial.gate(undefined, 'approve', 'start@')
    await eventually('it is named', async () => (await untold()) !== undefined)
    expect(await untold()).toEqual([{ place: 'Slack #sre', why: 'channel_not_found' }])
    expect(JSON.stringify(await upgrade.query('__temporal_workflow_metadata'))).toContain(
      '**Slack #sre was not told:** channel_not_found',
    )
    trial.outside.noChannel.clear()
    await trial.say(undefined, 'approve', { gate, by: 'aoki' })
    await eventually('it is told', async () => (await untold()) === undefined)
    expect(trial.outside.posts.flat().some((d) => d.unsure)).toBe(false)
    // It may have heard it: it is asked for longer, and looked at first.
    trial.outside.slackAway = 1
    const [before, api] = [trial.outside.posts.length, await trial.gate('api', 'approve', 'production/gate@')]
    const after = () => trial.outside.posts.slice(before).flat()
    await eventually('it is told after all', () => after().some((d) => d.unsure) && after().some((d) => d.key === api))
    await trial.say(undefined, 'abort', { by: 'baba', reason: 'enough was seen' })
    expect((await trial.result()).outcome).toBe('rolled-back')
  })
})
