/**
 * What the EBS CSI driver does in a cluster: attaches volumes to nodes and takes them off again as VolumeAttachments ask
 * for it, makes volumes for claims of its StorageClasses, and deletes the volume behind a PersistentVolume that is to go with its claim.
 * https://kubernetes-csi.github.io/docs/external-attacher.html, https://kubernetes-csi.github.io/docs/external-provisioner.html
 */
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { attachedNode, attachedVolume, DRIVER, ebsOf, isAttached, isRetained } from '../domain/volumes.ts'
import { AwsError } from './aws/errors.ts'
import type { SandboxAws } from './types.ts'

const FINALIZER = 'external-attacher/ebs-csi-aws-com'

export const driverObject: KubernetesObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  metadata: { name: DRIVER },
  spec: { attachRequired: true, podInfoOnMount: false },
}

/** A cluster as a driver sees it. */
export interface DriverCluster {
  readonly name: string
  list(
    kind: 'VolumeAttachment' | 'PersistentVolume' | 'PersistentVolumeClaim' | 'StorageClass',
  ): Promise<readonly KubernetesObject[]>
  /** Absent where it makes no volumes. */
  readonly create?: (object: KubernetesObject) => Promise<void>
  /** Writes finalizers and status of an object that was listed. */
  write(object: KubernetesObject): Promise<void>
  remove(volume: KubernetesObject): Promise<void>
}

/** Looks every so often; what goes wrong once is tried again then. Answers what ends it. */
export function startEbsCsiDriver(
  cluster: DriverCluster,
  ec2: SandboxAws['ec2'],
  everyMs: number,
): { stop(): Promise<void> } {
  let looking = Promise.resolve()
  const timer = setInterval(() => {
    looking = looking.then(() => look(cluster, ec2).catch(() => undefined))
  }, everyMs)
  return {
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}

async function look(cluster: DriverCluster, ec2: SandboxAws['ec2']): Promise<void> {
  const [attachments, volumes] = [await cluster.list('VolumeAttachment'), await cluster.list('PersistentVolume')]
  for (const attachment of attachments.filter((a) => a.spec?.['attacher'] === DRIVER)) {
    const volume = volumes.find((v) => v.metadata.name === attachedVolume(attachment))
    await attach(cluster, ec2, attachment, volume ? ebsOf(volume)?.id : undefined)
  }
  for (const volume of volumes) await reclaim(cluster, ec2, volume)
  if (cluster.create) await provision({ name: cluster.name, list: cluster.list, create: cluster.create }, ec2, volumes)
}

/** An instance of EC2 is one of one cluster. */
const instanceOf = (cluster: DriverCluster, attachment: KubernetesObject): string =>
  `i-${cluster.name}.${attachedNode(attachment)}`

async function attach(
  cluster: DriverCluster,
  ec2: SandboxAws['ec2'],
  attachment: KubernetesObject,
  id: string | undefined,
): Promise<void> {
  const { metadata } = attachment
  const { finalizers = [] } = metadata
  const instance = instanceOf(cluster, attachment)
  const holds = () => ec2.volumes().some((v) => v.id === id && v.instance === instance)
  if (metadata.deletionTimestamp !== undefined) {
    if (id !== undefined && holds()) return ec2.detachVolume(id, instance)
    if (!finalizers.includes(FINALIZER)) return
    const left = finalizers.filter((f) => f !== FINALIZER)
    return cluster.write({ ...attachment, metadata: { ...metadata, finalizers: left } })
  }
  // The finalizer first: what is attached must not be forgotten.
  if (!finalizers.includes(FINALIZER))
    return cluster.write({ ...attachment, metadata: { ...metadata, finalizers: [...finalizers, FINALIZER] } })
  if (id === undefined || isAttached(attachment)) return
  try {
    ec2.attachVolume(id, instance)
    await cluster.write({ ...attachment, status: { attached: true } })
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    const attachError = { time: new Date().toISOString(), message: error.message }
    await cluster.write({ ...attachment, status: { attached: false, attachError } })
  }
}

/** The zone of a volume that any node may have. */
const ZONE = 'ap-northeast-1a'

/** With the tags that the add-on of EKS gives them. */
async function provision(
  cluster: Required<Pick<DriverCluster, 'name' | 'list' | 'create'>>,
  ec2: SandboxAws['ec2'],
  volumes: readonly KubernetesObject[],
): Promise<void> {
  const classes = (await cluster.list('StorageClass')).filter(isOwn)
  if (classes.length === 0) return
  for (const { metadata, spec = {} } of await cluster.list('PersistentVolumeClaim')) {
    const storageClass = classes.find((c) => c.metadata.name === spec['storageClassName'])
    const name = `pvc-${metadata.uid}`
    const done = spec['volumeName'] !== undefined || volumes.some((v) => v.metadata.name === name)
    if (!storageClass || done || metadata.deletionTimestamp !== undefined) continue
    const id = ec2.createVolume(ZONE, 1, {
      [`kubernetes.io/cluster/${cluster.name}`]: 'owned',
      'kubernetes.io/created-for/pvc/namespace': metadata.namespace ?? '',
      'kubernetes.io/created-for/pvc/name': metadata.name,
    })
    await cluster.create({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': DRIVER } },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: spec['accessModes'],
        storageClassName: storageClass.metadata.name,
        persistentVolumeReclaimPolicy: 'Delete',
        csi: { driver: DRIVER, volumeHandle: id },
        claimRef: { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid },
      },
    })
  }
}

export const isOwn = (storageClass: KubernetesObject): boolean => storageClass['provisioner'] === DRIVER

/** Only what it made itself, or was told that it did. */
async function reclaim(cluster: DriverCluster, ec2: SandboxAws['ec2'], volume: KubernetesObject): Promise<void> {
  const { metadata, status } = volume
  const ebs = ebsOf(volume)
  if (metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== DRIVER) return
  if (!ebs || isRetained(volume) || status?.['phase'] !== 'Released') return
  ec2.deleteVolume(ebs.id)
  await cluster.remove(volume)
}
