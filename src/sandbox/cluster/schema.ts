/**
 * Which fields a kind has, and how server-side apply treats them. The fields come from the models that client-node
 * generates from the API's own description; what those leave out (list keys, atomic maps) is the table below, read off
 * client-go's applyconfigurations/internal (July 2026). A kind without a model takes any field, its maps are granular
 * and its lists atomic, as a custom resource without list markers.
 */
import * as models from '@kubernetes/client-node'
import { isFields } from './json.ts'
import type { Kind } from './kinds.ts'

export type Shape =
  | { readonly is: 'atomic' }
  | { readonly is: 'open' }
  | { readonly is: 'struct'; readonly model: string; readonly of: ReadonlyMap<string, string> }
  | { readonly is: 'map'; readonly of: string }
  | { readonly is: 'list'; readonly of: string; readonly keys?: readonly string[]; readonly set?: true }

const listKeys: Readonly<Record<string, readonly string[]>> = {
  'V1Container.env': ['name'],
  'V1Container.ports': ['containerPort', 'protocol'],
  'V1Container.volumeDevices': ['devicePath'],
  'V1Container.volumeMounts': ['mountPath'],
  'V1DaemonSetStatus.conditions': ['type'],
  'V1DeploymentStatus.conditions': ['type'],
  'V1EphemeralContainer.env': ['name'],
  'V1NamespaceStatus.conditions': ['type'],
  'V1NodeStatus.addresses': ['type'],
  'V1NodeStatus.conditions': ['type'],
  'V1ObjectMeta.ownerReferences': ['uid'],
  'V1PersistentVolumeClaimStatus.conditions': ['type'],
  'V1PodDisruptionBudgetStatus.conditions': ['type'],
  'V1PodSpec.containers': ['name'],
  'V1PodSpec.ephemeralContainers': ['name'],
  'V1PodSpec.hostAliases': ['ip'],
  'V1PodSpec.imagePullSecrets': ['name'],
  'V1PodSpec.initContainers': ['name'],
  'V1PodSpec.resourceClaims': ['name'],
  'V1PodSpec.schedulingGates': ['name'],
  'V1PodSpec.topologySpreadConstraints': ['topologyKey', 'whenUnsatisfiable'],
  'V1PodSpec.volumes': ['name'],
  'V1PodStatus.conditions': ['type'],
  'V1PodStatus.podIPs': ['ip'],
  'V1ReplicaSetStatus.conditions': ['type'],
  'V1ServiceAccount.secrets': ['name'],
  'V1ServiceSpec.ports': ['port', 'protocol'],
  'V1ServiceStatus.conditions': ['type'],
  'V1StatefulSetStatus.conditions': ['type'],
  'V1ValidatingAdmissionPolicySpec.matchConditions': ['name'],
  'V1ValidatingAdmissionPolicySpec.variables': ['name'],
  'V2HorizontalPodAutoscalerStatus.conditions': ['type'],
}

const sets: ReadonlySet<string> = new Set(['V1ObjectMeta.finalizers'])

const atomic: ReadonlySet<string> = new Set([
  'V1ConfigMapKeySelector',
  'V1LabelSelector',
  'V1LocalObjectReference',
  'V1NodeSelector',
  'V1NodeSelectorTerm',
  'V1ObjectFieldSelector',
  'V1ObjectReference',
  'V1PodSpec.nodeSelector',
  'V1ResourceFieldSelector',
  'V1RoleRef',
  'V1ParamKind',
  'V1ParamRef',
  'V1ScopeSelector',
  'V1SecretKeySelector',
  'V1SecretReference',
  'V1ServiceBackendPort',
  'V1ServiceSpec.selector',
  'V1TypedLocalObjectReference',
])

/** The key of a list item may be left out where the API has a default for it. */
const keyDefaults: Readonly<Record<string, unknown>> = { protocol: 'TCP' }

export const keyOf = (item: unknown, keys: readonly string[]): string =>
  JSON.stringify(Object.fromEntries(keys.map((key) => [key, (isFields(item) ? item[key] : null) ?? keyDefaults[key]])))

interface Attribute {
  readonly baseName: string
  readonly type: string
}
interface Model {
  getAttributeTypeMap(): readonly Attribute[]
}
const generated: Readonly<Record<string, unknown>> = models
const isModel = (value: unknown): value is Model => typeof value === 'function' && 'getAttributeTypeMap' in value

const attributes = new Map<string, ReadonlyMap<string, string> | undefined>()
function attributesOf(model: string): ReadonlyMap<string, string> | undefined {
  if (!attributes.has(model)) {
    const found = generated[model]
    attributes.set(
      model,
      isModel(found) ? new Map(found.getAttributeTypeMap().map((field) => [field.baseName, field.type])) : undefined,
    )
  }
  return attributes.get(model)
}

const leaf: Shape = { is: 'atomic' }
const open: Shape = { is: 'open' }

/** The shape of a type in the models' own notation: `V1PodSpec`, `Array<V1Container>`, `{ [key: string]: string; }`. */
export function shapeOf(type: string, place = ''): Shape {
  const [, item] = /^Array<(.*)>$/.exec(type) ?? []
  if (item !== undefined) {
    const keys = listKeys[place]
    return { is: 'list', of: item, ...(keys ? { keys } : {}), ...(sets.has(place) ? { set: true as const } : {}) }
  }
  if (atomic.has(type) || atomic.has(place)) {
    const of = attributesOf(type)
    // Atomic to apply, yet its fields are known: an unknown one is refused all the same.
    return of && !atomic.has(place) ? { is: 'struct', model: `atomic ${type}`, of } : leaf
  }
  const [, value] = /^\{ \[key: string\]: (.*); \}$/.exec(type) ?? []
  if (value !== undefined) return { is: 'map', of: value }
  const of = attributesOf(type)
  return of === undefined ? leaf : { is: 'struct', model: type, of }
}

export const isAtomic = (shape: Shape): boolean =>
  shape.is === 'atomic' || (shape.is === 'struct' && shape.model.startsWith('atomic '))

export const rootOf = (kind: Kind): Shape => (kind.model === undefined ? open : shapeOf(kind.model))

const common: ReadonlyMap<string, string> = new Map([['metadata', 'V1ObjectMeta']])

/** The shape of a member, or undefined for a field that the API does not have. */
export function memberOf(shape: Shape, field: string, depth: number): Shape | undefined {
  switch (shape.is) {
    case 'struct': {
      const type = shape.of.get(field)
      return type === undefined ? undefined : shapeOf(type, `${shape.model}.${field}`)
    }
    case 'map':
      return shapeOf(shape.of)
    case 'open': {
      const type = depth === 0 ? common.get(field) : undefined
      return type === undefined ? open : shapeOf(type)
    }
    default:
      return leaf
  }
}

/** The object without unknown fields, and their paths as the strict decoder and as apply say them. */
export function conform(kind: Kind, object: unknown): { object: unknown; unknown: readonly Unknown[] } {
  const unknown: Unknown[] = []
  const clean = (value: unknown, shape: Shape, path: string, typed: string, depth: number): unknown => {
    if (Array.isArray(value)) {
      if (shape.is !== 'list') return value
      const { keys, of } = shape
      return value.map((item, index) => {
        const name = keys === undefined ? `${index}` : keyText(keyOf(item, keys))
        return clean(item, shapeOf(of), `${path}[${index}]`, `${typed}[${name}]`, depth + 1)
      })
    }
    if (!isFields(value) || shape.is === 'atomic' || shape.is === 'list') return value
    return Object.fromEntries(
      Object.entries(value).flatMap(([field, part]) => {
        const member = memberOf(shape, field, depth)
        const here = path === '' ? field : `${path}.${field}`
        if (member !== undefined) return [[field, clean(part, member, here, `${typed}.${field}`, depth + 1)]]
        unknown.push({ strict: here, typed: `${typed}.${field}` })
        return []
      }),
    )
  }
  return { object: clean(object, rootOf(kind), '', '', 0), unknown }
}

export interface Unknown {
  readonly strict: string
  readonly typed: string
}

/** `{"name":"app"}` as apply writes it in a path: `name="app"`. */
export const keyText = (key: string): string =>
  Object.entries(JSON.parse(key) as Record<string, unknown>)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')
