import type { Outside } from '../../src/activities/outside.ts'

/** An outside that nobody is to ask anything; `asked` has what was. */
export function nobody(): { readonly outside: Outside; readonly asked: readonly string[] } {
  const asked: string[] = []
  const outside = new Proxy({} as Outside, {
    get: (_, name) => {
      asked.push(String(name))
      throw new Error('nobody is to be asked')
    },
  })
  return { outside, asked }
}
