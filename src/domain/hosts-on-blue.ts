import { blocker, warning, type Finding } from './findings.ts'

/**
 * What an upgrade itself lives on, and runs on blue: it would be deleted with blue, in the middle of the decommissioning.
 * Argo CD is looked for by itself (`argocd-on-blue`, `argocd-hub-on-blue`).
 */

/** A pod of blue. */
export interface RunningPod {
  readonly namespace: string
  readonly name: string
  readonly images: readonly string[]
}

/** Where this worker runs, as it knows itself. */
export interface WorkerHost {
  /** Of the machine; in Kubernetes, the pod's name. */
  readonly name: string
  /** Of the Temporal server: `temporal-frontend.temporal.svc:7233`. */
  readonly temporal: string
}

type Kind = 'Temporal' | 'worker' | 'secrets' | 'metrics'

/** By the last part of an image's name, whichever registry it was copied to. */
const images: readonly { readonly kind: Kind; readonly is: RegExp }[] = [
  { kind: 'Temporal', is: /(^|\/)temporalio\/(server|auto-setup)$|(^|\/)temporal-(server|auto-setup)$/ },
  { kind: 'worker', is: /(^|\/)norikae$/ },
  { kind: 'secrets', is: /(^|\/)(hashicorp\/vault|openbao|vault)$/ },
  { kind: 'metrics', is: /(^|\/)(prometheus|thanos|mimir|victoria-metrics|vmselect)$/ },
]

const told: Readonly<Record<Kind, readonly [what: string, remedy: string]>> = {
  Temporal: [
    'a Temporal server runs here; if upgrades of this platform run on it, deleting blue deletes the run itself and its history',
    'run it outside blue and green; if it is for something else, its app moves as any other',
  ],
  worker: [
    'a worker of Norikae runs here; deleting blue deletes it in the middle of that step',
    'run a worker outside blue and green before the upgrade starts',
  ],
  secrets: [
    'a store of secrets runs here; what green and its apps read from it is gone with blue',
    'see that it moves with its data, or is outside, before blue is deleted',
  ],
  metrics: [
    'metrics are kept here; if health.prometheus.url is this one, nothing can be judged once blue goes',
    'keep them outside blue and green; if they are for something else, they move as any other app',
  ],
}

/**
 * `services`: blue's, as `name.namespace`. `metricsUrl`: the platform file's. `worker`: absent where it does not know itself.
 */
export function hostFindings(
  blue: string,
  { pods, services }: { readonly pods: readonly RunningPod[]; readonly services: ReadonlySet<string> },
  metricsUrl: string,
  worker: WorkerHost | undefined,
): Finding[] {
  const own = worker && pods.find((p) => p.name === worker.name)
  const certain: Finding[] = own
    ? [
        blocker(
          'upgrade-runs-on-blue',
          `Pod/${own.namespace}/${own.name}`,
          `this worker runs on ${blue}, and would be deleted with it`,
          told.worker[1],
        ),
        ...[
          { what: `its Temporal server, ${worker.temporal},`, host: worker.temporal.replace(/:\d+$/, '') },
          { what: `its metrics, ${metricsUrl},`, host: hostOf(metricsUrl) },
        ].flatMap(({ what, host }) => {
          const service = serviceOf(host, own.namespace)
          if (!services.has(service)) return []
          return [
            blocker(
              'upgrade-runs-on-blue',
              `Service/${service}`,
              `this worker runs on ${blue}, and reaches ${what} by this name of that cluster: it would be deleted with it`,
              'run it outside blue and green',
            ),
          ]
        }),
      ]
    : []
  return [...certain, ...likely(pods, own)]
}

/** One for each kind and namespace, however many pods there are. */
function likely(pods: readonly RunningPod[], own: RunningPod | undefined): Finding[] {
  const seen = new Map<string, Finding>()
  for (const pod of pods)
    for (const { kind, is } of images)
      if (!(kind === 'worker' && own) && pod.images.some((image) => is.test(nameOf(image)))) {
        const [what, remedy] = told[kind]
        const key = `${kind} ${pod.namespace}`
        if (!seen.has(key))
          seen.set(key, warning('upgrade-runs-on-blue', `Pod/${pod.namespace}/${pod.name}`, what, remedy))
      }
  return [...seen.values()]
}

/** `ghcr.io/temporalio/server:1.32@sha256:…` → `ghcr.io/temporalio/server` */
const nameOf = (image: string): string => (image.split('@')[0] ?? '').replace(/:[^:/]*$/, '')

const hostOf = (url: string): string => /^[a-z]+:\/\/([^/:?#]+)/i.exec(url)?.[1] ?? ''

/** Which Service a name means to a pod of this namespace: `prometheus`, `prometheus.monitoring`, `….svc.cluster.local`. */
function serviceOf(host: string, from: string): string {
  const [name = '', namespace = from] = host.split('.')
  return `${name}.${namespace}`
}
