/**
 * AWS's Query protocol and EC2's own kind of it, the server's side.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 * https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 */
import type { AwsError } from '../errors.ts'
import type { Member, Operation, QueryService, Shape } from './model.ts'
import type { Answer, Question } from './wire.ts'
import { content, element, escape, tag } from './xml.ts'

const namespaces = {
  elasticloadbalancing: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  ec2: 'http://ec2.amazonaws.com/doc/2016-11-15/',
} as const

/** Where the two differ in what they ask. */
interface Dialect {
  readonly nameOf: (member: Member) => string
  /** The elements of a list: `Actions.member.1`, or `VolumeId.1`. */
  readonly listOf: (from: Nested) => Nested | string | undefined
}
const query: Dialect = { nameOf: ({ name }) => name, listOf: (from) => from['member'] }
const ec2Query: Dialect = { nameOf: ({ inForm }) => inForm, listOf: (from) => from }

/** A form, or the same in the address: a presigned GetCallerIdentity is a GET. */
export const formOf = (question: Question): URLSearchParams =>
  question.method === 'GET' ? question.query : new URLSearchParams(question.body)

/** An input is a structure. */
export const decode = (service: QueryService, operation: Operation, form: URLSearchParams): Record<string, unknown> =>
  read(service === 'ec2' ? ec2Query : query, operation.input, nest(form)) as Record<string, unknown>

/** A presigned address has its signature among its parameters. */
const ofEvery = /^(Action|Version|X-Amz-.*)$/

export function unknownIn(service: QueryService, operation: Operation, form: URLSearchParams): string | undefined {
  const asked = new URLSearchParams([...form].filter(([name]) => !ofEvery.test(name)))
  return unknownBelow(service === 'ec2' ? ec2Query : query, operation.input, nest(asked))
}

function unknownBelow(dialect: Dialect, shape: Shape, from: Nested | string): string | undefined {
  if (typeof from === 'string') return undefined
  if (shape.kind === 'list') {
    for (const item of numbered(dialect.listOf(from))) {
      const deeper = unknownBelow(dialect, shape.of(), item)
      if (deeper !== undefined) return deeper
    }
  }
  if (shape.kind !== 'structure') return undefined
  for (const [name, its] of Object.entries(from)) {
    const member = shape.members.find((m) => dialect.nameOf(m) === name)
    if (!member) return name
    const deeper = unknownBelow(dialect, member.shape(), its)
    if (deeper !== undefined) return `${name}.${deeper}`
  }
  return undefined
}

interface Nested {
  [key: string]: Nested | string
}

/** `Actions.member.1.Type=forward` as a tree. */
function nest(form: URLSearchParams): Nested {
  const root: Nested = Object.create(null) as Nested // keys come from outside: no prototype to touch
  for (const [path, value] of form) {
    const keys = path.split('.')
    const last = keys.pop() ?? path
    let at = root
    for (const key of keys) {
      const next = at[key]
      at = typeof next === 'object' ? next : ((at[key] = Object.create(null) as Nested), at[key])
    }
    at[last] = value
  }
  return root
}

function read(dialect: Dialect, shape: Shape, from: Nested | string): unknown {
  switch (shape.kind) {
    case 'structure':
      return Object.fromEntries(
        shape.members.flatMap((member) => {
          const value = typeof from === 'string' ? undefined : from[dialect.nameOf(member)]
          return value === undefined ? [] : [[member.name, read(dialect, member.shape(), value)]]
        }),
      )
    case 'list': // an empty list is sent as `Actions=`
      return typeof from === 'string'
        ? []
        : numbered(dialect.listOf(from)).map((item) => read(dialect, shape.of(), item))
    case 'map':
      return typeof from === 'string'
        ? {}
        : Object.fromEntries(
            numbered(from['entry']).map((entry) => {
              const { key, value } = typeof entry === 'string' ? {} : entry
              return [typeof key === 'string' ? key : '', read(dialect, shape.of(), value ?? '')]
            }),
          )
    case 'number':
      return Number(from)
    case 'boolean':
      return from === 'true'
    default:
      return from
  }
}

const numbered = (from: Nested | string | undefined): (Nested | string)[] =>
  typeof from !== 'object'
    ? []
    : Object.entries(from)
        .toSorted(([a], [b]) => Number(a) - Number(b))
        .map(([, value]) => value)

export function encode(service: QueryService, operation: Operation, result: object, requestId: string): Answer {
  const { name } = operation
  const inner =
    service === 'ec2'
      ? tag('requestId', requestId) + content(operation.output, result)
      : element(`${name}Result`, operation.output, result) + tag('ResponseMetadata', tag('RequestId', requestId))
  return {
    status: 200,
    headers: xml,
    body: `<${name}Response xmlns="${namespaces[service]}">${inner}</${name}Response>`,
  }
}

export function encodeError(service: QueryService, error: AwsError, requestId: string): Answer {
  const said = tag('Code', escape(error.code)) + tag('Message', escape(error.message))
  const type = tag('Type', error.status < 500 ? 'Sender' : 'Receiver')
  const body =
    service === 'ec2'
      ? tag('Response', tag('Errors', tag('Error', said)) + tag('RequestID', requestId))
      : `<ErrorResponse xmlns="${namespaces[service]}">${tag('Error', type + said)}${tag('RequestId', requestId)}</ErrorResponse>`
  return { status: error.status, headers: xml, body }
}

const xml = { 'content-type': 'text/xml' }
