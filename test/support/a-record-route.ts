import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { Route53 } from '@aws-sdk/client-route-53'
import { recordSurvey } from '../../src/activities/record-survey.ts'
import type { RecordRoute } from '../../src/domain/platform.ts'
import type { DeclaredRecord } from '../../src/domain/platform-file.ts'
import { driven } from './driven.ts'
import { aDeployment, aPlace, aService, scope, type TwoClusters } from './small-world.ts'
import { eventually } from './eventually.ts'

const zones = new WeakMap<TwoClusters, string>()
const DOMAIN = 'example.com'

/** A name that leads to a load balancer of blue, and the same Service with one of its own on green. */
export async function aRecordRoute(world: TwoClusters, ttl: number | 'alias' = 0) {
  const { aws, blue, green } = world
  const namespace = aPlace(blue, green)
  const zone = zones.get(world) ?? aws.route53.seedZone(DOMAIN)
  zones.set(world, zone)
  for (const cluster of [blue, green]) {
    cluster.apply(aDeployment('web', namespace, 2))
    cluster.apply(aService('web', namespace, { type: 'LoadBalancer' }))
  }
  const stack = `${namespace}/web`
  const balancer = (cluster: string) =>
    aws.elbv2
      .inventory()
      .loadBalancers.find(
        (b) => b.tags['service.k8s.aws/stack'] === stack && b.tags['elbv2.k8s.aws/cluster'] === cluster,
      )
  await eventually('both have a load balancer', () => balancer(scope.blue) && balancer(scope.green))
  const host = { blue: balancer(scope.blue)?.host ?? '', green: balancer(scope.green)?.host ?? '' }
  const name = `${namespace}.${DOMAIN}`
  const original: ResourceRecordSet =
    ttl === 'alias'
      ? {
          Name: `${name}.`,
          Type: 'A',
          AliasTarget: { HostedZoneId: 'Z14GRHDCWA56QT', DNSName: `${host.blue}.`, EvaluateTargetHealth: true },
        }
      : { Name: `${name}.`, Type: 'CNAME', TTL: ttl, ResourceRecords: [{ Value: host.blue }] }
  aws.route53.seedRecord(zone, original)
  const route: RecordRoute = { kind: 'route53', name, zone, namespace, target: 'Service/web' }
  const sets = () => aws.route53.records(zone).filter((s) => s.Name === `${name}.`)
  const sideOf = (set: ResourceRecordSet) =>
    (set.AliasTarget?.DNSName ?? set.ResourceRecords?.[0]?.Value ?? '').startsWith(host.blue) ? 'blue' : 'green'
  /** By the API, as whoever may do everything. */
  async function change(
    changes: readonly { Action: 'CREATE' | 'DELETE' | 'UPSERT'; ResourceRecordSet: ResourceRecordSet }[],
  ) {
    const client = new Route53({ endpoint: aws.endpoint, region: scope.region, credentials: aws.admin })
    await client.changeResourceRecordSets({ HostedZoneId: zone, ChangeBatch: { Changes: [...changes] } })
    client.destroy()
  }
  return {
    route,
    zone,
    host,
    original,
    sets,
    change,
    weights: () => Object.fromEntries(sets().map((s) => [sideOf(s), s.Weight ?? 100])),
    write: (weights: Readonly<Record<'blue' | 'green', number>>) =>
      change(sets().map((s) => ({ Action: 'UPSERT', ResourceRecordSet: { ...s, Weight: weights[sideOf(s)] } }))),
  }
}

/** What preflight finds of names that an app declares. */
export async function recordsFound({ ports }: Pick<TwoClusters, 'ports'>, records: readonly DeclaredRecord[]) {
  const file = { apps: { web: { records } } } as unknown as Parameters<typeof recordSurvey>[2] // of an app it reads nothing else
  const world = {
    records: ports.records(scope.region),
    loadBalancing: ports.loadBalancing(scope.region),
    cloudWatch: ports.cloudWatch(scope.region),
  }
  const blue = await ports.kubernetes(scope.region, scope.blue)
  return (await driven(() => recordSurvey(world, blue, file), undefined)).answer
}
