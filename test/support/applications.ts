import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'

interface More {
  readonly metadata?: object
  readonly spec?: object
  readonly status?: object
  readonly operation?: object
}

/** By which its ApplicationSet chooses clusters. */
export const LABEL = 'norikae.io/shop.test'
export const SERVER = 'https://blue.eks.test'

/** An Application as an ApplicationSet makes it, synced and healthy. */
export const anApplication = ({ metadata, spec, status, ...more }: More = {}): KubernetesObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: {
    name: 'blue-shop',
    namespace: 'argocd',
    ownerReferences: [
      { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'shop', uid: 'u', controller: true },
    ],
    ...metadata,
  },
  spec: {
    source: { repoURL: 'https://git.test/shop', path: 'apps/shop', targetRevision: 'main' },
    destination: { server: SERVER, namespace: 'shop' },
    ...spec,
  },
  status: { sync: { status: 'Synced', revision: 'a' }, health: { status: 'Healthy' }, ...status },
  ...more,
})

export const anApplicationSet = (spec: object = {}): KubernetesObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: {
    generators: [{ clusters: { selector: { matchLabels: { [LABEL]: 'enabled' } } } }],
    syncPolicy: { preserveResourcesOnDeletion: true },
    ...spec,
  },
})

/** The Secret of a cluster. */
export const aClusterSecret = (name: string, server: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: `cluster-${name}`, namespace: 'argocd' },
  data: { name: btoa(name), server: btoa(server), config: btoa('{}') },
})

export const anAppProject = (...destinations: readonly object[]): KubernetesObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { name: 'default', namespace: 'argocd' },
  spec: { destinations, sourceRepos: ['*'] },
})
