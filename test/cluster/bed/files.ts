import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What the programs of a control plane are given to read. */
export interface Files {
  readonly folder: string
  readonly certificates: string
  /** The server's own certificate, which signs itself; there once the API server is. */
  readonly ca: string
  readonly tokens: string
  readonly adminToken: string
  readonly signingKey: string
  readonly publicKey: string
  readonly auditPolicy: string
  readonly auditLog: string
  readonly webhook: string | undefined
}

export async function writeFiles(folder: string, webhook: string | undefined): Promise<Files> {
  const at = (name: string) => join(folder, name)
  const adminToken = randomBytes(16).toString('hex')
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const files: Files = {
    folder,
    certificates: at('certificates'),
    ca: at('certificates/apiserver.crt'),
    tokens: at('tokens.csv'),
    adminToken,
    signingKey: at('service-accounts.key'),
    publicKey: at('service-accounts.pub'),
    auditPolicy: at('audit-policy.json'),
    auditLog: at('audit.log'),
    webhook: webhook === undefined ? undefined : at('webhook.json'),
  }
  await Promise.all([
    writeFile(files.tokens, `${adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 }),
    writeFile(files.signingKey, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 }),
    writeFile(files.publicKey, publicKey.export({ type: 'spki', format: 'pem' })),
    writeFile(files.auditPolicy, JSON.stringify(auditPolicy)),
    ...(webhook === undefined ? [] : [writeFile(at('webhook.json'), webhook)]),
  ])
  return files
}

/** Everybody's calls but those of the control plane itself, which signs in as its administrator. */
const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'None', userGroups: ['system:masters'] }, { level: 'Metadata' }],
}

export const kubeconfigOf = (name: string, server: string, ca: string, token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name, context: { cluster: name, user: 'admin' } }],
    'current-context': name,
  })
