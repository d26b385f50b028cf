/** What a service answers instead of a result: its code, its words and what else the error's shape names. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number
  readonly fields: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'AwsError'
    this.code = code
    this.status = status
    this.fields = fields
  }
}

/** What an EKS error may name beside its message. https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html */
interface Named {
  readonly clusterName?: string
  readonly nodegroupName?: string
  readonly addonName?: string
}

// EKS: the HTTP status of each belongs to its shape in the API's model.
export const notFound = (message: string, named?: Named) =>
  new AwsError('ResourceNotFoundException', message, 404, { ...named })
export const inUse = (message: string, named?: Named) =>
  new AwsError('ResourceInUseException', message, 409, { ...named })
export const invalidRequest = (message: string, named?: Named) =>
  new AwsError('InvalidRequestException', message, 400, { ...named })
export const invalidParameter = (message: string, named?: Named) =>
  new AwsError('InvalidParameterException', message, 400, { ...named })

/** Elastic Load Balancing's word for input that breaks a rule which has no code of its own. */
export const validationError = (message: string) => new AwsError('ValidationError', message)

export const NOT_SERVED = 'NotServedBySandbox'

/** Not AWS's: says where the sandbox ends. 501 is no status that the SDK retries. */
export const notServed = (what: string) => new AwsError(NOT_SERVED, `the sandbox does not serve ${what}`, 501)
