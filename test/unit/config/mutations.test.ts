import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isCollection, isPair, parse, parseDocument, visit, type Node, type Pair } from 'yaml'
import { preparingActivities } from '../../../src/activities/preparing.ts'
import { platformJsonSchema } from '../../../src/config/json-schema.ts'
import { formatProblems } from '../../../src/config/problem.ts'
import { readPlatformFile } from '../../../src/config/read.ts'
import { ending } from '../../support/driven.ts'
import { nobody } from '../../support/nobody.ts'
import { aPlatformFile } from './a-platform-file.ts'

/** A change of the tree: which node, and with which other one. */
interface OfTree {
  readonly how: 'delete' | 'duplicate' | 'swap' | 'replace'
  readonly node: number
  readonly other: number
  readonly value: unknown
}
interface OfText {
  readonly at: number
  readonly cut: number
  readonly put: string
}

const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    null,
    '',
    'sre',
    'api',
    '60',
    60,
    '1m',
    1e30,
    -0,
    true,
    [],
    {},
    [[]],
    { handover: 'consumer' },
    '\u{7}',
    '*a',
    '<<',
  ),
)
const ofTree: fc.Arbitrary<OfTree> = fc.record({
  how: fc.constantFrom('delete', 'duplicate', 'swap', 'replace'),
  node: fc.nat(),
  other: fc.nat(),
  value: strange,
})
const ofText: fc.Arbitrary<OfText> = fc.record({
  at: fc.nat(),
  cut: fc.nat(12),
  put: fc.oneof(
    fc.string({ maxLength: 6, unit: 'binary' }),
    fc.constantFrom(
      '{',
      '[',
      ']',
      '"',
      "'",
      ': ',
      '\n',
      '\n  ',
      '\t',
      '- ',
      '&a ',
      '*a',
      '!x ',
      '? ',
      '#',
      '---\n',
      '<<: ',
      '%',
      '|\n',
    ),
  ),
})

/** `npm run test:full` takes ten thousand. */
const RUNS = Number(process.env['NORIKAE_MUTATIONS'] ?? 300)

const example = (name: string) => readFileSync(new URL(`../../../examples/${name}`, import.meta.url), 'utf8')
const bases = [aPlatformFile, example('chatwork-prod.yaml'), example('demo.yaml')]
const mutated = fc
  .tuple(fc.constantFrom(...bases), fc.array(ofTree, { maxLength: 4 }), fc.array(ofText, { maxLength: 3 }))
  .map(([base, tree, text]) => text.reduce(inText, inTree(base, tree)))
const valid = new Ajv({ strict: false, formats: { uri: true } }).compile(JSON.parse(platformJsonSchema()) as object)

test('whatever becomes of a file, it is read or every problem has a place in it', { timeout: 120 * RUNS }, () =>
  fc.assert(
    fc.property(mutated, (text) => {
      const read = readPlatformFile(text, 'x.yaml')
      if (read.ok) {
        expect(JSON.parse(JSON.stringify(read.file))).toEqual(read.file)
        expect(valid(parse(text)), `an editor refuses what is read: ${JSON.stringify(valid.errors)}`).toBe(true)
        return
      }
      const lines = text.split('\n')
      expect(read.problems.length).toBeGreaterThan(0)
      for (const { line, column } of read.problems) {
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual(lines.length)
        expect(column).toBeGreaterThanOrEqual(1)
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1)
      }
      const places = read.problems.map((p) => p.line * 1e6 + p.column)
      expect(places).toEqual(places.toSorted((a, b) => a - b))
      expect(formatProblems(read.problems)).not.toMatch(/[^\P{Cc}\n]|\p{Cs}|[\u{202a}-\u{202e}]/u)
    }),
    { numRuns: RUNS },
  ),
)

test(
  'one that is refused starts nothing: the worker says where it is wrong, and asks nobody',
  { timeout: 120 * RUNS },
  async () => {
    const { outside, asked } = nobody()
    const { prepare } = preparingActivities(outside)
    const workflow = { type: 'clusterUpgrade', id: 'cluster-upgrade/chat' }
    await fc.assert(
      fc.asyncProperty(mutated, async (file) => {
        fc.pre(!readPlatformFile(file, 'x.yaml').ok)
        const request = { platform: 'chat', to: '1.36', by: 'aoki@example.com', file }
        const { type, message } = await ending(prepare, request, { workflow })
        expect([type, message]).toEqual(['InvalidInput', expect.stringMatching(/^chat\.yaml:\d+:\d+ {2}/)])
        expect(message).toMatch(/nothing was started$/)
        expect(asked).toEqual([])
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    )
  },
)

function inText(text: string, { at, cut, put }: OfText): string {
  const from = at % (text.length + 1)
  return text.slice(0, from) + put + text.slice(from + cut)
}

function inTree(base: string, changes: readonly OfTree[]): string {
  const document = parseDocument(base)
  for (const { how, node, other, value } of changes) {
    const places: { readonly items: unknown[]; readonly at: number }[] = []
    visit(document, {
      Collection: (_, collection) => {
        for (const at of collection.items.keys()) places.push({ items: collection.items, at })
      },
    })
    const here = places[node % places.length]
    const there = places[other % places.length]
    if (!here || !there) break
    const item = here.items[here.at]
    const foreign = there.items[there.at]
    if (how === 'delete') here.items.splice(here.at, 1)
    else if (how === 'duplicate') here.items.splice(here.at, 0, copied(item))
    else if (isPair(item)) item.value = how === 'replace' ? document.createNode(value) : valueOf(foreign)
    else here.items[here.at] = how === 'replace' ? document.createNode(value) : valueOf(foreign)
  }
  return document.toString()
}

const copied = (item: unknown): unknown => (isPair(item) || isCollection(item) ? (item as Pair | Node).clone() : item)
const valueOf = (item: unknown): unknown => copied(isPair(item) ? item.value : item)
