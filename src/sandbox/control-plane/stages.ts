/** How long kwok's pods take. https://kwok.sigs.k8s.io/docs/user/stages-configuration/ */
export interface Stages {
  /** From being placed on a node to ready. */
  readonly readyMs: number
  /**
   * From being deleted to gone, unless this annotation says otherwise, in milliseconds: what a pod takes whose preStop
   * hook waits for what is in flight. At the end of its grace it is killed.
   */
  readonly deletedMs: number
  readonly stopAnnotation: string
  /** What a Job's pod runs for unless this annotation says otherwise, in milliseconds. */
  readonly jobMs: number
  readonly jobAnnotation: string
}

/** kwok's configuration: its own fast stages, with time in them. */
export const stagesFile = ({ readyMs, deletedMs, stopAnnotation, jobMs, jobAnnotation }: Stages): string =>
  [
    stage('pod-ready', [lives, { key: '.status.podIP', operator: 'DoesNotExist' }], readyMs, { statusTemplate: READY }),
    stage(
      'pod-complete',
      [lives, { key: '.status.phase', operator: 'In', values: ['Running'] }, ofJob],
      {
        durationMilliseconds: jobMs,
        durationFrom: { expressionFrom: `(.metadata.annotations["${jobAnnotation}"] // "") + "ms"` },
      },
      { statusTemplate: COMPLETE },
    ),
    stage(
      'pod-delete',
      [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }],
      { durationMilliseconds: deletedMs, durationFrom: { expressionFrom: stopMs(stopAnnotation) } },
      { finalizers: { empty: true }, delete: true },
    ),
  ]
    .map((one) => JSON.stringify(one))
    .join('\n---\n')

const stopMs = (annotation: string): string =>
  `(.metadata.annotations["${annotation}"] // "") as $asked | (if $asked == "" then "" else [($asked | tonumber), .metadata.deletionGracePeriodSeconds * 1000] | min | tostring end) + "ms"`

const lives = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' }
const ofJob = { key: '.metadata.ownerReferences.[].kind', operator: 'In', values: ['Job'] }

const stage = (name: string, matchExpressions: readonly object[], delay: number | object, next: object): object => ({
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Stage',
  metadata: { name },
  spec: {
    resourceRef: { apiGroup: 'v1', kind: 'Pod' },
    selector: { matchExpressions },
    delay: typeof delay === 'number' ? { durationMilliseconds: delay } : delay,
    next,
  },
})

const READY = `
{{ $now := Now }}
conditions:
{{ range $type := list "Initialized" "Ready" "ContainersReady" }}
- { lastTransitionTime: {{ $now | Quote }}, status: "True", type: {{ $type | Quote }} }
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- { image: {{ .image | Quote }}, name: {{ .name | Quote }}, ready: true, restartCount: 0, state: { running: { startedAt: {{ $now | Quote }} } } }
{{ end }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}
phase: Running
startTime: {{ $now | Quote }}
`

const COMPLETE = `
{{ $now := Now }}
containerStatuses:
{{ range .spec.containers }}
- { image: {{ .image | Quote }}, name: {{ .name | Quote }}, ready: false, restartCount: 0, state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } } }
{{ end }}
phase: Succeeded
`
