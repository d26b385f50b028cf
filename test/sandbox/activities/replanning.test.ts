import { afterAll, beforeAll, expect, test } from 'vitest'
import { NEXT_RUN, START } from '../../../src/domain/starting.ts'
import { byIssuer, policy } from '../../contract/roles.ts'
import { anApp, anEnvironment, errors } from '../../support/builders.ts'
import { attempted, driven } from '../../support/driven.ts'
import { aSigner, signedBy } from '../../support/signing.ts'
import { aSmallFile, seedBlue } from '../../support/small-platform.ts'
import { aDeployment, aService, aSmallWorld, scope, type SmallWorld } from '../../support/small-world.ts'

let world: SmallWorld
const labels = (app: string) => ({ app, team: 'sre', env: 'test' })
const born = (name: string, app = name) => {
  const blue = world.cluster(scope.blue)
  blue.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: labels(app) } })
  blue.apply(aDeployment('web', name, 2))
  blue.apply(aService('web', name))
}
beforeAll(async () => {
  world = await aSmallWorld()
  await seedBlue(world)
  born('shop')
  world.files.set(scope.platform, aSmallFile())
})
afterAll(() => world.stop())

test('one app of blue is looked for again, and the plan of all others stays as it was', async () => {
  const request = { platform: scope.platform, to: '1.36', by: 'aoki@example.com' }
  const workflow = { type: 'clusterUpgrade', id: `cluster-upgrade/${scope.platform}` }
  const { answer: prepared } = await driven(world.activities.prepare, request, { workflow })
  const replan = async (app: string, plan = prepared.plan) => {
    const order = { app, by: 'baba@example.com', reason: 'new' }
    return (await driven(world.activities.replan, { ...prepared, plan, request, order }, { workflow })).answer
  }
  expect(await replan('shop')).toEqual({ became: 'unchanged', note: 'it is planned as it is on blue' })
  expect(await replan('mail')).toMatchObject({ became: 'refused', note: expect.stringContaining('labelled app=mail') })

  // Another app's trouble is none of this one's, and green is there by now.
  born('mail')
  const issuer = world.aws.eks.issuer(scope.blue) ?? ''
  world.aws.iam.seedRole('mail', policy(byIssuer(issuer, 'mail:web')))
  world.cluster(scope.blue).apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      namespace: 'mail',
      name: 'web',
      annotations: { 'eks.amazonaws.com/role-arn': `arn:aws:iam::${scope.account}:role/mail` },
    },
  })
  born('other')
  world.cluster(scope.blue).apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'attic' } })
  world.cluster(scope.blue).apply(aDeployment('web', 'shop', 3))
  const joins = await replan('mail')
  const next = 'next' in joins ? joins.next : undefined
  expect([joins.became, next?.platform.apps.map((a) => a.name)]).toEqual(['joins', ['mail', 'shop']])
  expect(next?.plan.findings.filter((f) => f.level === 'blocker')).toEqual([])
  expect(next?.plan.findings.map((f) => `${f.code} ${f.about}`)).toEqual(
    expect.arrayContaining(['app-joined mail', 'role-not-planned mail']),
  )
  expect(next?.plan.phases.map((p) => p.name)).toEqual(prepared.plan.phases.map((p) => p.name))
  // Looked for once more it is told once.
  const again = await replan('mail', next?.plan)
  const told = 'next' in again ? again.next.plan.findings.map((f) => `${f.code} ${f.about} ${f.message}`) : []
  expect(told).toEqual(next?.plan.findings.map((f) => `${f.code} ${f.about} ${f.message}`))

  // What stands in the way of it is told, and the plan stays.
  world.files.set(scope.platform, aSmallFile('apps: { mail: { workloads: { worker: { handover: schedule } } } }'))
  expect(await replan('mail')).toMatchObject({
    became: 'refused',
    note: expect.stringContaining('workload-missing mail worker: '),
  })
})

test('plans of one app that are too large for one answer are refused, with what to do', async () => {
  const { answer: prepared } = await driven(
    world.activities.prepare,
    { platform: scope.platform, to: '1.36', by: 'aoki@example.com' },
    { workflow: { type: 'clusterUpgrade', id: `cluster-upgrade/${scope.platform}` } },
  )
  const { apps: _apps, waves: _waves, ...platform } = prepared.platform
  const plans = (environments: number, letters: number) => {
    const green = 'q'.repeat(letters)
    const check = { ...errors, source: { ...errors.source, queries: { blue: 'q', green } } } as const
    const names = Array.from({ length: environments }, (_, n) => `stage-${n}`)
    const of = names.map((name) => anEnvironment(name, { namespaces: ['shop'], checks: [check] }))
    const input = { platform, app: anApp('large', { environments: of }), by: 'aoki@example.com' }
    return attempted(world.activities.planApp, input).catch((error: unknown) => String(error))
  }
  expect(await plans(3, 100_000)).toBe('ready')
  expect(await plans(4, 100_000)).toMatch(
    /the plans of large have 16\d{5} bytes, and 1500000 is the end: divide its workloads over several apps/,
  )
  expect(await plans(1, 140_000)).toMatch(
    /the steps of large stage-0 have 56\d{4} bytes, and 500000 is the end: divide its workloads over several apps/,
  )
})

test('an app of a team whose people have no keys yet is left to the next upgrade', async () => {
  const aoki = aSigner()
  const keyOf = (who: string, n: number) =>
    `${who}: { keys: ["${n === 0 ? aoki.publicKey : `ed25519:${String(n).repeat(64)}`}"] }`
  const signed = (team: string, ...people: string[]) => `trust: signed
people: { ${people.map(keyOf).join(', ')} }
teams: { ${['sre: { approvers: [aoki@example.com, baba@example.com] }', ...(team === '' ? [] : [team])].join(', ')} }
environments: { test: { approval: team } }
`
  const written = (more: string) =>
    aSmallFile()
      .split('\n')
      .filter((line) => !/^(teams|environments):/.test(line))
      .join('\n') + more
  const known = ['aoki@example.com', 'baba@example.com']
  world.files.set(scope.platform, written(signed('', ...known)))
  const workflow = { type: 'clusterUpgrade', id: `cluster-upgrade/${scope.platform}` }
  const unproven = { platform: scope.platform, to: '1.36', by: 'aoki@example.com' }
  await expect(driven(world.activities.prepare, unproven, { workflow })).rejects.toThrow(/^proof-missing: /)
  const proven = signedBy(aoki, { message: START, workflow: workflow.id, run: NEXT_RUN, body: unproven })
  const request = { ...unproven, ...proven }
  const { answer: prepared } = await driven(world.activities.prepare, request, { workflow })

  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'late', labels: { ...labels('late'), team: 'scala' } },
  }
  world.cluster(scope.blue).apply(namespace)
  world.cluster(scope.blue).apply(aDeployment('web', 'late', 2))
  world.files.set(
    scope.platform,
    written(signed('scala: { approvers: [eda@example.com] }', ...known, 'eda@example.com')),
  )
  const order = { app: 'late', by: 'baba@example.com', reason: 'new' }
  const { answer } = await driven(world.activities.replan, { ...prepared, request, order }, { workflow })
  expect(answer).toMatchObject({
    became: 'refused',
    note: expect.stringContaining('nobody-may-approve late test: '),
  })
  expect('note' in answer && answer.note).toMatch(
    /eda@example.com could prove nothing: .* → leave it to the next upgrade/,
  )
})

test('a workload says by its annotation how it changes sides, and moves so when its turn comes', async () => {
  world.files.set(scope.platform, aSmallFile())
  const says = (text: string) => {
    const web = aDeployment('web', 'shop', 2, { annotations: { 'norikae.io/handover': text } })
    const containers = [{ name: 'web', image: 'registry.test/web:1' }]
    const template = { metadata: { labels: { app: 'web' } }, spec: { terminationGracePeriodSeconds: 90, containers } }
    world.cluster(scope.blue).apply({ ...web, spec: { ...web.spec, template } })
  }
  const workflow = { type: 'clusterUpgrade', id: `cluster-upgrade/${scope.platform}` }
  const request = { platform: scope.platform, to: '1.36', by: 'aoki@example.com' }
  const prepared = async () => (await driven(world.activities.prepare, request, { workflow })).answer
  const about = ({ plan }: Awaited<ReturnType<typeof prepared>>) =>
    plan.findings
      .filter((f) => f.about === 'Deployment/shop/web' && f.code !== 'no-readiness-probe')
      .map((f) => `${f.level} ${f.code} ${f.message}`)

  says('{ handover: singleton, downtime: 60 }')
  expect(about(await prepared())).toEqual([
    expect.stringMatching(
      /^blocker handover-unreadable its annotation norikae.io\/handover cannot be taken: downtime: /,
    ),
  ])
  says('{ handover: singleton, downtime: 60s }')
  const planned = await prepared()
  expect(about(planned)).toEqual([
    expect.stringMatching(/^info handover-annotated .*: singleton \(downtime: 60s\)$/),
    expect.stringMatching(/^warning singleton-slow its pods may take 90 s to stop /),
    expect.stringMatching(/^warning singleton-several .*, and 2 of its pods run at once$/),
  ])

  const { apps, waves: _, ...platform } = planned.platform
  const shop = apps.find((a) => a.name === 'shop') ?? anApp('shop')
  const steps = async () => {
    const input = { platform, app: shop, by: 'aoki@example.com' }
    const plans = (await driven(world.activities.planApp, input)).answer
    return JSON.stringify(plans.map((p) => p.phases))
  }
  expect(await steps()).toContain('test/shop/deployment/web/stop-blue')
  says('overlap')
  expect(await steps()).not.toContain('test/shop/deployment/web/stop-blue')
})
