import { connect } from '../../client/connect.ts'
import { isFor, namesOf, offers } from '../../client/gates.ts'
import { glance, type Glance } from '../../client/glance.ts'
import type { OpenGate } from '../../client/shapes.ts'
import { isAnswer } from '../../domain/messages.ts'
import { asLines, FILES, shellNames, wanted, type ArgumentKind, type Suggestion, type Verb } from '../completions.ts'
import { exit } from '../exit-codes.ts'
import { out } from '../terminal.ts'

/** Somebody has pressed Tab, and waits. */
const WITHIN_MS = 800

/** What may stand next, a line each. Says nothing at all where Temporal is away, and never fails. */
export async function complete(verbs: readonly Verb[], words: readonly string[]): Promise<number> {
  const it = wanted(verbs, words)
  const lines =
    'fixed' in it
      ? asLines(it.fixed)
      : it.kind === 'file'
        ? [FILES]
        : asLines((await known(it.kind, it)).filter((s) => s.value.startsWith(it.typed)))
  if (lines.length > 0) out(lines.join('\n'))
  return exit.done
}

interface About {
  readonly verb: string
  readonly before: readonly string[]
  readonly typed: string
}

async function known(kind: ArgumentKind, about: About): Promise<readonly Suggestion[]> {
  if (kind === 'text' || kind === 'file') return []
  if (kind === 'shell') return shellNames.map((value) => ({ value, says: '' }))
  if (kind === 'field') return fields(about.typed)
  const seen = await looked()
  return seen ? named(kind, about, seen) : []
}

/** One look with a short patience; undefined where nobody answers in time. */
async function looked(): Promise<Glance | undefined> {
  try {
    await using temporal = await connect(process.env, WITHIN_MS)
    return await glance(temporal)
  } catch {
    return undefined
  }
}

function named(
  kind: Exclude<ArgumentKind, 'text' | 'file' | 'shell' | 'field'>,
  { verb, before }: About,
  { open, ended }: Glance,
): Suggestion[] {
  const apps = open.flatMap((o) => o.apps)
  const app = before.at(-1)
  switch (kind) {
    case 'platform':
      return [
        ...open.map((o) => ({ value: o.platform, says: 'is being upgraded' })),
        ...ended.filter((e) => !open.some((o) => o.platform === e)).map((value) => ({ value, says: 'was upgraded' })),
      ]
    case 'gate':
      return isAnswer(verb)
        ? once(
            open
              .flatMap((o) => o.gates)
              .filter((g) => offers(g, verb))
              .map(gateName),
          )
        : []
    case 'app':
      return verb === 'where'
        ? apps.flatMap((a) => a.environments.map((e) => ({ value: `${a.app}/${e}`, says: '' })))
        : once(apps.map((a) => ({ value: a.app, says: a.environments.join(', ') })))
    case 'environment':
      return isAnswer(verb)
        ? open
            .flatMap((o) => o.gates)
            .flatMap((g) =>
              g.app === app && offers(g, verb) && g.environment !== undefined
                ? [{ value: g.environment, says: g.what }]
                : [],
            )
        : apps.filter((a) => a.app === app).flatMap((a) => a.environments.map((value) => ({ value, says: '' })))
    case 'person':
      return once(open.flatMap((o) => o.gates).flatMap((g) => people(g)))
  }
}

const gateName = (gate: OpenGate): Suggestion => ({
  value: namesOf(gate)[0],
  says: `${gate.who.join(', ')}: ${gate.what}`,
})

const people = (gate: OpenGate): Suggestion[] =>
  (gate.people ?? []).filter((p) => isFor(gate, p) !== false).map((value) => ({ value, says: gate.who.join(', ') }))

const once = (all: readonly Suggestion[]): Suggestion[] => [...new Map(all.map((s) => [s.value, s])).values()]

/** The next part of a path in the platform file. */
async function fields(typed: string): Promise<Suggestion[]> {
  const { explain, NoSuchField } = await import('../../config/explain.ts')
  const above = typed.slice(0, Math.max(0, typed.lastIndexOf('.')))
  try {
    return explain(above)
      .fields.filter((f) => f.name !== '<name>')
      .map((f) => ({ value: above === '' ? f.name : `${above}.${f.name}`, says: f.means }))
  } catch (error) {
    if (error instanceof NoSuchField) return []
    throw error
  }
}
