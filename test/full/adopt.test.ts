import { expect, test } from 'vitest'
import { upgradeId } from '../../src/domain/messages.ts'
import { EVERY } from './every.ts'
import { played } from './played.ts'
import { aBed, BLUE, PLATFORM, type Bed } from './bed.ts'
import { endState, wellOn } from './end-state.ts'

/** A green that others made, and not named after the platform either. */
const ADOPTED = 'terraform-green'

/** All that is on it, but for what controllers make in their own time. */
const onGreen = ({ world }: Bed) => {
  const green = world.clusters().find((c) => c.name === ADOPTED)
  return [
    ['v1', 'Namespace'],
    ['v1', 'ConfigMap'],
    ['v1', 'Secret'],
    ['v1', 'Service'],
    ['apps/v1', 'Deployment'],
    ['apps/v1', 'StatefulSet'],
    ['batch/v1', 'CronJob'],
    ['v1', 'PersistentVolume'],
    ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'],
    ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding'],
    ['elbv2.k8s.aws/v1beta1', 'TargetGroupBinding'],
  ].flatMap(([apiVersion = '', kind = '']) =>
    (green?.list(apiVersion, kind) ?? [])
      .filter((o) => o.metadata.name !== 'kube-root-ca.crt')
      .map((o) => `${kind} ${o.metadata.namespace ?? ''}/${o.metadata.name} ${o.metadata.uid ?? ''}`)
      .toSorted(),
  )
}
const inEks = ({ world }: Bed) => world.aws.eks.inventory().find((c) => c.name === ADOPTED)

test('everything moves onto a green that others made, and blue goes', async () => {
  await using bed = await aBed(['production'], { adopts: ADOPTED })
  const before = inEks(bed)
  const worker = bed.worker()
  await worker.ready()
  await bed.begin()
  const { view } = await played(bed)
  expect(view.outcome).toBe('done')
  expect(await endState(bed)).toEqual(wellOn(ADOPTED))
  expect(inEks(bed)).toEqual(before)
})

test.for(['openNamespaces', 'setWeight', 'proveIdle'].filter((type) => EVERY || type === 'setWeight'))(
  'aborted when it is at %s, everything is back on blue, and green is as it was made',
  async (type) => {
    await using bed = await aBed(['production'], { adopts: ADOPTED })
    const before = { eks: inEks(bed), inside: onGreen(bed) }
    let said = false
    const worker = bed.worker((told) => {
      if (said || told.at !== 'before' || told.type !== type) return undefined
      said = true
      const upgrade = bed.temporal.client.workflow.getHandle(upgradeId(PLATFORM))
      return upgrade.signal('abort', { by: 'baba@example.com', reason: `it is at ${type}` })
    })
    await worker.ready()
    await bed.begin()
    const { view } = await played(bed)
    expect(said).toBe(true)
    expect(view.outcome).toBe('rolled-back')
    const { judged } = wellOn(BLUE)
    expect(await endState(bed)).toEqual({
      ...wellOn(BLUE),
      clusters: [BLUE, ADOPTED],
      // The judge knows nothing of whose it is.
      judged: { ...judged, leftovers: [{ what: `clusters ${BLUE}, ${ADOPTED}`, because: 'one is enough' }] },
    })
    expect({ eks: inEks(bed), inside: onGreen(bed) }).toEqual(before)
  },
)
