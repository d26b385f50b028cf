/**
 * What Norikae writes on objects: who made them, and what was there before it changed them, so that every undo finds
 * what it needs on the object itself and not in another step's result.
 */
export const RUN = 'norikae.io/run'
/** On a HorizontalPodAutoscaler: its own `minReplicas`, before it was pinned. */
export const PINNED_FLOOR = 'norikae.io/pinned-floor'
/** On a HorizontalPodAutoscaler: what it was pinned at. Where it reads otherwise, its owner has changed it since. */
export const PINNED_AT = 'norikae.io/pinned-at'
/** On a Deployment: how many replicas it had before it was stopped, or has to have once it starts. */
export const REPLICAS = 'norikae.io/replicas'
/** On a Deployment: when it was stopped. */
export const STOPPED_AT = 'norikae.io/stopped-at'
/** On a CronJob: what its owner had set `suspend` to. */
export const OWNER_SUSPEND = 'norikae.io/owner-suspend'
/** On a CronJob: since when Norikae keeps it suspended. */
export const SUSPENDED_AT = 'norikae.io/suspended-at'
/** On a CronJob of which one job may run at a time: its slots that came due while one did, since it was suspended. */
export const DUE_WHILE_BUSY = 'norikae.io/due-while-busy'
