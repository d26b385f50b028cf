import type {
  ClusterVersionInformation,
  DescribeClusterVersionsRequest,
  DescribeClusterVersionsResponse,
} from '@aws-sdk/client-eks'
import { page, type Operations, type Serve } from '../protocol/operations.ts'

/**
 * Release and end of support: endoflife.date/amazon-eks, read on 2026-08-22. Patch versions and which version is the
 * default are the sandbox's own.
 */
const versions = [
  { version: '1.36', patch: '1.36.2', released: '2026-06-02', endStandard: '2027-08-02', endExtended: '2028-08-02' },
  { version: '1.35', patch: '1.35.5', released: '2026-01-28', endStandard: '2027-03-27', endExtended: '2028-03-27' },
  { version: '1.34', patch: '1.34.9', released: '2025-10-06', endStandard: '2026-12-02', endExtended: '2027-12-02' },
] as const

export const defaultVersion = '1.35'
export const clusterVersions: readonly string[] = versions.map(({ version }) => version)
export const patchOf = (version: string): string => versions.find((v) => v.version === version)?.patch ?? `${version}.0`

export const versionOperations = {
  DescribeClusterVersions: ((input) => {
    const matching = versions
      .map((row) => described(row, new Date()))
      .filter(
        ({ clusterVersion = '', versionStatus, defaultVersion: isDefault }) =>
          (!input.clusterVersions?.length || input.clusterVersions.includes(clusterVersion)) &&
          (!input.versionStatus || input.versionStatus === versionStatus) &&
          (!input.defaultOnly || isDefault === true) &&
          (input.includeAll === true || versionStatus !== 'UNSUPPORTED'),
      )
    const { items, next } = page(matching, input.nextToken, input.maxResults)
    return { clusterVersions: items, nextToken: next }
  }) satisfies Serve<DescribeClusterVersionsRequest, DescribeClusterVersionsResponse>,
} satisfies Operations

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_ClusterVersionInformation.html */
function described(row: (typeof versions)[number], now: Date): ClusterVersionInformation {
  const endOfStandardSupportDate = new Date(row.endStandard)
  const endOfExtendedSupportDate = new Date(row.endExtended)
  const versionStatus =
    now < endOfStandardSupportDate
      ? 'STANDARD_SUPPORT'
      : now < endOfExtendedSupportDate
        ? 'EXTENDED_SUPPORT'
        : 'UNSUPPORTED'
  return {
    clusterVersion: row.version,
    clusterType: 'eks',
    defaultPlatformVersion: 'eks.1',
    defaultVersion: row.version === defaultVersion,
    kubernetesPatchVersion: row.patch,
    releaseDate: new Date(row.released),
    endOfStandardSupportDate,
    endOfExtendedSupportDate,
    versionStatus,
    controlPlaneScalingTiers: ['standard', 'tier-xl', 'tier-2xl', 'tier-4xl'].map((tierName) => ({
      tierName,
      ...(tierName === 'tier-4xl' && { controlPlaneComponentConfigOverrides: limitsOf4xl }),
    })),
    controlPlaneComponentConfig: componentLimits,
  }
}

/** The shape is the API's, the figures are the sandbox's own. */
export const componentLimits = {
  kubeApiServerConfig: {
    eventTtl: { defaultValue: '1h', constraints: { min: '10m', max: '6h' } },
    serviceNodePortRange: {
      defaultValue: { minPort: 30_000, maxPort: 32_767 },
      constraints: { minPort: { min: 1024, max: 65_535 }, maxPort: { min: 1024, max: 65_535 } },
    },
  },
  kubeSchedulerConfig: {
    nodeResourcesFit: {
      scoringStrategy: {
        constraints: {
          scoringStrategy: { allowedValues: ['LeastAllocated', 'MostAllocated'] },
          resources: { name: { allowedValues: ['cpu', 'memory'] }, weight: { min: 1, max: 100 } },
        },
      },
    },
  },
  kubeControllerManagerConfig: {
    podGcControllerConfig: {
      terminatedPodGcThreshold: { defaultValue: 12_500, constraints: { min: 1000, max: 12_500 } },
    },
    horizontalPodAutoscalerControllerConfig: {
      horizontalPodAutoscalerSyncPeriod: { defaultValue: '15s', constraints: { min: '10s', max: '60s' } },
    },
  },
} satisfies NonNullable<ClusterVersionInformation['controlPlaneComponentConfig']>

const limitsOf4xl = {
  kubeApiServerConfig: { eventTtl: { defaultValue: '1h', constraints: { min: '10m', max: '1h' } } },
}
