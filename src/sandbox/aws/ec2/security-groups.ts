import type { DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult, IpPermission } from '@aws-sdk/client-ec2'
import type { SandboxAws } from '../../types.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { notServed } from '../errors.ts'

interface Group {
  readonly id: string
  readonly ingress: IpPermission[]
  readonly egress: IpPermission[]
}

/** Groups that somebody told of, with their rules. Nothing of the sandbox's traffic is held back by them. */
export class SecurityGroups implements Readonly<SandboxAws['securityGroups']> {
  readonly all = new Map<string, Group>()

  allow(id: string, { direction, protocol, port, group }: Parameters<SandboxAws['securityGroups']['allow']>[1]): void {
    const found = this.all.get(id) ?? { id, ingress: [], egress: [] }
    this.all.set(id, found)
    found[direction === 'in' ? 'ingress' : 'egress'].push({
      IpProtocol: protocol,
      ...(port !== undefined && { FromPort: port, ToPort: port }),
      UserIdGroupPairs: [{ GroupId: group }],
    })
  }
}

/** What rules name, by the filters that are served. */
const filtered = {
  'ip-permission.group-id': ({ ingress }: Group) => ingress,
  'egress.ip-permission.group-id': ({ egress }: Group) => egress,
} as const

export const securityGroupOperations = ({ all }: SecurityGroups) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html */
    DescribeSecurityGroups: (({ Filters = [], NextToken, MaxResults }) => {
      const matching = [...all.values()].filter((group) =>
        Filters.every(({ Name = '', Values = [] }) => {
          const rules = filtered[Name as keyof typeof filtered] as ((of: Group) => IpPermission[]) | undefined
          if (!rules) throw notServed(`the filter ${Name} of DescribeSecurityGroups`)
          return rules(group).some((rule) => rule.UserIdGroupPairs?.some((p) => Values.includes(p.GroupId ?? '')))
        }),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      return {
        SecurityGroups: items.map(({ id, ingress, egress }) => ({
          GroupId: id,
          GroupName: `name-of-${id}`,
          IpPermissions: ingress,
          IpPermissionsEgress: egress,
        })),
        NextToken: next,
      }
    }) satisfies Serve<DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult>,
  }) satisfies Operations
