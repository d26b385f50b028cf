import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createActivities } from '../../../src/activities/index.ts'
import { apps, BLUE } from '../../../src/sandbox/seed/apps.ts'
import { seedRecord, seedZone, ZONE } from '../../../src/sandbox/seed/ways.ts'
import { seedBlue, seedPlatform } from '../../../src/sandbox/seed.ts'
import { eventually } from '../../support/eventually.ts'
import { driven, ending } from '../../support/driven.ts'
import { whoOnlyReads } from '../../support/reading.ts'
import { aSmallWorld, scope, type SmallWorld } from '../../support/small-world.ts'

/** A platform file from the sandbox's living blue, which has none of its own here. */

const some = apps
  .filter(({ name }) => ['chat-actor', 'billing', 'mail-sender', 'reports'].includes(name))
  .toSorted((a, b) => a.name.localeCompare(b.name))
const { region } = scope
let world: SmallWorld
let drafted = ''
beforeAll(async () => {
  world = await aSmallWorld()
  await seedBlue(world.aws)
  await seedPlatform(world.aws, world.cluster(BLUE.name), some)
  seedZone(world.aws)
  const host = () =>
    world.aws.elbv2.inventory().loadBalancers.find((b) => b.tags['service.k8s.aws/stack'] === 'billing-production/web')
      ?.host
  await eventually('billing has a load balancer of its own', () => host())
  seedRecord(world.aws, host() ?? '', 60)
})
afterAll(() => world.stop())

test('what is found is written, what is not is guessed, and an upgrade by it would be planned', async () => {
  const { activities, denied } = whoOnlyReads(world)
  const { answer: draft } = await driven(activities.draft, { cluster: BLUE.name, region })
  drafted = draft.text
  const lines = draft.text.split('\n').map((line) => line.replace(/ *#.*/, ''))
  for (const line of [
    'platform: chatwork-prod',
    'account: "123456789012"',
    '  test: {}',
    '  stage: {}',
    '  scala:',
    '  php:',
    `      "billing.chatwork.test": { zone: ${ZONE}, target: Service/billing-production/web }`,
  ])
    expect(lines).toContain(line)
  expect(lines).toContain('    - [fluentd, postfix]')
  expect(draft.guesses).toBeGreaterThan(5)
  const workflow = { type: 'upgradePreflight', id: 'upgrade-preflight/chatwork-prod/1' }
  const request = { platform: draft.platform, to: '1.36', by: 'aoki@example.com', file: draft.text }
  const { answer } = await driven(activities.prepare, request, { workflow })
  expect(answer.platform.apps.map((a) => [a.name, a.environments.map((e) => e.name)])).toEqual(
    some.map((a) => [a.name, ['test', 'stage', 'production']]),
  )
  const routes = answer.platform.apps.flatMap((a) => a.environments.flatMap((e) => e.routes))
  expect(routes).toContainEqual(expect.objectContaining({ kind: 'route53', name: 'billing.chatwork.test', zone: ZONE }))
  expect(answer.plan.findings.filter((f) => f.level === 'blocker')).toEqual([])
  expect(denied()).toEqual([])
})

test('what judges its apps is asked of blue alone, before anything is planned', async () => {
  const { outside } = world
  const query = async (_: string, promql: string) => (promql.includes('5..') ? 0.001 : 0.2)
  const { explainHealth } = createActivities({
    ...outside,
    ports: {
      ...outside.ports,
      metrics: { query, range: async () => [], series: async () => [], answers: async () => true },
    },
  })
  const checks = `  checks:
    errors: { query: 'sum(rate(a{cluster="{cluster}",code=~"5.."}[{window}]))', atMost: 0.02 }
    latency: { query: 'sum(rate(b{cluster="{cluster}"}[{window}]))', timesBlue: 2 }
    own: { cloudwatch: { of: errors }, atMost: 0.02 }
`
  const file = drafted.replace(/^( +prometheus:.*\n)/m, `$1${checks}`)
  const one = { platform: 'chatwork-prod', app: 'chat-actor', environment: 'test', file }
  const { answer } = await driven(explainHealth, one)
  expect(answer).toMatchObject({ app: 'chat-actor', team: 'scala', blue: BLUE.name })
  expect(answer.green).toBeUndefined()
  expect(answer.environments.map((e) => [e.environment, e.judges])).toEqual([['test', 'blue']])
  expect(answer.environments[0]?.checks.map((c) => [c.check, c.blue, c.verdict])).toEqual([
    ['api-server', expect.any(Number), expect.any(String)],
    ['errors', 0.001, 'pass'],
    ['latency', 0.2, 'pass'],
    ['own', null, 'inconclusive'],
    ['ready', expect.any(Number), expect.any(String)],
    ['restarts', 0, 'pass'],
    ['scheduling', expect.toBeOneOf([null, 0, 1]), expect.any(String)],
  ])
  expect((await ending(explainHealth, { ...one, environment: 'nope' })).message).toBe(
    'chat-actor has no environment nope; it has test, stage, production',
  )
  expect((await ending(explainHealth, { ...one, app: 'nope' })).message).toContain(
    'there is no app nope; there is billing, chat-actor',
  )
})

test('deploy/rbac/look.yaml grants all that was asked of blue', async () => {
  const { answer } = await driven(
    world.activities.prepare,
    { platform: 'chatwork-prod', to: '1.36', by: 'aoki@example.com', file: drafted },
    { workflow: { type: 'upgradePreflight', id: 'upgrade-preflight/chatwork-prod/2' } },
  )
  const { apps: its, ...platform } = answer.platform
  await driven(world.activities.outlineApps, { platform, apps: its, steps: true })
  const text = await readFile(new URL('../../../deploy/rbac/look.yaml', import.meta.url), 'utf8')
  const rules = parseAllDocuments(text).flatMap((d) => (d.toJS() as { rules?: Rule[] }).rules ?? []) // the file is ours
  const asked = world
    .cluster(BLUE.name)
    .calls()
    .map(({ path }) => readOf(path))
    .filter((a) => a !== undefined)
  const isGranted = ({ group, resource, name }: Read) =>
    rules.some(
      (r) =>
        r.apiGroups.includes(group) &&
        r.resources.includes(resource) &&
        r.verbs.includes(name === undefined ? 'list' : 'get') &&
        (r.resourceNames === undefined || (name !== undefined && r.resourceNames.includes(name))),
    )
  expect(asked.length).toBeGreaterThan(50)
  // Of kinds that nobody listed, preflight says that it may not look.
  const left = asked.filter(
    (a) =>
      !isGranted(a) &&
      !/^(argoproj\.io|bitnami\.com|gateway\.networking\.k8s\.io|application-networking\.k8s\.aws)$/.test(a.group),
  )
  expect([...new Set(left.map((a) => JSON.stringify(a)))]).toEqual([])
})

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}
interface Read {
  readonly group: string
  readonly resource: string
  readonly name: string | undefined
}

/** What a GET asks for; undefined of what everybody may: which versions and kinds are served. */
function readOf(path: string): Read | undefined {
  const [, group = '', resource, name] =
    /^\/api(?:s\/([^/]+))?\/v[^/]+\/(?:namespaces\/[^/]+\/(?=[^?]))?([^/?]+)(?:\/([^/?]+))?/.exec(path) ?? []
  return resource === undefined ? undefined : { group, resource, name }
}

test('nothing was changed for it', () => {
  const writes = world.aws.calls().filter((c) => !/^(Describe|List|Get|StartInsightsRefresh)/.test(c.operation))
  expect(writes).toEqual([])
  const calls = world.cluster(BLUE.name).calls()
  expect(calls.filter((c) => c.method !== 'GET' && !c.path.includes('selfsubject'))).toEqual([])
})

test.for([
  { cluster: 'nope', region, type: 'NotFound', says: 'there is chatwork-prod-1-35' },
  { cluster: '../x', region, type: 'InvalidInput', says: 'is not the name of an EKS cluster' },
  { cluster: BLUE.name, region: 'tokyo', type: 'InvalidInput', says: 'write it like ap-northeast-1' },
])('$cluster in $region is refused: $says', async ({ type, says, ...request }) => {
  expect(await ending(world.activities.draft, request)).toEqual({ type, message: expect.stringContaining(says) })
})
