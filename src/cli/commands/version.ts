import type { Version } from '../../client/shapes.ts'
import { exit } from '../exit-codes.ts'
import { print, type Shape } from '../output.ts'
import { ownVersion } from '../../client/own-version.ts'

export async function version({ output }: { readonly output: Shape }): Promise<number> {
  const it: Version = { norikae: ownVersion(), node: process.versions.node }
  await print(it, output, { table: () => `norikae ${it.norikae} (Node ${it.node})`, names: () => [it.norikae] })
  return exit.done
}
