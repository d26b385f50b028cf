import type { DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult } from '@aws-sdk/client-ec2'
import type { SandboxAws } from '../../types.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { passes, told } from './tags.ts'

interface Interface {
  readonly id: string
  readonly description: string
  readonly subnet: string
  readonly addresses: readonly string[]
  readonly prefixes: readonly string[]
  readonly tags: ReadonlyMap<string, string>
}

export class NetworkInterfaces implements Readonly<SandboxAws['networkInterfaces']> {
  readonly all = new Map<string, Interface>()

  add(id: string, { tags = {}, ...its }: Parameters<SandboxAws['networkInterfaces']['add']>[1]): void {
    const none = { description: '', subnet: '', addresses: [], prefixes: [] }
    this.all.set(id, { id, ...none, ...its, tags: new Map(Object.entries(tags)) })
  }

  remove(id: string): void {
    this.all.delete(id)
  }
}

export const networkInterfaceOperations = ({ all }: NetworkInterfaces) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html */
    DescribeNetworkInterfaces: (({ Filters = [], NextToken, MaxResults }) => {
      const matching = [...all.values()].filter(({ tags, description, subnet }) =>
        Filters.every((f) => passes('DescribeNetworkInterfaces', f, tags, { description, 'subnet-id': subnet })),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      return {
        NetworkInterfaces: items.map(({ id, description, subnet, addresses, prefixes, tags }) => ({
          NetworkInterfaceId: id,
          Description: description,
          SubnetId: subnet,
          PrivateIpAddresses: addresses.map((PrivateIpAddress) => ({ PrivateIpAddress })),
          Ipv4Prefixes: prefixes.map((Ipv4Prefix) => ({ Ipv4Prefix })),
          Status: 'available' as const,
          TagSet: told(tags),
        })),
        NextToken: next,
      }
    }) satisfies Serve<DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult>,
  }) satisfies Operations
