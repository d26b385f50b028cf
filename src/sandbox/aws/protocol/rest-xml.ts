/** AWS's REST-XML protocol, the server's side, as Route 53 speaks it. https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html */
import { parseXML } from '@aws-sdk/xml-builder'
import { AwsError } from '../errors.ts'
import { model, type Member, type Operation, type Shape } from './model.ts'
import { fromText, unknownInAddress } from './rest-json.ts'
import { router, type Routed } from './routes.ts'
import type { Answer, Question } from './wire.ts'
import { content, escape, tag } from './xml.ts'

const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/'

export const route = router(model.route53)

/** Throws InvalidInput for a body that is no XML. */
export function decode({ operation, labels }: Routed, question: Question): Record<string, unknown> {
  const body = bodyOf(question.body)
  const input: Record<string, unknown> = {}
  for (const member of operation.input.members) {
    const value = {
      path: () => decodeURIComponent(labels[member.name] ?? ''),
      query: () => fromText(member.shape(), question.query.getAll(member.inQuery)),
      body: () => (body[member.inXml] === undefined ? undefined : read(member.shape(), body[member.inXml])),
    }[member.in]()
    if (value !== undefined) input[member.name] = value
  }
  return input
}

export function unknownIn({ input }: Operation, question: Question): string | undefined {
  const within = (place: Member['in']) => input.members.filter((member) => member.in === place)
  return (
    unknownInAddress(within('query'), question) ??
    unknownBelow({ kind: 'structure', members: within('body') }, bodyOf(question.body))
  )
}

function unknownBelow(shape: Shape, from: unknown): string | undefined {
  if (typeof from !== 'object' || from === null) return undefined
  const below: readonly (readonly [string, Shape | undefined, unknown])[] = Object.entries(from)
    .filter(([name]) => name !== 'xmlns')
    .map(([name, its]) => [
      name,
      shape.kind === 'list'
        ? name === shape.item
          ? shape.of()
          : undefined
        : shape.kind === 'structure'
          ? shape.members.find(({ inXml }) => inXml === name)?.shape()
          : undefined,
      its,
    ])
  for (const [name, of, its] of below) {
    if (!of) return name
    for (const one of Array.isArray(its) ? its : [its]) {
      const deeper = unknownBelow(of, one)
      if (deeper !== undefined) return `${name}.${deeper}`
    }
  }
  return undefined
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  if (text === '') return {}
  try {
    const [root] = Object.values(parseXML(text) as Readonly<Record<string, unknown>>)
    return typeof root === 'object' && root !== null ? (root as Readonly<Record<string, unknown>>) : {}
  } catch {
    throw new AwsError('InvalidInput', 'The XML that was sent is not well formed')
  }
}

function read(shape: Shape, from: unknown): unknown {
  switch (shape.kind) {
    case 'structure': {
      const given = typeof from === 'object' && from !== null ? (from as Readonly<Record<string, unknown>>) : {}
      return Object.fromEntries(
        shape.members.flatMap((member) => {
          const value = given[member.inXml]
          return value === undefined ? [] : [[member.name, read(member.shape(), value)]]
        }),
      )
    }
    case 'list': {
      const items =
        typeof from === 'object' && from !== null ? (from as Readonly<Record<string, unknown>>)[shape.item] : []
      return (Array.isArray(items) ? items : items === undefined ? [] : [items]).map((item) => read(shape.of(), item))
    }
    case 'number':
      return Number(from)
    case 'boolean':
      return from === 'true'
    default:
      return String(from)
  }
}

export const encode = ({ name, output }: Operation, result: object): Answer => ({
  status: 200,
  headers: xml,
  body: `<${name}Response xmlns="${NAMESPACE}">${content(output, result)}</${name}Response>`,
})

export function encodeError(error: AwsError, requestId: string): Answer {
  const said = tag('Code', escape(error.code)) + tag('Message', escape(error.message))
  const type = tag('Type', error.status < 500 ? 'Sender' : 'Receiver')
  return {
    status: error.status,
    headers: xml,
    body: `<ErrorResponse xmlns="${NAMESPACE}">${tag('Error', type + said)}${tag('RequestId', requestId)}</ErrorResponse>`,
  }
}

const xml = { 'content-type': 'text/xml' }
