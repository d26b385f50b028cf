import { counted } from './counted.ts'
import { few } from './few.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { deployedByOthers } from './platform-file.ts'
import type { App, Platform } from './platform.ts'

/** A Secret with a certificate that cert-manager had Let's Encrypt issue. */
export interface Issued {
  readonly namespace: string
  readonly secret: string
  /** What it is for: in lower case and in order. */
  readonly names: readonly string[]
  /** A controller made the Secret, so it is not carried over (cert-manager's `--enable-certificate-owner-ref`). */
  readonly isMade: boolean
}

/**
 * Certificates with exactly the same names, in a week. Asking again for what was issued before counts as a renewal, which the
 * 50 a week for a registered domain do not limit. https://letsencrypt.org/docs/rate-limits/
 */
const DUPLICATES = 5

/**
 * What becomes of blue's certificates on green. cert-manager takes a Secret that is there with its annotations, and asks for
 * a new certificate where there is none; until then an Ingress on green answers with none, and nobody can prove by HTTP-01
 * whose a name is that leads to blue. https://cert-manager.io/docs/devops-tips/backup/
 */
export function certificateFindings({ apps }: Pick<Platform, 'apps'>, issued: readonly Issued[]): Finding[] {
  const deployers = new Map(apps.flatMap(deployersOf))
  const anew = issued.filter(({ namespace, isMade }) => {
    const by = deployers.get(namespace)
    return by !== undefined && (isMade || deployedByOthers(by))
  })
  const inNamespace = Map.groupBy(anew, (it) => it.namespace)
  const alike = Map.groupBy(anew, (it) => it.names.join(', '))
  return [
    ...[...alike].filter(([, its]) => its.length > DUPLICATES).map(([names, its]) => tooMany(names, its)),
    ...[...inNamespace.values()].map(issuedAnew),
  ]
}

const deployersOf = ({ environments, deploy }: App) =>
  environments.flatMap(({ namespaces }) => namespaces.map((name) => [name, deploy] as const))

const nameOf = ({ namespace, secret }: Issued): string => `Secret/${namespace}/${secret}`

const COPY = 'copy these Secrets to green as they are, before their Certificates are there'

const tooMany = (names: string, its: readonly Issued[]): Finding =>
  blocker(
    'certificate-limit',
    names,
    `${its.length} certificates with exactly these names are to be issued anew for green (${few(its.map(nameOf))}), and Let’s Encrypt issues ${DUPLICATES} a week: the others fail, and so does every renewal for blue meanwhile`,
    `${COPY}; or have one certificate, whose Secret is copied to each namespace; or end TLS at a load balancer with one of ACM`,
  )

function issuedAnew(its: readonly Issued[]): Finding {
  const [first] = its
  const more = its.length > 1 ? ` and ${counted(its.length - 1, 'more certificate')} of this namespace` : ''
  return warning(
    'certificate-anew',
    first === undefined ? '' : nameOf(first),
    `Norikae does not copy it, so cert-manager on green has Let’s Encrypt issue it${more} anew (${few([...new Set(its.flatMap(({ names }) => names))])}): by HTTP-01 it cannot, as long as these names lead to blue`,
    `${COPY}: cert-manager takes what is there; or have them issued by DNS-01`,
  )
}
