/**
 * What Norikae writes on objects: who made them, and what was there before it changed them, so that every undo finds
 * what it needs on the object itself and not in another step's result.
 */
export const RUN = 'norikae.io/run'
/** On a HorizontalPodAutoscaler or ScaledObject: its own least number of replicas before it was pinned, or `none`. */
export const PINNED_FLOOR = 'norikae.io/pinned-floor'
/** On a HorizontalPodAutoscaler or ScaledObject: what it was pinned at. Where it reads otherwise, its owner has changed it since. */
export const PINNED_AT = 'norikae.io/pinned-at'
/** On a ScaledObject: its own `idleReplicaCount`, which would undo the pin. */
export const PINNED_IDLE = 'norikae.io/pinned-idle'
/**
 * On a Deployment: how many replicas it had before it was stopped, or has to have once it starts. On a ScaledObject: how
 * many its workload had before KEDA was told to leave it at none.
 */
export const REPLICAS = 'norikae.io/replicas'
/** On a Deployment: when it was stopped. */
export const STOPPED_AT = 'norikae.io/stopped-at'
/** On a ScaledObject: what its owner had set `paused-replicas` to, or `none`. */
export const OWNER_PAUSE = 'norikae.io/owner-pause'
/** On a CronJob: what its owner had set `suspend` to. */
export const OWNER_SUSPEND = 'norikae.io/owner-suspend'
/** On a CronJob: since when Norikae keeps it suspended. */
export const SUSPENDED_AT = 'norikae.io/suspended-at'
/** On a CronJob of which one job may run at a time: its slots that came due while one did, since it was suspended. */
export const DUE_WHILE_BUSY = 'norikae.io/due-while-busy'
/** On a CronJob: its Jobs that people let end by themselves: they count as run, and nobody waits for them. */
export const LEFT_RUNNING = 'norikae.io/left-running'
/** On a CronJob: its Jobs that were ended before they had, and have to be run again where it goes on. */
export const RERUN = 'norikae.io/rerun'
/** On a Job that is a check: the check's name in the platform file. */
export const CHECKED = 'norikae.io/check'
/** On what buffers: how much of what it held people gave up, or `unknown`. */
export const GIVEN_UP = 'norikae.io/given-up'
/** On the ConfigMap `norikae-where`: whose calls of the API server people accepted, though its cluster goes. A list in JSON. */
export const CALLERS_ACCEPTED = 'norikae.io/callers-accepted'
/** There, too: of whom people were told when they were last asked, which is whom an answer can accept. */
export const CALLERS_TOLD = 'norikae.io/callers-told'
/** There, too: which names in DNS people accepted to end with its cluster. A list in JSON. */
export const WAYS_ACCEPTED = 'norikae.io/ways-accepted'
/** There, too: of which names people were told when they were last asked. */
export const WAYS_TOLD = 'norikae.io/ways-told'
/** There, too: that people say it is the cluster which served, though nobody saw it; and that they were asked. Lists of its name. */
export const UNSEEN_ACCEPTED = 'norikae.io/unseen-accepted'
export const UNSEEN_TOLD = 'norikae.io/unseen-told'
/** On an object that Flux makes: what its owner had told Flux of it (`reconcile`, `driftDetection`), or `none`. */
export const OWNER_RECONCILE = 'norikae.io/owner-reconcile'
/** On a Flux object: the run that resumed it, so that its way back suspends it again. */
export const RESUMED_BY = 'norikae.io/resumed-by'
/** On a PersistentVolume: what becomes of its volume once its claim is deleted, as its owner wants it. */
export const RECLAIM_POLICY = 'norikae.io/reclaim-policy'
/** On a PersistentVolume, and as a tag on snapshots and volumes of EC2: the EBS volume that it is a copy of. */
export const COPY_OF = 'norikae.io/copy-of'
/** On what has a load balancer on green: how many LCU Norikae has reserved for that. */
export const RESERVED = 'norikae.io/reserved-capacity'
/** On an HTTPRoute: when Norikae wrote its weights last. */
export const WEIGHED_AT = 'norikae.io/weighed-at'
/** On a Service or an Ingress whose record external-dns weighs: which run writes its weight, to what, and what it was. */
export const DNS_WEIGHT = 'norikae.io/dns-weight'
/** On a Job that nothing else makes, by its owner: `once` or `repeatable`. */
export const JOB = 'norikae.io/job'
/** On a workload, by its owner: its class with what that needs, as the platform file has it under `workloads`. */
export const HANDOVER = 'norikae.io/handover'
