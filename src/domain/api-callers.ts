import { momentOf, MOST, STREAMS, utc } from './audit-spans.ts'
import { few } from './few.ts'
import { info, warning, type Finding } from './findings.ts'

/**
 * Who asks the API server of a cluster that is to go, as its audit log in CloudWatch tells it. Most of it goes with the
 * cluster: its own control plane, nodes and pods. Who is left comes from outside, and finds nobody there afterwards.
 * https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
 * https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
export interface Caller {
  /** As Kubernetes knows it: `eks:addon-manager`, `arn:aws:sts::…:assumed-role/ci/run-12`. */
  readonly user: string
  /** The IAM principal that EKS let in as this user. */
  readonly principal?: string
  readonly agent: string
  readonly verb: string
  /** `deployments.apps`, `pods/exec`; empty: of no resource. */
  readonly resource: string
  readonly calls: number
  /** When they were heard last; ISO. */
  readonly last: string
}

const KUBE_SYSTEM = 'system:serviceaccount:kube-system:'
/**
 * Each controller of the control plane asks as a service account of kube-system, without a pod. So do tokens that somebody
 * keeps elsewhere (`argocd cluster add` makes kube-system/argocd-manager), by another agent.
 */
const CONTROLLERS = String.raw`^(kube|cloud|aws-cloud)-controller-manager\/`

/**
 * Logs Insights counts, so that an hour of a large cluster is a short answer. What is most of it and the cluster's own
 * beyond doubt is left out there: kubelets, controllers of the control plane, and whoever has a token that its own pods are
 * given (a token that somebody keeps elsewhere names no pod). What is left is judged here, by the table below.
 */
export const CALLERS_QUERY = [
  `filter @logStream like /${STREAMS}/`,
  'filter user.username not like /^system:node:/',
  `filter user.username not like /^${KUBE_SYSTEM}/ or userAgent not like /${CONTROLLERS}/`,
  String.raw`filter @message not like /"authentication\.kubernetes\.io\/pod-name"/`,
  'stats count_distinct(auditID) as calls, max(@timestamp) as last by user.username, user.extra.canonicalArn.0, userAgent, verb, objectRef.resource, objectRef.apiGroup, objectRef.subresource',
  'sort last desc',
  `limit ${MOST}`,
].join('\n| ')

/** What is answered to it; a field that no event had is not there. */
export const callersIn = (rows: readonly Readonly<Record<string, string>>[]): Caller[] =>
  rows.map((row) => {
    const principal = row['user.extra.canonicalArn.0']
    const { 'objectRef.resource': resource = '', 'objectRef.apiGroup': group, 'objectRef.subresource': part } = row
    return {
      user: row['user.username'] ?? '',
      ...(principal !== undefined && { principal }),
      agent: row['userAgent'] ?? '',
      verb: row['verb'] ?? '',
      resource: `${resource}${group === undefined ? '' : `.${group}`}${part === undefined ? '' : `/${part}`}`,
      calls: Number(row['calls'] ?? 0),
      last: momentOf(row['last'] ?? ''),
    }
  })

export interface Known {
  /** The IAM principal that the worker is. */
  readonly worker: string
  /** Argo CD deploys to the cluster, and goes on looking at it until it is gone. */
  readonly byArgocd: boolean
}

/** Each request of Norikae's to an API server has it: others may have the worker's role, and are not the worker. */
export const OWN_AGENT = 'norikae/'

/** `own` goes with the cluster, `expected` knows that it goes; who `reads` loses a view, who `uses` it something they made. */
export type CallerKind = 'own' | 'expected' | 'reads' | 'uses'

interface Rule {
  readonly is: (caller: Caller, known: Known) => boolean
  readonly kind: CallerKind
}

/** The first that fits. */
const table: readonly Rule[] = [
  { is: ({ user, agent }) => user.startsWith(KUBE_SYSTEM) && new RegExp(CONTROLLERS).test(agent), kind: 'own' },
  { is: ({ user }) => user.startsWith('system:node:'), kind: 'own' },
  // The control plane, and who said no name: health checks, and whoever looks for open doors. Not service accounts: the
  // query leaves out what their pods ask, so somebody keeps a token of theirs and asks from elsewhere. Nor an IAM principal
  // that somebody let in by such a name (aws-auth maps any to `system:admin`).
  { is: ({ user, principal }) => principal === undefined && /^(system:(?!serviceaccount:)|$)/.test(user), kind: 'own' },
  // https://docs.aws.amazon.com/eks/latest/userguide/default-roles-users.html
  { is: ({ user }) => user.startsWith('eks:'), kind: 'own' },
  { is: ({ user, principal = user }) => principal.includes('/AWSServiceRoleForAmazonEKS'), kind: 'own' },
  {
    is: ({ user, principal = user, agent }, { worker }) =>
      agent.startsWith(OWN_AGENT) && roleOf(principal) === roleOf(worker),
    kind: 'own',
  },
  { is: ({ agent }, { byArgocd }) => byArgocd && agent.startsWith('argocd-'), kind: 'expected' },
  { is: reads, kind: 'reads' },
]

export const kindOfCaller = (caller: Caller, known: Known): CallerKind =>
  table.find((rule) => rule.is(caller, known))?.kind ?? 'uses'

/** Who gets into a pod works there, whatever the verb; who asks what they may changes nothing. */
function reads({ verb, resource }: Pick<Caller, 'verb' | 'resource'>): boolean {
  if (/\/(exec|attach|portforward|proxy)$/.test(resource)) return false
  return ['get', 'list', 'watch'].includes(verb) || /\.auth(orization|entication)\.k8s\.io(\/|$)/.test(resource)
}

/** `1/role` of a role and of its sessions, so that each run of a pipeline is the same caller; else the name itself. */
const roleOf = (arn: string): string =>
  arn.replace(
    /^arn:aws[\w-]*:(?:sts|iam)::(\d+):(?:assumed-role|role)\/(.*)$/,
    (_, account: string, path: string) =>
      `${account}/${(arn.includes(':assumed-role/') ? path.split('/')[0] : path.split('/').at(-1)) ?? path}`,
  )

/** One who calls, over all their verbs. */
export interface Heard {
  /** As it is kept where people accept them. */
  readonly name: string
  /** Who it was last. */
  readonly user: string
  readonly agent: string
  readonly deeds: readonly string[]
  readonly calls: number
  readonly last: string
}

/**
 * Who still calls from outside. Undefined where nobody can know: a cluster that is there is never silent, so nothing told is
 * a log that does not arrive, and as much as an answer holds is an answer cut off.
 */
export function heardOf(
  callers: readonly Caller[],
  known: Known,
): { readonly uses: readonly Heard[]; readonly reads: readonly Heard[] } | undefined {
  if (callers.length === 0 || callers.length >= MOST) return undefined
  const of = (kind: CallerKind) => heard(callers.filter((it) => kindOfCaller(it, known) === kind))
  const uses = of('uses')
  return { uses, reads: of('reads').filter(({ name }) => !uses.some((it) => it.name === name)) }
}

/** Who called last comes first. */
function heard(callers: readonly Caller[]): Heard[] {
  const each = Map.groupBy(callers, ({ user, principal = user }) => roleOf(principal))
  return [...each]
    .flatMap(([name, its]) => {
      const sorted = its.toSorted((a, b) => (a.last < b.last ? 1 : -1))
      const [latest] = sorted
      if (!latest) return []
      const deeds = [...new Set(sorted.map(({ verb, resource }) => `${verb} ${resource}`.trim()))]
      const { user, agent, last } = latest
      return { name, user, agent, deeds, calls: its.reduce((sum, { calls }) => sum + calls, 0), last }
    })
    .toSorted((a, b) => (a.last < b.last ? 1 : -1))
}

const inWords = ({ user, agent, deeds, calls, last }: Heard): string =>
  `${user} by ${agent.split(' ')[0] || 'an unnamed client'} (${few(deeds)}; ${calls === 1 ? 'once' : `${calls} times, last`} ${utc(last)})`

export const heardInWords = (heard: readonly Heard[]): string => few(heard.map(inWords))

const IN_FULL = 3

/** As `heardInWords`, and nobody is left out: an answer is about whoever is named. */
export const allHeardInWords = (heard: readonly Heard[]): string =>
  [...heard.slice(0, IN_FULL).map(inWords), ...heard.slice(IN_FULL).map(({ user }) => user)].join(', ')

/** Those that nobody has accepted: an acceptance is of who was told, and of nobody else. */
export const notAccepted = (uses: readonly Heard[], accepted: readonly string[]): readonly Heard[] =>
  uses.filter(({ name }) => !accepted.includes(name))

/** Whom an answer accepts: whoever people were told of when they were asked, and who has not stopped since. */
export const acceptable = (left: readonly Heard[], told: readonly string[]): readonly string[] =>
  left.flatMap(({ name }) => (told.includes(name) ? [name] : []))

/** What people can answer once they were waited for. */
export const waysOnWithCallers = (cluster: string): string =>
  `retry: wait on for as long again. skip, with ${cluster} typed: these may lose it, and whoever else calls is waited for still`

const TELL = 'have them use green, or what they made on blue ends with it: norikae where <app>/<environment>'

export const acceptedFinding = (cluster: string, uses: readonly Heard[]): Finding =>
  warning('callers-accepted', cluster, `people accepted that these lose it: ${heardInWords(uses)}`, TELL)

export const readingFinding = (cluster: string, reads: readonly Heard[]): Finding =>
  info(
    'callers-read',
    cluster,
    `these read from its API server, and find nobody there once it is gone: ${heardInWords(reads)}`,
    'tell them where green is; nothing waits for them',
  )

export const unknownCallers = (cluster: string, why: string): Finding =>
  warning(
    'callers-unknown',
    cluster,
    `nobody knows who calls its API server from outside: ${why}`,
    'ask who still deploys to it or works on it before its removal is approved',
  )

/** What preflight says while there is time to turn it on; CloudWatch charges for what is written. */
export const auditLogFindings = ({
  name,
  logging,
}: {
  readonly name: string
  readonly logging: readonly string[]
}): Finding[] =>
  logging.includes('audit')
    ? []
    : [
        info(
          'callers-unknown',
          name,
          'it writes no audit log, so the proof that it is idle cannot tell who still calls its API server',
          `turn it on before the soak ends: aws eks update-cluster-config --name ${name} --logging '{"clusterLogging":[{"types":["audit"],"enabled":true}]}'`,
        ),
      ]
