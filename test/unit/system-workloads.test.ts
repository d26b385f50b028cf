import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { systemWorkloadFindings } from '../../src/domain/system-workloads.ts'

const inKubeSystem = (name: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'kube-system', ...more },
})
const owner = { apiVersion: 'v1', kind: 'Operator', name: 'o', uid: '1', controller: true }

test('what neither EKS nor an add-on brings is named; nothing else is', () => {
  const found = systemWorkloadFindings([
    inKubeSystem('coredns'),
    inKubeSystem('ebs-csi-controller', { managedFields: [{ manager: 'eks', operation: 'Apply' }] }),
    inKubeSystem('made-by-an-operator', { ownerReferences: [owner] }),
    inKubeSystem('cluster-autoscaler', { managedFields: [{ manager: 'helm', operation: 'Update' }] }),
    inKubeSystem('aws-load-balancer-controller'),
  ])
  expect(found.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual([
    'blocker system-workload-stays Deployment/kube-system/cluster-autoscaler',
    'blocker system-workload-stays Deployment/kube-system/aws-load-balancer-controller',
  ])
})
