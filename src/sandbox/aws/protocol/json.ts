/** AWS's JSON protocol, the server's side. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
import type { AwsError } from '../errors.ts'
import { unknown } from './contract.ts'
import type { Operation } from './model.ts'
import { bodyOf, toJson } from './rest-json.ts'
import type { Answer, Question } from './wire.ts'

/** `AmazonEC2ContainerRegistry_V20150921.DescribeImages`: which operation is meant is in a header. */
export const nameIn = ({ headers, method, path }: Question): string =>
  headers['x-amz-target']?.split('.').at(-1) ?? `${method} ${path}`

/** Throws InvalidParameterException for a body that is no JSON object. */
export function decode({ input }: Operation, { body }: Question): Record<string, unknown> {
  const given = bodyOf(body)
  const known = input.members.flatMap(({ name }) =>
    given[name] === undefined || given[name] === null ? [] : [[name, given[name]] as const],
  )
  return Object.fromEntries(known)
}

export const unknownIn = ({ input }: Operation, { body }: Question): string | undefined => unknown(input, bodyOf(body))

export const encode = ({ output }: Operation, result: object): Answer => ({
  status: 200,
  headers: json,
  body: JSON.stringify(toJson(output, result)),
})

export const encodeError = ({ code, message, status, fields }: AwsError): Answer => ({
  status,
  headers: json,
  body: JSON.stringify({ __type: code, ...fields, message }),
})

const json = { 'content-type': 'application/x-amz-json-1.1' }
