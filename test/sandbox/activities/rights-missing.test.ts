import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { driven, ending } from '../../support/driven.ts'
import { whoOnlyReads } from '../../support/reading.ts'
import { aSmallFile } from '../../support/small-platform.ts'
import { aDeployment, aService, aSmallWorld, scope, type SmallWorld } from '../../support/small-world.ts'

/** A preflight of who may not look at blue itself, or inside of it: all that is missing is told at once, and ends nothing. */

let world: SmallWorld
beforeAll(async () => {
  world = await aSmallWorld({
    disturb: ({ operation }) => {
      const [verb = '', path = ''] = operation.split(' ')
      const isClosed =
        closed.includes(path) ||
        (!path.startsWith('/') && closed.some((it) => ['*', path.split('/').at(-1)].includes(it)))
      return ['list', 'get'].includes(verb) && isClosed ? 'forbidden' : undefined
    },
  })
  await world.aws.eks.seedCluster({
    name: scope.blue,
    version: '1.35',
    nodegroups: [{ name: 'general', size: 1, min: 1, max: 2, labels: {} }],
    addons: [{ name: 'vpc-cni', version: 'v1.20.0-eksbuild.1' }],
    tags: {},
  })
  const blue = world.cluster(scope.blue)
  const labels = { app: 'shop', team: 'sre', env: 'test' }
  blue.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } })
  blue.apply(aDeployment('web', 'shop'))
  blue.apply(aService('web', 'shop'))
})
afterAll(() => world.stop())

/** Resources of which nobody may list or read any; `*`: all; `/version`: nobody is let in. The answers are those of RBAC. */
let closed: readonly string[] = []
const granting = (but: readonly string[] = []): void => {
  closed = but
}

const request = { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file: aSmallFile() }
const workflow = { type: 'upgradePreflight', id: `upgrade-preflight/${scope.platform}/1` }
async function preflown(activities: Pick<SmallWorld['activities'], 'prepare'> = world.activities, file?: string) {
  const { answer } = await driven(activities.prepare, { ...request, ...(file && { file }) }, { workflow })
  const { findings } = answer.plan
  const missing = findings.filter(({ code }) => code === 'right-missing')
  return {
    answer,
    missing: missing.map(({ about }) => about.replace(/^[^:]+: /, '')).toSorted(),
    of: (about: string) => missing.find((f) => f.about === `${scope.blue}: ${about}`),
    others: findings.flatMap(({ code, about }) => (code === 'right-missing' ? [] : [`${code} ${about}`])),
  }
}

describe('of the cluster and its parts', () => {
  const parts = ['DescribeNodegroup', 'DescribeAccessEntry', 'ListFargateProfiles', 'DescribeAddon', 'ListCapabilities']
  test('each is a finding with what to allow, and nothing is said to be gone', async () => {
    granting()
    const { others: before, missing: none } = await preflown(whoOnlyReads(world).activities)
    expect(none).toEqual([])
    const but = [...parts, 'DescribeClusterVersions'].map((name) => `eks:${name}`)
    const { activities, denied } = whoOnlyReads(world, but)
    const { missing, of, others, answer } = await preflown(activities)
    expect(missing).toEqual([
      'Fargate profiles',
      'access entries',
      'add-ons',
      'capabilities',
      'node groups',
      'versions of Kubernetes',
    ])
    expect(of('node groups')).toMatchObject({
      level: 'blocker',
      message: expect.stringMatching(
        /nobody knows which node groups it has: green would get none: .*DescribeNodegroup/,
      ),
      remedy:
        'allow the worker eks:ListNodegroups and eks:DescribeNodegroup, as deploy/iam/preflight.json does, and look again',
    })
    expect(new Set(denied())).toEqual(new Set([...parts, 'DescribeClusterVersions']))
    // What of the rest can be said is, and nothing more.
    expect(others.filter((it) => !before.includes(it))).toEqual([])
    expect(answer.platform.apps.map(({ name }) => name)).toEqual(['shop'])
  })

  test('where the cluster itself may not be seen, its parts are asked for all the same', async () => {
    const but = ['eks:DescribeCluster', 'eks:ListNodegroups', 'ec2:DescribeSubnets', 'eks:DescribeAddonVersions']
    const { missing, of, answer } = await preflown(whoOnlyReads(world, but).activities)
    expect(missing).toEqual(['cluster', 'network tags', 'node groups', 'versions of add-ons'])
    expect(of('cluster')?.message).toContain('nothing else of it could be judged')
    expect([answer.from, answer.to, answer.platform.apps]).toEqual(['unknown', '1.36', []])
  })

  test('where clusters may not be listed, blue is the one that the file names', async () => {
    const { activities } = whoOnlyReads(world, ['eks:ListClusters'])
    expect((await preflown(activities)).missing).toEqual(['clusters'])
    const named = await preflown(activities, aSmallFile(`blue: ${scope.blue}\n`))
    expect([named.missing, named.answer.from]).toEqual([['clusters'], '1.35'])
  })

  test('what a preflight is for is said where nobody may see what blue is; a schedule starts nothing by that', async () => {
    const { activities } = whoOnlyReads(world, ['eks:DescribeCluster'])
    const { answer } = await driven(activities.foresee, { platform: scope.platform, file: request.file })
    expect([answer.from, answer.decision.do]).toEqual(['unknown', 'nothing'])
    expect(answer.decision.because).toEqual([expect.stringContaining('allow the worker eks:DescribeCluster')])
    const scheduled = { platform: scope.platform, file: `${request.file}timeZone: Asia/Tokyo\nschedule: {}\n` }
    const end = await ending(activities.foresee, { ...scheduled, firedAt: '2026-11-24T01:00:00.000Z' })
    expect(end.type).toBe('Denied')
  })
})

describe('inside of it', () => {
  test('each is a finding with its rule, all at once; what they tell of is not judged', async () => {
    granting()
    const { missing: none, answer: all } = await preflown()
    expect([none, all.platform.apps.map(({ name }) => name)]).toEqual([[], ['shop']])
    granting(['services', 'secrets', 'poddisruptionbudgets', 'serviceaccounts'])
    const { missing, of, others, answer } = await preflown()
    expect(missing).toEqual(['poddisruptionbudgets.policy', 'secrets', 'serviceaccounts', 'services'])
    expect(of('services')).toMatchObject({
      level: 'blocker',
      message: expect.stringMatching(/no app was judged: .*services is forbidden/),
      remedy: expect.stringContaining('apiGroups: [""], resources: [services], verbs: [list]'),
    })
    expect(answer.platform.apps).toEqual([])
    expect(others.filter((it) => /shop|no-apps|not-claimed/.test(it))).toEqual([])
  })

  test('what adds to an app leaves it judged', async () => {
    granting(['secrets', 'poddisruptionbudgets'])
    const { missing, answer } = await preflown()
    expect(missing).toEqual(['poddisruptionbudgets.policy', 'secrets'])
    expect(answer.platform.apps.map(({ name }) => name)).toEqual(['shop'])
  })

  test('where nothing may be read that is told once, and what EKS tells is judged', async () => {
    granting(['*'])
    const { missing, answer } = await preflown()
    expect([missing, answer.from]).toEqual([['everything inside of it'], '1.35'])
  })

  test('whoever is not let in asks for nothing else there', async () => {
    granting(['/version'])
    const blue = world.cluster(scope.blue)
    const before = blue.calls().length
    const { missing, of, answer } = await preflown()
    expect([missing, answer.platform.apps]).toEqual([['access'], []])
    expect(of('access')?.remedy).toContain(`aws eks create-access-entry --cluster-name ${scope.blue}`)
    // What is told as not looked at, by itself, is asked for as ever: nodes, and the pods of the upgrade.
    const asked = blue.calls().slice(before)
    expect(asked.filter(({ path }) => /deployments|secrets|serviceaccounts/.test(path))).toEqual([])
  })
})
