import { cutoverStatus, workerIsThere } from '../../client/ask.ts'
import type { Temporal } from '../../client/connect.ts'
import { openCutovers, thePlatform } from '../../client/find.ts'
import { commandFor, isFor, meant, needsTyping, offers, whyNot } from '../../client/gates.ts'
import { BadInput, NotReady, Refused } from '../../client/problems.ts'
import { lookFirst, say, type Said } from '../../client/say.ts'
import type { Done, Gates, OpenGate, Overview } from '../../client/shapes.ts'
import { noWorker } from '../../client/translate.ts'
import { overview, viewOf, viewOrKept } from '../../client/views.ts'
import { isOf } from '../../domain/asking.ts'
import type { Answer } from '../../domain/gates.ts'
import { cutoverId, upgradeId } from '../../domain/messages.ts'
import { spelled } from '../../domain/people.ts'
import type { Status } from '../../domain/status.ts'
import type { ToProve } from '../../domain/trust.ts'
import type { BatchOptions } from '../batches.ts'
import { exit } from '../exit-codes.ts'
import { print, whoIs } from '../output.ts'
import { agree, typing } from '../prompt.ts'
import { gateDetails, gateList, where } from '../render/gates.ts'
import { drawn } from '../render/lines.ts'
import { withTemporal } from '../run.ts'
import { screenOn, tell } from '../terminal.ts'

export interface AnswerOptions extends BatchOptions {
  readonly color: boolean
}

const past = {
  approve: 'approved',
  reject: 'rejected',
  retry: 'retried',
  skip: 'skipped',
  rerun: 'rerun',
} as const satisfies Record<Answer, string>

/** What must be typed with an answer that lets something go for good. */
const whatIsTyped = (verb: Answer, gate: OpenGate): string =>
  verb === 'approve'
    ? `Type the name of what is lost for good by ${where(gate)} (${gate.what})`
    : `Type the name of the workload whose rest is given up by ${where(gate)} (${gate.what})`

/** Finds the open gate that is meant, shows what is decided, asks, and sends the answer. Without a name: lists. */
export async function answer(
  verb: Answer,
  name: string | undefined,
  environment: string | undefined,
  options: AnswerOptions,
): Promise<number> {
  if (name === undefined) return list(verb, options)
  const who = whoIs(options.as)
  return withTemporal(async (temporal) => {
    const platform = await thePlatform(temporal, options.platform)
    const { notBefore, notAfter } = options
    const more = {
      ...(options.comment !== undefined && { comment: options.comment }),
      ...(notBefore !== undefined && { notBefore }),
      ...(notAfter !== undefined && { notAfter }),
    }
    const unseen = async (): Promise<Said> => {
      const { workflowId, gate } = await guess(temporal, platform, verb, name, environment)
      const typed = options.typed === undefined ? {} : { typed: options.typed }
      return { workflowId, message: verb, body: { gate, by: who, ...more, ...typed } }
    }
    const found = await lookFirst(temporal, unseen, () => find(temporal, platform, verb, name, environment))
    const by = 'what' in found ? spelled(found.people ?? [], who) : who
    if ('what' in found) {
      const screen = screenOn(process.stderr, options)
      tell(drawn(gateDetails(found, screen, verb), screen))
    }
    const { workflowId, gate } = found
    const place = 'what' in found ? where(found) : name
    const typed =
      'what' in found && needsTyping(found, verb)
        ? await typing(whatIsTyped(verb, found), options.typed, '--typed <name>')
        : options.typed
    await agree(`${verb[0]?.toUpperCase()}${verb.slice(1)} ${place} of ${platform}?`, options.yes)
    const body = { gate, by, ...more, ...(typed !== undefined && { typed }) }
    await say(temporal, { workflowId, message: verb, body }, found.proves, [found.digest ?? ''])
    const about = 'what' in found && (verb === 'approve' || verb === 'reject') ? `: ${found.what}` : ''
    const done: Done = {
      did: verb,
      platform,
      workflowId,
      gate,
      by,
      ...('app' in found && found.app !== undefined && { app: found.app }),
      ...('environment' in found && found.environment !== undefined && { environment: found.environment }),
      message: `✔ ${past[verb]} ${place}${about} (${gate}, as ${by})`,
    }
    await print(done, options.output, { table: () => done.message, names: () => [gate] })
    return exit.done
  })
}

/** What is open for this person; all where it is not said who asks, or the answer does not tell who may. */
async function list(verb: Answer, options: AnswerOptions): Promise<number> {
  const { as: who, platform } = options
  const { gates: all, silent } = await withTemporal((temporal): Promise<Pick<Overview, 'gates' | 'silent'>> =>
    platform === undefined ? overview(temporal) : viewOf(temporal, platform),
  )
  if (silent !== undefined && all.length === 0) throw new NotReady('no-worker', silent)
  if (silent !== undefined) tell(silent)
  const taking = all.filter((g) => offers(g, verb))
  const gates = who === undefined ? taking : taking.filter((g) => isFor(g, who, verb) !== false)
  const screen = screenOn(process.stdout, options)
  const shown: Gates = { gates }
  await print(shown, options.output, {
    table: (wide) => drawn(gateList(gates, screen, wide), screen),
    names: () => gates.map((g) => g.gate),
  })
  const hidden = taking.length - gates.length
  for (const g of taking.filter((g) => !gates.includes(g))) {
    const why = who === undefined ? undefined : whyNot(g, who)
    if (why !== undefined) tell(`${where(g)} of ${g.platform} needs somebody other than you, who ${why}`)
  }
  if (hidden > 0) tell(`${hidden} more for others: norikae status`)
  if (verb === 'approve' && who !== undefined && gates.length > 1)
    tell(`all of these at once: norikae approve --all${screen.named ? ` --as ${who}` : ''}`)
  tell(`nothing was ${past[verb]}`)
  return exit.done
}

/** Where it would go, and which gate is meant, as far as that is known while no worker tells what is open. */
async function guess(
  temporal: Temporal,
  platform: string,
  verb: Answer,
  name: string,
  environment: string | undefined,
): Promise<{ readonly workflowId: string; readonly gate: string }> {
  if (environment?.includes('@')) return { workflowId: cutoverId(platform, name), gate: environment }
  const { gates } = await viewOrKept(temporal, platform)
  const [kept, ...others] = meant(gates, name, environment).filter((g) => offers(g, verb))
  if (kept !== undefined && others.length === 0) return kept
  const open = await openCutovers(temporal, platform)
  if (!name.includes('@')) {
    const isApp = open.some((c) => c.app === name)
    return { workflowId: isApp ? cutoverId(platform, name) : upgradeId(platform), gate: UNKNOWN }
  }
  const [step = ''] = name.split(/[/@]/, 1)
  const homes = open.filter((c) => c.phase.some((p) => p.startsWith(`${step}: `)))
  const [app] = homes.length === 1 ? homes.map((c) => c.app) : ['<app>']
  return { workflowId: homes.length === 0 ? upgradeId(platform) : cutoverId(platform, app ?? ''), gate: name }
}

/** An activity of the workflow that asks is named after it. */
const UNKNOWN = '<gate: of the activity tell/<gate>/0 in the history of this workflow>'

/** A gate that is not open: to come, decided, or of no plan at all. */
interface Unseen {
  readonly workflowId: string
  readonly gate: string
  readonly digest?: string
  readonly proves?: ToProve
}

/** What a decision on it is proven with, as far as its workflow tells; whether there is one is said when it is sent. */
async function unseenOf(temporal: Temporal, workflowId: string, gate: string): Promise<Unseen> {
  if (!(await workerIsThere(temporal))) throw noWorker(temporal.taskQueue)
  const status = await cutoverStatus(temporal, workflowId).catch((error: unknown) => {
    if (error instanceof NotReady && error.code === 'not-found') return undefined
    throw error
  })
  if (!status) return { workflowId, gate }
  const { runs, proves } = status
  return { workflowId, gate, ...digestOf(gate, runs), ...(proves && { proves }) }
}

const digestOf = (gate: string, runs: readonly Status[]): { readonly digest?: string } => {
  const digest = runs.find((r) => isOf(r, { id: gate }))?.digest
  return digest === undefined ? {} : { digest }
}

/** An id that is not open is sent where its plan is at home: the worker knows best why it does not count. */
async function find(
  temporal: Temporal,
  platform: string,
  verb: Answer,
  name: string,
  environment: string | undefined,
): Promise<OpenGate | Unseen> {
  // `approve chat-api production/gate@3f9a2c1b.1`: also ahead, for a gate that is planned and not open yet.
  if (environment?.includes('@')) return unseenOf(temporal, cutoverId(platform, name), environment)
  const { gates, status, cutovers, workflowId } = await viewOf(temporal, platform)
  const here = meant(gates, name, environment)
  const fitting = here.filter((g) => offers(g, verb))
  const [only, ...others] = fitting
  if (only !== undefined && others.length === 0) return only
  if (only !== undefined)
    throw new BadInput(
      `${name} has ${fitting.length} open gates; say which:\n${fitting.map((g) => `  norikae ${verb} ${g.gate}`).join('\n')}`,
    )
  const [other] = here
  if (other !== undefined)
    throw new Refused(
      'not-offered',
      `${other.gate} takes ${other.send.map((s) => s.message).join(' or ')}, not ${verb}`,
    )
  if (name.includes('@')) {
    const digest = name.slice(name.lastIndexOf('@') + 1, name.lastIndexOf('.'))
    const home = cutovers.find((c) => c.runs.some((r) => r.digest.startsWith(digest)))
    if (home) return unseenOf(temporal, cutoverId(platform, home.app), name)
    if (status.run?.digest.startsWith(digest))
      return { workflowId, gate: name, digest: status.run.digest, ...(status.proves && { proves: status.proves }) }
  }
  const open = gates.flatMap((g) => g.send.slice(0, 1).map((s) => `  ${commandFor(g, s.message, gates)}`))
  const place = [name, environment].filter((n) => n !== undefined).join(' ')
  throw new Refused(
    'no-such-gate',
    `no gate is open for ${place} of ${platform}${open.length === 0 ? '; none is open at all' : `; open now:\n${open.join('\n')}`}`,
  )
}
