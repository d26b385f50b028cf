import { expect, test } from 'vitest'
import { AwsError } from '../../../src/sandbox/aws/errors.ts'
import { holdAnswer, holdRefusal } from '../../../src/sandbox/aws/protocol/contract.ts'
import { model, type Service } from '../../../src/sandbox/aws/protocol/model.ts'
import { aSandbox, refused } from './a-sandbox.ts'
import { clientsOfAll, type Rewritten } from './every-service.ts'

/** What each service says of a request that is not by its model. */
const says: Readonly<Record<Service, { readonly missing: string; readonly unknown: string }>> = {
  cloudtrail: { missing: '400 ValidationException', unknown: '400 ValidationException' },
  cloudwatch: { missing: '400 MissingRequiredParameterException', unknown: '400 InvalidParameterValueException' },
  ec2: { missing: '400 MissingParameter', unknown: '400 UnknownParameter' },
  ecr: { missing: '400 InvalidParameterException', unknown: '400 InvalidParameterException' },
  eks: { missing: '400 InvalidParameterException', unknown: '400 InvalidParameterException' },
  elasticloadbalancing: { missing: '400 ValidationError', unknown: '400 ValidationError' },
  iam: { missing: '400 ValidationError', unknown: '400 ValidationError' },
  kms: { missing: '400 ValidationException', unknown: '400 ValidationException' },
  logs: { missing: '400 InvalidParameterException', unknown: '400 InvalidParameterException' },
  route53: { missing: '400 InvalidInput', unknown: '400 InvalidInput' },
  servicequotas: { missing: '400 IllegalArgumentException', unknown: '400 IllegalArgumentException' },
  sts: { missing: '400 ValidationError', unknown: '400 ValidationError' },
}

const served = (serves: readonly string[]) =>
  serves.map((it) => {
    const [service, name] = it.split(':') as [Service, string] // as the sandbox names them
    return { service, name, members: model[service].get(name)?.input.members ?? [] }
  })

test('every operation refuses a request without a member that its model requires', async () => {
  const { aws } = await aSandbox()
  const clients = clientsOfAll(aws)
  const wrong: string[] = []
  let asked = 0
  for (const { service, name, members } of served(aws.serves))
    // What is in the path cannot be left out of an address.
    for (const member of members.filter((m) => m.required && m.in !== 'path')) {
      asked++
      // Route 53's SDK sends what is undefined as if it were empty.
      const without: Rewritten = (request) => {
        request.body = request.body.replace(new RegExp(`<${member.inXml}>.*</${member.inXml}>`), '')
      }
      const said = await refused(clients[service].ask(name, { [member.name]: undefined }, without))
      if (said !== says[service].missing) wrong.push(`${service}:${name} without ${member.name}: ${said}`)
    }
  expect(wrong).toEqual([])
  expect(asked).toBeGreaterThan(50)
})

/** Puts one more member into a request, as its protocol has it. */
const strange: Rewritten = (request) => {
  const { body } = request
  if (body === '') request.query['Norikae'] = '1'
  else if (body.startsWith('{')) request.body = JSON.stringify({ ...(JSON.parse(body) as object), Norikae: 1 })
  else if (body.startsWith('<')) request.body = body.replace(/<\/\w+>$/, (end) => `<Norikae>1</Norikae>${end}`)
  else request.body = `${body}&Norikae=1`
}

test('every operation refuses a member that its model does not have', async () => {
  const { aws } = await aSandbox()
  const clients = clientsOfAll(aws)
  const wrong: string[] = []
  for (const { service, name } of served(aws.serves)) {
    const said = await refused(clients[service].ask(name, {}, strange))
    if (said !== says[service].unknown) wrong.push(`${service}:${name}: ${said}`)
  }
  expect(wrong).toEqual([])
})

test('also one that is deep within', async () => {
  const { aws } = await aSandbox()
  const { eks, elasticloadbalancing, ec2, route53 } = clientsOfAll(aws)
  const within = (from: string, to: string) => (request: { body: string }) => {
    expect(request.body).toContain(from)
    request.body = request.body.replace(from, to)
  }
  const cluster = { name: 'a', roleArn: 'r', resourcesVpcConfig: { subnetIds: ['s'] } }
  await expect(eks.ask('CreateCluster', cluster, within('"subnetIds"', '"odd":1,"subnetIds"'))).rejects.toThrow(
    'resourcesVpcConfig.odd is not recognized',
  )
  const rule = {
    RuleArn: 'r',
    Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: 't' }] } }],
  }
  const weight = within('TargetGroups.member.1.TargetGroupArn=t', 'TargetGroups.member.1.Odd=t')
  await expect(elasticloadbalancing.ask('ModifyRule', rule, weight)).rejects.toThrow('Odd is not recognized')
  const filter = { Filters: [{ Name: 'n', Values: ['v'] }] }
  await expect(ec2.ask('DescribeVolumes', filter, within('Filter.1.Name', 'Filter.1.Odd'))).rejects.toThrow('Odd')
  const set = { Name: 'a.', Type: 'A', TTL: 1, ResourceRecords: [{ Value: '1' }] }
  const change = { ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet: set }] } }
  const record = within('<TTL>1</TTL>', '<Odd>1</Odd>')
  await expect(route53.ask('ChangeResourceRecordSets', change, record)).rejects.toThrow('ResourceRecordSet.Odd')
})

const operation = (service: Service, name: string) => {
  const found = model[service].get(name)
  if (!found) throw new Error(`no ${name}`)
  return found
}

test.for([
  { says: 'that it lacks', result: { ChangeInfo: { Id: 'c', Status: 'PENDING' } }, wrong: 'ChangeInfo.SubmittedAt' },
  {
    says: 'that it does not have',
    result: { ChangeInfo: { Id: 'c', Status: 'PENDING', SubmittedAt: new Date(0), Odd: 1 } },
    wrong: 'ChangeInfo.Odd',
  },
])('an answer with a member $says by the model is the sandbox’s mistake', ({ result, wrong }) => {
  expect(() => holdAnswer(operation('route53', 'GetChange'), result)).toThrow(`by AWS's model: ${wrong}`)
})

test('an answer that is by the model is none', () => {
  const result = { ChangeInfo: { Id: 'c', Status: 'PENDING', SubmittedAt: new Date(0) } }
  expect(() => holdAnswer(operation('route53', 'GetChange'), result)).not.toThrow()
})

test.for<{ service: Service; code: string; status?: number; is: boolean }>([
  { service: 'eks', code: 'ResourceInUseException', status: 409, is: true },
  { service: 'eks', code: 'ResourceInUseException', is: false },
  { service: 'eks', code: 'ClusterNotFound', is: false },
  // As the Query protocol has it: the SDK makes RuleNotFoundException of it.
  { service: 'elasticloadbalancing', code: 'RuleNotFound', is: true },
  { service: 'elasticloadbalancing', code: 'RuleNotFoundException', is: false },
  { service: 'iam', code: 'NoSuchEntity', status: 404, is: true },
  { service: 'iam', code: 'NoSuchEntity', is: false },
  { service: 'kms', code: 'NotFoundException', is: true },
  { service: 'ec2', code: 'InvalidVolume.NotFound', is: true },
  { service: 'ec2', code: 'ResourceNotFoundException', is: false },
  { service: 'route53', code: 'NoSuchHostedZone', status: 404, is: true },
])('$service: $code ($status) is an error of its model: $is', ({ service, code, status, is }) => {
  const hold = () => holdRefusal(service, new AwsError(code, 'no', status))
  if (is) expect(hold).not.toThrow()
  else expect(hold).toThrow(`${service} has no error ${code}`)
})
