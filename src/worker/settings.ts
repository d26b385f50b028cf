import { resolve } from 'node:path'

/** How a worker is set up: by environment variables, because that is what an image and a chart can give it. */
export interface WorkerSettings {
  readonly taskQueue: string
  /** Folder of `<platform>.yaml` files. */
  readonly platforms: string
  readonly healthPort: number
  readonly metricsPort: number
  readonly host: string
  readonly probeImage: string
  readonly logLevel: string
  /** What webhooks are signed with: the newest first, and the one that it replaces. */
  readonly webhookSecrets: readonly string[]
  /** Where people open workflows in Temporal's UI. */
  readonly temporalUi?: string
  /** Slack's bot token, and where its API is when that is not slack.com. */
  readonly slack?: { readonly token: string; readonly api?: string }
  /** What opens Datadog, or the files that have it, and where its API is when that is not the site's own. */
  readonly datadog?: { readonly apiKey: Key; readonly appKey: Key; readonly api?: string }
  /** Assumed by the steps that decommission; left out: they use the worker's own credentials. */
  readonly decommissionRoleArn?: string
  /** Workflow code, bundled ahead; else it is bundled at start. */
  readonly bundle?: string
}

type Key = { readonly text: string } | { readonly file: string }

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: 24 to 64 bytes. */
const SECRET = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/

/** Throws an error that names every variable that cannot be read. */
export function settingsFrom(env: Readonly<Record<string, string | undefined>>): WorkerSettings {
  const problems: string[] = []
  /** What is set to nothing is not set: a chart and compose write empty variables. */
  const told = (name: string): string | undefined => (env[name] === '' ? undefined : env[name])
  const port = (name: string, otherwise: number): number => {
    const text = told(name)
    if (text === undefined) return otherwise
    const value = Number(text)
    if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value
    problems.push(`${name} is "${text}", which is no port`)
    return otherwise
  }
  const levels = ['trace', 'debug', 'info', 'warn', 'error']
  const logLevel = told('NORIKAE_LOG_LEVEL') ?? 'info'
  if (!levels.includes(logLevel)) problems.push(`NORIKAE_LOG_LEVEL is "${logLevel}"; it takes ${levels.join(', ')}`)
  const webhookSecrets = (told('NORIKAE_WEBHOOK_SECRET') ?? '').split(/\s+/).filter((secret) => secret !== '')
  if (!webhookSecrets.every((secret) => SECRET.test(secret)))
    problems.push(
      'NORIKAE_WEBHOOK_SECRET takes whsec_ and 24 to 64 bytes in Base64; two of them, with a space, while you change it',
    )
  const address = (name: string): string | undefined => {
    const text = told(name)
    if (text !== undefined && !/^https?:\/\/[^\s]+$/.test(text))
      problems.push(`${name} is "${text}"; it takes an address that begins with https:// or http://`)
    return text
  }
  const temporalUi = address('NORIKAE_TEMPORAL_UI')
  const api = address('NORIKAE_SLACK_API')
  const token = told('NORIKAE_SLACK_TOKEN')
  // Not repeated: a log keeps what was wrong with it.
  if (token !== undefined && !/^xox[a-z][-.]\S+$/.test(token))
    problems.push('NORIKAE_SLACK_TOKEN takes the bot token of a Slack app: xoxb-…')
  /** Itself or in a file, as secrets are mounted. */
  const key = (name: string): Key | undefined => {
    const [text, file] = [told(name), told(`${name}_FILE`)]
    if (text !== undefined && file !== undefined) problems.push(`${name} and ${name}_FILE are both set; keep one`)
    return text !== undefined ? { text } : file !== undefined ? { file: resolve(file) } : undefined
  }
  const [apiKey, appKey] = [key('NORIKAE_DATADOG_API_KEY'), key('NORIKAE_DATADOG_APP_KEY')]
  if ((apiKey === undefined) !== (appKey === undefined))
    problems.push('Datadog takes two keys: set NORIKAE_DATADOG_API_KEY and NORIKAE_DATADOG_APP_KEY, or none')
  const datadogApi = address('NORIKAE_DATADOG_API')
  const decommissionRoleArn = told('NORIKAE_DECOMMISSION_ROLE_ARN')
  if (decommissionRoleArn !== undefined && !/^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/.test(decommissionRoleArn))
    problems.push(
      `NORIKAE_DECOMMISSION_ROLE_ARN is "${decommissionRoleArn}"; it takes the ARN of a role: arn:aws:iam::<account>:role/<name>`,
    )
  const bundle = told('NORIKAE_WORKFLOW_BUNDLE')
  const settings: WorkerSettings = {
    taskQueue: told('NORIKAE_TASK_QUEUE') ?? 'norikae',
    platforms: resolve(told('NORIKAE_PLATFORMS') ?? 'platforms'),
    healthPort: port('NORIKAE_HEALTH_PORT', 8081),
    metricsPort: port('NORIKAE_METRICS_PORT', 9464),
    host: told('NORIKAE_HOST') ?? '0.0.0.0',
    probeImage: told('NORIKAE_PROBE_IMAGE') ?? 'busybox:1.37',
    logLevel,
    webhookSecrets,
    ...(temporalUi !== undefined && { temporalUi }),
    ...(token !== undefined && { slack: { token, ...(api !== undefined && { api }) } }),
    ...(apiKey && appKey && { datadog: { apiKey, appKey, ...(datadogApi !== undefined && { api: datadogApi }) } }),
    ...(decommissionRoleArn !== undefined && { decommissionRoleArn }),
    ...(bundle !== undefined && { bundle }),
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return settings
}
