import { GIVEN_UP } from './annotations.ts'
import { warning, type Finding } from './findings.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { workloadName, type WorkloadRef } from './platform.ts'

/** What a buffer holds when it should hold nothing: so much, or nobody knows. Zero is neither. */
export type Rest = number | 'unknown'

export const restOf = (measured: number | null): Rest => measured ?? 'unknown'

/** What people gave up of it, as its workload keeps it; undefined: nothing. */
export function givenUpOf({ metadata }: KubernetesObject): Rest | undefined {
  const noted = metadata.annotations?.[GIVEN_UP]
  if (noted === undefined || noted === 'unknown') return noted
  return Number.isNaN(Number(noted)) ? undefined : Number(noted)
}

/** Given up is what people were told of. More than that is new; what nobody knows may be more, and known may be more than unknown. */
export const isGivenUp = (rest: Rest, givenUp: Rest | undefined): boolean =>
  typeof rest === 'number' && typeof givenUp === 'number' ? rest <= givenUp : rest === givenUp

export const holds = (workload: WorkloadRef, where: string, rest: Rest, asked: string): string =>
  rest === 'unknown'
    ? `nobody tells how much ${workload.name} on ${where} still holds (${asked} gives nothing)`
    : `${workload.name} on ${where} still holds ${rest}`

/** What people can answer once its budget is over. */
export const waysOn = (workload: WorkloadRef, where: string): string =>
  `retry: wait on for as long again. skip, with ${workload.name} typed: it is given up, and what is left of it when ${where} goes is lost`

export const givenUpFinding = (workload: WorkloadRef, where: string, rest: Rest): Finding =>
  warning(
    'rest-given-up',
    workloadName(workload),
    `people gave up what it held on ${where}: ${rest === 'unknown' ? 'nobody could tell how much' : rest}`,
    `until ${where} goes it is still there: see that it is delivered, or take it over by hand`,
  )

export const inFlight = (workload: WorkloadRef, where: string, rest: Rest, asked: string): string =>
  rest === 'unknown'
    ? `nobody tells how much of ${workload.name} on ${where} is in flight (${asked} gives nothing)`
    : `${rest} of ${workload.name} on ${where} are still in flight`

export const waysOnInFlight = (workload: WorkloadRef): string =>
  `retry: wait on for as long again. skip, with ${workload.name} typed: it starts on the other side now, and what is in flight may be worked on twice. Until one of them is said it runs on neither side`

export const inFlightFinding = (workload: WorkloadRef, where: string, rest: Rest): Finding =>
  warning(
    'in-flight-not-awaited',
    workloadName(workload),
    `people did not wait for what was in flight on ${where} when it stopped there: ${rest === 'unknown' ? 'nobody could tell how much' : rest}`,
    'look for what was worked on twice, or given back by its queue',
  )
