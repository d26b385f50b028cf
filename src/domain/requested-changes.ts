import type { RoleRequest } from './role-requests.ts'
import { accountOf } from './roles.ts'
import type { StepId } from './steps.ts'

/** All that the owners of others' things are asked for before green is like blue, whole: asked for on its own, with nothing started. */

/** What starts `requestedChanges`. */
export interface RequestedRequest {
  readonly platform: string
  readonly file?: string
}

/** What `norikae requested` prints. */
export interface RequestedChanges {
  readonly platform: string
  readonly blue: string
  readonly green: string
  /** When everything was read: what somebody changes afterwards is not in it. */
  readonly at: string
  /** Of trust policies. */
  readonly roles: readonly RoleRequest[]
  /** What takes no more than commands. */
  readonly others: readonly OtherRequest[]
  /** What the upgrade does while it waits for others, by its plan; absent where it waits for none. */
  readonly waits?: readonly string[]
  /** What the worker may not read, so that nothing is said of it; absent where it read everything. */
  readonly unread?: readonly string[]
}

export interface OtherRequest {
  /** The step of an upgrade that waits for it. */
  readonly step: StepId
  readonly about: string
  readonly commands: readonly string[]
}

export const isNothing = ({
  roles,
  others,
  unread = [],
}: Pick<RequestedChanges, 'roles' | 'others' | 'unread'>): boolean => roles.length + others.length + unread.length === 0

/** A file for each role. Of two accounts roles may have one name. */
export const fileOfRole = ({ role, arn, isWhole }: Pick<RoleRequest, 'role' | 'arn' | 'isWhole'>): string =>
  isWhole ? `${role}.trust-policy.json` : `${accountOf(arn)}.${role}.statements.json`

export const documentsOf = ({
  roles,
}: Pick<RequestedChanges, 'roles'>): readonly { readonly file: string; readonly document: string }[] =>
  roles.flatMap((it) => (it.document === undefined ? [] : [{ file: fileOfRole(it), document: it.document }]))

/** What is there from before, or from another platform: applied now, it may take away what was added since. */
export const outdated = (
  there: readonly string[],
  written: readonly { readonly file: string }[],
): readonly string[] => {
  const now = new Set(written.map(({ file }) => file))
  return there.filter((file) => /\.(trust-policy|statements)\.json$/.test(file) && !now.has(file))
}
