import { concerns, labelInWords, revisionInWords, type ArgoLabel, type Registered } from '../domain/argocd.ts'
import { deletes, hazardOf, held, PRESERVED, type Held } from '../domain/argocd-hazards.ts'
import { destinationInWords, permits, projectOf, targetOf } from '../domain/argocd-projects.ts'
import { unwell } from '../domain/argocd-sync.ts'
import type { KubernetesObject } from '../domain/kubernetes-objects.ts'
import { clusterOf } from '../domain/platform.ts'
import { knownOr, LOOK_EVERY, nameOf, placeOf, scalersOn, viewOf, type ArgoView } from './argocd-hub.ts'
import { pairsOf, synced, type Placed } from './argocd-pairs.ts'
import { contested } from './errors.ts'
import { otherSide, proven, type Deed, type Outside } from './outside.ts'
import { budgets, notYet, notYetByOthers } from './waiting.ts'

export const argocdActions = (outside: Outside) => {
  const awaitRegistration: Deed<'awaitRegistration'> = async ({ input: { hub, on }, scope }) => {
    const world = await proven(outside, scope)
    const cluster = await (await viewOf(world, hub)).known(scope[on])
    if (cluster) return { note: `Argo CD knows ${scope[on]} by Secret ${cluster.secret.metadata.name}` }
    const endpoint = (await world.eks.findCluster(scope[on]))?.endpoint ?? 'its endpoint'
    throw notYetByOthers(
      `${placeOf(hub)} has no Secret of a cluster whose server is ${endpoint} (or the ARN of ${scope[on]}). Register ${scope[on]} with Argo CD`,
    )
  }

  const labelCluster: Deed<'labelCluster'> = async ({ input, scope, run }) => {
    const { hub, label, on, namespaces } = input
    const view = await viewOf(await proven(outside, scope), hub)
    const cluster = knownOr(await view.known(scope[on]), hub, scope[on])
    // What could not be taken back is not begun, whoever's it is: what blue runs by tells what green will run by.
    const other = scope[otherSide(on)]
    const goes = (a: KubernetesObject) => deletes(a, view.makerOf(a), label.key) !== undefined
    const found = await view.applicationsOn(
      { theirs: await view.known(other), mine: cluster },
      (a) => goes(a) || concerns(a, namespaces),
    )
    refuseProjects(
      view,
      found.theirs.filter((a) => concerns(a, namespaces)),
      cluster,
      namespaces,
    )
    const [theirs, mine] = [found.theirs.filter(goes), found.mine.filter(goes)]
    refuseDeletion(view, theirs, label, other)
    refuseDeletion(view, mine, label, scope[on])
    const { labels = {}, annotations = {}, name } = cluster.secret.metadata
    const there = { note: `Secret ${name} has label ${labelInWords(label)}` }
    if (labels[label.key] === label.value) return there
    if (labels[label.key] !== undefined && annotations[label.key] === undefined)
      throw contested(
        `Secret ${name} of ${placeOf(hub)} has label ${label.key}=${labels[label.key] ?? ''}, where ${labelInWords(label)} is to be. Take it off, or say argocd.label in the platform file, then retry`,
      )
    const written = await view.port.patch('Secret', hub.namespace, name, {
      metadata: { labels: { [label.key]: label.value }, annotations: { [label.key]: run } },
    })
    if (written.metadata.labels?.[label.key] === label.value) return there
    throw notYet(`Secret ${name} of ${placeOf(hub)} does not have label ${labelInWords(label)} yet`, budgets.objects)
  }

  const unlabelCluster: Deed<'unlabelCluster'> = async ({ input, scope }) => {
    const { app, hub, label, on } = input
    const view = await viewOf(await proven(outside, scope), hub)
    const cluster = await view.known(scope[on])
    if (!cluster) return { note: `Argo CD does not know ${scope[on]}` }
    const { labels = {}, annotations = {}, name } = cluster.secret.metadata
    if (labels[label.key] === undefined) return { note: `Secret ${name} has no label ${label.key}` }
    // At commit blue's goes, whoever put it there: its cluster does too.
    if (on === 'green' && annotations[label.key] === undefined)
      return { note: `Secret ${name} had label ${label.key} before: it is left there` }
    // Whatever goes with it, of this app or not.
    const { losing } = await view.applicationsOn(
      { losing: cluster },
      (a) => deletes(a, view.makerOf(a), label.key) !== undefined,
    )
    refuseDeletion(view, losing, label, scope[on])
    const written = await view.port.patch('Secret', hub.namespace, name, {
      metadata: { labels: { [label.key]: null }, annotations: { [label.key]: null } },
    })
    if (written.metadata.labels?.[label.key] === undefined)
      return { note: `Argo CD deploys ${app} to ${scope[on]} no more; what it has deployed stays` }
    throw notYet(`Secret ${name} of ${placeOf(hub)} has label ${label.key} still`, budgets.objects)
  }

  const syncApplications: Deed<'syncApplications'> = async (call) => {
    const { input, scope } = call
    const { namespaces, hub, label, on, asleep } = input
    const world = await proven(outside, scope)
    const view = await viewOf(world, hub)
    const { cluster, pairs } = await pairsOf(view, call)
    const made = pairs.filter(({ mine }) => mine.length > 0)
    if (made.length < pairs.length) {
      if (cluster.secret.metadata.labels?.[label.key] !== label.value) throw labelLost(cluster, call)
      const missing = pairs.filter(({ mine }) => mine.length === 0).map(({ theirs }) => nameOf(theirs))
      throw notYet(
        `Argo CD has no Application on ${scope[on]} yet that is as ${missing.join(', ')} on ${clusterOf(scope, otherSide(on))}. Its ApplicationSet is to choose clusters by label ${labelInWords(label)}`,
        budgets.sync,
        LOOK_EVERY,
      )
    }
    const scalers = await scalersOn(await world.on(otherSide(on)), namespaces)
    // What is stopped on blue is held there too.
    for (const { theirs, mine } of pairs)
      for (const application of [...mine, theirs]) refuseHazards(application, held(asleep, scalers))
    await synced(view, call, pairs)
    return {
      note: `${pairs.length} Applications on ${scope[on]}: ${pairs.map(({ wanted }) => revisionInWords(wanted)).join(', ')}`,
    }
  }

  const checkApplications: Deed<'checkApplications'> = async (call) => {
    const { input, scope } = call
    const view = await viewOf(await proven(outside, scope), input.hub)
    const { pairs } = await pairsOf(view, call)
    const all = pairs.flatMap(({ mine }) => mine)
    const sick = all.flatMap((a) => {
      const why = unwell(a, input.asleep)
      return why === undefined ? [] : [`${nameOf(a)} is ${why}`]
    })
    if (sick.length > 0) throw notYet(sick.join('; '), budgets.pods, LOOK_EVERY)
    return { note: `${all.length} Applications on ${scope[input.on]} are healthy` }
  }

  return { awaitRegistration, labelCluster, unlabelCluster, syncApplications, checkApplications }
}

/** Principle: a label is put where it can be taken away again, and is taken away where nothing goes with it. */
function refuseDeletion(
  view: ArgoView,
  applications: readonly KubernetesObject[],
  label: ArgoLabel,
  where: string,
): void {
  const faults = applications.flatMap((a) => {
    const why = deletes(a, view.makerOf(a), label.key)
    return why === undefined ? [] : [`${nameOf(a)} on ${where}: ${why}`]
  })
  if (faults.length === 0) return
  throw contested(
    `without its label what runs would be deleted: ${faults.join('; ')}. ${capitalized(PRESERVED)}, then retry`,
  )
}

/** Argo CD would make the Application, and refuse what it says: told before, with what to write. */
function refuseProjects(
  view: ArgoView,
  applications: readonly KubernetesObject[],
  { name, server }: Registered,
  namespaces: readonly string[],
): void {
  const closed = applications.flatMap((a) => {
    const project = view.projects.find((p) => p.metadata.name === projectOf(a))
    const to = { name, server, namespace: targetOf(a, namespaces) }
    return project && !permits(project, to) ? [{ project: project.metadata.name, to }] : []
  })
  const [first] = closed
  if (!first) return
  throw contested(
    `AppProject ${first.project} lets nothing to namespace ${first.to.namespace} of ${name} (${server}). Add ${destinationInWords(first.to)} to its destinations, then retry`,
  )
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function refuseHazards(application: KubernetesObject, fields: readonly Held[]): void {
  const hazard = hazardOf(application, fields)
  if (hazard !== undefined) throw contested(`${nameOf(application)} ${hazard}, then retry`)
}

function labelLost({ secret }: Registered, { input: { hub, label } }: Placed) {
  return contested(
    `Secret ${secret.metadata.name} of ${placeOf(hub)} has lost label ${labelInWords(label)}: who makes it wrote it anew. Let that leave labels alone that it does not know, or have it put this one there, then retry`,
  )
}
