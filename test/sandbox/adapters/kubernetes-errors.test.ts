import { describe, expect, test } from 'vitest'
import type { KubernetesPort } from '../../../src/activities/ports.ts'
import { aPort, type Answer } from './a-port.ts'
import { failureOf, nowhere } from './local.ts'

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } }

const failing = (status: number, message: string, more: object = {}): Answer => {
  const json = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code: status, ...more }
  return () => ({ status, json })
}

interface Row {
  readonly says: string
  readonly answer: Answer
  readonly type: string
  readonly words: string | RegExp
  readonly ask?: (port: KubernetesPort) => Promise<unknown>
}

const managed = (field: string, manager: string) => ({
  reason: 'FieldManagerConflict',
  message: `conflict with ${manager}`,
  field,
})

describe('an answer that is no success', () => {
  test.for<Row>([
    {
      says: 'forbidden',
      answer: failing(403, 'deployments.apps is forbidden: User "norikae" cannot list resource', {
        reason: 'Forbidden',
      }),
      type: 'Denied',
      words: 'GET deployments on green: deployments.apps is forbidden: User "norikae" cannot list resource',
    },
    {
      says: 'a namespace that is being deleted asks for patience',
      answer: failing(403, 'unable to create new content', {
        details: { causes: [{ reason: 'NamespaceTerminating' }] },
      }),
      ask: (port) => port.create(deployment),
      type: 'Unreachable',
      words: 'POST deployments of shop on green: unable to create new content',
    },
    {
      says: 'nothing to patch',
      answer: failing(404, 'deployments.apps "web" not found'),
      ask: (port) => port.patch('Deployment', 'shop', 'web', {}),
      type: 'NotFound',
      words: 'PATCH deployments shop/web on green: deployments.apps "web" not found',
    },
    {
      says: 'fields that others write',
      answer: failing(409, 'Apply failed with 2 conflicts', {
        reason: 'Conflict',
        details: {
          causes: [managed('.spec.replicas', '"kube-controller"'), managed('.spec.paused', '"helm" using apps/v1')],
        },
      }),
      ask: (port) => port.apply(deployment),
      type: 'Contested',
      words: 'also written: .spec.replicas by "kube-controller", .spec.paused by "helm" using apps/v1. Agree who owns',
    },
    {
      says: 'an object that changed since it was read',
      answer: failing(409, 'the object has been modified', { reason: 'Conflict' }),
      ask: (port) => port.patch('Deployment', 'shop', 'web', {}),
      type: 'Conflict',
      words: 'PATCH deployments shop/web on green: the object has been modified',
    },
    {
      says: 'another object under the name of the one to remove',
      answer: failing(409, 'Precondition failed: UID in precondition: 1, UID in object meta: 2', {
        reason: 'Conflict',
      }),
      ask: (port) => port.remove('Deployment', 'shop', 'web', '1'),
      type: 'Contested',
      words: 'Precondition failed',
    },
    {
      says: 'a removal that met a change',
      answer: failing(409, 'the object has been modified', { reason: 'Conflict' }),
      ask: (port) => port.remove('Deployment', 'shop', 'web'),
      type: 'Conflict',
      words: 'DELETE deployments shop/web',
    },
    { says: 'a page that is too old', answer: failing(410, 'continue expired'), type: 'Unreachable', words: 'expired' },
    { says: 'a request too many', answer: failing(429, 'too many requests'), type: 'Unreachable', words: 'too many' },
    {
      says: 'an object that is not valid',
      answer: failing(422, 'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1'),
      ask: (port) => port.apply(deployment),
      type: 'InvalidInput',
      words: 'spec.replicas: Invalid value: -1',
    },
    {
      says: 'an unknown field, for which apply answers 500',
      answer: failing(
        500,
        'failed to create typed patch object (shop/web):\n  .spec.foo: field not declared in schema',
      ),
      ask: (port) => port.apply(deployment),
      type: 'InvalidInput',
      words: 'typed patch object (shop/web): .spec.foo: field not declared in schema',
    },
    { says: 'a bad request', answer: failing(400, 'bad selector'), type: 'Failed', words: 'bad selector' },
    { says: 'a server in trouble', answer: failing(500, 'etcd is gone'), type: 'Unreachable', words: 'etcd is gone' },
    {
      says: 'a proxy in between',
      answer: () => ({ status: 502, json: '<html>Bad Gateway</html>' }),
      type: 'Unreachable',
      words: 'GET deployments on green: <html>Bad Gateway</html>',
    },
    {
      says: 'an answer that is no object',
      answer: () => ({ json: 'hello' }),
      ask: (port) => port.find('Deployment', 'shop', 'web'),
      type: 'Failed',
      words: 'cannot be read',
    },
    {
      says: 'a connection that breaks',
      answer: () => 'break',
      type: 'Unreachable',
      words: /^GET deployments on green: \w/,
    },
    {
      says: 'silence',
      answer: () => 'silent',
      ask: (port) => port.list('Namespace'),
      type: 'Unreachable',
      words: 'GET namespaces on green: no answer in 0.3s',
    },
  ])('$says', async ({ answer, type, words, ask = (port) => port.list('Deployment') }) => {
    const { port } = await aPort(answer, { timeoutMs: 300 })
    const failure = await failureOf(ask(port))
    expect(failure.type).toBe(type)
    expect(failure.message).toEqual(
      words instanceof RegExp ? expect.stringMatching(words) : expect.stringContaining(words),
    )
  })

  test.for([
    { says: 'when it says', status: 429, after: '30', delay: '30s' },
    { says: 'by the back-off, which is longer than what it always says', status: 429, after: '1', delay: undefined },
    { says: 'by the back-off where it says nothing', status: 429, after: undefined, delay: undefined },
    {
      says: 'by the back-off where it says what nobody can read',
      status: 503,
      after: 'tomorrow',
      delay: undefined,
    },
    {
      says: 'after two minutes where it says a day that is far',
      status: 503,
      after: 'Fri, 01 Jan 2100 00:00:00 GMT',
      delay: '120s',
    },
    { says: 'after two minutes where it asks for hours', status: 503, after: '7200', delay: '120s' },
  ])('a server that is too busy is asked again $says', async ({ status, after, delay }) => {
    const headers: Record<string, string> = after === undefined ? {} : { 'retry-after': after }
    const { port } = await aPort(() => ({ status, headers, json: { kind: 'Status', message: 'too many requests' } }))
    const failure = await failureOf(port.list('Deployment'))
    expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false })
    expect(failure.nextRetryDelay ?? undefined).toBe(delay)
  })

  test('nobody listens', async () => {
    let lost = 0
    const { port } = await aPort(() => 'silent', { server: await nowhere(), onLost: () => (lost += 1) })
    const failure = await failureOf(port.version())
    expect(failure.type).toBe('Unreachable')
    expect(failure.message).toMatch(/^GET version on green: connect ECONNREFUSED/)
    expect(lost).toBe(1)
  })

  test('a kind that the server does not have is an empty list, until it has it', async () => {
    const items = [{ metadata: { name: 'web', namespace: 'shop' } }]
    const { port } = await aPort((heard, i) =>
      i === 0 ? failing(404, 'could not find the resource')(heard, i) : { json: { metadata: {}, items } },
    )
    expect(await port.list('TargetGroupBinding')).toEqual([])
    expect(await port.list('TargetGroupBinding')).toEqual([
      { apiVersion: 'elbv2.k8s.aws/v1beta1', kind: 'TargetGroupBinding', ...items[0] },
    ])
  })

  test('names that may not be listed are no failure, and of a kind that is gone there are none', async () => {
    const widgets = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      plural: 'widgets',
      namespaced: true,
      verbs: ['list'],
    }
    const names = async (answer: Answer) => (await aPort(answer)).port.names(widgets)
    expect(await names(failing(403, 'widgets.example.com is forbidden', { reason: 'Forbidden' }))).toBe('denied')
    expect(await names(failing(404, 'the server could not find the requested resource'))).toEqual([])
    expect((await failureOf(names(failing(429, 'too many requests')))).type).toBe('Unreachable')
  })

  test('a dry run that a server in trouble cannot answer is tried again; a webhook that is silent is an answer', async () => {
    const dryRun = async (answer: Answer) => (await aPort(answer)).port.dryRun(deployment)
    expect((await failureOf(dryRun(failing(500, 'etcd is gone')))).type).toBe('Unreachable')
    const silent = 'Internal error occurred: failed calling webhook "a.example.com": failed to call webhook: Post: EOF'
    expect(await dryRun(failing(500, silent))).toMatchObject({ refusal: { code: 500, message: silent } })
  })

  test('a kind that is not in the table', async () => {
    const { port } = await aPort(() => ({ json: {} }))
    const failure = await failureOf(port.apply({ ...deployment, kind: 'Rollout' }))
    expect(failure).toMatchObject({ type: 'InvalidInput' })
  })

  test('a kind of a namespace, without one', async () => {
    const { port } = await aPort(() => ({ json: {} }))
    expect((await failureOf(port.find('Deployment', undefined, 'web'))).type).toBe('InvalidInput')
  })
})
