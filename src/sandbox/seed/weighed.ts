/**
 * An app whose record external-dns makes, and external-dns itself: there only where it is named, since each of its weights is
 * waited for by minutes, where those of the twelve take seconds. As docs/how-to/external-dns.md has it prepared.
 */
import { BLUE, hostOf, REGISTRY, type PlatformApp, type SeedApp } from './apps.ts'

export const WEIGHED: SeedApp = { name: 'status', team: 'php', parts: [{ is: 'web', name: 'web' }] }
export const weighedHost = hostOf(WEIGHED.name, 'production')

const PREFIX = 'external-dns.kubernetes.io/'
const ownerOf = (cluster: string): string => `--txt-owner-id=${cluster}`

export const externalDns: PlatformApp = {
  name: 'external-dns',
  role: 'external-dns',
  image: `${REGISTRY}/external-dns:v0.22.0`,
  replicas: 1,
  port: 7979,
  args: [
    // Where others have Ingresses, their names are not its.
    '--source=service',
    `--annotation-prefix=${PREFIX}`,
    ownerOf(BLUE.name),
    '--aws-prefer-cname',
    '--domain-filter=chatwork.test',
    '--events',
  ],
}

/** Seconds of its record: short enough to watch. */
export const weighedAnnotations = (ttl: number): Readonly<Record<string, string>> => ({
  [`${PREFIX}hostname`]: weighedHost,
  [`${PREFIX}set-identifier`]: 'blue',
  [`${PREFIX}aws-weight`]: '100',
  [`${PREFIX}ttl`]: String(ttl),
})

/** What a platform file says of both, put into `text`, which is that of the twelve. */
export function withExternalDns(text: string, zone: string): string {
  const said = text
    .replace(/^apps:\n/m, (found) => `${found}${DECLARED.replace('ZONE', zone)}`)
    .replace('[aws-load-balancer-controller]', '[aws-load-balancer-controller, external-dns]')
  return `${said}
# With blue's owner id it would give blue's records green's load balancers.
transforms:
  - match: { kind: Deployment, name: external-dns }
    replace: { "${ownerOf(BLUE.name)}": "${ownerOf('{green}')}" }
`
}

const DECLARED = `  ${WEIGHED.name}:
    records:
      ${weighedHost}: { zone: ZONE, target: Service/${WEIGHED.name}-production/web }
`
