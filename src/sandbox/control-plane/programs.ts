import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bring, find } from '../../../scripts/kubernetes.mjs'

type Name = keyof ReturnType<typeof find>
export type Program = Exclude<Name, 'kubectl'>

/** Programs beside this process, in a folder of their own; none of them outlives it. */
export interface Programs {
  /** Answers its process id. */
  start(name: Program, args: readonly string[]): Promise<number>
  /** The last of what a program printed. */
  tail(name: Program): Promise<string>
  /** Ends all of them, and removes the folder. */
  stop(): Promise<void>
}

/** Brings the programs of a control plane here where they are not; minutes, where they have to be built. */
export const bringPrograms = async (say: (text: string) => void): Promise<void> => void (await bring(say))

const keeper = fileURLToPath(new URL('keeper.mjs', import.meta.url))

export function programsIn(folder: string): Programs {
  const paths = find()
  const child = spawn(process.execPath, [keeper, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const told = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async start(name, args) {
      const path = paths[name]
      if (path === undefined) throw new Error(`${name} is not here: npm run test:cluster brings it`)
      child.stdin.write(`${JSON.stringify({ name, path, args })}\n`)
      const { value } = await told.next()
      return (JSON.parse(String(value)) as { pid: number }).pid // the keeper wrote it
    },
    tail: async (name) => (await readFile(join(folder, `${name}.log`), 'utf8').catch(() => '')).slice(-2000),
    async stop() {
      child.stdin.end()
      await gone
    },
  }
}
