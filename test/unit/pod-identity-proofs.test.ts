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
const like = (name: string) => ({ Condition: { StringLike: { 'aws:RequestTag/eks-cluster-name': name } } })
const unlike = (name: string) => ({
  Condition: { StringNotEquals: { 'aws:RequestTag/eks-cluster-name': name } },
})
const byName = (name: string) => ({ Condition: { StringEquals: { 'aws:RequestTag/eks-cluster-name': name } } })

test.for<{ says: string; statements: readonly object[]; why: string | undefined }>([
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
  { says: 'it lets in both by a wildcard', statements: [lets(like('demo-1-3?'))], why: undefined },
  { says: 'it lets in all clusters of a platform', statements: [lets(like('demo-*'))], why: undefined },
  {
    says: 'it lets in blue alone by a wildcard',
    statements: [lets(like('*-1-35'))],
    why: 'its trust policy lets in demo-1-35 and not demo-1-36. To be added to its Statement: [{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"StringLike":{"aws:RequestTag/eks-cluster-name":"demo-1-36"}}}]',
  },
  {
    says: 'it lets in blue alone by a wildcard of an ARN',
    statements: [lets({ Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:eks:*:*:cluster/demo-*-35' } } })],
    why: 'its trust policy lets in demo-1-35 and not demo-1-36',
  },
  {
    says: 'it lets in blue by a wildcard and green by its name',
    statements: [lets(like('*-1-35')), lets(byName('demo-1-36'))],
    why: undefined,
  },
  {
    says: 'it lets in green for another namespace than blue',
    statements: ['demo-1-35', 'demo-1-36'].map((name) =>
      lets({
        Condition: {
          StringEquals: { 'aws:RequestTag/eks-cluster-name': name, 'aws:RequestTag/kubernetes-namespace': name },
        },
      }),
    ),
    why: 'its trust policy lets in demo-1-35 and not demo-1-36',
  },
  {
    says: 'a wildcard means itself where strings have to be equal',
    statements: [lets(byName('demo-*'))],
    why: 'its trust policy lets in pods of other clusters only',
  },
  {
    says: 'it lets in all and denies whoever is not blue',
    statements: [lets(), lets({ Effect: 'Deny', ...unlike('demo-1-35') })],
    why: 'its trust policy denies demo-1-36 and not demo-1-35: add it to the values of that condition',
  },
  {
    says: 'it lets in all and denies whoever is neither',
    statements: [
      lets(),
      lets({ Effect: 'Deny', Condition: { StringNotLike: { 'aws:RequestTag/eks-cluster-name': 'demo-*' } } }),
    ],
    why: undefined,
  },
  {
    says: 'it lets in all and denies a cluster of before',
    statements: [lets(), lets({ Effect: 'Deny', ...byName('demo-1-34') })],
    why: undefined,
  },
  {
    says: 'it lets in all and denies some of whoever is not blue',
    statements: [
      lets(),
      lets({
        Effect: 'Deny',
        Condition: { ...unlike('demo-1-35').Condition, StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'a' } },
      }),
    ],
    why: 'its trust policy denies by cluster',
  },
  {
    says: 'it lets in all and denies both',
    statements: [lets(), lets({ Effect: 'Deny', ...unlike('demo-1-34') })],
    why: 'its trust policy denies by cluster',
  },
  {
    says: 'it lets in whoever is not of before',
    statements: [lets(unlike('demo-1-34'))],
    why: 'its trust policy asks for the cluster by a condition that is not plain',
  },
  {
    says: 'it lets in all, and denies somebody',
    statements: [
      lets(),
      lets({ Effect: 'Deny', Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'kube-system' } } }),
    ],
    why: undefined,
  },
  {
    says: 'it denies',
    statements: [lets({ Effect: 'Deny' })],
    why: 'its trust policy does not let pods.eks.amazonaws.com do sts:AssumeRole and sts:TagSession',
  },
])('where $says', ({ statements, why }) => {
  const said = notGiven(JSON.stringify({ Version: '2012-10-17', Statement: statements }), blue, green)
  if (why === undefined) expect(said).toBeUndefined()
  else
    expect([said?.why, said?.is]).toEqual([
      expect.stringContaining(why),
      why.includes('and not') ? undefined : /denies by|not plain/.test(why) ? 'unsure' : 'never',
    ])
})
