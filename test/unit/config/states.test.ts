import { expect, test } from 'vitest'
import { formatProblems } from '../../../src/config/problem.ts'
import { readPlatformFile } from '../../../src/config/read.ts'
import { ownersWith } from '../../../src/config/states.ts'
import { aResource, aState, stateOf } from '../../support/terraform.ts'
import { aPlatformFile, problemsIn } from './a-platform-file.ts'

const at = { account: '123456789012', region: 'ap-northeast-1' }
const owners = (terraform: string) => `${aPlatformFile}owners:\n  terraform: ${terraform}\n`

test.for([
  { says: 'tags', terraform: '{ tags: { ManagedBy: terraform } }', gives: [] },
  { says: 'states', terraform: '{ states: [terraform/eks.tfstate], ignore: [aws_iam_role.files] }', gives: [] },
  {
    says: 'nothing to know it by',
    terraform: '{ at: infra/eks }',
    gives: [
      '27:3  owners.terraform: says nothing to know it by; write tags: { ManagedBy: terraform }, or states: [terraform/eks.tfstate]',
    ],
  },
  {
    says: 'addresses without a state',
    terraform: '{ tags: { a: b }, ignore: [aws_iam_role.files] }',
    gives: [
      '27:32  owners.terraform.ignore: names addresses, which are known by state files alone; write states: [terraform/eks.tfstate] too',
    ],
  },
  ...['/etc/passwd', '../eks.tfstate', 'a/../b', './a', 's3://bucket/key', '.hidden'].map((path) => ({
    says: `the path ${path}`,
    terraform: `{ states: ["${path}"] }`,
    gives: [
      `27:25  owners.terraform.states[0]: "${path}" is not a path of a file beside this one; write one such as terraform/eks.tfstate, without a dot first, and put the file there`,
    ],
  })),
  {
    says: 'the same twice',
    terraform: '{ states: [a.tfstate, a.tfstate] }',
    gives: ['27:36  owners.terraform.states[1]: "a.tfstate" is in this list already; take one of them out'],
  },
  {
    says: 'none',
    terraform: '{ states: [] }',
    gives: ['27:16  owners.terraform.states: names none; write [terraform/eks.tfstate], or leave it out'],
  },
])('a platform file says of Terraform: $says', ({ terraform, gives }) =>
  expect(problemsIn(owners(terraform))).toEqual(gives),
)

const withTexts = (terraform: string, ...texts: readonly (string | undefined)[]) => {
  const file = readPlatformFile(owners(terraform), 'x.yaml')
  if (!file.ok) throw new Error(formatProblems(file.problems))
  const found = texts.map((text, i) => (text === undefined ? undefined : { name: `${i}.tfstate`, text }))
  const read = ownersWith(file.file, found, 'the folder')
  return read.ok ? read.owners : formatProblems(read.problems).split('\n')
}

test('what its states name is known beside what it says', () =>
  expect(
    withTexts(
      '{ tags: { a: b }, at: infra, states: [b.tfstate, c.tfstate], ignore: ["aws_iam_role.*"] }',
      stateOf({ ...at, name: 'b' }),
      stateOf({ ...at, region: 'us-east-1', name: 'c', roles: ['files'] }),
    ),
  ).toEqual({
    terraform: {
      tags: { a: 'b' },
      at: 'infra',
      stated: [
        {
          address: 'module.eks.aws_eks_cluster.this[0]',
          key: 'arn:aws:eks:ap-northeast-1:123456789012:cluster/b',
          state: 'b.tfstate',
        },
        // Of IAM no region is told; the cluster of another region is not blue.
        { address: 'aws_iam_role.files', key: 'arn:aws:iam::123456789012:role/platform/files', state: 'c.tfstate' },
      ],
      ignore: ['aws_iam_role.*'],
    },
  }))

test('what is wrong with any of them is told at once', () =>
  expect(
    withTexts(
      '{ states: [a.tfstate, b.tfstate, c.tfstate], ignore: [x] }',
      undefined,
      '{}',
      stateOf({ ...at, account: '000000000000', name: 'b' }),
    ),
  ).toEqual([
    'x.yaml:27:25  owners.terraform.states[0]: "a.tfstate" is not there; put it into the folder',
    expect.stringMatching(/^1\.tfstate:1:1 {2}has no version, and is no state; /),
    'x.yaml:27:47  owners.terraform.states[2]: "c.tfstate" names nothing of account 123456789012 in ap-northeast-1; write the state that has blue, or leave it out',
    '3 problems; nothing was started',
  ]))

const record = aResource('aws_route53_record', [{ attributes: { id: 'Z1_www.example.com_A' } }])
const foreign = aResource('aws_iam_role', [{ attributes: { arn: 'arn:aws:iam::000000000000:role/x' } }])
test.for([
  { says: 'what names an account, in a state of another one', has: [record, foreign], told: true },
  { says: 'from another account where nothing else is there', has: [record], told: false },
])('records of Route 53 are not $says', ({ has, told }) => {
  const said = withTexts('{ states: [a.tfstate] }', aState(has))
  expect(JSON.stringify(said).includes('names nothing of account')).toBe(told)
})

test('an address that no state has is told', () =>
  expect(
    withTexts('{ states: [a.tfstate], ignore: [aws_iam_role.flies] }', stateOf({ ...at, name: 'b', roles: ['files'] })),
  ).toEqual([
    'x.yaml:27:46  owners.terraform.ignore[0]: no state that is named here has "aws_iam_role.flies"; write it as terraform state list tells it',
    '1 problem; nothing was started',
  ]))
