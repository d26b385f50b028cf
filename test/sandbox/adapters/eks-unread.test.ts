import type { Cluster, Nodegroup } from '@aws-sdk/client-eks'
import { describe, expect, test } from 'vitest'
import { clusterOf, nodegroupOf } from '../../../src/adapters/eks/describe.ts'

describe('what somebody chose for a cluster is taken over as it is told, and nothing else', () => {
  test.for<{ says: string; told: Cluster; settings: readonly string[] }>([
    { says: 'Auto Mode', told: { computeConfig: { enabled: true } }, settings: ['computeConfig'] },
    { says: 'no Auto Mode', told: { computeConfig: { enabled: false, nodePools: [] } }, settings: [] },
    { says: 'its disks', told: { storageConfig: { blockStorage: { enabled: true } } }, settings: ['storageConfig'] },
    {
      says: 'hybrid nodes',
      told: { remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: ['10.0.0.0/8'] }] } },
      settings: ['remoteNetworkConfig'],
    },
    { says: 'no hybrid nodes', told: { remoteNetworkConfig: { remoteNodeNetworks: [] } }, settings: [] },
    {
      says: 'a larger control plane',
      told: { controlPlaneScalingConfig: { tier: 'tier-xl' } },
      settings: ['controlPlaneScalingConfig'],
    },
    { says: 'the usual control plane', told: { controlPlaneScalingConfig: { tier: 'standard' } }, settings: [] },
    {
      says: 'events kept for longer',
      told: { kubeApiServerConfig: { eventTtl: '3h' } },
      settings: ['kubeApiServerConfig'],
    },
    {
      says: 'the defaults of Kubernetes',
      told: {
        kubeApiServerConfig: { eventTtl: '1h', serviceNodePortRange: { minPort: 30_000, maxPort: 32_767 } },
        kubeControllerManagerConfig: { podGcControllerConfig: { terminatedPodGcThreshold: 12_500 } },
      },
      settings: [],
    },
  ])('$says', ({ told, settings }) => {
    const found = clusterOf(told)
    expect(found.unread).toEqual([])
    expect(found.settings).toEqual(Object.fromEntries(settings.map((k) => [k, told[k as keyof Cluster]])))
  })

  test('egress of the control plane, and load balancing of Auto Mode, where they are told', () => {
    const elasticLoadBalancing = { enabled: true }
    const found = clusterOf({
      resourcesVpcConfig: { controlPlaneEgressMode: 'CUSTOMER_ROUTED' },
      kubernetesNetworkConfig: { elasticLoadBalancing },
    })
    expect(found.resourcesVpcConfig.controlPlaneEgressMode).toBe('CUSTOMER_ROUTED')
    expect(found.kubernetesNetworkConfig).toEqual({ elasticLoadBalancing })
    const usual = clusterOf({
      resourcesVpcConfig: { controlPlaneEgressMode: 'AWS_MANAGED' },
      kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: false } },
    })
    expect('controlPlaneEgressMode' in usual.resourcesVpcConfig).toBe(false)
    expect(usual.kubernetesNetworkConfig).toEqual({})
  })
})

describe('a setting of a cluster that is not copied is named', () => {
  test.for<{ says: string; told: Cluster; unread: string[] }>([
    {
      says: 'a second key',
      told: { encryptionConfig: [{ provider: { keyArn: 'a' } }, { provider: { keyArn: 'b' } }] },
      unread: ['encryptionConfig'],
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

describe('what somebody chose for a node group is taken over as it is told', () => {
  test.for<{ says: string; told: Nodegroup; settings: readonly (keyof Nodegroup)[] }>([
    { says: 'a warm pool', told: { warmPoolConfig: { enabled: true, minSize: 2 } }, settings: ['warmPoolConfig'] },
    { says: 'no warm pool', told: { warmPoolConfig: { enabled: false } }, settings: [] },
    {
      says: 'how it is updated',
      told: { updateConfig: { maxUnavailable: 1, updateStrategy: 'MINIMAL' } },
      settings: ['updateConfig'],
    },
    {
      says: 'how nodes are repaired',
      told: { nodeRepairConfig: { enabled: true, maxUnhealthyNodeThresholdCount: 3 } },
      settings: ['nodeRepairConfig'],
    },
    {
      says: 'who gets in by SSH',
      told: { remoteAccess: { ec2SshKey: 'ops', sourceSecurityGroups: ['sg-1'] } },
      settings: ['remoteAccess'],
    },
    { says: 'not its release', told: { version: '1.35', releaseVersion: '1.35.1-1', resources: {} }, settings: [] },
  ])('$says', ({ told, settings }) => {
    const found = nodegroupOf(told)
    expect(found.unread).toEqual([])
    expect(found.settings).toEqual(Object.fromEntries(settings.map((k) => [k, told[k]])))
  })
})

test('a launch template is named by id and version', () => {
  expect(nodegroupOf({ launchTemplate: { id: 'lt-1', name: 'nodes', version: '7' } }).launchTemplate).toBe('lt-1:7')
})

test('an issue is told with its code and what it is about', () => {
  const issues = [{ code: 'NodeCreationFailure' as const, message: 'did not join', resourceIds: ['i-1', 'i-2'] }]
  expect(nodegroupOf({ health: { issues } }).healthIssues).toEqual(['NodeCreationFailure: did not join (i-1, i-2)'])
})
