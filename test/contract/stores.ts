import { unreachable } from '../../src/activities/errors.ts'
import type { KubernetesPort, Ports } from '../../src/activities/ports.ts'
import { RECLAIM_POLICY } from '../../src/domain/annotations.ts'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import type { Side, WorkloadRef } from '../../src/domain/platform.ts'
import { attachedVolume, ebsOf } from '../../src/domain/volumes.ts'
import { isReady, readinessOf, replicasOf } from '../../src/domain/workload-state.ts'
import { driven } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { aDeployment, call, scope } from '../support/small-world.ts'
import { aNamespace, type ServerUnderTest } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
export const ZONE = 'ap-northeast-1a'

/** Stateful workloads in the world under test, and what is seen of their claims and volumes. */
export function storesIn(of: () => WorldUnderTest) {
  const on = (side: Side): ServerUnderTest => of()[side]
  const find = (side: Side, ...which: Parameters<KubernetesPort['find']>) => on(side).admin.find(...which)
  const aFreeVolume = (tags: Readonly<Record<string, string>> = {}) => of().ec2.createVolume(ZONE, 1, tags)

  /** A stateful workload on blue as its driver has provisioned it, and asleep on green. */
  async function aStore(
    replicas = 2,
    kind: 'StatefulSet' | 'Deployment' = 'StatefulSet',
    tags: Readonly<Record<string, string>> = {},
  ) {
    const namespace = await aNamespace(on('blue'), on('green'))
    const workload: WorkloadRef = { kind, namespace, name: 'db' }
    const claims = kind === 'StatefulSet' ? ordinals(replicas) : ['data']
    const ids = claims.map(() => aFreeVolume(tags))
    for (const [n, claim] of claims.entries()) await provisioned('blue', namespace, claim, ids[n] ?? '')
    await on('blue').applyAs('team', kind === 'StatefulSet' ? aSet(namespace, replicas) : aMounting(namespace))
    await running('blue', workload)
    const deploy = {
      app: 'shop',
      environment: 'test',
      namespaces: [namespace],
      on: 'green',
      asleep: [workload],
    } as const
    await driven(of().activities.deploy, call<'deploy'>(deploy), patience)
    return { namespace, workload, claims, ids }
  }
  async function provisioned(side: Side, namespace: string, claim: string, id: string) {
    for (const object of [aVolume(namespace, claim, id), aClaim(namespace, claim)])
      await on(side).applyAs('ebs-csi-driver', object)
    // A claim is told as its volume's only once a controller has bound it.
    await eventually(
      `${claim} is bound on ${side}`,
      async () => (await stored(side, namespace)).some((its) => its.claim === claim && its.phase === 'Bound'),
      patience,
    )
  }
  /** Ready, and with its volumes attached to nodes. */
  const running = (side: Side, workload: WorkloadRef) =>
    eventually(
      `${workload.name} runs on ${side}`,
      async () => {
        const found = await find(side, workload.kind, workload.namespace, workload.name)
        if (!found || !isReady(readinessOf(found)) || replicasOf(found) === 0) return false
        const volumes = (await stored(side, workload.namespace)).map(({ id }) => id)
        const there = of().ec2.volumes()
        return (
          volumes.length > 0 && volumes.every((id) => instanceOf(there.find((v) => v.id === id)).includes(scope[side]))
        )
      },
      patience,
    )
  /** Claims with the volume that they are bound to. */
  async function stored(side: Side, namespace: string) {
    const claims = await on(side).admin.list('PersistentVolumeClaim', { namespace })
    return Promise.all(
      claims.map(async ({ metadata, spec, status }) => {
        const name = String(spec?.['volumeName'])
        const volume = await find(side, 'PersistentVolume', undefined, name)
        return {
          claim: metadata.name,
          phase: status?.['phase'],
          volume: name,
          id: volume && ebsOf(volume)?.id,
          policy: volume?.spec?.['persistentVolumeReclaimPolicy'],
          noted: volume?.metadata.annotations?.[RECLAIM_POLICY],
        }
      }),
    )
  }
  const volumesOn = async (side: Side, namespace: string) =>
    (await on(side).admin.list('PersistentVolume')).filter((v) => claimRef(v)['namespace'] === namespace)

  return { on, find, aFreeVolume, aStore, provisioned, running, stored, volumesOn }
}

export const outside = {
  platformFile: async () => undefined,
  stateFile: async () => undefined,
  upgradeStatus: async () => undefined,
  openUpgrade: async () => undefined,
  startedSince: async () => [],
  probeImage: 'registry.test/busybox:1',
  log: () => undefined,
}

/** Each attempt may make one more call than the one before, until it needs no more. */
export function dying(ports: Ports) {
  let allowed = 0
  let made = 0
  const counted = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (it, key) => {
        const value: unknown = Reflect.get(it, key)
        if (typeof value !== 'function') return value
        return (...args: unknown[]): unknown => {
          made += 1
          if (made > allowed) throw unreachable('the worker died')
          return Reflect.apply(value, it, args)
        }
      },
    })
  return {
    ports: {
      ...ports,
      kubernetes: async (region: string, cluster: string) => counted(await ports.kubernetes(region, cluster)),
      blockStorage: (region: string) => counted(ports.blockStorage(region)),
    },
    begin: (why?: string) => {
      allowed = why === undefined ? 0 : allowed + 1
      made = 0
    },
  }
}

/** Far below what a driver takes from one look to the next, and little enough to leave the servers to what is tested. */
const LOOK_MS = 30

/** Looks at both sides all the time, by itself: which volume is wished, or was refused, on more than one node. */
export function observed({ blue, green }: WorldUnderTest) {
  const wrong = new Set<string>()
  const ended = new AbortController()
  const looking = (async () => {
    while (!ended.signal.aborted) {
      const sides = await Promise.all([blue, green].map((side) => attachmentsOn(side)))
      const all = sides.flat()
      for (const { id, at, refused } of all) {
        if (refused !== undefined) wrong.add(`${id} was refused on ${at}: ${refused}`)
        for (const other of all)
          if (other.id === id && other.at !== at) wrong.add(`${id} is on ${[at, other.at].toSorted().join(' and ')}`)
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  })()
  return {
    async stop() {
      ended.abort()
      await looking
      return [...wrong]
    },
  }
}

async function attachmentsOn({ name, admin }: ServerUnderTest) {
  const [attachments, volumes] = await Promise.all([admin.list('VolumeAttachment'), admin.list('PersistentVolume')])
  return attachments.flatMap((a) => {
    const volume = volumes.find((v) => v.metadata.name === attachedVolume(a))
    const id = volume && ebsOf(volume)?.id
    const error = a.status?.['attachError'] as { readonly message?: string } | undefined // as its API says
    return id === undefined ? [] : [{ id, at: name, refused: error?.message }]
  })
}

const instanceOf = (volume: { readonly instance?: string } | undefined): string => volume?.instance ?? ''
const ordinals = (many: number): string[] => Array.from({ length: many }, (_, n) => `data-db-${n}`)
const claimRef = ({ spec }: KubernetesObject) => (spec?.['claimRef'] ?? {}) as { readonly namespace?: string } // its API

const wish = { accessModes: ['ReadWriteOnce'], storageClassName: 'gp3', resources: { requests: { storage: '1Gi' } } }

/** As the driver makes it for a claim. */
export const aVolume = (namespace: string, claim: string, volumeHandle: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: {
    name: `pvc-${volumeHandle}`,
    annotations: { 'pv.kubernetes.io/provisioned-by': 'ebs.csi.aws.com' },
  },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: wish.accessModes,
    storageClassName: wish.storageClassName,
    persistentVolumeReclaimPolicy: 'Delete',
    claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claim },
    csi: { driver: 'ebs.csi.aws.com', volumeHandle, fsType: 'ext4' },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [ZONE] }] },
        ],
      },
    },
  },
})

export const aClaim = (namespace: string, name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace, labels: { app: 'db' } },
  spec: wish,
})

export function aSet(namespace: string, replicas: number): KubernetesObject {
  const { spec, ...rest } = aDeployment('db', namespace, replicas)
  const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: wish }]
  return {
    ...rest,
    kind: 'StatefulSet',
    spec: { ...spec, serviceName: 'db', podManagementPolicy: 'Parallel', volumeClaimTemplates },
  }
}

function aMounting(namespace: string): KubernetesObject {
  const { spec, ...rest } = aDeployment('db', namespace)
  const template = spec?.['template'] as { readonly metadata: object; readonly spec: object } // it was just made
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }]
  return {
    ...rest,
    spec: { ...spec, strategy: { type: 'Recreate' }, template: { ...template, spec: { ...template.spec, volumes } } },
  }
}
