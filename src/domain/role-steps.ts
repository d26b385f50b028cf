import type { ClusterFacts } from './facts.ts'
import { inOrder, just, pair, sideBySide, stay, undoing, type Move } from './moves.ts'
import type { Platform } from './platform.ts'
import { knownOfRole } from './role-owners.ts'
import { PROVIDER_STEP, ROLES_STEP, type RoleFacts } from './roles.ts'
import { act, type LeafStep, type Step } from './steps.ts'

type Sides = Pick<Platform, 'blue' | 'green'>

/**
 * Before anything runs that needs them. IAM keeps both when the cluster goes, so each is undone by itself, before it is.
 * One step a role: nothing of an upgrade writes the same trust policy at a time.
 */
export function letActAsRoles(
  { blue, green, adopted }: Pick<Platform, 'blue' | 'green' | 'adopted'>,
  { roles }: ClusterFacts,
  still: readonly Step[],
): Move {
  if (!roles) return stay
  const { provider, written, requested } = roles
  const known = knowing(roles)
  // Whoever made the cluster makes its provider too, and would fail over one that is there.
  const ofIssuer = adopted
    ? just(act(PROVIDER_STEP, 'awaitProvider', { cluster: green, like: blue }))
    : pair(
        act(PROVIDER_STEP, 'createProvider', { cluster: green, like: blue, ...known }),
        act('identity/provider/delete', 'deleteProvider', { cluster: green }),
      )
  return inOrder(
    provider ? ofIssuer : stay,
    sideBySide(
      'identity/roles',
      'let pods of green act as the roles of blue',
      4,
      written.map((role): Move => {
        const forward = [
          act(`identity/role/${role}`, 'trustCluster', {
            cluster: green,
            like: blue,
            roles: [role],
            ...knowingRole(roles, role),
          }),
        ]
        const back = act(`identity/role/${role}/undo`, 'distrustCluster', {
          cluster: green,
          role,
          ...knowingRole(roles, role),
        })
        return { forward, back: [undoing([...forward, ...still], back)], commit: [] }
      }),
      { back: 'take green out of the roles of blue' },
    ),
    just(
      ...(requested.length > 0
        ? [act(ROLES_STEP, 'awaitTrust', { cluster: green, like: blue, roles: requested })]
        : []),
    ),
  )
}

const knowing = ({ declared }: RoleFacts) => declared && { declared }

/** Of a state file only what it says of this role: there may be hundreds, with a step each. */
const knowingRole = ({ declared }: RoleFacts, role: string) => {
  const its = knownOfRole(declared, role)
  return its && { declared: its }
}

/** IAM has no conditional write: what somebody has overwritten who read it before is written again, minutes later. */
export const trustStill = ({ blue, green }: Sides, { roles }: ClusterFacts): LeafStep[] =>
  roles && roles.written.length > 0
    ? [act('identity/still', 'trustCluster', { cluster: green, like: blue, roles: roles.written, ...knowing(roles) })]
    : []

/** By blue's issuer, which no cluster will ever have again. Roles of others are theirs. */
export const forgetBlue = (blue: string, { roles }: ClusterFacts): LeafStep[] => {
  if (!roles) return []
  const { issuer, written, provider } = roles
  const its = { cluster: blue }
  return [
    ...written.map((role) =>
      act(`blue/role/${role}`, 'distrustCluster', {
        ...its,
        ...knowingRole(roles, role),
        role,
        ...(issuer !== undefined && { issuer }),
      }),
    ),
    ...(issuer !== undefined && provider
      ? [act('blue/provider', 'deleteProvider', { ...its, ...knowing(roles), issuer })]
      : []),
  ]
}
