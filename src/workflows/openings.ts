import { condition } from '@temporalio/workflow'
import { openingGate } from '../domain/asking.ts'
import type { Calendar, Opening } from '../domain/calendar.ts'
import type { Plan } from '../domain/plan.ts'
import type { WaitStep } from '../domain/steps.ts'
import { question } from './activities.ts'
import { Clock } from './clock.ts'
import { askMeanwhile, now, type Office } from './office.ts'
import { failed } from './problems.ts'

/** Before everything: nothing is known to have come yet. */
export const epoch = (): Clock => new Clock(new Date(0).toISOString())

/** Never given up: who cannot be told must not end what goes on meanwhile. `id`: another one each time. */
export async function openingOf(calendar: Calendar, id: string, clock: Clock): Promise<Opening> {
  const opening = await question('opening', id, 'see whether its hours have come', 'watch', { calendar, at: clock.at })
  clock.heard(opening.at)
  return opening
}

/** Ends once it is open and nothing is paused, or people go on before. `shut` is told what it waits for. Gives a note. */
export async function awaitOpening(
  office: Office,
  plan: Plan,
  step: WaitStep,
  calendar: Calendar,
  attempt: number,
  shut: (until: string) => void,
): Promise<string> {
  const clock = epoch()
  let times = 0
  for (let n = 1; ; n += 1) {
    const opening = await openingOf(calendar, `${step.id}/opening.${attempt}.${n}`, clock)
    if (opening.open) {
      if (!office.paused) return 'its hours have come'
      // They may be over by the time it is resumed.
      await condition(() => !office.paused)
      continue
    }
    if (opening.changes === undefined) throw failed('Failed', `could not ${step.title}: it never opens`)
    shut(opening.onTheWall ?? opening.changes)
    times += 1
    const gate = openingGate(plan, step, { attempt, times }, opening, office.platformTeam, now())
    if (await askMeanwhile(office, plan.subject, gate, opening.changes)) return 'people went on before its hours'
    clock.heard(opening.changes)
  }
}
