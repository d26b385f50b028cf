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

/** What compares and syncs, as Argo CD's manifests and chart have it. */
export const aController = (namespace: string, image: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: {
    name: 'argocd-application-controller',
    namespace,
    labels: { 'app.kubernetes.io/component': 'application-controller' },
  },
  spec: {
    replicas: 1,
    serviceName: 'argocd-application-controller',
    selector: { matchLabels: { app: 'argocd' } },
    template: { metadata: { labels: { app: 'argocd' } }, spec: { containers: [{ name: 'controller', image }] } },
  },
})
