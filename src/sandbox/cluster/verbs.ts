/** One request on objects, from its target and method to the answer: a table of verbs. */
import type { KubernetesObject } from '../types.ts'
import type { DeleteOptions } from './deletion.ts'
import { at, numberAt, textAt } from './json.ts'
import type { Verb } from './kinds.ts'
import { listText } from './lists.ts'
import type { Objects } from './objects.ts'
import { patch } from './patching.ts'
import {
  type Answer,
  type Handler,
  type Request,
  needsType,
  objectOf,
  parsed,
  place,
  strictly,
  writeOptions,
} from './request.ts'
import type { Target } from './routes.ts'
import { rescale, shown } from './scale.ts'
import { deleted, invalid, notImplemented } from './status.ts'
import { nodeLabelWarnings } from './warnings.ts'

type Scope = 'collection' | 'object'

const methods: Readonly<Record<Scope, Readonly<Record<string, Verb | 'deletecollection'>>>> = {
  collection: { GET: 'list', POST: 'create', DELETE: 'deletecollection' },
  object: { GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' },
}

/** The verb as RBAC and messages say it. */
export const verbOf = (method: string, { name }: Target): string =>
  methods[name === undefined ? 'collection' : 'object'][method] ?? method.toLowerCase()

const create: Handler = (objects, request) => {
  needsType(request, ['application/json', 'application/yaml'])
  const { object, warnings } = strictly(request, objectOf(request.target, parsed(request.body)))
  return { code: 201, body: objects.create(request.target.kind, object, writeOptions(request)), warnings }
}

const update: Handler = (objects, request) => {
  needsType(request, ['application/json', 'application/yaml'])
  const [kind, namespace, name] = place(request)
  if (request.target.subresource === 'scale') return rescale(objects, request, () => parsed(request.body))
  const { object, warnings } = strictly(request, objectOf(request.target, parsed(request.body)))
  if (kind.mustSayVersion && object.metadata.resourceVersion === undefined) {
    const message = 'Invalid value: 0: must be specified for an update'
    throw invalid(kind, name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' }])
  }
  return { code: 200, body: objects.update(kind, namespace, name, () => object, writeOptions(request)), warnings }
}

function deleteOptions({ body, query, target }: Request): DeleteOptions {
  const given = body.trim() === '' ? {} : parsed(body)
  const propagation = textAt(given, 'propagationPolicy') ?? query.get('propagationPolicy') ?? undefined
  const policies = ['Background', 'Foreground', 'Orphan'] as const
  const policy = policies.find((one) => one === propagation)
  if (propagation !== undefined && policy === undefined) {
    const message = `Unsupported value: ${JSON.stringify(propagation)}: supported values: "Foreground", "Background", "Orphan", "nil"`
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      { reason: 'FieldValueNotSupported', message, field: 'propagationPolicy' },
    ])
  }
  const grace = numberAt(given, 'gracePeriodSeconds') ?? query.get('gracePeriodSeconds')
  const uid = textAt(given, 'preconditions', 'uid')
  const resourceVersion = textAt(given, 'preconditions', 'resourceVersion')
  const dryRun = query.has('dryRun') || (Array.isArray(at(given, 'dryRun')) && target.name !== undefined)
  return {
    dryRun,
    ...(policy === undefined ? {} : { propagation: policy }),
    ...(grace === null ? {} : { graceSeconds: Number(grace) }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
}

const remove: Handler = (objects, request) => {
  const [kind, namespace, name] = place(request)
  const options = deleteOptions(request)
  const { object, gone } = objects.delete(kind, namespace, name, options)
  const kept =
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning'
  return {
    code: 200,
    // A Pod comes back itself even where nothing of it is left (registry/core/pod: ReturnDeletedObject).
    body: gone && kind.kind !== 'Pod' ? deleted(kind, name, object.metadata.uid ?? '') : object,
    warnings: kind.orphansByDefault && options.propagation === undefined ? [kept] : [],
  }
}

const handlers: Readonly<Record<string, Handler>> = {
  get: (objects, request) => ({ code: 200, body: shown(request, objects.read(...place(request))) }),
  list: (objects, { query, target: { kind, namespace } }) => {
    if (['true', '1'].includes(query.get('watch') ?? '')) throw notImplemented(`the verb watch on ${kind.plural}`)
    return { code: 200, body: listText(objects.store, kind, namespace, query) }
  },
  create,
  update,
  patch,
  delete: remove,
}

/**
 * Does what was asked.
 * @throws ApiError with the Status that the real server would answer, or 501 where this one falls short of it.
 */
export function serve(objects: Objects, method: string, request: Request): Answer {
  const { kind, subresource } = request.target
  const verb = verbOf(method, request.target)
  const what = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`
  const missing = notImplemented(`the verb ${verb} on ${what}`)
  const handler = handlers[verb]
  if (handler === undefined || !kind.verbs.some((one) => one === verb)) throw missing
  if (subresource !== undefined && !['get', 'update', 'patch'].includes(verb)) throw missing
  if (verb === 'create' && kind.namespaced && request.target.namespace === undefined) throw missing
  const { namespace, name } = request.target
  const before = name === undefined ? undefined : objects.store.get(kind, namespace, name)
  const answer = handler(objects, request)
  const deprecated = kind.deprecated === undefined ? [] : [kind.deprecated]
  const writes = ['create', 'update', 'patch'].includes(verb)
  const noticed = writes ? nodeLabelWarnings(answer.body as KubernetesObject, before) : [] // what is written comes back
  return { ...answer, warnings: [...deprecated, ...noticed, ...(answer.warnings ?? [])] }
}
