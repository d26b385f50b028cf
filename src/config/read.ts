import type { PlatformFile } from '../domain/platform-file.ts'
import { complete } from './complete.ts'
import { readDocument } from './document.ts'
import type { Mapping } from './find.ts'
import type { Flaw, Path, Problem } from './problem.ts'
import type { Positions } from './positions.ts'
import { rules } from './rules/all.ts'
import { readShape } from './shape.ts'
import { withoutUnsupported } from './unsupported.ts'
import { pathText, presentable } from './words.ts'

export type Reading =
  | { readonly ok: true; readonly file: PlatformFile }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * The platform file from its text, with every problem at once, in the order of the text. Asks nothing of the outside;
 * never throws. `fileName` is only repeated in the problems.
 */
export function readPlatformFile(text: string, fileName: string): Reading {
  const { data, flaws, positions } = readDocument(text)
  const { written, flaws: more } = data ? readData(data) : { flaws: [] }
  const problems = [...flaws, ...more]
  const at = (path: Path) => ({ file: fileName, ...positions.place(positions.offset(path)) })
  return problems.length === 0 && written !== undefined
    ? { ok: true, file: complete(written, at) }
    : { ok: false, problems: placed(problems, positions, fileName) }
}

function readData(data: Mapping) {
  const { rest, flaws } = withoutUnsupported(data)
  const shape = readShape(rest)
  return { ...shape, flaws: [...flaws, ...shape.flaws, ...rules.flatMap((rule) => rule(rest))] }
}

const placed = (flaws: readonly Flaw[], positions: Positions, file: string): Problem[] =>
  flaws
    .map((flaw) => ({ ...flaw, offset: flaw.offset ?? positions.offset(flaw.path) }))
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ code, path, message, offset }) => ({
      code,
      file,
      ...positions.place(offset),
      path: pathText(path),
      message: presentable(message),
    }))
