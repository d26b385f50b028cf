import { record, records, type Fields } from './fields.ts'
import { blocker, warning, type Finding } from './findings.ts'
import type { SharesRead } from './http-routes.ts'
import type { KubernetesObject } from './kubernetes-objects.ts'
import { writerOf } from './managers.ts'
import type { Side, Weight } from './platform.ts'
import { writtenBack } from './written-back.ts'

/**
 * What the AWS Load Balancer Controller makes of an Ingress is written by that controller alone. Weights reach it through an
 * annotation of the Ingress, whose name is that of a backend which says so by its port (`use-annotation`).
 * https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions
 */
export const ACTIONS = 'alb.ingress.kubernetes.io/actions.'
const USE_ANNOTATION = 'use-annotation'

/** On an Ingress, by action: which run has written it, and what its owner had written, so that it can be so again. */
const KEPT = 'actions.norikae.io/'

export const actionKey = (action: string): string => `${ACTIONS}${action}`
export const keptKey = (action: string): string => `${KEPT}${action}`

export interface Kept {
  readonly run: string
  readonly was: string
}

/** What Norikae noted of an action that it writes; undefined: it does not. */
export function keptOf({ metadata }: KubernetesObject, action: string): Kept | undefined {
  const { run, was } = read(metadata.annotations?.[keptKey(action)])
  return typeof run === 'string' && typeof was === 'string' ? { run, was } : undefined
}

/** By what the two sides are known in an action. `green`: undefined as long as its target group is not made. */
export interface SidesOfAction {
  readonly service: string
  readonly blue: string
  readonly green: string | undefined
}

/** Whatever is no JSON has no fields. */
function read(text: string | undefined): Fields {
  try {
    return record(JSON.parse(text ?? ''))
  } catch {
    return {}
  }
}

/** Of a forward action, in either of its forms; undefined: it is none. */
function groupsOf(action: Fields): readonly Fields[] | undefined {
  const { type, targetGroupARN, targetGroupName, forwardConfig } = action
  if (type !== 'forward') return undefined
  if (targetGroupARN !== undefined) return [{ targetGroupARN }]
  if (targetGroupName !== undefined) return [{ targetGroupName }]
  const groups = records(record(forwardConfig)['targetGroups'])
  return groups.length === 0 ? undefined : groups
}

/** `…:targetgroup/<name>/<id>` */
const nameOf = (arn: string | undefined): string | undefined => arn?.split('/')[1]

/** The target group of this name that an action forwards to, as the action has it: its ARN, whether it is there or not. */
export const namedInAction = (text: string | undefined, name: string): string | undefined =>
  groupsOf(read(text))
    ?.map(({ targetGroupARN }) => targetGroupARN)
    .find((arn): arn is string => typeof arn === 'string' && nameOf(arn) === name)

function sideOf(group: Fields, { service, blue, green }: SidesOfAction): Side | undefined {
  const { serviceName, targetGroupARN: arn, targetGroupName: name } = group
  if (serviceName === service || arn === blue || (name !== undefined && name === nameOf(blue))) return 'blue'
  return green !== undefined && (arn === green || name === nameOf(green)) ? 'green' : undefined
}

/** One group without a weight has all of it, and among several it is AWS's own default. */
const weightOf = ({ weight }: Fields): number => (typeof weight === 'number' ? weight : 1)

/** Green's share of an action, by its text. `unmade`: green has no target group yet. */
export function shareInAction(text: string | undefined, sides: SidesOfAction): SharesRead {
  const groups = groupsOf(read(text))
  if (!groups) return { share: 'elsewhere', odd: 'has an action that forwards to nobody' }
  const sum = (side: Side | undefined) =>
    groups.filter((g) => sideOf(g, sides) === side).reduce((all, g) => all + weightOf(g), 0)
  if (sum(undefined) > 0) return { share: 'elsewhere' }
  if (!groups.some((g) => sideOf(g, sides) === 'green'))
    return { share: sides.green === undefined ? 'unmade' : 'closed' }
  const [blue, green] = [sum('blue'), sum('green')]
  if (blue + green === 0) return { share: 'elsewhere', odd: 'serves nobody' }
  return { share: Math.round((green * 100) / (blue + green)) }
}

export const isInAction = (text: string | undefined, sides: SidesOfAction, side: Side): boolean =>
  groupsOf(read(text))?.some((g) => sideOf(g, sides) === side) ?? false

/** The same action with green at `to` per cent; what else is in it stays (stickiness, groups without a weight). */
export const withShareInAction = (text: string, sides: SidesOfAction, to: Weight): string =>
  rewritten(text, sides, (mine) => [
    { ...(mine('blue') ?? { targetGroupARN: sides.blue }), weight: 100 - to },
    { ...(mine('green') ?? { targetGroupARN: sides.green }), weight: to },
  ])

export const withGreenAlone = (text: string, sides: SidesOfAction): string =>
  rewritten(text, sides, (mine) => [{ ...(mine('green') ?? { targetGroupARN: sides.green }), weight: 100 }])

/** As its owner had written it; where they have changed it since, as it is now, with green taken out. */
export const withBlueAlone = (text: string, sides: SidesOfAction, was: string | undefined): string =>
  was !== undefined && text === withShareInAction(was, sides, 0)
    ? was
    : rewritten(text, sides, (mine) => [{ ...(mine('blue') ?? { targetGroupARN: sides.blue }), weight: 100 }])

function rewritten(
  text: string,
  sides: SidesOfAction,
  mine: (of: (side: Side) => Fields | undefined) => readonly Fields[],
): string {
  const action = read(text)
  const groups = groupsOf(action) ?? []
  const others = groups.filter((g) => sideOf(g, sides) === undefined)
  const targetGroups = [...mine((side) => groups.find((g) => sideOf(g, sides) === side)), ...others]
  const { targetGroupARN: _, targetGroupName: __, ...rest } = action
  return JSON.stringify({ ...rest, forwardConfig: { ...record(action['forwardConfig']), targetGroups } })
}

/** What makes the rules behind a TargetGroupBinding that a controller has made, as far as it can be written. */
export type IngressFacts =
  | { readonly name: string; readonly action: string; readonly service: string; readonly written: readonly Finding[] }
  /** Why its weights cannot be written, and what to change. */
  | { readonly fault: string; readonly remedy: string }

/** `binding`: of the controller, in the namespace of these Ingresses. */
export function ingressOf(
  binding: Pick<KubernetesObject, 'spec'>,
  ingresses: readonly KubernetesObject[],
): IngressFacts {
  const service = record(binding.spec?.['serviceRef'])['name']
  if (typeof service !== 'string') return { fault: 'its binding names no Service', remedy: 'give it one' }
  const actions = ingresses.flatMap((ingress) =>
    Object.entries(ingress.metadata.annotations ?? {}).flatMap(([key, text]) =>
      key.startsWith(ACTIONS) && groupsOf(read(text))?.some((g) => g['serviceName'] === service)
        ? [{ ingress, action: key.slice(ACTIONS.length) }]
        : [],
    ),
  )
  const plain = ingresses.find((ingress) => backendsOf(ingress).some((b) => b.name === service && !b.annotated))
  const [only, ...others] = actions
  if (!only)
    return plain
      ? {
          fault: `Ingress ${plain.metadata.name} names Service ${service} itself, so it has no weights`,
          remedy: `let it name an action instead: ${asAction(service)}`,
        }
      : {
          fault: `no Ingress of its namespace names Service ${service}`,
          remedy: 'use a load balancer that no cluster owns',
        }
  const { ingress, action } = only
  const { name } = ingress.metadata
  if (others.length > 0 || plain)
    return {
      fault: `Service ${service} is served by more than action ${action} of Ingress ${name}, and weights of one say nothing of the others`,
      remedy: `let all paths that lead to it name that one action: ${asAction(service)}`,
    }
  if (!backendsOf(ingress).some((b) => b.name === action && b.annotated))
    return {
      fault: `no path of Ingress ${name} names its action ${action}`,
      remedy: `let the path that leads to Service ${service} name it: ${asAction(service)}`,
    }
  const text = ingress.metadata.annotations?.[actionKey(action)]
  const times = groupsOf(read(text))?.filter((g) => g['serviceName'] === service).length ?? 0
  if (times > 1)
    return {
      fault: `action ${action} of Ingress ${name} names Service ${service} ${times} times, and each is another target group: a weight is that of one`,
      remedy: `let it name one port of Service ${service}`,
    }
  const sides = { service, blue: '', green: undefined }
  const { share, odd = 'forwards to others too' } = shareInAction(text, sides)
  // What Norikae writes it has looked at before.
  if (share !== 'unmade' && keptOf(ingress, action) === undefined)
    return {
      fault: `action ${action} of Ingress ${name} ${odd}: whose share a weight would be nobody could say`,
      remedy: `leave Service ${service} alone in it`,
    }
  const by = writtenBack(ingress, actionKey(action), `action ${action}`)
  const about = `${ingress.metadata.namespace ?? ''}/${name}`
  const written = by ? [(by.soon ? blocker : warning)('ingress-written-back', about, by.message, by.remedy)] : []
  return { name, action, service, written }
}

const asAction = (service: string): string =>
  `annotation ${actionKey(service)}: '{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"${service}","servicePort":…}]}}', and the port ${USE_ANNOTATION} by name in its paths; that changes nothing of what is served`

/** Services and actions that the paths of an Ingress name, its default among them. */
export const backendsOf = ({ spec }: Pick<KubernetesObject, 'spec'>): readonly Backend[] =>
  [
    spec?.['defaultBackend'],
    ...records(spec?.['rules']).flatMap((rule) =>
      records(record(rule['http'])['paths']).map((path) => path['backend']),
    ),
  ].flatMap((backend) => {
    const { name, port } = record(record(backend)['service'])
    return typeof name === 'string' ? [{ name, annotated: record(port)['name'] === USE_ANNOTATION }] : []
  })

interface Backend {
  readonly name: string
  readonly annotated: boolean
}

/** Who else wrote an action last, by the server's record; undefined: nobody is known. */
export const actionWriter = (ingress: KubernetesObject, action: string): string | undefined =>
  writerOf(ingress, ['metadata', 'annotations', actionKey(action)])
