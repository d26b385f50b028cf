import { seconds } from './duration.ts'
import type { WorkloadFacts } from './facts.ts'
import { info, warning, type Finding } from './findings.ts'
import type { Workload } from './handover.ts'
import { workloadName, type App } from './platform.ts'
import { companions } from './turns.ts'

/** Where what is declared does not go with what was found: it can be run, and ends otherwise than people expect. */

/** Kubernetes' own: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination */
export const GRACE_S = 30

/** What is declared of one workload, against its spec. */
export function unlikeItsClass({ ref, handover }: Workload, found: WorkloadFacts): Finding[] {
  const about = workloadName(ref)
  if (handover.class === 'stateful' && !found.hasVolumes)
    return [
      warning(
        'stateful-without-volumes',
        about,
        'it is declared stateful, and has no volume claim: nothing of it is taken along',
        'declare it consumer or singleton, or see whose volumes were meant',
      ),
    ]
  if (handover.class !== 'singleton') return []
  const { graceS = GRACE_S, scaled, replicas = 1 } = found
  return [
    ...(graceS > seconds(handover.downtime)
      ? [
          warning(
            'singleton-slow',
            about,
            `its pods may take ${graceS} s to stop (terminationGracePeriodSeconds), and it may run nowhere for ${handover.downtime}: a pod that takes its time cannot be stopped within its downtime`,
            'allow it a longer downtime, or let its pods stop sooner',
          ),
        ]
      : []),
    ...(handover.lease === undefined && (scaled || replicas > 1)
      ? [
          warning(
            'singleton-several',
            about,
            `it is declared singleton, and ${scaled ? 'an autoscaler says how many' : replicas} of its pods run at once`,
            'name the Lease by which they agree on one (lease), or run one pod; a consumer may have several',
          ),
        ]
      : []),
  ]
}

/** Apps that are to move at the same time, and have environments that the others do not. */
export function apart(apps: readonly App[]): Finding[] {
  const byName = new Map(apps.map((a) => [a.name, a]))
  const groups = new Map(apps.map((a) => [companions(byName, a.name).toSorted().join(' '), a.name]))
  return [...groups.values()].flatMap((one) => {
    const group = companions(byName, one)
      .toSorted()
      .flatMap((name) => byName.get(name) ?? [])
    const [first] = group
    if (group.length < 2 || first === undefined) return []
    const having = (environment: string) => group.filter((a) => a.environments.some((e) => e.name === environment))
    const environments = [...new Set(group.flatMap((a) => a.environments.map((e) => e.name)))]
    const alone = environments.filter((e) => having(e).length === 1)
    if (alone.length === 0) return []
    const list = alone.map((e) => `${having(e)[0]?.name ?? ''} alone has ${e}`).join(', ')
    const never = alone.length === environments.length
    return [
      (never ? warning : info)(
        'moves-with-apart',
        first.name,
        `${group.map((a) => a.name).join(' and ')} are to move at the same time, and ${list}: ${never ? 'they never do' : 'there it moves by itself'}`,
        never ? 'mend movesWith, or the labels of their environments' : 'nothing to do, where that is meant',
      ),
    ]
  })
}
