/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html */
import type { ChangeResourceRecordSetsRequest, GetChangeRequest } from '@aws-sdk/client-route-53'
import { anywhere, type Needs } from '../authorization/needs.ts'
import type { Given } from '../protocol/operations.ts'
import { spoken } from './records.ts'

const SERVICE = 'route53'
const zone = (id: string) => `arn:aws:${SERVICE}:::hostedzone/${id}`
const onZone = (operation: string) => (input: { readonly HostedZoneId: string }) => [
  { action: `${SERVICE}:${operation}`, resource: zone(input.HostedZoneId) },
]

export const recordNeeds = {
  ...anywhere(SERVICE, 'ListHostedZones'),
  ListResourceRecordSets: onZone('ListResourceRecordSets'),
  ListResourceRecordSetProtections: onZone('ListResourceRecordSetProtections'),
  GetChange: ({ Id }: Given<GetChangeRequest>) => [
    { action: `${SERVICE}:GetChange`, resource: `arn:aws:${SERVICE}:::change/${Id}` },
  ],
  // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
  ChangeResourceRecordSets: ({ HostedZoneId, ChangeBatch }: Given<ChangeResourceRecordSetsRequest>) => {
    const sets = ChangeBatch.Changes?.flatMap(({ ResourceRecordSet: set }) => set ?? []) ?? []
    const each = (of: readonly string[]) => [...new Set(of)]
    return [
      {
        action: `${SERVICE}:ChangeResourceRecordSets`,
        resource: zone(HostedZoneId),
        context: {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': each(sets.map((s) => spoken(s.Name).slice(0, -1))),
          'route53:ChangeResourceRecordSetsRecordTypes': each(sets.map((s) => s.Type ?? '')),
          'route53:ChangeResourceRecordSetsActions': each(ChangeBatch.Changes?.map((c) => c.Action ?? '') ?? []),
        },
      },
    ]
  },
} satisfies Needs
