import type { Cluster, Nodegroup } from '@aws-sdk/client-eks'
import { describe, expect, test } from 'vitest'
import { clusterOf, nodegroupOf } from '../../../src/adapters/eks/describe.ts'

describe('a setting of a cluster that is not copied is named', () => {
  test.for<{ says: string; told: Cluster; unread: string[] }>([
    { says: 'Auto Mode', told: { computeConfig: { enabled: true } }, unread: ['computeConfig'] },
    { says: 'no Auto Mode', told: { computeConfig: { enabled: false, nodePools: [] } }, unread: [] },
    {
      says: 'hybrid nodes',
      told: { remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: ['10.0.0.0/8'] }] } },
      unread: ['remoteNetworkConfig'],
    },
    { says: 'no hybrid nodes', told: { remoteNetworkConfig: { remoteNodeNetworks: [] } }, unread: [] },
    {
      says: 'a larger control plane',
      told: { controlPlaneScalingConfig: { tier: 'tier-xl' } },
      unread: ['controlPlaneScalingConfig'],
    },
    { says: 'the usual control plane', told: { controlPlaneScalingConfig: { tier: 'standard' } }, unread: [] },
    {
      says: 'events kept for longer',
      told: { kubeApiServerConfig: { eventTtl: '3h' } },
      unread: ['kubeApiServerConfig'],
    },
    {
      says: 'the defaults of Kubernetes',
      told: {
        kubeApiServerConfig: { eventTtl: '1h', serviceNodePortRange: { minPort: 30_000, maxPort: 32_767 } },
        kubeControllerManagerConfig: { podGcControllerConfig: { terminatedPodGcThreshold: 12_500 } },
      },
      unread: [],
    },
    {
      says: 'egress of its own',
      told: { resourcesVpcConfig: { controlPlaneEgressMode: 'CUSTOMER_ROUTED' } },
      unread: ['resourcesVpcConfig.controlPlaneEgressMode'],
    },
    {
      says: 'load balancing of Auto Mode',
      told: { kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } } },
      unread: ['kubernetesNetworkConfig.elasticLoadBalancing'],
    },
    {
      says: 'an Outpost',
      told: { outpostConfig: { outpostArns: ['arn'], controlPlaneInstanceType: 'm5.large' } },
      unread: ['outpostConfig'],
    },
    {
      says: 'what is a cluster’s own',
      told: { platformVersion: 'eks.7', id: 'x', clientRequestToken: 'y', identity: { oidc: { issuer: 'https://z' } } },
      unread: [],
    },
  ])('$says', ({ told, unread }) => {
    expect(clusterOf(told).unread).toEqual(unread)
  })
})

describe('a setting of a node group that is not copied is named', () => {
  test.for<{ says: string; told: Nodegroup; unread: string[] }>([
    { says: 'a warm pool', told: { warmPoolConfig: { enabled: true, minSize: 2 } }, unread: ['warmPoolConfig'] },
    { says: 'no warm pool', told: { warmPoolConfig: { enabled: false } }, unread: [] },
    {
      says: 'another order of updates',
      told: { updateConfig: { maxUnavailable: 1, updateStrategy: 'MINIMAL' } },
      unread: ['updateConfig.updateStrategy'],
    },
    { says: 'the usual order', told: { updateConfig: { maxUnavailable: 1, updateStrategy: 'DEFAULT' } }, unread: [] },
    {
      says: 'limits of node repair',
      told: { nodeRepairConfig: { enabled: true, maxUnhealthyNodeThresholdCount: 3 } },
      unread: ['nodeRepairConfig'],
    },
    { says: 'its release', told: { version: '1.35', releaseVersion: '1.35.1-1', resources: {} }, unread: [] },
  ])('$says', ({ told, unread }) => {
    expect(nodegroupOf(told).unread).toEqual(unread)
  })
})

test('a launch template is named by id and version', () => {
  expect(nodegroupOf({ launchTemplate: { id: 'lt-1', name: 'nodes', version: '7' } }).launchTemplate).toBe('lt-1:7')
})

test('an issue is told with its code and what it is about', () => {
  const issues = [{ code: 'NodeCreationFailure' as const, message: 'did not join', resourceIds: ['i-1', 'i-2'] }]
  expect(nodegroupOf({ health: { issues } }).healthIssues).toEqual(['NodeCreationFailure: did not join (i-1, i-2)'])
})
