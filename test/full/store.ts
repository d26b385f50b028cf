import type { KubernetesObject } from '../../src/sandbox/types.ts'
import type { World } from '../../src/sandbox/world.ts'
import { aClaim, aSet, aVolume, ZONE } from '../contract/stores.ts'

/** An app whose only workload has a volume: of the one class that the sandbox's own twelve do not have. */
export const STORE = 'ledger'
const ENVIRONMENT = 'production'
export const NAMESPACE = `${STORE}-${ENVIRONMENT}`

/** On blue, as its driver has provisioned it. */
export async function seedStore(world: World): Promise<void> {
  const [blue] = world.clusters()
  if (!blue) throw new Error('there is no blue')
  const id = world.aws.ec2.createVolume(ZONE, 1)
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: NAMESPACE, labels: { app: STORE, team: 'scala', env: ENVIRONMENT } },
    },
    aVolume(NAMESPACE, 'data-db-0', id),
    aClaim(NAMESPACE, 'data-db-0'),
    aSet(NAMESPACE, 1),
  ]
  for (const object of objects) await blue.apply(object as KubernetesObject) // the same JSON
}

/** What the platform file says of it. */
export const DECLARED = `  ${STORE}:\n    workloads:\n      db: { handover: stateful, by: handover }\n`
