import { z } from 'zod'
import { isDuration, seconds, type Duration } from '../domain/duration.ts'
import { KEY } from '../domain/trust.ts'
import { shown, unlike } from './words.ts'

// What a platform file is made of. Each piece says in its own errors what it expects.

interface Wrong {
  readonly input?: unknown
}

export const expecting = (expected: string, write?: string) => ({
  error: ({ input }: Wrong): string => unlike(input, expected, write),
})

export function text(pattern: RegExp, expected: string, write: string) {
  const error = ({ input }: Wrong) =>
    typeof input === 'number' && pattern.test(String(input))
      ? `${input} is a number to YAML; write it in quotes: "${input}"`
      : unlike(input, expected, write)
  return z.string({ error }).regex(pattern, { error })
}

/** In step ids, labels and names of what is made on green. */
export const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
export const NAME_MADE_OF = 'a-z, 0-9 and "-", at most 63 characters, such as'

export const name = (of: string, example: string) => text(NAME, `the name of ${of}`, `${NAME_MADE_OF} ${example}`)

/** Not with a digit first: JavaScript puts a key like `1` before all others, and the order of environments counts. */
export const ENVIRONMENT = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/

/** Leaves room for `-1-36-r2` and for what is named after a cluster. */
export const platformName = text(
  /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/,
  'a DNS label of at most 40 characters',
  'a-z, 0-9 and "-", such as chatwork-prod',
)

/** EKS's own rule: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html */
export const clusterName = text(
  /^[0-9A-Za-z][\w-]{0,99}$/,
  'the name of an EKS cluster',
  'it as EKS lists it, such as chatwork-prod-1-35',
)

/** A DNS name, in lower case and without a dot at its end. */
export const RECORD = /^(\*\.)?([a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9])?\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html */
export const hostedZone = text(
  /^Z[A-Z0-9]{1,31}$/,
  'the id of a hosted zone',
  'it as Route 53 lists it, such as Z0123456789ABCDEFGHIJ',
)

const NAMED = '[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?'
export const balanced = text(
  new RegExp(`^(Service|Ingress)/${NAMED}/${NAMED}$`),
  'what has a load balancer',
  'Service/ or Ingress/, its namespace and its name, such as Service/legacy-production/web',
)

export const account = text(/^\d{12}$/, 'an AWS account', 'its 12 digits in quotes, such as "123456789012"')

export const region = text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region', 'its code, such as ap-northeast-1')

export const ADDRESS = /^[^\s@,;<>"]{1,64}@[^\s@,;<>"]{1,190}$/
export const address = text(ADDRESS, 'an address', 'one such as aoki@example.com')

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
export const labelName = text(
  /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/,
  'the name of a label',
  'one such as app or example.com/app',
)

/** Of any kind: those of roles may have more than a DNS name's characters. */
export const objectName = text(
  /^[a-zA-Z0-9]([-\w.:]{0,251}[a-zA-Z0-9])?$/,
  'the name of an object',
  'one as kubectl shows it, such as settings',
)

/** A label, `key=value`, with the names of an app and an environment to be filled in. */
export const labelPattern = text(
  /^(?=[^=]*\{app\})(?=[^=]*\{environment\})([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?(\{app\}|\{environment\}|[\w.-])+=[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/,
  'a label that tells apps and environments apart',
  'one such as example.com/{app}.{environment}=enabled',
)

export const leaseName = text(
  /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/,
  'the name of a Lease',
  'it as Kubernetes lists it in the namespace of the workload',
)

export const endpoint = text(
  /^([\w.-]{1,253}|\[[0-9a-fA-F:]+\]):(6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|[1-9]\d{0,3})$/,
  'a host with its port',
  'one such as db.example.com:5432',
)

export const query = text(/\S/, 'a query', 'PromQL with {cluster} in it')

export const words = (expected: string, write: string) => text(/\S/, expected, write)

/** A name has no capitals, spaces or most punctuation; an id is as Slack shows it at the end of a channel's details. */
export const slackChannel = text(
  /^(#[^\sA-Z#@<>&.,:;"'`()[\]{}]{1,80}|[CG][A-Z0-9]{7,20})$/,
  'a Slack channel',
  'its name in quotes, such as "#scala", or its id, such as C0123456789',
)
/** A day, or a time with its zone: without one it would be another moment for each reader. */
export const moment = text(
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$/,
  'a day or a time',
  'one such as 2026-12-31 or 2026-12-31T18:00:00+09:00',
).refine(isOnCalendar, { error: ({ input }) => `${shown(input)} is on no calendar` })

/** `2026-02-30` is read as a day of March. */
function isOnCalendar(value: string): boolean {
  const day = value.slice(0, 10)
  const read = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(read.valueOf()) && read.toISOString().startsWith(day)
}

export const url = z
  .string(expecting('an address on the web', 'http://… or https://…'))
  .refine(isWeb, expecting('an address on the web', 'http://… or https://…'))
  .meta({ format: 'uri', pattern: '^https?://' })

/** Keys that come by http could be anybody's; on this machine they cannot. */
export const issuer = z
  .string(expecting("an issuer's address", 'https://…, as its tokens name it (iss)'))
  .refine(isIssuer, expecting("an issuer's address", 'https://…, as its tokens name it (iss)'))
  .meta({ format: 'uri', pattern: '^https?://' })

function isIssuer(value: string): boolean {
  const url = URL.parse(value)
  if (url === null || !isWeb(value) || url.search !== '' || url.hash !== '') return false
  return url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
}

export const publicKey = text(
  KEY,
  'a public key',
  'it as norikae keys show prints it: ed25519: and 64 hexadecimal digits',
)

function isWeb(value: string): boolean {
  return URL.canParse(value) && /^https?:\/\/[^\s]+$/.test(value)
}

const YEAR = 365 * 86_400
const notDuration = ({ input }: Wrong): string =>
  typeof input === 'string' || typeof input === 'number'
    ? `${shown(String(input))} is not a duration; write 60s, 1m30s or 2h`
    : unlike(input, 'a duration', '60s, 1m30s or 2h')

const longEnough = (least: number) =>
  z
    .string({ error: notDuration })
    .refine(isDuration, { error: notDuration, abort: true })
    .refine((d) => seconds(asDuration(d)) >= least, { error: 'is no time at all; write 1s or more' })
    .refine((d) => seconds(asDuration(d)) <= YEAR, {
      error: ({ input }) => `${shown(input)} is more than a year; write 365d or less`,
    })
    .meta({ pattern: '^(?=.)(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?$' })
    .transform(asDuration)

// `isDuration` was asked before, and aborts where it does not hold.
function asDuration(text: string): Duration {
  return text as Duration
}

/** May be none at all: `0s`. */
export const duration = longEnough(0)
/** What is polled, measured over or waited for cannot be nothing. */
export const time = longEnough(1)

/** `-0` is at least 0 too, and no longer itself once it was JSON. */
const unsigned = (n: number): number => n + 0

export const count = (least: number, most: number) => {
  const says = expecting(`a whole number from ${least} to ${most}`)
  return z.int(says).min(least, says).max(most, says).overwrite(unsigned)
}

const AN_AMOUNT = expecting('a number from 0 up, such as 0.02')
export const amount = z.number(AN_AMOUNT).min(0, AN_AMOUNT).overwrite(unsigned)

export const oneOf = <const T extends readonly [string, ...string[]]>(choices: T) =>
  z.enum(choices, expecting(choices.join(' or ')))

/**
 * A mapping from names. They are checked by `rules/names.ts`: zod would leave out what stands under a wrong one.
 * `write`: an entry of it as an example.
 */
export const named = <T extends z.ZodType>(value: T, write: string, pattern = NAME) =>
  z.record(z.string(), value, expecting('a mapping', write)).meta({ propertyNames: { pattern: pattern.source } })

export const listOf = <T extends z.ZodType>(item: T, of: string, write: string) => z.array(item, expecting(of, write))
