const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
const atomic = (items: object) => ({ type: 'array', 'x-kubernetes-list-type': 'atomic', items })

/** A server takes definitions of such a group only with where they were agreed on. */
const isProtected = (group: string): boolean => group.endsWith('.k8s.io')
const APPROVED = { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/3328' }

/**
 * What of it changes with a weight: lists that nobody owns a part of, and what the API itself fills in.
 * https://github.com/kubernetes-sigs/gateway-api/blob/main/config/crd/standard/gateway.networking.k8s.io_httproutes.yaml
 */
const httpRoute = {
  spec: {
    ...anything,
    properties: {
      rules: atomic({
        ...anything,
        properties: {
          backendRefs: atomic({
            ...anything,
            required: ['name'],
            properties: {
              group: { type: 'string', default: '' },
              kind: { type: 'string', default: 'Service' },
              name: { type: 'string' },
              weight: { type: 'integer', format: 'int32', minimum: 0, maximum: 1_000_000, default: 1 },
            },
          }),
        },
      }),
    },
  },
}

/** What a platform's control plane serves besides Kubernetes' own kinds. */
export const definitions: readonly object[] = [
  definition('elbv2.k8s.aws', 'v1beta1', 'TargetGroupBinding'),
  definition('gateway.networking.k8s.io', 'v1', 'Gateway'),
  definition('gateway.networking.k8s.io', 'v1', 'HTTPRoute', { status: {} }, httpRoute),
  definition('gateway.networking.k8s.io', 'v1', 'GRPCRoute'),
  definition('gateway.networking.k8s.io', 'v1', 'TLSRoute'),
  definition('gateway.networking.k8s.io', 'v1', 'TCPRoute'),
  definition('gateway.networking.k8s.io', 'v1', 'UDPRoute'),
  definition('gateway.k8s.aws', 'v1beta1', 'LoadBalancerConfiguration'),
  definition('application-networking.k8s.aws', 'v1alpha1', 'ServiceExport'),
  definition('application-networking.k8s.aws', 'v1alpha1', 'ServiceImport'),
  definition('akka.io', 'v1', 'Lease'),
  definition('bitnami.com', 'v1alpha1', 'SealedSecret'),
  definition('pekko.apache.org', 'v1', 'Lease'),
  definition('keda.sh', 'v1alpha1', 'ScaledObject'),
  definition('keda.sh', 'v1alpha1', 'ScaledJob'),
  definition('keda.sh', 'v1alpha1', 'TriggerAuthentication'),
  // Its status is written with the rest of it.
  definition('argoproj.io', 'v1alpha1', 'Application', {}),
  definition('argoproj.io', 'v1alpha1', 'ApplicationSet'),
  definition('argoproj.io', 'v1alpha1', 'AppProject'),
  definition('kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization'),
  definition('helm.toolkit.fluxcd.io', 'v2', 'HelmRelease'),
]

export const nodeNamed = (n: number): string => `node-${n}`

export const nodes = (many: number): object[] => Array.from({ length: many }, (_, n) => node(nodeNamed(n + 1)))

/** kwok says that it is ready, and that its pods run. https://kwok.sigs.k8s.io/docs/user/kwok-manage-nodes-and-pods/ */
export function node(name: string, more: { readonly labels?: object; readonly spec?: object } = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: {
        'kwok.x-k8s.io/node': 'fake',
        // As a kubelet says of itself: its volumes are attached by their controller.
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/zone': 'ap-northeast-1a',
        type: 'kwok',
        ...more.labels,
      },
    },
    ...(more.spec && { spec: more.spec }),
    status: {
      allocatable: { cpu: '64', memory: '256Gi', pods: '1000' },
      capacity: { cpu: '64', memory: '256Gi', pods: '1000' },
    },
  }
}

/**
 * As whoever owns it brings it, without its rules for fields but those of `properties`; a status is written by itself.
 */
function definition(
  group: string,
  version: string,
  kind: string,
  subresources: object = { status: {} },
  properties: object = {},
): object {
  const singular = kind.toLowerCase()
  const schema = { ...anything, properties }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}`, ...(isProtected(group) && { annotations: APPROVED }) },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural: `${singular}s`, singular },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources,
        },
      ],
    },
  }
}
