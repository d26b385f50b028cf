import type { AppStanding } from '../domain/messages.ts'
import type { RunState } from '../domain/run.ts'
import type { OpenGate, UpgradeView } from './shapes.ts'

/** Where one environment of one app is, in one word; `weight`: green's share, while it is neither 0 nor 100. */
export interface Place {
  readonly word:
    | 'pending'
    | 'moving'
    | 'to deploy'
    | 'window'
    | 'asks'
    | 'paused'
    | 'going back'
    | 'stuck'
    | 'rolled back'
    | 'held'
    | 'on green'
    | 'committed'
    | 'on blue'
    | 'trouble'
  readonly weight?: number
}

const byRun = {
  pending: 'moving', // it was given its turn, or nobody would have asked it
  moving: 'moving',
  waiting: 'asks',
  paused: 'paused',
  'going-back': 'going back',
  stuck: 'stuck',
  'rolled-back': 'rolled back',
  'on-green': 'on green',
  done: 'committed',
  rejected: 'on blue',
  blocked: 'on blue',
} as const satisfies Record<RunState, Place['word']>

const byStanding = {
  pending: 'pending',
  moving: 'moving',
  awaited: 'to deploy',
  window: 'window',
  trouble: 'trouble',
  'on-green': 'on green',
  committed: 'committed',
  back: 'on blue',
} as const satisfies Record<AppStanding['environments'][number]['is'], Place['word']>

const isOf = (gate: OpenGate, app: string, environment: string): boolean =>
  gate.app === app && gate.environment === environment

/** The cutover's own word where it was asked, else the upgrade's. */
export function standingOf({ status, cutovers, gates }: UpgradeView, app: string, environment: string): Place {
  const is = status.apps.find((a) => a.app === app)?.environments.find((e) => e.name === environment)?.is ?? 'pending'
  const run = cutovers.find((c) => c.app === app)?.runs.find((r) => r.subject.environment === environment)
  if (run === undefined)
    return { word: is === 'moving' && gates.some((g) => isOf(g, app, environment)) ? 'asks' : byStanding[is] }
  if (run.state === 'pending' && is !== 'moving') return { word: byStanding[is] }
  const weight = run.weight !== undefined && run.weight > 0 && run.weight < 100 ? { weight: run.weight } : {}
  if (run.state === 'moving' && run.awaits) return { word: 'to deploy' }
  if (run.state === 'moving' && run.waitingFor.some((w) => w.opensAt !== undefined))
    return { word: 'window', ...weight }
  // It breaches on green and was not taken back by itself.
  if (run.state === 'waiting' && is === 'trouble') return { word: 'held', ...weight }
  return { word: byRun[run.state], ...weight }
}
