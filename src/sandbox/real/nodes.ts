import { k } from '../cluster/kinds.ts'
import type { Store } from '../cluster/store.ts'
import type { Administrator } from '../control-plane/ask.ts'
import { node } from '../control-plane/seeds.ts'
import type { SandboxCluster } from '../types.ts'
import { pathOf } from './paths.ts'

const GROUP = 'eks.amazonaws.com/nodegroup'

/** The nodes of a node group, as EKS brings them up and down. */
export const nodeSetter =
  (admin: Administrator, store: Store): SandboxCluster['setNodes'] =>
  async (nodegroup, size, labels) => {
    const own = store.list(k.node).filter(({ metadata }) => metadata.labels?.[GROUP] === nodegroup)
    for (let n = own.length; n < size; n += 1) {
      const name = `${nodegroup}-${n + 1}.ec2.internal`
      const spec = { providerID: `aws:///sandbox/i-${nodegroup}-${n + 1}` }
      const body = node(name, { labels: { ...labels, [GROUP]: nodegroup }, spec })
      await admin.ask({ method: 'POST', path: pathOf(k.node), body, accept: [409] })
    }
    for (const { metadata } of own.slice(size))
      await admin.ask({ method: 'DELETE', path: `${pathOf(k.node)}/${metadata.name}`, accept: [404] })
  }
