import { expect, test } from 'vitest'
import { denied, unreachable } from '../../src/activities/errors.ts'
import type { Proven } from '../../src/activities/outside.ts'
import { seenBy, sightOf } from '../../src/activities/sight.ts'
import { configurationFindings } from '../../src/domain/addon-configuration.ts'
import { amiFindings } from '../../src/domain/amis.ts'
import { blocker, type Finding } from '../../src/domain/findings.ts'
import { templateFindings } from '../../src/domain/launch-templates.ts'
import { looks, ofLook, rightMissing, sayable, type LookName } from '../../src/domain/missing-rights.ts'
import { decide } from '../../src/sandbox/aws/authorization/policy.ts'
import { policyNamed } from '../../src/sandbox/aws/policies.ts'
import { aNodeGroup } from '../support/eks.ts'

/** Whatever preflight asks of AWS goes on where the worker may not, and says so. */

/** Each port's question, with an answer that is there and the one that stands in for it. */
const questions: Readonly<Record<string, readonly [LookName, (world: Proven) => Promise<unknown>, unknown]>> = {
  'eks.addonVersions': ['versions of add-ons', (w) => w.eks.addonVersions('vpc-cni', '1.36'), []],
  'eks.configurationFaults': ['schemas of add-ons', (w) => w.eks.configurationFaults('a', 'v1', '{}'), undefined],
  'eks.identityProviders': ['identity providers', (w) => w.eks.identityProviders('b'), []],
  'eks.podIdentities': ['pod identities', (w) => w.eks.podIdentities('b'), []],
  'network.letInto': ['rules of security groups', (w) => w.network.letInto('sg-1'), []],
  'network.rulesNaming': ['rules of security groups', (w) => w.network.rulesNaming('sg-1'), []],
  'network.tagged': ['network tags', (w) => w.network.tagged('k', 'v'), []],
  'network.zonesOf': ['zones of its node groups', (w) => w.network.zonesOf(['subnet-1']), new Set()],
  'launchTemplates.find': ['launch templates', (w) => w.launchTemplates.find('lt-1', '1'), undefined],
  'compute.images': ['images', (w) => w.compute.images(['ami-1']), []],
  'logs.find': ['log group', (w) => w.logs.find('/aws/eks/b/cluster'), undefined],
  'loadBalancing.rulesForwardingTo': ['listener rules', (w) => w.loadBalancing.rulesForwardingTo(['arn:g']), []],
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
