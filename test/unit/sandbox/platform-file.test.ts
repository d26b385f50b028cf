import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readPlatformFile } from '../../../src/config/read.ts'
import { ZONE } from '../../../src/sandbox/seed/ways.ts'
import { WEIGHED, weighedHost, withExternalDns } from '../../../src/sandbox/seed/weighed.ts'
import { narrowed, withNeeded } from '../../../src/sandbox/platform-file.ts'

const text = await readFile(new URL('../../../examples/demo.yaml', import.meta.url), 'utf8')

test.for([
  { apps: ['chat-api', 'chat-actor'], says: ['chat-actor'] },
  { apps: ['mail-sender', 'chat-push', 'chat-api'], says: ['mail-sender', 'chat-push'] },
  { apps: ['chat-worker'], says: ['chat-worker'] },
])('of $apps the file says what it said, and of nobody else', ({ apps, says }) => {
  const whole = parse(text) as { apps: Record<string, object> }
  const kept = Object.fromEntries(Object.entries(whole.apps).filter(([name]) => says.includes(name)))
  expect(parse(narrowed(text, apps))).toEqual({ ...whole, apps: kept })
})

test('where it says nothing of any of them, it is a right file still', () => {
  const rest = narrowed(text, ['reports'])
  expect(parse(rest)).not.toHaveProperty('apps')
  expect(rest).toContain('# The sandbox takes their webhooks')
  expect(readPlatformFile(rest, 'demo.yaml')).toMatchObject({ ok: true })
})

test('of the app that external-dns makes a record for it says that, and brings external-dns to green with an owner id of its own', () => {
  const said = withExternalDns(text, ZONE)
  const both = narrowed(said, ['chat-api', WEIGHED.name])
  expect(readPlatformFile(both, 'demo.yaml')).toMatchObject({ ok: true })
  const { apps, platformApps, transforms } = parse(both) as Record<string, Record<string, unknown>> // as was just read
  expect(Object.keys(apps ?? {})).toEqual([WEIGHED.name])
  expect(JSON.stringify(apps)).toContain(`"${weighedHost}":{"zone":"${ZONE}","target":"Service/status-production/web"}`)
  expect(JSON.stringify(platformApps)).toContain('"external-dns"')
  expect(JSON.stringify(transforms)).toContain('"--txt-owner-id=chatwork-prod-1-35":"--txt-owner-id={green}"')
})

test('what an app depends on comes with it', () => {
  expect(withNeeded(text, ['chat-push', 'admin'])).toEqual(['chat-push', 'admin', 'chat-api'])
})
