import { isMap, isScalar, Lexer, parseDocument, type Document, type YAMLError } from 'yaml'
import { UNSEEN } from '../domain/visible.ts'
import { isMapping, type Mapping } from './find.ts'
import { linesOf, placeOf, positionsOf, start, type Positions } from './positions.ts'
import { flaw, type Flaw } from './problem.ts'
import { MAX_ALIASES, refusalsOf } from './refusals.ts'
import { visible } from './words.ts'

/** A platform of 1,500 apps takes a quarter of it. */
const MAX_BYTES = 1024 * 1024
/** The file needs 6; the parser's time grows much faster than the nesting. */
const MAX_FLOW_DEPTH = 32
/** One mistake makes many syntax errors; the first of them help. */
const MAX_SYNTAX_ERRORS = 20

const BEGIN = 'begin with apiVersion: norikae.io/v1'

export interface Read {
  readonly flaws: readonly Flaw[]
  readonly positions: Positions
  /** Undefined where the text has no mapping to go on with. */
  readonly data?: Mapping
}

/**
 * YAML text to plain data. Syntax errors end it; what can be read all the same (keys written twice, tags, several
 * documents) is a flaw, and reading goes on. Never throws. `begin`: what to do where it is no mapping at all.
 */
export function readDocument(text: string, begin = BEGIN): Read {
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_BYTES)
    return refused(text, [
      at(0, `has ${bytes} bytes; a platform file has at most ${MAX_BYTES} (1 MiB), because most is discovered`),
    ])
  const unseen = unseenIn(text)
  if (unseen.length > 0) return refused(text, unseen)
  try {
    const deep = tooDeep(text)
    if (deep !== undefined) return refused(text, [at(deep, `brackets are nested more than ${MAX_FLOW_DEPTH} deep`)])
    return parsed(text, begin)
  } catch (error) {
    if (error instanceof RangeError)
      return refused(text, [at(0, 'is nested too deeply; a platform file has six levels')])
    throw error
  }
}

function parsed(text: string, begin: string): Read {
  const lines = linesOf(text)
  // Keys written twice are looked for in `refusals.ts`: the library compares each key with each other.
  const options = { prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const
  const document: Document = parseDocument(text, options)
  const positions = positionsOf(document, lines)
  const syntax = document.errors.filter((e) => e.code !== 'MULTIPLE_DOCS')
  const several = document.errors.filter((e) => e.code === 'MULTIPLE_DOCS')
  const flaws: Flaw[] = [
    ...firstOfEach(syntax).map((e) => at(e.pos[0], `is not YAML: ${said(e.code, e.message)}`)),
    ...several.map((e) => at(e.pos[0], 'a second document begins here; write one platform a file')),
  ]
  if (syntax.length > 0) return { flaws, positions }

  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null))
    return { flaws: [...flaws, at(0, `is empty; ${begin}`)], positions }
  if (!isMap(contents)) return { flaws: [...flaws, at(start(contents), `is not a mapping; ${begin}`)], positions }

  const { refusals, readable } = refusalsOf(document, lines)
  const read = { flaws: [...flaws, ...refusals], positions }
  return readable ? withData(document, read) : read
}

function withData(document: Document, read: Read): Read {
  try {
    const data: unknown = document.toJS({ maxAliasCount: MAX_ALIASES })
    return isMapping(data) ? { ...read, data } : read
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    return { ...read, flaws: [...read.flaws, at(0, 'its aliases expand to too much; write out what they repeat')] }
  }
}

const at = (offset: number, message: string): Flaw => ({ ...flaw([], message), offset })

function refused(text: string, flaws: readonly Flaw[]): Read {
  const lines = linesOf(text)
  return { flaws, positions: { offset: () => 0, place: (offset) => placeOf(lines, offset) } }
}

/** Where the library's own words do not say what to write instead. */
const hints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab indents; write spaces',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " on one line; put the value in quotes, or the key on a line of its own',
  MULTILINE_IMPLICIT_KEY: 'a key goes over several lines; a ":" may be missing',
  BAD_INDENT: 'the indentation does not fit, or a bracket is not closed',
  RESOURCE_EXHAUSTION: 'it is nested too deeply',
}

/** A bracket for each level of nesting is missed at the same place. */
const firstOfEach = (errors: readonly YAMLError[]): YAMLError[] =>
  [...new Map(errors.map((e) => [`${e.pos[0]} ${e.code}`, e])).values()].slice(0, MAX_SYNTAX_ERRORS)

const said = (code: string, message: string): string => hints[code] ?? message

/** Where brackets go too deep, found before anything is built from them. */
function tooDeep(text: string): number | undefined {
  let depth = 0
  let offset = 0
  for (const token of new Lexer().lex(text)) {
    if (token === '{' || token === '[') depth++
    if (token === '}' || token === ']') depth--
    if (depth > MAX_FLOW_DEPTH) return Math.min(offset, text.length)
    if (!MARKS.has(token)) offset += token.length
  }
  return undefined
}

/** The lexer's own, not in the text: a document, a scalar, an error in a bracket. */
const MARKS: ReadonlySet<string> = new Set(['\u{2}', '\u{18}', '\u{1f}'])

/**
 * What nobody sees must not be in what people approve. Tabs and line ends are seen; so is a byte order mark at the
 * beginning. Nothing is made of a text that has others: the lexer uses some of them for itself.
 */
const unseenIn = (text: string): Flaw[] =>
  [...text.matchAll(new RegExp(UNSEEN, 'gu'))]
    .filter(({ 0: c, index }) => !/[\t\n\r]/.test(c) && !(c === '\u{feff}' && index === 0))
    .map(({ 0: c, index }) => at(index, `has the control character ${visible(c)}; take it out`))
