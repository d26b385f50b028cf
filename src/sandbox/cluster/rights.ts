import type { Store } from './store.ts'
import { k } from './kinds.ts'
import type { User } from './wire.ts'

interface Subject {
  readonly kind?: string
  readonly name?: string
}

/**
 * RBAC as far as it is needed here: who is bound to some ClusterRole may ask for everything. Which rights a role has is
 * looked at by real control planes alone.
 */
export function mayAsk(store: Store, { username, groups }: User): boolean {
  if (groups.includes('system:masters')) return true
  const subjects = store
    .list(k.clusterRoleBinding)
    .flatMap((binding) => (binding['subjects'] as readonly Subject[] | undefined) ?? []) // validated by its model
  return subjects.some(({ kind, name = '' }) => (kind === 'Group' ? groups.includes(name) : name === username))
}
