import type { Registered } from './argocd.ts'
import { record, records } from './fields.ts'
import { globMatches } from './globs.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'

/**
 * Where the Applications of an AppProject may deploy to. One that names blue alone lets nothing to green, and Argo CD says
 * so only in a condition of the Application that it has made there.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
 */

/** A cluster and a namespace of it, as a project tells them. */
export interface Destination {
  readonly name: string
  readonly server: string
  readonly namespace: string
}

export const projectOf = ({ spec }: KubernetesObject): string => {
  const { project } = record(spec)
  return typeof project === 'string' && project !== '' ? project : 'default'
}

/** https://github.com/argoproj/argo-cd/blob/master/pkg/apis/application/v1alpha1/app_project_types.go (isDestinationMatched) */
export function permits(project: KubernetesObject, { name, server, namespace }: Destination): boolean {
  const all = records(project.spec?.['destinations']).map((item) => {
    const rule = (field: string) => (typeof item[field] === 'string' ? item[field] : '')
    const names = name !== '' && matches(rule('name'), name)
    const servers = server !== '' && matches(rule('server'), server)
    const namespaces = matches(rule('namespace'), namespace)
    const is = (names || servers) && namespaces
    const denies =
      (!names && isDenial(rule('name'))) ||
      (!servers && isDenial(rule('server'))) ||
      (!namespaces && isDenial(rule('namespace')))
    return { is, denies: !is && denies }
  })
  return all.some(({ is }) => is) && !all.some(({ denies }) => denies)
}

const isDenial = (pattern: string): boolean => pattern.startsWith('!')

const matches = (pattern: string, text: string): boolean =>
  isDenial(pattern) ? !globMatches(pattern.slice(1), text) : globMatches(pattern, text)

/**
 * How a cluster that nobody has registered yet will most likely be known: by its own name where blue is by its own, at an
 * endpoint of the same form (or by its ARN, as the managed Argo CD of EKS has it).
 */
export const likely = (blue: Pick<Registered, 'name' | 'server'>, from: string, to: string) => ({
  name: blue.name.replaceAll(from, to),
  server: blue.server.startsWith('arn:')
    ? blue.server.replaceAll(from, to)
    : blue.server.replace(/^(https:\/\/)[^./]+/, (_, scheme: string) => `${scheme}${UNKNOWN}`),
})

/** The first label of an endpoint of EKS is made up by EKS. */
const UNKNOWN = '00000000000000000000000000000000'

/** Where its Application deploys to may be left to what it deploys. */
export const targetOf = ({ spec }: KubernetesObject, namespaces: readonly string[]): string => {
  const { namespace } = record(record(spec)['destination'])
  return typeof namespace === 'string' && namespace !== '' ? namespace : (namespaces[0] ?? '')
}

/** A destination as an AppProject writes it, to be pasted. */
export const destinationInWords = ({ name, namespace }: Pick<Destination, 'name' | 'namespace'>): string =>
  `{ name: ${name}, namespace: ${namespace} }`
