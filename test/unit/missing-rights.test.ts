import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { denied, unreachable } from '../../src/activities/errors.ts'
import type { Proven } from '../../src/activities/outside.ts'
import type { KubernetesPort } from '../../src/activities/ports.ts'
import { insideSeenBy, seenBy, sightOf } from '../../src/activities/sight.ts'
import { configurationFindings } from '../../src/domain/addon-configuration.ts'
import { amiFindings } from '../../src/domain/amis.ts'
import { blocker, type Finding } from '../../src/domain/findings.ts'
import { kinds, type Kind, type KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { templateFindings } from '../../src/domain/launch-templates.ts'
import { looks, ofLook, rightMissing, sayable, type LookName } from '../../src/domain/missing-rights.ts'
import { insideOfBlue } from '../../src/domain/rights-inside.ts'
import { decide } from '../../src/sandbox/aws/authorization/policy.ts'
import { policyNamed } from '../../src/sandbox/aws/policies.ts'
import { aNodeGroup } from '../support/eks.ts'

/** Whatever preflight asks of AWS goes on where the worker may not, and says so. */

/** Each port's question, with an answer that is there and the one that stands in for it. */
const questions: Readonly<Record<string, readonly [LookName, (world: Proven) => Promise<unknown>, unknown]>> = {
  'eks.findCluster': ['cluster', (w) => w.eks.findCluster('demo-1-35'), undefined],
  'eks.versions': ['versions of Kubernetes', (w) => w.eks.versions(), []],
  'eks.nodegroupNames': ['node groups', (w) => w.eks.nodegroupNames('demo-1-35'), []],
  'eks.findNodegroup': ['node groups', (w) => w.eks.findNodegroup('demo-1-35', 'g'), undefined],
  'eks.addonNames': ['add-ons', (w) => w.eks.addonNames('demo-1-35'), []],
  'eks.findAddon': ['add-ons', (w) => w.eks.findAddon('demo-1-35', 'a'), undefined],
  'eks.principals': ['access entries', (w) => w.eks.principals('demo-1-35'), []],
  'eks.accessEntry': ['access entries', (w) => w.eks.accessEntry('demo-1-35', 'arn:p'), undefined],
  'eks.findAccess': ['access entries', (w) => w.eks.findAccess('demo-1-35', 'arn:p'), undefined],
  'eks.fargateProfileNames': ['Fargate profiles', (w) => w.eks.fargateProfileNames('demo-1-35'), []],
  'eks.findFargateProfile': ['Fargate profiles', (w) => w.eks.findFargateProfile('demo-1-35', 'f'), undefined],
  'eks.capabilities': ['capabilities', (w) => w.eks.capabilities('demo-1-35'), []],
  'eks.addonVersions': ['versions of add-ons', (w) => w.eks.addonVersions('vpc-cni', '1.36'), []],
  'eks.configurationFaults': ['schemas of add-ons', (w) => w.eks.configurationFaults('a', 'v1', '{}'), undefined],
  'eks.identityProviders': ['identity providers', (w) => w.eks.identityProviders('demo-1-35'), []],
  'eks.podIdentities': ['pod identities', (w) => w.eks.podIdentities('demo-1-35'), []],
  'network.letInto': ['rules of security groups', (w) => w.network.letInto('sg-1'), []],
  'network.rulesNaming': ['rules of security groups', (w) => w.network.rulesNaming('sg-1'), []],
  'network.tagged': ['network tags', (w) => w.network.tagged('k', 'v'), []],
  'network.zonesOf': ['zones of its node groups', (w) => w.network.zonesOf(['subnet-1']), new Set()],
  'launchTemplates.find': ['launch templates', (w) => w.launchTemplates.find('lt-1', '1'), undefined],
  'compute.images': ['images', (w) => w.compute.images(['ami-1']), []],
  'logs.find': ['log group', (w) => w.logs.find('/aws/eks/b/cluster'), undefined],
  'loadBalancing.rulesForwardingTo': ['listener rules', (w) => w.loadBalancing.rulesForwardingTo(['arn:g']), []],
  'loadBalancing.pagesBeside': [
    'listener rules',
    (w) => w.loadBalancing.pagesBeside(['arn:r']),
    { inFront: {}, ofNobody: [] },
  ],
  'loadBalancing.tagsOf': ['owners of listener rules', (w) => w.loadBalancing.tagsOf(['arn:r']), {}],
}

/** Whose ports all do the same. */
function aWorld(answer: () => Promise<unknown>): Proven {
  const world: Record<string, Record<string, unknown>> = {}
  for (const [port = '', question = ''] of Object.keys(questions).map((name) => name.split('.')))
    world[port] = { ...world[port], [question]: answer }
  return world as unknown as Proven // all that is asked
}

test.for(Object.entries(questions))('%s', async ([, [name, ask, instead]]) => {
  const [may, mayNot, silent] = [sightOf('demo-1-35'), sightOf('demo-1-35'), sightOf('demo-1-35')]
  expect(
    await ask(
      seenBy(
        may,
        aWorld(async () => 'there'),
      ),
    ),
  ).toBe('there')
  expect(may.findings([])).toEqual([])

  const says = 'you are not authorized (DescribeThings)'
  const closed = seenBy(
    mayNot,
    aWorld(() => Promise.reject(denied(says))),
  )
  for (const _ of [1, 2]) expect(await ask(closed)).toEqual(instead)
  expect(mayNot.findings([])).toEqual([rightMissing(name, 'demo-1-35', says)])

  // Whoever does not answer is asked again.
  const away = seenBy(
    silent,
    aWorld(() => Promise.reject(unreachable('no answer'))),
  )
  await expect(ask(away)).rejects.toMatchObject({ type: 'Unreachable' })
})

test('what may not be seen of a cluster beside blue is told of that cluster, and once where it may not be seen of either', async () => {
  const says = 'you are not authorized'
  const sight = sightOf('demo-1-35')
  const world = (mayNot: (cluster: string) => boolean) => {
    const answer = async (cluster: string) => {
      if (mayNot(cluster)) throw denied(says)
    }
    return seenBy(sight, { eks: { findCluster: answer, addonNames: answer } } as unknown as Proven) // all that is asked
  }
  await world((cluster) => cluster === 'demo-1-36').eks.findCluster('demo-1-35')
  await world((cluster) => cluster === 'demo-1-36').eks.findCluster('demo-1-36')
  expect(sight.isDenied('cluster')).toBe(false)
  expect(sight.hidesApps()).toBe(false)
  const [finding, ...others] = sight.findings([])
  expect(others).toEqual([])
  expect(finding).toMatchObject({ level: 'blocker', code: 'right-missing', about: 'demo-1-36: cluster' })
  expect(finding?.message).toBe(
    `the worker may not look, so nobody knows whether it is there, and whether it has what blue has: ${says}`,
  )

  for (const cluster of ['demo-1-36', 'demo-1-35']) await world(() => true).eks.addonNames(cluster)
  expect(sight.findings([]).map((f) => f.about)).toEqual(['demo-1-35: add-ons', 'demo-1-36: cluster'])
})

const names = Object.keys(looks) as LookName[] // the table's own keys

test.for(names)('what is to be allowed for %s is in deploy/iam/preflight.json', (name) => {
  for (const action of looks[name].asks)
    expect([action, decide([policyNamed('preflight')], { action, resource: '*' }).is]).toEqual([action, 'allowed'])
})

test('a right is told with what is not known, what green would lack, and what to allow', () => {
  expect(rightMissing('launch templates', 'demo-1-35', 'not authorized')).toEqual({
    level: 'blocker',
    code: 'right-missing',
    about: 'demo-1-35: launch templates',
    message:
      'the worker may not look, so nobody knows what its nodes start from, and whether that names blue: green’s node groups cannot be planned: not authorized',
    remedy:
      'allow the worker ec2:DescribeLaunchTemplates and ec2:DescribeLaunchTemplateVersions, as deploy/iam/preflight.json does, and look again',
  })
  expect(rightMissing('log group', 'demo-1-35', '').level).toBe('warning')
})

test('what was not seen is not said to be gone, and all else is told', () => {
  const found = [
    ...['route-unused', 'ami-unused', 'no-apps'].map((code) => blocker(code, 'x', '', '')),
    ofLook('images', blocker('nodegroup-custom-ami', 'unseen', '', '')),
    blocker('nodegroup-custom-ami', 'by the file alone', '', ''),
  ]
  const told = (...missing: LookName[]) => sayable(found, missing).map((f) => `${f.code} ${f.about}`)
  expect(told()).toEqual(found.map((f) => `${f.code} ${f.about}`))
  expect(told('launch templates', 'listener rules')).toEqual([
    'no-apps x',
    'nodegroup-custom-ami unseen',
    'nodegroup-custom-ami by the file alone',
  ])
  expect(told('images')).toEqual([
    'route-unused x',
    'ami-unused x',
    'no-apps x',
    'nodegroup-custom-ami by the file alone',
  ])
  expect(sayable(found, []).flatMap((f) => f.look ?? [])).toEqual([])
})

test('of node groups and add-ons only what the missing look would tell is left out', () => {
  const [custom, plain] = [
    aNodeGroup({ name: 'own', amiType: 'CUSTOM' }),
    aNodeGroup({ name: 'al2', amiType: 'AL2_x86_64' }),
  ]
  const nodegroups = [custom, plain].map((group) => ({ ...group, launchTemplate: 'lt-1:1' }))
  const template = { id: 'lt-1', name: 'nodes', version: '1', settings: { ImageId: 'ami-1' }, tags: {} }
  const booted = (seen: boolean, amis: Readonly<Record<string, string>>) => ({
    nodegroups,
    templates: nodegroups.map((group) => ({ group, template: seen ? template : undefined })),
    amis,
    from: '1.35',
    to: '1.36' as const,
  })
  const codes = (found: readonly Finding[], missing: LookName) => sayable(found, [missing]).map((f) => f.code)
  const unseen = booted(false, { 'ami-1': 'ami-2' })
  const found = [...templateFindings(unseen.templates, 'green'), ...amiFindings(unseen, [])]
  expect(codes(found, 'launch templates')).toEqual(['nodegroup-al2'])
  // Nobody has said what is in its place, wherever that is.
  expect(codes(amiFindings(booted(true, {}), []), 'images')).toEqual(['nodegroup-custom-ami', 'nodegroup-al2'])
  expect(codes(amiFindings(booted(true, { 'ami-1': 'ami-2' }), []), 'images')).toEqual(['nodegroup-al2'])
  const configured = (faults: readonly string[] | undefined) => ({
    addon: { name: 'x', version: 'v1' },
    target: 'v2',
    faults,
  })
  const ofAddons = configurationFindings([configured(undefined), configured(['no'])])
  expect(sayable(ofAddons, ['schemas of add-ons']).map((f) => f.level)).toEqual(['blocker'])
})

describe('inside of blue', () => {
  const refused = { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'x' } }
  /** An API server that refuses lists and reads of these kinds, and has one of each other. */
  function aServer(closed: readonly Kind[], version = async () => '1.35'): KubernetesPort {
    const may = (kind: Kind) => {
      if (closed.includes(kind)) throw denied(`${kind} is forbidden`)
      return refused
    }
    return {
      version,
      list: async (kind: Kind) => [may(kind)],
      find: async (kind: Kind) => may(kind),
      async *pages(kind: Kind) {
        yield [may(kind)]
      },
    } as unknown as KubernetesPort // of the rest nothing is asked
  }
  const all = async (pages: AsyncIterable<readonly KubernetesObject[]>) => (await Array.fromAsync(pages)).flat().length

  test('each read that is refused is told with its rule, and as if nothing were there; all at once', async () => {
    const sight = sightOf('demo-1-35')
    const server = await insideSeenBy(sight, aServer(['Deployment', 'Secret', 'ConfigMap']))
    expect(await server.list('Deployment')).toEqual([])
    expect(await server.list('Service')).toHaveLength(1)
    expect([await all(server.pages('Secret')), await all(server.pages('Job'))]).toEqual([0, 1])
    expect(await server.find('ConfigMap', 'kube-system', 'aws-auth')).toBeUndefined()
    const told = sight.findings([])
    expect(told.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual([
      'blocker right-missing demo-1-35: deployments.apps',
      'blocker right-missing demo-1-35: secrets',
      'blocker right-missing demo-1-35: configmaps',
    ])
    expect(told[0]?.message).toBe(
      'the worker may not list them, so nobody knows what its apps run, and how that would change sides; no app was judged: Deployment is forbidden',
    )
    expect(told[2]?.remedy).toMatch(
      /apiGroups: \[""\], resources: \[configmaps\], verbs: \[get\], as deploy\/rbac\/look\.yaml/,
    )
    expect(sight.hidesApps()).toBe(true)
  })

  test('what only adds to an app leaves the rest of it judged', async () => {
    const sight = sightOf('demo-1-35')
    const server = await insideSeenBy(sight, aServer(['Secret']))
    await all(server.pages('Secret'))
    expect([sight.hidesApps(), sight.findings([]).length]).toEqual([false, 1])
  })

  test('where all of it is refused, that is told once', async () => {
    const sight = sightOf('demo-1-35')
    const server = await insideSeenBy(sight, aServer(['Deployment', 'Service', 'Secret']))
    for (const kind of ['Deployment', 'Service', 'Secret'] as const) await server.list(kind)
    expect(sight.findings([]).map((f) => f.about)).toEqual(['demo-1-35: everything inside of it'])
  })

  test('whoever is not let in asks nothing else, and is told how', async () => {
    const sight = sightOf('demo-1-35')
    const closed = aServer([], async () => Promise.reject(denied('401, it does not know who asks')))
    const server = await insideSeenBy(sight, { ...closed, list: async () => expect.fail('it asked') })
    expect([await server.list('Pod'), await all(server.pages('Pod'))]).toEqual([[], 0])
    const [told, ...others] = sight.findings([])
    expect([told?.about, others, sight.hidesApps()]).toEqual(['demo-1-35: access', [], true])
    expect(told?.remedy).toContain('create-access-entry --cluster-name demo-1-35')
  })

  test('a kind that no table has, and a server that does not answer, end it as ever', async () => {
    const server = await insideSeenBy(sightOf('demo-1-35'), aServer(['Node', 'Deployment']))
    await expect(server.list('Node')).rejects.toMatchObject({ type: 'Denied' })
    const silent = aServer([], async () => Promise.reject(unreachable('no answer')))
    await expect(insideSeenBy(sightOf('demo-1-35'), silent)).rejects.toMatchObject({ type: 'Unreachable' })
  })

  test.for(['look.yaml', 'norikae.yaml'])('what is to be granted is in deploy/rbac/%s', async (file) => {
    const text = await readFile(new URL(`../../deploy/rbac/${file}`, import.meta.url), 'utf8')
    const rules = parseAllDocuments(text).flatMap((d) => (d.toJS() as { rules?: Rule[] }).rules ?? []) // the file is ours
    const missing = Object.entries(insideOfBlue).filter(([kind, { resource }]) => {
      const [group = '', version] = kinds[kind as Kind].split('/')
      const of = version === undefined ? '' : group
      return !rules.some(
        (r) =>
          r.apiGroups.includes(of) && r.resources.includes(resource) && r.verbs.includes('list') && !r.resourceNames,
      )
    })
    expect(missing.map(([kind]) => kind)).toEqual([])
  })
})

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}
