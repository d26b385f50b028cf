import { records, record } from './fields.ts'
import { warning, type Finding } from './findings.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'

/** StorageClasses are cluster-wide, so nobody's in particular: Norikae carries none over, and says who asks for one. */

export interface ClassInUse {
  readonly name: string
  readonly provisioner: string
  /** Claims, and templates of StatefulSets, that ask for it. */
  readonly by: readonly string[]
}

const DEFAULT = 'storageclass.kubernetes.io/is-default-class'

/** Those of a cluster's classes that are asked for in one namespace, in name order. */
export function classesInUse(
  classes: readonly KubernetesObject[],
  claims: readonly KubernetesObject[],
  workloads: readonly KubernetesObject[],
): ClassInUse[] {
  const usual = classes.find((c) => c.metadata.annotations?.[DEFAULT] === 'true')?.metadata.name
  const asked = [
    ...claims.map((c) => ({ by: `claim ${c.metadata.name}`, name: classOf(c.spec ?? {}, usual) })),
    ...workloads.flatMap((w) =>
      records(w.spec?.['volumeClaimTemplates']).map((template) => ({
        by: `${w.kind} ${w.metadata.name}`,
        name: classOf(record(template['spec']), usual),
      })),
    ),
  ]
  return classes
    .map((c) => ({
      name: c.metadata.name,
      provisioner: provisionerOf(c),
      by: [...new Set(asked.flatMap(({ by, name }) => (name === c.metadata.name ? by : [])))],
    }))
    .filter(({ by }) => by.length > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Not said is the cluster's usual one; said to be none is none. https://kubernetes.io/docs/concepts/storage/persistent-volumes/#class-1 */
const classOf = ({ storageClassName }: Readonly<Record<string, unknown>>, usual: string | undefined): unknown =>
  storageClassName ?? usual

const provisionerOf = ({ provisioner }: KubernetesObject): string =>
  typeof provisioner === 'string' ? provisioner : ''

/** What EKS and its add-ons put into every cluster is on green too. https://docs.aws.amazon.com/eks/latest/userguide/storage-classes.html */
export const isOfEks = (storageClass: KubernetesObject): boolean =>
  (storageClass.metadata.name === 'gp2' && provisionerOf(storageClass) === 'kubernetes.io/aws-ebs') ||
  storageClass.metadata.labels?.['app.kubernetes.io/managed-by'] === 'EKS'

const aboutOf = (namespace: string, name: string): string => `${namespace} StorageClass/${name}`

const WAITS = 'what asks for it anew there, as a pod more does, waits for ever'

/** Said before green is there. */
export const classStays = (namespace: string, { name, provisioner, by }: ClassInUse): Finding =>
  warning(
    'storage-class-stays',
    aboutOf(namespace, name),
    `${few(by)} ${by.length === 1 ? 'asks' : 'ask'} for this class of ${provisioner}, which is not carried over: on green ${WAITS}`,
    'make it on green once that is there; `pause` gives the time',
  )

/** Said once green is there: what it has under these names. */
export const classFindings = (
  namespace: string,
  used: readonly ClassInUse[],
  onGreen: readonly KubernetesObject[],
): Finding[] =>
  used.flatMap(({ name, provisioner, by }) => {
    const found = onGreen.find((c) => c.metadata.name === name)
    if (!found)
      return warning(
        'storage-class-missing',
        aboutOf(namespace, name),
        `${few(by)} ${by.length === 1 ? 'asks' : 'ask'} for it, and green has none of this name: ${WAITS}`,
        `make it on green, of ${provisioner}`,
      )
    const other = provisionerOf(found)
    if (other === provisioner) return []
    return warning(
      'storage-class-differs',
      aboutOf(namespace, name),
      `it is of ${provisioner} on blue and of ${other} on green: volumes that are made on green could not go back`,
      `make it of ${provisioner} on green too, or give it another name`,
    )
  })

const FEW = 3
const few = (all: readonly string[]): string =>
  all.length <= FEW ? all.join(', ') : `${all.slice(0, FEW).join(', ')} and ${all.length - FEW} more`
