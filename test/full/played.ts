import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenGate, UpgradeView } from '../../src/client/shapes.ts'
import { answerTo } from '../../src/demo/people.ts'
import { BLUE, type Bed } from './bed.ts'
import { report } from './every.ts'
import { movementOf } from './movement.ts'

/** How it ended, and what was asked beside the gates of the plan. */
export interface Ended {
  readonly view: UpgradeView
  readonly asked: readonly string[]
}

/** A step that fails each time is no interruption. */
const MOST_ASKED = 12
/** Said again where nobody heard it: what was sent to a run that was reset is of the run before. */
const SAY_AGAIN_MS = 15_000

/** While a test looks on, and else: each look asks every workflow. */
const [LOOK_MS, GLANCE_MS] = [300, 1_000]
/** So many looks at which nothing has moved: three minutes, and more where the machine is slow. */
const [MOVES_EVERY_MS, STILL_LOOKS] = [5_000, 36]
const TELL_EVERY_MS = 60_000

/** What a test has to do with it beside the answers. */
export interface Playing {
  /** May do something at each view. */
  readonly look?: (view: UpgradeView) => unknown
  /** What takes many minutes, and how far it is: told each minute. */
  readonly progress?: { readonly of: string; readonly is: () => string }
  /** After how many looks that see nothing move it hangs. */
  readonly stillLooks?: number
}

/**
 * Answers as the teams would, until it is over. Throws, with what was seen last, when nothing happens any more, when a
 * worker ends by itself, and when people are asked again and again. However long all of it takes is the test's to say.
 */
export async function played(bed: Bed, { look, progress, stillLooks = STILL_LOOKS }: Playing = {}): Promise<Ended> {
  const people = teamsOf(bed)
  const movement = movementOf(bed)
  let last = 'nothing was seen'
  async function check(): Promise<void> {
    const wrong =
      (await bed.broken()) ??
      (people.asked.length > MOST_ASKED ? 'people are asked again and again' : undefined) ??
      ((await movement.still()) >= stillLooks ? `nothing has happened for ${stillLooks} looks` : undefined)
    if (wrong === undefined) return
    const pending = await movement.pending()
    throw new Error([wrong, last, ...pending, ...people.asked.map((a) => `asked: ${a}`)].join('\n'))
  }
  const began = Date.now()
  const checks = every(MOVES_EVERY_MS, check)
  const tells = every(TELL_EVERY_MS, () => {
    const minutes = Math.round((Date.now() - began) / 60_000)
    if (progress) report(`${progress.of}, ${minutes} min: ${progress.is()}; ${last.split('\n')[0]}`, [])
  })
  for (;;) {
    // Nobody answers while a worker or the server is away.
    const view = await bed.view().catch(() => undefined)
    if (view) {
      last = shown(view)
      await look?.(view)
      if (view.outcome !== 'running') return { view, asked: people.asked }
      await people.answer(view.gates)
    }
    await checks()
    await tells()
    await sleep(look ? LOOK_MS : GLANCE_MS)
  }
}

/** What is done no more often than that, and not at once. */
function every(ms: number, what: () => unknown): () => Promise<void> {
  let at = Date.now()
  return async () => {
    if (Date.now() - at < ms) return
    at = Date.now()
    await what()
  }
}

/** Answer each gate as their teams would. `asked`: what for, beside the gates of the plan. */
function teamsOf(bed: Bed): { readonly asked: readonly string[]; answer(gates: readonly OpenGate[]): Promise<void> } {
  const asked: string[] = []
  const said = new Map<string, number>()
  const answer = async (gate: OpenGate): Promise<void> => {
    if (Date.now() - (said.get(gate.gate) ?? 0) < SAY_AGAIN_MS) return
    const { message, body } = wordFor(gate)
    if (message !== 'approve' && !said.has(gate.gate))
      asked.push(`${gate.app ?? 'upgrade'} ${gate.gate}: ${gate.problem ?? gate.what}`)
    said.set(gate.gate, Date.now())
    if (message === 'retry' && gate.app !== undefined) bed.mend(gate.app)
    await bed.temporal.client.workflow.getHandle(gate.workflowId).signal(message, body)
  }
  return {
    asked,
    async answer(gates) {
      for (const gate of gates) await answer(gate).catch(() => undefined)
    },
  }
}

const shown = ({ status, cutovers, gates }: UpgradeView): string =>
  [
    status.run ? `phase ${status.run.phase}, ${status.run.state}` : 'no plan yet',
    ...cutovers.flatMap((c) => c.runs.map((r) => `${c.app} ${r.subject.environment} ${r.state}`)),
    ...gates.map((g) => `waits at ${g.gate}: ${g.problem ?? g.what}`),
  ].join('\n')

/** Who answers for a team where the demo's people do not. */
const others: Readonly<Record<string, string>> = { scala: 'chiba@example.com', php: 'endo@example.com' }

function wordFor(gate: OpenGate): { readonly message: string; readonly body: object } {
  const words = answerTo(gate, BLUE)?.args ?? []
  const by = words[words.indexOf('--as') + 1] ?? others[gate.who[0] ?? ''] ?? 'baba@example.com'
  const offered = ['approve', 'retry'].flatMap((answer) => gate.send.find((s) => s.message === answer) ?? [])[0]
  if (!offered) throw new Error(`${gate.gate} offers neither approve nor retry`)
  const typed = offered.body['typed'] === undefined ? {} : { typed: BLUE }
  return { message: offered.message, body: { ...offered.body, by, ...typed } }
}
