import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { settingsFrom } from '../../../src/worker/settings.ts'

test('without any variable a worker is set up as docs/how-to/run-the-worker.md says', () => {
  expect(settingsFrom({})).toEqual({
    taskQueue: 'norikae',
    platforms: resolve('platforms'),
    healthPort: 8081,
    metricsPort: 9464,
    host: '0.0.0.0',
    probeImage: 'busybox:1.37',
    logLevel: 'info',
    webhookSecrets: [],
  })
})

test('each variable is read', () => {
  expect(
    settingsFrom({
      NORIKAE_TASK_QUEUE: 'trial',
      NORIKAE_PLATFORMS: '/etc/norikae',
      NORIKAE_HEALTH_PORT: '1',
      NORIKAE_METRICS_PORT: '65535',
      NORIKAE_HOST: '127.0.0.1',
      NORIKAE_PROBE_IMAGE: 'mirror/busybox:1',
      NORIKAE_LOG_LEVEL: 'debug',
      NORIKAE_WORKFLOW_BUNDLE: '/norikae/workflows.js',
      NORIKAE_WEBHOOK_SECRET: `whsec_${'a'.repeat(32)} whsec_${'b'.repeat(43)}=`,
      NORIKAE_DECOMMISSION_ROLE_ARN: 'arn:aws:iam::123456789012:role/norikae-decommission',
      NORIKAE_TEMPORAL_UI: 'https://temporal.example.com',
      NORIKAE_SLACK_TOKEN: 'xoxb-1',
      NORIKAE_SLACK_API: 'https://slack-gov.com/api/',
      NORIKAE_DATADOG_API_KEY: 'a1',
      NORIKAE_DATADOG_APP_KEY_FILE: '/etc/keys/app',
      NORIKAE_DATADOG_API: 'https://datadog.proxy.example.com',
    }),
  ).toEqual({
    taskQueue: 'trial',
    platforms: resolve('/etc/norikae'),
    healthPort: 1,
    metricsPort: 65_535,
    host: '127.0.0.1',
    probeImage: 'mirror/busybox:1',
    logLevel: 'debug',
    bundle: '/norikae/workflows.js',
    webhookSecrets: [`whsec_${'a'.repeat(32)}`, `whsec_${'b'.repeat(43)}=`],
    decommissionRoleArn: 'arn:aws:iam::123456789012:role/norikae-decommission',
    temporalUi: 'https://temporal.example.com',
    slack: { token: 'xoxb-1', api: 'https://slack-gov.com/api/' },
    datadog: {
      apiKey: { text: 'a1' },
      appKey: { file: resolve('/etc/keys/app') },
      api: 'https://datadog.proxy.example.com',
    },
  })
})

test('what is set to nothing counts as not set', () => {
  const names = ['TASK_QUEUE', 'PLATFORMS', 'HEALTH_PORT', 'METRICS_PORT', 'HOST', 'PROBE_IMAGE', 'LOG_LEVEL']
  const newer = [
    'WORKFLOW_BUNDLE',
    'WEBHOOK_SECRET',
    'TEMPORAL_UI',
    'SLACK_TOKEN',
    'SLACK_API',
    'DATADOG_API_KEY',
    'DATADOG_API_KEY_FILE',
    'DATADOG_APP_KEY',
    'DATADOG_API',
    'DECOMMISSION_ROLE_ARN',
  ]
  const empty = [...names, ...newer].map((name) => [`NORIKAE_${name}`, ''])
  expect(settingsFrom(Object.fromEntries(empty))).toEqual(settingsFrom({}))
})

test('everything that cannot be read is named at once', () => {
  expect(() =>
    settingsFrom({ NORIKAE_HEALTH_PORT: 'eight', NORIKAE_METRICS_PORT: '65536', NORIKAE_LOG_LEVEL: 'loud' }),
  ).toThrow(
    [
      'NORIKAE_LOG_LEVEL is "loud"; it takes trace, debug, info, warn, error',
      'NORIKAE_HEALTH_PORT is "eight", which is no port',
      'NORIKAE_METRICS_PORT is "65536", which is no port',
    ].join('\n'),
  )
})

test('Datadog takes both of its keys, each once', () => {
  const tried = (env: object) => () => settingsFrom({ NORIKAE_DATADOG_API_KEY: 'hidden', ...env })
  expect(tried({})).toThrow('Datadog takes two keys: set NORIKAE_DATADOG_API_KEY and NORIKAE_DATADOG_APP_KEY, or none')
  expect(tried({ NORIKAE_DATADOG_API_KEY_FILE: 'f', NORIKAE_DATADOG_APP_KEY: 'b' })).toThrow(
    'NORIKAE_DATADOG_API_KEY and NORIKAE_DATADOG_API_KEY_FILE are both set; keep one',
  )
  expect(tried({})).not.toThrow('hidden')
})

test('a role is named by its ARN', () => {
  expect(() => settingsFrom({ NORIKAE_DECOMMISSION_ROLE_ARN: 'norikae-decommission' })).toThrow(
    'NORIKAE_DECOMMISSION_ROLE_ARN is "norikae-decommission"; it takes the ARN of a role: arn:aws:iam::<account>:role/<name>',
  )
})

test('a secret that cannot be read is not repeated', () => {
  const tried = () => settingsFrom({ NORIKAE_WEBHOOK_SECRET: 'hidden', NORIKAE_SLACK_TOKEN: 'hidden' })
  expect(tried).toThrow(/NORIKAE_WEBHOOK_SECRET takes whsec_.*\nNORIKAE_SLACK_TOKEN takes the bot token/)
  expect(tried).not.toThrow('hidden')
  expect(() => settingsFrom({ NORIKAE_TEMPORAL_UI: 'temporal:8233' })).toThrow('NORIKAE_TEMPORAL_UI is "temporal:8233"')
})
