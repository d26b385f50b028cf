import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stagesFile, type Stages } from './stages.ts'

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
  /** What kwok is told of the life of pods. */
  readonly stages: string | undefined
}

export async function writeFiles(
  folder: string,
  { tokenWebhookConfig: webhook, stages }: { readonly tokenWebhookConfig?: string; readonly stages?: Stages },
): Promise<Files> {
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
    stages: stages && at('stages.yaml'),
  }
  await Promise.all([
    writeFile(files.tokens, `${adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 }),
    writeFile(files.signingKey, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 }),
    writeFile(files.publicKey, publicKey.export({ type: 'spki', format: 'pem' })),
    writeFile(files.auditPolicy, JSON.stringify(auditPolicy)),
    ...(webhook === undefined ? [] : [writeFile(at('webhook.json'), webhook)]),
    ...(stages ? [writeFile(at('stages.yaml'), stagesFile(stages))] : []),
  ])
  return files
}

/** Everybody's calls but those of the control plane itself, and of whoever looks at it, as its administrators. */
const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'None', users: ['admin', 'tester', 'system:apiserver'] }, { level: 'Metadata' }],
}
