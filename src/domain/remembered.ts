import type { Answer } from './gates.ts'
import type { Status, Waiting } from './status.ts'

/**
 * What a workflow leaves with Temporal as its memo: the gates that are open, so that people see who is waited for also
 * while no worker answers. Small, because each change of it is an event of the history.
 */
export interface Remembered {
  readonly gates: readonly RememberedGate[]
  /** How many more are open. */
  readonly more?: number
  readonly paused?: true
  /** The digest of the plan that a replan brought; absent where it is still the first. */
  readonly plan?: string
}

type RememberedGate = Pick<
  Waiting,
  'gate' | 'what' | 'since' | 'who' | 'needs' | 'people' | 'excluded' | 'opensAt' | 'onTheWall' | 'escalates'
> & {
  readonly environment?: string
  readonly takes: readonly Answer[]
  /** Those of the answers with which a name is typed. */
  readonly typed?: readonly Answer[]
}

/** The memo's name. */
export const MEMO = 'norikae'

/** Characters of JSON. A memo is part of every list that Temporal answers. */
const LARGEST = 2000
const LONGEST_TITLE = 200

/** Undefined: there is nothing to remember. */
export function remembered(all: readonly Status[], paused: boolean, plan?: string): Remembered | undefined {
  const open = all.flatMap(({ subject: { environment }, waitingFor }) => waitingFor.map((w) => gateOf(w, environment)))
  if (open.length === 0 && !paused && plan === undefined) return undefined
  const left = (gates: readonly RememberedGate[]): Remembered => ({
    gates,
    ...(gates.length < open.length && { more: open.length - gates.length }),
    ...(paused && { paused }),
    ...(plan !== undefined && { plan }),
  })
  const gates: RememberedGate[] = []
  for (const gate of open) {
    // A team of very many is known by its name.
    const { people: _people, excluded: _excluded, ...short } = gate
    const fitting = [gate, short].find((g) => JSON.stringify(left([...gates, g])).length <= LARGEST)
    if (!fitting) break
    gates.push(fitting)
  }
  return left(gates)
}

const gateOf = (w: Waiting, environment: string | undefined): RememberedGate => {
  const typed = w.send.filter((s) => s.body['typed'] !== undefined).map((s) => s.message)
  return {
    gate: w.gate,
    what: w.what.length > LONGEST_TITLE ? `${w.what.slice(0, LONGEST_TITLE)}…` : w.what,
    since: w.since,
    who: w.who,
    needs: w.needs,
    ...(w.people && { people: w.people }),
    ...(w.excluded && { excluded: w.excluded }),
    ...(w.opensAt !== undefined && { opensAt: w.opensAt }),
    ...(w.onTheWall !== undefined && { onTheWall: w.onTheWall }),
    ...(w.escalates && { escalates: w.escalates }),
    ...(environment !== undefined && { environment }),
    takes: w.send.map((s) => s.message),
    ...(typed.length > 0 && { typed }),
  }
}

export interface Recalled {
  readonly environment?: string
  readonly waiting: Waiting
}

/** What a memo says, as the status tells it; nothing where there is none, or what is there is not ours. */
export function recalled(memo: Readonly<Record<string, unknown>> | undefined): {
  readonly gates: readonly Recalled[]
  readonly more: number
  readonly paused: boolean
  readonly plan?: string
} {
  const found = memo?.[MEMO]
  if (!isRemembered(found)) return { gates: [], more: 0, paused: false }
  return {
    gates: found.gates.map(toldOf),
    more: found.more ?? 0,
    paused: found.paused ?? false,
    ...(typeof found.plan === 'string' && { plan: found.plan }),
  }
}

const toldOf = ({ takes, typed = [], environment, ...gate }: RememberedGate): Recalled => ({
  ...(environment !== undefined && { environment }),
  waiting: {
    ...gate,
    send: takes.map((message) => ({
      message,
      body: { gate: gate.gate, by: '<you>', ...(typed.includes(message) && { typed: '<its name>' }) },
    })),
  },
})

/** Whoever starts a workflow may give it a memo: looked at as far as it is read. */
const isRemembered = (it: unknown): it is Remembered =>
  typeof it === 'object' && it !== null && 'gates' in it && Array.isArray(it.gates) && it.gates.every(isGate)

const isGate = (it: unknown): boolean =>
  typeof it === 'object' &&
  it !== null &&
  'gate' in it &&
  typeof it.gate === 'string' &&
  ['who', 'takes'].every((list) => Array.isArray(Object.getOwnPropertyDescriptor(it, list)?.value))
