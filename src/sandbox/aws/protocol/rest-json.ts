/** AWS's REST-JSON protocol, the server's side. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
import { invalidParameter, type AwsError } from '../errors.ts'
import { unknown } from './contract.ts'
import { model, type Member, type Operation, type Shape, type Structure } from './model.ts'
import { router, type Routed } from './routes.ts'
import type { Answer, Question } from './wire.ts'

export const route = router(model.eks)

/** Throws InvalidParameterException for a body that is no JSON object. */
export function decode({ operation, labels }: Routed, question: Question): Record<string, unknown> {
  const body = bodyOf(question.body)
  const input: Record<string, unknown> = {}
  for (const member of operation.input.members) {
    const value = valueOf(member, labels, question.query, body)
    if (value !== undefined && value !== null) input[member.name] = value
  }
  return input
}

export function unknownIn({ input }: Operation, question: Question): string | undefined {
  const within = (place: Member['in']) => input.members.filter((member) => member.in === place)
  return (
    unknownInAddress(within('query'), question) ??
    unknown({ kind: 'structure', members: within('body') }, bodyOf(question.body))
  )
}

/** What signs a request is none of its members. */
export const unknownInAddress = (members: readonly Member[], { query }: Question): string | undefined =>
  [...query.keys()].find((name) => !name.startsWith('X-Amz-') && !members.some(({ inQuery }) => inQuery === name))

export function bodyOf(text: string): Readonly<Record<string, unknown>> {
  if (text === '') return {}
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null) return body as Readonly<Record<string, unknown>>
  } catch {
    // Said below, as for any other body that is no object.
  }
  throw invalidParameter('the body is not a JSON object')
}

function valueOf(
  member: Member,
  labels: Readonly<Record<string, string>>,
  query: URLSearchParams,
  body: Readonly<Record<string, unknown>>,
): unknown {
  switch (member.in) {
    case 'path':
      return decodeURIComponent(labels[member.name] ?? '')
    case 'query':
      return fromText(member.shape(), query.getAll(member.name))
    case 'body':
      return body[member.name]
  }
}

/** A member that travels in the address. */
export function fromText(shape: Shape, texts: readonly string[]): unknown {
  if (texts[0] === undefined) return undefined
  switch (shape.kind) {
    case 'list':
      return texts
    case 'number':
      return Number(texts[0])
    case 'boolean':
      return texts[0] === 'true'
    default:
      return texts[0]
  }
}

export const encode = (output: Structure, result: object): Answer => ({
  status: 200,
  headers: json,
  body: JSON.stringify(toJson(output, result)),
})

/** Only what the model names, with times as seconds since 1970. */
export function toJson(shape: Shape, value: unknown): unknown {
  if (value === undefined || value === null) return undefined
  if (value instanceof Date) return value.getTime() / 1000
  if (shape.kind === 'list' && Array.isArray(value)) return value.map((item) => toJson(shape.of(), item))
  if (shape.kind !== 'structure') return value
  const from = value as Readonly<Record<string, unknown>> // a structure is an object
  return Object.fromEntries(shape.members.map(({ name, shape: of }) => [name, toJson(of(), from[name])]))
}

export const encodeError = (error: AwsError): Answer => ({
  status: error.status,
  headers: { ...json, 'x-amzn-errortype': error.code },
  body: JSON.stringify({ ...error.fields, message: error.message }),
})

const json = { 'content-type': 'application/json' }
