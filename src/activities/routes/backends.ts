import { WEIGHED_AT } from '../../domain/annotations.ts'
import { backendInWords } from '../../domain/http-routes.ts'
import type { KubernetesObject } from '../../domain/kubernetes-objects.ts'
import type { HttpRoute, Scope, Side } from '../../domain/platform.ts'
import { exportOf, importFault, IMPORTS_FROM, serviceOf, servingIn } from '../../domain/service-imports.ts'
import { servesAs, servesOf } from '../../domain/target-groups.ts'
import { contested, notFound, unsupported } from '../errors.ts'
import type { Proven } from '../outside.ts'
import type { KubernetesPort } from '../ports.ts'
import { budgets, notYet } from '../waiting.ts'
import type { Reading, Serves } from './driver.ts'

/** What stands behind the rules of an HTTPRoute: made by its owners on both sides, and only read. */
export interface Backings {
  /** Throws `notFound` where this side's is not there. */
  there(side: Side): Promise<void>
  /** Throws `notYet` as long as green's is not there, `contested` where it is not green's. */
  ready(): Promise<void>
  serves(side: Side): Promise<Serves>
  /** Throws `notYet` as long as what the Gateway says it has accepted is not what it does. `found`: the HTTPRoute as it is. */
  inForce(reading: Pick<Reading, 'share' | 'has'>, found: KubernetesObject, sinceMs: number): Promise<void>
}

/**
 * VPC Lattice: its controller accepts a route before it has written it there, and a change takes its time to be what every
 * client sees. Amazon ECS waits about 90 seconds after each.
 */
const LATTICE_MS = 90_000

export function backingsOf(world: Proven, route: HttpRoute, scope: Scope): Backings {
  switch (route.green.kind) {
    case 'Service':
      return services(world, route)
    case 'ServiceImport':
      return imports(world, route, scope)
    case 'TargetGroupName':
      return targetGroups(world, route, scope)
  }
}

/** On the cluster of the HTTPRoute, with the endpoints of the side that it is named after. */
function services(world: Proven, route: HttpRoute): Backings {
  const find = (side: Side) => objectOn(world, route, side)
  return {
    there: (side) => mustBe(route, side, find(side)),
    async ready() {
      const found = await awaited(route, find('green'))
      if (found.spec?.['type'] === 'ExternalName')
        throw unsupported(
          `${placed(route, 'green')} is of type ExternalName, which implementations of Gateway API need not serve. Give it endpoints, then retry`,
        )
    },
    serves: async (side) => endpointsOf(await world.cluster(route.cluster), route[side].namespace, route[side].name),
    inForce: () => Promise.resolve(),
  }
}

/** On the cluster of the HTTPRoute too, and they stand for what the side itself has exported. */
function imports(world: Proven, route: HttpRoute, scope: Scope): Backings {
  const find = (side: Side) => objectOn(world, route, side)
  const exported = async (side: Side, found: KubernetesObject) => {
    const fault = importFault(found, scope[side])
    if (fault !== undefined)
      throw contested(
        `${placed(route, side)} ${fault}. Set its annotation ${IMPORTS_FROM} to ${scope[side]}, then retry`,
      )
    return (await world.on(side)).find('ServiceExport', route[side].namespace, exportOf(found))
  }
  return {
    there: (side) => mustBe(route, side, find(side)),
    async ready() {
      const found = await awaited(route, find('green'))
      if (!(await exported('green', found)))
        throw notYet(
          `${placed(route, 'green')} stands for ServiceExport ${route.green.namespace}/${exportOf(found)} of ${scope.green}, which is not there. Apply it there, as on blue`,
          budgets.targets,
          '10s',
        )
    },
    async serves(side) {
      const found = await find(side)
      const its = found && (await exported(side, found))
      if (!its) return { healthy: 0, expected: 0 }
      return endpointsOf(await world.on(side), route[side].namespace, serviceOf(its))
    },
    async inForce(_, { metadata }, sinceMs) {
      const writtenAt = Date.parse(metadata.annotations?.[WEIGHED_AT] ?? '')
      if (Date.now() - writtenAt < LATTICE_MS)
        throw notYet(
          `${httpRouteName(route)} is accepted, and has ${LATTICE_MS / 1000} s to be so in VPC Lattice`,
          budgets.gateway,
          '10s',
          sinceMs,
        )
    },
  }
}

/** Of the AWS Load Balancer Controller: it is a rule of its load balancer that serves, so that is where it is read back. */
function targetGroups(world: Proven, route: HttpRoute, scope: Scope): Backings {
  const { loadBalancing } = world
  const find = (side: Side) => loadBalancing.findTargetGroup(route[side].name)
  const arnOf = async (side: Side) => {
    const found = await find(side)
    if (!found) throw notFound(`target group ${route[side].name} is not there`)
    return found.arn
  }
  return {
    there: async (side) => void (await arnOf(side)),
    async ready() {
      const found = await find('green')
      const { name } = route.green
      if (!found) throw notYet(`target group ${name} is not there. Make it, as blue's is`, budgets.targets, '10s')
      const bindings = await (await world.on('green')).list('TargetGroupBinding')
      if (!bindings.some(({ spec }) => spec?.['targetGroupARN'] === found.arn || spec?.['targetGroupName'] === name))
        throw notYet(
          `no TargetGroupBinding on ${scope.green} is for target group ${name}. Apply it there, as on blue`,
          budgets.targets,
          '10s',
        )
    },
    async serves(side) {
      return servesOf(await loadBalancing.health(await arnOf(side)))
    },
    async inForce({ share, has }, _, sinceMs) {
      // On the way back it may be gone, and then it is in no rule.
      const [{ arn: blue } = { arn: '' }, { arn: green } = { arn: '' }] = await Promise.all([
        find('blue'),
        find('green'),
      ])
      const rules = await loadBalancing.rulesForwardingTo([blue, green].filter((arn) => arn !== ''))
      const other = rules.find(({ actions }) => !servesAs(actions, { blue, green }, { share, has }))
      if (rules.length > 0 && other === undefined) return
      throw notYet(
        `${httpRouteName(route)} is accepted, and ${other === undefined ? 'no listener rule forwards to its target groups yet' : `listener rule ${other.arn} does not say so yet`}`,
        budgets.gateway,
        '2s',
        sinceMs,
      )
    },
  }
}

export const httpRouteName = ({ namespace, httpRoute, cluster }: HttpRoute): string =>
  `HTTPRoute ${namespace}/${httpRoute} on ${cluster}`

const placed = (route: HttpRoute, side: Side): string => `${backendInWords(route[side])} on ${route.cluster}`

async function objectOn(world: Proven, route: HttpRoute, side: Side): Promise<KubernetesObject | undefined> {
  const { kind, namespace, name } = route[side]
  if (kind === 'TargetGroupName') return undefined
  return (await world.cluster(route.cluster)).find(kind, namespace, name)
}

async function mustBe(route: HttpRoute, side: Side, found: Promise<KubernetesObject | undefined>): Promise<void> {
  if (!(await found)) throw notFound(`${placed(route, side)} is not there`)
}

/** Of a backend that is not there some implementations make errors, and others leave it out, whatever its weight. */
async function awaited(route: HttpRoute, found: Promise<KubernetesObject | undefined>): Promise<KubernetesObject> {
  const it = await found
  if (!it) throw notYet(`${placed(route, 'green')} is not there. Apply it, as blue's is`, budgets.targets, '10s')
  return it
}

const endpointsOf = async (cluster: KubernetesPort, namespace: string, service: string): Promise<Serves> =>
  servingIn(await cluster.list('EndpointSlice', { namespace, labels: `kubernetes.io/service-name=${service}` }))
