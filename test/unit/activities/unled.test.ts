import { describe, expect, test, vi } from 'vitest'
import { denied, notFound, notReady } from '../../../src/activities/errors.ts'
import type { KubernetesPort } from '../../../src/activities/ports.ts'
import { refuseWhereLed, refuseWhereNamed, unled } from '../../../src/activities/unled.ts'
import { waysTo } from '../../../src/activities/ways.ts'
import type { Choice } from '../../../src/domain/choices.ts'
import type { Kind, KubernetesObject } from '../../../src/domain/kubernetes-objects.ts'
import type { RecordSet } from '../../../src/domain/weighted-records.ts'
import { attempted, driven, ending, type Driving } from '../../support/driven.ts'
import { scope } from '../../support/small-world.ts'

const hostOf = (cluster: string) => `${cluster}.elb.ap-northeast-1.amazonaws.com`
const [BLUE, GREEN] = [hostOf(scope.blue), hostOf(scope.green)]
const ingress = (host: string, hosts: readonly string[] = ['grafana.example.com']): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'grafana', namespace: 'monitoring' },
  spec: { rules: hosts.map((it) => ({ host: it })) },
  status: { loadBalancer: { ingress: [{ hostname: host }] } },
})
const cname = (name: string, target: string, more: Partial<RecordSet> = {}): RecordSet => ({
  name,
  type: 'CNAME',
  ttl: 60,
  values: [target],
  ...more,
})

/** A cluster as far as it is asked here; ConfigMaps are kept. */
function aCluster(objects: Partial<Record<Kind, readonly KubernetesObject[]>>, listing?: () => never) {
  let kept: Readonly<Record<string, string>> = {}
  const port = {
    list: async (kind: Kind) => (kind === 'Gateway' && listing ? listing() : (objects[kind] ?? [])),
    async find(kind: Kind, _namespace: string, name: string) {
      if (kind === 'ConfigMap') return { metadata: { name, annotations: kept } }
      return objects[kind]?.find((o) => o.metadata.name === name)
    },
    apply: async () => undefined,
    create: async () => true,
    patch: async (_k: string, _n: string, _name: string, of: { metadata: { annotations: typeof kept } }) => {
      kept = { ...kept, ...of.metadata.annotations }
    },
  }
  return port as unknown as KubernetesPort // of the rest nothing is asked
}

interface Given {
  readonly sets?: readonly RecordSet[]
  readonly edge?: readonly KubernetesObject[]
  /** Of green's Ingress. */
  readonly hosts?: readonly string[] | undefined
  /** Of a page of record sets. */
  readonly most?: number
  readonly refuses?: () => never
  readonly gateways?: () => never
  /** Nothing of blue may be listed. */
  readonly shutOut?: () => never
}

function aWorld({ sets: first = [], edge = [], hosts, most = 300, refuses, gateways, shutOut }: Given) {
  let sets = first
  let asked = 0
  const clusters = {
    [scope.blue]: aCluster({ Ingress: [ingress(BLUE)] }, gateways),
    [scope.green]: aCluster({ Ingress: [ingress(GREEN, hosts)] }),
    edge: aCluster({ HTTPRoute: edge }),
  }
  const cluster = async (name: string) => {
    const found = clusters[name as keyof typeof clusters]
    if (!found) throw notFound(`cluster ${name} is not there`)
    return found
  }
  const world = {
    cluster,
    ifThere: async (side: 'blue' | 'green') =>
      side === 'blue' && shutOut
        ? { ...(await cluster(scope.blue)), list: async () => shutOut() }
        : cluster(scope[side]),
    loadBalancing: { addressesOf: async () => [{ host: BLUE, address: '192.0.2.1' }] },
    records: {
      zones: async () => refuses?.() ?? [{ id: 'Z1', name: 'example.com' }],
      async page(_zone: string, from?: { readonly name: string }) {
        asked += 1
        const begin = from === undefined ? 0 : Number(from.name)
        const next = begin + most
        return { sets: sets.slice(begin, next), ...(next < sets.length && { next: { name: String(next) } }) }
      },
      named: async (_zone: string, name: string) => sets.filter((s) => s.name === name),
    },
  } as unknown as Parameters<typeof unled>[0]
  const prove = async (choice?: Choice) =>
    unled(world, scope, await cluster(scope.blue), { side: 'blue', window: '1h', gateway: 'edge', choice })
  return {
    world,
    asked: () => asked,
    set: (now: readonly RecordSet[]) => {
      sets = now
    },
    once: (choice?: Choice, driving?: Driving) => attempted(prove, choice, driving),
    ends: (choice?: Choice, driving?: Driving) => ending(prove, choice, driving),
    prove: async (choice?: Choice, driving?: Driving) => (await driven(prove, choice, driving)).answer,
    giveUp: () => refuseWhereNamed(world, scope, { side: 'green', gateway: 'edge' }),
    empty: async (removed?: string) =>
      ending(
        async () =>
          refuseWhereLed(world, scope, await cluster(scope.blue), { side: 'blue', ...(removed && { removed }) }),
        undefined,
      ),
  }
}

const long = { scheduledMs: Date.now() - 24 * 3_600_000 }
const codes = async (it: Promise<{ readonly findings: readonly { code: string }[] }>) =>
  (await it).findings.map((f) => f.code)

test('a name that nobody declared is waited for, and refused when blue is emptied', async () => {
  const it = aWorld({ sets: [cname('grafana.example.com', BLUE), cname('shop.example.com', GREEN)] })
  const says = `grafana.example.com (CNAME in hosted zone example.com) leads to ${BLUE}, of Ingress/monitoring/grafana`
  expect(await it.once()).toBe(
    `names lead to ${scope.blue}: ${says}. Have them lead to ${scope.green}, or delete their records`,
  )
  const { type, message } = await it.empty()
  expect([type, message]).toEqual(['Contested', expect.stringContaining(`${says}. Nothing was removed`)])
  // It looks again while load balancers go.
  expect((await it.empty('Gone already, or going: Ingress monitoring/old')).message).toContain(
    `${says}. Gone already, or going: Ingress monitoring/old. Have them led to ${scope.green}`,
  )
  it.set([cname('grafana.example.com', GREEN)])
  expect(await it.prove()).toEqual({ note: 'no name that leads to it', findings: [] })
})

test('a record of addresses leads there by those that its load balancer keeps', async () => {
  const it = aWorld({ sets: [{ name: 'sftp.example.com', type: 'A', ttl: 60, values: ['192.0.2.1'] }] })
  expect(await it.once()).toContain('sftp.example.com (A in hosted zone example.com) leads to 192.0.2.1')
})

test('what stays is asked about, and only what people were told of ends with blue', async () => {
  const it = aWorld({ sets: [cname('old.example.com', BLUE)] })
  const { type, message } = await it.ends(undefined, long)
  expect([type, message]).toEqual(['Called', expect.stringContaining(`skip, with ${scope.blue} typed`)])
  it.set([cname('old.example.com', BLUE), cname('new.example.com', BLUE)])
  expect(await it.once('skip')).toMatch(/^names lead to demo-1-35: new\.example\.com/)
  it.set([cname('old.example.com', BLUE)])
  // The second proof and the emptying know it, without being told again.
  expect(await codes(it.prove())).toEqual(['ways-accepted'])
  await expect(it.empty()).rejects.toThrow('it ended well')
})

test('a third host does not hold up anything, and is told', async () => {
  const it = aWorld({ sets: [cname('grafana.example.com', 'd1.cloudfront.net')] })
  const { findings } = await it.prove()
  expect(findings).toMatchObject([
    { level: 'warning', code: 'ways-unknown', message: expect.stringContaining('it leads to d1.cloudfront.net') },
  ])
})

test.for([
  [
    'hosted zones',
    {
      refuses: () => {
        throw denied('not authorized to perform route53:ListHostedZones')
      },
    },
  ],
  [
    'Gateways',
    {
      gateways: () => {
        throw denied('gateways is forbidden')
      },
    },
  ],
] as const)('where the worker may not read %s nobody knows, which is said', async ([, given]) =>
  expect(await codes(aWorld({ ...given, sets: [cname('grafana.example.com', GREEN)] }).prove())).toEqual([
    'ways-unknown',
  ]),
)

test('HTTPRoutes that send requests there are waited for, and are no choice of people’s', async () => {
  const rules = [{ backendRefs: [{ name: `web-${scope.blue}` }] }]
  const route = { apiVersion: 'v1', kind: 'HTTPRoute', metadata: { name: 'shop', namespace: 'edge' }, spec: { rules } }
  const it = aWorld({ edge: [route] })
  expect(await it.once('skip')).toContain(
    `HTTPRoutes send requests to ${scope.blue}: HTTPRoute edge/shop on edge gives a weight to Service edge/web-${scope.blue}`,
  )
  expect((await it.ends('skip', long)).type).toBe('Failed')
})

describe('a green that is given up', () => {
  const route = (name: string, ...refs: readonly (readonly [cluster: string, weight: number])[]) => ({
    apiVersion: 'v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'edge' },
    spec: { rules: [{ backendRefs: refs.map(([cluster, weight]) => ({ name: `web-${cluster}`, weight })) }] },
  })
  const back = route('back', [scope.blue, 1])
  const opened = route('shop', [scope.blue, 100], [scope.green, 0])
  const leads = (name: string) => `${name}.example.com (CNAME in hosted zone example.com) leads to ${GREEN}`
  const both = (weight: number) => [
    cname('shop.example.com', BLUE, { setIdentifier: 'blue', weight: 100 - weight }),
    cname('shop.example.com', GREEN, { setIdentifier: 'green', weight }),
  ]
  test.for([
    { says: 'what went back whole leaves nothing', edge: [back], sets: [cname('shop.example.com', BLUE)] },
    { says: 'an HTTPRoute that was opened names it', edge: [back, opened], left: `edge/web-${scope.green}` },
    { says: 'a record has a weight for it', sets: both(5), left: leads('shop') },
    { says: 'a record names it at weight 0', sets: both(0), left: leads('shop') },
    { says: 'a name of nobody’s leads there', sets: [cname('partner.example.com', GREEN)], left: leads('partner') },
    {
      says: 'a name that both serve leads there',
      sets: [cname('grafana.example.com', GREEN)],
      left: leads('grafana'),
    },
    {
      says: 'a name that it alone serves is its own',
      sets: [cname('its-own.example.com', GREEN)],
      hosts: ['grafana.example.com', 'its-own.example.com'],
    },
  ])('$says', async ({ edge = [], sets = [], left, hosts }) => {
    const it = aWorld({ edge, sets, hosts })
    if (left === undefined) return expect(await attempted(it.giveUp, undefined)).toBe('ready')
    const { type, message } = await ending(it.giveUp, undefined)
    expect(type).toBe('Contested')
    expect(message).toContain(left)
    expect(message).toMatch(
      /^demo-1-36 is given up.* Nothing was removed by this try\. .*demo-1-35 alone serves, then retry$/,
    )
  })

  const refused = (what: string) => () => {
    throw denied(`${what} is forbidden`)
  }
  const itsOwn = { sets: [cname('its-own.example.com', GREEN)], hosts: ['its-own.example.com'] }
  test.for([
    { of: 'nothing of the cluster that stays', given: { shutOut: refused('services') } },
    { of: 'no Gateways of it', given: { gateways: refused('gateways') } },
  ])('where the worker may list $of, no name is known to be its own alone', async ({ given }) =>
    expect((await ending(aWorld({ ...itsOwn, ...given }).giveUp, undefined)).message).toContain(leads('its-own')),
  )

  test.for([
    { of: 'the cluster that stays', given: { shutOut: refused('services') }, why: 'services is forbidden' },
    { of: 'hosted zones', given: { refuses: refused('zones') }, why: 'zones is forbidden' },
  ])('what nobody sees of $of is told', async ({ given, why }) => {
    const { answer } = await driven(aWorld(given).giveUp, undefined)
    expect(answer).toMatchObject([{ code: 'ways-unknown', about: scope.green, message: expect.stringContaining(why) }])
    for (const { remedy } of answer) expect(remedy).not.toContain('approved')
  })

  test('what was seen whole is not talked of', async () =>
    expect((await driven(aWorld({}).giveUp, undefined)).answer).toEqual([]))
})

test('of many pages an attempt reads what it can, and the next one goes on where it stopped', async () => {
  const others = Array.from({ length: 9 }, (_, n) => cname(`n${n}.example.com`, GREEN))
  const it = aWorld({ sets: [cname('grafana.example.com', BLUE), ...others], most: 1 })
  // Whoever looks at a clock finds it three seconds later.
  let now = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => (now += 3_000))
  const waits: string[] = []
  const end = await it.ends(undefined, { scheduledMs: now - 24 * 3_600_000, between: (why) => void waits.push(why) })
  vi.restoreAllMocks()
  expect(end.message).toContain('grafana.example.com')
  expect(waits.every((why) => /^[01] of 1 hosted zones were looked through/.test(why))).toBe(true)
  expect([waits.length > 0, it.asked()]).toEqual([true, 10])
})

describe('of so many pages that they take longer than what was read may be old', () => {
  const others = Array.from({ length: 14 }, (_, n) => cname(`n${n}.example.com`, GREEN))
  const sets = [cname('grafana.example.com', BLUE), ...others]
  /** Whoever looks at a clock finds it a minute later. */
  async function slowly<T>(work: () => Promise<T>): Promise<T> {
    let now = Date.now()
    vi.spyOn(Date, 'now').mockImplementation(() => (now += 60_000))
    try {
      return await work()
    } finally {
      vi.restoreAllMocks()
    }
  }

  test('none is read twice', async () => {
    const it = aWorld({ sets, most: 1 })
    const { type, message } = await slowly(() => it.ends(undefined, { ...long, withinMs: 5_000 }))
    expect([type, message, it.asked()]).toEqual(['Called', expect.stringContaining('grafana.example.com'), 15])
  })

  test('who looks once gives up, and says what was not read', async () => {
    const it = aWorld({ sets, most: 1 })
    const ahead = (yes: boolean) => waysTo(it.world, scope, 'blue', { ahead: yes })
    const { answer } = await slowly(() => driven(ahead, true, { withinMs: 5_000 }))
    expect(answer).toMatchObject({
      names: [{ name: 'grafana.example.com' }],
      unseen: expect.arrayContaining([
        expect.stringMatching(
          /^names in DNS .*: only 0 of 1 hosted zones were looked through \(\d+ answers of Route 53\)/,
        ),
      ]),
    })
    expect(it.asked()).toBeLessThan(15)
  })
})

test('who looks once in a step reads each zone once, however many attempts the rest of it takes', async () => {
  const it = aWorld({ sets: [cname('grafana.example.com', BLUE)] })
  const looks: number[] = []
  await driven(async (ahead: boolean) => {
    looks.push((await waysTo(it.world, scope, 'blue', { ahead })).names.length)
    if (looks.length % 3 > 0) throw notReady('what comes after it goes on', '1s')
  }, true)
  expect([looks, it.asked()]).toEqual([[1, 1, 1], 1])
})
