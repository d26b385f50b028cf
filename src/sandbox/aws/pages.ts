import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { AwsError, invalidParameter, validationError } from './errors.ts'
import { model, type Service } from './protocol/model.ts'

/** How a service is asked for pages, and what it says of a size or a token that it does not take. */
interface Rule {
  readonly token: string
  readonly next: string
  readonly size: string
  readonly least: number
  /** Left out: more than a page holds is answered as a page. */
  readonly most?: number
  /** Of these operations another range. */
  readonly but?: Readonly<Record<string, { readonly least: number; readonly most: number }>>
  readonly wrongSize: (size: number, least: number, most: number) => AwsError
  readonly wrongToken: () => AwsError
}

/** By the service's name where it asks for pages at all; in the words of its model, whose text tells the ranges. */
const rules: Partial<Readonly<Record<Service, Rule>>> = {
  // "This value can be between 1 and 100." https://docs.aws.amazon.com/eks/latest/APIReference/API_ListClusters.html
  eks: {
    token: 'nextToken',
    next: 'nextToken',
    size: 'maxResults',
    least: 1,
    most: 100,
    wrongSize: (size, least, most) => invalidParameter(`maxResults ${size} must be between ${least} and ${most}`),
    wrongToken: () => invalidParameter('The nextToken is not valid'),
  },
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html#api-pagination
  ec2: {
    token: 'NextToken',
    next: 'NextToken',
    size: 'MaxResults',
    least: 5,
    but: {
      DescribeLaunchTemplates: { least: 1, most: 200 },
      DescribeLaunchTemplateVersions: { least: 1, most: 200 },
    },
    wrongSize: (size, least) =>
      new AwsError(
        'InvalidParameterValue',
        `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value of at least ${least}.`,
      ),
    wrongToken: () => new AwsError('InvalidPaginationToken', 'The pagination token is not valid or has expired.'),
  },
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html: 1 to 400.
  elasticloadbalancing: {
    token: 'Marker',
    next: 'NextMarker',
    size: 'PageSize',
    least: 1,
    most: 400,
    wrongSize: (size, least, most) => constraint('pageSize', size, least, most),
    wrongToken: () => validationError('The marker is not valid'),
  },
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html: 1 to 1000.
  iam: {
    token: 'Marker',
    next: 'Marker',
    size: 'MaxItems',
    least: 1,
    most: 1000,
    wrongSize: (size, least, most) => constraint('maxItems', size, least, most),
    wrongToken: () => validationError('Invalid Marker.'),
  },
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html: 1 to 50.
  logs: {
    token: 'nextToken',
    next: 'nextToken',
    size: 'limit',
    least: 1,
    most: 50,
    wrongSize: (size, least, most) => invalidParameter(`limit ${size} must be between ${least} and ${most}`),
    wrongToken: () => invalidParameter('The specified nextToken is invalid.'),
  },
  // https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html: 1 to 50.
  cloudtrail: {
    token: 'NextToken',
    next: 'NextToken',
    size: 'MaxResults',
    least: 1,
    most: 50,
    wrongSize: (size) => new AwsError('InvalidMaxResultsException', `MaxResults ${size} is not between 1 and 50`),
    wrongToken: () => new AwsError('InvalidNextTokenException', 'The NextToken is not valid'),
  },
  // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html: 1 to 1000.
  ecr: {
    token: 'nextToken',
    next: 'nextToken',
    size: 'maxResults',
    least: 1,
    most: 1000,
    wrongSize: (size, least, most) => invalidParameter(`maxResults ${size} must be between ${least} and ${most}`),
    wrongToken: () => invalidParameter('The nextToken is not valid'),
  },
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html: data points are what it counts.
  cloudwatch: {
    token: 'NextToken',
    next: 'NextToken',
    size: 'MaxDatapoints',
    least: 1,
    most: 100_800,
    wrongSize: (size) =>
      new AwsError('InvalidParameterValueException', `MaxDatapoints ${size} is not between 1 and 100800`),
    wrongToken: () => new AwsError('InvalidNextToken', 'The next token specified is invalid.'),
  },
  // ListResourceRecordSetProtections alone; what else Route 53 lists goes on by names. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSetProtections.html
  route53: {
    token: 'NextToken',
    next: 'NextToken',
    size: 'MaxResults',
    least: 1,
    wrongSize: (size) => new AwsError('InvalidInput', `MaxResults ${size} is less than 1`),
    wrongToken: () => new AwsError('InvalidPaginationToken', 'The NextToken is not valid'),
  },
}

const constraint = (member: string, size: number, least: number, most: number): AwsError =>
  validationError(
    `1 validation error detected: Value '${size}' at '${member}' failed to satisfy constraint: Member must have value ${size < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`}`,
  )

type Parameters = Readonly<Record<string, unknown>>

/**
 * Sizes and tokens of pages, for every operation that has them. A token tells nobody anything: it is good for the question
 * that it was given for, and no other.
 */
export class Pages {
  readonly #key = randomBytes(32)

  /** The same question with what `page` takes as its token. Throws what the service says of a wrong size or token. */
  open(service: Service, operation: string, parameters: Record<string, unknown>): Record<string, unknown> {
    const rule = rules[service]
    if (!rule || !isPaged(rule, service, operation)) return parameters
    const { least, most = Infinity } = rule.but?.[operation] ?? rule
    const size = parameters[rule.size]
    if (typeof size === 'number' && !(size >= least && size <= most)) throw rule.wrongSize(size, least, most)
    const token = parameters[rule.token]
    if (typeof token !== 'string') return parameters
    const within = this.#read(token, about(rule, operation, parameters))
    if (within === undefined) throw rule.wrongToken()
    return { ...parameters, [rule.token]: within }
  }

  /** The answer with a token that only this question can be gone on with. */
  seal(service: Service, operation: string, parameters: Parameters, answer: object): object {
    const rule = rules[service]
    if (!rule || !isPaged(rule, service, operation)) return answer
    const within = (answer as Parameters)[rule.next] // an answer is a structure
    if (typeof within !== 'string') return answer
    return { ...answer, [rule.next]: this.#written(within, about(rule, operation, parameters)) }
  }

  #written(within: string, question: string): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(question))
    const text = Buffer.concat([cipher.update(within, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')
  }

  #read(token: string, question: string): string | undefined {
    const bytes = Buffer.from(token, 'base64url')
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12))
      decipher.setAAD(Buffer.from(question)).setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
    } catch {
      return undefined
    }
  }
}

const isPaged = ({ token }: Rule, service: Service, operation: string): boolean =>
  model[service].get(operation)?.input.members.some(({ name }) => name === token) ?? false

/** All that was asked but for where to go on, and how far. */
function about({ token, size }: Rule, operation: string, parameters: Parameters): string {
  const { [token]: _token, [size]: _size, ...rest } = parameters
  return createHash('sha256')
    .update(JSON.stringify([operation, rest]))
    .digest('hex')
}
