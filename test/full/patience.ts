/**
 * For how long somebody is waited for who does not answer any more. Of a worker that was killed nothing is heard until
 * these are over; a sweep that kills hundreds of times has them shorter. Nothing else of the product is changed.
 */

/** A text of one source file that stands for another; where it is not there any more the test says so. */
export interface Rewrite {
  /** Under `src/`. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/** In the workflows' code: what the server waits for. */
export const ofWorkflows: readonly Rewrite[] = [
  { file: 'workflows/activity-options.ts', from: "startToCloseTimeout: '30s'", to: "startToCloseTimeout: '6s'" },
  { file: 'workflows/activity-options.ts', from: "startToCloseTimeout: '15s'", to: "startToCloseTimeout: '6s'" },
  { file: 'workflows/activity-options.ts', from: "heartbeatTimeout: '10s'", to: "heartbeatTimeout: '3s'" },
  {
    file: 'workflows/activity-options.ts',
    from: "quickBack: { startToCloseTimeout: '1m'",
    to: "quickBack: { startToCloseTimeout: '6s'",
  },
  // A world that fails each call several times would be waited for most of the time.
  { file: 'workflows/activity-options.ts', from: "initialInterval: '2s'", to: "initialInterval: '1s'" },
  { file: 'workflows/activity-options.ts', from: "maximumInterval: '30s'", to: "maximumInterval: '1s'" },
  { file: 'workflows/fleet.ts', from: "workflowTaskTimeout: '10s'", to: "workflowTaskTimeout: '5s'" },
]

/** In the worker. */
export const ofWorker: readonly Rewrite[] = [
  {
    file: 'worker.ts',
    from: "stickyQueueScheduleToStartTimeout: '3s'",
    to: "stickyQueueScheduleToStartTimeout: '1s'",
  },
  { file: 'worker.ts', from: "maxHeartbeatThrottleInterval: '3s'", to: "maxHeartbeatThrottleInterval: '1s'" },
  { file: 'activities/waiting.ts', from: 'const BEAT_MS = 3_000', to: 'const BEAT_MS = 500' },
]

/** As the upgrade is started. */
export const WORKFLOW_TASK_TIMEOUT = '5s'

/** Throws, with the rewrite to mend, where its text is not found. White space and the kind of quotes are no difference. */
export function rewritten(text: string, rewrites: readonly Rewrite[]): string {
  return rewrites.reduce((left, { file, from, to }) => {
    const words = from
      .split(/\s+/)
      .map((word) => word.replaceAll(/[$(){}[\]|.*+?^\\]/g, '\\$&').replaceAll("'", `['"]`))
    const found = new RegExp(words.join('\\s+'), 'g')
    if (!found.test(left)) throw new Error(`src/${file} does not say ${from} any more: mend test/full`)
    return left.replaceAll(found, to)
  }, text)
}
