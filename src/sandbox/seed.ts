/** The platform as an earlier upgrade left it: one cluster, one load balancer, twelve apps in three environments. */
import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import { appObjects, platformAppObjects } from './seed/objects.ts'
import {
  BLUE,
  environments,
  hostOf,
  namespaceOf,
  PLATFORM,
  platformApps,
  podRoles,
  roles,
  routedOf,
  targetGroupOf,
  type BlueCluster,
  type EnvironmentName,
  type SeedApp,
} from './seed/apps.ts'
import {
  blueArn,
  clusterTag,
  EFS_ROLE,
  FARGATE_ROLE,
  fargateOfBlue,
  foreignGroups,
  issuerRoles,
  KEY,
  LOG_DAYS,
  partsOf,
  TAG,
} from './seed/blue.ts'
import { wayTo } from './seed/ways.ts'
import { externalDns, WEIGHED } from './seed/weighed.ts'
import type { Stream } from './traffic/load.ts'
import type { KubernetesObject, SandboxAws, SandboxCluster } from './types.ts'

/** One statement for all accounts of a role, as there is room for four of them at most. */
function byIssuer(provider: string, accounts: readonly string[]) {
  const host = provider.replace(/^.*:oidc-provider\//, '')
  const said = { [`${host}:sub`]: accounts, [`${host}:aud`]: 'sts.amazonaws.com' }
  return trusting({ Federated: provider }, 'sts:AssumeRoleWithWebIdentity', { StringEquals: said })
}

/** Pod Identity and Fargate: `arns` of what EKS may give it to; of any, where it is left out. */
const byEks = (service: string, actions: readonly string[], arns?: string) =>
  trusting({ Service: `${service}.amazonaws.com` }, actions, arns && { ArnLike: { 'aws:SourceArn': arns } })

const trusting = (Principal: object, Action: string | readonly string[], Condition?: object | '') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal, Action, ...(Condition && { Condition }) }],
})

const POD_ACTIONS = ['sts:AssumeRole', 'sts:TagSession']

/** IAM roles that pods of blue get, of the platform's own and of apps in every environment: by its OIDC issuer and by EKS. */
export function seedRoles({ eks, iam }: Pick<SandboxAws, 'eks' | 'iam'>): void {
  const provider = iam.seedProvider(eks.issuer(BLUE.name) ?? '', TAG)
  const account = (name: string) => `system:serviceaccount:${name}`
  for (const { role, of } of issuerRoles) iam.seedRole(role, byIssuer(provider, [account(of)]))
  for (const [app, role] of Object.entries(roles)) {
    const accounts = environments.map((e) => account(`${namespaceOf(app, e)}:${app}`))
    iam.seedRole(role, byIssuer(provider, accounts), { app })
  }
  iam.seedRole(EFS_ROLE, byEks('pods.eks', POD_ACTIONS))
  for (const [app, role] of Object.entries(podRoles))
    iam.seedRole(role, byEks('pods.eks', POD_ACTIONS, blueArn), { app })
  iam.seedRole(FARGATE_ROLE, byEks('eks-fargate-pods', ['sts:AssumeRole'], fargateOfBlue))
}

type Around = Pick<SandboxAws, 'eks' | 'keys' | 'logs'>

/** A cluster with everything that blue has inside; answers when its API server runs. */
export async function seedLikeBlue({ eks, logs }: Around, cluster: BlueCluster, tags?: object): Promise<void> {
  logs.make(`/aws/eks/${cluster.name}/cluster`, { retentionInDays: LOG_DAYS })
  await eks.seedCluster({ ...cluster, ...partsOf(cluster), ...(tags && { tags: { ...tags } }) })
}

/** Blue in EKS, which lets the worker in with the rights of a group, and in EC2 and KMS what names it or is named by it. */
export async function seedBlue(
  aws: Around & Pick<SandboxAws, 'identity' | 'securityGroups' | 'subnets'>,
): Promise<void> {
  const { eks, keys, securityGroups, subnets } = aws
  keys.set(KEY, 'Enabled')
  keys.letUse(KEY, [aws.identity.roleArn])
  await seedLikeBlue(aws, BLUE)
  const group = eks.whole(BLUE.name)?.securityGroup ?? ''
  for (const { id, name, port } of foreignGroups) {
    securityGroups.name(id, name, { 'managed-by': 'terraform' })
    securityGroups.allow(id, { direction: 'in', protocol: 'tcp', port, group })
  }
  for (const { id } of subnets.inventory())
    subnets.tag(id, { [clusterTag(BLUE.name)]: 'shared', 'kubernetes.io/role/internal-elb': '1' })
}

/** As a platform team applies them. */
export async function rights(): Promise<KubernetesObject[]> {
  const files = ['norikae.yaml', 'custom-resources.yaml', 'measures.yaml', 'pipelines.yaml']
  const texts = await Promise.all(
    files.map((file) => readFile(new URL(`../../deploy/rbac/${file}`, import.meta.url), 'utf8')),
  )
  return texts.flatMap((text) => parseAllDocuments(text)).map((d) => d.toJS() as KubernetesObject) // the files are ours
}

/** Everything that lives in blue, and the load balancer in front of it. */
export async function seedPlatform(
  aws: Pick<SandboxAws, 'elbv2'>,
  blue: Pick<SandboxCluster, 'apply'>,
  apps: readonly SeedApp[],
  these: readonly EnvironmentName[] = environments,
): Promise<void> {
  const { listenerArn } = aws.elbv2.seedLoadBalancer(PLATFORM)
  const groups = new Map<string, string>()
  const byRule = routedOf(apps, these).filter(({ app, environment }) => wayTo(app, environment) === 'listener rule')
  for (const [i, { app, environment }] of byRule.entries()) {
    const arn = aws.elbv2.seedTargetGroup(targetGroupOf(app, environment), TAG)
    aws.elbv2.seedRule(listenerArn, (i + 1) * 10, hostOf(app, environment), [{ targetGroupArn: arn, weight: 100 }])
    groups.set(`${app}/${environment}`, arn)
  }
  const objects = [
    ...(await rights()),
    ...[...platformApps, ...(apps.includes(WEIGHED) ? [externalDns] : [])].flatMap(platformAppObjects),
    ...apps.flatMap((app) => these.flatMap((e) => appObjects(app, e, groups.get(`${app.name}/${e}`)))),
  ]
  for (const object of objects) await blue.apply(object)
}

/** Production gets most; test and stage enough that a check has something to read. */
const shares: Readonly<Record<EnvironmentName, number>> = { test: 0.08, stage: 0.12, production: 0.8 }

export function streams(
  requestsPerSecond: number,
  apps: readonly SeedApp[],
  these: readonly EnvironmentName[] = environments,
): readonly Stream[] {
  const routed = routedOf(apps, these)
  const hosts = routed.length / environments.length
  return routed.map(({ app, environment }) => ({
    host: hostOf(app, environment),
    perSecond: (requestsPerSecond * shares[environment]) / hosts,
  }))
}
