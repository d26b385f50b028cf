import { randomBytes } from 'node:crypto'
import type { AwsIdentity, AwsKeys } from '../types.ts'
import type { Policy } from './authorization/policy.ts'

/** Who may sign requests: the session behind an access key, and what its policies are. */
export interface Principal {
  readonly roleArn: string
  readonly sessionArn: string
  readonly keys: AwsKeys
  /** Of a session that somebody assumed: when it ends. */
  readonly expiresAt?: Date
  readonly policies: readonly Policy[] | 'everything'
}

/** Who signs nothing, and may do what needs no leave. */
export const nobody: Principal = {
  roleArn: '',
  sessionArn: 'anonymous',
  keys: { accessKeyId: '', secretAccessKey: '' },
  policies: [],
}

/** A role that may be assumed, and by whom: its trust policy. */
export interface Role {
  readonly arn: string
  readonly trusts: readonly string[]
  readonly policies: readonly Policy[]
}

interface Standing {
  readonly identity: AwsIdentity
  readonly policies: readonly Policy[]
}

export class Principals {
  /** Whoever the sandbox belongs to: may do everything. */
  readonly admin: Principal
  readonly roles = new Map<string, Role>()
  readonly #worker: Standing
  readonly #sessions = new Map<string, Principal>()

  /** The worker's keys may be renewed: they are looked at anew each time. */
  constructor(worker: Standing) {
    this.#worker = worker
    this.admin = {
      ...named(worker.identity.account, 'admin', 'sandbox'),
      keys: newKeys('AKIA'),
      policies: 'everything',
    }
  }

  /** Undefined for a key that nobody has. */
  of(accessKeyId: string): Principal | undefined {
    const { identity, policies } = this.#worker
    const { roleArn, sessionArn } = identity
    if (accessKeyId === identity.accessKeyId) return { roleArn, sessionArn, keys: identity, policies }
    return accessKeyId === this.admin.keys.accessKeyId ? this.admin : this.#sessions.get(accessKeyId)
  }

  /** A session of a role, with keys of its own. */
  assume({ arn, policies }: Role, session: string, expiresAt: Date): Principal & { readonly expiresAt: Date } {
    const [, , , , account = '', role = ''] = arn.split(':')
    const keys = { ...newKeys('ASIA'), sessionToken: randomBytes(60).toString('base64') }
    const made = { ...named(account, role.split('/').at(-1) ?? '', session), roleArn: arn, keys, expiresAt, policies }
    this.#sessions.set(keys.accessKeyId, made)
    return made
  }
}

/** The ARN of a role, and STS's word for a session of it. */
export const named = (account: string, role: string, session: string) => ({
  roleArn: `arn:aws:iam::${account}:role/${role}`,
  sessionArn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
})

/** The secret is new each time, and worth nothing elsewhere. */
export const newKeys = (prefix: 'AKIA' | 'ASIA') => ({
  accessKeyId: `${prefix}SANDBOX${randomBytes(5).toString('hex').slice(0, 9).toUpperCase()}`,
  secretAccessKey: randomBytes(30).toString('base64'),
})
