import * as cloudtrail from '@aws-sdk/client-cloudtrail'
import * as cloudwatch from '@aws-sdk/client-cloudwatch'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as ec2 from '@aws-sdk/client-ec2'
import * as ecr from '@aws-sdk/client-ecr'
import * as eks from '@aws-sdk/client-eks'
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2'
import * as iam from '@aws-sdk/client-iam'
import * as kms from '@aws-sdk/client-kms'
import * as route53 from '@aws-sdk/client-route-53'
import * as quotas from '@aws-sdk/client-service-quotas'
import * as sts from '@aws-sdk/client-sts'
import { onTestFinished } from 'vitest'
import { model, type Service, type Shape } from '../../../src/sandbox/aws/protocol/model.ts'
import type { SandboxAws } from '../../../src/sandbox/types.ts'

/** Every service by its own SDK, so that each operation can be asked for by its name. */

/** Changes a request before it is signed: an SDK by itself sends only what its model has. */
export type Rewritten = (request: { body: string; query: Record<string, unknown> }) => void

export interface AnyClient {
  /** Asks with what the operation requires, and what is given. */
  ask(operation: string, more?: object, rewritten?: Rewritten): Promise<unknown>
}

interface Sdk {
  readonly module: object
  readonly Client: new (options: object) => Sends
}
interface Sends {
  send(command: object): Promise<unknown>
  destroy(): void
}
interface Command {
  readonly middlewareStack: { add(middleware: unknown, options: object): void }
}

interface Sent {
  body?: string | Uint8Array
  readonly query: Record<string, unknown>
}

const sdks = {
  cloudtrail: { module: cloudtrail, Client: cloudtrail.CloudTrailClient },
  cloudwatch: { module: cloudwatch, Client: cloudwatch.CloudWatchClient },
  ec2: { module: ec2, Client: ec2.EC2Client },
  ecr: { module: ecr, Client: ecr.ECRClient },
  eks: { module: eks, Client: eks.EKSClient },
  elasticloadbalancing: { module: elbv2, Client: elbv2.ElasticLoadBalancingV2Client },
  iam: { module: iam, Client: iam.IAMClient },
  kms: { module: kms, Client: kms.KMSClient },
  logs: { module: logs, Client: logs.CloudWatchLogsClient },
  route53: { module: route53, Client: route53.Route53Client },
  servicequotas: { module: quotas, Client: quotas.ServiceQuotasClient },
  sts: { module: sts, Client: sts.STSClient },
} as unknown as Readonly<Record<Service, Sdk>> // each client takes the commands of its own module, and is given no others

export function clientsOfAll({ endpoint, identity, admin }: SandboxAws): Readonly<Record<Service, AnyClient>> {
  const options = { endpoint, region: identity.region, credentials: admin, maxAttempts: 1 }
  const one = (service: Service): AnyClient => {
    const { module, Client } = sdks[service]
    const client = new Client(options)
    onTestFinished(() => client.destroy())
    return {
      ask: (name, more = {}, rewritten) => {
        const operation = model[service].get(name)
        const Made = (module as Readonly<Record<string, new (input: object) => object & Command>>)[`${name}Command`]
        if (!operation || !Made) throw new Error(`the SDK of ${service} has no ${name}`)
        const command = new Made({ ...(any(operation.input) as object), ...more })
        if (rewritten) {
          const rewrite = (next: (args: unknown) => unknown) => (args: { request: Sent }) => {
            const { body = '' } = args.request
            args.request.body = typeof body === 'string' ? body : new TextDecoder().decode(body)
            rewritten(args.request as Sent & { body: string })
            return next(args)
          }
          // Before its length is counted.
          command.middlewareStack.add(rewrite, { step: 'build', priority: 'high' })
        }
        return client.send(command)
      },
    }
  }
  return Object.fromEntries(Object.keys(sdks).map((service) => [service, one(service as Service)])) as Record<
    Service,
    AnyClient
  >
}

/** Something of the shape that is asked for; nobody looks at what. */
function any(shape: Shape): unknown {
  switch (shape.kind) {
    case 'structure':
      return Object.fromEntries(shape.members.filter((m) => m.required).map((m) => [m.name, any(m.shape())]))
    case 'list':
      return []
    case 'map':
      return {}
    case 'number':
      return 1
    case 'timestamp':
      return new Date(0)
    default:
      return 'blue'
  }
}
