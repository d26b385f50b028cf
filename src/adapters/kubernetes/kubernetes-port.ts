import { PatchStrategy } from '@kubernetes/client-node'
import { z } from 'zod'
import { contested, failed, unreachable } from '../../activities/errors.ts'
import type { KubernetesPort } from '../../activities/ports.ts'
import { controllerOf, kinds, type Kind, type KubernetesObject } from '../../domain/kubernetes-objects.ts'
import type { Answer, ApiServer, Request } from './api-server.ts'
import { AGGREGATED, discovered, servedIn } from './discovery.ts'
import { isAlreadyThere, isConflict, isNotFound, ownWords, refusalIn } from './errors.ts'
import { type Asked, pagesOf, wholeOf } from './pages.ts'
import { behind, below, collection, every, resourceOf, single } from './paths.ts'

const FIELD_MANAGER = 'norikae'

/** Pages of kubectl's size: few requests, and no answer that takes the server long. */
const PAGE = '500'

const page = z.looseObject({
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })).nullish(),
})
/** Names and owners without contents. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'

const owner = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().exactOptional(),
})
const metadataPage = z.looseObject({
  items: z
    .array(
      z.object({
        metadata: z.object({
          namespace: z.string().default(''),
          name: z.string(),
          ownerReferences: z.array(owner).exactOptional(),
        }),
      }),
    )
    .nullish(),
})
const version = z.object({
  major: z.string(),
  minor: z.string(),
  emulationMajor: z.string().optional(),
  emulationMinor: z.string().optional(),
})

const tokenRequest = z.object({ status: z.object({ token: z.string() }) })
/** An API server gives none that is shorter. */
const SHORTEST_TOKEN_S = 600

/** Less at a time where much may be held at once: a Secret or ConfigMap has up to a megabyte. */
const SMALL_PAGE = '100'

export const kubernetes = (server: Pick<ApiServer, 'ask' | 'answer'>): KubernetesPort => ({
  async version() {
    const { body } = await server.ask({ method: 'GET', resource: { path: '/version', says: 'version' } })
    const told = read(version, body, 'version')
    // EKS writes a minor version as `36+`.
    const part = (text: string) => text.replace(/\D+$/, '')
    return `${part(told.emulationMajor ?? told.major)}.${part(told.emulationMinor ?? told.minor)}`
  },

  async list(kind, where = {}) {
    const answers = await wholeOf(server, listing(kind, where, PAGE))
    return answers.flatMap((answer) => objectsIn(kind, answer) ?? [])
  },

  async *pages(kind, where = {}) {
    for await (const answer of pagesOf(server, listing(kind, where, SMALL_PAGE), { goesOn: true })) {
      const objects = objectsIn(kind, answer)
      if (objects) yield objects
    }
  },

  async find(kind, namespace, name) {
    const resource = single(kind, namespace, name)
    const answer = await server.ask({ method: 'GET', resource }).catch(undefinedWhereMissing)
    return answer && object(answer.body)
  },

  async names(resource, namespace) {
    const answers = await wholeOf(server, {
      resource: every(resource, namespace),
      query: { limit: PAGE },
      accept: METADATA,
    })
    if (answers.at(-1)?.status === 403) return 'denied'
    return answers.flatMap(({ status, body, failure }) => {
      // It was there a moment ago.
      if (status === 404) return []
      if (failure) throw failure
      const { items } = read(metadataPage, body, resource.plural)
      return (items ?? []).filter((item) => controllerOf(item) === undefined).map((item) => item.metadata)
    })
  },

  async apply(wanted, { force = false } = {}) {
    const { body, warnings } = await server.ask(applying(wanted, force && { force: 'true' }))
    return { object: object(body), warnings }
  },

  async dryRun(wanted) {
    const request = applying(wanted, { dryRun: 'All', force: 'true', fieldValidation: 'Strict' })
    const { status, body, failure, warnings } = await server.answer(request)
    if (failure === undefined) return { warnings }
    const refusal = refusalIn(failure, status, body)
    if (refusal === undefined) throw failure
    return { refusal, warnings }
  },

  async resources() {
    const lists = await Promise.all(
      ['api', 'apis'].map(async (root) => {
        const resource = { path: `/${root}`, says: root }
        const { body } = await server.ask({ method: 'GET', resource, accept: AGGREGATED })
        return servedIn(read(discovered, body, 'discovery'))
      }),
    )
    return lists.flat()
  },

  async proxyGet(endpoint) {
    const { status, body, failure } = await server.answer({ method: 'GET', resource: behind(endpoint) })
    if (failure === undefined) return body
    // It may come up yet, or be mended; what may not be asked, or is not there, stays so.
    throw status === 403 || status === 404 ? failure : unreachable(failure.message)
  },

  async probe(endpoint, timeoutMs) {
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    try {
      const request = { method: 'GET', resource: behind(endpoint), timeoutMs } as const
      const { status, body, failure } = await server.answer(request)
      const why = ownWords(body)
      // Of its own: who stands behind it may forbid too, and then has answered.
      if (status === 403 && failure && why !== undefined) throw failure
      return { status, seconds: seconds(), ...(why !== undefined && { why }) }
    } catch (error) {
      if (seconds() * 1000 < timeoutMs) throw error
      // Who is silent: the API server, or who stands behind it?
      await this.version()
      return { seconds: seconds(), why: `no answer in ${timeoutMs / 1000}s` }
    }
  },

  async tokenOf(namespace, serviceAccount, audience) {
    const account = single('ServiceAccount', namespace, serviceAccount)
    const { body } = await server.ask({
      method: 'POST',
      resource: { path: `${account.path}/token`, says: `a token of ${account.says}` },
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [audience], expirationSeconds: SHORTEST_TOKEN_S },
      },
    })
    return read(tokenRequest, body, 'TokenRequest').status.token
  },

  async create(wanted, { dryRun = false } = {}) {
    try {
      const query = { fieldManager: FIELD_MANAGER, ...(dryRun && { dryRun: 'All' }) }
      await server.ask({ method: 'POST', resource: resourceOf(wanted).all, query, body: withoutManagers(wanted) })
      return true
    } catch (error) {
      if (isAlreadyThere(error)) return false
      throw error
    }
  },

  async patch(kind, namespace, name, patch, subresource) {
    const one = single(kind, namespace, name)
    const { body } = await server.ask({
      method: 'PATCH',
      resource: subresource === undefined ? one : below(one, subresource),
      contentType: PatchStrategy.MergePatch,
      query: { fieldManager: FIELD_MANAGER },
      body: patch,
    })
    return object(body)
  },

  async remove(kind, namespace, name, uid, { resourceVersion, foreground = false } = {}) {
    const resource = single(kind, namespace, name)
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: foreground ? 'Foreground' : 'Background',
      ...((uid ?? resourceVersion) !== undefined && {
        preconditions: { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) },
      }),
    }
    try {
      await server.ask({ method: 'DELETE', resource, body })
    } catch (error) {
      if (isNotFound(error)) return
      // With nothing but the uid as a condition, a conflict says that another object has the name by now.
      if (uid !== undefined && resourceVersion === undefined && isConflict(error) && error instanceof Error)
        throw contested(error.message)
      throw error
    }
  },
})

const listing = (
  kind: Kind,
  { namespace, labels }: { readonly namespace?: string; readonly labels?: string },
  limit: string,
): Asked => ({ resource: collection(kind, namespace), query: { limit, ...(labels && { labelSelector: labels }) } })

/** What is on a page; undefined where the server does not have this kind. Throws what any other no is. */
function objectsIn(kind: Kind, { status, body, failure }: Answer): readonly KubernetesObject[] | undefined {
  if (status === 404) return undefined
  if (failure) throw failure
  // A list tells kind and version once, and not in its items.
  return (read(page, body, `list of ${kind}`).items ?? []).map((item) => ({ ...item, apiVersion: kinds[kind], kind }))
}

const applying = (wanted: KubernetesObject, query: Readonly<Record<string, string>> | false): Request => ({
  method: 'PATCH',
  resource: resourceOf(wanted).one,
  contentType: PatchStrategy.ServerSideApply,
  query: { fieldManager: FIELD_MANAGER, ...query },
  body: withoutManagers(wanted),
})

function undefinedWhereMissing(error: unknown): undefined {
  if (!isNotFound(error)) throw error
}

/** A server's own record, which it refuses in what is applied. */
function withoutManagers(wanted: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = wanted.metadata
  return { ...wanted, metadata }
}

const shape = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
})

// The server made it: what is not looked at here is as its API says.
const object = (body: unknown): KubernetesObject => read(shape, body, 'object') as KubernetesObject

function read<T>(schema: z.ZodType<T>, body: unknown, what: string): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw failed(`the server's ${what} cannot be read: ${parsed.error.issues.map((i) => i.path.join('.')).join(', ')}`)
}
