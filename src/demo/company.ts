import { setTimeout as sleep } from 'node:timers/promises'
import { latestRun } from '../client/ask.ts'
import type { Temporal } from '../client/connect.ts'
import type { OpenGate } from '../client/shapes.ts'
import { asked, welcome, type Place } from './guide.ts'
import { answerTo, asTyped, retryOf, type Typed } from './people.ts'
import { norikae } from './processes.ts'
import type { Stage } from './stage.ts'

/** Who starts the upgrade, and answers while it moves. */
export interface Company {
  /** Resolves when the upgrade has begun. */
  begin(): Promise<void>
  /** What is open, with every look at it. `mended`: what its team can mend is mended by now. */
  hear(gates: readonly OpenGate[], mended: (gate: OpenGate) => Promise<boolean>): Promise<void>
  /** All that it had to say is said. */
  done(): Promise<unknown>
}

/** The teams of the sandbox, who type what people would. */
export function teams(stage: Stage, { platform, to, by, blue }: Place, file: string): Company {
  const answered = new Set<string>()
  const saying: Promise<void>[] = []
  /** Runs it, and shows what was typed and what came of it. */
  const say = async ({ args, because }: Typed) => {
    const { code, output } = await norikae([...args, '--platform', platform, '--yes'])
    stage.say(`$ ${asTyped(args)}   # ${because}${code === 0 ? '' : `\n${output}`}`)
  }
  return {
    async begin() {
      // It shows the plan first, as `norikae plan` does.
      const args = ['start', '-f', file, '--to', to, '--as', by, '--yes']
      stage.say(`$ ${asTyped(args)}`)
      const { code, output } = await norikae(args)
      stage.say(`${output}\n`)
      if (code !== 0) throw new Error(`norikae start exited with ${code}`)
    },
    async hear(gates, mended) {
      for (const gate of gates.filter((g) => !answered.has(g.gate))) {
        const answer = answerTo(gate, blue) ?? ((await mended(gate)) ? retryOf(gate) : undefined)
        if (!answer) continue
        answered.add(gate.gate)
        saying.push(say(answer))
      }
    },
    done: () => Promise.all(saying),
  }
}

/** Gates of several apps open one after the other: whoever reads is told of them together. */
const TOGETHER_MS = 2500
const LOOK_EVERY_MS = 500

/** Whoever reads, who is told what to type. */
export function reader(stage: Stage, place: Place, env: string, temporal: Temporal): Company {
  const told = new Set<string>()
  let fresh: readonly string[] = []
  let since = 0
  return {
    async begin() {
      stage.say(welcome(place, env))
      while ((await latestRun(temporal, place.platform)) === undefined) await sleep(LOOK_EVERY_MS)
    },
    async hear(gates, mended) {
      const unheard = gates.filter((g) => !told.has(g.gate))
      for (const gate of unheard) await mended(gate)
      const ids = unheard.map((g) => g.gate)
      if (ids.some((id) => !fresh.includes(id))) since = Date.now()
      fresh = ids
      if (ids.length === 0 || Date.now() - since < TOGETHER_MS) return
      for (const id of ids) told.add(id)
      stage.say(`\n${asked(unheard, place)}\n`)
    },
    done: () => Promise.resolve(),
  }
}
