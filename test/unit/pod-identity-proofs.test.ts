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
])('where $says', ({ statements, why }) => {
  const said = notGiven(JSON.stringify({ Version: '2012-10-17', Statement: statements }), blue, green)
  if (why === undefined) expect(said).toBeUndefined()
  else expect([said?.why, said?.never === true]).toEqual([expect.stringContaining(why), !why.includes('lets in')])
})
