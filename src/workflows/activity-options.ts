import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow'
import { actions, type ActionName } from '../domain/actions.ts'

/** Asking again will not help; people are asked instead. */
const final = [
  'InvalidInput',
  'Unsupported',
  'Denied',
  'NotFound',
  'Contested',
  'Busy',
  'Stuck',
  'Undelivered',
  'QuotaExceeded',
  'Unhealthy',
  'Inconclusive',
  'Failed',
]

// An undo must not start while what it undoes may still be at work.
const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED

/**
 * Measured in facts/temporal-measured.md. A poll throws NotReady with its own delay, so it needs no slot while it waits.
 * Every attempt beats each 3 s (`beating`), so a worker that died is waited for no longer than the heartbeat time-out, and
 * two beats may be late.
 */
export const options = {
  quick: {
    startToCloseTimeout: '30s',
    heartbeatTimeout: '10s',
    scheduleToCloseTimeout: '10m',
    cancellationType,
    retry: { initialInterval: '1s', maximumInterval: '30s', nonRetryableErrorTypes: final },
  },
  // Nice to know, and nothing to wait for.
  glance: {
    startToCloseTimeout: '15s',
    scheduleToCloseTimeout: '30s',
    cancellationType,
    retry: { initialInterval: '1s', maximumInterval: '5s', nonRetryableErrorTypes: final },
  },
  long: {
    startToCloseTimeout: '1m',
    heartbeatTimeout: '10s',
    cancellationType,
    retry: { initialInterval: '2s', maximumInterval: '30s', nonRetryableErrorTypes: final },
  },
  // Hundreds of questions, of which an account that is asked by others too may let one through each second. An attempt that is
  // ended begins anew, so none that gets on is ended: each single question has its own end (`ask`).
  survey: {
    startToCloseTimeout: '20m',
    heartbeatTimeout: '10s',
    cancellationType,
    retry: { initialInterval: '2s', maximumInterval: '30s', nonRetryableErrorTypes: final },
  },
  // Whatever else goes wrong with a watch is no breach: it goes on trying.
  // A year is no end; without one the time-skipping test server takes a long delay for a time-out.
  // Its readings count as attempts: whatever fails after hours of them, a worker's death too, waits for the longest time.
  watch: {
    startToCloseTimeout: '1m',
    scheduleToCloseTimeout: '365d',
    heartbeatTimeout: '10s',
    cancellationType,
    retry: { initialInterval: '2s', maximumInterval: '5s', nonRetryableErrorTypes: ['Unhealthy'] },
  },
  // What people do in their own time. The year is no end, as above.
  byOthers: {
    startToCloseTimeout: '1m',
    scheduleToCloseTimeout: '365d',
    heartbeatTimeout: '10s',
    cancellationType,
    retry: { initialInterval: '2s', maximumInterval: '30s', nonRetryableErrorTypes: final },
  },
  quickBack: {
    startToCloseTimeout: '1m',
    heartbeatTimeout: '10s',
    cancellationType,
    retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 10, nonRetryableErrorTypes: final },
  },
  // Soon enough for people to hear that one of them was not told.
  notify: { startToCloseTimeout: '1m', scheduleToCloseTimeout: '5m', retry: { maximumInterval: '30s' } },
  // A receiver may be away for a night's maintenance; but no upgrade stays open for one.
  notifyLonger: { startToCloseTimeout: '1m', scheduleToCloseTimeout: '6h', retry: { maximumInterval: '5m' } },
} satisfies Record<string, ActivityOptions>

/** A quick undo that fails ten times waits for people; one that polls has its own end. */
export function optionsOf(action: ActionName, goingBack: boolean): ActivityOptions {
  const { pace, byOthers } = actions[action]
  if (byOthers) return options.byOthers
  return pace !== 'quick' ? options[pace] : goingBack ? options.quickBack : options.quick
}
