import { upsertMemo, workflowInfo } from '@temporalio/workflow'
import { MEMO, type Remembered } from '../domain/remembered.ts'

/** Each write is an event of the history: only what changed is written. Undefined takes it away. */
export function remember(wanted: Remembered | undefined): void {
  const found = workflowInfo().memo?.[MEMO]
  if (JSON.stringify(found) !== JSON.stringify(wanted)) upsertMemo({ [MEMO]: wanted ?? null })
}
