import * as eks from '@aws-sdk/client-eks'
import { expect, test } from 'vitest'
import { model, type Service } from '../../../src/sandbox/aws/protocol/model.ts'
import { aSandbox, refused, seedBlue } from './a-sandbox.ts'
import { clientsOfAll, type AnyClient } from './every-service.ts'

/** What each service calls its pages, and what it says of a size and of a token that it does not take. */
const paged = {
  eks: { token: 'nextToken', size: 'maxResults', wrong: '400 InvalidParameterException' },
  ec2: {
    token: 'NextToken',
    size: 'MaxResults',
    wrong: '400 InvalidParameterValue',
    gone: '400 InvalidPaginationToken',
  },
  elasticloadbalancing: { token: 'Marker', size: 'PageSize', wrong: '400 ValidationError' },
  iam: { token: 'Marker', size: 'MaxItems', wrong: '400 ValidationError' },
  logs: { token: 'nextToken', size: 'limit', wrong: '400 InvalidParameterException' },
  ecr: { token: 'nextToken', size: 'maxResults', wrong: '400 InvalidParameterException' },
  cloudtrail: {
    token: 'NextToken',
    size: 'MaxResults',
    wrong: '400 InvalidMaxResultsException',
    gone: '400 InvalidNextTokenException',
  },
  cloudwatch: {
    token: 'NextToken',
    size: 'MaxDatapoints',
    wrong: '400 InvalidParameterValueException',
    gone: '400 InvalidNextToken',
  },
  route53: {
    token: 'NextToken',
    size: 'MaxResults',
    wrong: '400 InvalidInput',
    gone: '400 InvalidPaginationToken',
  },
} satisfies Partial<Record<Service, { token: string; size: string; wrong: string; gone?: string }>>

/** Further tokens of the model that are none of pages, and what goes on by something else. */
const others: ReadonlySet<string> = new Set([
  // By names: route53.test.ts.
  'route53:ListHostedZones',
  // Of a query that nobody started, that is said first.
  'logs:GetQueryResults',
])

const isPaged = (service: string): service is keyof typeof paged => Object.hasOwn(paged, service)

test('every operation that has pages refuses a size that none has, and a token that nobody was given', async () => {
  const it = await aSandbox()
  await seedBlue(it.aws)
  const clients = clientsOfAll(it.aws)
  const answers: string[] = []
  const all = it.aws.serves.flatMap((served) => {
    const [service = '', name = ''] = served.split(':')
    const has = (token: string) =>
      model[service as Service].get(name)?.input.members.some((member) => member.name === token) ?? false
    if (others.has(served) || !['nextToken', 'NextToken', 'Marker'].some(has)) return []
    if (isPaged(service) && has(paged[service].token)) return [{ service, name }]
    answers.push(`${served} has pages of which nothing is said`)
    return []
  })
  for (const { service, name } of all) {
    const {
      token,
      size,
      wrong,
      gone = wrong,
    }: { token: string; size: string; wrong: string; gone?: string } = paged[service]
    const sized = await refused(clients[service].ask(name, { [size]: 0 }))
    const lost = await refused(clients[service].ask(name, { [token]: Buffer.from('1').toString('base64url') }))
    if (sized !== wrong) answers.push(`${service}:${name}, size 0: ${sized}`)
    if (lost !== gone) answers.push(`${service}:${name}: ${lost}`)
  }
  expect(answers).toEqual([])
  expect(all.length).toBeGreaterThan(30)
})

test.for([
  { service: 'eks', name: 'ListClusters', most: 100 },
  { service: 'elasticloadbalancing', name: 'DescribeLoadBalancers', most: 400 },
  { service: 'iam', name: 'ListRoles', most: 1000 },
  { service: 'logs', name: 'DescribeLogGroups', most: 50 },
  { service: 'ec2', name: 'DescribeLaunchTemplates', most: 200 },
  { service: 'cloudtrail', name: 'LookupEvents', most: 50 },
] as const)('$service gives at most $most in a page of $name', async ({ service, name, most }) => {
  const it = await aSandbox()
  const { [service]: client }: Record<string, AnyClient> = clientsOfAll(it.aws)
  const { size, wrong } = paged[service]
  expect(await refused(client?.ask(name, { [size]: most }) ?? Promise.resolve())).toBe('served')
  expect(await refused(client?.ask(name, { [size]: most + 1 }) ?? Promise.resolve())).toBe(wrong)
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
