import { describe, expect, test } from 'vitest'
import { hold, type Conditions, type Context } from '../../../src/sandbox/aws/authorization/conditions.ts'
import { arnLike, like } from '../../../src/sandbox/aws/authorization/patterns.ts'
import { decide, grantsOf, policyFrom } from '../../../src/sandbox/aws/authorization/policy.ts'

/** The tables are IAM's documented logic: a policy that passes in the sandbox passes in an account. */

const policy = (...statements: readonly object[]) =>
  policyFrom('p', JSON.stringify({ Version: '2012-10-17', Statement: statements }))

describe('wildcards', () => {
  test.for<[boolean, string, string]>([
    [true, 'a*', 'a'],
    [true, 'a*', 'a/b:c'],
    [true, 'a?c', 'abc'],
    [false, 'a?c', 'ac'],
    [false, 'a.c', 'abc'],
    [true, '*', ''],
  ])('%s: %s is like %s', ([is, pattern, value]) => expect(like(pattern, value)).toBe(is))

  test.for<[boolean, string, string]>([
    [true, '*', 'anything'],
    [true, 'arn:aws:eks:*:*:cluster/blue*', 'arn:aws:eks:ap-northeast-1:1:cluster/blue-1-35'],
    [true, 'arn:aws:ec2:*::snapshot/*', 'arn:aws:ec2:ap-northeast-1::snapshot/snap-1'],
    [false, 'arn:aws:ec2:*::snapshot/*', 'arn:aws:ec2:ap-northeast-1:1:snapshot/snap-1'],
    [false, 'arn:aws:eks:*:cluster/blue', 'arn:aws:eks:ap-northeast-1:1:cluster/blue'],
    [true, 'arn:aws:logs:*:*:log-group:*', 'arn:aws:logs:r:1:log-group:/aws/eks:*'],
    [false, 'arn:aws:iam::*:role/norikae', '*'],
  ])('%s: %s covers %s', ([is, pattern, arn]) => expect(arnLike(pattern, arn)).toBe(is))
})

describe('conditions', () => {
  const context: Context = {
    'aws:RequestTag/team': 'sre',
    'aws:TagKeys': ['team', 'run'],
    'x:secure': 'true',
    'x:arn': 'arn:aws:a:b:c:d/e',
  }
  test.for<[boolean, string, Conditions]>([
    [true, 'none at all', {}],
    [true, 'one of several values', { StringEquals: { 'aws:RequestTag/team': ['php', 'sre'] } }],
    [false, 'values are told apart by case', { StringEquals: { 'aws:RequestTag/team': ['SRE'] } }],
    [true, 'keys are not', { StringEquals: { 'AWS:requesttag/TEAM': ['sre'] } }],
    [true, 'unless the operator says so', { StringEqualsIgnoreCase: { 'aws:RequestTag/team': ['SRE'] } }],
    [false, 'an absent key equals nothing', { StringEquals: { 'aws:ResourceTag/team': ['sre'] } }],
    [true, 'and is not equal to anything', { StringNotEquals: { 'aws:ResourceTag/team': ['sre'] } }],
    [false, 'none of several, negated', { StringNotEquals: { 'aws:RequestTag/team': ['php', 'sre'] } }],
    [true, 'absent and IfExists', { StringEqualsIfExists: { 'aws:ResourceTag/team': ['sre'] } }],
    [false, 'there, another, and IfExists', { StringEqualsIfExists: { 'aws:RequestTag/team': ['php'] } }],
    [true, 'Null false: it is there', { Null: { 'aws:RequestTag/team': ['false'] } }],
    [false, 'Null false: it is not', { Null: { 'aws:ResourceTag/team': ['false'] } }],
    [true, 'Null true: it is not there', { Null: { 'aws:ResourceTag/team': ['true'] } }],
    [true, 'like', { StringLike: { 'aws:RequestTag/team': ['s*'] } }],
    [false, 'not like', { StringNotLike: { 'aws:RequestTag/team': ['s*'] } }],
    [true, 'an ARN', { ArnLike: { 'x:arn': ['arn:aws:*:b:c:d/*'] } }],
    [false, 'an ARN over a colon', { ArnLike: { 'x:arn': ['arn:*:d/e'] } }],
    [false, 'no such ARN', { ArnNotEquals: { 'x:arn': ['arn:aws:a:b:c:d/e'] } }],
    [true, 'a boolean', { Bool: { 'x:secure': ['True'] } }],
    [true, 'all values of a set', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'run', 'more'] } }],
    [false, 'one value of the set too many', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } }],
    [true, 'all values of no set', { 'ForAllValues:StringEquals': { 'aws:None': ['team'] } }],
    [true, 'any value of a set', { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['team'] } }],
    [false, 'any value of no set', { 'ForAnyValue:StringEquals': { 'aws:None': ['team'] } }],
    [false, 'two keys, one fails', { StringEquals: { 'aws:RequestTag/team': ['sre'], 'x:secure': ['false'] } }],
    [false, 'two operators, one fails', { Bool: { 'x:secure': ['true'] }, Null: { 'x:arn': ['true'] } }],
  ])('%s: %s', ([is, , conditions]) => expect(hold(conditions, context)).toBe(is))
})

describe('a policy', () => {
  const need = { action: 'eks:DeleteCluster', resource: 'arn:aws:eks:r:1:cluster/blue' }
  const allow = { Sid: 'A', Effect: 'Allow', Action: ['eks:Delete*', 'eks:deletecluster'], Resource: '*' }
  test('allows what a statement allows, by every action in it that does', () => {
    expect(decide([policy(allow)], need)).toEqual({
      is: 'allowed',
      grants: ['p/A eks:Delete*', 'p/A eks:deletecluster'],
    })
    expect(grantsOf([policy(allow)])).toEqual(['p/A eks:Delete*', 'p/A eks:deletecluster'])
  })
  test.for<[string, object[]]>([
    ['another action', [{ ...allow, Action: 'eks:DeleteAddon' }]],
    ['another resource', [{ ...allow, Resource: 'arn:aws:eks:*:*:cluster/green' }]],
    ['a condition', [{ ...allow, Condition: { Null: { 'aws:ResourceTag/run': 'false' } } }]],
    ['nothing', []],
  ])('does not allow by %s', ([, statements]) => {
    expect(decide([policy(...statements)], need)).toEqual({ is: 'not allowed' })
  })
  test('that denies beats one that allows', () => {
    const deny = { Effect: 'Deny', Action: '*', Resource: 'arn:aws:eks:*:*:cluster/b*' }
    expect(decide([policy(allow), policy(deny)], need)).toEqual({ is: 'denied', by: 'p/1' })
  })
  test.for<[string, object]>([
    ['p/A: NotAction is not understood here', { ...allow, NotAction: 'x' }],
    ['p/A: the operator DateLessThan is not understood here', { ...allow, Condition: { DateLessThan: {} } }],
    ['p/A: the operator NullIfExists is not understood here', { ...allow, Condition: { NullIfExists: {} } }],
    ['p/A: Resource: variables are not understood here', { ...allow, Resource: 'arn:${aws:username}' }],
    ['p/A: Resource is neither a text nor a list of texts', { ...allow, Resource: undefined }],
    ['p/A: Effect is neither Allow nor Deny', { ...allow, Effect: 'allow' }],
  ])('is refused that could not be followed: %s', ([why, statement]) => {
    expect(() => policy(statement)).toThrow(why)
  })
})
