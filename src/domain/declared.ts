import { HANDOVER } from './annotations.ts'
import type { WorkloadFacts } from './facts.ts'
import { blocker, info, type Finding } from './findings.ts'
import { canonicalJson } from './plan.ts'
import { workloadName, type Handover, type WorkloadRef } from './platform.ts'

/**
 * Who says how a workload changes sides: the platform file, or its own annotation. Both may, in the same words; where
 * they differ two teams disagree, and neither is taken.
 */

/** What is known beside the workload itself. */
export interface Beside {
  /** Time zone and closed days are known, so windows can be told. */
  readonly clocks: boolean
  /** Where the platform file speaks of it: `platforms/chat.yaml:14:7`. */
  readonly place?: (ref: WorkloadRef) => string | undefined
}

/** What counts, once `declarationFault` has nothing to say. Undefined: nobody says anything. */
export const declaredFor = ({ annotated }: WorkloadFacts, inFile: Handover | undefined): Handover | undefined =>
  inFile ?? (annotated && 'handover' in annotated ? annotated.handover : undefined)

/** Why what is said of it cannot be taken. */
export function declarationFault(
  { ref, annotated }: WorkloadFacts,
  inFile: Handover | undefined,
  { clocks, place }: Beside,
): Finding | undefined {
  if (annotated === undefined) return undefined
  const about = workloadName(ref)
  if ('wrong' in annotated)
    return blocker(
      'handover-unreadable',
      about,
      `its annotation ${HANDOVER} cannot be taken: ${annotated.wrong.join('; ')}`,
      'mend it where the workload is deployed from, or take it out',
    )
  const { handover } = annotated
  if (inFile !== undefined && canonicalJson(inFile) !== canonicalJson(handover))
    return blocker(
      'declared-twice',
      about,
      `its annotation ${HANDOVER} says ${inWords(handover)}, and the platform file${at(place?.(ref))} says ${inWords(inFile)}`,
      'agree on one, and take the other out',
    )
  if (handover.window !== undefined && !clocks)
    return blocker(
      'handover-unreadable',
      about,
      `its annotation ${HANDOVER} has a window, which goes by clocks, and nothing says whose`,
      'write timeZone: Asia/Tokyo beside platform in the platform file, or take window out',
    )
  return undefined
}

const at = (place: string | undefined): string => (place === undefined ? '' : ` (${place})`)

/** So that who approves the plan sees what teams have said. */
export const byAnnotation = ({ ref }: WorkloadFacts, handover: Handover): Finding =>
  info(
    'handover-annotated',
    workloadName(ref),
    `it changes sides as its own annotation ${HANDOVER} says: ${inWords(handover)}`,
    'nothing to do; its team may change it there',
  )

/** Budgets are called so by people. */
const spelled: Readonly<Record<string, string>> = { drainWithin: 'budget', settlesWithin: 'budget' }

/** `singleton (downtime: 60s)` */
function inWords({ class: name, ...rest }: Handover): string {
  const details = Object.entries(rest).map(([key, value]) => {
    const text = Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : value
    return `${spelled[key] ?? key}: ${String(text)}`
  })
  return details.length === 0 ? name : `${name} (${details.join(', ')})`
}
