import { ApplicationFailure } from '@temporalio/common'
import type { ActionCall, ActionName, ActionReceipt } from '../domain/actions.ts'
import type { ClusterDescription } from '../domain/eks-objects.ts'
import type { UpgradeStatus } from '../domain/messages.ts'
import type { WorkerHost } from '../domain/hosts-on-blue.ts'
import type { Identity, Scope, Side } from '../domain/platform.ts'
import { denied, notFound } from './errors.ts'
import type {
  BlockStoragePort,
  CloudWatchPort,
  ComputePort,
  DatadogPort,
  EksPort,
  KeysPort,
  KubernetesPort,
  LaunchTemplatesPort,
  LogsPort,
  LoadBalancingPort,
  MetricsPort,
  NetworkPort,
  Ports,
  ProbePort,
  QuotasPort,
  RecordsPort,
  RegistryPort,
  RemainsPort,
  Removing,
  RolesPort,
  TrailPort,
} from './ports.ts'

/** All that activities know of the world beside their input. */
export interface Outside {
  readonly ports: Ports
  /** The platform file that this worker keeps for a platform; undefined where it keeps none. */
  platformFile(platform: string): Promise<{ readonly name: string; readonly text: string } | undefined>
  /** A file beside those, by a path that a platform file names; undefined where it is not there. */
  stateFile(path: string): Promise<{ readonly name: string; readonly text: string } | undefined>
  /** What an upgrade says of its apps; undefined where it does not answer. */
  upgradeStatus(platform: string): Promise<UpgradeStatus | undefined>
  /** The upgrade that is open, with what it upgrades to where it says so; undefined where none is. */
  openUpgrade(platform: string): Promise<{ readonly to?: string } | undefined>
  /** What other runs of the platform's upgrade were started with since then (an ISO time); anything may be there. */
  startedSince(platform: string, since: string, butRun: string): Promise<readonly unknown[]>
  /** Where this worker and its Temporal server are, as it knows them; absent: it does not. */
  readonly host?: WorkerHost
  /** For Jobs that only look whether an endpoint answers. Needs `nc`. */
  readonly probeImage: string
  /** Where people open a workflow in Temporal's UI; absent where nobody said where that is. */
  readonly workflowUrl?: (workflowId: string, runId: string) => string
  log(level: 'info' | 'warn', message: string, more: Readonly<Record<string, unknown>>): void
}

/** How an action is done. */
export type Deed<A extends ActionName> = (call: ActionCall<A>) => Promise<ActionReceipt<A>>

/** One account and region, after it was proven that this worker is in it. */
export interface Proven {
  readonly eks: EksPort
  /** Removes a cluster and its parts: as whoever may remove what this run made, or what was approved by its identity. */
  removing(identity: Identity | 'made-by-this-run'): Pick<EksPort, Removing>
  readonly loadBalancing: LoadBalancingPort
  readonly records: RecordsPort
  readonly recordsFirst: RecordsPort
  readonly recordLooks: Pick<RecordsPort, 'named'>
  readonly blockStorage: BlockStoragePort
  readonly compute: ComputePort
  readonly network: NetworkPort
  readonly roles: RolesPort
  readonly launchTemplates: LaunchTemplatesPort
  readonly remains: RemainsPort
  readonly logs: LogsPort
  readonly cloudWatch: CloudWatchPort
  /** Of any region: images come from where they were pushed to. */
  registry(region: string): RegistryPort
  readonly keys: KeysPort
  readonly quotas: QuotasPort
  /** Of any region: what belongs to none is told of in one of them. */
  trail(region: string): TrailPort
  readonly metrics: MetricsPort
  readonly datadog?: DatadogPort
  readonly probes: ProbePort
  readonly principalArn: string
  on(side: Side): Promise<KubernetesPort>
  /** Undefined where EKS has no such cluster (any more): then nothing is there, and nothing runs. */
  ifThere(side: Side): Promise<KubernetesPort | undefined>
  cluster(name: string): Promise<KubernetesPort>
}

/** Throws `denied` where the worker's credentials are of another account than the platform file names. */
export async function proven({ ports }: Pick<Outside, 'ports'>, scope: Scope): Promise<Proven> {
  const { account, region } = scope
  const { account: mine, principalArn } = await ports.identity.whoAmI(region)
  if (mine !== account) {
    throw denied(
      `this worker acts in AWS account ${mine}; platform ${scope.platform} is in ${account}. Nothing was changed. Start a worker with credentials of ${account}`,
    )
  }
  const eks = ports.eks(region)
  /** A green that others made is looked at each time: another one may have its name by now. */
  const open = async (name: string): Promise<KubernetesPort> => {
    if (scope.adopted && name === scope.green) await proveAdopted(eks, name, scope.adopted)
    return ports.kubernetes(region, name)
  }
  return {
    eks,
    removing: (identity) => (identity === 'made-by-this-run' ? eks : ports.decommissioning(region, account)),
    loadBalancing: ports.loadBalancing(region),
    records: ports.records(region),
    recordsFirst: ports.recordsFirst(region),
    recordLooks: ports.recordLooks(region),
    blockStorage: ports.blockStorage(region),
    compute: ports.compute(region),
    network: ports.network(region),
    roles: ports.roles(region),
    launchTemplates: ports.launchTemplates(region),
    remains: ports.remains(region),
    logs: ports.logs(region),
    cloudWatch: ports.cloudWatch(region),
    registry: (of) => ports.registry(of),
    keys: ports.keys(region),
    trail: (of) => ports.trail(of),
    quotas: ports.quotas(region),
    metrics: ports.metrics,
    ...(ports.datadog && { datadog: ports.datadog }),
    probes: ports.probes,
    principalArn,
    on: (side) => open(scope[side]),
    ifThere: (side) => open(scope[side]).catch(undefinedWhereGone),
    cluster: open,
  }
}

/** Throws `notFound` where it is gone: what was put on it went with it, and one that has its name is left alone. */
export async function proveAdopted(
  eks: EksPort,
  name: string,
  { arn, createdAt }: Identity,
): Promise<ClusterDescription> {
  const found = await eks.findCluster(name)
  if (found?.arn === arn && found.createdAt === createdAt) return found
  throw notFound(
    found
      ? `the cluster that was planned with, ${arn}, made ${createdAt}, is gone: ${name} is ${found.arn}, made ${found.createdAt}. It was left alone. End this upgrade (norikae abort) and start it again`
      : `cluster ${name}, which the platform file adopts, is not there any more`,
  )
}

export function undefinedWhereGone(error: unknown): undefined {
  if (!(error instanceof ApplicationFailure) || error.type !== 'NotFound') throw error
}

export const otherSide = (side: Side): Side => (side === 'blue' ? 'green' : 'blue')
