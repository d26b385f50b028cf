import type { Measure, Measuring } from './measures.ts'
import { HANDOVER } from './annotations.ts'
import { declarationFault, declaredFor, type Beside } from './declared.ts'
import type { WorkloadFacts } from './facts.ts'
import { blocker, type Finding } from './findings.ts'
import { inOrder, just, pair, stay, undoing, type Move } from './moves.ts'
import { slug, workloadName, type Handover, type Side, type WorkloadRef } from './platform.ts'
import { act, ask } from './steps.ts'
import type { GateRule } from './gates.ts'

export interface Workload {
  readonly ref: WorkloadRef
  readonly handover: Handover
  readonly scaled: boolean
}

const pods = ['Deployment', 'StatefulSet'] as const

/** Which kinds of workload each class can move: a slot runs once only by its schedule, and a node's pod cannot be scaled to none. */
export const kindsOf: Readonly<Record<Handover['class'], readonly WorkloadRef['kind'][]>> = {
  overlap: [...pods, 'DaemonSet'],
  consumer: pods,
  schedule: ['CronJob'],
  singleton: pods,
  buffer: [...pods, 'DaemonSet'],
  stateful: pods,
}

/** `Deployments and StatefulSets` */
export const kindsInWords = (handover: Handover['class']): string =>
  kindsOf[handover].map((kind) => `${kind}s`).join(' and ')

/**
 * Declared wins, in the platform file (`inFile`) or by its annotation; what is safe to infer is inferred; the rest is a
 * blocker, never a guess.
 */
export function classify(found: WorkloadFacts, inFile: Handover | undefined, beside: Beside): Workload | Finding {
  const { ref, scaled } = found
  const fault = declarationFault(found, inFile, beside)
  if (fault) return fault
  const declared = declaredFor(found, inFile)
  const as = (handover: Handover): Workload => ({ ref, handover, scaled })

  if (declared && !kindsOf[declared.class].includes(ref.kind))
    return blocker(
      'handover-unfit',
      workloadName(ref),
      `it is declared ${declared.class}, which is for ${kindsInWords(declared.class)}`,
      ref.kind === 'CronJob' ? 'declare it schedule, or leave it out: a CronJob is one' : 'declare another class',
    )
  if (declared) return as(declared)
  if (found.hasVolumes || ref.kind === 'StatefulSet')
    return blocker(
      'handover-stateful',
      workloadName(ref),
      'it may have volumes, and nothing says what becomes of what is on them',
      `declare it in the platform file: apps.<app>.workloads.${ref.name}: { handover: stateful, by: handover } takes its volumes along; another class leaves them on blue. Or by its annotation ${HANDOVER}`,
    )
  if (ref.kind === 'CronJob') return as({ class: 'schedule' })
  if (ref.kind === 'Deployment' && found.behindService) return as({ class: 'overlap' })
  return blocker(
    'handover-undeclared',
    workloadName(ref),
    'it has no handover class, and its spec does not tell how it changes sides',
    `declare it in the platform file: apps.<app>.workloads.${ref.name}: { handover: consumer | singleton | … }, or by its annotation ${HANDOVER}`,
  )
}

/** Must not run on green before its turn. */
export const startsAsleep = ({ handover }: Workload): boolean =>
  handover.class !== 'overlap' && handover.class !== 'buffer'

export interface Spot {
  readonly environment: string
  readonly team: GateRule
  /** A measure of the platform file, put to one side's namespace. */
  readonly ask: (side: Side, namespace: string, measure: Measure) => Measuring
}

/** How one workload changes sides, and how it comes back. */
export function handover({ ref, handover: h }: Workload, spot: Spot): Move {
  const id = (verb: string) => `${spot.environment}/${slug(ref)}/${verb}`
  const on = { blue: { workload: ref, on: 'blue' }, green: { workload: ref, on: 'green' } } as const

  const stopBlue = (how: { readonly alone?: true }) =>
    pair(act(id('stop-blue'), 'stopWorkload', on.blue), act(id('start-blue'), 'startWorkload', { ...on.blue, ...how }))
  const startGreen = (how: { readonly alone?: true }) =>
    pair(
      act(id('start-green'), 'startWorkload', { ...on.green, ...how }),
      act(id('stop-green'), 'stopWorkload', on.green),
    )
  const [stopAlone, startAlone] = [stopBlue({ alone: true }), startGreen({ alone: true })]

  switch (h.class) {
    case 'overlap':
      return stay // its routes move it
    case 'consumer':
      return h.idempotent ? inOrder(startGreen({}), stopBlue({})) : inOrder(stopAlone, noneInFlight(h), startAlone)
    case 'schedule':
      return inOrder(
        pair(act(id('suspend-blue'), 'suspendSchedule', on.blue), act(id('resume-blue'), 'resumeSchedule', on.blue)),
        pair(
          act(id('resume-green'), 'resumeSchedule', on.green),
          act(id('suspend-green'), 'suspendSchedule', on.green),
        ),
      )
    case 'singleton': {
      const left = (side: Side) => ({
        ...(h.lease !== undefined && { lease: h.lease }),
        ...(h.proof !== undefined && { proof: spot.ask(side, ref.namespace, h.proof) }),
      })
      const [within, alone] = [{ within: h.downtime }, { alone: true } as const]
      return inOrder(
        pair(
          act(id('stop-blue'), 'stopWorkload', { ...on.blue, ...left('blue'), ...within }),
          // On the way back it is down already: it comes up as soon as it can.
          act(id('start-blue'), 'startWorkload', { ...on.blue, ...alone }),
        ),
        pair(
          act(id('start-green'), 'startWorkload', { ...on.green, ...within, ...alone }),
          act(id('stop-green'), 'stopWorkload', { ...on.green, ...left('green') }),
        ),
      )
    }
    case 'buffer': {
      // Blue's buffer runs on until commit: should the producers come back, it is there. Green's is drained before
      // what was deployed is withdrawn (`plan-cutover.ts`), because it fills from the first request on.
      const drain = (step: string) =>
        act(id(step), 'drainBuffer', {
          ...on.blue,
          within: h.drainWithin,
          depth: spot.ask('blue', ref.namespace, h.depth),
          ...(h.flush !== undefined && { flush: h.flush }),
        })
      // One a node cannot be scaled to none; it ends with its nodes.
      const stop = ref.kind === 'DaemonSet' ? [] : [act(id('stop-blue'), 'stopWorkload', on.blue)]
      return { ...just(drain('drain-blue')), commit: [drain('drain-blue-again'), ...stop] }
    }
    case 'stateful':
      return h.by === 'handover'
        ? inOrder(volumesKept(), stopAlone, ...volumesMove(), startAlone)
        : volumesCopy(h.lossOnReturn ?? 'unknown')
  }

  /** Between stopping on one side and starting on the other, whichever way it goes. */
  function noneInFlight({ inFlight, settlesWithin: within }: Handover & { readonly class: 'consumer' }): Move {
    if (inFlight === undefined || within === undefined) return stay
    const wait = (side: Side) =>
      act(id(`in-flight-${side}`), 'awaitInFlight', {
        ...on[side],
        within,
        inFlight: spot.ask(side, ref.namespace, inFlight),
      })
    return { ...just(wait('blue')), back: [undoing(startAlone.forward, wait('green'))] }
  }

  /** Before anything: what happens to claims once the workload is stopped is not in Norikae's hands. */
  function volumesKept(): Move {
    return {
      ...pair(act(id('retain-blue'), 'retainVolumes', on.blue), act(id('unretain-blue'), 'unretainVolumes', on.blue)),
      // Blue's of the same volumes are kept for ever: its claims go with it, and the volumes are green's.
      commit: [act(id('unretain-green'), 'unretainVolumes', on.green)],
    }
  }

  function volumesMove(): Move[] {
    return [
      pair(act(id('detach-blue'), 'detachVolumes', on.blue), act(id('attach-blue'), 'attachVolumes', on.blue)),
      pair(act(id('attach-green'), 'attachVolumes', on.green), act(id('detach-green'), 'detachVolumes', on.green)),
    ]
  }

  /**
   * Green gets what blue had when it was stopped; blue's own volumes are kept as the way back. Coming back loses what green
   * wrote, so people are asked first; and blue runs before what green had is tidied up. Both make it more than the mirror.
   */
  function volumesCopy(loss: string): Move {
    const kept = volumesKept()
    const copy = act(id('copy'), 'copyVolumes', { workload: ref, from: 'blue', to: 'green' })
    const onGreen = startAlone.forward
    const { expires: _, ...rule } = spot.team
    const sure = ask(
      id('accept-loss'),
      `going back loses: ${loss} (what ${workloadName(ref)} wrote on green). Type ${ref.name} to accept it`,
      // A way back neither ends by itself nor waits for somebody who is not there.
      { ...rule, approvals: 1, exclude: [], typed: ref.name },
    )
    return {
      forward: [...kept.forward, ...stopAlone.forward, copy, ...onGreen],
      back: [
        undoing(onGreen, sure),
        ...startAlone.back,
        ...stopAlone.back,
        undoing(onGreen, act(id('keep-green'), 'keepCopies', on.green)),
        undoing([copy], act(id('discard'), 'discardVolumes', on.green)),
        ...kept.back,
      ],
      commit: [
        ...kept.commit,
        // No other side has blue's own: they go with blue, where their policy says so.
        act(id('let-go-of-blue'), 'unretainVolumes', on.blue),
        act(id('drop-snapshots'), 'dropSnapshots', { workload: ref }),
      ],
    }
  }
}
