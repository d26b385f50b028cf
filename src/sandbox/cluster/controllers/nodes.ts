/** The nodes of a node group, as EKS brings them up and down. */
import type { StandInCluster } from '../../types.ts'
import { fields } from '../json.ts'
import { k } from '../kinds.ts'
import type { World } from './world.ts'

const groupLabel = 'eks.amazonaws.com/nodegroup'

export const nodeSetter = ({ addresses, clock, objects, store }: World): StandInCluster['setNodes'] => {
  const make = (nodegroup: string, labels: Readonly<Record<string, string>>): void => {
    const ip = addresses.pod()
    const name = `ip-${ip.replaceAll('.', '-')}.ec2.internal`
    const node = objects.create(k.node, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'topology.kubernetes.io/zone': 'ap-northeast-1a',
          ...labels,
          [groupLabel]: nodegroup,
        },
      },
      spec: { providerID: `aws:///sandbox/i-${ip.replaceAll('.', '')}` },
    })
    const time = clock.stamp()
    objects.setStatus(k.node, node, {
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: name },
      ],
      capacity: { cpu: '8', memory: '32Gi', pods: '110' },
      allocatable: { cpu: '8', memory: '32Gi', pods: '110' },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'kubelet is posting ready status',
          lastHeartbeatTime: time,
          lastTransitionTime: time,
        },
      ],
    })
  }

  return (nodegroup, size, labels) => {
    const own = store.list(k.node).filter((node) => fields(node.metadata.labels)[groupLabel] === nodegroup)
    for (let missing = size - own.length; missing > 0; missing -= 1) make(nodegroup, labels)
    for (const { metadata } of own.slice(size)) objects.delete(k.node, undefined, metadata.name)
  }
}
