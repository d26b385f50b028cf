import type { ListCapabilitiesRequest, ListCapabilitiesResponse } from '@aws-sdk/client-eks'
import type { Operations, Serve } from '../protocol/operations.ts'
import { clusterNamed, type EksWorld } from './world.ts'

/** What a cluster may have and no cluster of the sandbox has. To make one is not served, so these lists stay empty. */
export const belongingOperations = (world: EksWorld) =>
  ({
    ListCapabilities: (({ clusterName }) => {
      clusterNamed(world, clusterName)
      return { capabilities: [] }
    }) satisfies Serve<ListCapabilitiesRequest, ListCapabilitiesResponse>,
  }) satisfies Operations
