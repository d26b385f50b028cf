import { afterAll, beforeAll, expect, test } from 'vitest'
import { driven } from '../../support/driven.ts'
import { aSmallFile, seedBlue } from '../../support/small-platform.ts'
import { aDeployment, aSmallWorld, scope, type SmallWorld } from '../../support/small-world.ts'

/** Secrets of cert-manager on blue, as preflight reads them: from the certificate itself, whatever is written beside it. */

/** `*.Example.com` and `example.com`, by an issuer that calls itself Let's Encrypt, until 2126. */
const ISSUED =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUI1VENDQVlxZ0F3SUJBZ0lVZjJMRmdGbklzODdHekN1dVB5ZTE0VVRkUk1Vd0NnWUlLb1pJemowRUF3SXcKTXpFTE1Ba0dBMVVFQmhNQ1ZWTXhGakFVQmdOVkJBb01EVXhsZENkeklFVnVZM0o1Y0hReEREQUtCZ05WQkFNTQpBMUl4TVRBZ0Z3MHlOakV4TWpjeE9ESXdNVFZhR0E4eU1USTJNVEV3TXpFNE1qQXhOVm93TXpFTE1Ba0dBMVVFCkJoTUNWVk14RmpBVUJnTlZCQW9NRFV4bGRDZHpJRVZ1WTNKNWNIUXhEREFLQmdOVkJBTU1BMUl4TVRCWk1CTUcKQnlxR1NNNDlBZ0VHQ0NxR1NNNDlBd0VIQTBJQUJJNHNBdnE3SlR3NEs4aWZLSFNLc1lqT3FtOUFqb3cyRUFhNApFMDBWcFVmeWRiM3RRSFJBdVFDbXcyYTVsaFBkZnF5SkFGWnAzR3B3MWdFT2I0SHFldDZqZWpCNE1CMEdBMVVkCkRnUVdCQlJmZDBKZHNMQUlwUTVmWVpTeW1KOGdTZmZZV2pBZkJnTlZIU01FR0RBV2dCUmZkMEpkc0xBSXBRNWYKWVpTeW1KOGdTZmZZV2pBUEJnTlZIUk1CQWY4RUJUQURBUUgvTUNVR0ExVWRFUVFlTUJ5Q0RTb3VSWGhoYlhCcwpaUzVqYjIyQ0MyVjRZVzF3YkdVdVkyOXRNQW9HQ0NxR1NNNDlCQU1DQTBrQU1FWUNJUURTMVVFemE4a0FYQk1ECmFYc3NxRldrRW51Y3NDZ0hGbHQ0VVk5WjV6TDVBUUloQUx0QmF1aWdxanNLU3hNR3NzUCswWWZjODJUTzFES1EKYjc2dHE4bnZDVEd0Ci0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K'
/** By its staging. */
const STAGING =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUI1VENDQVl1Z0F3SUJBZ0lVZEswSXRKdTArVmNPWUtIL0RSRXpmOEsrdkM4d0NnWUlLb1pJemowRUF3SXcKT3pFTE1Ba0dBMVVFQmhNQ1ZWTXhJREFlQmdOVkJBb01GeWhUVkVGSFNVNUhLU0JNWlhRbmN5QkZibU55ZVhCMApNUW93Q0FZRFZRUUREQUY0TUNBWERUSTJNVEV5TnpFNE1qQXhOVm9ZRHpJeE1qWXhNVEF6TVRneU1ERTFXakE3Ck1Rc3dDUVlEVlFRR0V3SlZVekVnTUI0R0ExVUVDZ3dYS0ZOVVFVZEpUa2NwSUV4bGRDZHpJRVZ1WTNKNWNIUXgKQ2pBSUJnTlZCQU1NQVhnd1dUQVRCZ2NxaGtqT1BRSUJCZ2dxaGtqT1BRTUJCd05DQUFRU0Q0TDV6MHpCN2IzVQpSc1VoSEVGYSsxbm9ham42dlp1SmNtUk84NUEyMVNDZWUwOWJ1bU9pcmMrUDJlWU5ETmF5U2wrYjJOcW51cXlCCnRLOEdiRlU4bzJzd2FUQWRCZ05WSFE0RUZnUVUyem1CR0wwK2wyTHorc0pabGJEbDdUaHZtL1l3SHdZRFZSMGoKQkJnd0ZvQVUyem1CR0wwK2wyTHorc0pabGJEbDdUaHZtL1l3RHdZRFZSMFRBUUgvQkFVd0F3RUIvekFXQmdOVgpIUkVFRHpBTmdndGxlR0Z0Y0d4bExtTnZiVEFLQmdncWhrak9QUVFEQWdOSUFEQkZBaUVBdU0wNnZJOTlrRENPCm9CNGpVN1FqdHkrdmFtOGVPYi9NNjNISk1qeEVNQU1DSUVWZGlPa3Q0T1c0dzB4dGJGYnZnR0tONlpmQjNpWWcKOWtFeFdDbkJzWGpBCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K'

let world: SmallWorld
beforeAll(async () => {
  world = await aSmallWorld()
  await seedBlue(world)
  for (const app of ['shop', 'mail']) {
    const labels = { app, team: 'sre', env: 'test' }
    world.cluster(scope.blue).apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: app, labels } })
    world.cluster(scope.blue).apply(aDeployment('web', app))
  }
})
afterAll(() => world.stop())

const secret = (namespace: string, name: string, crt: string, more: object = {}) =>
  world.cluster(scope.blue).apply({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { namespace, name, annotations: { 'cert-manager.io/certificate-name': name }, ...more },
    data: { 'tls.crt': crt, 'tls.key': 'c2VjcmV0' },
  })

const told = async () => {
  const request = { platform: scope.platform, to: '1.36', by: 'aoki@example.com' }
  const file = aSmallFile('apps: { mail: { deploy: external } }')
  const workflow = { type: 'upgradePreflight', id: `upgrade-preflight/${scope.platform}/1` }
  const { answer } = await driven(world.activities.prepare, { ...request, file }, { workflow })
  expect(JSON.stringify(answer)).not.toContain('c2VjcmV0')
  return answer.plan.findings.filter((f) => f.code.startsWith('certificate-'))
}

test('those that Let’s Encrypt issued and nobody copies are told; others are not', async () => {
  secret('shop', 'copied', ISSUED)
  secret('mail', 'by-hand', ISSUED, { annotations: {} })
  secret('mail', 'staging', STAGING)
  secret('mail', 'not-yet', '')
  expect(await told()).toEqual([])
  secret('mail', 'web', ISSUED)
  expect(await told()).toMatchObject([
    {
      level: 'warning',
      code: 'certificate-anew',
      about: 'Secret/mail/web',
      message: expect.stringContaining('*.example.com, example.com'),
    },
  ])
})

test('more of the same than Let’s Encrypt issues in a week are a blocker', async () => {
  for (const n of [1, 2, 3, 4, 5]) secret('mail', `web-${n}`, ISSUED)
  expect((await told()).map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual([
    'blocker certificate-limit *.example.com, example.com',
    'warning certificate-anew Secret/mail/web',
  ])
})
