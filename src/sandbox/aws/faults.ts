import { Disturbances } from '../disturbances.ts'
import { AwsError } from './errors.ts'
import type { Service } from './protocol/model.ts'
import { ratesOf, type Rate } from './rates.ts'

interface Fault {
  times: number
  readonly error: { readonly code: string; readonly message: string; readonly status: number } | 'throttled'
}

/** As EKS tells it of what it could not make, or not delete. */
interface Issue {
  readonly code: string
  readonly message: string
}

/**
 * What may come to no good end: a cluster in FAILED, parts of one in CREATE_FAILED, or in DEGRADED where a node group is there
 * and some of its nodes are not, and what of these is not deleted in DELETE_FAILED.
 */
type Breaks = 'cluster' | 'node group' | 'nodes of' | 'deletion of' | 'Fargate profile' | 'add-on'

/**
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_ClusterIssue.html, …/API_Issue.html,
 * …/API_FargateProfileIssue.html and …/API_AddonIssue.html
 */
const usual: Readonly<Record<Breaks, Issue>> = {
  cluster: { code: 'InsufficientFreeAddresses', message: 'The subnets do not have enough free IP addresses.' },
  'node group': {
    code: 'AsgInstanceLaunchFailures',
    message: 'Could not launch On-Demand Instances. InsufficientInstanceCapacity',
  },
  'nodes of': {
    code: 'AsgInstanceLaunchFailures',
    message: 'Could not launch Spot Instances. UnfulfillableCapacity',
  },
  'deletion of': {
    code: 'Ec2SecurityGroupDeletionFailure',
    message: 'DependencyViolation - resource has a dependent object',
  },
  'Fargate profile': {
    code: 'PodExecutionRoleAlreadyInUse',
    message: 'The pod execution role is used by a node group of this cluster.',
  },
  'add-on': { code: 'ConfigurationConflict', message: 'Conflicts found when trying to apply it.' },
}

/** How a service says that it was asked too often; the SDK retries each by its code. */
const throttling = {
  // https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html
  eks: { code: 'ThrottlingException', status: 429 },
  // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html
  ecr: { code: 'ThrottlingException', status: 400 },
  // https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html
  kms: { code: 'ThrottlingException', status: 400 },
  // https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
  servicequotas: { code: 'TooManyRequestsException', status: 400 },
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html
  logs: { code: 'ThrottlingException', status: 400 },
  // https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/CommonErrors.html
  cloudtrail: { code: 'ThrottlingException', status: 400 },
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html
  cloudwatch: { code: 'Throttling', status: 400 },
  // https://docs.aws.amazon.com/Route53/latest/APIReference/requests-rate-limits.html
  route53: { code: 'Throttling', status: 400 },
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/CommonErrors.html
  elasticloadbalancing: { code: 'Throttling', status: 400 },
  iam: { code: 'Throttling', status: 400 },
  sts: { code: 'Throttling', status: 400 },
  // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
  ec2: { code: 'RequestLimitExceeded', status: 503 },
} satisfies Record<Service, { code: string; status: number }>

/** How a service says that the credentials were good once. Sources as above. */
const expiry = {
  eks: { code: 'ExpiredTokenException', status: 403 },
  logs: { code: 'ExpiredTokenException', status: 400 },
  cloudtrail: { code: 'ExpiredTokenException', status: 400 },
  cloudwatch: { code: 'ExpiredToken', status: 403 },
  elasticloadbalancing: { code: 'ExpiredToken', status: 403 },
  iam: { code: 'ExpiredToken', status: 403 },
  route53: { code: 'ExpiredToken', status: 403 },
  sts: { code: 'ExpiredToken', status: 403 },
  ec2: { code: 'RequestExpired', status: 400 },
  // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html
  ecr: { code: 'ExpiredTokenException', status: 400 },
  kms: { code: 'ExpiredTokenException', status: 400 },
  servicequotas: { code: 'ExpiredTokenException', status: 400 },
} satisfies Record<Service, { code: string; status: number }>

export const expired = (service: Service): AwsError =>
  new AwsError(expiry[service].code, 'The security token included in the request is expired', expiry[service].status)
const throttled = (service: Service): AwsError => {
  const { code, status } = throttling[service]
  return new AwsError(code, service === 'ec2' ? 'Request limit exceeded.' : 'Rate exceeded', status)
}
/** All of them have a name for their own failures; the SDK goes by the status. */
const failing = (): AwsError => new AwsError('InternalFailure', 'the sandbox was told to fail it', 500)

/** Instead of serving it. */
export const refusals = { failing, throttled, expired } as const

/**
 * What goes wrong on purpose, set while the sandbox runs. An operation is named `eks:CreateNodegroup` or
 * `elasticloadbalancing:ModifyRule`, as in an IAM policy.
 */
export class AwsFaults {
  readonly disturbances: Disturbances
  readonly #operations = new Map<string, Fault[]>()
  readonly #rates = new Map<string, Rate & { tokens: number; at: number }>()
  #share: number | undefined
  /** Every second time that the same is asked, what is there is told as it was the time before: reads lag behind writes. */
  readsBehind = false
  readonly #identityProviders = new Set<string>()
  readonly #broken = new Map<`${Breaks} ${string}`, Issue>()

  constructor(disturbances = new Disturbances()) {
    this.disturbances = disturbances
  }

  throttle(operation: string, times = 1): void {
    this.#add(operation, { times, error: 'throttled' })
  }

  /** From now on every operation is throttled that is asked more often than this share of what AWS lets an account ask. */
  limitAll(share: number): void {
    this.#share = share
    for (const [operation, rate] of ratesOf(share)) this.limit(operation, rate)
  }

  unlimit(): void {
    this.#share = undefined
    this.#rates.clear()
  }

  /** From now on, asked more often than this, an operation is throttled. */
  limit(operation: string, rate: Rate): void {
    this.#rates.set(operation, { ...rate, tokens: rate.burst, at: performance.now() })
  }

  fail(operation: string, error: { code: string; message?: string; status?: number }, times = 1): void {
    const { code, message = `the sandbox was told to fail ${operation}`, status = 400 } = error
    this.#add(operation, { times, error: { code, message, status } })
  }

  /** What EKS is asked for from now on, of this kind and name, comes to no good end: it is told with this issue. */
  break(what: Breaks, name: string, issue: Partial<Issue> = {}): void {
    this.#broken.set(`${what} ${name}`, { ...usual[what], ...issue })
  }

  /** What was broken by that is as it should be from now on, where EKS mends it by itself. */
  mend(what: Breaks, name: string): void {
    this.#broken.delete(`${what} ${name}`)
  }

  issueOf(what: Breaks, name: string): Issue | undefined {
    return this.#broken.get(`${what} ${name}`)
  }

  /** Each node group of this name that is created from now on ends in CREATE_FAILED. */
  failNodegroup(name: string, issue: Partial<Issue> = {}): void {
    this.break('node group', name, issue)
  }

  /** Each association of an identity provider of this name from now on fails once it was begun. */
  failIdentityProvider(name: string): void {
    this.#identityProviders.add(name)
  }

  /** Each add-on of this name that is created from now on ends in CREATE_FAILED. */
  failAddon(name: string, issue: Partial<Issue> = {}): void {
    this.break('add-on', name, { message: `Conflicts found when trying to apply ${name}.`, ...issue })
  }

  /** Takes away those of one kind. */
  drop(kind: 'throttled' | 'failing' | 'nodegroups'): void {
    if (kind === 'nodegroups') {
      for (const key of this.#broken.keys()) if (key.startsWith('node group ')) this.#broken.delete(key)
      return
    }
    for (const [operation, faults] of this.#operations) {
      const left = faults.filter(({ error }) => (error === 'throttled') !== (kind === 'throttled'))
      if (left.length === 0) this.#operations.delete(operation)
      else this.#operations.set(operation, left)
    }
  }

  clear(): void {
    this.#operations.clear()
    this.unlimit()
    this.readsBehind = false
    this.#identityProviders.clear()
    this.#broken.clear()
  }

  /** What is still to go wrong, for a screen. */
  list(): readonly { readonly what: string; readonly times?: number; readonly code: string }[] {
    return [
      ...[...this.#operations].flatMap(([what, faults]) =>
        faults.map(({ times, error }) => ({ what, times, code: error === 'throttled' ? error : error.code })),
      ),
      ...(this.#share === undefined
        ? [...this.#rates].map(([what, { perSecond }]) => ({
            what: `${what}, more than ${perSecond} a second`,
            code: 'throttled',
          }))
        : [{ what: `everything, more than ${this.#share} of AWS's rates`, code: 'throttled' }]),
      ...[...this.#identityProviders].map((name) => ({ what: `identity provider ${name}`, code: 'Unreachable' })),
      ...[...this.#broken].map(([what, { code }]) => ({ what, code })),
    ]
  }

  /** Uses up one fault of this operation: what to answer instead of serving it. */
  take(service: Service, operation: string): AwsError | undefined {
    const key = `${service}:${operation}`
    if (!this.#mayAsk(key)) return throttled(service)
    const faults = this.#operations.get(key)
    const [first] = faults ?? []
    if (!faults || !first) return undefined
    first.times -= 1
    if (first.times <= 0) faults.shift()
    if (faults.length === 0) this.#operations.delete(key)
    if (first.error !== 'throttled') return new AwsError(first.error.code, first.error.message, first.error.status)
    return throttled(service)
  }

  identityProviderFails(name: string): boolean {
    return this.#identityProviders.has(name)
  }

  /** Takes a token of its bucket, where it has one. */
  #mayAsk(operation: string): boolean {
    const rate = this.#rates.get(operation)
    if (!rate) return true
    const now = performance.now()
    rate.tokens = Math.min(rate.burst, rate.tokens + ((now - rate.at) / 1000) * rate.perSecond)
    rate.at = now
    if (rate.tokens < 1) return false
    rate.tokens -= 1
    return true
  }

  #add(operation: string, fault: Fault): void {
    if (fault.times > 0) this.#operations.set(operation, [...(this.#operations.get(operation) ?? []), fault])
  }
}
