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
  /** Workflow code, bundled ahead; else it is bundled at start. */
  readonly bundle?: string
}

/** Throws an error that names every variable that cannot be read. */
export function settingsFrom(env: Readonly<Record<string, string | undefined>>): WorkerSettings {
  const problems: string[] = []
  const port = (name: string, otherwise: number): number => {
    const text = env[name]
    if (text === undefined || text === '') return otherwise
    const value = Number(text)
    if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value
    problems.push(`${name} is "${text}", which is no port`)
    return otherwise
  }
  const levels = ['trace', 'debug', 'info', 'warn', 'error']
  const logLevel = env['NORIKAE_LOG_LEVEL'] ?? 'info'
  if (!levels.includes(logLevel)) problems.push(`NORIKAE_LOG_LEVEL is "${logLevel}"; it takes ${levels.join(', ')}`)
  const bundle = env['NORIKAE_WORKFLOW_BUNDLE']
  const settings: WorkerSettings = {
    taskQueue: env['NORIKAE_TASK_QUEUE'] ?? 'norikae',
    platforms: resolve(env['NORIKAE_PLATFORMS'] ?? 'platforms'),
    healthPort: port('NORIKAE_HEALTH_PORT', 8081),
    metricsPort: port('NORIKAE_METRICS_PORT', 9464),
    host: env['NORIKAE_HOST'] ?? '0.0.0.0',
    probeImage: env['NORIKAE_PROBE_IMAGE'] ?? 'busybox:1.37',
    logLevel,
    ...(bundle !== undefined && bundle !== '' && { bundle }),
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return settings
}
