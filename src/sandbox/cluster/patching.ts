/** Patches, by their media type. */
import type { KubernetesObject } from '../types.ts'
import { at, isFields } from './json.ts'
import { mergePatched } from './merge-patch.ts'
import { type Handler, objectOf, parsed, place, strictly, writeOptions } from './request.ts'
import type { Target } from './routes.ts'
import { rescale } from './scale.ts'
import { conform } from './schema.ts'
import { ApiError, badRequest, invalid, notImplemented, unsupportedMediaType } from './status.ts'

const patchTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml']

const mergePatch: Handler = (objects, request) => {
  const [kind, namespace, name] = place(request)
  const patch = parsed(request.body)
  if (!isFields(patch)) throw badRequest('a merge patch is a map')
  if (request.target.subresource === 'scale') return rescale(objects, request, (scale) => mergePatched(scale, patch))
  let warnings: readonly string[] = []
  const change = (live: KubernetesObject): KubernetesObject => {
    const merged = strictly(request, objectOf(request.target, mergePatched(live, patch)))
    warnings = merged.warnings
    return merged.object
  }
  return { code: 200, body: objects.update(kind, namespace, name, change, writeOptions(request)), warnings }
}

const applyPatch: Handler = (objects, request) => {
  const { target, query } = request
  const { kind, namespace = '', name = '', subresource } = target
  if (!query.get('fieldManager')) {
    const message = 'Required value: is required for apply patch'
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      { reason: 'FieldValueRequired', message, field: 'fieldManager' },
    ])
  }
  if (subresource === 'scale') throw notImplemented(`server-side apply of ${kind.plural}/scale`)
  const object = objectOf(target, parsed(request.body))
  if (at(object.metadata, 'managedFields') !== undefined) throw badRequest('metadata.managedFields must be nil')
  // Apply reads by the schema, so an unknown field is an error whatever fieldValidation says, and one without a reason.
  // Of one map it tells the first that it meets, and looks no further there.
  const typed = conform(kind, object).unknown.map((one) => one.typed)
  const parent = (path: string) => path.slice(0, path.lastIndexOf('.'))
  const unknown = [...new Map(typed.map((path) => [parent(path), path])).values()].map(
    (path) => `${path}: field not declared in schema`,
  )
  if (unknown.length > 0) {
    const all = unknown.length === 1 ? unknown.join('') : ['errors:', ...unknown.map((one) => `  ${one}`)].join('\n')
    throw new ApiError(
      500,
      '',
      `failed to create typed patch object (${namespace}/${name}; ${kind.apiVersion.includes('/') ? '' : '/'}${kind.apiVersion}, Kind=${kind.kind}): ${all}`,
    )
  }
  const force = query.get('force') === 'true'
  const { object: written, created } = objects.apply(kind, object, { ...writeOptions(request), force })
  return { code: created ? 201 : 200, body: written }
}

const patchers: Readonly<Record<string, Handler>> = {
  'application/merge-patch+json': (objects, request) => mergePatch(objects, request),
  'application/apply-patch+yaml': (objects, request) => applyPatch(objects, request),
  'application/json-patch+json': () => {
    throw notImplemented('patches of type application/json-patch+json')
  },
  'application/strategic-merge-patch+json': (_, { target }) => strategic(target),
}

export const patch: Handler = (objects, request) => {
  const patcher = patchers[request.contentType]
  if (patcher === undefined) throw unsupportedMediaType(patchTypes)
  return patcher(objects, request)
}

/** The real server knows strategic merge for its own kinds only. */
const strategic = ({ kind }: Target): never => {
  if (kind.model === undefined) throw unsupportedMediaType(patchTypes)
  throw notImplemented('patches of type application/strategic-merge-patch+json')
}
