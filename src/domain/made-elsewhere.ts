import { blocker, warning, type Finding } from './findings.ts'
import { controllerOf, nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import { needsOf } from './needs.ts'
import { pullSecretsOf } from './pull-secrets.ts'
import { podSpecOf } from './workload-state.ts'

/**
 * Secrets that a controller makes from an object of its own: by decrypting it (SealedSecret), or by fetching it
 * (ExternalSecret, Certificate). Neither they nor those objects are carried over, so on green only that controller can
 * make them; that one is there is the proof that it can.
 */
export interface Made {
  readonly namespace: string
  readonly name: string
  /** `SealedSecret key` */
  readonly by: string
}

export function madeElsewhere({ metadata }: KubernetesObject): Made | undefined {
  const owner = controllerOf({ metadata })
  const { namespace = '', name } = metadata
  return owner && { namespace, name, by: `${owner.kind} ${owner.name}` }
}

/** Said before green is there. `accounts`: ServiceAccounts, which may name what images are pulled with. */
export const madeFindings = (
  workloads: readonly KubernetesObject[],
  accounts: readonly KubernetesObject[],
  made: readonly Made[],
): Finding[] =>
  used(workloads, accounts, made).map(({ secret, workload }) =>
    warning(
      'secret-made-elsewhere',
      aboutOf(secret),
      `${secret.by} makes it, ${workload} needs it, and neither of the first two is carried over`,
      `put ${secret.by.split(' ')[0] ?? ''}s and their controller, with its keys, on green before its app is tried there`,
    ),
  )

/**
 * Said once green is there: without it no pod of the workload starts. One that images are pulled with may be needless,
 * where green's nodes may pull by themselves.
 */
export const missingFindings = (
  workloads: readonly KubernetesObject[],
  accounts: readonly KubernetesObject[],
  made: readonly Made[],
  isThere: (secret: Made) => boolean,
): Finding[] =>
  used(workloads, accounts, made)
    .filter(({ secret }) => !isThere(secret))
    .map(({ secret, workload, pulls }) => {
      const remedy = `put the ${secret.by} on green, and see that its controller there has what opens it`
      const why = `on blue ${secret.by} makes it, and on green nothing has`
      return pulls
        ? warning('pull-secret-missing', aboutOf(secret), `${workload} is to pull its images with it; ${why}`, remedy)
        : blocker('secret-missing', aboutOf(secret), `${workload} needs it; ${why}`, remedy)
    })

const aboutOf = ({ namespace, name }: Made): string => `Secret/${namespace}/${name}`

interface Used {
  readonly secret: Made
  readonly workload: string
  /** For nothing but pulling images. */
  readonly pulls: boolean
}

/** Each that is needed, with the first workload that does. */
function used(
  workloads: readonly KubernetesObject[],
  accounts: readonly KubernetesObject[],
  made: readonly Made[],
): Used[] {
  const needs = workloads.flatMap((w) => [
    { w, names: secretsOf(w), pulls: false },
    { w, names: new Set(pullSecretsOf(w, accounts)), pulls: true },
  ])
  // What pods do not start without first.
  const inOrder = needs.toSorted((a, b) => Number(a.pulls) - Number(b.pulls))
  return made.flatMap((secret) => {
    const first = inOrder.find(({ w, names }) => w.metadata.namespace === secret.namespace && names.has(secret.name))
    return first ? [{ secret, workload: nameOf(first.w), pulls: first.pulls }] : []
  })
}

const secretsOf = (workload: KubernetesObject): ReadonlySet<string> =>
  new Set(needsOf(podSpecOf(workload)).flatMap(({ kind, name }) => (kind === 'Secret' ? [name] : [])))
