import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import {
  bundleWorkflowCode,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type Logger,
} from '@temporalio/worker'
import { createActivities } from './activities/index.ts'
import type { Outside } from './activities/outside.ts'
import { connectOutside } from './adapters/index.ts'
import { openUpgrade } from './client/open-upgrade.ts'
import { dataConverter } from './client/large-payloads.ts'
import { startedSince } from './client/started-since.ts'
import { ownVersion } from './client/own-version.ts'
import { placeAmongWorkers } from './client/place-among-workers.ts'
import { makeSearchAttributes } from './client/search-attributes.ts'
import { upgradeId, type UpgradeStatus } from './domain/messages.ts'
import { serveHealth } from './worker/health.ts'
import { activityLog, jsonLog, temporalLogger } from './worker/logging.ts'
import { platformFiles, stateFiles } from './worker/platforms.ts'
import { workflowUrl } from './worker/links.ts'
import { settingsFrom, type WorkerSettings } from './worker/settings.ts'

/**
 * Joins adapters to activities, connects to Temporal, makes the search attributes, and works until it is told to stop.
 * SIGTERM and SIGINT let running activities end first.
 */
async function main(): Promise<void> {
  const settings = settingsFrom(process.env)
  const log = jsonLog(settings.logLevel)
  const logger = temporalLogger(log)
  Runtime.install({
    logger,
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      metrics: {
        prometheus: {
          bindAddress: `${settings.host}:${settings.metricsPort}`,
          countersTotalSuffix: true,
          unitSuffix: true,
          useSecondsForDurations: true,
        },
      },
    },
  })

  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig()
  const clients = await Connection.connect(connectionOptions ?? {})
  await makeSearchAttributes(clients, namespace)
  const client = new Client({ connection: clients, namespace, dataConverter })
  const { taskQueue } = settings
  const temporal = { client, namespace, taskQueue, [Symbol.asyncDispose]: () => clients.close() }
  // What Temporal shows of a worker, and `norikae doctor` reads.
  const identity = `${process.pid}@${hostname()} norikae ${ownVersion()}`
  const ports = connectOutside({
    version: ownVersion(),
    recordsPlace: placeAmongWorkers(temporal, identity),
    webhookSecrets: settings.webhookSecrets,
    ...(settings.slack && { slack: settings.slack }),
    ...(settings.datadog && { datadog: settings.datadog }),
    ...(settings.decommissionRoleArn !== undefined && { decommissionRoleArn: settings.decommissionRoleArn }),
  })
  const outside: Outside = {
    ports,
    platformFile: platformFiles(settings.platforms),
    stateFile: stateFiles(settings.platforms),
    upgradeStatus: (platform) =>
      client.workflow
        .getHandle(upgradeId(platform))
        .query<UpgradeStatus>('status')
        .catch(() => undefined),
    openUpgrade: (platform) => openUpgrade(client, platform),
    startedSince: (...of) => startedSince(temporal, ...of),
    host: { name: hostname(), temporal: connectionOptions?.address ?? 'localhost:7233' },
    probeImage: settings.probeImage,
    ...(settings.temporalUi !== undefined && { workflowUrl: workflowUrl(settings.temporalUi, namespace) }),
    log: activityLog(log),
  }

  const connection = await NativeConnection.connect(connectionOptions ?? {})
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    dataConverter,
    identity,
    ...(await workflows(settings, logger)),
    activities: createActivities(outside),
    // Measured: an idle workflow is with another worker after this, instead of ten seconds. All of it may take five.
    stickyQueueScheduleToStartTimeout: '3s',
    // Without it, activities are cancelled at once; each attempt is short.
    shutdownGraceTime: '20s',
    // An attempt is a read or a write of seconds, and most of its time is waiting for an answer.
    maxConcurrentActivityTaskExecutions: 100,
    // As often as an attempt says so: two may be late before it is given to another worker.
    maxHeartbeatThrottleInterval: '3s',
  })
  const health = await serveHealth(worker, settings.healthPort, settings.host)
  log.info({ taskQueue, namespace, platforms: settings.platforms }, 'worker started')
  try {
    await worker.run()
  } finally {
    health.close()
    await ports.close()
    await clients.close()
    await connection.close()
    log.info('worker stopped')
  }
}

async function workflows({ bundle }: WorkerSettings, logger: Logger) {
  if (bundle !== undefined) return { workflowBundle: { codePath: bundle } }
  const path = (name: string) => fileURLToPath(new URL(`workflows/${name}.ts`, import.meta.url))
  return {
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: path('index'),
      workflowInterceptorModules: [path('interceptors')],
      logger,
    }),
  }
}

try {
  await main()
} catch (error) {
  process.stderr.write(`norikae worker: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
