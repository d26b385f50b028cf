import { expect, test } from 'vitest'
import { componentFindings } from '../../src/domain/control-plane-components.ts'
import type { VersionDescription } from '../../src/domain/eks-objects.ts'
import { componentLimits } from '../../src/sandbox/aws/eks/versions.ts'

/** What a control plane's components are started with, against what EKS takes of it for another version. */

const target: VersionDescription = {
  version: '1.36',
  status: 'STANDARD_SUPPORT',
  isDefault: false,
  components: componentLimits,
  componentsOfTier: {
    'tier-4xl': { kubeApiServerConfig: { eventTtl: { constraints: { min: '10m', max: '1h' } } } },
  },
}
const ttl = (eventTtl: string) => ({ kubeApiServerConfig: { eventTtl } })
const range = (minPort: number, maxPort: number) => ({
  kubeApiServerConfig: { serviceNodePortRange: { minPort, maxPort } },
})
const scoring = (type: string, name = 'cpu', weight = 1) => ({
  kubeSchedulerConfig: { nodeResourcesFit: { scoringStrategy: { type, resources: [{ name, weight }] } } },
})
const threshold = (terminatedPodGcThreshold: number) => ({
  kubeControllerManagerConfig: { podGcControllerConfig: { terminatedPodGcThreshold } },
})
const period = (horizontalPodAutoscalerSyncPeriod: string) => ({
  kubeControllerManagerConfig: { horizontalPodAutoscalerControllerConfig: { horizontalPodAutoscalerSyncPeriod } },
})

test.for<{
  says: string
  settings: Readonly<Record<string, unknown>>
  to?: VersionDescription | undefined
  is: readonly string[]
}>([
  { says: 'nothing is chosen', settings: {}, is: [] },
  {
    says: 'all is within its limits',
    settings: { ...ttl('6h'), ...threshold(1000), ...scoring('MostAllocated') },
    is: [],
  },
  { says: 'events are kept for too long', settings: ttl('6h0m1s'), is: ['from 10m to 6h'] },
  { says: 'events are kept too briefly', settings: ttl('599s'), is: ['from 10m to 6h'] },
  { says: 'a duration is written in another way', settings: ttl('a day'), is: [] },
  { says: 'node ports begin too low', settings: range(1023, 2000), is: ['minPort from 1024 to 65535'] },
  {
    says: 'pods are scored in another way',
    settings: scoring('RequestedToCapacityRatio'),
    is: ['its type may be LeastAllocated, MostAllocated'],
  },
  { says: 'another resource counts', settings: scoring('MostAllocated', 'gpu'), is: ['a resource may be cpu, memory'] },
  {
    says: 'one weighs too much',
    settings: scoring('MostAllocated', 'cpu', 101),
    is: ['the weight of cpu from 1 to 100'],
  },
  { says: 'more ended pods are kept', settings: threshold(12_501), is: ['from 1000 to 12500'] },
  { says: 'autoscalers look too often', settings: period('9500ms'), is: ['from 10s to 60s'] },
  {
    says: 'a larger control plane takes less',
    settings: { ...ttl('2h'), controlPlaneScalingConfig: { tier: 'tier-4xl' } },
    is: ['from 10m to 1h'],
  },
  {
    says: 'a larger control plane takes as much of the rest',
    settings: { ...period('61s'), controlPlaneScalingConfig: { tier: 'tier-4xl' } },
    is: ['from 10s to 60s'],
  },
  {
    says: 'EKS tells no limits',
    settings: ttl('99h'),
    to: { version: '1.36', status: 'STANDARD_SUPPORT', isDefault: false },
    is: [],
  },
  { says: 'EKS tells nothing of the version', settings: ttl('99h'), to: undefined, is: [] },
])('where $says', ({ settings, is, ...more }) => {
  const found = componentFindings({ name: 'blue', settings }, 'to' in more ? more.to : target)
  expect(found.map((f) => [f.level, f.code, f.message.replace(/^.* for [\d.]+: /, '')])).toEqual(
    is.map((fault) => ['blocker', 'cluster-component', fault]),
  )
})

test('what the limits of a version leave out is a warning: EKS may take it', () => {
  const { kubeApiServerConfig, ...rest } = componentLimits
  const { eventTtl: _none, ...others } = kubeApiServerConfig
  for (const components of [rest, { ...rest, kubeApiServerConfig: others }]) {
    const found = componentFindings(
      { name: 'blue', settings: { ...ttl('2h'), ...threshold(1) } },
      { ...target, components, componentsOfTier: {} },
    )
    expect(found.map((f) => `${f.level} ${f.about}: ${f.message}`)).toEqual([
      'warning blue kubeApiServerConfig.eventTtl: blue has "2h", and EKS does not say whether 1.36 takes it',
      expect.stringContaining('blocker blue kubeControllerManagerConfig.'),
    ])
  }
})

test('it is told by its path, with what blue has', () => {
  expect(componentFindings({ name: 'blue', settings: ttl('24h') }, target)).toMatchObject([
    {
      about: 'blue kubeApiServerConfig.eventTtl',
      message: 'blue has "24h", which EKS does not take for 1.36: from 10m to 6h',
    },
  ])
})
