import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  closed,
  opened,
  outcome,
  record,
  refusal,
  voided,
  type Answer,
  type Decision,
  type Desk,
  type Gate,
} from '../../src/domain/gates.ts'
import { rule } from '../support/builders.ts'

/**
 * A model of the rules, written from the design and not from the code: it keeps a list of votes for each gate, and knows
 * nothing of desks. Time is a number of minutes. Random sequences must be refused, counted and decided alike by both.
 */

const people = ['requester', 'ann', 'ben', 'cho', 'stranger'] as const
const members = ['requester', 'ann', 'ben', 'cho']
const steps = ['start', 'prod', 'end'] as const
type Step = (typeof steps)[number]

interface Vote {
  who: string
  answer: Answer
  from: number
  until: number
  images: string | undefined
  ahead: boolean
}
interface Place {
  open: boolean
  decided: Answer | undefined
  attempt: number
  votes: Vote[]
  ever: boolean
}

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
const idOf = (step: Step, attempt: number, digest = 'abcdef01') => `${step}@${digest}.${attempt}`
const failing = (step: Step) => step === 'prod' // offers retry and skip when opened a second time

function rulesOf(quorum: number) {
  return {
    start: rule('team'),
    prod: rule('team', { approvals: quorum, exclude: ['requester'] }),
    end: rule('team', { approvals: 1, exclude: ['start'], typed: 'blue' }),
  } as const
}
const offersOf = (step: Step, attempt: number): readonly Answer[] =>
  failing(step) && attempt > 1 ? ['retry', 'skip'] : ['approve', 'reject']

class Model {
  readonly quorum: number
  readonly places: Record<Step, Place>
  startApprovers: string[] = []
  constructor(quorum: number) {
    this.quorum = quorum
    const place = (): Place => ({ open: false, decided: undefined, attempt: 1, votes: [], ever: false })
    this.places = { start: place(), prod: place(), end: place() }
  }
  mayNot(step: Step): string[] {
    return step === 'prod' ? ['requester'] : step === 'end' ? this.startApprovers : []
  }
  /** Whether the answer counts. */
  accepts(
    step: Step,
    attempt: number,
    rightDigest: boolean,
    answer: Answer,
    v: Vote,
    typed: boolean,
    now: number,
  ): boolean {
    const p = this.places[step]
    if (!rightDigest || attempt !== p.attempt) return false
    const toCome = !p.open && !p.ever
    // What destroys is answered when it is open.
    if (!p.open && !(toCome && answer === 'approve' && step !== 'end')) return false
    if (!offersOf(step, attempt).includes(answer) || !members.includes(v.who)) return false
    if (p.votes.some((o) => o.who === v.who && o.answer === answer && o.until >= now)) return false
    if (v.until < now || v.from >= v.until) return false
    if (answer !== 'approve') return true
    return !this.mayNot(step).includes(v.who) && (step !== 'end' || typed)
  }
  decision(step: Step, now: number): Answer | undefined {
    const p = this.places[step]
    const valid = p.votes.filter((v) => v.from <= now && now <= v.until)
    const against = valid.find((v) => v.answer !== 'approve')
    if (against) return against.answer
    const needed = step === 'prod' ? this.quorum : 1
    return offersOf(step, p.attempt).includes('approve') && valid.length >= needed ? 'approve' : undefined
  }
}

type Move =
  | { do: 'open'; step: Step; images: string }
  | { do: 'pass'; minutes: number }
  | { do: 'back' }
  | {
      do: 'say'
      step: Step
      who: string
      answer: Answer
      off: number
      digest: boolean
      typed: boolean
      from: number | undefined
      until: number | undefined
    }

const step = fc.constantFrom(...steps)
const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('open' as const), step, images: fc.constantFrom('v1', 'v1', 'v1', 'v2') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'back' as const }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      step,
      who: fc.constantFrom(...people),
      answer: fc.constantFrom<Answer>('approve', 'approve', 'approve', 'reject', 'retry', 'skip'),
      off: fc.constantFrom(0, 0, 0, 0, 1, -1),
      digest: fc.constantFrom(true, true, true, true, false),
      typed: fc.boolean(),
      from: fc.option(fc.integer({ min: -10, max: 30 }), { nil: undefined, freq: 4 }),
      until: fc.option(fc.integer({ min: -10, max: 40 }), { nil: undefined, freq: 4 }),
    }),
  },
)

function play(quorum: number, all: readonly Move[]): { accepted: number; refused: number; decided: number } {
  const rules = rulesOf(quorum)
  const model = new Model(quorum)
  const count = { accepted: 0, refused: 0, decided: 0 }
  let desk: Desk = { gates: [], ahead: [], log: [], requester: 'requester', members: { team: members } }
  let now = 0
  const gateAs = (s: Step, images: string): Gate => ({
    id: idOf(s, model.places[s].attempt),
    title: s,
    rule: rules[s],
    offers: offersOf(s, model.places[s].attempt),
    openedAt: at(now),
    images,
    given: [],
  })
  const planned = () => steps.filter((s) => !model.places[s].open && !model.places[s].ever).map((s) => gateAs(s, 'v1'))

  const settle = () => {
    for (const s of steps) {
      const p = model.places[s]
      const gate = desk.gates.findLast((g) => g.id === idOf(s, p.attempt))
      if (!p.open || !gate) continue
      const says = model.decision(s, now)
      expect(outcome(gate, at(now)), `${s} at ${now}`).toBe(says)
      if (says === undefined) continue
      count.decided += 1
      if (s === 'start' && says === 'approve')
        model.startApprovers.push(...p.votes.filter((v) => v.answer === 'approve').map((v) => v.who))
      desk = closed(desk, gate.id, says, at(now))
      Object.assign(p, { open: false, decided: says, votes: [] })
    }
  }

  for (const move of all) {
    switch (move.do) {
      case 'pass':
        now += move.minutes
        break
      case 'back':
        desk = voided(desk, () => true, 'it went back', at(now))
        for (const s of steps) {
          const p = model.places[s]
          // Where it is open what was to count later goes too.
          p.votes = p.open ? p.votes.filter((v) => v.answer !== 'approve' || v.from === -Infinity) : []
        }
        break
      case 'open': {
        const p = model.places[move.step]
        if (p.open) break
        if (p.ever) Object.assign(p, { attempt: p.attempt + 1, votes: [] })
        const images = p.ever ? 'v1' : move.images
        const gate = gateAs(move.step, images)
        desk = opened(desk, gate)
        // Ahead is used once, by this opening, or never: other images, or somebody who may not any more.
        const barred = model.mayNot(move.step)
        Object.assign(p, {
          open: true,
          ever: true,
          votes: p.votes.filter((v) => v.images === images && !barred.includes(v.who) && v.until >= now),
        })
        expect(
          desk.gates
            .at(-1)
            ?.given.map((g) => g.by)
            .toSorted(),
        ).toEqual(p.votes.map((v) => v.who).toSorted())
        expect(desk.ahead.filter((g) => g.gate === gate.id)).toEqual([])
        break
      }
      case 'say': {
        const p = model.places[move.step]
        const attempt = p.attempt + move.off
        const d: Decision = {
          gate: idOf(move.step, attempt, move.digest ? 'abcdef01' : '00000000'),
          by: move.who,
          typed: move.typed ? 'blue' : 'Blue',
          ...(move.from !== undefined && { notBefore: at(now + move.from) }),
          ...(move.until !== undefined && { notAfter: at(now + move.until) }),
        }
        const vote: Vote = {
          who: move.who,
          answer: move.answer,
          from: move.from === undefined ? -Infinity : now + move.from,
          until: move.until === undefined ? Infinity : now + move.until,
          images: 'v1',
          ahead: !p.open,
        }
        const counts = model.accepts(move.step, attempt, move.digest, move.answer, vote, move.typed, now)
        const refused = refusal(desk, planned(), move.answer, d, at(now))
        expect(refused === undefined, `${JSON.stringify(move)} at ${now}: ${refused?.code}`).toBe(counts)
        count[counts ? 'accepted' : 'refused'] += 1
        if (!counts) break
        p.votes.push(vote)
        desk = record(desk, planned(), move.answer, d, at(now))
        expect(desk.log.at(-1)?.became).toBe(vote.ahead ? 'ahead' : 'counted')
        break
      }
    }
    settle()
  }
  return count
}

test.for([1, 2, 3])('with a quorum of %i a gate takes exactly what the rules allow, and ends as they say', (quorum) => {
  const seen = { accepted: 0, refused: 0, decided: 0 }
  fc.assert(
    fc.property(fc.array(moves, { minLength: 20, maxLength: 60, size: 'max' }), (all) => {
      const count = play(quorum, all)
      for (const k of ['accepted', 'refused', 'decided'] as const) seen[k] += count[k]
    }),
    { numRuns: 1000 },
  )
  // The sequences say something: many were taken, many refused, many ended.
  expect(Math.min(seen.accepted, seen.refused, seen.decided)).toBeGreaterThan(1000)
})
