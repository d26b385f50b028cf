import { parseAllDocuments } from 'yaml'
import { readFile } from 'node:fs/promises'
import { createActivities } from '../../src/activities/index.ts'
import { connectOutside } from '../../src/adapters/index.ts'
import { ApiServer } from '../../src/adapters/kubernetes/api-server.ts'
import { EksToken } from '../../src/adapters/kubernetes/eks-token.ts'
import { kubernetes } from '../../src/adapters/kubernetes/kubernetes-port.ts'
import { AwsFaults } from '../../src/sandbox/aws/faults.ts'
import { driverObject, startEbsCsiDriver, type DriverCluster } from '../../src/sandbox/ebs-csi-driver.ts'
import { startAws } from '../../src/sandbox/aws/server.ts'
import { tokenRefusal } from '../../src/sandbox/eks-token.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Side } from '../../src/domain/platform.ts'
import type { SandboxAws } from '../../src/sandbox/types.ts'
import { OF_A_TEAM } from '../contract/argocd.ts'
import { letIn, shutOut } from '../contract/access.ts'
import { serverUnderTest, type ServerUnderTest } from '../contract/servers.ts'
import type { WorldUnderTest } from '../contract/workload-actions.ts'
import { scope } from '../support/small-world.ts'
import { startControlPlane, type ControlPlane } from '../../src/sandbox/control-plane/control-plane.ts'
import {
  argocdApplicationsFile,
  argocdFile,
  customFile,
  gatewayFile,
  measuresFile,
  rbacFile,
  WORKER,
} from './granted.ts'
import type { Stages } from '../../src/sandbox/control-plane/stages.ts'
import { runsFor } from '../../src/sandbox/cluster/controllers/containers.ts'
import { stopsAfter } from '../../src/sandbox/cluster/controllers/kubelet.ts'
import { tokenWebhook, webhookConfig } from '../../src/sandbox/control-plane/token-webhook.ts'

const GROUP = 'norikae'
const MASTERS = 'system:masters'
/** As fast as can be, but for what a pod says of itself. */
const stages: Stages = { readyMs: 0, deletedMs: 0, stopAnnotation: stopsAfter, jobMs: 0, jobAnnotation: runsFor }
export const ADMIN_KEYS = { accessKeyId: 'AKIAADMIN', secretAccessKey: 'admin' }

export interface RealWorld extends WorldUnderTest {
  readonly aws: SandboxAws
  readonly planes: Readonly<Record<Side, ControlPlane>>
  /** Its API server dies, and is up again. */
  crash(side: Side): Promise<void>
  /** Since when until when an API server was not well: one that starts knows no roles yet. */
  readonly crashes: readonly { readonly fromMs: number; readonly untilMs: number }[]
  readonly auditLogs: readonly string[]
  /** What the worker signs in to this cluster with; good for some minutes. */
  workerToken(cluster: string): Promise<string>
  stop(): Promise<void>
}

/**
 * Blue at 1.35 and green at 1.36 on real control planes, with the sandbox's AWS in front of them: the worker's adapters
 * find them by EKS and sign in with EKS tokens, and may do what deploy/rbac grants, and no more.
 */
export async function aRealWorld(): Promise<RealWorld> {
  const ends: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  }
  try {
    return { ...(await build(ends)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** As EKS would call it. */
const issuerOf = (name: string): string =>
  `https://oidc.eks.${scope.region}.amazonaws.com/id/${Buffer.from(name.padEnd(16)).toString('hex').slice(0, 32).toUpperCase()}`

async function build(ends: (() => Promise<void>)[]): Promise<Omit<RealWorld, 'stop'>> {
  const webhook = await tokenWebhook(async (cluster, token) => {
    for (const { user, keys } of people(aws, cluster))
      if ((await tokenRefusal(token, cluster, { ...aws.identity, ...keys })) === undefined) return user
    return undefined
  })
  ends.push(() => webhook.stop())
  const begin = (name: string, version: '1.35' | '1.36') =>
    startControlPlane({
      name,
      version,
      issuer: issuerOf(name),
      stages,
      tokenWebhookConfig: webhookConfig(webhook.url, name),
    })
  const begun = [begin(scope.blue, '1.35'), begin(scope.green, '1.36')] as const
  // Both are awaited before either is used: the one that is there is stopped where the other does not come.
  for (const one of begun)
    ends.push(() =>
      one.then(
        (plane) => plane.stop(),
        () => undefined,
      ),
    )
  const [blue, green] = await Promise.all(begun)
  const planes = { blue, green }
  const byName = new Map([blue, green].map((plane) => [plane.name, plane]))
  const crashes: { fromMs: number; untilMs: number }[] = []

  const aws: SandboxAws = await startAws({
    hooks: {
      startCluster: async ({ name }) => {
        const plane = byName.get(name)
        if (!plane) throw new Error(`there is no control plane ${name}`)
        return { endpoint: plane.url, caData: Buffer.from(plane.ca).toString('base64'), keys: plane.keys }
      },
      stopCluster: async () => undefined,
      setNodes: async () => undefined,
    },
    probe: async () => true,
    faults: new AwsFaults(),
  })
  ends.push(() => aws.stop())
  const seeded = { nodegroups: [], addons: [] }
  await aws.eks.seedCluster({
    name: scope.blue,
    version: '1.35',
    issuer: issuerOf(scope.blue),
    ...seeded,
    tags: {},
    groups: [GROUP],
  })
  await aws.eks.seedCluster({
    name: scope.green,
    version: '1.36',
    issuer: issuerOf(scope.green),
    ...seeded,
    tags: { 'norikae.io/run': 'run-1' },
  })

  const keys = { accessKeyId: aws.identity.accessKeyId, secretAccessKey: aws.identity.secretAccessKey }
  process.env['AWS_ENDPOINT_URL'] = aws.endpoint
  const ports = connectOutside({ credentials: async () => keys, decommissionRoleArn: aws.decommissionRoleArn })
  ends.push(() => ports.close())
  const activities = createActivities({
    ports,
    platformFile: async () => undefined,
    stateFile: async () => undefined,
    upgradeStatus: async () => undefined,
    openUpgrade: async () => undefined,
    startedSince: async () => [],
    probeImage: 'registry.test/busybox:1',
    log: () => undefined,
  })
  const seen = async (plane: ControlPlane): Promise<ServerUnderTest> => {
    const caData = Buffer.from(plane.ca).toString('base64')
    const access = { region: scope.region, credentials: async () => ADMIN_KEYS }
    const api = new ApiServer({ name: plane.name, server: plane.url, caData, ...access })
    ends.push(() => api.close())
    const port = await ports.kubernetes(scope.region, plane.name)
    const server = serverUnderTest(plane.name, plane.kubeconfig, { port, admin: kubernetes(api) })
    await server.applyAs('admin', driverObject)
    const driver = startEbsCsiDriver(seenByDriver(server), aws.ec2, 100)
    ends.push(() => driver.stop())
    return server
  }
  const sides = { blue: await seen(blue), green: await seen(green) }
  for (const object of await objectsIn(rbacFile, customFile, measuresFile)) await sides.blue.applyAs('admin', object)
  await shutOut({ aws })
  await letIn({ activities, aws })
  // Argo CD is on green here.
  const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  const ofTeam = (await objectsIn(argocdApplicationsFile)).map((object) => ({
    ...object,
    metadata: { ...object.metadata, namespace: OF_A_TEAM },
  }))
  const argocd = [namespace('argocd'), namespace(OF_A_TEAM), ...(await objectsIn(argocdFile)), ...ofTeam]
  for (const object of argocd) await sides.green.applyAs('admin', object)
  // So are HTTPRoutes.
  for (const object of await objectsIn(gatewayFile)) await sides.green.applyAs('admin', object)
  return {
    activities,
    ports,
    ec2: aws.ec2,
    instances: aws.instances,
    aws,
    ...sides,
    planes,
    crashes,
    async crash(side) {
      const fromMs = Date.now()
      await planes[side].crash()
      crashes.push({ fromMs, untilMs: Date.now() })
    },
    auditLogs: [blue.auditLog, green.auditLog],
    workerToken: (cluster) => new EksToken({ cluster, region: scope.region, credentials: async () => keys }).get(),
  }
}

/** Whom EKS tokens stand for: the worker is what its access entry makes it. */
function people({ identity: { accessKeyId, secretAccessKey, roleArn }, eks }: SandboxAws, cluster: string) {
  const { groups, admin } = eks.access(cluster, roleArn) ?? { groups: [], admin: false }
  return [
    {
      keys: { accessKeyId, secretAccessKey },
      user: { username: WORKER, groups: [...groups, ...(admin ? [MASTERS] : [])] },
    },
    { keys: ADMIN_KEYS, user: { username: 'tester', groups: [MASTERS] } },
  ]
}

const objectsIn = async (...files: readonly URL[]): Promise<KubernetesObject[]> =>
  (await Promise.all(files.map((file) => readFile(file, 'utf8'))))
    .flatMap((text) => parseAllDocuments(text))
    .map((d) => d.toJS() as KubernetesObject) // the files are ours

/** As an administrator: a driver has rights of its own. */
const seenByDriver = ({ name, admin }: ServerUnderTest): DriverCluster => ({
  name,
  list: (kind) => admin.list(kind),
  async write({ kind, metadata: { name, finalizers, resourceVersion }, status }) {
    const of = kind as 'VolumeAttachment' // it was listed as one
    const { metadata } = await admin.patch(of, undefined, name, { metadata: { resourceVersion, finalizers } })
    if (status && metadata.deletionTimestamp === undefined) await admin.patch(of, undefined, name, { status }, 'status')
  },
  remove: ({ metadata }) => admin.remove('PersistentVolume', undefined, metadata.name, metadata.uid),
})
