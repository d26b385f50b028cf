import { commandFor } from './gates.ts'
import type { Change, UpgradeView } from './shapes.ts'
import { inWords, untoldIn } from './untold.ts'
import { standingOf } from './standing.ts'

/** What is different since the view before; everything where there was none. Pure. */
export function changes(before: UpgradeView | undefined, after: UpgradeView): Change[] {
  const { platform, run, held, ending, paused } = after.status
  const base = { at: after.at, platform }
  const was = before?.status
  const note = (text: string): Change => ({ ...base, what: 'note', now: text })
  const found: Change[] = []

  if (run && run.phase !== was?.run?.phase)
    found.push({ ...base, what: 'phase', ...since(was?.run?.phase), now: run.phase })
  if (paused !== (was?.paused ?? false)) found.push(note(paused ? 'paused' : 'goes on'))
  if (ending !== undefined && ending !== was?.ending) found.push(note(ending))
  if (held !== undefined && held !== was?.held) found.push(note(held))
  if (after.silent !== undefined && before?.silent === undefined) found.push(note(after.silent))
  const known = before ? untoldIn(before).map(inWords) : []
  for (const text of untoldIn(after)
    .map(inWords)
    .filter((t) => !known.includes(t)))
    found.push(note(text))
  for (const text of after.status.refused.filter((r) => !was?.refused.includes(r))) found.push(note(`refused ${text}`))

  for (const { app, environments } of after.status.apps) {
    for (const { name: environment } of environments) {
      const old = before && standingOf(before, app, environment)
      const now = standingOf(after, app, environment)
      if (now.word === 'pending' && old === undefined) continue
      if (old?.word === now.word && old.weight === now.weight) continue
      found.push({
        ...base,
        what: 'environment',
        app,
        environment,
        ...since(old?.word),
        now: now.word,
        ...(now.weight !== undefined && { weight: now.weight }),
      })
    }
  }
  for (const gate of after.gates.filter((g) => !before?.gates.some((b) => b.gate === g.gate && b.app === g.app))) {
    const how = gate.send.map((s) => commandFor(gate, s.message, after.gates))
    found.push({
      ...base,
      what: 'waiting',
      ...place(gate),
      now: `${gate.what}${gate.opensAt === undefined ? `; waits for ${gate.who.join(', ')}` : ''}: ${how.join(' | ')}`,
      gate,
    })
  }
  for (const gate of before?.gates.filter((b) => !after.gates.some((g) => g.gate === b.gate && g.app === b.app)) ?? [])
    found.push({ ...base, what: 'closed', ...place(gate), now: gate.what })
  if (after.outcome !== 'running' && before?.outcome !== after.outcome)
    found.push({ ...base, what: 'ended', now: after.message ?? after.outcome, outcome: after.outcome })
  return found
}

const since = (before: string | undefined) => (before === undefined || before === '' ? {} : { before })
const place = ({ app, environment }: { app?: string; environment?: string }) => ({
  ...(app !== undefined && { app }),
  ...(environment !== undefined && { environment }),
})
