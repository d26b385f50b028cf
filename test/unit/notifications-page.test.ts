import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { headersOf } from '../../src/adapters/webhook/signature.ts'
import { files } from '../../src/client/json-schemas.ts'
import { settingsFrom } from '../../src/worker/settings.ts'
import { aPlatformFile, problemsIn } from './config/a-platform-file.ts'

const folder = new URL('../../docs/how-to/', import.meta.url)
const page = readFileSync(new URL('notifications.md', folder), 'utf8')
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text = '']) => text)

test('what the how-to writes of teams is read', () => {
  const [teams = ''] = blocks('yaml')
  expect(problemsIn(aPlatformFile.replace(/teams:[^]*?(?=platformTeam)/, teams))).toEqual([])
})

test('its code tells a notice of ours from others', async () => {
  const [code = ''] = blocks('js')
  const { isFromNorikae } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    isFromNorikae: (headers: object, body: string, secret: string) => boolean
  }
  const secret = `whsec_${Buffer.alloc(32, 'a').toString('base64')}`
  const old = `whsec_${Buffer.alloc(32, 'b').toString('base64')}`
  expect(settingsFrom({ NORIKAE_WEBHOOK_SECRET: `${secret} ${old}` }).webhookSecrets).toEqual([secret, old])
  const timestamp = Math.floor(Date.now() / 1000)
  const headers = headersOf({ id: 'msg_1', timestamp, body: '{}' }, [secret, old])
  expect([secret, old].map((each) => isFromNorikae(headers, '{}', each))).toEqual([true, true])
  expect(isFromNorikae(headers, '{"a":1}', secret)).toBe(false)
  expect(isFromNorikae(headers, '{}', `whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(false)
  const late = headersOf({ id: 'msg_1', timestamp: timestamp - 400, body: '{}' }, [secret])
  expect(isFromNorikae(late, '{}', secret)).toBe(false)
})

test('it names everything that is told, and every setting is one', () => {
  for (const about of files.webhook.shape.about.options) expect(page).toContain(`\`${about}\``)
  const settings = [...page.matchAll(/NORIKAE_[A-Z_]+/g)].map(([name]) => name)
  const worker = readFileSync(new URL('run-the-worker.md', folder), 'utf8')
  expect(settings.length).toBeGreaterThan(3)
  expect(settings.filter((name) => !worker.includes(name))).toEqual([])
})
