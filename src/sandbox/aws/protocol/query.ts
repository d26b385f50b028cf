/** AWS's Query protocol, the server's side. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
import type { AwsError } from '../errors.ts'
import type { Operation, Service, Shape } from './model.ts'
import type { Answer, Question } from './wire.ts'
import { element, escape, tag } from './xml.ts'

const namespaces = {
  elasticloadbalancing: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
} as const

type QueryService = Exclude<Service, 'eks'>

/** A form, or the same in the address: a presigned GetCallerIdentity is a GET. */
export const formOf = (question: Question): URLSearchParams =>
  question.method === 'GET' ? question.query : new URLSearchParams(question.body)

/** An input is a structure. */
export const decode = (operation: Operation, form: URLSearchParams): Record<string, unknown> =>
  read(operation.input, nest(form)) as Record<string, unknown>

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

function read(shape: Shape, from: Nested | string): unknown {
  switch (shape.kind) {
    case 'structure':
      return Object.fromEntries(
        shape.members.flatMap(({ name, shape: of }) => {
          const value = typeof from === 'string' ? undefined : from[name]
          return value === undefined ? [] : [[name, read(of(), value)]]
        }),
      )
    case 'list': // an empty list is sent as `Actions=`
      return typeof from === 'string' ? [] : numbered(from['member']).map((item) => read(shape.of(), item))
    case 'map':
      return typeof from === 'string'
        ? {}
        : Object.fromEntries(
            numbered(from['entry']).map((entry) => {
              const { key, value } = typeof entry === 'string' ? {} : entry
              return [typeof key === 'string' ? key : '', read(shape.of(), value ?? '')]
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
    element(`${name}Result`, operation.output, result) + tag('ResponseMetadata', tag('RequestId', requestId))
  return {
    status: 200,
    headers: xml,
    body: `<${name}Response xmlns="${namespaces[service]}">${inner}</${name}Response>`,
  }
}

export function encodeError(service: QueryService, error: AwsError, requestId: string): Answer {
  const inner = [
    tag('Type', error.status < 500 ? 'Sender' : 'Receiver'),
    tag('Code', escape(error.code)),
    tag('Message', escape(error.message)),
  ]
  return {
    status: error.status,
    headers: xml,
    body: `<ErrorResponse xmlns="${namespaces[service]}">${tag('Error', inner.join(''))}${tag('RequestId', requestId)}</ErrorResponse>`,
  }
}

const xml = { 'content-type': 'text/xml' }
