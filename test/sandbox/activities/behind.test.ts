import { afterAll, beforeAll, expect, test } from 'vitest'
import { createActivities } from '../../../src/activities/index.ts'
import { templateName } from '../../../src/domain/launch-templates.ts'
import { byIssuer, policy } from '../../contract/roles.ts'
import { aRoute } from '../../support/a-route.ts'
import { attempted, driven, ending } from '../../support/driven.ts'
import { eventually } from '../../support/eventually.ts'
import { call, scope as two, twoClusters, type TwoClusters } from '../../support/small-world.ts'

/**
 * AWS tells what was written before all that it reads from knows: here every second answer to a question is the one that was
 * given the time before. What is made is asked for again then, and is there once.
 */

const { blue } = two
const green = 'demo-1-36-r2'
const scope = { ...two, green }
const role = (name: string) => `arn:aws:iam::${two.account}:role/${name}`
const people = { principalArn: role('people'), type: 'STANDARD', groups: ['dev'], policies: [], tags: {} }
const version = 'v1.21.2-eksbuild.1'

let world: TwoClusters
const acts = () => world.activities
beforeAll(async () => {
  // Long enough to be seen also on a machine that is busy.
  world = await twoClusters({ aws: { updateMs: 400, deletionMs: 200 } })
  const eks = world.theirs.eks(two.region)
  await eks.createAddon(blue, { name: 'vpc-cni', version, podIdentities: [], tags: {} }, 'cni')
  await eks.createAccessEntry(blue, people, 'people')
  await eks.allow(blue, people.principalArn, 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy')
  await eks.createPodIdentity(blue, { namespace: 'shop', serviceAccount: 'api', roleArn: role('s3'), tags: {} }, 'pi')
  const { clusterSecurityGroupId = '', oidcIssuer = '' } = (await eks.findCluster(blue)) ?? {}
  const settings = { SecurityGroupIds: [clusterSecurityGroupId] }
  await world.theirs
    .launchTemplates(two.region)
    .create({ name: 'apps', settings, userData: blue, tags: {} }, 'template')
  const general = await eks.findNodegroup(blue, 'general')
  if (!general) throw new Error('blue has no nodes')
  const { amiType, nodeRole, subnets, scalingConfig } = general
  const apps = { name: 'apps', amiType, nodeRole, subnets, scalingConfig, instanceTypes: ['m7i.large'] }
  await eks.createNodegroup(
    blue,
    { ...apps, labels: {}, taints: [], settings: {}, launchTemplate: 'apps:1', tags: {} },
    'apps',
  )
  await eventually('its nodes are there', async () => (await eks.findNodegroup(blue, 'apps'))?.status === 'ACTIVE')
  world.aws.iam.seedProvider(oidcIssuer)
  world.aws.iam.seedRole('app', policy(byIssuer(oidcIssuer, 'shop:api')))
  world.faults.readsBehind = true
})
afterAll(() => world.stop())

/** So often was it asked for, of AWS. */
const times = (operation: string) =>
  world.aws.calls().filter((c) => c.operation === operation && c.status === 200).length
const step = (name: string) => ({ scope, step: name })

test('a cluster with all that is on it is made once, and goes', async () => {
  const { createCluster, copyLaunchTemplate, createNodeGroup, installAddon, grantAccess } = acts()
  const of = { cluster: green, like: blue }
  await driven(createCluster, call<'createCluster'>({ ...of, version: '1.36' }, step('cluster')))
  const template = templateName(green, 'apps')
  await driven(copyLaunchTemplate, call<'copyLaunchTemplate'>({ ...of, nodeGroup: 'apps' }, step('template')))
  await driven(createNodeGroup, call<'createNodeGroup'>({ ...of, name: 'general' }, step('general')))
  await driven(createNodeGroup, call<'createNodeGroup'>({ ...of, name: 'apps', template }, step('apps')))
  await driven(installAddon, call<'installAddon'>({ ...of, addon: 'vpc-cni', version }, step('cni')))
  const own = { ...of, principalArn: world.aws.identity.roleArn }
  await driven(grantAccess, call<'grantAccess'>(own, step('own')))
  const { principalArn } = people
  await driven(acts().copyAccessEntry, call<'copyAccessEntry'>({ ...of, principalArn }, step('people')))
  const api = { ...of, namespace: 'shop', serviceAccount: 'api' }
  await driven(acts().copyPodIdentity, call<'copyPodIdentity'>(api, step('api')))
  await driven(acts().createProvider, call<'createProvider'>(of, step('provider')))
  await driven(acts().trustCluster, call<'trustCluster'>({ ...of, roles: ['app'] }, step('trust')))

  const [its, ...more] = world.aws.eks.inventory().filter((it) => it.name === green)
  expect(more).toEqual([])
  expect(its).toMatchObject({
    status: 'ACTIVE',
    nodegroups: [
      { name: 'general', status: 'ACTIVE' },
      { name: 'apps', status: 'ACTIVE' },
    ],
    addons: [{ name: 'vpc-cni', status: 'ACTIVE' }],
  })
  expect(its?.accessEntries).toContain(principalArn)
  world.faults.readsBehind = false
  const { port, templates } = { port: world.ports.eks(two.region), templates: world.ports.launchTemplates(two.region) }
  expect(await port.podIdentities(green)).toHaveLength(1)
  expect(await templates.find(template, '1')).toMatchObject({ name: template })
  const { oidcIssuer = '' } = (await port.findCluster(green)) ?? {}
  const statements = JSON.stringify(world.aws.iam.inventory().trust['app']).split(`${oidcIssuer.slice(8)}:sub`)
  expect(statements).toHaveLength(2)
  world.faults.readsBehind = true
  // Each was asked for again where it was told as not there: that is what is tried here.
  for (const operation of ['CreateCluster', 'CreateNodegroup', 'CreateAddon', 'CreateLaunchTemplate'])
    expect([operation, times(operation) > 1]).toEqual([operation, true])

  const identity = 'made-by-this-run' as const
  // So that they are told as there once more, when they are gone.
  expect(await port.nodegroupNames(green)).toEqual(['general', 'apps'])
  for (const name of ['general', 'apps'])
    await driven(acts().deleteNodeGroup, call<'deleteNodeGroup'>({ cluster: green, name, identity }, step(name)))
  const its2 = { cluster: green, nodeGroup: 'apps', identity }
  await driven(acts().deleteLaunchTemplate, call<'deleteLaunchTemplate'>(its2, step('template')))
  await driven(acts().deleteProvider, call<'deleteProvider'>({ cluster: green }, step('provider')))
  const last = await driven(acts().deleteCluster, call<'deleteCluster'>({ cluster: green, identity }, step('cluster')))
  expect(last.waits[0]).toBe(`node group general of ${green} is going`)
  expect(world.aws.eks.inventory().map((it) => it.name)).not.toContain(green)
})

test('a route is opened, moved and settled', async () => {
  const { route, weights, group } = await aRoute(world)
  await driven(acts().openRoute, call<'openRoute'>({ route }))
  await driven(acts().setWeight, call<'setWeight'>({ route, to: 50, expect: [0] }))
  expect(weights()).toEqual({ blue: 50, green: 50 })
  await driven(acts().setWeight, call<'setWeight'>({ route, to: 0, expect: [50] }))
  await driven(acts().settleRoute, call<'settleRoute'>({ route, on: 'blue' }))
  expect(weights()).toEqual({ blue: 100 })
  expect(group()).toBeUndefined()
})

test('what an access entry may do is written once EKS knows the entry everywhere', async () => {
  world.faults.readsBehind = false
  const { principalArn } = people
  world.faults.fail('eks:AssociateAccessPolicy', { code: 'ResourceNotFoundException', status: 404 }, 2)
  const entry = call<'copyAccessEntry'>({ cluster: two.green, like: blue, principalArn })
  const { waits } = await driven(acts().copyAccessEntry, entry)
  expect(waits.join('\n')).toContain(
    `the access entry of ${principalArn} on ${two.green} is not told alike everywhere yet`,
  )
  expect(world.faults.list()).toEqual([])
})

test('a target group that is in another rule too is somebody else’s to take out', async () => {
  world.faults.readsBehind = false
  const { route, listenerArn, group } = await aRoute(world)
  await driven(acts().openRoute, call<'openRoute'>({ route }))
  const rule = world.aws.elbv2.seedRule(listenerArn, 20, 'other.test', [
    { targetGroupArn: group()?.arn ?? '', weight: 1 },
  ])
  const settle = call<'settleRoute'>({ route, on: 'blue' })
  expect(await ending(acts().settleRoute, settle)).toEqual({
    type: 'Contested',
    message: `rule ${rule} (other.test) forwards to target group ${route.greenTargetGroup}, which is to go: somebody else put it there. Take it out of that rule, then retry`,
  })
})

test('parts of a cluster wait until what others change of it is done', async () => {
  await world.theirs.eks(two.region).setDeletionProtection(two.green, false, 'theirs')
  const asked = call<'installAddon'>({ cluster: two.green, like: blue, addon: 'vpc-cni', version })
  const { waits } = await driven(acts().installAddon, asked)
  expect(waits[0]).toBe(`vpc-cni is asked for once ${two.green} is not UPDATING any more`)
})

test('what a cluster leaves behind is looked for once it is gone, and not while it goes', async () => {
  const eks = world.theirs.eks(two.region)
  const found = await eventually('nothing of it changes', async () => {
    const told = await eks.findCluster(two.green)
    return told?.status === 'ACTIVE' && told
  })
  await eks.deleteNodegroup(two.green, 'general')
  await eventually('it has no nodes', async () => (await eks.nodegroupNames(two.green)).length === 0)
  await eks.deleteCluster(two.green)
  // Told as there once more, and IAM knows no tags of it.
  const told = [found]
  const late = createActivities({
    ...world.outside,
    ports: {
      ...world.ports,
      eks: (region) => {
        const real = world.ports.eks(region)
        return { ...real, findCluster: async (name) => told.shift() ?? real.findCluster(name) }
      },
    },
  })
  world.faults.fail('eks:DeleteCluster', { code: 'AccessDeniedException', status: 403 })
  const remove = call<'deleteCluster'>({ cluster: two.green, identity: 'made-by-this-run' })
  expect(await attempted(late.deleteCluster, remove)).toBe(`${two.green} is going`)
  const { arn, createdAt } = found
  const remains = call<'findRemains'>({ cluster: two.green, identity: { arn, createdAt } })
  const { waits, answer } = await driven(acts().findRemains, remains)
  expect(waits[0]).toBe(`${two.green} is DELETING`)
  expect(answer.note).toContain('left of')
})
