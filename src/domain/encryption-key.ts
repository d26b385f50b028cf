import { record, records } from './fields.ts'
import { blocker, type Finding } from './findings.ts'
import type { Templated } from './launch-templates.ts'

/** What a key is for, and what is not so without it. */
interface Use {
  readonly uses: string
  readonly without: string
}

/** A control plane that cannot use it is not made, or fails. */
const SECRETS: Use = { uses: 'blue encrypts its Secrets with it', without: "green's could not be" }

/**
 * The key that blue encrypts its Secrets with, which green gets too; or one of another `use`.
 * `state` as KMS names it; undefined: there is no such key. https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
export function keyFindings(key: string, state: string | undefined, { uses, without }: Use = SECRETS): Finding[] {
  if (state === 'Enabled') return []
  return [
    blocker(
      'key-unusable',
      key,
      `${uses}, and ${state === undefined ? 'KMS does not have it' : `its state is ${state}`}: ${without}`,
      remedies[state ?? ''] ?? 'see to it that the key can be used, in KMS',
    ),
  ]
}

/**
 * Keys by which launch templates of node groups encrypt their volumes, with what is so without each. Auto Scaling uses them
 * by what their policies, or a grant, let its service-linked role do: the same role of the account for blue and green.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
export function keysOfNodes(templates: readonly Templated[]): ReadonlyMap<string, Use> {
  const used = templates.flatMap(({ group, template }) =>
    records(template?.settings['BlockDeviceMappings']).flatMap((it) => {
      const { KmsKeyId: key } = record(it['Ebs'])
      return typeof key === 'string' && key !== '' ? [{ key, group: group.name }] : []
    }),
  )
  return new Map(
    [...Map.groupBy(used, ({ key }) => key)].map(([key, its]) => {
      const groups = [...new Set(its.map(({ group }) => group))].join(', ')
      return [key, { uses: `node group ${groups} encrypts its volumes with it`, without: 'its nodes would not start' }]
    }),
  )
}

const remedies: Readonly<Record<string, string>> = {
  Disabled: 'aws kms enable-key --key-id <it>',
  PendingDeletion:
    'aws kms cancel-key-deletion --key-id <it>, then enable-key: with the key goes all that it encrypted',
}
