import type { ActionName } from './actions.ts'
import { spent, type Keeping, type Spent } from './costs.ts'
import type { StepRecord } from './journal.ts'
import type { Run } from './run.ts'
import { leaves } from './steps.ts'

/** What keeping both clusters costs a day, while there are both. */
export interface Cost extends Keeping {
  /** ISO; absent: green is not there yet, or gone again. */
  readonly since?: string
}

export function costNow({ plan, journal: { steps } }: Run): Cost | undefined {
  if (!plan.cost || goneAt(plan, Object.values(steps)) !== undefined) return undefined
  const [since] = of(plan, 'createCluster', Object.values(steps)).map((r) => r.startedAt)
  return { ...plan.cost, ...(since !== undefined && { since }) }
}

/** From the moment that green was asked for until blue was gone, or, where all went back, until the last step had ended. */
export function costInAll({ plan, journal: { steps, archive } }: Run): Spent | undefined {
  const records = [...archive, ...Object.values(steps)]
  const [from] = of(plan, 'createCluster', records)
    .map((r) => r.startedAt)
    .toSorted()
  const last = records
    .flatMap((r) => r.endedAt ?? [])
    .toSorted()
    .at(-1)
  const to = goneAt(plan, records) ?? last
  return plan.cost && from !== undefined && to !== undefined ? spent(plan.cost, from, to) : undefined
}

/** When blue was. */
const goneAt = (plan: Run['plan'], records: readonly StepRecord[]): string | undefined =>
  of(plan, 'deleteCluster', records).find((r) => r.state === 'done')?.endedAt

function of({ phases }: Run['plan'], action: ActionName, records: readonly StepRecord[]): StepRecord[] {
  const step = phases.flatMap((p) => leaves(p.forward)).find((s) => s.kind === 'action' && s.action === action)
  return records.filter((r) => r.step === step?.id)
}
