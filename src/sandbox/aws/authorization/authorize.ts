import { AwsError } from '../errors.ts'
import type { Service } from '../protocol/model.ts'
import type { Principal } from '../principals.ts'
import { decide, type Grant, type Need } from './policy.ts'
import { use } from './used.ts'

/** How each service says that somebody may not: the sources are those of `faults.ts`. */
const words = {
  eks: { code: 'AccessDeniedException', status: 403 },
  ecr: { code: 'AccessDeniedException', status: 400 },
  cloudtrail: { code: 'AccessDeniedException', status: 400 },
  cloudwatch: { code: 'AccessDenied', status: 403 },
  kms: { code: 'AccessDeniedException', status: 400 },
  logs: { code: 'AccessDeniedException', status: 400 },
  servicequotas: { code: 'AccessDeniedException', status: 400 },
  iam: { code: 'AccessDenied', status: 403 },
  route53: { code: 'AccessDenied', status: 403 },
  elasticloadbalancing: { code: 'AccessDenied', status: 403 },
  sts: { code: 'AccessDenied', status: 403 },
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
  ec2: { code: 'UnauthorizedOperation', status: 403, before: 'You are not authorized to perform this operation. ' },
} satisfies Record<Service, { code: string; status: number; before?: string }>

/** May this role do so by what the resource's own policy says? An explicit deny of its own policies is stronger. */
export type ByResource = (roleArn: string, need: Need) => boolean

/** Throws the service's own error at the first need that neither the principal's policies meet nor the resource's. */
export function authorize(
  service: Service,
  { policies, roleArn, sessionArn }: Principal,
  needs: readonly Need[],
  byResource: ByResource = () => false,
): void {
  if (policies === 'everything') return
  const grants: Grant[] = []
  for (const need of needs) {
    const decision = decide(policies, need)
    if (decision.is === 'allowed') grants.push(...decision.grants)
    else if (decision.is === 'denied' || !byResource(roleArn, need))
      throw accessDenied(service, sessionArn, need, decision.is === 'denied')
  }
  use(grants)
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function accessDenied(
  service: Service,
  sessionArn: string,
  { action, resource }: Need,
  explicitly: boolean,
): AwsError {
  const { code, status, ...more } = words[service]
  const why = explicitly
    ? 'with an explicit deny in an identity-based policy'
    : `because no identity-based policy allows the ${action} action`
  const before = 'before' in more ? more.before : ''
  const on = resource === '*' ? '' : ` on resource: ${resource}`
  return new AwsError(code, `${before}User: ${sessionArn} is not authorized to perform: ${action}${on} ${why}`, status)
}
