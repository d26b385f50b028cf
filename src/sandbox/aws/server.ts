/**
 * An AWS on loopback: EKS (REST-JSON), Route 53 (REST-XML), ECR, KMS, CloudTrail, CloudWatch, CloudWatch Logs and Service Quotas (JSON), EC2, Elastic Load Balancing v2, IAM and STS (Query) behind one address, told apart
 * by the scope of the request's credential, as the SDK signs it. `AWS_ENDPOINT_URL` and the identity's keys are all that
 * a client needs.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EksHooks, Probe, SandboxAws } from '../types.ts'
import { Calls } from './calls.ts'
import { trailNeeds, trailOperations } from './cloudtrail.ts'
import { metricNeeds, metricOperations, Metrics } from './cloudwatch.ts'
import { imageOperations, Images } from './ec2/images.ts'
import { instanceOperations, Instances } from './ec2/instances.ts'
import { networkInterfaceOperations, NetworkInterfaces } from './ec2/network-interfaces.ts'
import { Ec2World } from './ec2/world.ts'
import { snapshotOperations } from './ec2/snapshots.ts'
import { subnetOperations, Subnets } from './ec2/subnets.ts'
import { tagOperations } from './ec2/tags.ts'
import { volumeOperations } from './ec2/volumes.ts'
import { LogGroups, logNeeds, logOperations } from './logs.ts'
import { ec2Needs } from './ec2/needs.ts'
import { ecrNeeds, ecrOperations, Registry } from './ecr.ts'
import { Keys, kmsNeeds, kmsOperations } from './kms.ts'
import { quotaNeeds, quotaOperations, Quotas } from './service-quotas.ts'
import { eksOperations, inspectEks, nodesOf } from './eks/eks.ts'
import { eksNeeds } from './eks/needs.ts'
import { defaultQuotas, type EksQuotas } from './eks/quotas.ts'
import { Tokens } from './eks/tokens.ts'
import type { EksWorld } from './eks/world.ts'
import { elbv2Operations, inspectElbv2 } from './elbv2/elbv2.ts'
import { elbv2Needs } from './elbv2/needs.ts'
import { startHealthChecks } from './elbv2/health.ts'
import { ElbWorld } from './elbv2/world.ts'
import type { AwsFaults } from './faults.ts'
import { answering } from './front.ts'
import { policyFrom, type Policy } from './authorization/policy.ts'
import { policyNamed } from './policies.ts'
import { named, newKeys, Principals } from './principals.ts'
import type { Service } from './protocol/model.ts'
import type { Question } from './protocol/wire.ts'
import { HostedZones, recordOperations } from './route53/route53.ts'
import { recordNeeds } from './route53/needs.ts'
import { SecurityGroups, securityGroupOperations } from './ec2/security-groups.ts'
import { launchTemplateOperations, type Templates } from './ec2/launch-templates.ts'
import { iamOperations } from './iam/iam.ts'
import { iamNeeds } from './iam/needs.ts'
import { IamWorld } from './iam/world.ts'
import { stsNeeds, stsOperations } from './sts.ts'
import type { KeysOf } from './web-identity.ts'
import { defaultTimes, Later, type AwsTimes } from './times.ts'

export interface AwsOptions {
  readonly port?: number
  readonly host?: string
  readonly account?: string
  readonly region?: string
  readonly hooks: EksHooks
  readonly probe: Probe
  readonly faults: AwsFaults
  readonly times?: Partial<AwsTimes>
  readonly quotas?: Partial<Omit<EksQuotas, 'clusters'>>
  /** Requests of Route 53 that it takes in a second; left out: as many as AWS. */
  readonly recordsPerSecond?: number
}

export async function startAws(options: AwsOptions): Promise<SandboxAws> {
  const { port = 0, host = '127.0.0.1', account = '123456789012', region = 'ap-northeast-1' } = options
  const { hooks, probe, faults } = options
  const former = new Set<string>()
  const identity = { account, region, ...named(account, 'norikae', 'sandbox'), ...newKeys('AKIA'), formerKeys: former }
  const principals = new Principals({
    identity,
    policies: (['preflight', 'upgrade', 'move'] as const).map(policyNamed),
  })
  const decommissionRoleArn = `arn:aws:iam::${account}:role/norikae-decommission`
  principals.roles.set(decommissionRoleArn, {
    arn: decommissionRoleArn,
    trusts: [identity.roleArn],
    policies: [policyNamed('decommission')],
  })
  const later = new Later()
  const calls = new Calls()
  const shared = { account, region, later, times: { ...defaultTimes, ...options.times } }
  const ec2 = new Ec2World(shared)
  const templates: Templates = new Map()
  const logs = new LogGroups()
  const metrics = new Metrics()
  const quotas = new Quotas()
  const eks: EksWorld = {
    ...shared,
    caller: identity,
    hooks,
    faults,
    tokens: new Tokens(),
    quotas: {
      ...defaultQuotas,
      ...options.quotas,
      get clusters() {
        return quotas.of('eks', 'L-1194D53C')
      },
    },
    clusters: new Map(),
    logs,
    templates,
  }
  const iam = new IamWorld(shared)
  const elbv2 = new ElbWorld({ ...shared, probe })
  const route53 = new HostedZones(shared, options.recordsPerSecond)
  const instances = new Instances()
  const images = new Images()
  const securityGroups = new SecurityGroups()
  const networkInterfaces = new NetworkInterfaces()
  const ecr = new Registry()
  const [subnets, keys] = [new Subnets(), new Keys()]
  const behind = {
    principals,
    identity,
    faults,
    calls,
    byResource: keys.allows,
    services: {
      ec2: {
        ...volumeOperations(ec2),
        ...snapshotOperations(ec2, account),
        ...tagOperations(ec2),
        ...instanceOperations(instances, () => nodesOf(eks)),
        ...imageOperations(images),
        ...subnetOperations(region, subnets),
        ...securityGroupOperations(securityGroups),
        ...networkInterfaceOperations(networkInterfaces),
        ...launchTemplateOperations(templates),
      },
      cloudtrail: trailOperations(calls),
      cloudwatch: metricOperations(metrics),
      ecr: ecrOperations(ecr, identity),
      eks: eksOperations(eks),
      kms: kmsOperations(keys),
      servicequotas: quotaOperations(quotas),
      elasticloadbalancing: elbv2Operations(elbv2),
      logs: logOperations(logs, identity),
      iam: iamOperations(iam),
      route53: recordOperations(route53),
      sts: stsOperations(principals, iam, keysOf(eks)),
    },
    needs: {
      ec2: ec2Needs({ world: ec2, templates, account, region }),
      cloudtrail: trailNeeds,
      cloudwatch: metricNeeds,
      ecr: ecrNeeds(identity),
      eks: eksNeeds(eks),
      kms: kmsNeeds,
      servicequotas: quotaNeeds,
      elasticloadbalancing: elbv2Needs(elbv2),
      logs: logNeeds(logs, identity),
      iam: iamNeeds(iam),
      route53: recordNeeds,
      sts: stsNeeds,
    },
  }
  const serves = Object.entries(behind.services).flatMap(([service, operations]) =>
    Object.keys(operations).map((name) => `${service}:${name}`),
  )
  const unsaid = serves.filter((it) => {
    const [service = '', name = ''] = it.split(':')
    return !Object.hasOwn(behind.needs[service as Service], name) // a key of `services`
  })
  if (unsaid.length > 0)
    throw new Error(`what IAM asks for ${unsaid.join(', ')} is not said: see needs.ts of the service`)
  const answer = answering(behind)

  // Idle connections are kept: one that ends just as the SDK takes it up again would look like a fault.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    void questionOf(request)
      .then(answer)
      .then(
        ({ status, headers, body }) =>
          response.writeHead(status, { ...headers, 'x-amzn-requestid': randomUUID() }).end(body),
        () => response.destroy(), // the client went away in the middle of its request, or its answer is to be lost
      )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  startHealthChecks(elbv2)
  const sessionWith = (name: string, policies: readonly Policy[]) =>
    principals.assume(
      { arn: `arn:aws:iam::${account}:role/${name}`, trusts: [], policies },
      'sandbox',
      new Date(Date.now() + DAY_MS),
    ).keys
  const { port: taken } = server.address() as AddressInfo // a TCP server that listens has one

  return {
    endpoint: `http://${host}:${taken}`,
    identity,
    admin: principals.admin.keys,
    keysWith: (...names) => sessionWith(names.join('-'), names.map(policyNamed)),
    keysWithout(name, ...actions) {
      const denies = { Sid: 'Without', Effect: 'Deny', Action: actions, Resource: '*' }
      const without = policyFrom('without', JSON.stringify({ Version: '2012-10-17', Statement: [denies] }))
      return sessionWith(name, [policyNamed(name), without])
    },
    decommissionRoleArn,
    eks: inspectEks(eks),
    elbv2: inspectElbv2(elbv2),
    route53,
    ec2,
    iam,
    instances,
    images,
    securityGroups,
    launchTemplates: {
      inventory: () =>
        [...templates.values()].map(({ id, name, tags }) => ({ id, name, tags: Object.fromEntries(tags) })),
    },
    networkInterfaces,
    logs,
    metrics,
    subnets,
    keys,
    quotas,
    ecr,
    calls: () => calls.all(),
    serves,
    renewKeys() {
      former.add(identity.accessKeyId)
      Object.assign(identity, newKeys('AKIA'))
    },
    stop: () =>
      new Promise((resolve) => {
        later.stop()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Of clusters that are there: those of one that is gone are gone too. */
const keysOf =
  ({ clusters }: EksWorld): KeysOf =>
  (issuer) =>
    [...clusters.values()].find(({ described }) => described.identity?.oidc?.issuer === issuer)?.keys

const DAY_MS = 86_400_000

async function questionOf(request: IncomingMessage): Promise<Question> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer) // no encoding was set, so these are buffers
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2)
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString('utf8'),
  }
}
