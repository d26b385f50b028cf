import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { KEPT_TAG } from '../../src/domain/copied-volumes.ts'
import { RUN_TAG } from '../../src/domain/clone.ts'

/** What the policy allows where an account has other things of the same kind. */

interface Statement {
  readonly Sid: string
  readonly Action: readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}
const { Statement: statements } = JSON.parse(
  readFileSync(new URL('../../deploy/iam-policy.json', import.meta.url), 'utf8'),
) as { Statement: readonly Statement[] }

const writing = statements.filter((s) => s.Action.some((a) => /^ec2:(Create|Delete|Run)/.test(a)))

test('of EC2 only what carries the tag of a run is made or deleted, and tagged while it is made', () => {
  const conditions = writing.map(({ Sid, Condition = {} }) => [Sid, Object.values(Condition).flatMap(Object.keys)])
  expect(Object.fromEntries(conditions)).toEqual({
    MakeTemplatesOfNodes: [`aws:RequestTag/${RUN_TAG}`],
    TagTemplatesAsTheyAreMade: ['ec2:CreateAction'],
    RemoveItsTemplates: [`aws:ResourceTag/${RUN_TAG}`],
    // EKS looks whether who makes a node group from a template may start its nodes, and tag them as the template says.
    // https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
    StartNodesFromTemplates: ['ec2:LaunchTemplate'],
    TagNodesAsTheyAreStarted: ['ec2:CreateAction'],
    // Of any volume: what is copied is somebody else's.
    CopyVolumes: [],
    MakeCopies: [`aws:RequestTag/${RUN_TAG}`],
    MakeCopiesOfItsSnapshots: [`aws:ResourceTag/${RUN_TAG}`],
    TagCopiesAsTheyAreMade: ['ec2:CreateAction'],
    KeepCopies: [`aws:ResourceTag/${RUN_TAG}`, 'aws:TagKeys'],
    RemoveCopies: [`aws:ResourceTag/${RUN_TAG}`],
  })
  const nulls = writing.flatMap(({ Condition = {} }) => Object.values(Condition['Null'] ?? {}))
  expect(nulls.every((value) => value === 'false')).toBe(true)
})

test('of IAM it changes trust policies that no stack owns, and OIDC providers of clusters', () => {
  const changing = statements.filter((s) => s.Action.some((a) => /^iam:(?!Get|List|Pass)/.test(a)))
  expect(changing.map(({ Sid, Resource, Condition }) => [Sid, Resource, Condition])).toEqual([
    [
      'MakeIssuersKnown',
      'arn:aws:iam::*:oidc-provider/oidc.eks.*',
      { Null: { [`aws:RequestTag/${RUN_TAG}`]: 'false' } },
    ],
    // Blue's may be anybody's; nothing in it says of which cluster it is but its name.
    ['ForgetIssuersOfClusters', 'arn:aws:iam::*:oidc-provider/oidc.eks.*', undefined],
    ['LetPodsActAsRoles', 'arn:aws:iam::*:role/*', { Null: { 'aws:ResourceTag/aws:cloudformation:stack-id': 'true' } }],
  ])
})

test('what needs no tag of a run takes volumes only, and adds nothing to them', () => {
  const [copy, tagged, keep] = ['CopyVolumes', 'TagCopiesAsTheyAreMade', 'KeepCopies'].map((sid) =>
    writing.find((s) => s.Sid === sid),
  )
  expect([copy?.Action, copy?.Resource]).toEqual([['ec2:CreateSnapshot'], 'arn:aws:ec2:*:*:volume/*'])
  expect(tagged?.Condition?.['StringEquals']?.['ec2:CreateAction']).toEqual(['CreateSnapshot', 'CreateVolume'])
  expect(keep?.Condition?.['ForAllValues:StringEquals']?.['aws:TagKeys']).toEqual([KEPT_TAG])
})
