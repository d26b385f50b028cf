import { Command, Option } from '@commander-js/extra-typings'
import { shapes } from '../output.ts'

/** What the words of several commands have in common. */

/** `nothing`: the last line where a command did not do it. */
export type Go = (
  options: { readonly output?: string; readonly color: boolean },
  nothing: string,
  work: () => Promise<number>,
) => Promise<void>

export const NOTHING_STARTED = 'nothing was started'

export const NOTHING_CHANGED = 'nothing was changed'

export const noColour = () => new Option('--no-color', 'no colour, as with NO_COLOR')

export const plain = (name: string) => new Command(name).addOption(noColour())

export const reading = (name: string) =>
  plain(name).addOption(
    new Option('-o, --output <shape>', 'how data is printed').choices(shapes).default('table' as const),
  )

export const asWho = () => new Option('--as <you>', 'who you are, as the platform file lists you').env('NORIKAE_AS')

export const onPlatform = () => new Option('--platform <name>', 'which platform (default: the only open upgrade)')

export const file = () => new Option('-f, --file <file>', "the platform file; - is stdin (default: the worker's own)")

/** Those that change something. */
export const changing = (name: string) => reading(name).addOption(asWho()).addOption(onPlatform())

export const asking = (name: string) => changing(name).option('--yes', 'do not ask first')

export const because = (must: string) => new Option('--reason <text>', `why${must}; it is in the report`)

export const notBefore = () => new Option('--not-before <time>', 'it counts from then on, like 2026-12-01T01:00:00Z')

export const notAfter = () => new Option('--not-after <time>', 'it does not count after that')
