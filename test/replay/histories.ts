import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

/** Golden histories: what real runs wrote, of each release. They stand for runs in flight, which every later release must be able to go on with. */
const root = fileURLToPath(new URL('histories/', import.meta.url))
const ENDING = '.json.gz'

/** As package.json says it. */
export const release: string = String(
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version,
)

export const folderOf = (of: string): string => join(root, of)
export const fileOf = (of: string, name: string): string => join(folderOf(of), `${name}${ENDING}`)

interface Recorded {
  readonly events: readonly {
    readonly workflowExecutionStartedEventAttributes?: { readonly workflowId: string }
  }[]
}

export interface Golden {
  /** `0.1.0/clusterUpgrade.rejected`: of which release, the workflow and which of its paths. */
  readonly name: string
  /** As it ran: what people proved was proven for this one. */
  readonly workflowId: string
  readonly history: unknown
  /** As JSON. */
  readonly bytes: number
}

export const histories = (): readonly Golden[] =>
  readdirSync(root)
    .toSorted()
    .flatMap((of) =>
      readdirSync(folderOf(of))
        .filter((file) => file.endsWith(ENDING))
        .toSorted()
        .map((file) => {
          const text = gunzipSync(readFileSync(join(folderOf(of), file))).toString()
          const history = JSON.parse(text) as Recorded // as historyToJSON wrote it
          const workflowId = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? ''
          return { name: `${of}/${file.slice(0, -ENDING.length)}`, workflowId, history, bytes: text.length }
        }),
    )
