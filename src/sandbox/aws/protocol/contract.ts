/**
 * What a request and an answer have to be by AWS's own model. The sandbox holds its own answers to it too: what AWS could not
 * say is a mistake of the sandbox's, and found by whatever test asks for it.
 */
import { AwsError } from '../errors.ts'
import { isJson, modelledErrors, type Operation, type Service, type Shape } from './model.ts'

/** The path of the first required member that is missing: `resourcesVpcConfig`, `forwardConfig.targetGroups`… */
export function missing(shape: Shape, value: unknown): string | undefined {
  if (shape.kind === 'list' && Array.isArray(value)) return firstOf(value.map((item) => missing(shape.of(), item)))
  if (shape.kind !== 'structure' || !isObject(value)) return undefined
  return firstOf(
    shape.members.map((member) => {
      if (value[member.name] === undefined) return member.required ? member.name : undefined
      return under(member.name, missing(member.shape(), value[member.name]))
    }),
  )
}

/** The path of the first member that the model does not have. `nameOf`: by which name it travels; left out: by its own. */
export function unknown(shape: Shape, value: unknown): string | undefined {
  if (shape.kind === 'list' && Array.isArray(value)) return firstOf(value.map((item) => unknown(shape.of(), item)))
  if (shape.kind !== 'structure' || !isObject(value) || value instanceof Date) return undefined
  return firstOf(
    Object.entries(value).map(([name, its]) => {
      const member = shape.members.find((m) => m.name === name)
      if (!member) return its === undefined ? undefined : name
      return under(name, unknown(member.shape(), its))
    }),
  )
}

/** Throws where AWS's model has no such answer. */
export function holdAnswer({ name, output }: Operation, result: object): void {
  const wrong = missing(output, result) ?? unknown(output, result)
  if (wrong !== undefined) throw new Error(`${name} does not answer so by AWS's model: ${wrong}`)
}

/** Throws where the service has no such error, or not with that status. */
export function holdRefusal(service: Service, { code, status }: AwsError): void {
  const its = modelledErrors[service].get(code)
  // In AWS's JSON protocol all that a client did wrong is 400, whatever the model says.
  const isStatus = its === status || (isJson(service) && status === (its !== undefined && its < 500 ? 400 : its))
  if (its === undefined ? !isCommon(service, code) : !isStatus)
    throw new Error(`${service} has no error ${code} with status ${status} by AWS's model`)
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html: all of EC2's, which no model has. */
const ofEc2 =
  /^(Invalid[\w.]+|Missing\w+|Unknown\w+|Incorrect\w+|Idempotent\w+|\w+LimitExceeded|VolumeInUse|OperationNotPermitted|Duplicate\w+)$/
/** Of every service, and in no model: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html */
const common: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException', 'ValidationError', 'Throttling'])

const isCommon = (service: Service, code: string): boolean =>
  common.has(code) || (service === 'ec2' && ofEc2.test(code))

type Fields = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null

const under = (name: string, deeper: string | undefined) => deeper && `${name}.${deeper}`
const firstOf = (found: readonly (string | undefined)[]) => found.find((it) => it !== undefined)
