import { isAlias, isMap, isPair, isScalar, isSeq, visit, type Document, type LineCounter, type Node } from 'yaml'
import type { Pair, YAMLMap } from 'yaml'
import { keyText, placeOf, start } from './positions.ts'
import { flaw, type Flaw, type Path } from './problem.ts'
import { UNSEEN } from '../domain/visible.ts'
import { shown, visible } from './words.ts'

/** How often anchors may be repeated, all in all; also what nested ones may expand to. */
export const MAX_ALIASES = 100

const CORE_TAG = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/

export interface Refusals {
  readonly refusals: readonly Flaw[]
  /** False where no sound data can be made of the document. */
  readonly readable: boolean
}

/** What YAML allows and a platform file does not. */
export function refusalsOf(document: Document, lines: LineCounter): Refusals {
  const refusals: Flaw[] = []
  const anchors = new Map<string, Node>()
  let aliases = 0
  let readable = true

  const refuse = (node: unknown, path: Path, message: string) => {
    refusals.push({ ...flaw(path, message), offset: start(node) })
  }
  const stop: typeof refuse = (node, path, message) => {
    refuse(node, path, message)
    readable = false
  }

  const { yaml } = document.directives ?? {}
  if (yaml?.explicit === true && yaml.version !== '1.2')
    stop(undefined, [], `is YAML ${yaml.version}, where 1.2 is read; take the %YAML line out`)

  visit(document, {
    Pair: (_, { key }, above) => {
      const name = keyText(key)
      if (!isScalar(key)) stop(key, pathOf(above), 'a key is a plain name, not a list, a mapping or an alias')
      else if (name === '' || name === '__proto__') stop(key, pathOf(above), `${shown(key.value)} is no name for a key`)
      else if (name === '<<') refuse(key, [...pathOf(above), name], 'merge keys are not read; write out what they add')
    },
    Node: (_, node, above) => {
      if (isAlias(node)) {
        const source = anchors.get(node.source)
        aliases++
        if (aliases === MAX_ALIASES + 1)
          stop(node, [], `has more than ${MAX_ALIASES} aliases; write out what they repeat`)
        if (!source) stop(node, pathOf(above, node), `no anchor &${visible(node.source)} comes before this alias`)
        else if (above.includes(source)) stop(node, pathOf(above, node), 'this alias is inside what it repeats')
        return
      }
      if (node.anchor !== undefined) anchors.set(node.anchor, node)
      if (node.tag !== undefined && !CORE_TAG.test(node.tag))
        refuse(node, pathOf(above, node), `the tag ${visible(node.tag)} is not read; take it out`)
      if (isMap(node))
        for (const [key, first] of writtenTwice(node))
          refuse(key, [...pathOf(above, node), keyText(key)], `is written twice; the first is on line ${lineOf(first)}`)
      if (isScalar(node) && typeof node.value === 'string' && UNSEEN.test(node.value.replaceAll(/[\t\n]/g, '')))
        refuse(node, pathOf(above, node), `${shown(node.value)} has a control character; take it out`)
    },
  })
  return { refusals, readable }

  function lineOf(node: unknown): number {
    return placeOf(lines, start(node)).line
  }
}

/** Each further one with the first. */
function writtenTwice(map: YAMLMap): (readonly [key: unknown, first: unknown])[] {
  const first = new Map<string, unknown>()
  return map.items.flatMap(({ key }) => {
    const name = keyText(key)
    const before = first.get(name)
    if (name === '') return [] // no name at all is said where keys are
    if (before !== undefined) return [[key, before] as const]
    first.set(name, key)
    return []
  })
}

type Above = readonly (Document | Node | Pair)[]

/** A node's path in the data, from what is above it. Asked only where something is wrong: it looks items up in lists. */
function pathOf(above: Above, node?: Node): Path {
  const chain = node === undefined ? above : [...above, node]
  return chain.flatMap((item, i): Path => {
    if (isPair(item)) return [keyText(item.key)]
    const parent = chain[i - 1]
    return isSeq(parent) ? [parent.items.indexOf(item)] : []
  })
}
