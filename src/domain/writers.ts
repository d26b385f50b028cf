import { record, records, type Fields } from './fields.ts'
import { sameHost } from './weighted-records.ts'

/** A call of AWS that wrote something, as CloudTrail tells of it. */
export interface Written {
  readonly at: string
  /** The ARN of whoever signed it: a session, mostly. */
  readonly by: string
  /** By CloudTrail's names, which begin in lower case. */
  readonly parameters: Fields
}

/** `arn:aws:sts::1:assumed-role/deploy/ci at 2026-11-24T04:00:00Z`: who wrote it last, beside the role that Norikae is. */
export function lastWriter(
  calls: readonly Written[],
  isMeant: (parameters: Fields) => boolean,
  own: string,
): string | undefined {
  const last = calls
    .filter(({ by, parameters }) => isMeant(parameters) && roleIn(by) !== roleIn(own))
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))[0]
  return last && `${last.by} at ${last.at}`
}

/** Of a session or of a role itself, its account and name; a role's path is in none of its sessions' ARNs. */
function roleIn(arn: string): string {
  const [, , , , account = '', ...resource] = arn.split(':')
  const [kind, ...names] = resource.join(':').split('/')
  if (kind === 'assumed-role') return `${account}/${names[0] ?? ''}`
  return kind === 'role' ? `${account}/${names.at(-1) ?? ''}` : arn
}

export const writesRule =
  (ruleArn: string) =>
  ({ ruleArn: arn }: Fields): boolean =>
    arn === ruleArn

/** Records of this name, of whatever type, in this hosted zone. */
export const writesRecords =
  (zone: string, name: string) =>
  ({ hostedZoneId, changeBatch }: Fields): boolean =>
    String(hostedZoneId).split('/').at(-1) === zone &&
    records(record(changeBatch)['changes']).some((change) =>
      sameHost(String(record(change['resourceRecordSet'])['name']), name),
    )
