import type { NamespaceFacts } from './facts.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { fluxName } from './flux.ts'
import { workloadName, type WorkloadRef } from './platform.ts'

/** So many are named; people look at the first, and count the rest. */
const NAMED = 3

/** What deploys from a cluster to others would go with it, and they are nobody's business in this upgrade. */
export function fluxHubFindings(cluster: string, elsewhere: readonly string[]): Finding[] {
  if (elsewhere.length === 0) return []
  const more = elsewhere.length - NAMED
  const names = `${elsewhere.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return [
    blocker(
      'flux-hub-on-blue',
      cluster,
      `its Flux deploys to other clusters too (spec.kubeConfig of ${names}), and would be deleted with it`,
      'move these to a Flux of another cluster, or waive it where what they have deployed may stay as it is',
    ),
  ]
}

/** What stands in the way of an app that Flux is to bring to green, or may surprise its team. `asleep`: on one side only. */
export function fluxFindings(
  app: string,
  namespaces: readonly Pick<NamespaceFacts, 'madeByFlux'>[],
  asleep: readonly WorkloadRef[],
): Finding[] {
  const made = namespaces.flatMap((n) => n.madeByFlux ?? [])
  if (made.length === 0)
    return [
      blocker(
        'flux-makes-nothing',
        app,
        'it is declared deploy: flux, and no workload of it on blue has the labels that Flux writes on what it makes',
        'let Flux deploy it on blue, or write deploy: external or copy',
      ),
    ]
  const elsewhere = [...new Set(made.filter((m) => !m.there).map((m) => fluxName(m.by)))]
  const sleeps = new Set(asleep.map(workloadName))
  return [
    ...elsewhere.map((maker) =>
      blocker(
        'flux-elsewhere',
        app,
        `${maker} makes it, and does so from no Flux of blue: it is not there, or deploys to another cluster (spec.kubeConfig)`,
        'write deploy: external, and let that Flux deploy to green too',
      ),
    ),
    ...made
      .filter(({ workload, by }) => by.kind === 'HelmRelease' && sleeps.has(workloadName(workload)))
      .map(({ workload, by }) =>
        warning(
          'flux-releases-wake',
          workloadName(workload),
          `a release of ${fluxName(by)} scales it again where it must not run: its fence denies the pods, and Helm waits for them in vain`,
          'release nothing of it between its arrival and the commit, or set spec.upgrade.disableWait for the upgrade (docs/how-to/flux.md)',
        ),
      ),
  ]
}
