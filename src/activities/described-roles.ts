import type { RoleDescription } from '../domain/roles.ts'
import type { RolesPort } from './ports.ts'

const AT_ONCE = 4

/** With their tags, which a list of roles leaves out; each once, and few at a time. */
export async function described(
  roles: Pick<RolesPort, 'find'>,
  names: readonly string[],
): Promise<readonly RoleDescription[]> {
  const found: RoleDescription[] = []
  const left = [...new Set(names)]
  const lane = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const role = await roles.find(name)
      if (role) found.push(role)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return found
}
