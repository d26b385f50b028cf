import { execFile } from 'node:child_process'
import { find } from '../../scripts/temporal.mjs'

export interface Said {
  readonly code: number
  readonly text: string
}

/** The plain `temporal` command, as somebody without Norikae's own has it. */
export const temporalCommand =
  (address: string) =>
  (...args: readonly string[]): Promise<Said> =>
    new Promise((done) => {
      const program = find('temporal') ?? 'temporal'
      execFile(program, [...args, '--address', address], { encoding: 'utf8' }, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error ? 1 : 0
        done({ code, text: `${stdout}${stderr}` })
      })
    })

/** Messages that the current details offer, ready to send: `approve` `{"gate":…}`. */
export const offered = (
  details: string,
): { readonly message: string; readonly body: Readonly<Record<string, string>> }[] =>
  [...details.matchAll(/`(\w+)` `(\{.*?\})`/g)].map(([, message = '', body = '{}']) => ({
    message,
    body: JSON.parse(body) as Record<string, string>,
  }))
