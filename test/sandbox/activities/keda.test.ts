import { expect, test } from 'vitest'
import { notFound } from '../../../src/activities/errors.ts'
import type { Ports } from '../../../src/activities/ports.ts'
import { aScaledObject } from '../../contract/an-app.ts'
import { driven, ending } from '../../support/driven.ts'
import { aDeployment, aPlace, call, twoClusters } from '../../support/small-world.ts'

const REFUSED = 'admission webhook "vscaledobject.kb.io" denied the request: Deployment.apps "web" not found'

/** KEDA's webhook has not seen what was made a moment ago; `times`: how often it says so. */
const slowToSee =
  (times: number) =>
  (ports: Ports): Ports => {
    let left = times
    return {
      ...ports,
      kubernetes: async (region, cluster) => {
        const port = await ports.kubernetes(region, cluster)
        return {
          ...port,
          apply: async (object, how) => {
            if (object.kind !== 'ScaledObject' || left === 0) return port.apply(object, how)
            left -= 1
            throw notFound(REFUSED)
          },
        }
      },
    }
  }

async function deployed(times: number) {
  const world = await twoClusters({ between: slowToSee(times) })
  const namespace = aPlace(world.blue, world.green)
  world.blue.apply(aDeployment('web', namespace))
  world.blue.apply(aScaledObject('web', namespace, {}))
  const place = { app: 'shop', environment: 'test', namespaces: [namespace] }
  return { world, deploy: call<'deploy'>({ ...place, on: 'green', asleep: [] }) }
}

test('a webhook of KEDA that does not see the workload yet is asked again', async () => {
  const { world, deploy } = await deployed(2)
  const { waits } = await driven(world.activities.deploy, deploy)
  expect(waits).toEqual([REFUSED, REFUSED])
  expect(world.green.list('keda.sh/v1alpha1', 'ScaledObject')).toHaveLength(1)
  await world.stop()
})

test('and people are asked where it never does', async () => {
  const { world, deploy } = await deployed(Infinity)
  const elevenMinutesAgo = Date.now() - 11 * 60_000
  const { type, message } = await ending(world.activities.deploy, deploy, { scheduledMs: elevenMinutesAgo })
  expect({ type, message }).toEqual({ type: 'Failed', message: `took longer than 10m; last: ${REFUSED}` })
  await world.stop()
})
