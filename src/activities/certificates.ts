import { X509Certificate } from 'node:crypto'
import type { Issued } from '../domain/certificates.ts'
import { record } from '../domain/fields.ts'
import { controllerOf, type KubernetesObject } from '../domain/kubernetes-objects.ts'

/** https://cert-manager.io/docs/reference/annotations/: of a Certificate's Secret. */
const OF_CERTIFICATE = 'cert-manager.io/certificate-name'

/** Not its staging, which limits hardly anything. */
const ISSUER = /^O=Let's Encrypt$/m

/** What cert-manager had Let's Encrypt issue into this Secret; undefined: it is none such. Of its key nothing is read. */
export function issuedIn(secret: KubernetesObject): Issued | undefined {
  const { metadata } = secret
  const { namespace = '', name, annotations = {} } = metadata
  if (annotations[OF_CERTIFICATE] === undefined) return undefined
  const certificate = certificateIn(record(secret['data'])['tls.crt'])
  if (!certificate || !ISSUER.test(certificate.issuer)) return undefined
  return { namespace, secret: name, names: namesOf(certificate), isMade: controllerOf({ metadata }) !== undefined }
}

/** The first of a chain is its own. */
function certificateIn(base64: unknown): X509Certificate | undefined {
  if (typeof base64 !== 'string') return undefined
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}

/** `DNS:a.example.com, IP Address:192.0.2.1` */
const namesOf = ({ subjectAltName = '' }: X509Certificate): string[] =>
  subjectAltName
    .split(', ')
    .map((it) => it.slice(it.indexOf(':') + 1).toLowerCase())
    .toSorted()
