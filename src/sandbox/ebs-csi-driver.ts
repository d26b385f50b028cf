/**
 * What the EBS CSI driver does in a cluster: attaches volumes to nodes and takes them off again as VolumeAttachments ask
 * for it, and deletes the volume behind a PersistentVolume that is to go with its claim.
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
  list(kind: 'VolumeAttachment' | 'PersistentVolume'): Promise<readonly KubernetesObject[]>
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

/** Only what it made itself, or was told that it did. */
async function reclaim(cluster: DriverCluster, ec2: SandboxAws['ec2'], volume: KubernetesObject): Promise<void> {
  const { metadata, status } = volume
  const ebs = ebsOf(volume)
  if (metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== DRIVER) return
  if (!ebs || isRetained(volume) || status?.['phase'] !== 'Released') return
  ec2.deleteVolume(ebs.id)
  await cluster.remove(volume)
}
