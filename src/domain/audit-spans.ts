import { seconds, type Duration } from './duration.ts'

/**
 * What an audit log in CloudWatch tells at all, and what it leaves out: that nobody called is known only where it told of
 * every moment.
 */

/** Of each API server one. */
export const STREAMS = '^kube-apiserver-audit'

/** As many rows as CloudWatch answers with. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
export const MOST = 10_000

/** Milliseconds since 1970, or UTC without saying so: CloudWatch tells moments in both ways. */
export const momentOf = (told: string): string =>
  new Date(/^\d+(\.\d+)?$/.test(told) ? Number(told) : `${told.replace(' ', 'T')}Z`).toISOString()

export const utc = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`

const utcOf = (ms: number): string => utc(new Date(ms).toISOString())

/** Longer than this, bins of five minutes, for the sake of the rows: silences that count are no shorter. */
const LONG_S = 21_600

/**
 * Of what the log tells at all, stream by stream and minute by minute; nothing of it is left out, so that every moment in
 * which an API server wrote is there.
 */
export const spansQuery = (window: Duration): string =>
  [
    `filter @logStream like /${STREAMS}/`,
    `stats min(@timestamp) as first, max(@timestamp) as last by @logStream, bin(${seconds(window) > LONG_S ? 5 : 1}m)`,
    'sort first asc',
    `limit ${MOST}`,
  ].join('\n| ')

/** Between which moments (ms) one API server was heard, within one minute. */
export interface Span {
  readonly stream: string
  readonly firstMs: number
  readonly lastMs: number
}

export const spansIn = (rows: readonly Readonly<Record<string, string>>[]): Span[] =>
  rows.map(({ '@logStream': stream = '', first = '', last = '' }) => ({
    stream,
    firstMs: Date.parse(momentOf(first)),
    lastMs: Date.parse(momentOf(last)),
  }))

/**
 * A log arrives minutes late. Scheduler, controllers and EKS's managers keep dozens of watches, each begun anew after five to
 * ten minutes, and nodes renew leases each ten seconds: in every moment some are heard.
 * https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
 */
const LATE_MS = 300_000
/** One API server by itself has watches of its own, each begun anew within ten minutes. */
const SILENT_MS = 600_000
/** "At least two API server instances": https://docs.aws.amazon.com/eks/latest/userguide/eks-architecture.html */
const SERVERS = 2

export interface Gap {
  readonly why: string
  /** Seconds until another look may find none. */
  readonly again: number
}

interface Between {
  readonly fromMs: number
  readonly untilMs: number
}

/**
 * What the log does not tell of the time between two moments; undefined where it tells of it all, but for a few minutes. It
 * begins late, ends early, or has a hole: of all API servers, of one that goes on later, or of all but one where two were
 * heard: what was asked of the other one meanwhile nobody knows.
 */
export function gapIn(spans: readonly Span[], { fromMs, untilMs }: Between): Gap | undefined {
  if (spans.length === 0) return { why: 'it tells nothing', again: 60 }
  if (spans.length >= MOST) return { why: 'it has more than can be read', again: 600 }
  const first = Math.min(...spans.map((it) => it.firstMs))
  const last = Math.max(...spans.map((it) => it.lastMs))
  if (untilMs - last > LATE_MS) return { why: `it tells nothing since ${utcOf(last)}`, again: 60 }
  const late = first - fromMs - LATE_MS
  if (late > 0) return { why: `it tells nothing before ${utcOf(first)}`, again: Math.ceil(late / 1000) }
  const [hole] = holesIn(spans, { fromMs, untilMs })
  return (
    hole && {
      why: `${hole.says} between ${utcOf(hole.fromMs)} and ${utcOf(hole.untilMs)}`,
      again: Math.max(60, Math.ceil((hole.untilMs - hole.grace - fromMs) / 1000)),
    }
  )
}

interface Hole extends Between {
  readonly says: string
  readonly grace: number
}

/** The one that ends last comes first: the window has to pass it. */
function holesIn(spans: readonly Span[], { fromMs, untilMs }: Between): Hole[] {
  const servers = [...Map.groupBy(spans, (it) => it.stream)].map(([stream, its]) => ({ stream, heard: joined(its) }))
  const ofAll = silences(joined(spans), LATE_MS).map((it) => ({ ...it, says: 'it tells nothing', grace: LATE_MS }))
  const ofOne = servers.flatMap(({ stream, heard }) =>
    silences(heard, SILENT_MS).map((it) => ({ ...it, says: `its stream ${stream} tells nothing`, grace: SILENT_MS })),
  )
  const alone = alonenesses(
    servers.map(({ heard }) => ({ fromMs: heard[0]?.fromMs ?? 0, untilMs: heard.at(-1)?.untilMs ?? 0 })),
    { fromMs, untilMs: untilMs - LATE_MS },
  ).map((it) => ({ ...it, says: 'only one of its API servers tells anything', grace: SILENT_MS }))
  return [...ofAll, ...ofOne, ...alone].toSorted((a, b) => b.untilMs - a.untilMs)
}

/** In the order of their time. */
const joined = (spans: readonly Span[]): Between[] =>
  spans.map(({ firstMs, lastMs }) => ({ fromMs: firstMs, untilMs: lastMs })).toSorted((a, b) => a.fromMs - b.fromMs)

/** Between those that follow one another: nothing for longer than this. */
function silences(heard: readonly Between[], longest: number): Between[] {
  const found: Between[] = []
  let until = heard[0]?.untilMs ?? 0
  for (const it of heard) {
    if (it.fromMs - until > longest) found.push({ fromMs: until, untilMs: it.fromMs })
    until = Math.max(until, it.untilMs)
  }
  return found
}

/** Times in which fewer than two lived, where two did at some time. */
function alonenesses(lives: readonly Between[], window: Between): Between[] {
  const moments = [window.fromMs, window.untilMs, ...lives.flatMap((it) => [it.fromMs, it.untilMs])]
    .filter((at) => at >= window.fromMs && at <= window.untilMs)
    .toSorted((a, b) => a - b)
  const parts = moments.slice(1).map((untilMs, n) => {
    const fromMs = moments[n] ?? untilMs
    const middle = (fromMs + untilMs) / 2
    return { fromMs, untilMs, living: lives.filter((it) => it.fromMs <= middle && middle <= it.untilMs).length }
  })
  if (!parts.some((part) => part.living >= SERVERS)) return []
  const few: { fromMs: number; untilMs: number }[] = []
  for (const part of parts.filter(({ living }) => living < SERVERS)) {
    const before = few.at(-1)
    if (before?.untilMs === part.fromMs) before.untilMs = part.untilMs
    else few.push({ fromMs: part.fromMs, untilMs: part.untilMs })
  }
  return few.filter((it) => it.untilMs - it.fromMs > SILENT_MS)
}
