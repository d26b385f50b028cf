import type { DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult, IpPermission } from '@aws-sdk/client-ec2'
import type { SandboxAws, SecurityRule } from '../../types.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { notServed } from '../errors.ts'
import { passes, told } from './tags.ts'

interface Group {
  readonly id: string
  readonly name: string
  readonly ingress: IpPermission[]
  readonly egress: IpPermission[]
  readonly tags: Map<string, string>
}

/** Groups that somebody told of, with their rules. Nothing of the sandbox's traffic is held back by them. */
export class SecurityGroups implements Readonly<SandboxAws['securityGroups']> {
  readonly all = new Map<string, Group>()

  name(id: string, name: string, tags: Readonly<Record<string, string>> = {}): void {
    const { ingress = [], egress = [] } = this.all.get(id) ?? {}
    this.all.set(id, { id, name, tags: new Map(Object.entries(tags)), ingress, egress })
  }

  allow(id: string, { direction, protocol, port, group }: SecurityRule): void {
    this.#named(id)[direction === 'in' ? 'ingress' : 'egress'].push({
      IpProtocol: protocol,
      ...(port !== undefined && { FromPort: port, ToPort: port }),
      UserIdGroupPairs: [{ GroupId: group }],
    })
  }

  tag(id: string, tags: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(tags)) this.#named(id).tags.set(key, value)
  }

  untag(id: string, key: string): void {
    this.#named(id).tags.delete(key)
  }

  forget(group: string): void {
    for (const { ingress, egress } of this.all.values())
      for (const rules of [ingress, egress])
        rules.splice(0, rules.length, ...rules.filter((rule) => !namedBy([rule]).includes(group)))
  }

  inventory() {
    return [...this.all.values()].map(({ id, ingress, egress, tags }) => ({
      id,
      rules: [...toldOf('in', ingress), ...toldOf('out', egress)],
      tags: Object.fromEntries(tags),
    }))
  }

  #named(id: string): Group {
    const found = this.all.get(id) ?? {
      id,
      name: `name-of-${id}`,
      ingress: [],
      egress: [],
      tags: new Map<string, string>(),
    }
    this.all.set(id, found)
    return found
  }
}

/** What a filter goes by, for those that are served. */
const filtered = {
  'group-id': ({ id }: Group) => [id],
  'ip-permission.group-id': ({ ingress }: Group) => namedBy(ingress),
  'egress.ip-permission.group-id': ({ egress }: Group) => namedBy(egress),
} as const

const namedBy = (rules: readonly IpPermission[]): string[] =>
  rules.flatMap(({ UserIdGroupPairs = [] }) => UserIdGroupPairs.flatMap(({ GroupId }) => GroupId ?? []))

const toldOf = (direction: SecurityRule['direction'], rules: readonly IpPermission[]): SecurityRule[] =>
  rules.flatMap(({ IpProtocol: protocol = '-1', FromPort: port, UserIdGroupPairs = [] }) =>
    UserIdGroupPairs.map(({ GroupId: group = '' }) => ({
      direction,
      protocol,
      ...(port !== undefined && { port }),
      group,
    })),
  )

export const securityGroupOperations = ({ all }: SecurityGroups) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html */
    DescribeSecurityGroups: (({ Filters = [], NextToken, MaxResults }) => {
      const matching = [...all.values()].filter((group) =>
        Filters.every((filter) => {
          const { Name = '', Values = [] } = filter
          if (/^tag[:-]/.test(Name)) return passes('DescribeSecurityGroups', filter, group.tags, {})
          // The only one that is asked for with `*`: at its end.
          if (Name === 'group-name') return Values.some((v) => group.name.startsWith(v.replace(/\*$/, '')))
          const of = filtered[Name as keyof typeof filtered] as ((of: Group) => string[]) | undefined
          if (!of) throw notServed(`the filter ${Name} of DescribeSecurityGroups`)
          return of(group).some((value) => Values.includes(value))
        }),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      return {
        SecurityGroups: items.map(({ id, name, tags, ingress, egress }) => ({
          GroupId: id,
          GroupName: name,
          IpPermissions: ingress,
          IpPermissionsEgress: egress,
          Tags: told(tags),
        })),
        NextToken: next,
      }
    }) satisfies Serve<DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult>,
  }) satisfies Operations
