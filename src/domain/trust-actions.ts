import { listed, matching, type TrustStatement } from './trust-statements.ts'

/**
 * Is an action among those of a statement? Whatever is not named is among those of a NotAction.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
 */
export const isAbout = ({ Action = [], NotAction }: TrustStatement, action: string): boolean =>
  NotAction === undefined ? named(listed(Action), action) : !named(listed(NotAction), action)

const named = (patterns: readonly string[], action: string): boolean =>
  patterns.some((pattern) => matching(pattern, action, 'i'))
