import { workerIsThere } from '../client/ask.ts'
import type { Temporal } from '../client/connect.ts'
import { Refused } from '../client/problems.ts'
import { say, unheard, type Said } from '../client/say.ts'
import type { Batches, Done, Unsaid } from '../client/shapes.ts'
import type { WITHDRAW } from '../domain/messages.ts'
import type { ToProve } from '../domain/trust.ts'
import { exit } from './exit-codes.ts'
import { print, type Shape } from './output.ts'
import { agree } from './prompt.ts'
import { many } from './render/words.ts'
import { tell } from './terminal.ts'

/** Several gates at once: one message a workflow, which counts for all of them or for none. */

export interface BatchOptions {
  readonly platform?: string | undefined
  readonly as?: string | undefined
  readonly yes?: true | undefined
  readonly comment?: string | undefined
  readonly typed?: string | undefined
  readonly notBefore?: string | undefined
  readonly notAfter?: string | undefined
  readonly output: Shape
}

export type Batched = 'approve' | typeof WITHDRAW

/** What is said to one workflow. */
export interface Batch {
  readonly platform: string
  readonly workflowId: string
  readonly app?: string
  readonly proves?: ToProve
  readonly gates: readonly { readonly id: string; readonly what: string; readonly digest: string }[]
  /** As the platform file writes who says it. */
  readonly by: string
}

/** What is said to one workflow of several gates, still without its proof. */
export function saidTo(
  message: Batched,
  { workflowId, by, gates }: { readonly workflowId: string; readonly by: string; readonly gates: readonly string[] },
  { comment, typed, notBefore, notAfter }: BatchOptions,
): Said {
  const more = message === 'approve' ? { comment, typed, notBefore, notAfter } : { comment }
  const body = {
    ...(gates.length === 1 ? { gate: gates[0] ?? '' } : { gates }),
    by,
    ...Object.fromEntries(Object.entries(more).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
  }
  return { workflowId, message, body }
}

const past = { approve: 'approved', withdraw: 'withdrawn' } as const

/** Shows all, asks once, and says one message to each workflow; what one refuses does not keep the others. */
export async function inBatches(
  temporal: Temporal,
  message: Batched,
  batches: readonly Batch[],
  options: BatchOptions,
): Promise<number> {
  const all = batches.flatMap((b) => b.gates)
  if (all.length === 0) {
    tell(`there is nothing to ${message === 'approve' ? 'approve for you' : 'withdraw'}; nothing was changed`)
    return options.output === 'table' || options.output === 'wide'
      ? exit.done
      : told({ done: [], refused: [] }, options)
  }
  for (const { id, what } of all) tell(`  ${what} (${id})`)
  const said = batches
    .filter((b) => b.gates.length > 0)
    .map((batch) => {
      const ids = batch.gates.map((g) => g.id)
      return { ...batch, ids, said: saidTo(message, { ...batch, gates: ids }, options) }
    })
  // Before anybody is asked: what cannot be sent needs no yes.
  if (!(await workerIsThere(temporal)))
    throw await unheard(
      temporal,
      said.map((b) => b.said),
    )
  await agree(
    `${message === 'approve' ? 'Approve' : 'Withdraw what was approved for'} ${many(all.length, 'gate')}?`,
    options.yes,
  )
  const refused: Unsaid[] = []
  const failed: Unsaid[] = []
  const done: Done[] = []
  for (const { platform, workflowId, app, by, ids, gates, proves, said: it } of said) {
    const digests = gates.map((g) => g.digest)
    try {
      await say(temporal, it, proves, digests)
      done.push({
        did: message,
        platform,
        workflowId,
        by,
        gates: ids,
        ...(app !== undefined && { app }),
        message: `✔ ${past[message]} ${many(ids.length, 'gate')} of ${app ?? platform} (${ids.join(', ')}, as ${by})`,
      })
    } catch (error) {
      if (error instanceof Refused) refused.push({ workflowId, gates: ids, code: error.code, message: error.message })
      // While nothing has come of it, it is as with a single gate.
      else if (done.length === 0 && refused.length === 0) throw error
      else failed.push({ workflowId, gates: ids, ...codeAndMessage(error) })
    }
  }
  return told({ done, refused, ...(failed.length > 0 && { failed }) }, options)
}

async function told(batches: Batches, { output }: BatchOptions): Promise<number> {
  await print(batches, output, {
    table: () => batches.done.map((it) => it.message).join('\n'),
    names: () => batches.done.flatMap((it) => it.gates ?? []),
  })
  for (const { code, message } of batches.refused) tell(`✖ refused (${code}): ${message}`)
  for (const { workflowId, code, message } of batches.failed ?? []) tell(`✖ ${workflowId} (${code}): ${message}`)
  if (batches.failed) return exit.error
  return batches.refused.length > 0 ? exit.refused : exit.done
}

const codeAndMessage = (error: unknown): Pick<Unsaid, 'code' | 'message'> => ({
  code: error instanceof Error && 'code' in error ? String(error.code) : 'error',
  message: error instanceof Error ? error.message : String(error),
})
