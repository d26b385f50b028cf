/** What CreateTargetGroup refuses, each with ValidationError. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
import type { CreateTargetGroupInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { validationError } from '../errors.ts'
import type { Given } from '../protocol/operations.ts'

type Request = Given<CreateTargetGroupInput>

const isFunction = ({ TargetType }: Request) => TargetType === 'lambda'

const refusals: readonly { holds: (input: Request) => boolean; says: (input: Request) => string }[] = [
  {
    holds: ({ Name }) => Name.length > 32,
    says: ({ Name }) => `Target group name '${Name}' cannot be longer than '32' characters`,
  },
  {
    holds: ({ Name }) => !/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(Name),
    says: ({ Name }) =>
      `Target group name '${Name}' can only contain letters, digits and hyphens, and cannot begin or end with a hyphen`,
  },
  { holds: (it) => !isFunction(it) && it.Protocol === undefined, says: () => 'A protocol must be specified' },
  { holds: (it) => !isFunction(it) && it.Port === undefined, says: () => 'A port must be specified' },
  { holds: (it) => !isFunction(it) && it.VpcId === undefined, says: () => 'A VPC ID must be specified' },
  {
    holds: ({ Port }) => Port !== undefined && !(Port >= 1 && Port <= 65_535),
    says: ({ Port }) => `Port ${Port} must be from 1 to 65535`,
  },
]

export function checkNewTargetGroup(input: Request): void {
  const refused = refusals.find(({ holds }) => holds(input))
  if (refused) throw validationError(refused.says(input))
}
