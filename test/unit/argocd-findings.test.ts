import { expect, test } from 'vitest'
import { argocdFindings, hubFindings, hubOf, type ArgoFacts } from '../../src/domain/argocd-findings.ts'
import type { Environment } from '../../src/domain/platform.ts'
import {
  aClusterSecret,
  anApplication,
  anAppProject,
  anApplicationSet,
  LABEL,
  SERVER,
} from '../support/applications.ts'
import { anApp, anEnvironment, aPlatform, byArgo as anyApp, ref } from '../support/builders.ts'

const byArgo = { ...anyApp, label: { key: LABEL, value: 'enabled' } }
const blue = { name: 'blue', server: SERVER, secret: aClusterSecret('blue', SERVER) }
const good = {
  ignoreDifferences: [{ group: '*', kind: '*', managedFieldsManagers: ['norikae'] }],
  syncPolicy: { automated: { selfHeal: true }, syncOptions: ['RespectIgnoreDifferences=true'] },
}
const facts = (more: Partial<ArgoFacts> = {}): ArgoFacts => ({
  applications: [anApplication({ spec: good })],
  sets: [anApplicationSet()],
  blue,
  projects: [],
  scalers: [],
  ...more,
})
const environment = (more: Partial<Environment> = {}) =>
  anEnvironment('test', { fenced: [ref('Deployment', 'worker')], argocd: byArgo, ...more })
const platform = (more: Partial<Environment> = {}) =>
  aPlatform({ apps: [anApp('shop', { deploy: 'argocd', environments: [environment(more)] }), anApp('mail')] })
const of = (application: Parameters<typeof anApplication>[0], more: Partial<ArgoFacts> = {}) =>
  facts({ applications: [anApplication(application)], ...more })
const owner = (name: string) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  name,
  uid: 'u',
  controller: true,
})
const binding = { kind: 'TargetGroupBinding', namespace: 'shop', name: 'web' }

test.for<{ says: string; found: ArgoFacts; is: readonly string[]; env?: Partial<Environment> }>([
  { says: 'one that is as it should be', found: facts(), is: [] },
  {
    says: 'a blue that it does not know',
    found: facts({ blue: undefined }),
    is: ['blocker argocd-blue-unknown toy-1-35'],
  },
  {
    says: 'nothing that deploys it',
    found: of({ spec: { destination: { server: 'https://green', namespace: 'shop' } } }),
    is: ['blocker argocd-no-application shop test'],
  },
  {
    says: 'a label that is too long',
    found: facts(),
    env: { argocd: { ...byArgo, label: { key: `norikae.io/${'a'.repeat(64)}`, value: 'enabled' } } },
    is: ['blocker argocd-label shop test', 'warning argocd-no-label shop test'],
  },
  {
    says: 'one that somebody wrote by hand',
    found: of({ spec: good, metadata: { ownerReferences: [] } }),
    is: ['warning argocd-no-label shop test'],
  },
  {
    says: 'one that comes to every cluster, and goes with none',
    found: facts({ sets: [anApplicationSet({ syncPolicy: {}, generators: [{ clusters: {} }] })] }),
    is: ['warning argocd-no-label shop test'],
  },
  {
    says: 'one that would be deleted',
    found: facts({ sets: [anApplicationSet({ syncPolicy: {} })] }),
    is: ['blocker argocd-deletes Application/argocd/blue-shop'],
  },
  {
    says: 'one that prunes by itself',
    found: of({ spec: { ...good, syncPolicy: { ...good.syncPolicy, automated: { prune: true } } } }),
    is: ['blocker argocd-prunes Application/argocd/blue-shop'],
  },
  {
    says: 'one that would write back',
    found: of({ spec: { syncPolicy: { automated: {} } } }),
    is: ['blocker argocd-writes-back Application/argocd/blue-shop'],
  },
  {
    says: 'one that somebody might sync',
    found: of({}),
    is: ['warning argocd-writes-back Application/argocd/blue-shop'],
  },
  { says: 'one that might, and holds nothing', found: of({}), env: { fenced: [] }, is: [] },
  {
    says: 'one that brings a binding along',
    found: of({ spec: good, status: { resources: [binding] } }),
    is: ['blocker argocd-binding Application/argocd/blue-shop'],
  },
  {
    says: 'one whose binding was taken out of what it deploys',
    found: of({ spec: good, status: { resources: [{ ...binding, status: 'OutOfSync', requiresPruning: true }] } }),
    is: [],
  },
  {
    says: 'one that goes with the label, and is no app of the platform',
    found: facts({
      applications: [
        anApplication({ spec: good }),
        anApplication({
          metadata: { name: 'blue-tools', ownerReferences: [owner('tools')] },
          spec: { ...good, destination: { server: SERVER, namespace: 'tools' } },
          status: { resources: [] },
        }),
      ],
      sets: [anApplicationSet(), { ...anApplicationSet({ syncPolicy: {} }), metadata: { name: 'tools' } }],
    }),
    is: ['blocker argocd-deletes Application/argocd/blue-tools'],
  },
  {
    says: 'one whose project knows blue alone',
    found: facts({ projects: [anAppProject({ server: SERVER, namespace: '*' })] }),
    is: ['warning argocd-project Application/argocd/blue-shop'],
  },
  {
    says: 'one whose project knows green by its name',
    found: facts({
      blue: { ...blue, name: 'toy-1-35' },
      projects: [anAppProject({ name: 'toy-1-36', namespace: 'sh*' })],
    }),
    is: [],
  },
  {
    says: 'one that has a binding of another app',
    found: of({ spec: good, status: { resources: [{ ...binding, namespace: 'mail' }] } }),
    is: [],
  },
])('$says', ({ found, is, env = {} }) => {
  expect(argocdFindings(platform(env), found).map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual(is)
})

test('what to paste is in the remedy', () => {
  const [finding] = argocdFindings(platform(), of({ spec: { syncPolicy: { automated: {} } } }))
  expect(finding?.message).toContain('spec.replicas of Deployment shop/worker')
  expect(finding?.remedy).toContain(
    'ignoreDifferences: [{ group: "*", kind: "*", managedFieldsManagers: [norikae] }] and syncPolicy: { syncOptions: [RespectIgnoreDifferences=true] }',
  )
})

test('an Argo CD on blue would go with blue', () => {
  const { hub } = byArgo
  expect(hubOf(platform())).toEqual(hub)
  expect(hubOf(aPlatform())).toBeUndefined()
  expect(hubFindings(hub, { blue: 'toy-1-35' })).toEqual([])
  expect(hubFindings({ ...hub, cluster: 'toy-1-35' }, { blue: 'toy-1-35' })).toMatchObject([
    { level: 'blocker', code: 'argocd-on-blue', about: 'toy-1-35' },
  ])
})
