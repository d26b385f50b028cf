import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { PLATFORM_TAG, RUN_TAG } from '../../src/domain/clone.ts'
import { KEPT_TAG } from '../../src/domain/copied-volumes.ts'
import { tagged, tagging } from '../../src/sandbox/aws/authorization/needs.ts'
import { decide, grantsOf, type Need } from '../../src/sandbox/aws/authorization/policy.ts'
import { policyNamed, policyNames } from '../../src/sandbox/aws/policies.ts'

/** What deploy/iam allows where an account has other things of the same kind. That it is enough, all tests of the sandbox show. */

const worker = (['preflight', 'upgrade', 'move'] as const).map(policyNamed)
const arn = (service: string, path: string, account = '1') => `arn:aws:${service}:ap-northeast-1:${account}:${path}`
const eks = (path: string) => arn('eks', path)
const group = arn('elasticloadbalancing', 'targetgroup/web/1')
const issuer = 'arn:aws:iam::1:oidc-provider/oidc.eks.ap-northeast-1.amazonaws.com/id/A'
const ours = { [RUN_TAG]: 'run-1', [PLATFORM_TAG]: 'demo' }

describe('the worker may', () => {
  const may: Readonly<Record<string, Need>> = {
    'make a cluster with the tag of its run': {
      action: 'eks:CreateCluster',
      resource: eks('cluster/green'),
      context: tagging(ours),
    },
    'add to a cluster that a run made': {
      action: 'eks:CreateNodegroup',
      resource: eks('cluster/green'),
      context: { ...tagged(ours), ...tagging(ours) },
    },
    'delete what a run made': {
      action: 'eks:DeleteNodegroup',
      resource: eks('nodegroup/green/apps/1'),
      context: tagged(ours),
    },
    'delete a target group of Norikae’s': {
      action: 'elasticloadbalancing:DeleteTargetGroup',
      resource: group,
      context: tagged(ours),
    },
    'hand EKS a role': {
      action: 'iam:PassRole',
      resource: 'arn:aws:iam::1:role/nodes',
      context: { 'iam:PassedToService': 'eks.amazonaws.com' },
    },
    'say which of its copies are kept': {
      action: 'ec2:CreateTags',
      resource: arn('ec2', 'volume/vol-1'),
      context: { ...tagged(ours), ...tagging({ [KEPT_TAG]: 'x' }) },
    },
    'make the issuer of green known with the tag of its run': {
      action: 'iam:CreateOpenIDConnectProvider',
      resource: issuer,
      context: tagging(ours),
    },
    'let green into a role of pods': { action: 'iam:UpdateAssumeRolePolicy', resource: 'arn:aws:iam::1:role/files' },
    'associate an identity provider with a cluster that a run made': {
      action: 'eks:AssociateIdentityProviderConfig',
      resource: eks('cluster/green'),
      context: { ...tagged(ours), ...tagging(ours) },
    },
    'become who decommissions': { action: 'sts:AssumeRole', resource: 'arn:aws:iam::1:role/norikae-decommission' },
  }
  test.for(Object.entries(may))('%s', ([, need]) => expect(decide(worker, need).is).toBe('allowed'))
})

describe('the worker may not', () => {
  const volume = arn('ec2', 'volume/vol-1')
  const mayNot: Readonly<Record<string, Need>> = {
    'make a cluster without the tag of its run': { action: 'eks:CreateCluster', resource: eks('cluster/green') },
    'add to a cluster of somebody else': {
      action: 'eks:CreateNodegroup',
      resource: eks('cluster/other'),
      context: tagging(ours),
    },
    'delete a cluster that no run made': { action: 'eks:DeleteCluster', resource: eks('cluster/blue') },
    'lift the protection of one': { action: 'eks:UpdateClusterConfig', resource: eks('cluster/blue') },
    'delete node groups that no run made': { action: 'eks:DeleteNodegroup', resource: eks('nodegroup/blue/apps/1') },
    'tag clusters as if a run had made them': {
      action: 'eks:TagResource',
      resource: eks('cluster/blue'),
      context: tagging({ team: 'x' }),
    },
    'delete target groups of others': { action: 'elasticloadbalancing:DeleteTargetGroup', resource: group },
    'hand a role to any service': {
      action: 'iam:PassRole',
      resource: 'arn:aws:iam::1:role/nodes',
      context: { 'iam:PassedToService': 'lambda.amazonaws.com' },
    },
    'delete volumes of others': { action: 'ec2:DeleteVolume', resource: volume },
    'delete snapshots of others': {
      action: 'ec2:DeleteSnapshot',
      resource: 'arn:aws:ec2:ap-northeast-1::snapshot/snap-1',
    },
    'make volumes from snapshots of others': {
      action: 'ec2:CreateVolume',
      resource: 'arn:aws:ec2:ap-northeast-1::snapshot/snap-1',
    },
    'tag volumes of others': { action: 'ec2:CreateTags', resource: volume, context: tagging({ [KEPT_TAG]: 'x' }) },
    'tag its own as it likes': {
      action: 'ec2:CreateTags',
      resource: volume,
      context: { ...tagged(ours), ...tagging({ [KEPT_TAG]: 'x', team: 'y' }) },
    },
    'start instances without a template': { action: 'ec2:RunInstances', resource: arn('ec2', 'instance/*') },
    'delete launch templates of others': {
      action: 'ec2:DeleteLaunchTemplate',
      resource: arn('ec2', 'launch-template/lt-1'),
    },
    'make an issuer known without it': { action: 'iam:CreateOpenIDConnectProvider', resource: issuer },
    'forget issuers that are no cluster’s': {
      action: 'iam:DeleteOpenIDConnectProvider',
      resource: 'arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com',
    },
    'write the trust policy of a role that CloudFormation made': {
      action: 'iam:UpdateAssumeRolePolicy',
      resource: 'arn:aws:iam::1:role/files',
      context: tagged({ 'aws:cloudformation:stack-id': 'arn:aws:cloudformation:ap-northeast-1:1:stack/roles/1' }),
    },
    'change what roles may do': { action: 'iam:PutRolePolicy', resource: 'arn:aws:iam::1:role/files' },
    'associate an identity provider with a cluster of somebody else': {
      action: 'eks:AssociateIdentityProviderConfig',
      resource: eks('cluster/blue'),
      context: tagging(ours),
    },
    'say how long logs of others are kept': {
      action: 'logs:PutRetentionPolicy',
      resource: arn('logs', 'log-group:/aws/lambda/web:log-stream:'),
    },
    'make log groups without the tag of its run': {
      action: 'logs:CreateLogGroup',
      resource: arn('logs', 'log-group:/aws/eks/green/cluster:log-stream:'),
    },
    'delete the log group of a cluster that it did not make': {
      action: 'logs:DeleteLogGroup',
      resource: arn('logs', 'log-group:/aws/eks/blue/cluster:log-stream:'),
    },
    'become anybody else': { action: 'sts:AssumeRole', resource: 'arn:aws:iam::1:role/admin' },
  }
  test.for(Object.entries(mayNot))('%s', ([, need]) => expect(decide(worker, need)).toEqual({ is: 'not allowed' }))
})

test('preflight only reads', () => {
  const actions = grantsOf([policyNamed('preflight')]).map((grant) => grant.split(' ')[1])
  expect(actions.filter((action = '') => !/^[a-z0-9-]+:(Describe|List|Get)[A-Za-z0-9]+$/.test(action))).toEqual([
    'eks:StartInsightsRefresh', // has EKS look again
  ])
})

test('who decommissions removes, and makes nothing', () => {
  const actions = grantsOf([policyNamed('decommission')]).map((grant) => grant.split(' ')[1])
  expect(actions.filter((action = '') => !/:Delete[A-Za-z]+$/.test(action))).toEqual([
    'eks:UpdateClusterConfig', // lifts a deletion protection
  ])
})

test.for(policyNames)('%s grants each action by its name, each statement has a name, and IAM takes it', (name) => {
  const policy = policyNamed(name)
  expect(grantsOf([policy]).filter((grant) => /[*?]/.test(grant))).toEqual([])
  expect(policy.statements.filter(({ sid }) => !/^[A-Z][A-Za-z]+$/.test(sid))).toEqual([])
  expect(new Set(policy.statements.map(({ sid }) => sid)).size).toBe(policy.statements.length)
  // "The size of each managed policy cannot exceed 6,144 characters", white space not counted.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  const text = readFileSync(new URL(`../../deploy/iam/${name}.json`, import.meta.url), 'utf8')
  expect(text.replaceAll(/\s/g, '').length).toBeLessThan(6_144)
})
