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
  const [since] = beginOf(plan, Object.values(steps))
  return { ...plan.cost, ...(since !== undefined && { since }) }
}

/** From the moment that green was asked for or taken over until blue was gone, or, where all went back, until the last step had ended. */
export function costInAll({ plan, journal: { steps, archive } }: Run): Spent | undefined {
  const records = [...archive, ...Object.values(steps)]
  const [from] = beginOf(plan, records)
  const last = records
    .flatMap((r) => r.endedAt ?? [])
    .toSorted()
    .at(-1)
  const to = goneAt(plan, records) ?? last
  return plan.cost && from !== undefined && to !== undefined ? spent(plan.cost, from, to) : undefined
}

/** When green was asked for, each time; one that others made is paid for here since the upgrade took it over. */
const beginOf = (plan: Run['plan'], records: readonly StepRecord[]): string[] =>
  of(plan, ['createCluster', 'adoptCluster'], records)
    .map((r) => r.startedAt)
    .toSorted()

/** When blue was: deleted, or removed by its owner where no step deletes it. */
const goneAt = (plan: Run['plan'], records: readonly StepRecord[]): string | undefined =>
  of(plan, ['deleteCluster', 'awaitRemoval'], records).find((r) => r.state === 'done')?.endedAt

/** Of the first of these actions that the plan has. */
function of({ phases }: Run['plan'], actions: readonly ActionName[], records: readonly StepRecord[]): StepRecord[] {
  const steps = phases.flatMap((p) => leaves(p.forward)).filter((s) => s.kind === 'action')
  const step = actions.flatMap((action) => steps.find((s) => s.action === action) ?? [])[0]
  return records.filter((r) => r.step === step?.id)
}
