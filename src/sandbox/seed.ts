/** The platform as an earlier upgrade left it: one cluster, one load balancer, twelve apps in three environments. */
import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import { appObjects, platformAppObjects } from './seed/objects.ts'
import {
  addons,
  BLUE,
  environments,
  hostOf,
  namespaceOf,
  nodegroups,
  PLATFORM,
  platformApps,
  roleArn,
  roles,
  routedOf,
  targetGroupOf,
  type EnvironmentName,
  type SeedApp,
} from './seed/apps.ts'
import type { Stream } from './traffic/load.ts'
import type { KubernetesObject, SandboxAws, SandboxCluster } from './types.ts'

/** By whom the seeded things were made: what Norikae looks for before it calls them its own. */
const TAG = { 'norikae.io/platform': PLATFORM }

/** In one statement, as there is room for four of them at most. */
function lets(provider: string, accounts: string | readonly string[]) {
  const host = provider.replace(/^.*:oidc-provider\//, '')
  const said = { [`${host}:sub`]: accounts, [`${host}:aud`]: 'sts.amazonaws.com' }
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: said },
      },
    ],
  }
}

/** IAM roles that pods of blue get by its OIDC issuer: of the add-on that has one, and of apps in every environment. */
export function seedRoles({ eks, iam }: Pick<SandboxAws, 'eks' | 'iam'>): void {
  const provider = iam.seedProvider(eks.issuer(BLUE.name) ?? '', TAG)
  const account = (namespace: string, name: string) => `system:serviceaccount:${namespace}:${name}`
  for (const addon of addons)
    if ('role' in addon) iam.seedRole(addon.role, lets(provider, account('kube-system', 'ebs-csi-controller-sa')))
  for (const [app, role] of Object.entries(roles)) {
    const accounts = environments.map((e) => account(namespaceOf(app, e), app))
    iam.seedRole(role, lets(provider, accounts), { app })
  }
}

export const addonsWithRoles = addons.map(({ name, version, ...more }) => ({
  name,
  version,
  ...('role' in more && { serviceAccountRoleArn: roleArn(more.role) }),
}))

/** Blue in EKS, which lets the worker in with the rights of a group; answers when its API server runs. */
export const seedBlue = (aws: Pick<SandboxAws, 'eks'>): Promise<void> =>
  aws.eks.seedCluster({
    ...BLUE,
    nodegroups,
    addons: addonsWithRoles,
    tags: TAG,
    groups: ['norikae'],
  })

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
  for (const [i, { app, environment }] of routedOf(apps, these).entries()) {
    const arn = aws.elbv2.seedTargetGroup(targetGroupOf(app, environment), TAG)
    aws.elbv2.seedRule(listenerArn, (i + 1) * 10, hostOf(app, environment), [{ targetGroupArn: arn, weight: 100 }])
    groups.set(`${app}/${environment}`, arn)
  }
  const objects = [
    ...(await rights()),
    ...platformApps.flatMap(platformAppObjects),
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
