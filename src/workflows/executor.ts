import { CancellationScope } from '@temporalio/workflow'
import type { Receipt } from '../domain/actions.ts'
import { isChoice, type Choice } from '../domain/choices.ts'
import type { Answer, Gate } from '../domain/gates.ts'
import { nextAttempt, settled, write, type Problem, type StepRecord } from '../domain/journal.ts'
import { mayRest } from '../domain/pausing.ts'
import { afterWayBack, wayBack, type Phase } from '../domain/plan.ts'
import { afterFailure, failureGate } from '../domain/asking.ts'
import type { Run } from '../domain/run.ts'
import type { LeafStep, Step } from '../domain/steps.ts'
import { problemOf, wasStopped } from './problems.ts'

/** A run that goes on. */
export type LiveRun = { -readonly [K in keyof Run]: Run[K] }

/** What the executor needs of the workflow that it runs in. */
export interface Hands {
  readonly run: LiveRun
  now(): string
  /** Waits while paused. Not asked where something would be down meanwhile. */
  mayStart(): Promise<void>
  /** `halted`: another step beside it has failed, so what only waits need not wait any longer. */
  perform(step: LeafStep, attempt: number, choice: Choice | undefined, halted: () => boolean): Promise<Receipt>
  /** What people say to the failure of this step. */
  ask(gate: Gate, step: LeafStep): Promise<Answer>
  wrote(): void
}

export interface Executor {
  /** Goes on where it was: what is settled is not done again. */
  forward(phase: Phase): Promise<void>
  /** Nothing cancels it; what fails waits for people. */
  back(phase: Phase): Promise<void>
  commit(phase: Phase): Promise<void>
}

/** What was waited for is waited for by another plan now. */
export const REPLACED = 'Replaced'
/** It waited for its hours, and what is beside it has failed. */
export const HALTED = 'Halted'

const stopped: ReadonlySet<string> = new Set([REPLACED, HALTED])

type Rule = (problem: Problem) => Phase['onFailure']
const askAlways: Rule = () => 'ask'

export function executor(hands: Hands): Executor {
  const { run } = hands

  async function inOrder(steps: readonly Step[], rule: Rule): Promise<void> {
    for (const step of steps)
      await (step.kind === 'group' ? sideBySide(step.lanes, step.atMost, rule) : leaf(step, rule))
  }

  /** After a failure no step starts, and those that run may end: undoing one in mid-air helps nobody. */
  async function sideBySide(lanes: readonly (readonly LeafStep[])[], atMost: number, rule: Rule): Promise<void> {
    const queue = lanes.map((lane) => [...lane])
    const failures: unknown[] = []
    const halted = () => failures.length > 0
    const worker = async () => {
      for (let lane = queue.shift(); lane; lane = queue.shift()) {
        for (const step of lane)
          if (failures.length === 0) await leaf(step, rule, halted).catch((error: unknown) => failures.push(error))
      }
    }
    await Promise.all(Array.from({ length: Math.min(atMost, lanes.length) }, worker))
    if (failures.length > 0) throw failures[0]
  }

  async function leaf(step: LeafStep, rule: Rule, halted = () => false): Promise<void> {
    let choice = await standingAnswer(step)
    while (!settled(run.journal, step.id)) {
      if (!run.goingBack && mayRest(run, step)) await hands.mayStart()
      const record: StepRecord = {
        step: step.id,
        attempt: nextAttempt(run.journal, step.id),
        state: 'running',
        startedAt: hands.now(),
      }
      put(record) // from here on it has a way back
      const end = (state: StepRecord['state'], more: Partial<StepRecord> = {}) =>
        put({ ...record, ...more, state, endedAt: hands.now() })
      try {
        end('done', { receipt: await hands.perform(step, record.attempt, choice, halted) })
      } catch (error) {
        if (wasStopped(error)) {
          end('stopped')
          throw error
        }
        const problem = problemOf(error)
        if (stopped.has(problem.type)) {
          end('stopped')
          throw error
        }
        end('failed', { problem })
        if (rule(problem) !== 'ask') throw error
        choice = await answered(step, record, problem)
      }
    }
  }

  /** A choice that its action carries out; what is only passed over is settled by it. */
  async function answered(step: LeafStep, record: StepRecord, problem: Problem): Promise<Choice | undefined> {
    const answer = await hands.ask(failureGate(run, step, record.attempt, problem, hands.now()), step)
    const choice = isChoice(answer, step, problem) ? answer : undefined
    if (answer === 'skip' && choice === undefined) put({ ...record, state: 'skipped', problem, endedAt: hands.now() })
    return choice
  }

  /** What people had not answered when the plan was replaced is asked again, and not tried again by itself. */
  async function standingAnswer(step: LeafStep): Promise<Choice | undefined> {
    const record = run.journal.steps[step.id]
    if ((step.kind !== 'app' && step.kind !== 'wait') || record?.state !== 'failed' || !record.problem) return undefined
    return answered(step, record, record.problem)
  }

  function put(record: StepRecord): void {
    run.journal = write(run.journal, record)
    hands.wrote()
  }

  return {
    forward: (phase) => inOrder(phase.forward, (problem) => afterFailure(phase, problem)),
    commit: (phase) => CancellationScope.nonCancellable(() => inOrder(phase.commit, askAlways)),
    back: (phase) =>
      CancellationScope.nonCancellable(async () => {
        run.goingBack = true
        await inOrder(wayBack(phase, run.journal), askAlways)
        run.journal = afterWayBack(phase, run.journal)
        run.goingBack = false
        hands.wrote()
      }),
  }
}
