import { expect, test } from 'vitest'
import type { OpenGate } from '../../src/client/shapes.ts'
import { asked, welcome, whoMay, type Place } from '../../src/demo/guide.ts'
import { aDecommission, aRetry, aWaiting } from '../cli/views.ts'
import { messageProblem, norikaeProblem, temporalProblem } from '../support/command-checks.ts'
import { commandsIn, filled } from '../support/pages.ts'

/** What the reader of a hands-on demo is told is what works. */

const place: Place = {
  platform: 'chatwork-prod',
  to: '1.36',
  by: 'aoki@example.com',
  blue: 'chatwork-prod-1-35',
  ui: 'http://127.0.0.1:8233',
  namespace: 'default',
  taskQueue: 'norikae',
}
const aGate = (app: string, more: Partial<OpenGate> = {}): OpenGate => ({
  ...aWaiting(`production/gate@${app}.1`),
  platform: 'chatwork-prod',
  app,
  environment: 'production',
  workflowId: `cluster-upgrade/chatwork-prod/app/${app}`,
  digest: app,
  findings: [],
  wayBack: [],
  environments: [],
  ...more,
})
const upgradeGate = (waiting: Partial<OpenGate>): OpenGate => {
  const {
    app: _,
    environment: __,
    ...gate
  } = aGate('upgrade', { ...waiting, workflowId: 'cluster-upgrade/chatwork-prod' })
  return gate
}
const removal = upgradeGate({ ...aDecommission(), excluded: { aoki: 'approved start' } })
const failed = aGate('legacy-php', { ...aRetry('production/observe/25@x.1', 'errors 0.5'), problem: 'errors 0.5' })

/** Whatever is there to be typed. */
const commandsOf = (text: string): string[][] =>
  [...text.replaceAll(/\\\n +/g, '').matchAll(/^ {2,}(?:[a-z]+ (?:[a-z]+)? +)?((?:norikae|temporal) .*)$/gm)].flatMap(
    ([, line = '']) => commandsIn(filled(line)),
  )

test.for([
  { says: 'one app', gates: [aGate('files')], commands: 3 },
  { says: 'several of one team, at once', gates: [aGate('files'), aGate('admin')], commands: 3 },
  { says: 'a failed step', gates: [failed], commands: 2 },
  { says: 'the removal of blue', gates: [removal], commands: 4 },
])('each command that is told of $says is one', async ({ gates, commands }) => {
  const found = commandsOf(asked(gates, place))
  expect(found).toHaveLength(commands)
  for (const [name, ...args] of found)
    expect(
      name === 'norikae' ? await norikaeProblem(args) : await temporalProblem(args),
      args.join(' '),
    ).toBeUndefined()
})

test('so is what begins it', async () => {
  const text = welcome(place, '/tmp/x/env')
  const found = commandsOf(text)
  expect(found.map(([, verb]) => verb)).toEqual(['plan', 'start'])
  for (const [, ...args] of found) expect(await norikaeProblem(args)).toBeUndefined()
  expect(text).toContain('{"platform":"chatwork-prod","to":"1.36","by":"aoki@example.com"}')
})

test('what one person can answer together is one passage; a failure has its own', () => {
  const text = asked([aGate('files'), aGate('admin'), failed, { ...failed, app: 'reports', workflowId: 'r' }], place)
  expect(text.match(/^◇ .*$/gm)).toEqual([
    '◇ scala is asked to approve or reject: files production, admin production',
    '◇ scala is asked to retry: legacy-php production',
    '◇ scala is asked to retry: reports production',
  ])
  expect(text).toContain('type        norikae approve --all --as chiba')
})

test('who may not is not named, and what is lost for good is typed', () => {
  expect(whoMay(removal, 'approve')).toBe('baba')
  const text = asked([removal], place)
  expect(text).toContain('norikae approve decommission --typed chatwork-prod-1-35 --as baba')
  const [, body = ''] = /--input '(\{.*?\})'/.exec(text) ?? []
  expect(JSON.parse(body)).toEqual({ gate: 'soak/gate@d9b6f453.1', by: 'baba', typed: 'chatwork-prod-1-35' })
  expect(messageProblem('approve', body)).toBeUndefined()
  expect(text).toContain('http://127.0.0.1:8233/namespaces/default/workflows/cluster-upgrade%2Fchatwork-prod')
})

test('what is clicked is what is typed: the message, and its JSON alone on a line', () => {
  for (const gate of [aGate('files'), failed, removal]) {
    const text = asked([gate], place)
    const [, name, body = ''] = /Send an Update\. Name: (\w+)\. Data:\n +(\{.*\})\n/.exec(text) ?? []
    expect(messageProblem(name, body)).toBeUndefined()
    expect(text).toContain(`--name ${name} --input '${body}'`)
  }
})

test('what waits for its hours asks nobody', () => {
  expect(asked([aGate('files', { opensAt: '2026-11-24T10:00:00Z' })], place)).toBe('')
})
