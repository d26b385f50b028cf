/** What should not be there when an upgrade has ended, whichever way it ended. */
import { RUN_TAG } from '../../domain/clone.ts'
import { KEPT_TAG } from '../../domain/copied-volumes.ts'
import { CLUSTER_TAG } from '../../domain/launch-templates.ts'
import { ebsOf } from '../../domain/volumes.ts'
import { BINDING } from '../load-balancer-controller.ts'
import type { ClusterInventory, KubernetesObject, SandboxAws, SandboxCluster } from '../types.ts'

export interface Remains {
  readonly clusters: readonly ClusterInventory[]
  readonly elbv2: ReturnType<SandboxAws['elbv2']['inventory']>
  readonly ec2: {
    readonly volumes: ReturnType<SandboxAws['ec2']['volumes']>
    readonly snapshots: ReturnType<SandboxAws['ec2']['snapshots']>
  }
  readonly launchTemplates: ReturnType<SandboxAws['launchTemplates']['inventory']>
  /** What IAM keeps, and the OIDC issuers of the clusters that are there. */
  readonly iam: ReturnType<SandboxAws['iam']['inventory']>
  readonly issuers: readonly string[]
  /** The API servers that still run. */
  readonly servers: readonly Pick<SandboxCluster, 'name' | 'list'>[]
  /** CronJobs, as `<namespace>/<name>`, that nobody but their owner suspended. */
  readonly suspendedByOwner: ReadonlySet<string>
}

export interface Leftover {
  readonly what: string
  readonly because: string
}

type Rule = (remains: Remains) => Leftover[]

/** Kinds that a move pins, parks or suspends. */
const changed: readonly (readonly [apiVersion: string, kind: string])[] = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['batch/v1', 'CronJob'],
  ['keda.sh/v1alpha1', 'ScaledObject'],
]
const temporary = /^norikae\.io\/(floor|replicas|suspended-at|owner-pause|pinned.*)$/

const rules: readonly Rule[] = [
  ({ clusters }) =>
    clusters.length > 1
      ? [{ what: `clusters ${clusters.map((c) => c.name).join(', ')}`, because: 'one is enough' }]
      : [],

  ({ clusters, servers }) =>
    servers
      .filter((s) => !clusters.some((c) => c.name === s.name))
      .map((s) => ({ what: `API server ${s.name}`, because: 'its cluster is gone' })),

  ({ clusters }) =>
    clusters.flatMap(({ name, nodegroups, addons }) =>
      [...nodegroups, ...addons]
        .filter((part) => part.status !== 'ACTIVE')
        .map((part) => ({ what: `${part.name} of ${name}`, because: `is ${part.status}` })),
    ),

  ({ elbv2 }) =>
    elbv2.targetGroups.flatMap(({ name, inRules, targets }) => {
      if (inRules.length === 0) return [{ what: `target group ${name}`, because: 'is in no rule' }]
      return targets === 0 ? [{ what: `target group ${name}`, because: 'has no targets' }] : []
    }),

  ({ elbv2, clusters }) =>
    elbv2.loadBalancers.flatMap(({ name, tags }) => {
      const its = tags['elbv2.k8s.aws/cluster']
      return its === undefined || clusters.some((c) => c.name === its)
        ? []
        : [{ what: `load balancer ${name}`, because: `the controller of ${its} made it, and that is gone` }]
    }),

  ({ elbv2, servers }) =>
    on(servers, BINDING.apiVersion, BINDING.kind)
      .filter(({ object }) => !elbv2.targetGroups.some((g) => g.arn === object.spec?.['targetGroupARN']))
      .map(({ says }) => ({ what: says, because: 'its target group does not exist' })),

  ({ servers }) =>
    only(servers).flatMap((server) =>
      changed
        .flatMap(([apiVersion, kind]) => on([server], apiVersion, kind))
        .flatMap(({ says, object }) =>
          Object.entries(object.metadata.annotations ?? {})
            .filter(([name]) => temporary.test(name))
            .map(([name, value]) => ({ what: says, because: `is still changed for the move: ${name}=${value}` })),
        ),
    ),

  ({ ec2, servers }) =>
    only(servers).flatMap(() =>
      ec2.snapshots
        .filter(({ tags }) => tags[RUN_TAG] !== undefined)
        .map(({ id, volume }) => ({ what: `snapshot ${id}`, because: `was made to copy ${volume} only` })),
    ),

  // What is kept for people is theirs.
  ({ ec2, servers }) =>
    only(servers).flatMap((server) => {
      const used = new Set(server.list('v1', 'PersistentVolume').map((v) => ebsOf(v)?.id))
      return ec2.volumes
        .filter(({ id, tags }) => tags[RUN_TAG] !== undefined && tags[KEPT_TAG] === undefined && !used.has(id))
        .map(({ id }) => ({ what: `volume ${id}`, because: 'is a copy that nothing uses' }))
    }),

  ({ launchTemplates, clusters }) =>
    launchTemplates.flatMap(({ name, tags }) => {
      const its = tags[CLUSTER_TAG]
      return its === undefined || clusters.some((c) => c.name === its)
        ? []
        : [{ what: `launch template ${name}`, because: `was made for nodes of ${its}, and that is gone` }]
    }),

  // Of a cluster that is gone nobody will ever show a token again.
  ({ iam, issuers }) => {
    const isGone = (text: string) =>
      [...text.matchAll(/oidc\.eks\.[\w.-]+\/id\/\w+/g)].some(([host]) => !issuers.includes(`https://${host}`))
    return [
      ...iam.providers.map(({ arn }) => ({ what: `OIDC provider ${arn}`, text: arn })),
      ...Object.entries(iam.trust).map(([name, trust]) => ({ what: `role ${name}`, text: JSON.stringify(trust) })),
    ]
      .filter(({ text }) => isGone(text))
      .map(({ what }) => ({ what, because: 'names the issuer of a cluster that is gone' }))
  },

  ({ servers, suspendedByOwner }) =>
    on(only(servers), 'batch/v1', 'CronJob')
      .filter(({ object }) => object.spec?.['suspend'] === true)
      .filter(({ object: { metadata } }) => !suspendedByOwner.has(`${metadata.namespace}/${metadata.name}`))
      .map(({ says }) => ({ what: says, because: 'is suspended, and its owner did not do it' })),
]

export const leftovers = (remains: Remains): readonly Leftover[] => rules.flatMap((rule) => rule(remains))

/** While there are two clusters, what is changed for the move may be. */
const only = <T>(servers: readonly T[]): readonly T[] => (servers.length === 1 ? servers : [])

function on(servers: Remains['servers'], apiVersion: string, kind: string) {
  return servers.flatMap((server) =>
    server.list(apiVersion, kind).map((object) => ({ object, says: `${said(object)} on ${server.name}` })),
  )
}
const said = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.namespace}/${metadata.name}`
