/**
 * The sandbox joined: AWS, the API servers of its clusters, the platform in them, traffic, metrics, faults and the judge.
 * What AWS makes becomes real here: a second cluster gets an API server and a load balancer controller.
 */
import { AwsFaults } from './aws/faults.ts'
import { startAws } from './aws/server.ts'
import { createBuffers } from './buffers.ts'
import { startCluster } from './cluster/server.ts'
import { createClusters, type ClusterTimes } from './clusters.ts'
import { Disturbances } from './disturbances.ts'
import { startControl } from './control.ts'
import { Faults, MetricFaults } from './faults.ts'
import { createJudge, type Judge } from './judge.ts'
import { lookAt } from './judge/twin-sides.ts'
import { startNetworkOwner } from './network-owner.ts'
import { startDatadog } from './datadog/server.ts'
import { SeriesStore } from './prometheus/series.ts'
import { startPrometheus } from './prometheus/server.ts'
import { WorldMetrics } from './prometheus/world-metrics.ts'
import { apps as allApps, BLUE, environments as allEnvironments, type EnvironmentName } from './seed/apps.ts'
import { EDGE } from './seed/ways.ts'
import { startRealCluster } from './real/cluster.ts'
import { seedBlue, seedPlatform, seedRoles, streams } from './seed.ts'
import { AppFaults } from './traffic/app-faults.ts'
import { createLoad, type Load } from './traffic/load.ts'
import { startSlack } from './slack/slack.ts'
import { startPodNetwork } from './traffic/pods.ts'
import { startProxy } from './traffic/proxy.ts'
import { WEIGHED } from './seed/weighed.ts'
import { createWays } from './ways/ways.ts'
import type { AwsIdentity, Probe, SandboxAws, SandboxCluster } from './types.ts'

export interface WorldOptions {
  /** Left out or 0: any that is free. */
  readonly ports?: {
    readonly aws?: number
    readonly prometheus?: number
    readonly control?: number
    readonly traffic?: number
  }
  /** The names of those that live in blue; left out: all twelve. */
  readonly apps?: readonly string[]
  /** Left out: all three. */
  readonly environments?: readonly EnvironmentName[]
  /** Over all hosts; production gets most. */
  readonly requestsPerSecond?: number
  /** `real`: control planes of Kubernetes itself; left out: stand-ins. */
  readonly kubernetes?: 'real' | 'stand-in'
  /** Of the record of the app that is found by name, in seconds; left out: one. */
  readonly recordTtl?: number
  readonly times?: {
    readonly aws?: NonNullable<Parameters<typeof startAws>[0]['times']>
    readonly cluster?: ClusterTimes
  }
}

export interface ClusterInfo {
  readonly name: string
  readonly version: string
  /** The file's content. */
  readonly kubeconfig: string
}

export interface WorldInfo {
  readonly aws: Pick<AwsIdentity, 'region' | 'account' | 'accessKeyId' | 'secretAccessKey'> & {
    readonly endpoint: string
    readonly decommissionRoleArn: string
  }
  /** Blue is the oldest that runs; when it is gone, the other is blue. */
  readonly clusters: { readonly blue?: ClusterInfo; readonly green?: ClusterInfo }
  /** The load balancer, and whose requests it takes: those that are reached otherwise are sent elsewhere. */
  readonly traffic: { readonly url: string; readonly hosts: readonly string[] }
  readonly prometheus: { readonly url: string }
  readonly datadog: { readonly url: string; readonly apiKey: string; readonly appKey: string }
  /** The chat of the teams: a channel each. */
  readonly slack: { readonly url: string; readonly token: string }
  readonly control: { readonly url: string }
}

export interface World {
  readonly aws: SandboxAws
  readonly load: Load
  readonly judge: Judge
  readonly faults: Faults
  readonly disturbances: Disturbances
  /** The API servers of the platform's clusters that run now, oldest first. */
  readonly clusters: () => readonly SandboxCluster[]
  /** The cluster with the Gateway, where an app is reached by it. */
  readonly edge: () => SandboxCluster | undefined
  info(): WorldInfo
  stop(): Promise<void>
}

/** Those of examples/demo.yaml. */
const TEAMS = ['sre', 'scala', 'php']
/** Blue's pods must be up and healthy by then. */
const READY_WITHIN_MS = 30_000
const SAMPLE_MS = 1_000
const BUFFER_TICK_MS = 100
const TARGETS_COUNTED_MS = 10_000

/** Answers when traffic flows to blue. Where a part does not start, those that did are stopped. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  /** What to end, last first. */
  const ends: (() => Promise<void> | void)[] = []
  const stop = async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  }
  try {
    return await build(options, ends, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function build(options: WorldOptions, ends: (() => Promise<void> | void)[], stop: () => Promise<void>) {
  const {
    ports = {},
    requestsPerSecond = 130,
    kubernetes = 'stand-in',
    times = {},
    environments = allEnvironments,
  } = options
  const tenants = options.apps ? [...allApps, WEIGHED].filter((app) => options.apps?.includes(app.name)) : allApps
  const traffic = streams(requestsPerSecond, tenants, environments)

  const metricFaults = new MetricFaults()
  const disturbances = new Disturbances()
  const awsFaults = new AwsFaults(disturbances)
  const buffers = createBuffers()
  const store = new SeriesStore(metricFaults.hides)

  const clusters = createClusters({
    aws: () => aws,
    judge: () => judge,
    see(pod, is) {
      for (const room of [network, buffers, judge]) room.see(pod, is)
    },
    times: times.cluster,
    disturb: disturbances.of,
    start: kubernetes === 'real' ? startRealCluster : startCluster,
  })
  const apps = new AppFaults(() => clusters.running()[0]?.name)
  const metrics = new WorldMetrics(clusters.running, buffers)
  const network = await startPodNetwork({
    faults: apps,
    answered(answer) {
      metrics.answered(answer)
      buffers.answered(answer.pod)
    },
  })
  ends.push(() => network.stop())
  const aws: SandboxAws = await startAws({
    hooks: clusters.hooks,
    probe: network.probe,
    faults: awsFaults,
    port: ports.aws ?? 0,
    ...(times.aws && { times: times.aws }),
  })
  ends.push(() => aws.stop())
  const through = {
    answered: (answer: Parameters<SandboxAws['metrics']['answered']>[0]) => aws.metrics.answered(answer),
    unanswered: (request: Parameters<SandboxAws['metrics']['unanswered']>[0]) => aws.metrics.unanswered(request),
    listens: (ip: string) => network.listens(ip),
    pods: network.url,
  }
  const proxy = await startProxy({ ...through, elbv2: aws.elbv2, port: ports.traffic ?? 0 })
  ends.push(() => proxy.stop())
  const ways = createWays({ aws, clusters, apps: tenants, environments, ttl: options.recordTtl, traffic: through })
  const load = createLoad({ to: proxy.url, streams: traffic.map((s) => ({ ...s, to: ways.to(s.host) })) })
  const judge: Judge = createJudge({ aws, clusters: clusters.running, load, buffers, routes: ways.routes })

  ends.push(() => clusters.stop())
  await Promise.all([seedBlue(aws), ways.begin()])
  seedRoles(aws)
  judge.remember(lookAt(aws, BLUE.name))
  const owner = startNetworkOwner(aws)
  ends.push(() => owner.stop())
  const [blue] = clusters.running()
  if (!blue) throw new Error(`AWS seeded ${BLUE.name} and started no API server for it`)
  await seedPlatform(aws, blue, tenants, environments)

  const prometheus = await startPrometheus({
    store,
    unreachable: () => metricFaults.unreachable,
    disturb: disturbances.of,
    port: ports.prometheus ?? 0,
  })
  ends.push(() => prometheus.stop())
  const datadog = await startDatadog({ store, disturb: disturbances.of })
  ends.push(() => datadog.stop())
  const slack = await startSlack(TEAMS, 0, disturbances.of)
  ends.push(() => slack.stop())
  const timers = [
    setInterval(() => store.sample(Date.now(), metrics.read()), SAMPLE_MS),
    setInterval(() => buffers.tick(), BUFFER_TICK_MS),
    setInterval(() => countTargets(aws), TARGETS_COUNTED_MS),
  ]
  ends.push(() => timers.forEach(clearInterval))

  const faults = new Faults({
    apps,
    awsFaults,
    elbv2: aws.elbv2,
    clusters: clusters.running,
    metrics: metricFaults,
    slack: slack.faults,
    disturbances,
  })
  const control = await startControl({
    aws,
    clusters: clusters.running,
    kubernetesCalls: clusters.calls,
    judge,
    faults,
    load,
    handOver: () => ways.handOver(),
    slack: slack.channels,
    info: () => info(),
    disturb: disturbances.of,
    port: ports.control ?? 0,
  })
  ends.push(() => control.stop())

  ends.push(() => ways.stop())
  await Promise.all([healthy(aws, network.probe), ways.open()])
  load.start()
  ends.push(() => load.stop())

  function info(): WorldInfo {
    const { endpoint, decommissionRoleArn } = aws
    const { region, account, accessKeyId, secretAccessKey } = aws.identity
    const [blue, green] = clusters.running()
    return {
      aws: { endpoint, decommissionRoleArn, region, account, accessKeyId, secretAccessKey },
      clusters: { ...(blue && { blue: told(blue) }), ...(green && { green: told(green) }) },
      traffic: { url: proxy.url, hosts: traffic.map((s) => s.host).filter((host) => !ways.to(host)) },
      prometheus: { url: prometheus.url },
      datadog: { url: datadog.url, apiKey: datadog.apiKey, appKey: datadog.appKey },
      slack: { url: slack.url, token: slack.token },
      control: { url: control.url },
    }
  }
  const edge = () => clusters.named(EDGE.name)
  return { aws, load, judge, faults, disturbances, clusters: clusters.running, edge, info, stop }
}

/** As load balancers tell CloudWatch of every group that is in use, also of one that gets no request. */
function countTargets({ elbv2, metrics }: SandboxAws): void {
  for (const { ruleArn, forward } of elbv2.rules())
    for (const { targetGroupArn } of forward)
      metrics.healthy({ ruleArn, targetGroupArn, healthy: elbv2.serving(targetGroupArn).length })
}

const told = ({ name, version, kubeconfig }: SandboxCluster): ClusterInfo => ({ name, version, kubeconfig })

/** Until every target group in a rule has targets, and each of them answers. */
async function healthy({ elbv2 }: SandboxAws, probe: Probe): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS
  for (;;) {
    const groups = new Set(elbv2.rules().flatMap((r) => r.forward.map((f) => f.targetGroupArn)))
    const waiting: string[] = []
    for (const group of groups) {
      const targets = elbv2.serving(group)
      const up = await Promise.all(targets.map((target) => probe(target, '/healthz')))
      if (targets.length === 0 || up.includes(false)) waiting.push(group)
    }
    if (waiting.length === 0) return
    if (Date.now() > until)
      throw new Error(`blue's pods are not healthy: ${waiting.length} target groups, ${waiting[0]}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
