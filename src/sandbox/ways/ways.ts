/**
 * The ways to apps that are not reached by rules of the load balancer that all share: clients that find one by its name in
 * Route 53, load balancers that blue's controller makes, and a Gateway on a cluster of its own, with a mesh that brings it the
 * pods of both sides.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clusters } from '../clusters.ts'
import type { Listening } from '../listen.ts'
import type { Routes } from '../judge/left-routes.ts'
import { hostOf, namespaceOf, type EnvironmentName, type SeedApp } from '../seed/apps.ts'
import {
  balancedIn,
  BY_GATEWAY,
  BY_RECORD,
  EDGE,
  EDGE_NAMESPACE,
  edgeObjects,
  exported,
  exportedAs,
  seedEdge,
  seedRecord,
  seedZone,
  TTL,
  wayTo,
  ZONE,
  type Way,
} from '../seed/ways.ts'
import { WEIGHED, weighedHost } from '../seed/weighed.ts'
import { startProxy, type ProxyOptions } from '../traffic/proxy.ts'
import type { SandboxAws } from '../types.ts'
import { createBalancers } from './balancers.ts'
import { createClients } from './clients.ts'
import { startGateway } from './gateway.ts'
import { handOver, type Balanced } from './hand-over.ts'
import { startMesh } from './mesh.ts'

export interface Ways {
  /** Where the next request of this host goes; undefined: to the load balancer that all share. */
  readonly to: (host: string) => (() => Promise<string>) | undefined
  /** What has to be there before the apps are: answers when the edge runs, where one is needed. */
  begin(): Promise<void>
  /** Answers when the apps that live on blue now can be reached. */
  open(): Promise<void>
  /** Load balancers that blue's controller made, to ones that stay, as their owners do in the soak; their hosts. Safe to repeat. */
  handOver(): Promise<readonly string[]>
  /** What there is of them; undefined: nobody is reached so. */
  readonly routes: () => Routes | undefined
  stop(): Promise<void>
}

type Named = Pick<Clusters, 'named' | 'running'>

/** A real control plane tells of what is written to it a moment later. */
const OPEN_WITHIN_MS = 30_000

export function createWays(options: {
  readonly aws: Pick<SandboxAws, 'eks' | 'elbv2' | 'route53'>
  readonly clusters: Named
  readonly apps: readonly SeedApp[]
  readonly environments: readonly EnvironmentName[]
  /** Of the record, in seconds; left out: one. */
  readonly ttl?: number | undefined
  readonly traffic: Omit<ProxyOptions, 'elbv2' | 'port'>
}): Ways {
  const { aws, clusters, apps, environments, ttl = TTL, traffic } = options
  const ends: (() => Promise<void> | void)[] = []
  const there = (way: Way) =>
    apps.some((app) => environments.some((environment) => wayTo(app.name, environment) === way))
  const inZone = there('Route 53') || there('external-dns')

  const named = hostOf(BY_RECORD, 'production')
  const balancers = createBalancers({ ...traffic, elbv2: aws.elbv2, hosts: [named, weighedHost] })
  ends.push(() => balancers.stop())
  const byName = new Map(
    [named, weighedHost].map((name) => {
      const next = createClients((server) => aws.route53.answer(ZONE, name, server))
      const its = async (): Promise<string> => {
        const balancer = next()
        if (balancer === undefined) throw new Error(`${name} leads nowhere`)
        return balancers.at(balancer)
      }
      return [name, its] as const
    }),
  )

  let gate: Listening | undefined
  async function byGateway(): Promise<string> {
    if (!gate) throw new Error('there is no Gateway yet')
    return gate.url
  }

  const servingFor = (app: string): Promise<string> => {
    const stack = `${namespaceOf(app, 'production')}/web`
    return once(`a load balancer of ${stack}`, () => {
      const its = aws.elbv2.inventory().loadBalancers.find(({ tags }) => tags['service.k8s.aws/stack'] === stack)
      const group = its && aws.elbv2.defaultRule(its.host)?.forward[0]?.targetGroupArn
      return group !== undefined && aws.elbv2.serving(group).length > 0 ? its?.host : undefined
    })
  }
  const answered = (name: string) => once(name, () => aws.route53.answer(ZONE, name, 'last'))
  async function openRecord(): Promise<void> {
    seedRecord(aws, await servingFor(BY_RECORD), ttl)
    await answered(named)
  }
  async function openWeighed(): Promise<void> {
    await servingFor(WEIGHED.name)
    await answered(weighedHost)
  }

  const balanced: readonly Balanced[] = apps
    .flatMap(({ name }) => environments.map((e) => ({ host: hostOf(name, e), objects: balancedIn(name, e) })))
    .filter(({ objects }) => objects.length > 0)
  const openBalanced = ({ host }: Balanced) =>
    once(`a load balancer that serves ${host}`, () => {
      const groups = aws.elbv2.rules().filter((rule) => rule.hosts.includes(host))
      const serving = groups.flatMap(({ forward }) => forward.flatMap((f) => aws.elbv2.serving(f.targetGroupArn)))
      return serving.length > 0 ? true : undefined
    })

  async function openGateway(): Promise<void> {
    const edge = clusters.named(EDGE.name)
    if (!edge) throw new Error(`AWS seeded ${EDGE.name} and started no API server for it`)
    for (const object of await edgeObjects()) await edge.apply(object)
    const mesh = startMesh({
      edge,
      namespace: EDGE_NAMESPACE,
      clusters: clusters.running,
      of: { ...exported, named: exportedAs },
    })
    ends.push(() => mesh.stop())
    const gateway = startGateway(edge)
    ends.push(() => gateway.stop())
    const listens = await startProxy({ ...ofGateway(traffic), elbv2: gateway.serves })
    ends.push(() => listens.stop())
    await once(`endpoints of ${BY_GATEWAY} on ${EDGE.name}`, () => {
      const [rule] = gateway.serves.rules()
      const serving = (rule?.forward ?? []).flatMap((f) => gateway.serves.serving(f.targetGroupArn))
      return serving.length > 0 ? true : undefined
    })
    gate = listens
  }

  return {
    to: (host) => byName.get(host) ?? (host === hostOf(BY_GATEWAY, 'production') ? byGateway : undefined),
    async begin() {
      if (inZone) seedZone(aws)
      if (there('HTTPRoute of edge')) await seedEdge(aws)
    },
    async open() {
      await Promise.all([
        there('Route 53') && openRecord(),
        there('external-dns') && openWeighed(),
        there('HTTPRoute of edge') && openGateway(),
        ...balanced.map(openBalanced),
      ])
    },
    async handOver() {
      const [blue, green] = clusters.running()
      if (blue && green) await Promise.all(balanced.map((its) => handOver(its, blue, green, aws.elbv2)))
      return balanced.map(({ host }) => host)
    },
    routes() {
      if (!inZone && !there('HTTPRoute of edge')) return undefined
      const edge = clusters.named(EDGE.name)
      return {
        records: inZone ? aws.route53.records(ZONE) : [],
        httpRoutes: edge?.list('gateway.networking.k8s.io/v1', 'HTTPRoute') ?? [],
        seeded: {
          record: there('Route 53') ? { name: named, ttl } : undefined,
          weighed: there('external-dns') ? weighedHost : undefined,
          httpRoute: there('HTTPRoute of edge') ? { namespace: EDGE_NAMESPACE, name: BY_GATEWAY } : undefined,
        },
        backends: edge?.list('v1', 'Service', EDGE_NAMESPACE) ?? [],
        balancers: aws.elbv2.inventory().loadBalancers.map((b) => b.host),
      }
    },
    async stop() {
      for (const end of ends.splice(0).toReversed()) await end()
    },
  }
}

/** Nothing of what passes there is counted by a load balancer of AWS. */
const ofGateway = ({ pods, listens, timeoutMs }: Omit<ProxyOptions, 'elbv2' | 'port'>) => ({
  pods,
  ...(listens && { listens }),
  ...(timeoutMs !== undefined && { timeoutMs }),
})

async function once<T>(what: string, look: () => T | undefined): Promise<T> {
  for (const until = Date.now() + OPEN_WITHIN_MS; Date.now() < until; await sleep(20)) {
    const found = look()
    if (found !== undefined) return found
  }
  throw new Error(`${what}: not there within ${OPEN_WITHIN_MS / 1000} s`)
}
