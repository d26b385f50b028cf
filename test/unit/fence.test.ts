import { expect, test } from 'vitest'
import { canary, denial, fenceBinding, fenceKey, fenceParams, fencePolicy, isDenial } from '../../src/domain/fence.ts'
import { scope } from '../support/small-world.ts'

const actor = { kind: 'Deployment', namespace: 'chat-production', name: 'actor' } as const

test('a denial says where it may run, why not here, and who can lift it', () => {
  expect(denial(scope, 'green', actor)).toBe(
    'Deployment/chat-production/actor may run on demo-1-35 only, and not here on demo-1-36: Norikae moves it in the upgrade of demo, and lifts this at its handover (norikae status demo). Without Norikae a cluster administrator can: kubectl delete validatingadmissionpolicybinding norikae-fence-chat-production',
  )
})

test('a binding finds its parameters, and denies everything without them', () => {
  const { metadata } = fenceParams('chat-production')
  expect(fenceBinding('chat-production').spec).toMatchObject({
    policyName: fencePolicy.metadata.name,
    paramRef: { name: metadata.name, namespace: metadata.namespace, parameterNotFoundAction: 'Deny' },
  })
})

test('the canary is a Job of the workload that is asked about', () => {
  expect(canary(actor).metadata.ownerReferences).toMatchObject([
    { kind: 'Deployment', name: 'actor', controller: true },
  ])
  expect(fenceKey(actor)).toBe('Deployment.actor')
})

test.for([
  [
    "jobs.batch \"x\" is forbidden: ValidatingAdmissionPolicy 'norikae-fence' with binding 'norikae-fence-a' denied request: …",
    true,
  ],
  ["jobs.batch \"x\" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'b' denied request: …", false],
  ['jobs.batch "x" is forbidden: exceeded quota: norikae-fence', false],
] as const)('%s: ours is %s', ([message, ours]) => {
  expect(isDenial(message)).toBe(ours)
})
