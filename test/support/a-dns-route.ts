import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { vi } from 'vitest'
import { ANNOTATIONS } from '../../src/domain/external-dns.ts'
import type { DnsRoute, Side } from '../../src/domain/platform.ts'
import { ROLE } from '../../src/sandbox/traffic/roles.ts'
import type { KubernetesObject } from '../../src/sandbox/types.ts'
import { eventually } from './eventually.ts'
import { aDeployment, aPlace, aService, type TwoClusters } from './small-world.ts'

const DOMAIN = 'dns.example.com'
export const [PREFIX] = ANNOTATIONS
const zones = new WeakMap<TwoClusters, string>()

export const zoneOf = (world: TwoClusters): string => {
  const zone = zones.get(world) ?? world.aws.route53.seedZone(DOMAIN)
  zones.set(world, zone)
  return zone
}

/** external-dns of one cluster, by its arguments. */
export const anExternalDns = (...args: readonly string[]): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'external-dns', namespace: 'dns' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'external-dns' } },
    template: {
      metadata: { labels: { app: 'external-dns' }, annotations: { [ROLE]: 'external-dns' } },
      spec: {
        containers: [
          {
            name: 'external-dns',
            image: 'registry.k8s.io/external-dns/external-dns:v0.22.0',
            args: [`--annotation-prefix=${PREFIX}`, ...args],
          },
        ],
      },
    },
  },
})

/** On both, each with an owner id of its own. */
export function runExternalDns({ blue, green }: TwoClusters, ...args: readonly string[]): void {
  for (const [cluster, owner] of [
    [blue, 'dns-1-35'],
    [green, 'dns-1-36'],
  ] as const) {
    cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'dns' } })
    cluster.apply(anExternalDns(`--txt-owner-id=${owner}`, ...args))
  }
}

/** A Service whose record blue's external-dns weighs, and its copy on green as Norikae has made it. */
export async function aDnsRoute(world: TwoClusters, annotated: Readonly<Record<string, string>> = {}) {
  const { aws, blue, green } = world
  const zone = zoneOf(world)
  const namespace = aPlace(blue, green)
  const name = `${namespace}.${DOMAIN}`
  const annotations = {
    [`${PREFIX}hostname`]: name,
    [`${PREFIX}set-identifier`]: 'blue',
    [`${PREFIX}aws-weight`]: '100',
    [`${PREFIX}aws-evaluate-target-health`]: 'false',
    ...annotated,
  }
  const service = (more: Readonly<Record<string, string>> = {}) => {
    const { metadata, ...rest } = aService('web', namespace, { type: 'LoadBalancer' })
    return { ...rest, metadata: { ...metadata, annotations: { ...annotations, ...more } } }
  }
  for (const cluster of [blue, green]) cluster.apply(aDeployment('web', namespace, 2))
  blue.apply(service())
  green.apply(service({ [`${PREFIX}controller`]: 'norikae', [`${PREFIX}aws-weight`]: '0' }))
  const sets = (): readonly ResourceRecordSet[] =>
    aws.route53.records(zone).filter((s) => s.Name === `${name}.` && s.Type !== 'TXT')
  const host = (side: Side) => {
    const status = world[side].list('v1', 'Service', namespace)[0]?.status?.['loadBalancer']
    return (status as { ingress?: { hostname?: string }[] } | undefined)?.ingress?.[0]?.hostname // as its API says
  }
  await eventually('blue has a record, and both a load balancer', () =>
    Boolean(sets().length > 0 && host('blue') && host('green')),
  )
  const route: DnsRoute = {
    kind: 'external-dns',
    name,
    zone,
    namespace,
    target: 'Service/web',
    annotations: PREFIX,
    identifier: 'blue',
    owner: 'dns-1-35',
  }
  const sideOf = ({ AliasTarget, ResourceRecords }: ResourceRecordSet): Side =>
    (AliasTarget?.DNSName ?? ResourceRecords?.[0]?.Value ?? '').startsWith(host('blue') ?? '-') ? 'blue' : 'green'
  const weights = () => Object.fromEntries(sets().map((s) => [sideOf(s), s.Weight ?? 100]))
  /** As whoever deploys it would; null takes one away. */
  const annotate = (side: Side, more: Readonly<Record<string, string | null>>) =>
    eventually('it is annotated', async () => {
      const [found] = world[side].list('v1', 'Service', namespace)
      if (!found) throw new Error('it is not there')
      const all = Object.entries({ ...found.metadata.annotations, ...more })
      const kept = Object.fromEntries(all.flatMap(([key, text]) => (text === null ? [] : [[key, text]])))
      world[side].update({ ...found, metadata: { ...found.metadata, annotations: kept } })
      return true
    })
  return {
    route,
    zone,
    sets,
    host,
    weights,
    annotate,
    service: (side: Side) => world[side].list('v1', 'Service', namespace)[0],
    txt: () => aws.route53.records(zone).filter((s) => s.Type === 'TXT' && (s.Name ?? '').includes(name)),
    /** Through the annotations, as whoever deploys it would. */
    async write(wanted: Readonly<Record<Side, number>>) {
      for (const side of ['blue', 'green'] as const)
        await annotate(side, { [`${PREFIX}aws-weight`]: String(wanted[side]) })
      await eventually(
        'external-dns has written them',
        () => weights()['blue'] === wanted.blue && weights()['green'] === wanted.green,
      )
    },
    pass(why: string) {
      if (why.startsWith('clients may go by')) vi.setSystemTime(Date.now() + 241_000)
      if (why.includes('and may have before it was told so')) vi.setSystemTime(Date.now() + 61_000)
    },
  }
}
