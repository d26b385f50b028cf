import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { BadInput } from './problems.ts'

/** The private key of whoever sits at this machine: PEM (PKCS #8), as openssl reads it too. */

/** `NORIKAE_KEY`, or in the folder of settings (https://specifications.freedesktop.org/basedir-spec/latest/). */
export function keyFile(env: NodeJS.ProcessEnv = process.env): string {
  const { NORIKAE_KEY, XDG_CONFIG_HOME } = env
  if (NORIKAE_KEY !== undefined && NORIKAE_KEY !== '') return NORIKAE_KEY
  const settings =
    XDG_CONFIG_HOME === undefined || XDG_CONFIG_HOME === '' ? join(homedir(), '.config') : XDG_CONFIG_HOME
  return join(settings, 'norikae', 'key.pem')
}

/** Makes a key that only its owner can read. Throws `BadInput` where there is one: others may know it already. */
export async function createKey(file: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519')
  await mkdir(dirname(file), { recursive: true, mode: 0o700 }).catch((error: unknown) => cannot('made', file, error))
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' }).catch(
    (error: unknown) => {
      if (codeOf(error) === 'EEXIST')
        throw new BadInput(`${file} is there already: norikae keys show prints its public part. Nothing was written`)
      return cannot('written', file, error)
    },
  )
  return privateKey
}

/** Throws `BadInput` where there is none, where it is no Ed25519 key, and where others may read it. */
export async function readKey(file: string): Promise<KeyObject> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT')
      throw new BadInput(`there is no key at ${file}: make one with norikae keys create, or name it with NORIKAE_KEY`)
    return cannot('read', file, error)
  })
  const { mode } = await stat(file)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new BadInput(`${file} may be read by others than you: chmod 600 ${file}, and make a new key if they did`)
  const key = parsed(text)
  if (key?.asymmetricKeyType !== 'ed25519')
    throw new BadInput(`${file} is no Ed25519 key in PEM: norikae keys create makes one`)
  return key
}

/** `ed25519:` and 64 hexadecimal digits, as the platform file has it. */
export function publicPart(key: KeyObject): string {
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
  return `ed25519:${Buffer.from(x, 'base64url').toString('hex')}`
}

function parsed(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

function cannot(what: string, file: string, error: unknown): never {
  throw new BadInput(`${file} cannot be ${what}: ${error instanceof Error ? error.message : String(error)}`)
}
