import type { RoleDescription } from '../domain/roles.ts'
import { fewAtATime } from './few-at-a-time.ts'
import type { RolesPort } from './ports.ts'

const AT_ONCE = 4

/** With their tags, which a list of roles leaves out; each once, and few at a time. */
export async function described(
  roles: Pick<RolesPort, 'find'>,
  names: readonly string[],
): Promise<readonly RoleDescription[]> {
  const found: RoleDescription[] = []
  await fewAtATime([...new Set(names)], AT_ONCE, async (name) => {
    const role = await roles.find(name)
    if (role) found.push(role)
  })
  return found
}
