import { setTimeout as sleep } from 'node:timers/promises'
import {
  acceptable,
  acceptedFinding,
  allHeardInWords,
  CALLERS_QUERY,
  callersIn,
  heardInWords,
  heardOf,
  notAccepted,
  readingFinding,
  unknownCallers,
  waysOnWithCallers,
  type Caller,
  type Heard,
} from '../domain/api-callers.ts'
import { gapIn, spansIn, spansQuery, type Span } from '../domain/audit-spans.ts'
import type { Choice } from '../domain/choices.ts'
import { seconds, type Duration } from '../domain/duration.ts'
import { few } from '../domain/few.ts'
import type { Finding } from '../domain/findings.ts'
import { logGroupOf } from '../domain/log-groups.ts'
import { acceptedOn, noteAccepted, noteTold, toldOn } from './accepted.ts'
import { called, isDenied } from './errors.ts'
import { undefinedWhereGone, type Proven } from './outside.ts'
import type { KubernetesPort, LogsPort } from './ports.ts'
import { hasWaited, notYet, remember, remembered } from './waiting.ts'

interface Asked {
  readonly cluster: string
  readonly window: Duration
  readonly byArgocd: boolean
  readonly choice?: Choice | undefined
}

/**
 * Ends when nobody from outside used the API server of this cluster within the window, or people accept that those who did
 * lose it (`choice`; of those of whom they were told). Throws not yet until then, `Called` where they do not stop. Where
 * nobody can know, that is what it says; who only read is told. It writes whom people are told of and whom they accepted.
 */
export async function uncalled(
  { eks, logs, principalArn }: Pick<Proven, 'eks' | 'logs' | 'principalArn'>,
  here: KubernetesPort,
  { cluster, window, byArgocd, choice }: Asked,
): Promise<{ readonly note: string; readonly findings: readonly Finding[] }> {
  const unknown = (why: string) => ({
    note: 'nobody knows who calls its API server',
    findings: [unknownCallers(cluster, why)],
  })
  const found = await eks.findCluster(cluster)
  if (!found?.logging.includes('audit')) return unknown('it writes no audit log')
  // One who comes now and then is seen to stop; one who does not is people's to decide.
  const budget: Duration = `${2 * seconds(window) + 600}s`
  let told: Told
  try {
    told = await callersWithin(logs, cluster, window, budget)
  } catch (error) {
    if (!isDenied(error)) throw error
    return unknown(error.message)
  }
  const { callers, spans } = told
  const heard = heardOf(callers, { worker: principalArn, byArgocd })
  if (!heard) {
    const why = `${logGroupOf(cluster)} has ${callers.length === 0 ? 'nothing' : 'more than can be read'} of the last ${window}`
    if (hasWaited(budget)) return unknown(why)
    throw notYet(`nobody tells who calls the API server of ${cluster}: ${why}`, budget, '30s')
  }
  const { uses, reads } = heard
  const reading = reads.length === 0 ? [] : [readingFinding(cluster, reads)]
  const before = await acceptedOn(here, 'callers')
  const now = choice === 'skip' ? acceptable(notAccepted(uses, before), await toldOn(here, 'callers')) : []
  const accepted = [...before, ...now]
  if (now.length > 0) await noteAccepted(here, 'callers', accepted)
  const left = notAccepted(uses, accepted)
  if (left.length === 0) {
    const findings = [...(uses.length === 0 ? [] : [acceptedFinding(cluster, uses)]), ...reading]
    const gap = gapIn(spans, told)
    if (gap) {
      const why = `${logGroupOf(cluster)} does not tell of all of the last ${window}: ${gap.why}`
      if (!hasWaited(budget))
        throw notYet(`nobody tells who calls the API server of ${cluster}: ${why}`, budget, within(gap.again))
      const nobody = unknown(why)
      return { note: nobody.note, findings: [...nobody.findings, ...findings] }
    }
    if (uses.length === 0) return { note: 'nobody from outside used its API server', findings }
    return { note: `who uses its API server was accepted: ${few(uses.map(({ user }) => user))}`, findings }
  }
  const says = `somebody else used the API server of ${cluster} in the last ${window}`
  if (hasWaited(budget)) {
    const names = left.map(({ name }) => name)
    await noteTold(here, 'callers', names)
    throw called(`${says}: ${allHeardInWords(left)}. ${waysOnWithCallers(cluster)}`)
  }
  throw notYet(`${says}: ${heardInWords(left)}`, budget, untilQuiet(left, window))
}

function untilQuiet(left: readonly Heard[], window: Duration): Duration {
  const last = Math.max(...left.map((it) => Date.parse(it.last)))
  return within(Math.ceil((last - Date.now()) / 1000) + seconds(window))
}

/** CloudWatch charges for what it looks through: it is not asked again before an answer can be another one, if soon enough for people. */
const within = (s: number): Duration => `${Math.min(600, Math.max(1, s))}s`

/** A query takes seconds, mostly: so much of an attempt is for waiting; the next attempt asks for the same one. */
const LOOKS_MS = [100, 200, 400, 800, 1_600, 3_200, 6_400]
/** An answer is of the window that ended when its query began. The proof may have waited for something else since. */
const FRESH_MS = 300_000

interface Query {
  readonly query: string
  /** What the log tells at all. */
  readonly spans: string
  /** When they began, and their window ended. */
  readonly untilMs: number
}

interface Told {
  readonly callers: readonly Caller[]
  readonly spans: readonly Span[]
  readonly fromMs: number
  readonly untilMs: number
}

async function callersWithin(logs: LogsPort, cluster: string, window: Duration, budget: Duration): Promise<Told> {
  const last = remembered<Partial<Query>>({})
  const query = isFresh(last) ? last : await begun(logs, cluster, window)
  const { untilMs = Date.now() } = query ?? {}
  const between = { fromMs: untilMs - seconds(window) * 1000, untilMs }
  if (query === undefined) return { callers: [], spans: [], ...between }
  const [callers, spans] = await Promise.all([answerTo(logs, query.query), answerTo(logs, query.spans)])
  remember(callers === 'running' || spans === 'running' ? query : {})
  if (typeof callers !== 'string' && typeof spans !== 'string')
    return { callers: callersIn(callers), spans: spansIn(spans), ...between }
  throw notYet(`CloudWatch Logs looks for who called the API server of ${cluster} in the last ${window}`, budget, '5s')
}

async function answerTo(logs: LogsPort, query: string): ReturnType<LogsPort['queryAnswer']> {
  let answer = await logs.queryAnswer(query)
  for (const ms of LOOKS_MS) {
    if (answer !== 'running') break
    await sleep(ms)
    answer = await logs.queryAnswer(query)
  }
  return answer
}

const isFresh = (it: Partial<Query>): it is Query =>
  it.query !== undefined && it.spans !== undefined && it.untilMs !== undefined && Date.now() - it.untilMs < FRESH_MS

/** Undefined: there is no such group, and so nothing in it. */
async function begun(logs: LogsPort, cluster: string, window: Duration): Promise<Query | undefined> {
  const untilMs = Date.now()
  const at = (ms: number) => new Date(ms).toISOString()
  const from = at(untilMs - seconds(window) * 1000)
  const start = (query: string) =>
    logs.startQuery(logGroupOf(cluster), query, from, at(untilMs)).catch(undefinedWhereGone)
  const [query, spans] = await Promise.all([start(CALLERS_QUERY), start(spansQuery(window))])
  return query === undefined || spans === undefined ? undefined : { query, spans, untilMs }
}
