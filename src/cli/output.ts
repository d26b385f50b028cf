import { BadInput } from '../client/problems.ts'
import { out } from './terminal.ts'

export const shapes = ['table', 'wide', 'json', 'yaml', 'name'] as const
export type Shape = (typeof shapes)[number]

interface Forms {
  /** For people, at this width. */
  readonly table: (wide: boolean) => string
  /** One a line, for a shell's loops. */
  readonly names: () => readonly string[]
}

/** Writes data to stdout in the shape that was asked for: for `json` exactly one document. */
export async function print(data: object, shape: Shape, { table, names }: Forms): Promise<void> {
  switch (shape) {
    case 'json':
      return out(JSON.stringify(data, null, 2))
    case 'yaml': {
      const { stringify } = await import('yaml')
      // By way of JSON, so that both say the same.
      return out(stringify(JSON.parse(JSON.stringify(data))).trimEnd())
    }
    case 'name': {
      const all = names()
      return all.length === 0 ? undefined : out(all.join('\n'))
    }
    case 'table':
    case 'wide':
      return out(table(shape === 'wide'))
  }
}

/** Who it is that speaks; every message carries it. */
export function whoIs(as: string | undefined): string {
  if (as === undefined || as === '') throw new BadInput('who are you? Say it with --as <you>, or set NORIKAE_AS')
  return as
}
