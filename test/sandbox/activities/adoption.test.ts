import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMINISTRATOR } from '../../../src/domain/access.ts'
import { placeOf } from '../../../src/domain/findings.ts'
import type { EksPort, Ports } from '../../../src/activities/ports.ts'
import { blockers } from '../../../src/domain/plan.ts'
import type { Scope } from '../../../src/domain/platform.ts'
import { leaves, type Step } from '../../../src/domain/steps.ts'
import type { Prepared } from '../../../src/workflows/activities.ts'
import { driven } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { aSmallFile, seedBlue } from '../../support/small-platform.ts'
import { aDeployment, aService, aSmallWorld, call, scope, type SmallWorld } from '../../support/small-world.ts'

/** A green that Terraform made, beside a blue with an app and a platform app: compared, taken over and left again. */

const GREEN = 'terraform-green'
let world: SmallWorld
let isMade = true
/** As EKS tells of a cluster while it makes it; it has no Kubernetes to be asked. */
const slowlyMade = (ports: Ports): Ports => ({
  ...ports,
  eks: (region) => {
    const its = ports.eks(region)
    const findCluster: EksPort['findCluster'] = async (name) => {
      const found = await its.findCluster(name)
      return found && name === GREEN && !isMade ? { ...found, status: 'CREATING' } : found
    }
    return { ...its, findCluster }
  },
  kubernetes: async (region, name) => {
    if (name === GREEN && !isMade) throw new Error('it has no endpoint')
    return ports.kubernetes(region, name)
  },
})
beforeAll(async () => {
  world = await aSmallWorld({ between: slowlyMade })
  await seedBlue(world)
  const blue = world.cluster(scope.blue)
  for (const [name, labels] of [
    ['shop', { app: 'shop', team: 'sre', env: 'test' }],
    ['ingress', {}],
    ['agents', {}],
  ] as const) {
    blue.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
    blue.apply(aDeployment(name, name))
    blue.apply(aService(name, name))
  }
})
afterAll(() => world.stop())

const eks = () => world.theirs.eks(scope.region)
const file = aSmallFile(`green: { adopt: ${GREEN} }
platformApps: { waves: [[ingress, agents]] }
`)
const prepare = (): Promise<Prepared> =>
  driven(
    world.activities.prepare,
    { platform: scope.platform, to: '1.36', by: 'aoki@example.com', file },
    { workflow: { type: 'upgradePlan', id: `upgrade-plan/${scope.platform}/1` } },
  ).then(({ answer }) => answer)
const said = async () => blockers((await prepare()).plan).map((f) => `${f.code} ${placeOf(f)}`)

const seedGreen = (more: { version?: string; labels?: Record<string, string> } = {}) =>
  world.aws.eks.seedCluster({
    name: GREEN,
    version: '1.36',
    nodegroups: [{ name: 'workers', size: 1, min: 1, max: 4, labels: {} }],
    addons: [],
    tags: { terraform: 'true' },
    ...more,
  })

async function run(prepared: Prepared, name: string, way: 'forward' | 'back'): Promise<void> {
  const steps: readonly Step[] = prepared.plan.phases.find((p) => p.name === name)?.[way] ?? []
  const where: Scope = prepared.plan.subject
  for (const step of leaves(steps)) {
    if (step.kind !== 'action') continue
    const activity = world.activities[step.action] as (input: unknown) => Promise<unknown> // each takes its own step's
    await driven(activity, call(step.input as never, { step: step.id, scope: where }))
  }
}

/** All that is on green, as its own API tells it. */
const onGreen = () =>
  JSON.stringify(
    [
      ['v1', 'Namespace'],
      ['v1', 'ConfigMap'],
      ['apps/v1', 'Deployment'],
      ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'],
      ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding'],
    ].map(([apiVersion = '', kind = '']) =>
      world
        .cluster(GREEN)
        .list(apiVersion, kind)
        // A controller's, in its own time.
        .filter((o) => o.metadata.name !== 'kube-root-ca.crt')
        .map((o) => `${o.metadata.namespace ?? ''}/${o.metadata.name} ${o.metadata.uid ?? ''}`)
        .toSorted(),
    ),
  )

test('one that is not there yet stands in the way, and the plan is shown all the same', async () => {
  expect(await said()).toEqual([`adopted-missing ${GREEN}`])
  expect((await prepare()).plan.subject.adopted?.createdAt).toBe('not yet')
})

test('what it lacks is told, and nothing once it is as blue is', async () => {
  await seedGreen()
  await eks().deleteNodegroup(GREEN, 'workers')
  await eventually('it has no nodes', async () => (await eks().nodegroupNames(GREEN)).length === 0)
  world.cluster(GREEN).apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  world.cluster(GREEN).apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ingress' } })
  expect(await said()).toEqual([
    `adopted-nodes ${GREEN} node group general`,
    `adopted-platform-app ${GREEN} platform app ingress`,
    `adopted-namespace ${GREEN} shop`,
  ])

  const blues = await eks().findNodegroup(scope.blue, 'general')
  if (!blues) throw new Error('blue has no nodes')
  await eks().createNodegroup(GREEN, { ...blues, name: 'workers' }, 'ng')
  await eventually('it has nodes', async () => (await eks().findNodegroup(GREEN, 'workers'))?.status === 'ACTIVE')
  world.cluster(GREEN).apply(aDeployment('ingress', 'ingress'))
  const kubernetes = await world.ports.kubernetes(scope.region, GREEN)
  await kubernetes.remove('Namespace', undefined, 'shop')
  await eventually('it is gone', async () => (await kubernetes.find('Namespace', undefined, 'shop')) === undefined)
  expect(await said()).toEqual([])
  expect((await prepare()).twin.map((p) => p.part)).toEqual([`cluster ${GREEN}`, 'node group general'])
})

test('whom blue’s ConfigMap lets in, what its nodes start from, and tags are compared, and green is left as it is', async () => {
  const Dev = 'arn:aws:iam::123456789012:role/Dev'
  const auth = (name: string, ...roles: readonly string[]) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'kube-system', name },
    data: { mapRoles: roles.map((arn) => `- rolearn: ${arn}\n  groups: [dev]\n`).join('') },
  })
  const group = async (cluster: string, name: string, KeyName: string, tags: Record<string, string>) => {
    const template = { name: `${cluster}-batch`, settings: { KeyName }, tags: {} }
    await world.theirs.launchTemplates(scope.region).create(template, template.name)
    const like = await eks().findNodegroup(scope.blue, 'general')
    if (!like) throw new Error('blue has no nodes')
    const { diskSize: _, ...its } = like
    const made = { ...its, name, labels: { pool: 'batch' }, launchTemplate: `${template.name}:1`, tags }
    await eks().createNodegroup(cluster, made, `${cluster}-batch`)
    await eventually(name, async () => (await eks().findNodegroup(cluster, name))?.status === 'ACTIVE')
  }
  const differing = async () =>
    (await prepare()).plan.findings
      .filter((f) => f.code.startsWith('adopted-'))
      .map((f) => `${f.code} ${placeOf(f)}: ${f.message}`)
  const sameAsEver = await differing()
  const [its, calls] = [onGreen(), world.aws.calls().length]
  world.cluster(scope.blue).apply(auth('aws-auth', Dev))
  await group(scope.blue, 'batch', 'ops', { cost: '42' })
  await group(GREEN, 'jobs', 'others', {})
  const added = (await differing()).filter((line) => !sameAsEver.includes(line))
  expect(added.toSorted()).toEqual([
    `adopted-access ${GREEN} aws-auth ${Dev}: blue lets it in by its aws-auth ConfigMap (group dev); green does not`,
    `adopted-differs ${GREEN} node group batch launchTemplate.KeyName: blue has ops, green has others`,
    `adopted-differs ${GREEN} node group batch tags: blue has cost=42, green has nothing`,
  ])
  // To compare is to read: what was written here is what this test wrote.
  const { sessionArn } = world.aws.identity
  const asked = world.aws
    .calls()
    .slice(calls)
    .flatMap(({ by, operation }) => (by === sessionArn ? [operation] : []))
  expect(asked).toContain('DescribeLaunchTemplateVersions')
  expect(asked.filter((operation) => !/^(Describe|List|Get|Start)/.test(operation))).toEqual([])
  expect(onGreen()).toBe(its)
  const dev = { principalArn: Dev, type: 'STANDARD', groups: ['dev'], policies: [], tags: {} }
  await eks().createAccessEntry(GREEN, dev, 'dev')
  await eks().deleteNodegroup(scope.blue, 'batch')
  await eks().deleteNodegroup(GREEN, 'jobs')
  await eventually('they are gone', async () =>
    [...(await eks().nodegroupNames(scope.blue)), ...(await eks().nodegroupNames(GREEN))].every(
      (n) => !/batch|jobs/.test(n),
    ),
  )
  expect(await differing()).toEqual(sameAsEver)
})

test('while it is being made, that is all that is said of it', async () => {
  isMade = false
  expect(await said()).toEqual([`cluster-not-active ${GREEN}`])
  expect((await prepare()).plan.subject.adopted?.createdAt).not.toBe('not yet')
  isMade = true
})

test('tags of blue’s network are asked for, and so is what others have brought that deletes blue’s records', async () => {
  const tag = `kubernetes.io/cluster/${scope.blue}`
  world.aws.subnets.tag('subnet-0a1a1a1a1a1a1a1a1', { [tag]: 'shared' })
  const dns = aDeployment('dns', 'ingress')
  const image = 'registry.k8s.io/external-dns/external-dns:v0.19.0'
  const template = { metadata: { labels: { app: 'dns' } }, spec: { containers: [{ name: 'it', image }] } }
  const spec = { ...dns.spec, template }
  world.cluster(scope.blue).apply({ ...dns, spec })
  world.cluster(GREEN).apply({ ...dns, metadata: { ...dns.metadata, name: 'dns-public' }, spec })
  const { plan } = await prepare()
  expect(plan.findings.filter((f) => /^dns|^network/.test(f.code)).map((f) => `${f.code} ${f.about}`)).toEqual([
    `network-tag ${tag}`,
    'dns-deletes Deployment/ingress/dns-public',
  ])
  expect(plan.findings.map((f) => `${f.code} ${f.about}: ${f.remedy}`)).toContain(
    `names-blue tag ${tag}: not before ${scope.blue} is gone: aws ec2 delete-tags --resources subnet-0a1a1a1a1a1a1a1a1 --tags Key=${tag}`,
  )
  expect(leaves(plan.phases.find((p) => p.name === 'provision')?.forward ?? []).map((s) => s.id)).toContain(
    'network/tags',
  )
  world.aws.subnets.tag('subnet-0a1a1a1a1a1a1a1a1', { [`kubernetes.io/cluster/${GREEN}`]: 'shared' })
  for (const [name, cluster] of [
    ['dns', scope.blue],
    ['dns-public', GREEN],
  ] as const)
    await (await world.ports.kubernetes(scope.region, cluster)).remove('Deployment', 'ingress', name)
})

test('whoever runs the worker has to be let in', async () => {
  const { roleArn } = world.aws.identity
  await eks().disallow(GREEN, roleArn, ADMINISTRATOR)
  expect(await said()).toEqual([`worker-rights ${GREEN}`])
  await eks().allow(GREEN, roleArn, ADMINISTRATOR)
  expect(await said()).toEqual([])
})

test('it is taken over as it is, gets what it lacks, and is left as it was made', async () => {
  const before = onGreen()
  const [inventory, prepared] = [JSON.stringify(world.aws.eks.inventory()), await prepare()]
  await run(prepared, 'provision', 'forward')
  await run(prepared, 'bootstrap', 'forward')
  const own = (kind: 'Namespace' | 'Deployment', namespace: string | undefined, name: string) =>
    world.ports.kubernetes(scope.region, GREEN).then((k) => k.find(kind, namespace, name))
  expect(await own('Deployment', 'agents', 'agents')).toBeDefined()
  expect(await own('Namespace', undefined, 'norikae')).toBeDefined()
  const { activities } = world
  const where = { scope: prepared.plan.subject }
  await driven(activities.raiseFence, call<'raiseFence'>({ namespaces: ['ingress'], on: 'green', closed: [] }, where))

  await run(prepared, 'bootstrap', 'back')
  await run(prepared, 'provision', 'back')
  // A fence without what it asks would deny everything: as long as one stands, all of it does.
  expect(await own('Namespace', undefined, 'norikae')).toBeDefined()
  await driven(activities.removeFence, call<'removeFence'>({ namespaces: ['ingress'], on: 'green' }, where))
  await run(prepared, 'provision', 'back')
  await run(prepared, 'provision', 'back')
  expect(onGreen()).toBe(before)
  expect(JSON.stringify(world.aws.eks.inventory())).toBe(inventory)
})

test('another cluster of its name is no green of this plan: nothing is done to it, and its undo is done', async () => {
  const prepared = await prepare()
  await run(prepared, 'provision', 'forward')
  await eks().deleteNodegroup(GREEN, 'workers')
  await eventually('it has no nodes', async () => (await eks().nodegroupNames(GREEN)).length === 0)
  await eks().deleteCluster(GREEN)
  await eventually('it is gone', async () => (await eks().findCluster(GREEN)) === undefined)
  await seedGreen()
  const before = onGreen()
  for (const name of ['provision', 'bootstrap'])
    await expect(run(prepared, name, 'forward')).rejects.toMatchObject({
      type: 'NotFound',
      message: expect.stringContaining('was left alone') as string,
    })
  await run(prepared, 'bootstrap', 'back')
  await run(prepared, 'provision', 'back')
  expect(onGreen()).toBe(before)
})
