import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  lengthOf,
  namesCluster,
  trustPolicy,
  withGreen,
  withoutCluster,
  type TrustPolicy,
} from '../../src/domain/role-trust.ts'
import { hostOf, type Issuing, type TrustStatement } from '../../src/domain/trust-statements.ts'

const issuing = (name: string, id: string): Issuing & { oidcIssuer: string } => ({
  name,
  arn: `arn:aws:eks:ap-northeast-1:123456789012:cluster/${name}`,
  oidcIssuer: `https://oidc.eks.ap-northeast-1.amazonaws.com/id/${id.repeat(32)}`,
})
const blue = issuing('demo-1-35', 'B')
const green = issuing('demo-1-36', 'C')
const other = issuing('staging-1-35', 'D')

const provider = (of: { oidcIssuer: string }) => `arn:aws:iam::123456789012:oidc-provider/${hostOf(of.oidcIssuer)}`
/** As eksctl and the AWS console write it. */
const irsa = (of: { oidcIssuer: string }, account: string, more: object = {}): TrustStatement => ({
  Effect: 'Allow',
  Principal: { Federated: provider(of) },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: {
    StringEquals: {
      [`${hostOf(of.oidcIssuer)}:sub`]: `system:serviceaccount:files:${account}`,
      [`${hostOf(of.oidcIssuer)}:aud`]: 'sts.amazonaws.com',
    },
  },
  ...more,
})
const policy = (...Statement: TrustStatement[]): TrustPolicy => ({ Version: '2012-10-17', Statement })
const ec2: TrustStatement = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }
const podIdentity = (Condition: TrustStatement['Condition']): TrustStatement => ({
  Effect: 'Allow',
  Principal: { Service: 'pods.eks.amazonaws.com' },
  Action: ['sts:AssumeRole', 'sts:TagSession'],
  ...(Condition && { Condition }),
})
const ROOM = 4096

describe('green is let in as blue is', () => {
  test.for<{ says: string; has: TrustStatement[]; gets: TrustStatement[] }>([
    { says: 'by its own issuer, in principal and conditions', has: [irsa(blue, 'web')], gets: [irsa(green, 'web')] },
    {
      says: 'one statement for each of blue’s',
      has: [irsa(blue, 'web'), ec2, irsa(blue, 'job')],
      gets: [irsa(green, 'web'), irsa(green, 'job')],
    },
    {
      says: 'what refuses whoever is not blue is not copied: both together would refuse everybody',
      has: [
        podIdentity(undefined),
        { ...podIdentity({ StringNotEquals: { 'aws:RequestTag/eks-cluster-name': blue.name } }), Effect: 'Deny' },
        { ...podIdentity({ ArnNotLike: { 'aws:SourceArn': [blue.arn] } }), Effect: 'Deny' },
      ],
      gets: [],
    },
    {
      says: 'what lets in whoever is not blue lets in green, and its copy would let in blue',
      has: [podIdentity({ StringNotLike: { 'aws:RequestTag/eks-cluster-name': blue.name } })],
      gets: [],
    },
    {
      says: 'an issuer is followed whatever is not to be let in of it',
      has: [irsa(blue, 'web', { Condition: { StringNotEquals: { [`${hostOf(blue.oidcIssuer)}:sub`]: 'x' } } })],
      gets: [irsa(green, 'web', { Condition: { StringNotEquals: { [`${hostOf(green.oidcIssuer)}:sub`]: 'x' } } })],
    },
    {
      says: 'what refuses blue refuses green',
      has: [irsa(blue, 'web', { Effect: 'Deny' })],
      gets: [irsa(green, 'web', { Effect: 'Deny' })],
    },
    { says: 'without blue’s Sid', has: [irsa(blue, 'web', { Sid: 'Mine' })], gets: [irsa(green, 'web')] },
    {
      says: 'alone, where blue shares a statement',
      has: [irsa(blue, 'web', { Principal: { Federated: [provider(other), provider(blue)] } })],
      gets: [irsa(green, 'web')],
    },
    {
      says: 'by the names of its sessions',
      has: [podIdentity({ StringLike: { 'sts:RoleSessionName': [`eks-${blue.name}-*`, `eks-${blue.name}-36-*`] } })],
      gets: [podIdentity({ StringLike: { 'sts:RoleSessionName': [`eks-${green.name}-*`, `eks-${blue.name}-36-*`] } })],
    },
    {
      says: 'by no session that may be of a cluster with a longer name',
      has: [
        podIdentity({ StringLike: { 'sts:RoleSessionName': [`eks-${blue.name}-tools-*`, `eks-${blue.name}-web-*`] } }),
      ],
      gets: [],
    },
    { says: 'not by what lets in others', has: [ec2, irsa(other, 'web'), podIdentity(undefined)], gets: [] },
    {
      says: 'not where somebody has written it',
      has: [irsa(blue, 'web'), irsa(green, 'web', { Sid: 'Theirs' })],
      gets: [],
    },
    {
      says: 'not where somebody lets in more of green',
      has: [
        irsa(blue, 'web'),
        irsa(green, 'web', {
          Condition: {
            StringEquals: {
              [`${hostOf(green.oidcIssuer)}:aud`]: 'sts.amazonaws.com',
              [`${hostOf(green.oidcIssuer)}:sub`]: [
                'system:serviceaccount:files:job',
                'system:serviceaccount:files:web',
              ],
            },
          },
        }),
      ],
      gets: [],
    },
    {
      says: 'by name and ARN, where EKS gives the role',
      has: [
        podIdentity({
          StringEquals: {
            'aws:RequestTag/eks-cluster-name': 'demo-1-35',
            'aws:RequestTag/kubernetes-namespace': 'demo-1-35',
          },
          ArnEquals: { 'aws:SourceArn': blue.arn },
        }),
      ],
      gets: [
        podIdentity({
          StringEquals: {
            'aws:RequestTag/eks-cluster-name': 'demo-1-36',
            'aws:RequestTag/kubernetes-namespace': 'demo-1-35',
          },
          ArnEquals: { 'aws:SourceArn': green.arn },
        }),
      ],
    },
    {
      says: 'not by a name that only begins like blue’s',
      has: [podIdentity({ StringEquals: { 'aws:RequestTag/eks-cluster-name': 'demo-1-35-dr' } })],
      gets: [],
    },
    {
      says: 'not where both names are listed already',
      has: [podIdentity({ StringEquals: { 'aws:RequestTag/eks-cluster-name': ['demo-1-35', 'demo-1-36'] } })],
      gets: [],
    },
  ])('$says', ({ has, gets }) => {
    const { policy: after } = withGreen(policy(...has), blue, green, ROOM)
    const signed = gets.map((statement, n) => ({ Sid: `NorikaeDemo136N${n + 1}`, ...statement }))
    expect(after).toEqual(policy(...has, ...signed))
  })
})

describe('a cluster that is called like other things', () => {
  const prod = issuing('prod', 'B')
  const next = issuing('prod-1-36', 'C')
  const actsFor = (SourceArn: string) =>
    policy({ ...ec2, Condition: { ArnLike: { 'aws:SourceArn': SourceArn, 'aws:PrincipalArn': SourceArn } } })
  const of = 'ap-northeast-1:123456789012'
  test.for<[string, string | undefined]>([
    [`arn:aws:codebuild:${of}:project/prod`, undefined],
    [`arn:aws:codepipeline:${of}:prod`, undefined],
    ['arn:aws:s3:::prod', undefined],
    [`arn:aws:logs:${of}:log-group:/aws/codebuild/prod:*`, undefined],
    [`arn:aws:eks:us-east-1:123456789012:cluster/prod`, undefined],
    [`arn:aws:eks:ap-northeast-1:999999999999:cluster/prod`, undefined],
    [`arn:aws:eks:${of}:fargateprofile/staging/prod/1`, undefined],
    [`arn:aws:eks:${of}:cluster/prod-dr`, undefined],
    [`arn:aws:eks:${of}:cluster/prod`, `arn:aws:eks:${of}:cluster/prod-1-36`],
    [`arn:aws:eks:${of}:fargateprofile/prod/prod/*`, `arn:aws:eks:${of}:fargateprofile/prod-1-36/prod/*`],
    [`arn:aws:eks:*:123456789012:nodegroup/prod/*`, `arn:aws:eks:*:123456789012:nodegroup/prod-1-36/*`],
    [
      `arn:aws:logs:${of}:log-group:/aws/eks/prod/cluster:*`,
      `arn:aws:logs:${of}:log-group:/aws/eks/prod-1-36/cluster:*`,
    ],
  ])('%s is for green %s', ([its, greens]) => {
    const { missing, ofBlue } = withGreen(actsFor(its), prod, next, ROOM)
    expect(missing.map((s) => s.Condition?.['ArnLike'])).toEqual(
      greens === undefined ? [] : [{ 'aws:SourceArn': greens, 'aws:PrincipalArn': its }],
    )
    expect(ofBlue).toBe(missing.length)
    expect(namesCluster(actsFor(its), prod)).toBe(greens !== undefined)
  })
})

test('accounts become one statement only where there is no room for one each, and all of them keep the role', () => {
  const has = policy(...['web', 'job', 'cron'].map((name) => irsa(blue, name)), irsa(blue, 'all', { Action: 'sts:*' }))
  const each = withGreen(has, blue, green, ROOM)
  expect(each.policy.Statement).toHaveLength(8)
  const short = withGreen(has, blue, green, each.length - 1)
  expect(short.policy.Statement).toHaveLength(6)
  expect([each.missing, short.missing].map((m) => m.length)).toEqual([4, 2])
  expect(short.policy.Statement[4]?.Condition?.['StringEquals']?.[`${hostOf(green.oidcIssuer)}:sub`]).toEqual(
    ['web', 'job', 'cron'].map((name) => `system:serviceaccount:files:${name}`),
  )
  expect(withGreen(short.policy, blue, green, ROOM).missing).toEqual([])
})

test('what names two accounts’ keys in two places is not made one', () => {
  const sub = (of: Issuing & { oidcIssuer: string }, value: string) => ({ [`${hostOf(of.oidcIssuer)}:sub`]: value })
  const twice = (name: string) =>
    irsa(blue, name, { Condition: { StringEquals: sub(blue, name), StringLike: sub(blue, '*') } })
  expect(withGreen(policy(twice('a'), twice('b')), blue, green, 10).policy.Statement).toHaveLength(4)
})

test('of a cluster of the same name that was before, nothing is taken for green’s', () => {
  const before = irsa(other, 'web', { Sid: 'NorikaeDemo136N1' })
  const { policy: after } = withGreen(policy(irsa(blue, 'web'), before), blue, green, ROOM)
  expect(after.Statement.map((s) => s.Sid)).toEqual([undefined, 'NorikaeDemo136N1', 'NorikaeDemo136N2'])
})

test.for<{ says: string; has: TrustStatement[]; left: TrustStatement[] | undefined }>([
  {
    says: 'everybody’s statements for it go',
    has: [irsa(blue, 'web'), irsa(green, 'web')],
    left: [irsa(green, 'web')],
  },
  { says: 'others stay', has: [ec2, irsa(other, 'web')], left: [ec2, irsa(other, 'web')] },
  { says: 'nothing is left: nothing is written', has: [irsa(blue, 'web')], left: undefined },
  {
    says: 'of several it alone goes, and the conditions stay',
    has: [irsa(blue, 'web', { Principal: { Federated: [provider(other), provider(blue)], AWS: 'arn' } })],
    left: [irsa(blue, 'web', { Principal: { Federated: [provider(other)], AWS: 'arn' } })],
  },
  {
    says: 'what Norikae wrote for it goes, also by name',
    has: [
      ec2,
      { Sid: 'NorikaeDemo135N1', ...podIdentity({ StringEquals: { 'aws:RequestTag/eks-cluster-name': 'demo-1-35' } }) },
    ],
    left: [ec2],
  },
])('once a cluster is gone: $says', ({ has, left }) => {
  expect(withoutCluster(policy(...has), blue, blue.oidcIssuer)).toEqual(left && policy(...left))
})

test('without an issuer only what Norikae wrote is taken out', () => {
  const theirs = irsa(green, 'web', { Sid: 'Theirs' })
  const own = irsa(green, 'job', { Sid: 'NorikaeDemo136N1' })
  expect(withoutCluster(policy(theirs, own), green)).toEqual(policy(theirs))
})

test('what may be of a later cluster of the same name stays', () => {
  const [ofGone, ofLater, ofName] = [
    irsa(blue, 'web', { Sid: 'NorikaeDemo135N1' }),
    irsa(other, 'web', { Sid: 'NorikaeDemo135N2' }),
    podIdentity({ StringEquals: { 'aws:RequestTag/eks-cluster-name': 'demo-1-35' } }),
  ]
  const its = { ...ofName, Sid: 'NorikaeDemo135N3' }
  const all = policy(ofGone, ofLater, its)
  expect(withoutCluster(all, { name: 'demo-1-35' }, blue.oidcIssuer)).toEqual(policy(ofLater))
  expect(withoutCluster(all, { name: 'demo-1-35', takenSince: true }, blue.oidcIssuer)).toEqual(policy(ofLater, its))
})

test.for<[string, Record<string, string>, Record<string, string>]>([
  ['sessions', { 'sts:RoleSessionName': 'eks-demo-*' }, { 'sts:RoleSessionName': 'eks-demo-?*' }],
  ['a tag', { 'aws:RequestTag/eks-cluster-name': 'demo*' }, { 'aws:RequestTag/eks-cluster-name': 'demo?' }],
  ['an ARN', { 'aws:SourceArn': `${issuing('demo', 'B').arn}*` }, { 'aws:SourceArn': `${issuing('demo', 'B').arn}?` }],
])('what lets in green as it is, by $0, is not written again', ([, has, more]) => {
  const demo = issuing('demo', 'B')
  const next = issuing('demo-1-36', 'C')
  const statement = (of: Record<string, string>) => podIdentity({ StringLike: of })
  expect(withGreen(policy(statement(has)), demo, next, ROOM).missing).toEqual([])
  const others = withGreen(policy(statement(more)), demo, issuing('next', 'C'), ROOM).missing
  expect(others).toHaveLength(1)
})

test('what IAM keeps as no text is read as one', () => {
  const Condition = {
    Bool: { 'aws:MultiFactorAuthPresent': true },
    NumericLessThan: { 'aws:MultiFactorAuthAge': [5, 6] },
  }
  const its = trustPolicy(JSON.stringify({ Statement: [ec2, { ...irsa(blue, 'web'), Condition }] }))
  expect(its.Statement[1]?.Condition).toEqual({
    Bool: { 'aws:MultiFactorAuthPresent': 'true' },
    NumericLessThan: { 'aws:MultiFactorAuthAge': ['5', '6'] },
  })
  expect(withGreen(its, blue, green, ROOM).missing).toHaveLength(1)
})

test('one statement that stands by itself is read as one', () => {
  expect(trustPolicy(JSON.stringify({ Version: '2012-10-17', Statement: ec2 }))).toEqual(policy(ec2))
})

describe('whatever the policy is', () => {
  const account = fc.constantFrom('web', 'job', 'cron', '*')
  const statement = fc.oneof(
    fc.tuple(fc.constantFrom(blue, other), account).map(([of, name]) => irsa(of, name)),
    fc.tuple(account, fc.constantFrom('Allow', 'Deny')).map(([name, Effect]) => irsa(blue, name, { Effect })),
    fc.constant(ec2),
    account.map((name) => podIdentity({ StringLike: { 'aws:RequestTag/eks-cluster-name': [name, 'demo-1-35'] } })),
  )
  const policies = fc.array(statement, { minLength: 1, maxLength: 8 }).map((all) => policy(...all))
  const quotas = fc.constantFrom(1, 1500, 2048, 4096)

  test('a second time adds nothing, and others’ statements stay as they are', () => {
    fc.assert(
      fc.property(policies, quotas, (before, quota) => {
        const once = withGreen(before, blue, green, quota)
        expect(withGreen(once.policy, blue, green, quota)).toEqual({ ...once, missing: [] })
        expect(once.policy.Statement.slice(0, before.Statement.length)).toEqual(before.Statement)
        expect(once.length).toBe(lengthOf(once.policy))
      }),
    )
  })

  test('going back gives the policy that was, with what others have added meanwhile', () => {
    fc.assert(
      fc.property(policies, statement, quotas, (before, more, quota) => {
        const { Statement } = withGreen(before, blue, green, quota).policy
        expect(withoutCluster(policy(...Statement, more), green)).toEqual(policy(...before.Statement, more))
      }),
    )
  })

  test('two clusters that are let in one after the other do not lose each other', () => {
    fc.assert(
      fc.property(policies, (before) => {
        const two = withGreen(withGreen(before, blue, green, ROOM).policy, other, issuing('staging-1-36', 'E'), ROOM)
        expect(withGreen(two.policy, blue, green, ROOM).missing).toEqual([])
      }),
    )
  })

  test('green is let in once blue is gone', () => {
    fc.assert(
      fc.property(policies, quotas, (before, quota) => {
        const { policy: both, ofBlue } = withGreen(before, blue, green, quota)
        const after = withoutCluster(both, blue, blue.oidcIssuer)
        if (ofBlue > 0) expect(after?.Statement.filter((s) => s.Sid?.startsWith('NorikaeDemo136'))).not.toEqual([])
        expect(JSON.stringify(after ?? '')).not.toContain(hostOf(blue.oidcIssuer))
      }),
    )
  })
})
