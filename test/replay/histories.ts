import { readFileSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Golden histories: what real runs wrote. They stand for runs in flight, which every later release must be able to go on with. */
export const folder = fileURLToPath(new URL('histories/', import.meta.url))

/** `clusterUpgrade.rejected.json`: the workflow, and which of its paths. The name is what replay calls it by. */
export const histories = (): { readonly workflowId: string; readonly history: unknown }[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => ({
      workflowId: basename(name, '.json'),
      history: JSON.parse(readFileSync(`${folder}${name}`, 'utf8')),
    }))
