import type { DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult } from '@aws-sdk/client-ec2'
import type { SandboxAws } from '../../types.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { passes, told } from './tags.ts'

interface Interface {
  readonly id: string
  readonly description: string
  readonly tags: ReadonlyMap<string, string>
}

export class NetworkInterfaces implements Readonly<SandboxAws['networkInterfaces']> {
  readonly all = new Map<string, Interface>()

  add(id: string, { description, tags = {} }: Parameters<SandboxAws['networkInterfaces']['add']>[1]): void {
    this.all.set(id, { id, description, tags: new Map(Object.entries(tags)) })
  }

  remove(id: string): void {
    this.all.delete(id)
  }
}

export const networkInterfaceOperations = ({ all }: NetworkInterfaces) =>
  ({
    /** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html */
    DescribeNetworkInterfaces: (({ Filters = [], NextToken, MaxResults }) => {
      const matching = [...all.values()].filter(({ tags, description }) =>
        Filters.every((f) => passes('DescribeNetworkInterfaces', f, tags, { description })),
      )
      const { items, next } = page(matching, NextToken, MaxResults, 1000)
      return {
        NetworkInterfaces: items.map(({ id, description, tags }) => ({
          NetworkInterfaceId: id,
          Description: description,
          Status: 'available' as const,
          TagSet: told(tags),
        })),
        NextToken: next,
      }
    }) satisfies Serve<DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult>,
  }) satisfies Operations
