/**
 * An AWS on loopback: EKS (REST-JSON), ECR (JSON), EC2, Elastic Load Balancing v2 and STS (Query) behind one address, told apart
 * by the scope of the request's credential, as the SDK signs it. `AWS_ENDPOINT_URL` and the identity's keys are all that
 * a client needs.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EksHooks, Probe, SandboxAws } from '../types.ts'
import { Calls } from './calls.ts'
import { instanceOperations, Instances } from './ec2/instances.ts'
import { Ec2World } from './ec2/world.ts'
import { snapshotOperations } from './ec2/snapshots.ts'
import { subnetOperations } from './ec2/subnets.ts'
import { tagOperations } from './ec2/tags.ts'
import { volumeOperations } from './ec2/volumes.ts'
import { ecrOperations, Registry } from './ecr.ts'
import { eksOperations, inspectEks } from './eks/eks.ts'
import { Tokens } from './eks/tokens.ts'
import type { EksWorld } from './eks/world.ts'
import { elbv2Operations, inspectElbv2 } from './elbv2/elbv2.ts'
import { startHealthChecks } from './elbv2/health.ts'
import { ElbWorld } from './elbv2/world.ts'
import type { AwsFaults } from './faults.ts'
import { answering } from './front.ts'
import type { Question } from './protocol/wire.ts'
import { SecurityGroups, securityGroupOperations } from './ec2/security-groups.ts'
import { launchTemplateOperations, type Templates } from './ec2/launch-templates.ts'
import { stsOperations } from './sts.ts'
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
}

export async function startAws(options: AwsOptions): Promise<SandboxAws> {
  const { port = 0, host = '127.0.0.1', account = '123456789012', region = 'ap-northeast-1' } = options
  const { hooks, probe, faults } = options
  const former = new Set<string>()
  const identity = { ...identityIn(account, region), ...newKeys(), formerKeys: former }
  const later = new Later()
  const calls = new Calls()
  const shared = { account, region, later, times: { ...defaultTimes, ...options.times } }
  const ec2 = new Ec2World(shared)
  const templates: Templates = new Map()
  const eks: EksWorld = {
    ...shared,
    caller: identity,
    hooks,
    faults,
    tokens: new Tokens(),
    clusters: new Map(),
    templates,
  }
  const elbv2 = new ElbWorld({ ...shared, probe })
  const instances = new Instances()
  const securityGroups = new SecurityGroups()
  const ecr = new Registry()
  const behind = {
    identity,
    faults,
    calls,
    services: {
      ec2: {
        ...volumeOperations(ec2),
        ...snapshotOperations(ec2, account),
        ...tagOperations(ec2),
        ...instanceOperations(instances),
        ...subnetOperations(region),
        ...securityGroupOperations(securityGroups),
        ...launchTemplateOperations(templates),
      },
      ecr: ecrOperations(ecr, identity),
      eks: eksOperations(eks),
      elasticloadbalancing: elbv2Operations(elbv2),
      sts: stsOperations(identity),
    },
  }
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
  const { port: taken } = server.address() as AddressInfo // a TCP server that listens has one

  return {
    endpoint: `http://${host}:${taken}`,
    identity,
    eks: inspectEks(eks),
    elbv2: inspectElbv2(elbv2),
    ec2,
    instances,
    securityGroups,
    ecr,
    calls: () => calls.all(),
    serves: Object.entries(behind.services).flatMap(([service, operations]) =>
      Object.keys(operations).map((name) => `${service}:${name}`),
    ),
    renewKeys() {
      former.add(identity.accessKeyId)
      Object.assign(identity, newKeys())
    },
    stop: () =>
      new Promise((resolve) => {
        later.stop()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The secret is new each time, and worth nothing elsewhere. */
const newKeys = () => ({
  accessKeyId: `AKIASANDBOX${randomBytes(5).toString('hex').slice(0, 9).toUpperCase()}`,
  secretAccessKey: randomBytes(30).toString('base64'),
})

const identityIn = (account: string, region: string) => ({
  account,
  region,
  roleArn: `arn:aws:iam::${account}:role/norikae`,
  sessionArn: `arn:aws:sts::${account}:assumed-role/norikae/sandbox`,
})

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
