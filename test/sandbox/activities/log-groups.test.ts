import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { logGroupOf } from '../../../src/domain/log-groups.ts'
import { driven } from '../../support/driven.ts'
import { call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

/** Whose a log group is decides what is done to it: what it holds cannot be brought back. */

const cluster = 'demo-1-37'
const name = logGroupOf(cluster)
let world: TwoClusters
beforeAll(async () => {
  world = await twoClusters()
  world.aws.logs.make(logGroupOf(scope.blue), { retentionInDays: 90 })
})
afterAll(() => world.stop())

const logs = () => world.theirs.logs(scope.region)
beforeEach(async () => {
  await logs().remove(name)
})

const made = async () => (await driven(world.activities.makeLogGroup, call<'makeLogGroup'>({ cluster }))).answer.note
const kept = async () =>
  (await driven(world.activities.copyLogRetention, call<'copyLogRetention'>({ cluster, like: scope.blue }))).answer.note
const deleted = async () =>
  (await driven(world.activities.deleteLogGroup, call<'deleteLogGroup'>({ cluster }))).answer.note

const left = async () =>
  (await driven(world.activities.findRemains, call<'findRemains'>({ cluster, identity: 'made-by-this-run' }))).answer
    .findings

test('one that the run made is kept for as long as blue’s, and goes with green', async () => {
  await made()
  expect(await kept()).toBe(`${name} keeps its logs for 90 days`)
  expect(world.aws.logs.settings(name)).toEqual({ retentionInDays: 90 })
  expect(await deleted()).toBe(`${name} is gone`)
})

test.for([
  { says: 'for ever', days: undefined, words: 'for ever' },
  { says: 'for years', days: 3653, words: 'for 3653 days' },
])('one that was there before, kept $says, loses nothing', async ({ days, words }) => {
  world.aws.logs.make(name, days === undefined ? {} : { retentionInDays: days })
  const before = world.aws.logs.inventory()
  expect(await made()).toContain('was there before')
  const note = await kept()
  expect(note).toContain(`${name} was not made by this run, and goes on keeping its logs ${words}`)
  expect(note).toContain(`aws logs put-retention-policy --log-group-name ${name} --retention-in-days 90`)
  expect(await deleted()).toContain('stays: this run did not make it')
  expect(world.aws.logs.inventory()).toEqual(before)
})

test('what somebody wants to keep of a green that failed stays, by the command that the step said', async () => {
  const note = await made()
  const [, arn = '', key] = /untag-resource --resource-arn (\S+) --tag-keys (\S+)$/.exec(note) ?? []
  expect(arn).toBe((await logs().find(name))?.arn)
  world.aws.logs.untag(name, key ?? '')
  expect(await deleted()).toBe(`${name} stays: this run did not make it (its tag norikae.io/run says nothing)`)
  expect(await left()).toEqual([
    expect.objectContaining({
      about: `log group ${name}`,
      message: expect.stringContaining('is not marked as made by this run') as string,
    }),
  ])
})

test('one of before is told with its date, and without a command that would delete it', async () => {
  world.aws.logs.make(name, { madeAt: '2024-03-01T09:30:00Z' })
  const [told] = (await left()) ?? []
  expect(told?.message).toBe(
    `has the name of ${cluster} and is not marked as made by this run: it was made 2024-03-01 09:30 UTC; 0.0 GB of logs, unknown a month (there is no price for them)`,
  )
  expect(told?.remedy).not.toContain('delete-log-group')
})
