import type { BlueFacts } from './facts.ts'
import { record } from './fields.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { trustPolicy } from './role-trust.ts'
import type { RoleDescription } from './roles.ts'
import { actionsFor } from './pod-identity-proofs.ts'
import { isAbout } from './trust-actions.ts'
import { admits } from './trust-conditions.ts'
import { listed, type Issuing, type TrustStatement } from './trust-statements.ts'

/** Who of AWS takes on a role of blue's that green gets too, and for what. */
export interface Taken {
  readonly arn: string
  readonly service: string
  readonly actions: readonly string[]
  /** `the control plane`, `node group apps` */
  readonly by: string
}

const ASSUME = 'sts:AssumeRole'
const TAG = 'sts:TagSession'

/** Roles that EKS, EC2 and Fargate take on for a cluster, and EKS for pods. `builds`: green is made like blue. */
export function takenByAws(
  { cluster, nodegroups, fargateProfiles, podIdentities }: BlueFacts,
  builds: boolean,
): readonly Taken[] {
  const auto = record(cluster.settings['computeConfig'])
  const isAuto = auto['enabled'] === true
  return [
    ...(builds
      ? [
          // https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html, …/auto-cluster-iam-role.html
          {
            arn: cluster.roleArn,
            service: 'eks.amazonaws.com',
            actions: [ASSUME, ...(isAuto ? [TAG] : [])],
            by: 'the control plane',
          },
          // https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
          ...nodegroups.map((it) => ({
            arn: it.nodeRole,
            service: 'ec2.amazonaws.com',
            actions: [ASSUME],
            by: `node group ${it.name}`,
          })),
          ...(isAuto && typeof auto['nodeRoleArn'] === 'string'
            ? [{ arn: auto['nodeRoleArn'], service: 'ec2.amazonaws.com', actions: [ASSUME], by: 'nodes of Auto Mode' }]
            : []),
          // https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html
          ...fargateProfiles.map((it) => ({
            arn: it.podExecutionRoleArn,
            service: 'eks-fargate-pods.amazonaws.com',
            actions: [ASSUME],
            by: `Fargate profile ${it.name}`,
          })),
        ]
      : []),
    // https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    ...podIdentities.map((it) => ({
      arn: it.roleArn,
      service: PODS,
      actions: actionsFor(it),
      by: `pods of ${it.namespace}/${it.serviceAccount}`,
    })),
  ]
}

const PODS = 'pods.eks.amazonaws.com'
/** Until green is there nobody can write its ARN into a trust policy but its owner: their profiles are made after that. */
const AFTER_GREEN = new Set([PODS, 'eks-fargate-pods.amazonaws.com'])

/**
 * Roles that whoever is to take them on may not, by their trust policies: for a control plane, nodes and Fargate green would
 * not be made. One that is not there is told by EKS itself, as a health issue of blue.
 */
export function serviceTrustFindings(
  taken: readonly Taken[],
  roles: readonly RoleDescription[],
  green: Issuing,
): Finding[] {
  const known = new Map(roles.map((role) => [role.arn, role]))
  const refused = taken.flatMap((it) => {
    const role = known.get(it.arn)
    const lacks = role ? lacking(trustPolicy(role.trust).Statement, it, green) : []
    return role && lacks.length > 0 ? [{ ...it, role: role.name, lacks }] : []
  })
  return [...Map.groupBy(refused, ({ role, service }) => `${role} ${service}`).values()].flatMap((its) => {
    const [first] = its
    if (!first) return []
    const { role, service, lacks } = first
    const by = its.map((it) => it.by).join(', ')
    const says = `its trust policy does not let ${service} do ${lacks.join(' and ')} for ${green.name}, and ${by} ${its.length === 1 ? 'has' : 'have'} it`
    return service === PODS
      ? [warning('role-not-trusting', role, says, 'mend it, or take the association away')]
      : [
          blocker(
            'role-service',
            role,
            `${says}: green would not get what needs it`,
            `have whoever owns it let in ${service}, without a condition that names another cluster`,
          ),
        ]
  })
}

/** Those that no statement lets it do. What names a cluster is for this one, or counts once it is written for it. */
function lacking(statements: readonly TrustStatement[], { service, actions }: Taken, green: Issuing): string[] {
  const its = statements.filter(
    (statement) =>
      statement.Effect === 'Allow' &&
      letsIn(statement, service) &&
      (AFTER_GREEN.has(service) || admits(statement, green) !== false),
  )
  return actions.filter((action) => !its.some((statement) => isAbout(statement, action)))
}

/** In China EC2 has another name too. */
const letsIn = ({ Principal }: TrustStatement, service: string): boolean =>
  Principal === '*' ||
  (typeof Principal === 'object' &&
    [...listed(Principal['Service'] ?? []), ...listed(Principal['AWS'] ?? [])].some((name) =>
      [service, `${service}.cn`, '*'].includes(name),
    ))
