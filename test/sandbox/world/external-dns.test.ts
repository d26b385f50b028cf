import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53'
import { HostedZones } from '../../../src/sandbox/aws/route53/route53.ts'
import { startExternalDns } from '../../../src/sandbox/external-dns.ts'
import { eventually } from '../../support/eventually.ts'
import { anExternalDns, PREFIX } from '../../support/a-dns-route.ts'
import { anObject, aPod, FakeCluster } from './stand-ins.ts'

/** What is said here of external-dns is what plan/plan.go, registry/txt and provider/aws of its source do. */

const NAME = 'www.example.com.'
let zones: HostedZones
let zone: string
let batches: Change[][]
const running: { stop(): void }[] = []
beforeEach(() => {
  zones = new HostedZones({ times: { recordsMs: 0 } as ConstructorParameters<typeof HostedZones>[0]['times'] })
  zone = zones.seedZone('example.com')
  batches = []
})
afterEach(() => running.splice(0).forEach((it) => it.stop()))

const sets = (): ResourceRecordSet[] => zones.records(zone).filter((set) => set.Name === NAME && set.Type === 'CNAME')

function onCluster(host: string, ...args: string[]) {
  const cluster = new FakeCluster()
  const dns = startExternalDns({
    cluster,
    route53: {
      zones: () => zones.zones(),
      records: (id) => zones.records(id),
      change(id, changes) {
        batches.push([...changes])
        zones.change(id, changes)
      },
    },
  })
  running.push(dns)
  cluster.apply(anExternalDns('--aws-prefer-cname', ...args))
  cluster.pod(aPod('external-dns-1', 'external-dns', { namespace: 'dns', ip: '10.1.0.9' }))
  return {
    dns,
    /** By a rule of an Ingress. */
    host(name: string) {
      const ingress = anObject('networking.k8s.io/v1', 'Ingress', 'web', { spec: { rules: [{ host: name }] } })
      cluster.apply({ ...ingress, status: { loadBalancer: { ingress: [{ hostname: host }] } } })
    },
    say(annotations: Readonly<Record<string, string>>) {
      const prefixed = Object.entries({ hostname: 'www.example.com', ...annotations }).map(([k, v]) => [PREFIX + k, v])
      const service = anObject('v1', 'Service', 'web', {
        spec: { type: 'LoadBalancer' },
      })
      const status = { loadBalancer: { ingress: [{ hostname: host }] } }
      cluster.apply({
        ...service,
        status,
        metadata: { ...service.metadata, annotations: Object.fromEntries(prefixed) },
      })
    },
  }
}
const weighted = { 'set-identifier': 'blue', 'aws-weight': '100' }
const isSimple = () => sets().length === 1 && sets()[0]?.SetIdentifier === undefined
const isWeighted = () => sets().some((set) => set.SetIdentifier === 'blue' && set.Weight === 100)

test('under sync a simple record becomes a weighted one in one batch, with its TXT record', async () => {
  const blue = onCluster('blue.elb', '--txt-owner-id=b')
  blue.say({})
  await eventually('it is there', isSimple)
  blue.say(weighted)
  await eventually('it has a weight', isWeighted)
  expect(
    batches.at(-1)?.map(({ Action, ResourceRecordSet: it }) => `${Action} ${it?.Type} ${it?.SetIdentifier ?? '-'}`),
  ).toEqual(expect.arrayContaining(['DELETE CNAME -', 'DELETE TXT -', 'CREATE CNAME blue', 'CREATE TXT blue']))
  expect(sets()).toHaveLength(1)
})

test('under upsert-only it asks for both side by side, and is refused', async () => {
  const blue = onCluster('blue.elb', '--txt-owner-id=b', '--policy=upsert-only')
  blue.say({})
  await eventually('it is there', isSimple)
  blue.say(weighted)
  await eventually('it is refused', () => blue.dns.problems().length > 0)
  expect(blue.dns.problems()[0]).toContain('cannot be created as other RRSets exist')
  expect(isSimple()).toBe(true)
})

test('another owner id leaves what is not its own; the same one takes it over', async () => {
  onCluster('blue.elb', '--txt-owner-id=b').say(weighted)
  await eventually('it is there', isWeighted)
  const green = onCluster('green.elb', '--txt-owner-id=g')
  green.say(weighted)
  green.say({ 'set-identifier': 'green', 'aws-weight': '0' })
  await eventually('green has its own', () => sets().length === 2)
  const of = (identifier: string) => sets().find((set) => set.SetIdentifier === identifier)?.ResourceRecords?.[0]?.Value
  expect([of('blue'), of('green')]).toEqual(['blue.elb', 'green.elb'])
  onCluster('third.elb', '--txt-owner-id=b').say(weighted)
  await eventually('it is taken over', () => of('blue') === 'third.elb')
})

test('what another controller is named for is passed over, and its record goes under sync', async () => {
  const blue = onCluster('blue.elb', '--txt-owner-id=b', '--txt-prefix=%{record_type}.dns.')
  blue.say(weighted)
  await eventually('it is there', isWeighted)
  expect(zones.records(zone).map((set) => set.Name)).toContain(`cname.dns.${NAME}`)
  blue.say({ ...weighted, controller: 'norikae' })
  await eventually('it is gone', () => zones.records(zone).length === 0)
})

test('it looks at the kinds that it is told to look at, or at both', async () => {
  const records = () =>
    zones
      .records(zone)
      .filter((set) => set.Type === 'CNAME')
      .map((set) => set.Name)
  const all = onCluster('blue.elb', '--txt-owner-id=b')
  const some = onCluster('green.elb', '--txt-owner-id=g', '--source=service')
  some.host('of-green.example.com')
  some.say({ hostname: 'service.example.com' })
  await eventually('its Service has one', () => records().includes('service.example.com.'))
  all.host('of-blue.example.com')
  await eventually('an Ingress has one', () => records().includes('of-blue.example.com.'))
  expect(records()).not.toContain('of-green.example.com.')
})
