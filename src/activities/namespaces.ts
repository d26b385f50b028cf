import { madeBy, namespaceCopy } from '../domain/copying.ts'
import { few } from '../domain/few.ts'
import { systemNamespaces } from '../domain/resolve-platform.ts'
import { contested, notFound } from './errors.ts'
import { closeAll } from './fences.ts'
import { otherSide, proven, type Deed, type Outside } from './outside.ts'
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
    const left = found.flatMap((n) => (n && madeBy(n) === run ? [n] : []))
    for (const { metadata } of left) {
      if (metadata.deletionTimestamp === undefined)
        await here.remove('Namespace', undefined, metadata.name, metadata.uid)
    }
    if (left.length > 0) throw notYet(`${few(left.map((n) => n.metadata.name))} are going`, budgets.objects)
    return { note: `${few(input.namespaces)} gone from ${scope[input.on]}` }
  }

  return { openNamespaces, closeNamespaces }
}
