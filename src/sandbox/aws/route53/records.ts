import { isDeepStrictEqual } from 'node:util'
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { AwsError } from '../errors.ts'

/** As Route 53 tells it: in lower case, with a dot at its end. */
export const spoken = (name = ''): string => (name.endsWith('.') ? name : `${name}.`).toLowerCase()

/** As it is kept and told; only what was given. */
export const kept = ({ AliasTarget, ...set }: ResourceRecordSet): ResourceRecordSet => ({
  ...set,
  Name: spoken(set.Name),
  ...(AliasTarget && { AliasTarget: { ...AliasTarget, DNSName: spoken(AliasTarget.DNSName) } }),
})

/** One record set of a zone. */
export const keyOf = ({ Name, Type, SetIdentifier = '' }: ResourceRecordSet): string =>
  [spoken(Name), Type, SetIdentifier].join(' ')

/** Names are ordered from their last label on. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html */
export const placeOf = ({ Name, Type, SetIdentifier }: ResourceRecordSet): string =>
  [spoken(Name).split('.').toReversed().join('.'), Type ?? '', SetIdentifier ?? ''].join(' ')

/** Throws InvalidInput for what no record may be. */
export function checkRecord(set: ResourceRecordSet): void {
  const { Weight, SetIdentifier, TTL, ResourceRecords, AliasTarget } = set
  const refuse = (message: string) => {
    throw new AwsError('InvalidInput', `Invalid request: ${message}`)
  }
  if (Weight !== undefined && !(Number.isInteger(Weight) && Weight >= 0 && Weight <= 255))
    refuse(`Weight ${Weight} is not between 0 and 255`)
  if (policies.some((p) => set[p] !== undefined) !== (SetIdentifier !== undefined))
    refuse('Missing field SetIdentifier, or exactly one of Weight, Region, Failover, GeoLocation or MultiValueAnswer')
  if (SetIdentifier !== undefined && (SetIdentifier === '' || SetIdentifier.length > 128))
    refuse('SetIdentifier has between 1 and 128 characters')
  const plain = TTL !== undefined && (ResourceRecords?.length ?? 0) > 0
  if (AliasTarget ? TTL !== undefined || ResourceRecords !== undefined : !plain)
    refuse('Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords]]')
}

const policies = ['Weight', 'Region', 'Failover', 'GeoLocation', 'MultiValueAnswer'] as const

/** Why this one cannot be made beside those that are there, in Route 53's words. */
export function conflict(set: ResourceRecordSet, others: readonly ResourceRecordSet[]): string | undefined {
  const named = `RRSet of type ${set.Type} with DNS name ${spoken(set.Name)}`
  const here = others.filter((o) => spoken(o.Name) === spoken(set.Name) && keyOf(o) !== keyOf(set))
  if (here.some((o) => (o.Type === 'CNAME') !== (set.Type === 'CNAME')))
    return `${named} is not permitted as it conflicts with other records with the same DNS name in zone`
  const same = here.filter((o) => o.Type === set.Type)
  const policy = policies.find((p) => set[p] !== undefined)
  if (same.some((o) => policies.find((p) => o[p] !== undefined) !== policy))
    return `${named}${set.SetIdentifier === undefined ? '' : ` and SetIdentifier ${set.SetIdentifier}`} cannot be created as other RRSets exist with the same name and type`
  return undefined
}

export const isSame = (a: ResourceRecordSet, b: ResourceRecordSet): boolean => isDeepStrictEqual(kept(a), kept(b))

/** `[name='legacy.example.com.', type='A', set identifier='blue']`, as messages have it. */
export const inWords = ({ Name, Type, SetIdentifier }: ResourceRecordSet): string =>
  `[name='${spoken(Name)}', type='${Type}'${SetIdentifier === undefined ? '' : `, set identifier='${SetIdentifier}'`}]`
