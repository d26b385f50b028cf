import { list, records, texts, type Fields } from './fields.ts'
import { few } from './few.ts'
import { blocker, warning, type Finding } from './findings.ts'
import { nameOf, type KubernetesObject } from './kubernetes-objects.ts'
import type { Owned } from './weighted-records.ts'
import { imagesOf, podSpecOf, replicasOf } from './workload-state.ts'

/**
 * external-dns writes DNS records for what it finds on its cluster. Whose a record is stands in a TXT record beside it: it
 * changes those of its own owner id, and with `policy: sync` it deletes those whose Ingress or Service is gone.
 * https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/registry/
 */
export interface DnsWriter {
  readonly workload: KubernetesObject
  /** What it writes into TXT records; undefined: it is not written where Norikae reads it. */
  readonly owner: string | undefined
  /** It deletes what its cluster has no more. */
  readonly deletes: boolean
  /** It writes no more of a record once that is there. */
  readonly onlyCreates: boolean
  /** Where owners are kept: TXT records, mostly; and what stands around the names of those. */
  readonly registry: string
  readonly affix: Affix
  /** Nobody else can read whose its records are. */
  readonly encrypts: boolean
  /** What the annotations that it reads begin with, where that is said. */
  readonly annotations?: string
  /** It keeps to names under these; empty: it is not known to keep to any. */
  readonly domains: readonly string[]
  /** It writes to Route 53, as far as is known. */
  readonly isOfAws: boolean
  /** Seconds after which it looks anew, whatever it has heard of. */
  readonly everyS: number
  /** It hears of what is annotated at once, too. */
  readonly hears: boolean
  /**
   * Types of record that it makes of a load balancer; older releases leave AAAA out by themselves. Undefined: they are not
   * written where Norikae reads them.
   */
  readonly makes: readonly string[] | undefined
}

/** One that was scaled to none writes nothing and keeps nothing: whoever starts it again may be years away. */
export const isRunning = ({ workload }: DnsWriter): boolean => replicasOf(workload) > 0

/** Could a record of this name be its? */
export const mayWrite = ({ domains, isOfAws }: DnsWriter, { name }: { readonly name: string }): boolean =>
  isOfAws &&
  (domains.length === 0 ||
    domains
      .map((it) => it.toLowerCase().replace(/\.$/, ''))
      .some((it) => `.${name}`.endsWith(it.startsWith('.') ? it : `.${it}`)))

/** `--txt-prefix` and `--txt-suffix`, either of which may say where the type of the record stands. */
export interface Affix {
  readonly prefix: string
  readonly suffix: string
}

/** What annotations begin with where nobody says otherwise: of its former versions, and since it has a domain of its own. */
export const ANNOTATIONS = ['external-dns.alpha.kubernetes.io/', 'external-dns.kubernetes.io/'] as const

/** Among these Deployments. */
export const dnsWriters = (deployments: readonly KubernetesObject[]): DnsWriter[] =>
  deployments.filter(isExternalDns).map((workload) => {
    // https://kubernetes-sigs.github.io/external-dns/latest/docs/flags/: sync where it is left out.
    const policy = setting(workload, 'policy') ?? 'sync'
    const annotations = setting(workload, 'annotation-prefix')
    return {
      workload,
      owner: ownerOf(workload),
      deletes: policy === 'sync',
      onlyCreates: policy === 'create-only',
      registry: setting(workload, 'registry') ?? 'txt',
      affix: { prefix: setting(workload, 'txt-prefix') ?? '', suffix: setting(workload, 'txt-suffix') ?? '' },
      encrypts: isSwitchedOn(workload, 'txt-encrypt-enabled'),
      ...(annotations !== undefined && { annotations }),
      domains: domainsOf(workload),
      isOfAws: (setting(workload, 'provider') ?? 'aws') === 'aws',
      everyS: secondsOf(setting(workload, 'interval')) ?? 60,
      hears: isSwitchedOn(workload, 'events'),
      makes: typesOf(workload),
    }
  })

/** A regular expression is read in their place, and what is not written here may say more: then it may be any name. */
function domainsOf(workload: KubernetesObject): readonly string[] {
  if (['domain-filter', 'regex-domain-filter'].some((flag) => !isReadable(workload, flag))) return []
  if (setting(workload, 'regex-domain-filter') !== undefined) return []
  const domains = everyOf(workload, 'domain-filter')
  return domains.includes('') ? [] : domains
}

/** A duration of Go: `1m0s`, `500ms`. */
function secondsOf(text: string | undefined): number | undefined {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }
  const parts = [...(text ?? '').matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)]
  if (parts.length === 0) return undefined
  return parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (units[unit] ?? 1), 0)
}

/**
 * An alias is of both address types.
 * https://kubernetes-sigs.github.io/external-dns/latest/docs/flags/ (managed-record-types, exclude-record-types)
 */
function typesOf(workload: KubernetesObject): readonly string[] | undefined {
  if (['aws-prefer-cname', ...TYPE_FLAGS].some((flag) => !isReadable(workload, flag))) return undefined
  const ofBalancer = isSwitchedOn(workload, 'aws-prefer-cname') ? ['CNAME'] : ['A', 'AAAA']
  const [managed, excluded] = TYPE_FLAGS.map((flag) => everyOf(workload, flag))
  return ofBalancer.filter((type) => (managed?.length === 0 || managed?.includes(type)) && !excluded?.includes(type))
}
const TYPE_FLAGS = ['managed-record-types', 'exclude-record-types'] as const

function isSwitchedOn(workload: KubernetesObject, flag: string): boolean {
  const said = setting(workload, flag)
  return said !== undefined && said !== 'false'
}

/**
 * An argument that may be given more than once, or its variable, which has one a line.
 * https://github.com/alecthomas/kingpin/blob/master/envar.go (GetSplitEnvarValue)
 */
const everyOf = (workload: KubernetesObject, flag: string): readonly string[] =>
  containersOf(workload).flatMap((container) => {
    const args = argsOf(container)
    const [is, alone] = [`--${flag}=`, `--${flag}`]
    const given = args.flatMap((arg, at) =>
      arg.startsWith(is) ? [arg.slice(is.length)] : arg === alone ? [args[at + 1] ?? ''] : [],
    )
    const value = variable(container, flag)?.['value']
    if (given.length > 0 || typeof value !== 'string' || value === '') return given
    return value.replace(/\r?\n$/, '').split(/\r?\n/)
  })

const isExternalDns = (workload: KubernetesObject): boolean =>
  imagesOf(workload).some((image) => /(^|\/)external-dns([:@]|$)/.test(image))

/** `default` where nobody says: then every cluster of the account has the same. */
const ownerOf = (workload: KubernetesObject): string | undefined =>
  setting(workload, 'txt-owner-id') ?? (isReadable(workload, 'txt-owner-id') ? 'default' : undefined)

/** An argument as `--policy=sync` or `--policy sync`, or its variable; of one that stands alone, whatever stands after it. */
function setting(workload: KubernetesObject, flag: string): string | undefined {
  for (const container of containersOf(workload)) {
    const args = argsOf(container)
    const at = args.findIndex((arg) => arg === `--${flag}` || arg.startsWith(`--${flag}=`))
    if (at >= 0) return args[at]?.includes('=') ? args[at].slice(flag.length + 3) : (args[at + 1] ?? '')
    const value = variable(container, flag)?.['value']
    if (typeof value === 'string') return value
  }
  return undefined
}

/** Not where a variable comes from a ConfigMap or a Secret. */
const isReadable = (workload: KubernetesObject, flag: string): boolean =>
  containersOf(workload).every((c) => {
    const its = variable(c, flag)
    return (its === undefined || typeof its['value'] === 'string') && list(c['envFrom']).length === 0
  })

const argsOf = (container: Fields): readonly string[] => ['command', 'args'].flatMap((field) => texts(container[field]))

const variable = (container: Fields, flag: string) =>
  records(container['env']).find((v) => v['name'] === `EXTERNAL_DNS_${flag.toUpperCase().replaceAll('-', '_')}`)

const containersOf = (workload: KubernetesObject) => records(podSpecOf(workload)['containers'])

/** Encrypted ones, and those of another account, cannot be read: that none is found does not say that there are none. */
function namedIn(owner: string, owned: Owned | undefined): string {
  if (!owned) return ''
  const names = owned[owner]
  return names ? `, as read of ${few(names)}` : ', which none that can be read here says'
}

const isHidden = ({ registry, encrypts }: DnsWriter): boolean => encrypts || registry !== 'txt'

/** May they be of one owner? An id that is not known may be any. */
export const shareAnOwner = (a: DnsWriter, b: DnsWriter): boolean =>
  a.owner === undefined || b.owner === undefined || a.owner === b.owner

const BY_A_TRANSFORM = 'by a transform in the platform file'
const BY_ITS_OWNERS = 'by whoever brought it there'

/**
 * What becomes of blue's records once green has an external-dns of its own: as the upgrade will bring it (`brought`), and as
 * others have (`there`), by whatever name.
 */
export const dnsFindings = (
  onBlue: readonly DnsWriter[],
  brought: readonly DnsWriter[],
  there: readonly DnsWriter[] = [],
): Finding[] => [
  ...brought.flatMap((theirs) => dnsFinding(likeOf(onBlue, theirs), theirs, BY_A_TRANSFORM)),
  ...there.flatMap((theirs) => dnsFinding(likeOf(onBlue, theirs), theirs, BY_ITS_OWNERS)),
]

/** The one whose records it would change, whatever that is called; where there is none, its namesake. */
function likeOf(onBlue: readonly DnsWriter[], theirs: DnsWriter): DnsWriter | undefined {
  const shared = onBlue.filter((one) => shareAnOwner(one, theirs))
  return namesakeOf(theirs, shared) ?? shared[0] ?? namesakeOf(theirs, onBlue)
}

/** The one of the same kind, namespace and name. */
export const namesakeOf = (one: DnsWriter, others: readonly DnsWriter[]): DnsWriter | undefined =>
  others.find((other) => nameOf(other.workload) === nameOf(one.workload))

function dnsFinding(mine: DnsWriter | undefined, theirs: DnsWriter, how: string): Finding[] {
  if (!mine) return []
  const about = nameOf(theirs.workload)
  if (!shareAnOwner(mine, theirs))
    return [
      warning(
        'dns-owner',
        about,
        `records that it made from blue are ${mine.owner}'s by their TXT records, and on green it is ${theirs.owner}: it does not touch them, and once blue is gone nobody does`,
        `before blue is removed, make ${theirs.owner} their owner in the TXT records; or once blue's is stopped give it --txt-owner-id=${mine.owner} on green, which before that would have both write the same names`,
      ),
    ]
  if (theirs.onlyCreates) return []
  const id =
    theirs.owner === undefined
      ? 'an owner id that is not written among its arguments, perhaps that of blue'
      : `blue's owner id ${theirs.owner}`
  const remedy = `give it a --txt-owner-id of its own on green, ${how}`
  return theirs.deletes
    ? [
        blocker(
          'dns-deletes',
          about,
          `on green it would have ${id} and policy sync, and so delete the records of whatever green does not have yet`,
          remedy,
        ),
      ]
    : [
        blocker(
          'dns-takes-over',
          about,
          `on green it would have ${id}, and so write over blue's record of each name that both clusters have: it would lead to green as soon as green has a load balancer for it, before anybody is asked, and back within a minute`,
          remedy,
        ),
      ]
}

/**
 * Of those that a cluster has the ones whose records nobody keeps once it is gone. `owned`: what TXT records of the account's
 * hosted zones say, where they were read. `ahead`: they run yet, and what has no record is not worth a word.
 */
export const orphanedRecords = (
  its: readonly DnsWriter[],
  others: readonly DnsWriter[],
  cluster: string,
  { owned, ahead = false }: { readonly owned?: Owned | undefined; readonly ahead?: boolean } = {},
): Finding[] =>
  its
    .filter((one) => !others.some((it) => one.owner !== undefined && it.owner === one.owner && isRunning(it)))
    .filter((one) => !ahead || !owned || one.owner === undefined || isHidden(one) || owned[one.owner] !== undefined)
    .map(({ workload, owner = 'an id that is not among its arguments' }) =>
      warning(
        'dns-owner',
        `${nameOf(workload)} on ${cluster}`,
        `it ${ahead ? 'is stopped before its Ingresses go' : 'was stopped before its Ingresses went'}, so its records stay; their TXT records name their owner (${owner}${namedIn(owner, owned)}), and no external-dns that runs on the other cluster is known to have that id`,
        `${ahead ? 'before that, change the owner in the TXT records of what is to stay; or once it is stopped,' : 'change the owner in the TXT records, or'} give its id to the external-dns of the cluster that serves (--txt-owner-id)`,
      ),
    )
