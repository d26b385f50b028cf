import { each } from './few-at-a-time.ts'
import type { Requested } from '../domain/ownership.ts'
import { takenBy, withModules, withTaken, type Shared } from '../domain/removal-takes.ts'
import type { Stated } from '../domain/terraform-states.ts'
import type { Proven } from './outside.ts'

/** Each part of blue that its owner is asked to remove, with what that takes of green's. `stated`: by state files. It reads only. */
export async function removalSurvey(
  world: Pick<Proven, 'network' | 'roles'>,
  parts: readonly Requested[],
  shared: Shared,
  stated: readonly Stated[],
): Promise<readonly Requested[]> {
  return withModules(await withStacks(world, parts, shared), shared, stated)
}

async function withStacks(
  { network, roles }: Pick<Proven, 'network' | 'roles'>,
  parts: readonly Requested[],
  shared: Shared,
): Promise<readonly Requested[]> {
  const stacks = new Map(
    parts.flatMap((part) => {
      const tag = takenBy(part)
      return tag ? [[tag.join(), tag] as const] : []
    }),
  )
  if (stacks.size === 0) return parts
  const tagged = (await each([...stacks.values()], ([key, value]) => network.tagged(key, value))).flat()
  const found = tagged
    .filter(({ id }) => shared.network.includes(id))
    .map(({ id, tags }) => [id, { name: id, tags }] as const)
  for (const { id, name, tags } of shared.templates) found.push([id, { name: `launch template ${name}`, tags }])
  for (const name of shared.roles) {
    const role = await roles.find(name)
    if (role) found.push([name, { name: `role ${name}`, tags: role.tags }])
  }
  // By two stacks' tags it is found twice.
  return withTaken(parts, [...new Map(found).values()])
}
