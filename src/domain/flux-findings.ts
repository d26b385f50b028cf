import type { NamespaceFacts } from './facts.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { fluxName } from './flux.ts'
import { workloadName, type WorkloadRef } from './platform.ts'

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
        `${maker} makes it, and is not on blue: Flux of another cluster does`,
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
