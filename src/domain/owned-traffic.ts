import { counted } from './counted.ts'
import { warning, type Finding } from './findings.ts'
import {
  ownerByAddress,
  ownerInWords,
  ownerOf,
  written,
  type DeclaredOwners,
  type OwnedRow,
  type Owner,
} from './ownership.ts'
import { isBound, type App, type NameRoute, type Platform, type Route } from './platform.ts'
import { keyOfRecord } from './terraform-states.ts'

/** Whose in AWS is what splits traffic, and what the next run of its owner's tool does to its weights. */

type Tags = Readonly<Record<string, string>>

export interface FoundTraffic {
  readonly platform: Platform
  readonly declared: DeclaredOwners
  /** Of each listener rule that the plan writes, by ARN. */
  readonly ruleTags: Readonly<Record<string, Tags>>
}

/** One line for all of a kind and an owner: there are as many as apps. */
export function ofTraffic(found: FoundTraffic): OwnedRow[] {
  const groups = everyRoute(found).filter(isBound).length
  return [
    ...Object.values(rowsOf).flatMap((rows) => rows(found)),
    ...(groups === 0
      ? []
      : [
          {
            resource: `${counted(groups, 'target group')} of ${found.platform.green}`,
            owner: ownerInWords({ tool: 'norikae' }),
            written: 'own' as const,
            does: 'makes them',
          },
        ]),
  ]
}

/** In the order of the table. */
const rowsOf: { readonly [K in Route['kind']]: (found: FoundTraffic) => OwnedRow[] } = {
  // Nobody else can take a weight step by step, and watch.
  alb: (found) =>
    byOwner([...ownersOfRules(found).values()].map(ownerInWords), 'listener rule', {
      written: 'own',
      does: 'writes their weights',
    }),
  ingress: (found) =>
    ofController(found, routesOf(found, 'ingress').length, {
      what: ['Ingress', 'Ingresses'],
      does: 'writes their weights into the actions of the Ingresses',
    }),
  gateway: (found) =>
    ofController(found, routesOf(found, 'gateway').length, {
      what: ['HTTPRoute', 'HTTPRoutes'],
      does: 'writes their weights into the HTTPRoutes',
    }),
  'http-route': (found) =>
    byOwner(
      routesOf(found, 'http-route').map(({ cluster }) => `whoever deploys to ${cluster}`),
      'HTTPRoute',
      { written: 'own', does: 'writes their weights' },
    ),
  route53: (found) =>
    byOwner(
      [...ownersOfRecords(found).values()].map((owner) =>
        owner.tool === 'nobody' ? unknownOwner(found.declared) : ownerInWords(owner),
      ),
      'record',
      { written: 'own', does: 'makes weighted ones of them, and simple ones again' },
    ),
  'external-dns': (found) =>
    byOwner(
      routesOf(found, 'external-dns').map(({ owner }) => `external-dns (${owner})`),
      'record',
      { written: 'through', does: 'writes their weights into the annotations of what they are made of' },
    ),
}

/** Records have no tags. */
const unknownOwner = ({ terraform }: DeclaredOwners): string =>
  terraform?.stated === undefined ? 'not known (records have no tags)' : 'nobody by the states'

const ofController = (
  { platform }: FoundTraffic,
  count: number,
  { what, does }: { readonly what: readonly [one: string, many: string]; readonly does: string },
): OwnedRow[] =>
  count === 0
    ? []
    : [
        {
          resource: `listener rules of ${counted(count, ...what)}`,
          owner: ownerInWords({ tool: 'load-balancer-controller', of: platform.blue }),
          written: 'through',
          does,
        },
      ]

const byOwner = (owners: readonly string[], what: string, how: Pick<OwnedRow, 'written' | 'does'>): OwnedRow[] =>
  [...Map.groupBy(owners, (owner) => owner)].map(([owner, its]) => ({
    resource: counted(its.length, what),
    owner,
    ...how,
  }))

const ownersOfRules = ({ platform, declared, ruleTags }: FoundTraffic): ReadonlyMap<string, Owner> =>
  new Map(
    Object.entries(ruleTags).map(([arn, tags]) => [arn, ownerOf({ tags, key: arn }, declared, platform.name)] as const),
  )

/** They have no tags, so states alone tell. */
const ownersOfRecords = (found: FoundTraffic): ReadonlyMap<string, Owner> =>
  new Map(
    routesOf(found, 'route53').map((route) => {
      const key = keyOfRecord(found.declared.terraform ?? {}, route)
      return [placeOf(route), ownerOf({ tags: {}, key }, found.declared, found.platform.name)] as const
    }),
  )

const placeOf = ({ zone, name }: NameRoute): string => `${zone} ${name}`

const everyRoute = ({ platform }: FoundTraffic): Route[] =>
  platform.apps.flatMap((app) => app.environments.flatMap((environment) => environment.routes))

const routesOf = <K extends Route['kind']>(found: FoundTraffic, kind: K): Extract<Route, { kind: K }>[] =>
  everyRoute(found).filter((route): route is Extract<Route, { kind: K }> => route.kind === kind)

/** What is told by `trafficOwnerFindings` of an app, as it was planned then. */
export const isOfTraffic = ({ environments }: App, { code, about }: Finding): boolean =>
  code === 'route-of-others' &&
  environments.some(({ routes }) =>
    routes.some(
      (route) =>
        (route.kind === 'alb' && route.ruleArn === about) || (route.kind === 'route53' && placeOf(route) === about),
    ),
  )

/** Whoever owns it by a tool takes its weights back the next time the tool runs, unless it was told to leave them. */
export function trafficOwnerFindings(found: FoundTraffic): Finding[] {
  const leaves = ({ tool }: Owner) => tool === 'terraform' && found.declared.terraform?.ignores === 'weights'
  return [
    ...[...ownersOfRules(found)].flatMap(([arn, owner]) =>
      written(owner) === 'requested' && !leaves(owner) ? [ofOthers(arn, owner, 'listener rule')] : [],
    ),
    ...[...ownersOfRecords(found)].flatMap(([place, owner]) =>
      written(owner) === 'requested' ? [ofOthers(place, owner, 'record')] : [],
    ),
  ]
}

const ofOthers = (about: string, owner: Owner, what: 'listener rule' | 'record'): Finding =>
  warning(
    'route-of-others',
    about,
    `${ownerByAddress(owner)} owns this ${what}, and takes the weights back the next time it is applied`,
    what === 'listener rule' && owner.tool === 'terraform'
      ? 'let Terraform ignore them (lifecycle { ignore_changes = [action] }) and say so: owners.terraform.ignores: weights, or by its address in owners.terraform.ignore; or apply nothing of it until the upgrade has ended'
      : `${owner.tool === 'terraform' ? 'apply nothing of it' : 'update nothing of that stack'} until the upgrade has ended`,
  )
