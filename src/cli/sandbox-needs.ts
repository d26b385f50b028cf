import { stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import { BadInput } from '../client/problems.ts'

/** What the sandbox needs of this machine: said before the whole world is started, not after. */

export async function mustHaveAFolder(info: string): Promise<void> {
  const folder = dirname(resolve(info))
  const found = await stat(folder).catch(() => undefined)
  if (!found?.isDirectory()) throw new BadInput(`--info ${info}: there is no folder ${folder}; make it first`)
}

export async function mustBeFree(option: string, port: number): Promise<void> {
  const server = createServer()
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((done) => {
    server.once('error', done)
    server.listen(port, '127.0.0.1', () => done(undefined))
  })
  await new Promise((done) => server.close(done))
  if (problem !== undefined)
    throw new BadInput(
      `${option} ${port} cannot be had (${problem.code ?? problem.message}): choose another, or leave it out for a free one`,
    )
}

export function mustLiveThere(names: readonly string[], known: readonly string[]): void {
  const strangers = names.filter((name) => !known.includes(name))
  if (strangers.length > 0)
    throw new BadInput(
      `--apps: no ${strangers.map((s) => JSON.stringify(s)).join(', ')} in the sandbox; it has ${known.join(', ')}`,
    )
}
