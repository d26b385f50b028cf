import { blocker, type Finding } from './findings.ts'

/**
 * The key that blue encrypts its Secrets with, which green gets too: a control plane that cannot use it is not made, or fails.
 * `state` as KMS names it; undefined: there is no such key. https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
export function keyFindings(arn: string, state: string | undefined): Finding[] {
  if (state === 'Enabled') return []
  return [
    blocker(
      'key-unusable',
      arn,
      state === undefined
        ? "blue encrypts its Secrets with it, and KMS does not have it: green's could not be"
        : `blue encrypts its Secrets with it, and its state is ${state}: green's could not be`,
      remedies[state ?? ''] ?? 'see to it that the key can be used, in KMS',
    ),
  ]
}

const remedies: Readonly<Record<string, string>> = {
  Disabled: 'aws kms enable-key --key-id <it>',
  PendingDeletion:
    'aws kms cancel-key-deletion --key-id <it>, then enable-key: with the key goes all that it encrypted',
}
