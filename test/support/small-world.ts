import { connectOutside } from '../../src/adapters/index.ts'
import { createActivities } from '../../src/activities/index.ts'
import type { Outside } from '../../src/activities/outside.ts'
import type { Ports } from '../../src/activities/ports.ts'
import type { ActionCall, ActionInput, ActionName } from '../../src/domain/actions.ts'
import type { Scope } from '../../src/domain/platform.ts'
import { AwsFaults } from '../../src/sandbox/aws/faults.ts'
import { startAws } from '../../src/sandbox/aws/server.ts'
import type { AwsTimes } from '../../src/sandbox/aws/times.ts'
import { startCluster } from '../../src/sandbox/cluster/server.ts'
import type { Rule } from '../../src/sandbox/disturbances.ts'
import { createClusters, type ClusterTimes } from '../../src/sandbox/clusters.ts'
import { platformApps } from '../../src/sandbox/seed/apps.ts'
import { platformAppObjects } from '../../src/sandbox/seed/objects.ts'
import type { KubernetesObject, SandboxAws, SeedCluster, StandInCluster } from '../../src/sandbox/types.ts'

export const scope: Scope = {
  platform: 'demo',
  account: '123456789012',
  region: 'ap-northeast-1',
  blue: 'demo-1-35',
  green: 'demo-1-36',
}

/** What somebody asks EKS for who makes blue by hand. */
export const ofBlue = {
  name: scope.blue,
  version: '1.35',
  roleArn: `arn:aws:iam::${scope.account}:role/eks-cluster`,
  resourcesVpcConfig: { subnetIds: ['subnet-0a1a1a1a1a1a1a1a1', 'subnet-0c2c2c2c2c2c2c2c2'] },
}

/** A call of this run, as a workflow would make it. */
export const call = <A extends ActionName>(
  input: ActionInput<A>,
  more: Partial<Omit<ActionCall, 'input'>> = {},
): ActionCall<A> => ({ run: 'run-1', asker: 'run-1', scope, step: 'step', attempt: 1, ...more, input })

const quick: AwsTimes = {
  clusterMs: 40,
  nodegroupMs: 30,
  addonMs: 30,
  deletionMs: 30,
  updateMs: 30,
  probeEveryMs: 10,
  drainSecondMs: 0.1,
  volumeMs: 20,
  snapshotMs: 30,
  iamMs: 20,
  recordsMs: 20,
  capacityMs: 30,
}

const quickly: ClusterTimes = {
  podStartMs: 5,
  podReadyMs: 5,
  podStopMs: 30,
  jobRunMs: 10,
  jobBackoffMs: 5,
  lookMs: 5,
  retryMs: 5,
}

export interface SmallWorld {
  readonly aws: SandboxAws
  readonly faults: AwsFaults
  readonly ports: Ports
  /** What others do in the account: people, Terraform. They may do everything; Norikae what deploy/iam says. */
  readonly theirs: Ports
  readonly outside: Outside
  readonly activities: ReturnType<typeof createActivities>
  /** Targets whose health checks fail, by address. */
  readonly sick: Set<string>
  readonly logged: string[]
  readonly files: Map<string, string>
  /** State files beside them, by path. */
  readonly states: Map<string, string>
  cluster(name: string): StandInCluster
  stop(): Promise<void>
}

/**
 * AWS and what it makes real, over HTTP, with the adapters as a worker connects them, and nothing on it. `ports` may put
 * something between activities and adapters: another time, a lost answer.
 */
export async function aSmallWorld({
  between = (ports) => ports,
  times = {},
  aws: awsTimes = {},
  disturb,
}: {
  readonly between?: (ports: Ports) => Ports
  readonly times?: Partial<ClusterTimes>
  readonly aws?: Partial<AwsTimes>
  /** What becomes of requests to the clusters on their way. */
  readonly disturb?: Rule
} = {}): Promise<SmallWorld> {
  const faults = new AwsFaults()
  const sick = new Set<string>()
  const clusters = createClusters({
    aws: () => aws,
    judge: () => ({ join: () => undefined, leave: () => undefined }),
    see: () => undefined,
    times: { ...quickly, ...times },
    start: startCluster,
    ...(disturb && { disturb }),
  })
  const aws: SandboxAws = await startAws({
    hooks: clusters.hooks,
    probe: async ({ id }) => !sick.has(id),
    faults,
    times: { ...quick, ...awsTimes },
    recordsPerSecond: 1000,
  })
  const { accessKeyId, secretAccessKey } = aws.identity
  process.env['AWS_ENDPOINT_URL'] = aws.endpoint
  const connected = connectOutside({
    credentials: async () => ({ accessKeyId, secretAccessKey }),
    decommissionRoleArn: aws.decommissionRoleArn,
    recordsPerSecond: 1000,
  })
  const theirs = connectOutside({ credentials: async () => aws.admin })
  const ports = between(connected)
  const logged: string[] = []
  const files = new Map<string, string>()
  const states = new Map<string, string>()
  const outside: Outside = {
    ports,
    platformFile: async (platform) => {
      const text = files.get(platform)
      return text === undefined ? undefined : { name: `${platform}.yaml`, text }
    },
    stateFile: async (path) => {
      const text = states.get(path)
      return text === undefined ? undefined : { name: path, text }
    },
    upgradeStatus: async () => undefined,
    openUpgrade: async () => undefined,
    startedSince: async () => [],
    probeImage: 'registry.test/busybox:1',
    log: (_level, message) => void logged.push(message),
  }
  return {
    aws,
    faults,
    ports,
    theirs,
    outside,
    activities: createActivities(outside),
    sick,
    logged,
    files,
    states,
    cluster(name) {
      const found = clusters.named(name)
      if (!found) throw new Error(`${name} does not run`)
      return found
    },
    async stop() {
      await connected.close()
      await theirs.close()
      await clusters.stop()
      await aws.stop()
    },
  }
}

export interface TwoClusters extends SmallWorld {
  readonly blue: StandInCluster
  readonly green: StandInCluster
}

/**
 * Blue and green with nodes, and a load balancer controller on each. `groups`: those of the worker on blue; without, it is an
 * administrator there. `settings`: of blue, such as what it writes into its log group; without, nothing.
 */
export async function twoClusters({
  groups,
  settings,
  ...options
}: Parameters<typeof aSmallWorld>[0] & Pick<SeedCluster, 'groups' | 'settings'> = {}): Promise<TwoClusters> {
  const world = await aSmallWorld(options)
  const nodegroups = [{ name: 'general', size: 2, min: 1, max: 3, labels: {} }]
  await world.aws.eks.seedCluster({
    name: scope.blue,
    version: '1.35',
    nodegroups,
    addons: [],
    tags: {},
    ...(groups && { groups }),
    ...(settings && { settings }),
  })
  await world.aws.eks.seedCluster({
    name: scope.green,
    version: '1.36',
    nodegroups,
    addons: [],
    tags: { 'norikae.io/run': 'run-1' },
  })
  const [blue, green] = [world.cluster(scope.blue), world.cluster(scope.green)]
  const controller = platformApps.find((app) => app.role === 'load-balancer-controller')
  for (const object of controller ? platformAppObjects(controller) : []) {
    blue.apply(object)
    green.apply(object)
  }
  return { ...world, blue, green }
}

let places = 0
/** A namespace of its own on each of these clusters. */
export function aPlace(...clusters: readonly StandInCluster[]): string {
  places += 1
  const name = `place-${places}`
  for (const cluster of clusters) cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  return name
}

const template = (labels: Record<string, string>) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'app', image: 'registry.test/app:1', ports: [{ containerPort: 8080 }] }] },
})

/** Whose pods act as this role. */
export const aServiceAccount = (namespace: string, name: string, arn: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { namespace, name, annotations: { 'eks.amazonaws.com/role-arn': arn } },
})

export const aDeployment = (name: string, namespace: string, replicas = 1, more: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, ...more },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: template({ app: name }) },
})

export const aService = (name: string, namespace: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { type: 'ClusterIP', selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }], ...more },
})

export const aCronJob = (name: string, namespace: string, spec: object = {}): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name, namespace },
  spec: {
    schedule: '* * * * *',
    jobTemplate: {
      spec: {
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'registry.test/job:1' }] } },
      },
    },
    ...spec,
  },
})
