import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { DNS_WEIGHT } from '../../../src/domain/annotations.ts'
import { recordRoute } from '../../../src/domain/record-routes.ts'
import { routesKeepTheirWord } from '../../contract/routes.ts'
import { aDnsRoute, anExternalDns, PREFIX, runExternalDns } from '../../support/a-dns-route.ts'
import { recordsFound } from '../../support/a-record-route.ts'
import { attempted, driven, ending } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

/** Of a platform file, what a survey of records reads. */
type Side = 'blue' | 'green'

let world: TwoClusters
beforeAll(async () => {
  world = await twoClusters()
  runExternalDns(world)
})
afterAll(() => world.stop())
afterEach(() => void vi.useRealTimers())

routesKeepTheirWord(
  'records that external-dns weighs',
  () => world,
  (it) => aDnsRoute(it),
)

const acts = () => world.activities

/** As many as are asked for, and by these arguments; what has ended writes nothing more. */
async function dns(side: Side, replicas: number, ...args: readonly string[]): Promise<void> {
  const cluster = world[side]
  const its = anExternalDns(`--txt-owner-id=dns-1-3${side === 'blue' ? 5 : 6}`, ...args)
  cluster.apply({ ...its, spec: { ...its.spec, replicas } })
  await eventually(
    'it is so',
    () => cluster.pods().filter((p) => p.namespace === 'dns' && p.ready && !p.terminating).length === replicas,
  )
}

describe('records that external-dns weighs', () => {
  const opened = async (...made: Parameters<typeof aDnsRoute> extends [unknown, ...infer M] ? M : never) => {
    const it = await aDnsRoute(world, ...made)
    await driven(acts().openRoute, call<'openRoute'>({ route: it.route }), { between: it.pass })
    vi.useRealTimers()
    return it
  }
  const up = (it: Awaited<ReturnType<typeof aDnsRoute>>, to: number, expected: readonly number[]) =>
    call<'setWeight'>({ route: it.route, to, expect: expected })

  /** Green's records of this weight, as a run of external-dns writes them that had read what it writes before. */
  const recorded = ({ sets, zone }: Awaited<ReturnType<typeof aDnsRoute>>, Weight: number) => {
    const its = sets().filter((set) => set.SetIdentifier === scope.green)
    const changes = its.map((set) => ({ Action: 'UPSERT' as const, ResourceRecordSet: { ...set, Weight } }))
    world.aws.route53.change(zone, changes)
  }

  test('are written on both clusters, and count once Route 53 reads so and clients had their time', async () => {
    const it = await aDnsRoute(world)
    expect(it.weights()).toEqual({ blue: 100 })
    const waits: string[] = []
    const between = (why: string) => {
      waits.push(why)
      it.pass(why)
    }
    const forClients = () => waits.filter((why) => why.startsWith('clients may go by'))
    await driven(acts().openRoute, call<'openRoute'>({ route: it.route }), { between })
    // Nobody is answered otherwise than before.
    expect(forClients()).toEqual([])
    await driven(acts().setWeight, up(it, 5, [0]), { between })
    vi.useRealTimers()
    // The 60 s that AWS names twice, and twice an alias's TTL.
    expect(forClients()[0]).toMatch(/before this for 2(40|39)s more$/)
    expect(it.sets()).toHaveLength(4)
    expect(it.txt().map((set) => [set.SetIdentifier, set.ResourceRecords?.[0]?.Value])).toEqual(
      expect.arrayContaining([
        ['blue', expect.stringContaining('owner=dns-1-35')],
        [scope.green, expect.stringContaining('owner=dns-1-36')],
      ]),
    )
  })

  test('never have a weight on neither side, nor no record: what falls waits for what rises', async () => {
    const it = await opened()
    for (const [from, to, rises, falls] of [
      [0, 100, 'green', 'blue'],
      [100, 0, 'blue', 'green'],
    ] as const) {
      await dns(rises, 0)
      const asked = up(it, to, [from])
      const waits = async () => attempted(acts().setWeight, asked)
      await eventually('it waits for who rises', async () =>
        (await waits()).startsWith(`external-dns of ${scope[rises]} has not given the records of ${it.route.name}`),
      )
      expect(it.service(falls)?.metadata.annotations?.[`${PREFIX}aws-weight`]).toBe('100')
      expect(it.weights()).toEqual({ [falls]: 100, [rises]: 0 })
      await dns(rises, 1)
      await driven(acts().setWeight, asked, { between: it.pass })
      vi.useRealTimers()
      expect(it.weights()).toEqual({ [rises]: 100, [falls]: 0 })
    }
  })

  test.for([0, 5])('that read %s as they are told since before they were told so are no answer', async (to) => {
    const it = await opened()
    if (to > 0) {
      await driven(acts().setWeight, up(it, to, [0]), { between: it.pass })
      vi.useRealTimers()
    }
    await Promise.all([dns('blue', 0), dns('green', 0)])
    // Nobody has heard of 50 % when it is taken back: Route 53 reads what it is asked for already.
    expect(await attempted(acts().setWeight, up(it, 50, [to]))).toContain('has not written the records')
    const waits: string[] = []
    const early = () => waits.filter((why) => why.includes('and may have before it was told so'))
    await driven(acts().setWeight, up(it, to, [50]), {
      async between(why) {
        waits.push(why)
        if (!why.includes('and may have before it was told so')) return it.pass(why)
        if (early().length === 1) {
          // What was on its way, and comes late.
          recorded(it, 50)
          await Promise.all([dns('blue', 1), dns('green', 1)])
        }
        vi.setSystemTime(Date.now() + 61_000)
      },
    })
    vi.useRealTimers()
    expect(waits[0]).toMatch(/on demo-1-35 says, and may have before .* looks anew within (60|59)s$/)
    expect(it.weights()).toEqual({ blue: 100 - to, green: to })
  })

  test('that read otherwise in between are followed from then on', async () => {
    const it = await opened()
    let turned = false
    const waits: string[] = []
    await driven(acts().setWeight, up(it, 25, [0]), {
      async between(why) {
        waits.push(why)
        if (turned && why.includes('reads 0, not 25')) recorded(it, 25)
        if (!why.startsWith('clients may go by')) return
        if (turned) return it.pass(why)
        turned = true
        vi.setSystemTime(Date.now() + 200_000)
        await dns('green', 0)
        recorded(it, 0)
        expect(await attempted(acts().setWeight, up(it, 25, [0]))).toContain('reads 0, not 25')
      },
    })
    vi.useRealTimers()
    const clients = waits.filter((why) => why.startsWith('clients may go by'))
    expect(clients.map((why) => Number(/for (\d+)s more/.exec(why)?.[1]) > 230)).toEqual([true, true])
    await dns('green', 1)
  })

  test('are nothing of green’s by a copy, until their route is opened; and a copy that serves keeps its weight', async () => {
    const it = await aDnsRoute(world)
    const { namespace } = it.route
    for (const object of world.green.list('v1', 'Service', namespace)) world.green.remove(object)
    for (const object of world.green.list('apps/v1', 'Deployment', namespace)) world.green.remove(object)
    await eventually('they are gone', () => world.green.list('v1', 'Service', namespace).length === 0)
    const deploy = call<'deploy'>({
      app: 'chat',
      environment: 'test',
      namespaces: [namespace],
      on: 'green',
      asleep: [],
      routes: [it.route],
    })
    await driven(acts().deploy, deploy)
    await eventually('it has a load balancer', () => it.host('green'))
    expect(it.service('green')?.metadata.annotations).toMatchObject({
      [`${PREFIX}controller`]: 'norikae',
      [`${PREFIX}aws-weight`]: '0',
    })
    await driven(acts().openRoute, call<'openRoute'>({ route: it.route }), { between: it.pass })
    vi.useRealTimers()
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
    await driven(acts().setWeight, up(it, 50, [0]), { between: it.pass })
    vi.useRealTimers()
    await driven(acts().deploy, deploy)
    expect(it.service('green')?.metadata.annotations).toMatchObject({ [`${PREFIX}aws-weight`]: '50' })
    expect(it.weights()).toEqual({ blue: 50, green: 50 })
  })

  test('that others deploy to green with a share already are left, and asked about', async () => {
    const it = await aDnsRoute(world)
    await it.annotate('green', {
      [`${PREFIX}controller`]: null,
      [`${PREFIX}set-identifier`]: 'green',
      [`${PREFIX}aws-weight`]: '50',
    })
    const failure = await ending(acts().openRoute, call<'openRoute'>({ route: it.route }), { between: it.pass })
    expect(failure).toMatchObject({
      type: 'Contested',
      message: expect.stringContaining('is at 33 %, where 0 % was left'),
    })
  })

  test('leave blue as its owner had it, and no record of green', async () => {
    const it = await opened({ [`${PREFIX}aws-weight`]: '7' })
    const before = { ...it.service('blue')?.metadata.annotations }
    expect(before).toMatchObject({ [`${PREFIX}aws-weight`]: '100', [DNS_WEIGHT]: expect.stringContaining('"was":"7"') })
    await driven(acts().settleRoute, call<'settleRoute'>({ route: it.route, on: 'blue' }), { between: it.pass })
    expect(it.service('blue')?.metadata.annotations).toMatchObject({ [`${PREFIX}aws-weight`]: '7' })
    expect(it.service('blue')?.metadata.annotations).not.toHaveProperty([DNS_WEIGHT])
    expect(it.txt().every((set) => set.SetIdentifier === 'blue')).toBe(true)
  })

  test('of a policy that deletes nothing stay at 0, which is told', async () => {
    await dns('green', 1, '--policy=upsert-only')
    const it = await opened()
    const settle = call<'settleRoute'>({ route: it.route, on: 'blue' })
    const { answer } = await driven(acts().settleRoute, settle, { between: it.pass })
    expect(answer.note).toBe(
      `only blue is served; external-dns of green deletes nothing, so record ${scope.green} stays at weight 0`.replace(
        'of green',
        `of ${scope.green}`,
      ),
    )
    expect(it.weights()).toEqual({ blue: 100, green: 0 })
    await dns('green', 1)
  })

  test('are not opened where green’s external-dns has blue’s owner id, or another owner than was approved has them', async () => {
    const it = await aDnsRoute(world)
    const open = call<'openRoute'>({ route: it.route })
    await dns('green', 0)
    expect(await attempted(acts().openRoute, open)).toMatch(/^no external-dns runs on demo-1-36/)
    world.green.apply(anExternalDns('--txt-owner-id=dns-1-35'))
    const shared = await ending(acts().openRoute, open)
    expect(shared).toMatchObject({ type: 'Contested', message: expect.stringContaining('the owner id dns-1-35 too') })
    await dns('green', 1)
    const other = await ending(acts().openRoute, call<'openRoute'>({ route: { ...it.route, owner: 'dns-1-34' } }))
    expect(other).toMatchObject({ type: 'Contested', message: expect.stringContaining('where dns-1-34 was approved') })
    expect(it.weights()).toEqual({ blue: 100 })
  })

  test('that others deploy to green at 0 are not gone on with where its external-dns has blue’s owner id', async () => {
    const it = await aDnsRoute(world)
    await dns('green', 0)
    await it.annotate('green', { [`${PREFIX}controller`]: null, [`${PREFIX}set-identifier`]: 'green' })
    world.green.apply({ ...anExternalDns('--txt-owner-id=dns-1-35', '--policy=upsert-only') })
    await eventually('green is in', () => 'green' in it.weights())
    const shared = await ending(acts().openRoute, call<'openRoute'>({ route: it.route }), { between: it.pass })
    expect(shared).toMatchObject({ type: 'Contested', message: expect.stringContaining('the owner id dns-1-35 too') })
    await dns('green', 1)
  })

  test('of a type that green alone has are taken out again at once, and asked about', async () => {
    const a = '--exclude-record-types=AAAA'
    await dns('blue', 1, a)
    const it = await aDnsRoute(world)
    const open = call<'openRoute'>({ route: it.route })
    // By its arguments, before anything of green's is there.
    const { message } = await ending(acts().openRoute, open)
    expect(message).toMatch(/would make AAAA records, of which blue has none.*--exclude-record-types/)
    expect(it.weights()).toEqual({ blue: 100 })
    // By what is there, whoever made it.
    await dns('green', 1, a)
    const alone = {
      Name: `${it.route.name}.`,
      Type: 'AAAA',
      SetIdentifier: scope.green,
      Weight: 0,
      AliasTarget: { HostedZoneId: 'Z14GRHDCWA56QT', DNSName: `${it.host('green')}.`, EvaluateTargetHealth: false },
    } as const
    world.aws.route53.change(it.zone, [{ Action: 'CREATE', ResourceRecordSet: alone }])
    const refused = await ending(acts().openRoute, open, { between: it.pass })
    expect(refused).toMatchObject({
      type: 'Contested',
      message: expect.stringMatching(/alone had AAAA records of .* at weight 0 too.*taken out again there/),
    })
    expect(it.service('green')?.metadata.annotations).toMatchObject({ [`${PREFIX}controller`]: 'norikae' })
    expect(it.service('blue')?.metadata.annotations).not.toHaveProperty([DNS_WEIGHT])
    // Nor is blue alone served as long as it is there.
    const settle = call<'settleRoute'>({ route: it.route, on: 'blue' })
    await eventually('it is waited for', async () =>
      (await attempted(acts().settleRoute, settle)).includes('AAAA record demo-1-36 is alone of its type'),
    )
    world.aws.route53.change(it.zone, [{ Action: 'DELETE', ResourceRecordSet: alone }])
    await driven(acts().settleRoute, settle, { between: it.pass })
    vi.useRealTimers()
    expect(it.sets().map(({ Type, SetIdentifier }) => `${Type} ${SetIdentifier}`)).toEqual(['A blue'])
    await dns('blue', 1)
    await dns('green', 1)
  })

  test('of one object in two hosted zones have one weight, and each counts by its own records', async () => {
    const it = await aDnsRoute(world)
    const name = 'second.other.example.org'
    const route = { ...it.route, name, zone: world.aws.route53.seedZone('other.example.org') }
    const isOfIt = ({ Name, Type }: { Name?: string | undefined; Type?: string | undefined }) =>
      Name === `${name}.` && Type !== 'TXT'
    const second = { ...it, zone: route.zone, sets: () => world.aws.route53.records(route.zone).filter(isOfIt) }
    for (const side of ['blue', 'green'] as const)
      await it.annotate(side, { [`${PREFIX}hostname`]: `${it.route.name},${name}` })
    await eventually('blue has both', () => second.sets().length > 0)
    const target = { kind: 'Service', namespace: route.namespace, name: 'web' } as const
    const [alone] = (await recordsFound(world, [{ name: it.route.name, zone: it.zone, target }])).map(recordRoute)
    expect(alone?.findings.map(({ message }) => message).join()).toContain(`${name} is a name of it too`)
    for (const its of [it.route, route]) {
      await driven(acts().openRoute, call<'openRoute'>({ route: its }), { between: it.pass })
      vi.useRealTimers()
    }
    await driven(acts().setWeight, up(it, 25, [0]), { between: it.pass })
    vi.useRealTimers()
    await dns('green', 0)
    recorded(second, 0)
    const other = call<'setWeight'>({ route, to: 25, expect: [0] })
    expect(await attempted(acts().setWeight, other)).toContain(`the records of ${name} as Service/web`)
    await dns('green', 1)
    const waits: string[] = []
    const between = (why: string) => {
      waits.push(why)
      it.pass(why)
    }
    await driven(acts().setWeight, other, { between })
    vi.useRealTimers()
    // What they read when the first one's weight was written nobody has looked at.
    expect(waits.filter((why) => why.includes('and may have before it was told so'))).not.toEqual([])
    for (const { sets } of [it, second])
      expect(sets().map(({ SetIdentifier, Weight }) => `${SetIdentifier} ${Weight}`)).toEqual(
        expect.arrayContaining(['blue 75', `${scope.green} 25`]),
      )
    for (const its of [it.route, route]) {
      await driven(acts().setWeight, call<'setWeight'>({ route: its, to: 0, expect: [0, 25] }), { between: it.pass })
      vi.useRealTimers()
    }
    for (const its of [it.route, route])
      await driven(acts().settleRoute, call<'settleRoute'>({ route: its, on: 'blue' }), { between: it.pass })
    vi.useRealTimers()
    expect([it, second].flatMap(({ sets }) => sets().map((set) => set.SetIdentifier))).toEqual(Array(4).fill('blue'))
  })

  test('of another run, or that lead to blue by green’s copy, are contested', async () => {
    const it = await opened()
    const other = call<'openRoute'>({ route: it.route }, { run: 'run-9', asker: 'run-9' })
    expect(await ending(acts().openRoute, other)).toMatchObject({
      type: 'Contested',
      message: expect.stringContaining('weights of run run-1'),
    })
    const wrong = await aDnsRoute(world)
    await wrong.annotate('green', { [`${PREFIX}target`]: 'elsewhere.elb.amazonaws.com' })
    const led = await ending(acts().openRoute, call<'openRoute'>({ route: wrong.route }), { between: wrong.pass })
    expect(led).toMatchObject({ type: 'Contested', message: expect.stringContaining('do not lead to') })
  })

  test('are told as they are before anything starts, and what to prepare', async () => {
    const it = await aDnsRoute(world, { [`${PREFIX}set-identifier`]: 'gone', [`${PREFIX}aws-weight`]: '1' })
    const { namespace, name } = it.route
    const target = { kind: 'Service', namespace, name: 'web' } as const
    const survey = async () => (await recordsFound(world, [{ name, zone: it.zone, target }])).map(recordRoute)
    // Simple, as most are: under sync it becomes a weighted one in one batch.
    await it.annotate('blue', { [`${PREFIX}set-identifier`]: null, [`${PREFIX}aws-weight`]: null })
    await eventually('it is simple', () => it.sets().every((set) => set.SetIdentifier === undefined))
    expect(await survey()).toMatchObject([
      { findings: [{ code: 'record-of-external-dns', message: expect.stringContaining('its record has no weight') }] },
    ])
    await it.annotate('blue', { [`${PREFIX}set-identifier`]: 'blue', [`${PREFIX}aws-weight`]: '100' })
    await eventually('it is weighted', () => it.sets().every((set) => set.SetIdentifier === 'blue'))
    // Who deploys it wrote the weight last, and would again.
    expect(await survey()).toMatchObject([
      { route: it.route, findings: [{ level: 'warning', code: 'record-written-back' }] },
    ])
  })
})
