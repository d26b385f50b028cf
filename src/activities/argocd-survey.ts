import { ApplicationFailure } from '@temporalio/common'
import { CLUSTER_SECRETS, concerns } from '../domain/argocd.ts'
import { argocdOnBlueFindings, CONTROLLERS } from '../domain/argocd-on-blue.ts'
import { argocdFindings, hubFindings, hubOf, unreadableFinding } from '../domain/argocd-findings.ts'
import { deletes } from '../domain/argocd-hazards.ts'
import type { ClusterDescription } from '../domain/eks-objects.ts'
import type { Finding } from '../domain/findings.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import type { Platform } from '../domain/platform.ts'
import { scalerKinds } from '../domain/scalers.ts'
import { viewOf } from './argocd-hub.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'

/** Whether one runs on blue that the platform file says nothing of. Reads only. */
export async function argocdOnBlueSurvey(
  kubernetes: KubernetesPort,
  platform: Platform,
  blue: ClusterDescription,
  adopted: ClusterDescription | undefined,
): Promise<Finding[]> {
  if (hubOf(platform)?.cluster === platform.blue) return []
  const kinds = ['StatefulSet', 'Deployment'] as const
  const controllers = (await Promise.all(kinds.map((kind) => kubernetes.list(kind, { labels: CONTROLLERS })))).flat()
  if (controllers.length === 0) return []
  return argocdOnBlueFindings(blue, controllers, await kubernetes.list('Secret', { labels: CLUSTER_SECRETS }), adopted)
}

/** What is wrong with the Argo CD that deploys some of these apps, before anything is built. Reads only. */
export async function argocdSurvey(world: Pick<Proven, 'eks' | 'cluster'>, platform: Platform): Promise<Finding[]> {
  const hub = hubOf(platform)
  if (!hub) return []
  const findings = hubFindings(hub, platform)
  try {
    const view = await viewOf(world, hub)
    const blue = await world.cluster(platform.blue)
    const scalers = (await Promise.all(scalerKinds.map((kind) => blue.list(kind)))).flat()
    const known = await view.known(platform.blue)
    const byArgo = platform.apps.flatMap((a) => a.environments).filter((e) => e.argocd)
    const namespaces = byArgo.flatMap((e) => e.namespaces)
    const labels = byArgo.flatMap((e) => (e.argocd ? [e.argocd.label.key] : []))
    const goes = (a: KubernetesObject) => labels.some((key) => deletes(a, view.makerOf(a), key) !== undefined)
    const { applications } = await view.applicationsOn(
      { applications: known },
      (a) => concerns(a, namespaces) || goes(a),
    )
    const { sets, projects } = view
    return [...findings, ...argocdFindings(platform, { applications, sets, projects, blue: known, scalers })]
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || !['NotFound', 'Denied'].includes(error.type ?? '')) throw error
    return [...findings, unreadableFinding(hub, error.message)]
  }
}
