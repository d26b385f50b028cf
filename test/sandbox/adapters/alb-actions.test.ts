import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, test } from 'vitest'
import { actionOf, toAction } from '../../../src/adapters/alb/actions.ts'

test.for<{ says: string; told: Action; targetGroups: { arn: string; weight: number }[] }>([
  {
    says: 'a group by itself',
    told: { Type: 'forward', TargetGroupArn: 'a' },
    targetGroups: [{ arn: 'a', weight: 1 }],
  },
  {
    says: 'a group in both forms counts once',
    told: {
      Type: 'forward',
      TargetGroupArn: 'a',
      ForwardConfig: { TargetGroups: [{ TargetGroupArn: 'a', Weight: 7 }] },
    },
    targetGroups: [{ arn: 'a', weight: 7 }],
  },
  {
    says: 'a weight of zero is zero',
    told: {
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [
          { TargetGroupArn: 'a', Weight: 1 },
          { TargetGroupArn: 'b', Weight: 0 },
        ],
      },
    },
    targetGroups: [
      { arn: 'a', weight: 1 },
      { arn: 'b', weight: 0 },
    ],
  },
])('$says', ({ told, targetGroups }) => {
  expect(actionOf(told)).toMatchObject({ type: 'forward', targetGroups })
})

test.for<{ says: string; action: Action }>([
  {
    says: 'a redirect',
    action: { Type: 'redirect', Order: 1, RedirectConfig: { StatusCode: 'HTTP_301', Host: 'x.test' } },
  },
  { says: 'a fixed answer', action: { Type: 'fixed-response', Order: 2, FixedResponseConfig: { StatusCode: '503' } } },
  {
    says: 'Cognito',
    action: {
      Type: 'authenticate-cognito',
      Order: 1,
      AuthenticateCognitoConfig: { UserPoolArn: 'a', UserPoolClientId: 'b', UserPoolDomain: 'c' },
    },
  },
  {
    says: 'a check of tokens',
    action: { Type: 'jwt-validation', Order: 1, JwtValidationConfig: { JwksEndpoint: 'https://x.test', Issuer: 'x' } },
  },
])('$says goes through as it is', ({ action }) => {
  expect(toAction(actionOf(action))).toEqual(action)
})
