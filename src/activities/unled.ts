import type { Choice } from '../domain/choices.ts'
import { seconds, type Duration } from '../domain/duration.ts'
import { few } from '../domain/few.ts'
import type { Finding } from '../domain/findings.ts'
import type { Scope, Side } from '../domain/platform.ts'
import { acceptedWays, unknownWays, waysInWords, waysLeft, waysOnWithNames, type Way } from '../domain/ways.ts'
import type { Owned } from '../domain/weighted-records.ts'
import { acceptedOn, noteAccepted, noteTold, toldOn } from './accepted.ts'
import { called, contested } from './errors.ts'
import { orphansAhead } from './external-dns.ts'
import { otherSide } from './outside.ts'
import type { KubernetesPort } from './ports.ts'
import { hasWaited, notYet } from './waiting.ts'
import { waysTo, type Ways } from './ways.ts'

interface Asked {
  readonly side: Side
  readonly window: Duration
  readonly gateway?: string | undefined
  readonly choice?: Choice | undefined
}

type World = Parameters<typeof waysTo>[0]

/**
 * Ends when nothing beside listener rules leads requests to the cluster of this side, or people accept that the names which
 * do end with it (`choice`; of those of which they were told); with what external-dns keeps there and nobody would after it.
 * Throws not yet until then, `Called` where names stay. What
 * nobody here can see is what it says. It writes which names people are told of and which they accepted.
 */
export async function unled(
  world: World,
  scope: Scope,
  here: KubernetesPort,
  { side, window, gateway, choice }: Asked,
): Promise<{ readonly note: string; readonly findings: readonly Finding[] }> {
  const cluster = scope[side]
  const found = await waysTo(world, scope, side, { gateway })
  // Clients go by a record for as long as its TTL says, and whoever keeps it has to be found.
  const budget: Duration = `${2 * seconds(window) + 600}s`
  if (found.routes.length > 0)
    throw notYet(
      `HTTPRoutes send requests to ${cluster}: ${waysInWords(found.routes)}. Have their rules send all to ${otherOf(scope, side)}`,
      budget,
      '30s',
    )
  const before = await acceptedOn(here, 'ways')
  const now = choice === 'skip' ? among(waysLeft(found.names, before), await toldOn(here, 'ways')) : []
  const accepted = [...before, ...now]
  if (now.length > 0) await noteAccepted(here, 'ways', accepted)
  const left = waysLeft(found.names, accepted)
  if (left.length > 0) {
    const says = `names lead to ${cluster}: ${waysInWords(left)}`
    if (!hasWaited(budget))
      throw notYet(
        `${says}. Have them lead to ${otherOf(scope, side)}, or delete their records`,
        budget,
        `${found.rests}s`,
      )
    await noteTold(
      here,
      'ways',
      left.map(({ name }) => name),
    )
    throw called(`${says}. ${waysOnWithNames(cluster)}`)
  }
  const orphans = await orphansAhead(
    { cluster: here, name: cluster },
    await world.ifThere(otherSide(side)),
    found.owned,
  )
  return { note: noteOf(found), findings: [...findingsOf(cluster, found), ...orphans] }
}

/** Of this try: one before it may have. */
export const NOTHING_REMOVED = 'Nothing was removed by this try'

/**
 * What TXT records say of external-dns, where they were read. Throws `contested` where something beside listener rules leads
 * requests there, and nobody has accepted that it ends. `removed`: what was until then, in words.
 */
export async function refuseWhereLed(
  world: World,
  scope: Scope,
  here: KubernetesPort,
  { side, gateway, removed = NOTHING_REMOVED }: Pick<Asked, 'side' | 'gateway'> & { readonly removed?: string },
): Promise<Owned | undefined> {
  const cluster = scope[side]
  const { names, routes, owned } = await waysTo(world, scope, side, { gateway })
  const left = [...routes, ...waysLeft(names, await acceptedOn(here, 'ways'))]
  if (left.length > 0)
    throw contested(
      `requests are still led to ${cluster}: ${waysInWords(left)}. ${removed}. Have them led to ${otherOf(scope, side)}, then retry`,
    )
  return owned
}

/**
 * Throws `contested` where something names a cluster that is given up: an HTTPRoute of a third cluster that has it as a
 * backend, at whatever weight, or a name that leads to it and is not its own alone. Whatever moved onto it has come back by
 * then, and left nothing; once it is gone such an HTTPRoute is not served whole any more, and such a name leads nowhere.
 * Answers what nobody here can see.
 */
export async function refuseWhereNamed(
  world: World,
  scope: Scope,
  { side, gateway, removed = NOTHING_REMOVED }: Pick<Asked, 'side' | 'gateway'> & { readonly removed?: string },
): Promise<readonly Finding[]> {
  const cluster = scope[side]
  const { names, routes, unseen } = await waysTo(world, scope, side, { gateway, givenUp: true })
  const left = [...routes, ...names]
  if (left.length > 0)
    throw contested(
      `${cluster} is given up, and something outside it leads there yet: ${waysInWords(left)}. ${removed}. Take it out there, so that ${otherOf(scope, side)} alone serves, then retry`,
    )
  return unseen.length === 0 ? [] : [unknownWays(cluster, unseen, 'have whoever keeps them look that none names it')]
}

const otherOf = (scope: Scope, side: Side): string => (side === 'blue' ? scope.green : scope.blue)

/** An answer is about what people were told of, and stays so. */
const among = (left: readonly Way[], told: readonly string[]): string[] =>
  left.flatMap(({ name }) => (told.includes(name) ? [name] : []))

const noteOf = ({ names, unseen }: Ways): string =>
  [
    names.length === 0
      ? 'no name that leads to it'
      : `no name that leads to it but ${few(names.map((n) => n.name))}, as was accepted`,
    ...(unseen.length > 0 ? ['as far as anybody here can see'] : []),
  ].join(', ')

const findingsOf = (cluster: string, { names, unseen }: Ways): Finding[] => [
  ...(names.length === 0 ? [] : [acceptedWays(cluster, names)]),
  ...(unseen.length === 0 ? [] : [unknownWays(cluster, unseen)]),
]
