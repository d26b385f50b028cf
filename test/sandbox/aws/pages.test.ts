import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as ec2 from '@aws-sdk/client-ec2'
import * as eks from '@aws-sdk/client-eks'
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2'
import * as iam from '@aws-sdk/client-iam'
import { expect, onTestFinished, test } from 'vitest'
import { model, type Service, type Shape } from '../../../src/sandbox/aws/protocol/model.ts'
import { aSandbox, refused, seedBlue, type Fixture } from './a-sandbox.ts'

/** What each service calls its pages, and what it says of a size and of a token that it does not take. */
const paged = {
  eks: { sdk: eks, token: 'nextToken', size: 'maxResults', wrong: '400 InvalidParameterException' },
  ec2: { sdk: ec2, token: 'NextToken', size: 'MaxResults', wrong: '400 InvalidParameterValue' },
  elasticloadbalancing: { sdk: elbv2, token: 'Marker', size: 'PageSize', wrong: '400 ValidationError' },
  iam: { sdk: iam, token: 'Marker', size: 'MaxItems', wrong: '400 ValidationError' },
  logs: { sdk: logs, token: 'nextToken', size: 'limit', wrong: '400 InvalidParameterException' },
} as const

const isPaged = (service: string): service is keyof typeof paged => Object.hasOwn(paged, service)

/** Something of the shape that is asked for; nobody looks at what. */
function any(shape: Shape): unknown {
  switch (shape.kind) {
    case 'structure':
      return Object.fromEntries(shape.members.filter((m) => m.required).map((m) => [m.name, any(m.shape())]))
    case 'list':
      return []
    case 'number':
      return 1
    default:
      return 'blue'
  }
}

/** Each takes the commands of its own service, and is given no others. */
interface Client {
  send(command: unknown): Promise<unknown>
}

function clientOf({ aws, ...clients }: Fixture, service: keyof typeof paged): Client {
  if (service !== 'logs') return { ...clients, elasticloadbalancing: clients.elbv2 }[service]
  const client = new logs.CloudWatchLogsClient({
    endpoint: aws.endpoint,
    region: aws.identity.region,
    credentials: aws.admin,
  })
  onTestFinished(() => client.destroy())
  return client
}

/** Asks for an operation by its name. */
function asked(client: Client, service: keyof typeof paged, name: string, more: object): Promise<string> {
  const operation = model[service as Service].get(name)
  const Command = (paged[service].sdk as unknown as Record<string, new (input: object) => unknown>)[`${name}Command`]
  if (!operation || !Command) throw new Error(`the SDK has no ${name}`)
  return refused(client.send(new Command({ ...(any(operation.input) as object), ...more })))
}

test('every operation that has pages refuses a size that none has, and a token that nobody was given', async () => {
  const it = await aSandbox()
  await seedBlue(it.aws)
  const answers: string[] = []
  const all = it.aws.serves.flatMap((served) => {
    const [service = '', name = ''] = served.split(':')
    // Of a query that nobody started, that is said first.
    if (!isPaged(service) || name === 'GetQueryResults') return []
    const input: Shape | undefined = model[service].get(name)?.input // one that takes nothing has no members
    const members = input?.kind === 'structure' ? input.members : []
    return members.some((member) => member.name === paged[service].token) ? [{ service, name }] : []
  })
  for (const { service, name } of all) {
    const { token, size, wrong } = paged[service]
    const client = clientOf(it, service)
    const sized = await asked(client, service, name, { [size]: 0 })
    const gone = await asked(client, service, name, { [token]: Buffer.from('1').toString('base64url') })
    if (sized !== wrong) answers.push(`${service}:${name}, size 0: ${sized}`)
    if (gone !== (service === 'ec2' ? '400 InvalidPaginationToken' : wrong)) answers.push(`${service}:${name}: ${gone}`)
  }
  expect(answers).toEqual([])
  expect(all.length).toBeGreaterThan(25)
})

test.for([
  { service: 'eks', name: 'ListClusters', most: 100 },
  { service: 'elasticloadbalancing', name: 'DescribeLoadBalancers', most: 400 },
  { service: 'iam', name: 'ListRoles', most: 1000 },
  { service: 'logs', name: 'DescribeLogGroups', most: 50 },
  { service: 'ec2', name: 'DescribeLaunchTemplates', most: 200 },
] as const)('$service gives at most $most in a page of $name', async ({ service, name, most }) => {
  const it = await aSandbox()
  const client = clientOf(it, service)
  const { size, wrong } = paged[service]
  expect(await asked(client, service, name, { [size]: most })).toBe('served')
  expect(await asked(client, service, name, { [size]: most + 1 })).toBe(wrong)
})

test('a token goes on with the question that it was given for, and with no other', async () => {
  const it = await aSandbox()
  for (const name of ['blue', 'red', 'white']) await seedBlue(it.aws, { name })
  const list = (input: eks.ListClustersRequest) => it.eks.send(new eks.ListClustersCommand(input))
  const first = await list({ maxResults: 1 })
  expect(first.clusters).toEqual(['blue'])
  const token = first.nextToken ?? ''
  expect((await list({ maxResults: 1 })).nextToken).not.toBe(token)
  // As many as are wanted each time.
  expect((await list({ maxResults: 2, nextToken: token })).clusters).toEqual(['red', 'white'])
  const others = new eks.ListNodegroupsCommand({ clusterName: 'blue', nextToken: token })
  expect(await refused(it.eks.send(others))).toBe('400 InvalidParameterException')
  expect(await refused(list({ nextToken: `${token.slice(0, -2)}xx` }))).toBe('400 InvalidParameterException')
  expect((await list({ nextToken: token })).nextToken).toBeUndefined()
})
