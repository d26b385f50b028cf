import { clusterServed, registered, type Registrant } from './argocd.ts'
import { few } from './few.ts'
import { records } from './fields.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import { podSpecOf } from './workload-state.ts'

/** Label of what compares and syncs: https://github.com/argoproj/argo-cd/tree/master/manifests/base/application-controller */
export const CONTROLLERS = 'app.kubernetes.io/component=application-controller'
const IMAGE = /(^|\/)argocd(?=$|[:@])/

/** Rollouts and others have a component of that name too. */
const isArgocd = (workload: KubernetesObject): boolean =>
  records(podSpecOf(workload)['containers']).some((container) => IMAGE.test(String(container['image'])))

/**
 * Each Argo CD that runs on blue and that no app is declared to be deployed by (one that is has `argocd-on-blue`): it goes with
 * blue, and until then writes back what it deploys. `workloads`: those with `CONTROLLERS`. `secrets`: of clusters. `adopted`: a
 * green that is there, which is no other cluster: what is deployed to it stays with it.
 */
export function argocdOnBlueFindings(
  blue: Registrant & { readonly name: string },
  workloads: readonly KubernetesObject[],
  secrets: readonly KubernetesObject[],
  adopted?: Registrant,
): Finding[] {
  const controllers = Map.groupBy(workloads.filter(isArgocd), ({ metadata }) => metadata.namespace)
  return [...controllers].flatMap(([namespace, [controller]]) => {
    if (!controller) return []
    const others = secrets
      .filter((secret) => secret.metadata.namespace === namespace)
      .filter((secret) => !adopted || !registered([secret], adopted, false))
      .flatMap((secret) => clusterServed(secret, blue) ?? [])
      .toSorted()
    const runs = `Argo CD runs on it (${nameOf(controller)})`
    return [others.length > 0 ? hub(blue.name, runs, others) : alone(blue.name, runs)]
  })
}

const hub = (blue: string, runs: string, others: readonly string[]): Finding =>
  blocker(
    'argocd-hub-on-blue',
    blue,
    `${runs}, deploys to other clusters too (${few(others)}), and would be deleted with it`,
    'move it to a cluster of its own, and name that in argocd.cluster where it deploys apps of this platform; or waive it where what it has deployed elsewhere may stay as it is',
  )

const alone = (blue: string, runs: string): Finding =>
  warning(
    'argocd-hub-on-blue',
    blue,
    `${runs}, and the platform file names none there: what it deploys it writes back while Norikae moves it, and it is deleted with blue`,
    'for apps that it deploys run it on a cluster of its own, and write deploy: argocd and argocd.cluster (docs/how-to/argocd.md); where it deploys none of them, see that green gets its own',
  )
