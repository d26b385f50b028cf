import { describe, expect, test } from 'vitest'
import { amiFacts, amiFindings, imagesToKnow, type Booted } from '../../src/domain/amis.ts'
import type { LaunchTemplate } from '../../src/domain/ec2-objects.ts'
import { templateFacts, templateFor } from '../../src/domain/launch-templates.ts'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { leaves } from '../../src/domain/steps.ts'
import { aPlatform, clusterFacts } from '../support/builders.ts'
import { aNodeGroup } from '../support/eks.ts'

const BLUE = 'ami-0b1ce'
const GREEN = 'ami-09ee4'

const template = (more: Partial<LaunchTemplate> = {}): LaunchTemplate => ({
  id: 'lt-1',
  name: 'nodes',
  version: '1',
  settings: {},
  tags: {},
  ...more,
})

const booted = (amiType: string, of: Partial<LaunchTemplate> | undefined, more: Partial<Booted> = {}): Booted => {
  const group = aNodeGroup({ amiType, ...(of && { launchTemplate: 'lt-1:1' }) })
  return {
    nodegroups: [group],
    templates: of ? [{ group, template: template(of) }] : [],
    amis: {},
    from: '1.35',
    to: '1.36',
    ...more,
  }
}
const own = (more: Partial<Booted> = {}, userData?: string): Booted =>
  booted('CUSTOM', { settings: { ImageId: BLUE }, ...(userData !== undefined && { userData }) }, more)
const linux2 = (more: Partial<Booted> = {}, userData?: string): Booted =>
  booted('AL2_x86_64', userData === undefined ? undefined : { userData }, more)

const mapped = { amis: { [BLUE]: GREEN } }
const image = (id: string, architecture = 'arm64', state = 'available') => ({ id, architecture, state })
const both = [image(BLUE), image(GREEN)]
const to2023 = { amis: { AL2_x86_64: 'AL2023_x86_64_STANDARD' } }
const toBottlerocket = { amis: { AL2_x86_64: 'BOTTLEROCKET_x86_64' } }

test.for([
  [
    'an image of one’s own that nobody mapped',
    own(),
    [],
    /^its nodes start from ami-0b1ce, which was built for 1\.35$/,
  ],
  ['one that green has too, at the same version', own({ to: '1.35' }), [], undefined],
  ['one that is mapped', own(mapped), both, undefined],
  ['one that may serve green too', own({ amis: { [BLUE]: BLUE } }), [image(BLUE)], undefined],
  ['one that is mapped to what is not there', own(mapped), [image(BLUE)], /does not see/],
  [
    'one that is mapped to what is not ready',
    own(mapped),
    [image(BLUE), image(GREEN, 'arm64', 'pending')],
    /is pending$/,
  ],
  [
    'one for another processor',
    own(mapped),
    [image(BLUE), image(GREEN, 'x86_64')],
    /is for x86_64; ami-0b1ce is for arm64/,
  ],
  ['one of which blue’s is gone', own(mapped), [image(GREEN)], undefined],
  ['one that no template names', booted('CUSTOM', {}), [], /its launch template names none$/],
  ['one whose template is gone', { ...own(), templates: [] }, [], undefined],
  ['Amazon Linux 2', linux2(), [], /no AL2_x86_64 images for Kubernetes 1\.33/],
  ['Amazon Linux 2 where EKS has it', linux2({ from: '1.31', to: '1.32' }), [], undefined],
  ['Amazon Linux 2 that is mapped', linux2(to2023), [], undefined],
  ['a script for Bottlerocket', linux2(toBottlerocket, '#!/bin/sh'), [], /TOML/],
  ['a script that changes bootstrap.sh', linux2(to2023, 'sed -i s/a/b/ /etc/eks/bootstrap.sh'), [], /does not have$/],
  ['an image that EKS chooses', booted('AL2023_x86_64_STANDARD', {}), [], undefined],
] as const)('%s: what stands in the way', ([, of, known, why]) => {
  const found = amiFindings(of, known).filter((f) => f.level === 'blocker')
  expect(found.map((f) => f.about)).toEqual(why ? ['apps'] : [])
  if (why) expect(found[0]?.message).toMatch(why)
})

test.for([
  [
    'another image whose user data calls bootstrap.sh',
    own(mapped, '/etc/eks/bootstrap.sh demo'),
    ['nodegroup-user-data'],
  ],
  ['the same image', own({ amis: { [BLUE]: BLUE } }, '/etc/eks/bootstrap.sh demo'), []],
  ['a script that runs on AL2023 too', linux2(to2023, '#!/bin/sh'), ['nodegroup-user-data']],
  ['no script', linux2(to2023), []],
  [
    'a line for what blue does not have',
    linux2({ amis: { ...to2023.amis, AL2_ARM_64: 'AL2023_ARM_64_STANDARD' } }),
    ['ami-unused'],
  ],
] as const)('%s: what to see to', ([, of, codes]) => {
  const found = amiFindings(of, both)
  expect(found.map((f) => [f.level, f.code])).toEqual(codes.map((code) => ['warning', code]))
})

describe('a plan', () => {
  test('asks EC2 for images that are named only, and for none where none is mapped', () => {
    expect(imagesToKnow(own(mapped))).toEqual([GREEN, BLUE])
    expect(imagesToKnow(own())).toEqual([])
    expect(imagesToKnow(linux2(to2023))).toEqual([])
  })
  test('names what green’s nodes boot from, and nothing where that is as on blue', () => {
    expect(amiFacts(own(mapped))).toEqual({ images: { apps: GREEN } })
    expect(amiFacts(own({ amis: { [BLUE]: BLUE } }))).toEqual({})
    expect(amiFacts(linux2(to2023))).toEqual({ amiTypes: { apps: 'AL2023_x86_64_STANDARD' } })
    expect(amiFacts(linux2({ from: '1.31', to: '1.32' }))).toEqual({})
  })
  test('makes a template with the other image, which may name blue or not', () => {
    const { templates } = own(mapped)
    const facts = templateFacts({ name: 'toy-1-35' }, 'toy', templates, { apps: GREEN })
    expect(facts).toEqual({ launchTemplates: ['apps'] })
    const planned = { ...clusterFacts, nodeGroups: ['apps', 'old'], ...facts, images: { apps: GREEN } }
    const { phases } = planUpgrade(aPlatform(), { ...planned, amiTypes: { old: 'BOTTLEROCKET_x86_64' } }, [])
    const steps = leaves(phases.find((p) => p.name === 'provision')?.forward ?? [])
    const its = (id: string) => steps.find((step) => step.id === `nodegroup/${id}`)
    expect(its('apps/template')).toMatchObject({ input: { image: GREEN } })
    expect(its('apps/create')).toMatchObject({ input: { template: 'toy-1-36.apps' } })
    expect(its('old/create')).toMatchObject({ input: { amiType: 'BOTTLEROCKET_x86_64' } })
    const [blue, green] = [{ name: 'toy-1-35' }, { name: 'toy-1-36' }]
    const made = { platform: 'toy', run: 'r' }
    const like = template({ settings: { ImageId: BLUE, KeyName: 'toy-1-35' } })
    expect(templateFor('toy-1-36', 'apps', like, { blue, green, made, image: GREEN }).settings).toEqual({
      ImageId: GREEN,
      KeyName: 'toy-1-36',
    })
  })
})
