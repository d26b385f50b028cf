import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Ports } from '../../../src/activities/ports.ts'
import type { UpgradeStatus } from '../../../src/domain/messages.ts'
import { trustPolicy } from '../../../src/domain/role-trust.ts'
import { denied } from '../../../src/activities/errors.ts'
import { requestingActivities } from '../../../src/activities/requesting.ts'
import { roleProofActions } from '../../../src/activities/role-proofs.ts'
import { byIssuer, policy } from '../../contract/roles.ts'
import { attempted, driven, ending } from '../../support/driven.ts'
import { aServiceAccount, call, scope, twoClusters, type TwoClusters } from '../../support/small-world.ts'

/** What others write, asked for whole, waited for and proven; and roles that two workers write at once. */

let world: TwoClusters
beforeAll(async () => {
  world = await twoClusters()
  for (const side of [scope.blue, scope.green]) world.aws.iam.seedProvider(issuerOf(side))
})
afterAll(() => world.stop())

const issuerOf = (cluster: string) => world.aws.eks.issuer(cluster) ?? ''
const OTHER = '999999999999'
const elsewhere = `arn:aws:iam::${OTHER}:role/lake`

const file = (green = scope.green) => `apiVersion: norikae.io/v1
platform: demo
account: "${scope.account}"
region: ${scope.region}
blue: ${scope.blue}
green: { adopt: ${green} }
owners: { terraform: { tags: { ManagedBy: terraform }, at: infra/eks } }
health: { prometheus: { url: http://127.0.0.1:9 } }
teams:
  sre: { approvers: [aoki@example.com, baba@example.com] }
platformTeam: sre
environments:
  production: {}
`

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

const asked = async () => (await driven(world.activities.tellRequested, { platform: 'demo', file: file() })).answer

test('what others’ tools write is asked for whole: applied as it is, the wait for it ends, and nothing is asked for any more', async () => {
  const { iam } = world.aws
  const people = { Effect: 'Allow', Principal: { AWS: scope.account }, Action: 'sts:AssumeRole' }
  const names = Array.from({ length: 12 }, (_, n) => `files-${n + 10}`)
  for (const name of names)
    iam.seedRole(name, policy(people, byIssuer(issuerOf(scope.blue), 'files:web')), { ManagedBy: 'terraform' })
  const wait = call<'awaitTrust'>({ cluster: scope.green, like: scope.blue, roles: names })
  const why = await attempted(world.activities.awaitTrust, wait)
  expect(why).toContain('more: norikae requested demo')
  expect(why).not.toContain(`role ${names.at(-1) ?? ''}:`)
  const { roles, blue, green } = await asked()
  expect([blue, green]).toEqual([scope.blue, scope.green])
  expect(roles.map((it) => [it.role, it.owner])).toEqual(names.map((name) => [name, 'Terraform (infra/eks)']))
  for (const { role, document } of roles) {
    expect(trustPolicy(document ?? '').Statement.slice(0, 1)).toEqual([people])
    await world.theirs.roles(scope.region).setTrust(role, document ?? '')
  }
  const { answer } = await driven(world.activities.awaitTrust, wait)
  expect(answer.note).toBe(`12 roles let in ${scope.green} too`)
  expect((await asked()).roles).toEqual([])
})

test('before green is there, nobody can be told its issuer: it says so, and where to look meanwhile', async () => {
  const request = { platform: 'demo', file: file('demo-1-37') }
  expect(await ending(world.activities.tellRequested, request)).toEqual({
    type: 'NotFound',
    message: expect.stringMatching(/^no green of demo is there yet, .* norikae plan$/) as string,
  })
})

test('an environment waits for roles of other accounts until its own service account gets them', async () => {
  const { aws, blue, green, activities } = world
  const its = ['lake']
  const web = aServiceAccount('lake', 'web', elsewhere)
  for (const side of [blue, green]) {
    side.apply(namespace('lake'))
    side.apply(web)
  }
  aws.iam.seedProviderElsewhere(OTHER, issuerOf(scope.blue))
  const statementFor = (cluster: string) =>
    JSON.parse(JSON.stringify(byIssuer(issuerOf(cluster), 'lake:web')).replaceAll(scope.account, OTHER)) as ReturnType<
      typeof byIssuer
    >
  aws.iam.seedRoleElsewhere(elsewhere, policy(statementFor(scope.blue)))
  const wait = call<'awaitRolesElsewhere'>({ app: 'lake', environment: 'production', namespaces: its, on: 'green' })
  const why = await attempted(activities.awaitRolesElsewhere, wait)
  expect(why).toMatch(new RegExp(`^1 role of other accounts does not let in ${scope.green} yet`))
  // Whoever goes on without it is not asked by the proof again; where no step of its own asked, the proof does.
  const proof = { app: 'lake', environment: 'production', namespaces: its, on: 'green' as const }
  const left = await driven(activities.proveRoles, call<'proveRoles'>({ ...proof, elsewhere: true }))
  expect(left.answer.note).toBe(
    '0 service accounts get their roles on green; without their roles of other accounts, as was said: lake/web',
  )
  expect(await attempted(activities.proveRoles, call<'proveRoles'>(proof))).toContain('lake/web does not get')
  const [role, ...more] = (await asked()).roles
  expect(more).toEqual([])
  expect(role).toMatchObject({ arn: elsewhere, owner: `account ${OTHER}`, isWhole: false })
  expect(why).toContain(role?.missing[0] ?? 'none')
  // The statement alone is not enough: that account knows no provider of green's issuer.
  const both = policy(statementFor(scope.blue), ...trustPolicy(role?.document ?? '').Statement)
  aws.iam.seedRoleElsewhere(elsewhere, both)
  expect(await attempted(activities.awaitRolesElsewhere, wait)).toContain(role?.commands[0] ?? 'none')
  aws.iam.seedProviderElsewhere(OTHER, issuerOf(scope.green))
  const { answer } = await driven(activities.awaitRolesElsewhere, wait)
  expect(answer.note).toBe('what service accounts get of other accounts they get on green (1)')
  // Nobody is asked for what is given.
  expect((await asked()).roles).toEqual([])
  expect((await driven(activities.proveRoles, call<'proveRoles'>(proof))).answer.note).toBe(
    '1 service account gets its role on green',
  )
})

test('what does not get its role of another account on blue either holds up nobody', async () => {
  const { blue, green, activities } = world
  for (const side of [blue, green]) {
    side.apply(namespace('never'))
    side.apply(aServiceAccount('never', 'web', `arn:aws:iam::${OTHER}:role/never`))
  }
  const wait = call<'awaitRolesElsewhere'>({ app: 'n', environment: 'production', namespaces: ['never'], on: 'green' })
  // One look is none: of the other side it is asked a second time.
  const { answer, waits } = await driven(activities.awaitRolesElsewhere, wait)
  expect(waits).toHaveLength(1)
  expect(answer.note).toBe(
    'what service accounts get of other accounts they get on green (0); on neither side: never/web',
  )
})

test('what STS could not find out about blue is no answer, and one answer is none', async () => {
  const { aws, blue, green } = world
  for (const side of [blue, green]) {
    side.apply(namespace('flaky'))
    side.apply(aServiceAccount('flaky', 'web', `arn:aws:iam::${OTHER}:role/flaky`))
  }
  const { ports } = world.outside
  const words = ['InvalidIdentityToken: Couldn’t retrieve verification key', 'Not authorized', undefined]
  const blues = words.map((says) => (says === undefined ? undefined : { says, isSettled: says === 'Not authorized' }))
  let asked = 0
  const roleRefusal: Ports['identity']['roleRefusal'] = (_region, _arn, token) => {
    const { iss } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      readonly iss: string
    }
    if (iss !== aws.eks.issuer(scope.blue)) return Promise.resolve({ says: 'Not authorized', isSettled: true })
    asked += 1
    return Promise.resolve(blues[(asked - 1) % blues.length])
  }
  const own = roleProofActions({ ...world.outside, ports: { ...ports, identity: { ...ports.identity, roleRefusal } } })
  const its = { app: 'f', environment: 'production', namespaces: ['flaky'], on: 'green' as const }
  const some: string[] = []
  await driven(own.awaitRolesElsewhere, call<'awaitRolesElsewhere'>(its), {
    between: (why) => {
      some.push(why)
      if (some.length === 3) throw new Error('enough')
    },
  }).catch(() => undefined)
  expect(some.map((why) => why.includes('1 role of other accounts'))).toEqual([true, true, true])
})

test('what the open upgrade waits for by its plan is told', async () => {
  const run = { awaits: ['sre'], doing: ['wait until others let pods act'] }
  const upgradeStatus = async () => ({ run }) as unknown as UpgradeStatus // all that is looked at
  const { tellRequested } = requestingActivities({ ...world.outside, upgradeStatus })
  const { answer } = await driven(tellRequested, { platform: 'demo', file: file() })
  expect(answer.waits).toEqual(run.doing)
})

test('where the worker may not read roles it says that, and the rest all the same', async () => {
  const { ports } = world.outside
  const refusing: Ports['roles'] = (region) => ({
    ...ports.roles(region),
    all: () => Promise.reject(denied('no iam:ListRoles')),
  })
  const { tellRequested } = requestingActivities({ ...world.outside, ports: { ...ports, roles: refusing } })
  world.blue.apply(namespace('far'))
  world.blue.apply(aServiceAccount('far', 'web', elsewhere))
  const { answer } = await driven(tellRequested, { platform: 'demo', file: file() })
  expect(answer).not.toHaveProperty('waits')
  expect(answer.unread).toEqual([`IAM roles of account ${scope.account}: no iam:ListRoles`])
  expect(answer.roles.map(({ arn }) => arn)).toContain(elsewhere)
})

/** A worker in a process of its own: what keeps two steps of one process apart knows nothing of the other. */
async function worker(between: (write: () => Promise<void>) => Promise<void>) {
  vi.resetModules()
  const { createActivities } = await import('../../../src/activities/index.ts')
  const { ports } = world.outside
  const roles: Ports['roles'] = (region) => {
    const port = ports.roles(region)
    return { ...port, setTrust: (name, document) => between(() => port.setTrust(name, document)) }
  }
  return createActivities({ ...world.outside, ports: { ...ports, roles } })
}

test('two workers that write one role at once lose neither’s statements', async () => {
  const { iam } = world.aws
  const third = 'demo-1-37'
  await world.aws.eks.seedCluster({ name: third, version: '1.36', nodegroups: [], addons: [], tags: {} })
  iam.seedRole('shared', policy(byIssuer(issuerOf(scope.blue), 'files:web')))
  // Both have read it before either writes: who writes last writes over the other.
  const first: (() => void)[] = []
  let writes = 0
  const together = async (write: () => Promise<void>) => {
    writes += 1
    if (writes <= 2)
      await new Promise<void>((go) => {
        first.push(go)
        if (first.length === 2) for (const one of first) one()
      })
    await write()
  }
  const trust = async ({ trustCluster }: Awaited<ReturnType<typeof worker>>, cluster: string) => {
    const input = { cluster, like: scope.blue, roles: ['shared'] }
    // It is not written again before IAM has told everybody what was.
    const between = () => void vi.setSystemTime(Date.now() + 20_000)
    return driven(trustCluster, call<'trustCluster'>(input), { between })
  }
  const [one, other] = [await worker(together), await worker(together)]
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    await Promise.all([trust(one, scope.green), trust(other, third)])
  } finally {
    vi.useRealTimers()
  }
  const written = JSON.stringify(iam.inventory().trust['shared'])
  for (const cluster of [scope.blue, scope.green, third])
    expect([cluster, written.includes(`${issuerOf(cluster).slice(8)}:sub`)]).toEqual([cluster, true])
  expect(writes).toBe(3)
})
