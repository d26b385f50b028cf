/** One AWS for one test, with its clients: the real SDK, which knows of the sandbox by its endpoint and keys only. */
import type { JsonWebKey } from 'node:crypto'
import { EC2Client } from '@aws-sdk/client-ec2'
import { EKSClient, type CreateClusterRequest, type CreateNodegroupRequest } from '@aws-sdk/client-eks'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { IAMClient } from '@aws-sdk/client-iam'
import { STSClient } from '@aws-sdk/client-sts'
import { onTestFinished } from 'vitest'
import { AwsFaults } from '../../../src/sandbox/aws/faults.ts'
import { startAws, type AwsOptions } from '../../../src/sandbox/aws/server.ts'
import type { AwsTimes } from '../../../src/sandbox/aws/times.ts'
import type { AwsKeys, SandboxAws } from '../../../src/sandbox/types.ts'

const quick: AwsTimes = {
  clusterMs: 60,
  nodegroupMs: 40,
  addonMs: 30,
  deletionMs: 30,
  updateMs: 30,
  probeEveryMs: 20,
  drainSecondMs: 1,
  volumeMs: 20,
  snapshotMs: 30,
  iamMs: 40,
  recordsMs: 20,
  capacityMs: 20,
}

/** What the hooks were told, in order, and what the probe is to answer. */
class Outside {
  readonly told: string[] = []
  readonly down = new Set<string>()
  readonly probed = new Set<string>()
  clusterFails = false
  /** What clusters sign tokens with. */
  keys: readonly JsonWebKey[] = []
  /** Probes wait for it. */
  mayAnswer = Promise.resolve()
}

export interface Fixture {
  readonly aws: SandboxAws
  readonly faults: AwsFaults
  readonly outside: Outside
  readonly eks: EKSClient
  readonly elbv2: ElasticLoadBalancingV2Client
  readonly ec2: EC2Client
  readonly iam: IAMClient
  readonly sts: STSClient
}

export async function aSandbox(times: Partial<AwsTimes> = {}, quotas: AwsOptions['quotas'] = {}): Promise<Fixture> {
  const outside = new Outside()
  const faults = new AwsFaults()
  const aws = await startAws({
    faults,
    times: { ...quick, ...times },
    quotas,
    hooks: {
      startCluster: async ({ name }) => {
        outside.told.push(`start ${name}`)
        if (outside.clusterFails) throw new Error('no room')
        return { endpoint: `https://${name}.test`, caData: 'Q0E=', keys: outside.keys }
      },
      stopCluster: async (name) => void outside.told.push(`stop ${name}`),
      setNodes: async (cluster, group, size, labels) =>
        void outside.told.push(`${cluster}/${group} ${size} ${JSON.stringify(labels)}`),
    },
    probe: async ({ id, port }, path) => {
      await outside.mayAnswer
      outside.probed.add(`${id}:${port}${path}`)
      return !outside.down.has(id)
    },
  })
  onTestFinished(() => aws.stop())
  return { aws, faults, outside, ...clientsOf(aws) }
}

export function clientsOf({ endpoint, identity, admin }: SandboxAws, credentials: AwsKeys = admin) {
  const options = { endpoint, region: identity.region, credentials, maxAttempts: 3 }
  const eks = new EKSClient(options)
  const elbv2 = new ElasticLoadBalancingV2Client(options)
  const ec2 = new EC2Client(options)
  const iam = new IAMClient(options)
  const sts = new STSClient(options)
  onTestFinished(() => [eks, elbv2, ec2, iam, sts].forEach((client) => client.destroy()))
  return { eks, elbv2, ec2, iam, sts }
}

export const keysOf = ({ accessKeyId, secretAccessKey }: SandboxAws['identity']) => ({ accessKeyId, secretAccessKey })

/** What the SDK throws, in one line to compare: `404 ResourceNotFoundException`. */
export async function refused(asked: Promise<unknown>): Promise<string> {
  try {
    await asked
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } } // as the SDK makes them
    return `${$metadata?.httpStatusCode} ${name}`
  }
  return 'served'
}

export const aCluster = (over: Partial<CreateClusterRequest> = {}): CreateClusterRequest => ({
  name: 'green',
  version: '1.36',
  roleArn: 'arn:aws:iam::123456789012:role/eks-cluster',
  resourcesVpcConfig: { subnetIds: ['subnet-a', 'subnet-b'] },
  accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
  tags: { 'norikae/run': 'r1' },
  ...over,
})

export const aNodegroup = (over: Partial<CreateNodegroupRequest> = {}): CreateNodegroupRequest => ({
  clusterName: 'blue',
  nodegroupName: 'apps',
  subnets: ['subnet-a'],
  nodeRole: 'arn:aws:iam::123456789012:role/eks-node',
  scalingConfig: { minSize: 1, maxSize: 5, desiredSize: 3 },
  labels: { pool: 'apps' },
  ...over,
})

/** Blue without anything on it, ACTIVE at once. */
export const seedBlue = (aws: SandboxAws, over: Partial<Parameters<SandboxAws['eks']['seedCluster']>[0]> = {}) =>
  aws.eks.seedCluster({ name: 'blue', version: '1.35', nodegroups: [], addons: [], tags: {}, ...over })
