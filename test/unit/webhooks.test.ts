import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import {
  downFinding,
  isDown,
  sideEffectsFinding,
  tenantWebhookFinding,
  webhooksIn,
  type Answers,
} from '../../src/domain/webhooks.ts'

const configuration = (webhook: object = {}): KubernetesObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'policy' },
  webhooks: [
    {
      name: 'check.example.com',
      failurePolicy: 'Fail',
      sideEffects: 'None',
      clientConfig: { service: { namespace: 'guard', name: 'hook' } },
      rules: [{ operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
      ...webhook,
    },
  ],
})
const rule = (resources: readonly string[], operations = ['CREATE']) => ({ rules: [{ operations, resources }] })

describe('a webhook refuses everything while it is down', () => {
  test.for<{ says: string; webhook?: object; answers?: Answers; down: boolean }>([
    { says: 'where no pod answers', answers: 'no pod', down: true },
    { says: 'where it has no Service', answers: 'no Service', down: true },
    { says: 'but not while somebody answers', answers: 'somebody', down: false },
    { says: 'unless it lets through then', webhook: { failurePolicy: 'Ignore' }, answers: 'no pod', down: false },
    { says: 'unless it is outside', webhook: { clientConfig: { url: 'https://x' } }, down: false },
    { says: 'of which apps are made', webhook: rule(['*']), answers: 'no pod', down: true },
    { says: 'or of any of it', webhook: rule(['deployments/*']), answers: 'no pod', down: true },
    { says: 'but not of its own kinds', webhook: rule(['widgets']), answers: 'no pod', down: false },
    { says: 'nor when it looks at what goes', webhook: rule(['pods'], ['DELETE']), answers: 'no pod', down: false },
  ])('$says', ({ webhook, answers, down }) => {
    const [it] = webhooksIn([configuration(webhook)])
    expect(it && isDown(it, answers)).toBe(down)
  })

  test('and is told with its Service', () => {
    const [it] = webhooksIn([configuration()])
    expect(it && downFinding(it, 'blue', 'no pod')).toMatchObject({
      level: 'warning',
      code: 'webhook-down',
      about: 'ValidatingWebhookConfiguration/policy',
      message: expect.stringContaining('on blue there is no pod behind guard/hook'),
    })
    expect(it && tenantWebhookFinding(it)).toMatchObject({ code: 'webhook-stays', about: 'guard/hook' })
  })
})

test.for([
  ['None', undefined],
  ['NoneOnDryRun', undefined],
  ['Some', 'webhook-side-effects'],
  ['Unknown', 'webhook-side-effects'],
])('side effects: %s', ([sideEffects, code]) => {
  const [it] = webhooksIn([configuration({ sideEffects })])
  expect(it && sideEffectsFinding(it)?.code).toBe(code)
})
