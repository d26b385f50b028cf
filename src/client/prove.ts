import { spawn } from 'node:child_process'
import { createHash, sign } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { BadInput } from './problems.ts'

import { milliseconds, type Duration } from '../domain/duration.ts'
import { headerOf, proofText, statement, type Header } from '../domain/proofs.ts'
import { boundAudience } from '../domain/tokens.ts'
import type { ToProve } from '../domain/trust.ts'
import { keyFile, publicPart, readKey } from './key-file.ts'

/** Long enough to be pasted somewhere, short enough to be of no use to who finds it later. */
const VALID_FOR: Duration = '1h'

/** What is proven: what is said to a workflow, or starts one. */
interface Provable {
  readonly workflowId: string
  readonly message: string
  readonly body: Readonly<Record<string, string | readonly string[]>>
}

/**
 * The same with its proof, where the platform wants one. `plans`: digests of the plans whose gates it is about. Throws
 * `BadInput` where there is no key, or no token.
 */
export async function proven<S extends Provable>(
  said: S,
  proves: ToProve | undefined,
  plans: readonly string[] = [],
  validFor: Duration = VALID_FOR,
): Promise<S> {
  if (!proves) return said
  const now = Date.now()
  const header = headerOf(proves, said.message, said.body, plans, {
    issued: new Date(now).toISOString(),
    until: new Date(now + milliseconds(validFor)).toISOString(),
  })
  const words = statement(header, said.workflowId, said.body)
  const evidence = proves.kind === 'signed' ? await signature(words) : await token(words, proves, header)
  return { ...said, body: { ...said.body, proof: proofText(header, evidence) } }
}

async function signature(words: string): Promise<string> {
  const key = await readKey(keyFile())
  return `${publicPart(key)} ${sign(null, Buffer.from(words), key).toString('hex')}`
}

/** Whoever asks people to sign in knows how: a command of theirs, as `credential_process` of AWS or `exec` of kubectl. */
async function token(words: string, { audience = 'norikae' }: ToProve, { about }: Header): Promise<string> {
  const command = process.env['NORIKAE_TOKEN_COMMAND'] ?? ''
  if (command === '')
    throw new BadInput(
      'this platform wants a token of who you are: set NORIKAE_TOKEN_COMMAND to a command that prints one, with NORIKAE_NONCE as its nonce or for NORIKAE_AUDIENCE',
    )
  const binding = createHash('sha256').update(words).digest('hex')
  const env = {
    ...process.env,
    NORIKAE_NONCE: binding,
    NORIKAE_AUDIENCE: boundAudience(audience, binding),
    NORIKAE_ABOUT: about,
  }
  const child = spawn(command, { shell: true, env, stdio: ['inherit', 'pipe', 'inherit'] })
  const [printed, code] = await Promise.all([
    text(child.stdout),
    new Promise<number>((done) => {
      child.on('close', (ended) => done(ended ?? 1))
    }),
  ])
  const found = printed.trim()
  if (code !== 0 || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(found))
    throw new BadInput(
      `NORIKAE_TOKEN_COMMAND ${code === 0 ? 'printed no token' : `ended with ${code}`}; it prints one JWT, and nothing else`,
    )
  return found
}
