import {
  concerns,
  isOn,
  labelInWords,
  makerAmong,
  placesOf,
  type ArgoHub,
  type ArgoLabel,
  type Registered,
} from './argocd.ts'
import {
  choosesBy,
  deletes,
  fieldInWords,
  held,
  IGNORED,
  isAutomated,
  PRESERVED,
  prunes,
  unignored,
} from './argocd-hazards.ts'
import { destinationInWords, likely, permits, projectOf, targetOf, type Destination } from './argocd-projects.ts'
import { records } from './fields.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import type { App, Environment, Platform } from './platform.ts'

/** What was found in Argo CD while only blue was there: what green gets is made from the same ApplicationSets. */
export interface ArgoFacts {
  readonly applications: readonly KubernetesObject[]
  readonly sets: readonly KubernetesObject[]
  readonly projects: readonly KubernetesObject[]
  /** Blue, as Argo CD knows it. */
  readonly blue: Registered | undefined
  /** What sizes workloads on blue. */
  readonly scalers: readonly KubernetesObject[]
}

/** Where Argo CD is that deploys some of these apps; undefined where it deploys none. */
export const hubOf = ({ apps }: Pick<Platform, 'apps'>): ArgoHub | undefined =>
  apps.flatMap((a) => a.environments).find((e) => e.argocd)?.argocd?.hub

/** It would go with blue, and then nothing deploys to green. */
export const hubFindings = (hub: ArgoHub, { blue }: Pick<Platform, 'blue'>): Finding[] =>
  hub.cluster === blue
    ? [
        blocker(
          'argocd-on-blue',
          blue,
          'Argo CD runs on it, and would be deleted with it',
          'move Argo CD to a cluster of its own, and say it in argocd.cluster',
        ),
      ]
    : []

/** `why`: what the hub answered. */
export const unreadableFinding = ({ cluster, namespace }: ArgoHub, why: string): Finding =>
  blocker(
    'argocd-unreadable',
    `${cluster} ${namespace}`,
    `Argo CD cannot be read there: ${why}`,
    'mend argocd in the platform file, or grant what deploy/rbac/argocd.yaml lists, and argocd-applications.yaml in each namespace of argocd.applications',
  )

export function argocdFindings(
  { apps, blue, green }: Pick<Platform, 'apps' | 'blue' | 'green'>,
  facts: ArgoFacts,
): Finding[] {
  const { blue: known } = facts
  if (!known)
    return [
      blocker(
        'argocd-blue-unknown',
        blue,
        'no Secret of a cluster in Argo CD has its endpoint or ARN as server, so what Argo CD deploys there is not known',
        'mend the Secret, or name the Argo CD that deploys to it in argocd',
      ),
    ]
  const theirs = facts.applications.filter((a) => isOn(a, known))
  const registrant = likely(known, blue, green)
  const environments = apps.flatMap((app) => app.environments.map((e) => ({ app, e })))
  return [
    ...environments.flatMap(({ app, e }) => ofEnvironment(app, e, theirs, { ...facts, registrant })),
    ...othersGo(
      environments.map(({ e }) => e),
      theirs,
      facts.sets,
    ),
  ]
}

/** What no app of this platform is may go with the label of one: it is told once, however many labels it goes with. */
function othersGo(
  environments: readonly Environment[],
  theirs: readonly KubernetesObject[],
  sets: readonly KubernetesObject[],
): Finding[] {
  const byArgo = environments.flatMap(({ argocd, namespaces }) => (argocd ? [{ label: argocd.label, namespaces }] : []))
  const others = theirs.filter((a) => !byArgo.some(({ namespaces }) => concerns(a, namespaces)))
  return others.flatMap((a) => {
    const maker = makerAmong(sets, a)
    return byArgo.flatMap(({ label }) => wouldDelete(a, maker, label)).slice(0, 1)
  })
}

function ofEnvironment(
  app: App,
  { name, namespaces, fenced = [], argocd }: Environment,
  theirs: readonly KubernetesObject[],
  { sets, scalers, projects, registrant }: ArgoFacts & { readonly registrant: Pick<Destination, 'name' | 'server'> },
): Finding[] {
  const own = theirs.filter((a) => concerns(a, namespaces))
  const about = `${app.name} ${name}`
  if (!argocd) return []
  const { label } = argocd
  if (own.length === 0)
    return [
      blocker(
        'argocd-no-application',
        about,
        `no Application in namespace ${placesOf(argocd.hub).join(' or ')} of ${argocd.hub.cluster} deploys ${namespaces.join(', ')} to blue`,
        `mend its Application, list the namespace that it is in under argocd.applications, or write another deploy for ${app.name}`,
      ),
    ]
  const fields = held(
    fenced,
    scalers.filter((s) => namespaces.includes(s.metadata.namespace ?? '')),
  )
  return [
    ...labelTooLong(about, label.key),
    ...notByLabel(about, own, sets, label),
    ...own.flatMap((application) => {
      return [
        ...wouldDelete(application, makerAmong(sets, application), label),
        ...wouldPrune(application),
        ...wouldWriteBack(application, fields),
        ...bringsBindings(application, namespaces),
        ...projectKeepsOut(application, projects, registrant, namespaces),
      ]
    }),
  ]
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const LONGEST = 63

const labelTooLong = (about: string, key: string): Finding[] =>
  (key.split('/').at(-1) ?? '').length > LONGEST
    ? [
        blocker(
          'argocd-label',
          about,
          `${key} is longer than a label may be (${LONGEST})`,
          'write a shorter argocd.label',
        ),
      ]
    : []

/** It may come by another way, and is waited for; but hardly when its turn comes. */
function notByLabel(
  about: string,
  own: readonly KubernetesObject[],
  sets: readonly KubernetesObject[],
  label: ArgoLabel,
): Finding[] {
  const makers = own.map((a) => makerAmong(sets, a)).filter((s) => s !== undefined)
  if (makers.some((s) => choosesBy(s, label.key))) return []
  return [
    warning(
      'argocd-no-label',
      about,
      `no ApplicationSet of it chooses clusters by label ${labelInWords(label)}, so it comes to green by another way, or not at all`,
      'let its ApplicationSet choose clusters by this label, and put it on the Secret of blue',
    ),
  ]
}

function wouldDelete(application: KubernetesObject, set: KubernetesObject | undefined, label: ArgoLabel): Finding[] {
  const why = deletes(application, set, label.key)
  return why === undefined
    ? []
    : [blocker('argocd-deletes', nameOf(application), `on the way back, and when blue goes, ${why}`, PRESERVED)]
}

const wouldPrune = (application: KubernetesObject): Finding[] =>
  prunes(application)
    ? [
        blocker(
          'argocd-prunes',
          nameOf(application),
          'it prunes by itself: one commit would remove objects from blue and green at once, and leave no way back',
          'write automated: { prune: false } in its template for the upgrade',
        ),
      ]
    : []

function wouldWriteBack(application: KubernetesObject, fields: Parameters<typeof unignored>[1]): Finding[] {
  const written = unignored(application, fields)
  if (written.length === 0) return []
  const [first, more] = [written.slice(0, 2).map(fieldInWords).join(', '), written.length - 2]
  const what = `${first}${more > 0 ? ` and ${more} more` : ''}`
  return isAutomated(application)
    ? [
        blocker(
          'argocd-writes-back',
          nameOf(application),
          `it syncs by itself, and would write back what Norikae holds: ${what}`,
          `add ${IGNORED} to its template for the upgrade`,
        ),
      ]
    : [
        warning(
          'argocd-writes-back',
          nameOf(application),
          `whoever syncs it writes back what Norikae holds: ${what}`,
          `add ${IGNORED} to its template for the upgrade`,
        ),
      ]
}

/** Two controllers on one target group deregister one another's pods (aws-load-balancer-controller#2757). */
function bringsBindings(application: KubernetesObject, namespaces: readonly string[]): Finding[] {
  const bindings = records(application.status?.['resources']).filter(
    // One that only waits to be pruned is in no repository any more.
    (r) =>
      r['kind'] === 'TargetGroupBinding' &&
      r['requiresPruning'] !== true &&
      namespaces.includes(String(r['namespace'])),
  )
  if (bindings.length === 0) return []
  return [
    blocker(
      'argocd-binding',
      nameOf(application),
      `it would bring TargetGroupBinding ${String(bindings[0]?.['name'])} of blue's target group to green, and two controllers take each other's pods out of it`,
      'take it out of what it deploys: on blue it stays, since nothing is pruned, and Norikae makes green its own',
    ),
  ]
}

/** Nobody has registered green yet, so it is not known for sure; when its turn comes it is. */
function projectKeepsOut(
  application: KubernetesObject,
  projects: readonly KubernetesObject[],
  registrant: Pick<Destination, 'name' | 'server'>,
  namespaces: readonly string[],
): Finding[] {
  const project = projects.find((p) => p.metadata.name === projectOf(application))
  const to = { ...registrant, namespace: targetOf(application, namespaces) }
  if (!project || permits(project, to)) return []
  return [
    warning(
      'argocd-project',
      nameOf(application),
      `its AppProject ${project.metadata.name} lets nothing to namespace ${to.namespace} of ${to.name}, so Argo CD would refuse to deploy it there`,
      `add ${destinationInWords(to)} to destinations of the AppProject before its turn, by the name that green's Secret will have`,
    ),
  ]
}
