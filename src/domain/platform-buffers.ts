import { declarationFault, declaredFor } from './declared.ts'
import type { WorkloadFacts } from './facts.ts'
import { blocker, type Finding } from './findings.ts'
import { workloadName, type Buffer, type Handover } from './platform.ts'

/**
 * What a workload of a platform app holds until it is delivered: as the platform file says of the app (`inFile`), or the
 * workload of itself. They go with their cluster, so no other class, and no window, means anything there.
 */
export function platformBuffer(
  app: string,
  found: WorkloadFacts,
  inFile: Handover | undefined,
): Buffer | Finding | undefined {
  const { ref: workload, annotated } = found
  if (workload.kind === 'CronJob' && annotated === undefined) return undefined
  const fault = declarationFault(found, inFile, { clocks: true, place: () => `platformApps.${app}` })
  if (fault) return fault
  const declared = declaredFor(found, inFile)
  if (declared === undefined) return undefined
  if (declared.class !== 'buffer' || declared.window !== undefined || workload.kind === 'CronJob')
    return blocker(
      'handover-unfit',
      workloadName(workload),
      `its annotation says ${declared.class}${declared.window === undefined ? '' : ' with a window'}, and ${app} is a platform app: those go with their cluster, and what they hold is drained before`,
      'declare a buffer without a window, or take the annotation out',
    )
  const { drainWithin, depth, flush } = declared
  return { workload, drainWithin, depth, ...(flush !== undefined && { flush }) }
}
