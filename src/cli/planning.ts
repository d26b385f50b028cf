import { createLogUpdate } from 'log-update'
import type { Temporal } from '../client/connect.ts'
import type { Patience } from '../client/look-outside.ts'
import * as upgrades from '../client/upgrades.ts'
import type { Draft, DraftRequest } from '../domain/draft.ts'
import type { HealthExplained, HealthRequest } from '../domain/health-explained.ts'
import type { UpgradeRequest } from '../domain/messages.ts'
import type { PlannedUpgrade } from '../domain/outline.ts'
import type { Preflight, PreflightRequest } from '../domain/preflight.ts'
import type { RequestedChanges, RequestedRequest } from '../domain/requested-changes.ts'
import type { Outlook, OutlookRequest } from '../domain/scheduled.ts'
import { cut } from './render/lines.ts'
import { span } from './render/words.ts'
import { tell } from './terminal.ts'

/** Without a terminal. */
const LINE_EVERY_MS = 15_000
const TICK_MS = 1000

/** Asks for the plan. As `patiently`. */
export const planned = (temporal: Temporal, request: UpgradeRequest): Promise<PlannedUpgrade> =>
  patiently(`planning ${request.platform} to ${request.to} on the worker`, (patience) =>
    upgrades.plan(temporal, request, patience),
  )

/** Asks what is in the way. As `patiently`. */
export const preflown = (temporal: Temporal, request: PreflightRequest): Promise<Preflight> =>
  patiently(`looking what is in the way of ${request.platform}`, (patience) =>
    upgrades.preflight(temporal, request, patience),
  )

/** Asks for a platform file. As `patiently`. */
export const drafted = (temporal: Temporal, request: DraftRequest): Promise<Draft> =>
  patiently(`looking at ${request.cluster} on the worker`, (patience) => upgrades.draft(temporal, request, patience))

/** Asks what comes next. As `patiently`. */
export const foreseen = (temporal: Temporal, request: OutlookRequest): Promise<Outlook> =>
  patiently(`looking at ${request.platform} on the worker`, (patience) => upgrades.next(temporal, request, patience))

/** Asks what the checks of an app say. As `patiently`. */
export const healthNow = (temporal: Temporal, request: HealthRequest): Promise<HealthExplained> =>
  patiently(`asking what judges ${request.app}`, (patience) => upgrades.health(temporal, request, patience))

/** Asks what others are asked for. As `patiently`. */
export const requestedNow = (temporal: Temporal, request: RequestedRequest): Promise<RequestedChanges> =>
  patiently(`looking what is asked of others for ${request.platform}`, (patience) =>
    upgrades.requested(temporal, request, patience),
  )

/** Says meanwhile what is waited for and for how long: in place on a terminal. Ctrl-C leaves. */
async function patiently<T>(title: string, look: (patience: Patience) => Promise<T>): Promise<T> {
  const leaving = new AbortController()
  const leave = () => leaving.abort()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, leave)
  const waiting = saying(title)
  try {
    return await look({ signal: leaving.signal, news: waiting.news })
  } finally {
    waiting.end()
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, leave)
  }
}

function saying(title: string): { news(what: string): void; end(): void } {
  const { stderr } = process
  const began = Date.now()
  const update = stderr.isTTY ? createLogUpdate(stderr) : undefined
  let waitsFor = ''
  const say = () => {
    const text = waitsFor === '' ? '' : `, ${span((Date.now() - began) / 1000)} so far: waits for ${waitsFor}`
    if (update) update(cut(`${title} …${text} (Ctrl-C leaves)`, stderr.columns))
    else tell(`${title} …${text}`)
  }
  say()
  const tick = setInterval(say, update ? TICK_MS : LINE_EVERY_MS)
  return {
    news: (what) => (waitsFor = what),
    end: () => {
      clearInterval(tick)
      update?.done()
    },
  }
}
