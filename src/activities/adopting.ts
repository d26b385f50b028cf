import { ADMINISTRATOR } from '../domain/access.ts'
import { readAwsAuth } from '../config/aws-auth.ts'
import { besideFindings, type Beside } from '../domain/adopted-beside.ts'
import { adoptedTwin } from '../domain/adopted-twin.ts'
import {
  adopting,
  adoptionFindings,
  inhabitedFindings,
  notThere,
  notYetMade,
  type Inhabited,
} from '../domain/adoption.ts'
import type { BlueFacts } from '../domain/facts.ts'
import type { ClusterDescription } from '../domain/eks-objects.ts'
import { blocker, type Finding } from '../domain/findings.ts'
import { missingRules, ownRuleFindings, type GroupRule } from '../domain/group-rules.ts'
import type { Platform } from '../domain/platform.ts'
import type { TwinPart } from '../domain/twin.ts'
import { logGroupOf } from '../domain/log-groups.ts'
import { notGrantedOn } from './access.ts'
import { awsAuthOf } from './access-copies.ts'
import { workloadKinds } from './discovery.ts'
import { rulesNaming } from './group-rules.ts'
import { templatesOn } from './launch-templates.ts'
import type { Proven } from './outside.ts'
import type { KubernetesPort } from './ports.ts'

/** A green that others made, as far as a plan needs to know it. */
export interface Adoption {
  readonly platform: Platform
  readonly findings: readonly Finding[]
  readonly twin: readonly TwinPart[]
  /** Rules of other security groups that name blue's group, and not green's. */
  readonly groupRules: readonly GroupRule[]
  /** Its own Kubernetes, where the worker is let in. */
  readonly kubernetes?: KubernetesPort
}

interface Compared {
  readonly blue: BlueFacts
  readonly green: BlueFacts | undefined
  readonly found: ClusterDescription | undefined
  /** Blue's Kubernetes. */
  readonly inside: KubernetesPort
  readonly to: string
  readonly worker: string
}

/**
 * `green`: undefined where nothing can be asked of it: there is no such cluster (`found`) yet, or it is being made. `worker`:
 * whose access entries are asked for. Reads only.
 */
export async function adoptionOf(
  world: Proven,
  platform: Platform,
  { blue, green, found, inside, to, worker }: Compared,
): Promise<Adoption> {
  const rules = await rulesNaming(world.network, blue.cluster.clusterSecurityGroupId)
  if (!green)
    return {
      platform: {
        ...platform,
        adopted: found ? { arn: found.arn, createdAt: found.createdAt } : notYetMade(platform.green, blue.cluster),
      },
      findings: [notThere(found, platform.green, to)],
      twin: [],
      groupRules: rules,
    }
  const { arn, createdAt, clusterSecurityGroupId } = green.cluster
  const access = await accessTo(world, { blue: blue.cluster.name, green: platform.green, worker })
  const on = access.kubernetes ? await inhabited(access.kubernetes) : new Map<string, number>()
  return {
    platform: adopting(platform, { arn, createdAt }, on),
    findings: [
      ...access.findings,
      ...adoptionFindings(blue, green, to, worker),
      ...besideFindings(await besideOf(world, blue, inside), await besideOf(world, green, access.kubernetes), worker),
      ...inhabitedFindings(platform, on),
      ...(await ownRules(world, blue, green)),
    ],
    twin: adoptedTwin(blue, green, worker),
    groupRules: missingRules(rules, await rulesNaming(world.network, clusterSecurityGroupId)),
    ...(access.kubernetes && { kubernetes: access.kubernetes }),
  }
}

const LET_IN =
  "have the worker's role given an access entry of the group norikae there, and deploy/rbac/norikae.yaml applied, as on blue"

/** The worker lets itself in on a green that it makes, and on no other. */
async function accessTo(
  { eks, cluster }: Proven,
  { blue, green, worker }: { blue: string; green: string; worker: string },
): Promise<{ readonly kubernetes?: KubernetesPort; readonly findings: readonly Finding[] }> {
  const entry = await eks.findAccess(green, worker)
  if (!entry)
    return {
      findings: [
        blocker('worker-rights', green, `it has no access entry for ${worker}, which the worker acts as`, LET_IN),
      ],
    }
  const kubernetes = await cluster(green)
  const missing = entry.policies.includes(ADMINISTRATOR) ? [] : await notGrantedOn(kubernetes, await cluster(blue))
  if (missing.length === 0) return { kubernetes, findings: [] }
  return {
    findings: [
      blocker(
        'worker-rights',
        green,
        `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not there as on blue, or the worker may not read ${missing.length === 1 ? 'it' : 'them'}`,
        LET_IN,
      ),
    ],
  }
}

/** `kubernetes`: undefined where the worker is not let in. */
const besideOf = async (world: Proven, facts: BlueFacts, kubernetes: KubernetesPort | undefined): Promise<Beside> => ({
  facts,
  awsAuth: kubernetes && readAwsAuth(await awsAuthOf(kubernetes)),
  logGroup: facts.cluster.logging.length === 0 ? undefined : await world.logs.find(logGroupOf(facts.cluster.name)),
  templates: await templatesOn(world, facts),
})

async function inhabited(cluster: KubernetesPort): Promise<Inhabited> {
  const namespaces = await cluster.list('Namespace')
  const workloads = (await Promise.all(workloadKinds.map((kind) => cluster.list(kind)))).flat()
  return new Map(
    namespaces.map(({ metadata: { name } }) => [
      name,
      workloads.filter((workload) => workload.metadata.namespace === name).length,
    ]),
  )
}

/** What somebody added to blue's group and not to green's. */
async function ownRules({ network }: Proven, blue: BlueFacts, green: BlueFacts): Promise<Finding[]> {
  const [its, theirs] = [blue.cluster.clusterSecurityGroupId, green.cluster.clusterSecurityGroupId]
  if (its === undefined) return []
  const there = theirs === undefined ? [] : await network.letInto(theirs)
  const missing = (await network.letInto(its)).filter(
    (rule) =>
      !there.some(
        (o) => o.source === rule.source && o.protocol === rule.protocol && o.from === rule.from && o.to === rule.to,
      ),
  )
  return ownRuleFindings(its, missing)
}
