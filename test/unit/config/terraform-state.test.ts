import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatProblems } from '../../../src/config/problem.ts'
import { readState } from '../../../src/config/terraform-state.ts'
import { aResource, aState, SECRET, stateOf } from '../../support/terraform.ts'

const at = { account: '123456789012', region: 'ap-northeast-1' }
const eks = 'arn:aws:eks:ap-northeast-1:123456789012'
const whole = stateOf({ ...at, name: 'b', nodeGroups: ['apps'], roles: ['files'] })
const read = (text: string) => {
  const reading = readState(text, 'eks.tfstate')
  return reading.ok ? reading.stated : formatProblems(reading.problems).split('\n').slice(0, -1)
}

test('of a state addresses and ARNs are kept, and nothing else', () => {
  expect(read(whole)).toEqual([
    { address: 'module.eks.aws_eks_cluster.this[0]', key: `${eks}:cluster/b` },
    {
      address: 'module.eks.module.eks_managed_node_group["apps"].aws_eks_node_group.this[0]',
      key: `${eks}:nodegroup/b/apps`,
    },
    {
      address: 'module.eks.module.eks_managed_node_group["apps"].aws_iam_role.this[0]',
      key: 'arn:aws:iam::123456789012:role/platform/apps-node',
    },
    { address: 'aws_iam_role.files', key: 'arn:aws:iam::123456789012:role/platform/files' },
  ])
  expect(whole).toContain(SECRET)
})

interface Whole {
  readonly version: number
  readonly resources: readonly {
    readonly mode: string
    readonly type: string
    readonly name: string
    readonly module?: string
    readonly instances: readonly { readonly index_key?: number; readonly attributes: { id?: string; arn?: string } }[]
  }[]
}

/** What the how-to keeps of a state with jq, which writes null for what is not there. */
const reduced = (text: string): string => {
  const { version, resources } = JSON.parse(text) as Whole // it is our own
  return JSON.stringify({
    version,
    resources: resources.map(({ mode, type, name, module = null, instances }) => ({
      mode,
      type,
      name,
      module,
      instances: instances.map(({ index_key = null, attributes: { id = null, arn = null } }) => ({
        index_key,
        attributes: { id, arn },
      })),
    })),
  })
}

test('what is kept of it without secrets says the same', () => {
  expect(read(reduced(whole))).toEqual(read(whole))
  expect(reduced(whole)).not.toContain(SECRET)
})

test.for([
  { says: 'alone', instance: {}, address: 'aws_lb_listener_rule.this' },
  { says: 'by number', instance: { index_key: 3 }, address: 'aws_lb_listener_rule.this[3]' },
  { says: 'by key', instance: { index_key: 'a"b' }, address: String.raw`aws_lb_listener_rule.this["a\"b"]` },
  { says: 'by a key like a template', instance: { index_key: '${x}' }, address: 'aws_lb_listener_rule.this["$${x}"]' },
])('an instance is addressed as Terraform does: $says', ({ instance, address }) => {
  const rule = { ...instance, attributes: { arn: 'arn:aws:elasticloadbalancing:r:1:listener-rule/app/x/1/2/3' } }
  expect(read(aState([aResource('aws_lb_listener_rule', [rule])]))).toMatchObject([{ address }])
})

test.for([
  { says: 'its id', attributes: { id: 'Z1_www.example.com_A' } },
  {
    says: 'its whole name, which the id may leave out',
    attributes: { id: 'Z1_www_A', zone_id: 'Z1', fqdn: 'WWW.example.com.', type: 'A' },
  },
])('a record of Route 53, which has no ARN, is known by $says', ({ attributes }) =>
  expect(read(aState([aResource('aws_route53_record', [{ attributes }])]))).toEqual([
    { address: 'aws_route53_record.this', key: 'Z1_www.example.com_A' },
  ]),
)

describe('what is no state is told with its place, and with nothing of it', () => {
  const pull = 'put there what terraform state pull (tofu state pull) writes'
  test.for([
    { says: 'nothing', text: '', gives: [`eks.tfstate:1:1  is no JSON of a state; ${pull}`] },
    { says: 'a text', text: SECRET, gives: [`eks.tfstate:1:1  is no JSON of a state; ${pull}`] },
    { says: 'a list', text: '[1]', gives: [`eks.tfstate:1:1  is no JSON of a state; ${pull}`] },
    {
      says: 'half a file',
      text: `{\n "version": 4,\n "x": "${SECRET}`,
      gives: [expect.stringMatching(/^eks\.tfstate:3:\d+  is no JSON of a state; /)],
    },
    { says: 'another object', text: '{}', gives: [`eks.tfstate:1:1  has no version, and is no state; ${pull}`] },
    {
      says: 'an old version',
      text: '{\n  "version": 3,\n  "modules": []\n}',
      gives: ['eks.tfstate:2:3  version: is not 4, which Terraform 0.12 and later write; apply it with one of them'],
    },
    {
      says: 'what terraform show says',
      text: '{"format_version":"1.0","values":{}}',
      gives: [`eks.tfstate:1:2  format_version: is what terraform show says, and no state; ${pull}`],
    },
    {
      says: 'what OpenTofu encrypted',
      text: '{"serial":1,"lineage":"x","meta":{},"encrypted_data":"x","encryption_version":"v0"}',
      gives: [
        expect.stringMatching(
          /^eks\.tfstate:1:\d+  encrypted_data: is encrypted by OpenTofu; put there what tofu state pull/,
        ),
      ],
    },
    { says: 'no resources', text: '{"version":4}', gives: [`eks.tfstate:1:1  has no list of resources; ${pull}`] },
    {
      says: 'every resource that lacks something, at once',
      text: `{"version":4,"resources":[\n{"mode":"managed","type":"aws_iam_role"},\n  {"mode":"managed","type":"aws_eks_cluster","name":"x","instances":[\n    {"attributes":{"id":"${SECRET}"}}]}]}`,
      gives: [
        'eks.tfstate:2:1  resources[0]: has no name, instances; keep them',
        'eks.tfstate:4:5  resources[1].instances[0]: aws_eks_cluster.x has no arn among its attributes; keep id and arn of each',
      ],
    },
  ])('$says', ({ text, gives }) => {
    const said = read(text)
    expect(said).toEqual(gives)
    expect(JSON.stringify(said)).not.toContain(SECRET)
  })
})

test('what is wrong with a large one is told by path alone: its place would take minutes', () => {
  const large = aState([
    aResource('random_password', [{ attributes: { result: SECRET.repeat(1_000_000) } }]),
    { mode: 'managed', type: 'aws_iam_role' },
  ])
  expect(large.length).toBeGreaterThan(20_000_000)
  expect(read(large)).toEqual(['eks.tfstate:1:1  resources[1]: has no name, instances; keep them'])
})

test('however a state is broken, reading it never throws, and never tells what is in it', () => {
  const says = (text: string) => expect(JSON.stringify(readState(text, 'x'))).not.toContain(SECRET)
  fc.assert(
    // So few that no value gets into the place of another.
    fc.property(fc.nat(whole.length), fc.nat(3), fc.string({ maxLength: 4 }), (from, length, instead) => {
      says(whole.slice(0, from) + instead + whole.slice(from + length))
      says(whole.slice(0, from) + instead)
    }),
    { numRuns: 200 },
  )
})
