import { carriedKinds, isOfOthers, madeBy, namespaceCopy } from '../domain/copying.ts'
import { unknownKinds } from '../domain/custom-resources.ts'
import { few } from '../domain/few.ts'
import { nameOf, type KubernetesObject } from '../domain/kubernetes-objects.ts'
import { systemNamespaces } from '../domain/resolve-platform.ts'
import type { ServedResource } from '../domain/resources.ts'
import { contested, notFound } from './errors.ts'
import { closeAll } from './fences.ts'
import { otherSide, proven, type Deed, type Outside } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { budgets, notYet, onceEach } from './waiting.ts'

/** Namespaces of some apps: each is looked for and made by itself. */
const AT_ONCE = 8

export const namespaceActions = (outside: Outside) => {
  const openNamespaces: Deed<'openNamespaces'> = async ({ input, scope, run }) => {
    const world = await proven(outside, scope)
    const [here, there] = [await world.on(input.on), await world.on(otherSide(input.on))]
    const { on, closed } = input
    const open = async (name: string) => {
      const found = await here.find('Namespace', undefined, name)
      if (found && madeBy(found) !== run && closed === undefined)
        throw contested(
          `namespace ${name} is on ${scope[input.on]} already, and this run did not make it. Remove it, then retry`,
        )
      if (found?.metadata.deletionTimestamp !== undefined)
        throw notYet(`namespace ${name} is still going from an earlier try`, budgets.objects)
      const source = found ?? (await there.find('Namespace', undefined, name))
      if (!source) throw notFound(`namespace ${name} is not on ${scope[otherSide(input.on)]} any more`)
      if (!found) await here.apply(namespaceCopy(source, run))
    }
    const names = input.namespaces.filter((n) => !systemNamespaces.includes(n))
    await onceEach(names, (name) => name, open, AT_ONCE)
    if (closed) await closeAll(here, scope, on, closed)
    const fenced = closed === undefined || closed.length === 0 ? '' : `, ${closed.length} workloads closed there`
    return { note: `${few(input.namespaces)} on ${scope[on]}${fenced}` }
  }

  const closeNamespaces: Deed<'closeNamespaces'> = async ({ input, scope, run }) => {
    const here = await (await proven(outside, scope)).ifThere(input.on)
    if (!here) return { note: `${scope[input.on]} is gone, with all that was in it` }
    const found = await Promise.all(input.namespaces.map((name) => here.find('Namespace', undefined, name)))
    const made = found.flatMap((n) => (n && madeBy(n) === run ? [n] : []))
    // Any other green is this run's own, and goes with all that is in it.
    const kept = input.byOthers && scope.adopted ? await inhabited(here, made, run) : new Map<string, string>()
    const left = made.filter((n) => !kept.has(n.metadata.name))
    for (const { metadata } of left) {
      if (metadata.deletionTimestamp === undefined)
        await here.remove('Namespace', undefined, metadata.name, metadata.uid)
    }
    if (left.length > 0) throw notYet(`${few(left.map((n) => n.metadata.name))} are going`, budgets.objects)
    const gone = input.namespaces.filter((name) => !kept.has(name))
    const notes = [
      ...(gone.length > 0 ? [`${few(gone)} gone from ${scope[input.on]}`] : []),
      ...(kept.size > 0
        ? [
            `left on ${scope[input.on]}, as others have something there: ${few([...kept].map(([n, its]) => `${n} (${its})`))}`,
          ]
        : []),
    ]
    return { note: notes.join('; ') }
  }

  return { openNamespaces, closeNamespaces }
}

/** Read as `KubernetesPort` reads them; also what Norikae does not carry over may be all that others have. */
const LOOKED_AT = [
  ...(['Pod', 'PersistentVolumeClaim', 'Job', 'Ingress', 'TargetGroupBinding', 'ScaledJob'] as const),
  ...carriedKinds,
] as const

/** Of these namespaces those that hold something that this run did not make, each with the first that was found. */
async function inhabited(
  here: KubernetesPort,
  namespaces: readonly KubernetesObject[],
  run: string,
): Promise<ReadonlyMap<string, string>> {
  const kept = new Map<string, string>()
  const custom = namespaces.length === 0 ? [] : unknownKinds(await here.resources())
  for (const { metadata } of namespaces.filter((n) => n.metadata.deletionTimestamp === undefined)) {
    const of = await firstOfOthers(here, metadata.name, custom, run)
    if (of !== undefined) kept.set(metadata.name, of)
  }
  return kept
}

async function firstOfOthers(
  here: KubernetesPort,
  namespace: string,
  custom: readonly ServedResource[],
  run: string,
): Promise<string | undefined> {
  for (const kind of LOOKED_AT) {
    const its = (await here.list(kind, { namespace })).find((object) => isOfOthers(object, run))
    if (its) return nameOf(its)
  }
  for (const resource of custom) {
    const names = await here.names(resource, namespace)
    // What may not be listed is not known.
    const [first] = names === 'denied' ? [] : names
    if (first) return `${resource.kind}/${namespace}/${first.name}`
  }
  return undefined
}
