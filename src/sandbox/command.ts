import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { bringPrograms } from './control-plane/programs.ts'
import { apps as allApps } from './seed/apps.ts'
import { ZONE } from './seed/ways.ts'
import { WEIGHED, withExternalDns } from './seed/weighed.ts'
import { narrowed, platformFile, withNeeded } from './platform-file.ts'
import { startTemporal, type TemporalInfo } from './temporal.ts'
import { startWorld, type WorldInfo } from './world.ts'

export interface SandboxOptions {
  /** Written once everything is there. */
  readonly info?: string
  readonly ports?: {
    readonly temporal?: number
    readonly ui?: number
    readonly aws?: number
    readonly prometheus?: number
    readonly control?: number
    readonly traffic?: number
  }
  readonly requestsPerSecond?: number
  /** `real`: control planes of Kubernetes itself, built first where they are not there; left out: stand-ins. */
  readonly kubernetes?: 'real' | 'stand-in'
  /** The names of those that live in blue; left out: all twelve. */
  readonly apps?: readonly string[]
}

/** Where everything is: what `--info` writes. */
export interface SandboxInfo extends Omit<WorldInfo, 'clusters'> {
  readonly temporal: TemporalInfo
  readonly clusters: Readonly<
    Record<string, { readonly name: string; readonly version: string; readonly kubeconfig: string }>
  >
  /** A folder with the platform file, for a worker: NORIKAE_PLATFORMS. */
  readonly platforms: string
  readonly pids: Readonly<Record<string, number>>
}

/** Whom `apps` can name. */
export const appNames: readonly string[] = [...allApps, WEIGHED].map((app) => app.name)

const example = new URL('../../examples/demo.yaml', import.meta.url)

/**
 * A whole world on this machine, until SIGINT or SIGTERM. What is printed, and written to `info`, is enough to start a
 * worker in it: see `environmentOf`.
 */
export async function runSandbox(options: SandboxOptions = {}): Promise<void> {
  const say = (text: string) => process.stderr.write(`${text}\n`)
  const ends: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of ends.splice(0).toReversed()) await end().catch((error: unknown) => say(String(error)))
  }
  const told = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done())
  })
  try {
    const { ports = {}, requestsPerSecond } = options
    const text = await readFile(example, 'utf8')
    const apps = options.apps && withNeeded(text, options.apps)
    const folder = await mkdtemp(join(tmpdir(), 'norikae-sandbox-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    if (options.kubernetes === 'real') await bringPrograms(say)
    say('starting Temporal')
    const temporal = await startTemporal(
      { ...(ports.temporal && { frontend: ports.temporal }), ...(ports.ui && { ui: ports.ui }) },
      say,
    )
    ends.push(() => temporal.stop())
    say('starting AWS, blue and its apps, traffic, metrics')
    const world = await startWorld({
      ports,
      ...(requestsPerSecond !== undefined && { requestsPerSecond }),
      ...(apps && { apps }),
      ...(options.kubernetes && { kubernetes: options.kubernetes }),
    })
    ends.push(() => world.stop())
    const said = apps?.includes(WEIGHED.name) ? withExternalDns(text, ZONE) : text
    const platform = platformFile(apps ? narrowed(said, apps) : said, world.info())
    const info = await described(
      world.info(),
      temporal.info,
      { sandbox: process.pid, temporal: temporal.pid },
      platform,
      folder,
    )
    if (options.info !== undefined) await writeWhole(options.info, `${JSON.stringify(info, undefined, 2)}\n`)
    process.stdout.write(printed(info))
    await told
    say('stopping')
  } finally {
    await stop()
  }
}

async function described(
  world: WorldInfo,
  temporal: TemporalInfo,
  pids: Readonly<Record<string, number>>,
  platform: string,
  folder: string,
): Promise<SandboxInfo> {
  const platforms = join(folder, 'platforms')
  await mkdir(platforms)
  await writeFile(join(platforms, 'chatwork-prod.yaml'), platform)
  const clusters: Record<string, SandboxInfo['clusters'][string]> = {}
  for (const [side, cluster] of Object.entries(world.clusters)) {
    if (!cluster) continue
    const kubeconfig = join(folder, `${cluster.name}.kubeconfig`)
    await writeFile(kubeconfig, cluster.kubeconfig, { mode: 0o600 })
    clusters[side] = { name: cluster.name, version: cluster.version, kubeconfig }
  }
  return { ...world, temporal, clusters, platforms, pids }
}

/** What a worker and the command line need to be in this world. */
export const environmentOf = ({
  temporal,
  aws,
  datadog,
  slack,
  platforms,
}: Pick<SandboxInfo, 'temporal' | 'aws' | 'datadog' | 'slack' | 'platforms'>): Readonly<Record<string, string>> => ({
  TEMPORAL_ADDRESS: temporal.address,
  TEMPORAL_NAMESPACE: temporal.namespace,
  AWS_ENDPOINT_URL: aws.endpoint,
  AWS_REGION: aws.region,
  AWS_ACCESS_KEY_ID: aws.accessKeyId,
  AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
  NORIKAE_DECOMMISSION_ROLE_ARN: aws.decommissionRoleArn,
  NORIKAE_PLATFORMS: platforms,
  NORIKAE_DATADOG_API: datadog.url,
  NORIKAE_DATADOG_API_KEY: datadog.apiKey,
  NORIKAE_DATADOG_APP_KEY: datadog.appKey,
  NORIKAE_SLACK_API: slack.url,
  NORIKAE_SLACK_TOKEN: slack.token,
  NORIKAE_TEMPORAL_UI: temporal.ui,
})

function printed(info: SandboxInfo): string {
  const blue = info.clusters['blue']
  const lines = [
    `Temporal     ${info.temporal.address}   UI ${info.temporal.ui}`,
    `AWS          ${info.aws.endpoint}   account ${info.aws.account}, ${info.aws.region}`,
    ...(blue
      ? [`blue         ${blue.name} (${blue.version})   kubectl --kubeconfig ${blue.kubeconfig} get pods -A`]
      : []),
    `traffic      ${info.traffic.url}   ${info.traffic.hosts.length} hosts`,
    `Prometheus   ${info.prometheus.url}`,
    `control      ${info.control.url}/judge, /calls, /inventory, /faults, /notices, /slack`,
    `platforms    ${info.platforms}`,
    '',
    'A worker in it (another terminal):',
    `  ${Object.entries(environmentOf(info))
      .map(([k, v]) => `${k}=${v}`)
      .join(' ')} npm run worker`,
    'Ctrl-C ends it all.',
  ]
  return `${lines.join('\n')}\n`
}

/** Whole or not at all: somebody may be waiting for the file. */
async function writeWhole(file: string, text: string): Promise<void> {
  const path = resolve(file)
  const part = join(dirname(path), `.${process.pid}.part`)
  await writeFile(part, text, { mode: 0o600 })
  await rename(part, path)
}
