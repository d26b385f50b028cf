import { expect, test } from 'vitest'
import { notGiven } from '../../src/domain/pod-identity-proofs.ts'

/** Whether EKS gives a role to pods of green as it does to those of blue, by its trust policy. */

const arn = (name: string) => `arn:aws:eks:ap-northeast-1:123456789012:cluster/${name}`
const cluster = (name: string) => ({ name, arn: arn(name), oidcIssuer: `https://oidc.eks.test/id/${name}` })
const [blue, green] = [cluster('demo-1-35'), cluster('demo-1-36')]
const lets = (more: object = {}) => ({
  Effect: 'Allow',
  Principal: { Service: 'pods.eks.amazonaws.com' },
  Action: ['sts:AssumeRole', 'sts:TagSession'],
  ...more,
})
const only = (...arns: string[]) => ({ Condition: { ArnEquals: { 'aws:SourceArn': arns } } })
const byName = (name: string) => ({ Condition: { StringEquals: { 'aws:RequestTag/eks-cluster-name': name } } })

const like = (name: string) => ({ Condition: { StringLike: { 'aws:RequestTag/eks-cluster-name': name } } })
const not = (operator: string, name: string) => ({
  Condition: { [operator]: { 'aws:RequestTag/eks-cluster-name': name } },
})
const inShop = { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'shop' } }

test.for<{
  says: string
  statements: readonly object[]
  why: string | undefined
  is?: 'refused' | 'never' | 'unclear'
}>([
  { says: 'it lets in EKS for all clusters', statements: [lets()], why: undefined },
  { says: 'it lets in everybody', statements: [lets({ Principal: '*', Action: 'sts:*' })], why: undefined },
  {
    says: 'it lets in both by their ARNs',
    statements: [lets(only(arn('demo-1-35'), arn('demo-1-36')))],
    why: undefined,
  },
  {
    says: 'it lets in each by a statement of its own',
    statements: [lets(byName('demo-1-35')), lets(byName('demo-1-36'))],
    why: undefined,
  },
  {
    says: 'it lets in all, and blue once more',
    statements: [lets(), lets(only(arn('demo-1-35')))],
    why: undefined,
  },
  {
    says: 'it lets in all of the account',
    statements: [lets(only('arn:aws:eks:*:123456789012:cluster/*'))],
    why: undefined,
  },
  { says: 'it lets in green alone', statements: [lets(only(arn('demo-1-36')))], why: undefined },
  {
    says: 'blue has it by its issuer too, and green does not',
    statements: [
      lets(),
      {
        Effect: 'Allow',
        Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/oidc.eks.test/id/demo-1-35' },
        Action: 'sts:AssumeRoleWithWebIdentity',
      },
    ],
    why: undefined,
  },
  {
    says: 'it lets in a cluster of before only',
    statements: [lets(only(arn('demo-1-34')))],
    why: 'its trust policy lets in pods of other clusters only',
  },
  {
    says: 'it lets in blue alone by its ARN',
    statements: [lets(only(arn('demo-1-35')))],
    why: 'its trust policy lets in demo-1-35 and not demo-1-36. To be added to its Statement: [',
  },
  {
    says: 'it lets in blue alone by its name',
    statements: [lets(byName('demo-1-35'))],
    why: 'its trust policy lets in demo-1-35 and not demo-1-36',
  },
  {
    says: 'it lets in instances only',
    statements: [lets({ Principal: { Service: 'ec2.amazonaws.com' } })],
    why: 'its trust policy does not let pods.eks.amazonaws.com do sts:AssumeRole and sts:TagSession',
  },
  {
    says: 'it does not let sessions be tagged',
    statements: [lets({ Action: 'sts:AssumeRole' })],
    why: 'its trust policy does not let pods.eks.amazonaws.com do sts:TagSession',
  },
  {
    says: 'it denies',
    statements: [lets({ Effect: 'Deny' })],
    why: 'its trust policy does not let pods.eks.amazonaws.com do sts:AssumeRole and sts:TagSession',
  },
  { says: 'it lets in both by one wildcard', statements: [lets(like('demo-1-3?'))], why: undefined },
  {
    says: 'it lets in each by a wildcard',
    statements: [lets(like('*-35')), lets(like('*-36'))],
    why: undefined,
  },
  {
    says: 'it lets in blue alone by a wildcard',
    statements: [lets(like('*-1-35'))],
    why: 'its trust policy lets in demo-1-35 and not demo-1-36, by StringLike aws:RequestTag/eks-cluster-name *-1-35. To be added there: demo-1-36, or its ARN arn:aws:eks:ap-northeast-1:123456789012:cluster/demo-1-36',
  },
  {
    says: 'it has a wildcard where none is read',
    statements: [lets(byName('demo-*'))],
    why: 'its trust policy lets in pods of other clusters only',
  },
  {
    says: 'it lets in all of another account',
    statements: [lets(only('arn:aws:eks:*:999999999999:cluster/*'))],
    why: 'its trust policy lets in pods of other clusters only',
  },
  {
    says: 'it lets in all but one',
    statements: [lets(not('StringNotEquals', 'demo-1-36'))],
    why: 'whether its trust policy lets in demo-1-35 is up to StringNotEquals aws:RequestTag/eks-cluster-name demo-1-36',
    is: 'unclear',
  },
  {
    says: 'it names a cluster by a variable',
    statements: [lets(like('${aws:PrincipalTag/cluster}'))],
    why: 'whether its trust policy lets in demo-1-35 is up to StringLike',
    is: 'unclear',
  },
  {
    says: 'it denies all but blue',
    statements: [lets(), lets({ Effect: 'Deny', ...not('StringNotEquals', 'demo-1-35') })],
    why: 'whether a Deny of its trust policy is for demo-1-36 is up to StringNotEquals',
    is: 'unclear',
  },
  {
    says: 'it denies green',
    statements: [lets(), lets({ Effect: 'Deny', Action: 'sts:*', ...byName('demo-1-36') })],
    why: 'its trust policy denies it to demo-1-36, by StringEquals aws:RequestTag/eks-cluster-name demo-1-36',
    is: 'refused',
  },
  {
    says: 'it denies green in one namespace',
    statements: [lets(), lets({ Effect: 'Deny', Condition: { ...inShop, ...like('*-36').Condition } })],
    why: 'whether a Deny of its trust policy is for demo-1-36',
    is: 'unclear',
  },
  {
    says: 'it denies all',
    statements: [lets(), { Effect: 'Deny', Principal: '*', NotAction: 'sts:GetCallerIdentity' }],
    why: 'its trust policy denies it to both',
  },
  {
    says: 'it denies blue and others, and all in one namespace',
    statements: [
      lets(),
      lets({ Effect: 'Deny', ...byName('demo-1-35') }),
      lets({ Effect: 'Deny', ...like('demo-0-*') }),
      lets({ Effect: 'Deny', Condition: inShop }),
      lets({ Effect: 'Deny', Action: 'sts:SetSourceIdentity' }),
    ],
    why: undefined,
  },
  {
    says: 'it lets in each, and green in one namespace alone',
    statements: [
      lets(byName('demo-1-35')),
      lets({ Condition: { StringEquals: { ...byName('demo-1-36').Condition.StringEquals, ...inShop.StringEquals } } }),
    ],
    why: 'its trust policy lets in demo-1-35 and not demo-1-36. To be added to its Statement: [',
  },
])('where $says', ({ statements, why, is }) => {
  const said = notGiven(JSON.stringify({ Version: '2012-10-17', Statement: statements }), blue, green)
  if (why === undefined) expect(said).toBeUndefined()
  else
    expect([said?.why, said?.is]).toEqual([
      expect.stringContaining(why),
      is ?? (why.includes('and not') ? 'refused' : 'never'),
    ])
})
