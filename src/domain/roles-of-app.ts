import { warning, type Finding } from './findings.ts'
import type { DeclaredOwners } from './ownership.ts'
import { namesCluster, trustPolicy, withGreen } from './role-trust.ts'
import { wholeOf } from './readable.ts'
import { toolOf } from './role-owners.ts'
import {
  accountOf,
  foreseen,
  nameOfRole,
  PROOF_STEP,
  rolesToCarry,
  statementsToAdd,
  type RoleDescription,
  type RoleFacts,
  type RoleUse,
} from './roles.ts'
import type { Issuing } from './trust-statements.ts'

/** Roles of an app that is looked for again after the upgrade was planned. */
export interface RolesOfApp {
  readonly account: string
  readonly platform: string
  readonly declared: DeclaredOwners
  readonly blue: Issuing
  /** Its name, and the cluster where it is there by now. */
  readonly green: string
  readonly there: Issuing | undefined
  /** What the upgrade does about roles. */
  readonly planned: RoleFacts | undefined
  readonly uses: readonly RoleUse[]
  readonly roles: readonly RoleDescription[]
  readonly quota: number
}

/** Of this account, by name: what is asked of IAM. */
export const namesOfRoles = (uses: readonly RoleUse[], account: string): readonly string[] => [
  ...new Set(uses.filter(({ arn }) => accountOf(arn) === account).map(({ arn }) => nameOfRole(arn))),
]

/**
 * What no step of the upgrade does for it: its steps are for roles, and statements, that were there when it was planned.
 * What its own step has not come to yet is not told.
 */
export function rolesNotPlanned(found: RolesOfApp): Finding[] {
  const { blue, there, planned, roles, quota } = found
  const green = there ?? foreseen(blue, found.green)
  const known = new Set([...(planned?.written ?? []), ...(planned?.requested ?? [])])
  const missing = roles.flatMap((role) => {
    const policy = trustPolicy(role.trust)
    const { missing: statements } = withGreen(policy, blue, green, quota)
    const isToCome = known.has(role.name) && !(there && namesCluster(policy, there))
    return statements.length === 0 || isToCome ? [] : [{ ...role, missing: statements }]
  })
  const others = rolesToCarry({ ...found, green, provider: undefined, given: new Set() }).findings
  return [
    ...missing.map((role) => notPlanned(role, found)),
    ...others.filter(({ code }) => code === 'role-elsewhere' || code === 'role-not-trusting'),
  ]
}

function notPlanned(
  role: RoleDescription & Parameters<typeof statementsToAdd>[0][number],
  { uses, there, ...whose }: RolesOfApp,
): Finding {
  const owner = toolOf(role, whose) ?? 'its owner'
  const by = uses.filter(({ arn }) => arn === role.arn).map((use) => use.by)
  return warning(
    'role-not-planned',
    role.name,
    `${by.join(', ')} ${by.length === 1 ? 'gets' : 'get'} it, and the upgrade was planned without: none of its steps lets in green there`,
    `have ${owner} add ${there ? `to Statement of its trust policy: ${statementsToAdd([role], wholeOf(whose.platform))}` : 'for green, once it is there, what its trust policy has for blue'}; no environment that needs it gets past its step ${PROOF_STEP} before that`,
  )
}
