import type { DescribeKeyRequest, DescribeKeyResponse, KeyState } from '@aws-sdk/client-kms'
import type { SandboxAws } from '../types.ts'
import type { Needs } from './authorization/needs.ts'
import type { Need } from './authorization/policy.ts'
import { AwsError } from './errors.ts'
import type { Given, Operations, Serve } from './protocol/operations.ts'

/** The keys that somebody told of, by ARN, each in the state that it was told to be in. They encrypt nothing. */
export class Keys implements Readonly<SandboxAws['keys']> {
  readonly all = new Map<string, KeyState>()
  readonly #users = new Map<string, readonly string[]>()

  set(arn: string, state: KeyState): void {
    this.all.set(arn, state)
  }

  letUse(arn: string, roleArns: readonly string[]): void {
    this.#users.set(arn, roleArns)
  }

  /** What key policies give to those who use a key for resources of AWS. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
  readonly allows = (roleArn: string, { action, resource }: Need): boolean =>
    ['kms:CreateGrant', 'kms:DescribeKey'].includes(action) && (this.#users.get(resource) ?? []).includes(roleArn)
}

export const kmsOperations = ({ all }: Keys) =>
  ({
    /** https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html */
    DescribeKey: (({ KeyId }) => {
      const state = all.get(KeyId)
      if (state === undefined) throw new AwsError('NotFoundException', `Key '${KeyId}' does not exist`)
      return {
        KeyMetadata: { KeyId: KeyId.split('/').at(-1), Arn: KeyId, KeyState: state, Enabled: state === 'Enabled' },
      }
    }) satisfies Serve<DescribeKeyRequest, DescribeKeyResponse>,
  }) satisfies Operations

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html */
export const kmsNeeds = {
  DescribeKey: ({ KeyId }: Given<DescribeKeyRequest>) => [{ action: 'kms:DescribeKey', resource: KeyId }],
} satisfies Needs
