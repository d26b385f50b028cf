import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Document,
  LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml'
import type { Path } from './problem.ts'

export interface Place {
  readonly line: number
  readonly column: number
}

/** From a path of the data to an offset in the text: a key for what is in a mapping, the item for what is in a list. */
export interface Positions {
  /** What is missing is at its parent. */
  readonly offset: (path: Path) => number
  readonly place: (offset: number) => Place
}

export function positionsOf(document: Document, lines: LineCounter): Positions {
  const pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>()

  function offset(path: Path): number {
    let node: Node | null = document.contents
    let at = start(node)
    for (const part of path) {
      const parent: unknown = isAlias(node) ? node.resolve(document) : node
      if (isMap(parent)) {
        const pair = pairsOf(parent).get(String(part))
        if (!pair) return at
        at = start(pair.key)
        node = isNode(pair.value) ? pair.value : null
      } else if (isSeq(parent)) {
        const item = parent.items[Number(part)]
        if (!isNode(item)) return at
        at = start(item)
        node = item
      } else return at
    }
    return at
  }

  /** Of a key that is written twice the last counts, as in the data. */
  function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    const known = pairs.get(map) ?? new Map(map.items.map((pair) => [keyText(pair.key), pair]))
    pairs.set(map, known)
    return known
  }

  return { offset, place: (at) => placeOf(lines, at) }
}

export const start = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0)

/** A key as the data has it. */
export function keyText(key: unknown): string {
  const value = isScalar(key) ? key.value : undefined
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** Counted here: the parser's own count leaves out lines of some broken scalars. */
export function linesOf(text: string): LineCounter {
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1)
  return lines
}

export function placeOf(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}
