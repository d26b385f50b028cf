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
import type { Platform, RecordRoute, Route } from './platform.ts'
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
  const { platform } = found
  const [alb, ingress] = [routesOf(found, 'alb'), routesOf(found, 'ingress')]
  const groups = alb.length + ingress.length
  return [
    // Nobody else can take a weight step by step, and watch.
    ...byOwner(ownersOfRules(found), 'listener rule', { written: 'own', does: 'writes their weights' }),
    ...(ingress.length === 0
      ? []
      : [
          {
            resource: `listener rules of ${counted(ingress.length, 'Ingress', 'Ingresses')}`,
            owner: ownerInWords({ tool: 'load-balancer-controller', of: platform.blue }),
            written: 'through' as const,
            does: 'writes their weights into the actions of the Ingresses',
          },
        ]),
    ...byOwner(ownersOfRecords(found), 'record', {
      written: 'own',
      does: 'makes weighted ones of them, and simple ones again',
    }),
    ...(groups === 0
      ? []
      : [
          {
            resource: `${counted(groups, 'target group')} of ${platform.green}`,
            owner: ownerInWords({ tool: 'norikae' }),
            written: 'own' as const,
            does: 'makes them',
          },
        ]),
  ]
}

const byOwner = (
  owners: ReadonlyMap<string, Owner>,
  what: string,
  how: Pick<OwnedRow, 'written' | 'does'>,
): OwnedRow[] =>
  [...Map.groupBy(owners.values(), ownerInWords)].map(([owner, its]) => ({
    resource: counted(its.length, what),
    owner,
    ...how,
  }))

const ownersOfRules = ({ platform, declared, ruleTags }: FoundTraffic): ReadonlyMap<string, Owner> =>
  new Map(
    Object.entries(ruleTags).map(([arn, tags]) => [arn, ownerOf({ tags, key: arn }, declared, platform.name)] as const),
  )

/** They have no tags; what external-dns has written is refused before. */
const ownersOfRecords = (found: FoundTraffic): ReadonlyMap<string, Owner> =>
  new Map(
    routesOf(found, 'route53').map((route) => {
      const key = keyOfRecord(found.declared.terraform ?? {}, route)
      return [placeOf(route), ownerOf({ tags: {}, key }, found.declared, found.platform.name)] as const
    }),
  )

const placeOf = ({ zone, name }: RecordRoute): string => `${zone} ${name}`

const routesOf = <K extends Route['kind']>({ platform }: FoundTraffic, kind: K): Extract<Route, { kind: K }>[] =>
  platform.apps.flatMap((app) =>
    app.environments.flatMap((environment) =>
      environment.routes.filter((route): route is Extract<Route, { kind: K }> => route.kind === kind),
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
