import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { expect, test } from 'vitest'
import { aConfigMap, aDeployment, aNamespace, applyAs, refusal, stageOfThisFile } from './fixtures.ts'

const stage = stageOfThisFile()
const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
const managed = (object: { metadata?: object }) => (object.metadata as { managedFields?: object[] }).managedFields

test('what a manager applies is there and is its own, and the same again changes nothing', async () => {
  const namespace = aNamespace(stage())
  const wish = aConfigMap('it', namespace, { a: '1' })
  const made = await applyAs(stage(), 'argocd', wish)
  expect(managed(made)).toMatchObject([
    { manager: 'argocd', operation: 'Apply', apiVersion: 'v1', fieldsV1: { 'f:data': { 'f:a': {} } } },
  ])
  const again = await applyAs(stage(), 'argocd', wish)
  expect(again.metadata?.resourceVersion).toBe(made.metadata?.resourceVersion)
})

test('a field that a manager no longer applies goes, others’ stay', async () => {
  const namespace = aNamespace(stage())
  await applyAs(stage(), 'one', aConfigMap('it', namespace, { a: '1', b: '2', shared: 's' }))
  await applyAs(stage(), 'two', aConfigMap('it', namespace, { c: '3', shared: 's' }))
  const left = await applyAs(stage(), 'one', aConfigMap('it', namespace, { a: '1' }))
  expect(left).toMatchObject({ data: { a: '1', c: '3', shared: 's' } })
})

test('another manager’s field is a conflict, told by manager and field, until it is forced', async () => {
  const namespace = aNamespace(stage())
  const { apps } = stage()
  await applyAs(stage(), 'argocd', aDeployment('web', namespace))
  const other = aDeployment('web', namespace, { spec: { replicas: 5 } })
  expect(await refusal(applyAs(stage(), 'norikae', other))).toMatchObject({
    code: 409,
    reason: 'Conflict',
    message: 'Apply failed with 1 conflict: conflict with "argocd": .spec.replicas',
    details: {
      causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "argocd"', field: '.spec.replicas' }],
    },
  })
  const forced = await applyAs(stage(), 'norikae', other, { force: true })
  expect(forced).toMatchObject({ spec: { replicas: 5 } })
  expect((await apps.readNamespacedDeployment({ name: 'web', namespace })).spec?.replicas).toBe(5)
  expect(await refusal(applyAs(stage(), 'argocd', aDeployment('web', namespace)))).toMatchObject({ code: 409 })
})

test('what was written by an update is owned too, by its API version', async () => {
  const namespace = aNamespace(stage())
  const { core } = stage()
  await applyAs(stage(), 'argocd', aConfigMap('it', namespace, { a: '1', b: '2' }))
  const body = { data: { a: '9', b: '9' } }
  await core.patchNamespacedConfigMap({ name: 'it', namespace, body, fieldManager: 'kubectl-edit' }, merge)
  const said = await refusal(applyAs(stage(), 'argocd', aConfigMap('it', namespace, { a: '1', b: '2' })))
  expect(said.message).toBe(
    'Apply failed with 2 conflicts: conflicts with "kubectl-edit" using v1:\n- .data.a\n- .data.b',
  )
})

test('lists with keys merge by key: containers of two managers live in one pod', async () => {
  const namespace = aNamespace(stage())
  const sidecar = (containers: object[]) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: { template: { spec: { containers } } },
  })
  await applyAs(stage(), 'team', aDeployment('web', namespace))
  const both = await applyAs(stage(), 'mesh', sidecar([{ name: 'proxy', image: 'registry.test/proxy:1' }]))
  expect(both).toMatchObject({ spec: { template: { spec: { containers: [{ name: 'app' }, { name: 'proxy' }] } } } })
  const fresh = await applyAs(stage(), 'mesh', sidecar([{ name: 'guard', image: 'registry.test/guard:1' }]))
  expect(fresh).toMatchObject({ spec: { template: { spec: { containers: [{ name: 'app' }, { name: 'guard' }] } } } })
  expect(
    await refusal(applyAs(stage(), 'mesh', sidecar([{ name: 'app', image: 'registry.test/app:2' }]))),
  ).toMatchObject({
    message: 'Apply failed with 1 conflict: conflict with "team": .spec.template.spec.containers[name="app"].image',
  })
})

test('a dry run of an apply says what would be, conflicts too', async () => {
  const namespace = aNamespace(stage())
  const wish = aConfigMap('it', namespace)
  expect(await applyAs(stage(), 'one', wish, { dryRun: 'All' })).toMatchObject({ data: { a: '1' } })
  expect(await refusal(stage().objects.read(wish))).toMatchObject({ code: 404 })
  await applyAs(stage(), 'one', wish)
  const other = aConfigMap('it', namespace, { a: '2' })
  expect(await refusal(applyAs(stage(), 'two', other, { dryRun: 'All' }))).toMatchObject({ code: 409 })
})

test('YAML is taken, an unknown field and a missing manager are not', async () => {
  const { raw } = stage()
  const namespace = aNamespace(stage())
  const type = PatchStrategy.ServerSideApply
  const path = `/api/v1/namespaces/${namespace}/configmaps/it`
  const body = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: it\ndata:\n  a: "1"\n`
  expect(await raw('PATCH', path, { type, body })).toMatchObject({
    code: 422,
    body: {
      message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    },
  })
  expect(await raw('PATCH', `${path}?fieldManager=me`, { type, body })).toMatchObject({
    code: 201,
    body: { data: { a: '1' } },
  })
  expect(await raw('PATCH', `${path}?fieldManager=me`, { type, body: `${body}dada: {}\n` })).toMatchObject({
    code: 500,
    body: {
      message: `failed to create typed patch object (${namespace}/it; /v1, Kind=ConfigMap): .dada: field not declared in schema`,
    },
  })
})
