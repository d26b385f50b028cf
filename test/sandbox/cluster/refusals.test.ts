import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { aConfigMap, aCronJob, aDeployment, aNamespace, eventually, refusal, stageOfThisFile } from './fixtures.ts'

const stage = stageOfThisFile()

describe('who asks', () => {
  test('without a token that is known: 401', async () => {
    expect(await stage().raw('GET', '/api/v1/namespaces', { token: 'nobody' })).toMatchObject({
      code: 401,
      body: { kind: 'Status', status: 'Failure', reason: 'Unauthorized', message: 'Unauthorized', code: 401 },
    })
  })

  test.for([
    [
      'GET',
      '/api/v1/namespaces/x/pods',
      'pods is forbidden: User "unknown" cannot list resource "pods" in API group "" in the namespace "x"',
    ],
    [
      'DELETE',
      '/apis/apps/v1/namespaces/x/deployments/web',
      'deployments.apps "web" is forbidden: User "unknown" cannot delete resource "deployments" in API group "apps" in the namespace "x"',
    ],
    [
      'GET',
      '/api/v1/nodes',
      'nodes is forbidden: User "unknown" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
    ['GET', '/version', 'forbidden: User "unknown" cannot get path "/version"'],
  ] as const)('with a token that may not: 403 for %s %s', async ([method, path, message]) => {
    expect(await stage().raw(method, path, { token: 'stranger' })).toMatchObject({
      code: 403,
      body: { reason: 'Forbidden', message, code: 403 },
    })
  })

  test('health is for everybody', async () => {
    expect(await stage().raw('GET', '/readyz', { token: 'nobody' })).toMatchObject({ code: 200, body: 'ok' })
  })
})

describe('what is asked', () => {
  test('an object of another version: 409', async () => {
    const { core } = stage()
    const namespace = aNamespace(stage())
    const made = await core.createNamespacedConfigMap({ namespace, body: aConfigMap('it', namespace) })
    await core.replaceNamespacedConfigMap({ name: 'it', namespace, body: aConfigMap('it', namespace, { a: '2' }) })
    const stale = core.replaceNamespacedConfigMap({ name: 'it', namespace, body: made })
    expect(await refusal(stale)).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "it": the object has been modified; please apply your changes to the latest version and try again',
    })
  })

  test('one that is there already: 409', async () => {
    const { apps } = stage()
    const namespace = aNamespace(stage())
    const create = () => apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace) })
    await create()
    expect(await refusal(create())).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'deployments.apps "web" already exists',
      details: { name: 'web', group: 'apps', kind: 'deployments' },
    })
  })

  test('a namespace that is not there: 404', async () => {
    const late = stage().core.createNamespacedConfigMap({ namespace: 'nowhere', body: aConfigMap('it', 'nowhere') })
    expect(await refusal(late)).toMatchObject({
      code: 404,
      message: 'namespaces "nowhere" not found',
      details: { name: 'nowhere', kind: 'namespaces' },
    })
  })

  const bad = (spec: object) => ({ ...aDeployment('web', 'x', { spec }) })
  test.for([
    {
      says: 'a name that is none',
      body: aConfigMap('Not_A_Name', 'x'),
      message:
        /^ConfigMap "Not_A_Name" is invalid: metadata\.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain must consist/,
    },
    {
      says: 'a Deployment without a selector',
      body: bad({ selector: undefined }),
      message:
        /^Deployment\.apps "web" is invalid: \[spec\.selector: Required value, spec\.template\.metadata\.labels: Invalid value: .*`selector` does not match template `labels`\]$/,
    },
    {
      says: 'a selector that is not the template’s labels',
      body: bad({ selector: { matchLabels: { app: 'other' } } }),
      message: /`selector` does not match template `labels`$/,
    },
    {
      says: 'fewer than no replicas',
      body: bad({ replicas: -1 }),
      message: 'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    },
    {
      says: 'a schedule that is none',
      body: aCronJob('tick', 'x', { schedule: 'every day' }),
      message:
        'CronJob.batch "tick" is invalid: spec.schedule: Invalid value: "every day": expected exactly 5 fields, found 2: [every day]',
    },
    {
      says: 'a minute that no hour has',
      body: aCronJob('tick', 'x', { schedule: '60 * * * *' }),
      message:
        'CronJob.batch "tick" is invalid: spec.schedule: Invalid value: "60 * * * *": end of range (60) above maximum (59): 60',
    },
    {
      says: 'a time zone that is nowhere',
      body: aCronJob('tick', 'x', { timeZone: 'Asia/Osaka2' }),
      message:
        'CronJob.batch "tick" is invalid: spec.timeZone: Invalid value: "Asia/Osaka2": unknown time zone Asia/Osaka2',
    },
    {
      says: 'a Service without ports',
      body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'x' }, spec: {} },
      message: 'Service "web" is invalid: spec.ports: Required value',
    },
  ])('$says: 422', async ({ body, message }) => {
    const namespace = aNamespace(stage())
    const placed = { ...body, metadata: { ...body.metadata, namespace } }
    const said = await refusal(stage().objects.create(placed as never))
    expect(said).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: expect.any(Array) } })
    expect(said.message).toMatch(message)
  })

  test('an unknown field is refused, warned of or dropped, as asked', async () => {
    const { raw } = stage()
    const namespace = aNamespace(stage())
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments?dryRun=All`
    const body = aDeployment('web', namespace, { spec: { paused: false, replicaz: 1 } })
    expect(await raw('POST', `${path}&fieldValidation=Strict`, { body })).toMatchObject({
      code: 400,
      body: {
        reason: 'BadRequest',
        message:
          'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replicaz"',
      },
    })
    const warned = await raw('POST', path, { body })
    expect(warned).toMatchObject({ code: 201, warnings: '299 - "unknown field \\"spec.replicaz\\""' })
    expect(warned.body).not.toHaveProperty('spec.replicaz')
    expect(await raw('POST', `${path}&fieldValidation=Ignore`, { body })).toMatchObject({ code: 201, warnings: null })
  })

  test.for([
    ['GET', '/apis/storage.k8s.io/v1/csinodes', 'the resource csinodes of storage.k8s.io/v1'],
    ['GET', '/api/v1/namespaces/default/pods?watch=true', 'the verb watch on pods'],
    ['DELETE', '/api/v1/namespaces/default/pods', 'the verb deletecollection on pods'],
    ['GET', '/api/v1/namespaces/default/pods/a/log', 'the subresource pods/log'],
    ['POST', '/api/v1/namespaces/default/events', 'the verb create on events'],
    ['GET', '/openapi/v3', 'the path /openapi/v3'],
  ] as const)('what the sandbox lacks: 501 for %s %s', async ([method, path, what]) => {
    expect(await stage().raw(method, path)).toMatchObject({
      code: 501,
      body: { kind: 'Status', message: `the sandbox does not implement ${what}`, code: 501 },
    })
  })

  test('an API version that Kubernetes has removed: 404, as the real server answers', async () => {
    expect(await stage().raw('GET', '/apis/policy/v1beta1/poddisruptionbudgets')).toMatchObject({
      code: 404,
      body: { message: 'the server could not find the requested resource' },
    })
  })

  test('patches of kinds that are not served: 501 or 415', async () => {
    const { apps } = stage()
    const namespace = aNamespace(stage())
    await apps.createNamespacedDeployment({ namespace, body: aDeployment('web', namespace) })
    const patch = (type: string) =>
      refusal(
        apps.patchNamespacedDeployment({ name: 'web', namespace, body: {} }, setHeaderOptions('Content-Type', type)),
      )
    expect(await patch(PatchStrategy.StrategicMergePatch)).toMatchObject({ code: 501 })
    expect(await patch(PatchStrategy.JsonPatch)).toMatchObject({ code: 501 })
  })
})

test('a silent server takes requests, never answers, and still knows of them', async () => {
  const { cluster, raw } = stage()
  cluster.silent = true
  const asked = raw('GET', '/api/v1/namespaces?silent').catch(() => 'ended')
  await eventually('the request is on record', () => cluster.calls().some(({ query }) => query === 'silent'))
  expect(await Promise.race([asked, Promise.resolve('no answer yet')])).toBe('no answer yet')
  cluster.silent = false
  expect(await raw('GET', '/version')).toMatchObject({ code: 200, body: { minor: '35', emulationMinor: '35' } })
  expect(cluster.calls().at(-1)).toMatchObject({
    cluster: 'blue',
    user: 'kubernetes-admin',
    method: 'GET',
    path: '/version',
    status: 200,
  })
})
