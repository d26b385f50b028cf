import { CloudTrail } from '@aws-sdk/client-cloudtrail'
import { CloudWatch } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import { EC2 } from '@aws-sdk/client-ec2'
import { ECR } from '@aws-sdk/client-ecr'
import { EKS } from '@aws-sdk/client-eks'
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2'
import { IAM } from '@aws-sdk/client-iam'
import { KMS } from '@aws-sdk/client-kms'
import { Route53 } from '@aws-sdk/client-route-53'
import { ServiceQuotas } from '@aws-sdk/client-service-quotas'
import { STS } from '@aws-sdk/client-sts'
import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { denied } from '../activities/errors.ts'
import type { Ports } from '../activities/ports.ts'
import { ALONE, type Place } from '../domain/clock-turns.ts'
import { loadBalancing } from './alb/load-balancing-port.ts'
import { type AwsOptions, clientOptions } from './aws-client.ts'
import { blockStorage } from './ec2/block-storage-port.ts'
import { compute } from './ec2/compute-port.ts'
import { launchTemplates } from './ec2/launch-templates-port.ts'
import { network } from './ec2/network-port.ts'
import { trail } from './cloudtrail/trail-port.ts'
import { cloudWatch } from './cloudwatch/cloudwatch-port.ts'
import { logs } from './cloudwatch-logs/logs-port.ts'
import { registry } from './ecr/registry-port.ts'
import { iam } from './iam/roles-port.ts'
import { eks } from './eks/eks-port.ts'
import { notingUnknown } from './eks/unknown.ts'
import { keys } from './kms/keys-port.ts'
import { kubernetesClusters } from './kubernetes/clusters.ts'
import { tokens } from './oidc/token-port.ts'
import { datadog } from './datadog/datadog-port.ts'
import { probes } from './probe/probe-port.ts'
import { prometheus } from './prometheus/metrics-port.ts'
import { quotas } from './service-quotas/quotas-port.ts'
import { remains } from './remains/remains-port.ts'
import { behind, inLine, paced, spare, turns } from './route53/pace.ts'
import { records } from './route53/records-port.ts'
import { slack } from './slack/chat-port.ts'
import { assumedRole } from './sts/assumed-role.ts'
import { sts } from './sts/identity-port.ts'
import { webhooks } from './webhook/webhook-port.ts'

interface OutsideOptions extends AwsOptions {
  /** Of Norikae, for the audit logs of clusters. */
  readonly version?: string
  readonly webhookSecrets?: readonly string[]
  readonly slack?: Parameters<typeof slack>[0]
  readonly datadog?: Parameters<typeof datadog>[0]
  /** Left out: what decommissioning removes is removed with the worker's own credentials. */
  readonly decommissionRoleArn?: string
  /** Requests of Route 53, over all accounts that are asked, by all workers together. Left out: three. */
  readonly recordsPerSecond?: number
  /** Which of how many workers this is, that share these. Left out: the only one. */
  readonly recordsPlace?: () => Promise<Place>
}

/**
 * Everything outside, over the wire. Clients are made once a region and when first asked for; nothing is connected to
 * before. The endpoint of AWS is the SDK's setting `AWS_ENDPOINT_URL`.
 */
export function connectOutside({
  webhookSecrets,
  slack: slackApp,
  datadog: datadogKeys,
  decommissionRoleArn: role,
  recordsPerSecond,
  recordsPlace = async () => ALONE,
  version,
  ...options
}: OutsideOptions = {}): Ports & {
  close(): Promise<void>
} {
  const credentials = once((region) => options.credentials ?? defaultProvider({ clientConfig: { region } }))
  const aws = (region: string) => clientOptions(region, { credentials: credentials(region) })
  const eksClients = clientsOf((region) => notingUnknown(new EKS(aws(region))))
  const elbClients = clientsOf((region) => new ElasticLoadBalancingV2(aws(region)))
  const ec2Clients = clientsOf((region) => new EC2(aws(region)))
  const trailClients = clientsOf((region) => new CloudTrail(aws(region)))
  const cloudWatchClients = clientsOf((region) => new CloudWatch(aws(region)))
  const ec2Once = clientsOf((region) => new EC2({ ...aws(region), maxAttempts: 1 }))
  const logsClients = clientsOf((region) => new CloudWatchLogs(aws(region)))
  const ecrClients = clientsOf((region) => new ECR(aws(region)))
  const iamClients = clientsOf((region) => new IAM(aws(region)))
  const kmsClients = clientsOf((region) => new KMS(aws(region)))
  const turn = turns(recordsPerSecond)
  const route53 = (wait: Parameters<typeof paced>[1]) => ({
    tries: clientsOf((region) => paced(new Route53(aws(region)), wait, recordsPlace)),
    once: clientsOf((region) => paced(new Route53({ ...aws(region), maxAttempts: 1 }), wait, recordsPlace)),
  })
  const route53First = route53(inLine(turn))
  const route53Clients = route53(behind(turn))
  const route53Looks = route53(inLine(spare(turn)))
  const recordsBy = ({ tries, once: sendsOnce }: typeof route53First, region: string) =>
    records(tries.of(region), sendsOnce.of(region))
  const quotaClients = clientsOf((region) => new ServiceQuotas(aws(region)))
  const stsClients = clientsOf((region) => new STS(aws(region)))
  const eksPort = (region: string) => eks(eksClients.of(region))
  const removing = once((region) =>
    role === undefined ? undefined : assumedRole(() => stsClients.of(region), role, 'norikae'),
  )
  const removers = clientsOf((region) => {
    const assumed = removing(region)
    return notingUnknown(new EKS({ ...aws(region), ...(assumed && { credentials: assumed }) }))
  })
  /** It may have a cluster of the same name. */
  const refuseOthers = (account: string) => {
    if (role === undefined || role.split(':')[4] === account) return
    throw denied(
      `${role} is not of account ${account}. Nothing was removed. Give the worker a role of that account (NORIKAE_DECOMMISSION_ROLE_ARN)`,
    )
  }
  const clusters = kubernetesClusters({ eks: eksPort, credentials, ...(version !== undefined && { version }) })
  return {
    identity: {
      ...sts(stsClients.of),
      async whoRemoves(region, account) {
        refuseOthers(account)
        await removing(region)?.()
        return role
      },
    },
    eks: eksPort,
    decommissioning(region, account) {
      refuseOthers(account)
      return eks(removers.of(region))
    },
    loadBalancing: (region) => loadBalancing(elbClients.of(region)),
    records: (region) => recordsBy(route53Clients, region),
    recordsFirst: (region) => recordsBy(route53First, region),
    recordLooks: (region) => recordsBy(route53Looks, region),
    blockStorage: (region) => blockStorage(ec2Clients.of(region), ec2Once.of(region)),
    compute: (region) => compute(ec2Clients.of(region)),
    trail: (region) => trail(trailClients.of(region)),
    logs: (region) => logs(logsClients.of(region)),
    cloudWatch: (region) => cloudWatch(cloudWatchClients.of(region)),
    roles: (region) => iam(iamClients.of(region)),
    registry: (region) => registry(ecrClients.of(region)),
    remains: (region) =>
      remains({ ec2: ec2Clients.of(region), elb: elbClients.of(region), logs: logsClients.of(region) }),
    keys: (region) => keys(kmsClients.of(region)),
    // https://docs.aws.amazon.com/general/latest/gr/iam-service.html: of IAM there is one place that tells them.
    quotas: (region) => quotas((service) => quotaClients.of(service === 'iam' ? 'us-east-1' : region)),
    network: (region) => network(ec2Clients.of(region)),
    launchTemplates: (region) => launchTemplates(ec2Clients.of(region)),
    kubernetes: (region, cluster) => clusters.open(region, cluster),
    metrics: prometheus(),
    probes: probes(),
    webhooks: webhooks(webhookSecrets === undefined ? {} : { secrets: webhookSecrets }),
    ...(slackApp && { chat: slack(slackApp) }),
    ...(datadogKeys && { datadog: datadog(datadogKeys) }),
    tokens: tokens(),
    async close() {
      await clusters.close()
      const all = [
        eksClients,
        removers,
        elbClients,
        ec2Clients,
        ec2Once,
        ecrClients,
        iamClients,
        logsClients,
        cloudWatchClients,
        kmsClients,
        ...[route53First, route53Clients, route53Looks].flatMap(({ tries, once: sendsOnce }) => [tries, sendsOnce]),
        quotaClients,
        stsClients,
      ]
      for (const clients of all) clients.close()
    },
  }
}

/** Made for each region when first asked for. */
function once<T>(make: (region: string) => T, made: Map<string, T> = new Map()): (region: string) => T {
  return (region) => {
    const known = made.get(region) ?? make(region)
    made.set(region, known)
    return known
  }
}

function clientsOf<Client extends { destroy(): void }>(make: (region: string) => Client) {
  const made = new Map<string, Client>()
  return {
    of: once(make, made),
    close() {
      for (const client of made.values()) client.destroy()
      made.clear()
    },
  }
}
