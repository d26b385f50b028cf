import { CancelledFailure } from '@temporalio/common'
import type { ActionCall, Receipt } from '../domain/actions.ts'
import { madeTags } from '../domain/clone.ts'
import type { Duration } from '../domain/duration.ts'
import { warning } from '../domain/findings.ts'
import { PAGE_TAG } from '../domain/maintenance.ts'
import {
  answersItself,
  nextForPage,
  pagesOf,
  roomBefore,
  type Fronted,
  type ListedRule,
  type NoRoom,
} from '../domain/page-places.ts'
import type { AlbRoute } from '../domain/platform.ts'
import { contested, isDenied, isFailure, isInvalidInput, isQuotaExceeded, notFound } from './errors.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import { routeDriver } from './routes/index.ts'
import {
  budgets,
  doneAt,
  firstDoneAtMs,
  hasWaited,
  noteDone,
  notYet,
  onceKnown,
  remember,
  remembered,
  unlessGone,
} from './waiting.ts'

/** Healthy so many times in a row before visitors come. */
const POLLS = 3
/** ELB tells of what it made, and of what it took away, within seconds. */
const TOLD_MS = 10_000
/** For so long the way back tries to put a page up. */
const PUT_WITHIN: Duration = '1m'

/** What attempts of taking a page away note. */
interface Removing {
  /** How often whoever is to serve was seen healthy in a row. */
  readonly polls: number
  /** Since when no page is told. */
  readonly noneSinceMs?: number
}
const nothing: Removing = { polls: 0 }

type Asked = { readonly input: { readonly route: AlbRoute } } & Pick<ActionCall<'showPage'>, 'scope'>

/** A page in front of a route, and away again: whatever the route's own rule says stays as it is. */
export const pageActions = (outside: Outside) => {
  const fronted = async (call: Asked): Promise<Fronted & Pick<Proven, 'loadBalancing'>> => {
    const { world, rules, tags } = await found(outside, call)
    const { name } = call.input.route
    return { name, its: ruleOf(call.input.route, rules), rules, tags, loadBalancing: world.loadBalancing }
  }

  const findPageRoom: Deed<'findPageRoom'> = async ({ input: { routes }, scope }) => {
    const full = roomBefore(await Promise.all(routes.map((route) => fronted({ input: { route }, scope }))))
    if (full) throw noPage(full)
    return { note: 'there is room for it' }
  }

  const put: Deed<'showPage'> = async (call) => {
    const { route, page, ifPossible } = call.input
    const { loadBalancing, ...at } = await fronted(call)
    const next = nextForPage(at, page)
    const soon = (what: string) => notYet(what, budgets.weight, '1s')
    switch (next.is) {
      case 'up':
        return { note: `visitors get a page (${page.status})` }
      case 'full':
        throw noPage(next, ifPossible)
      case 'remove':
        for (const arn of next.arns) await loadBalancing.deleteRule(arn)
        throw soon(`a page that is not right in front of route ${route.name} as it is now was just taken away`)
      case 'adopt':
        await refusedFor(route, ifPossible, () => loadBalancing.tagPage(next.arn, { [PAGE_TAG]: route.ruleArn }))
        throw soon(`a page that names the rule of route ${route.name} as it was before was just given its new name`)
      case 'rewrite':
        await refusedFor(route, ifPossible, () => loadBalancing.rewritePage(next.arn, at.its, page))
        throw soon(`the page of route ${route.name} was there, and was just given other words or requests`)
      case 'create': {
        const { scope, run } = call
        const tags = { ...madeTags({ platform: scope.platform, run }), [PAGE_TAG]: next.its.arn }
        const create = () => loadBalancing.createPage(next.its, next.priority, next.page, tags)
        await refusedFor(route, ifPossible, create, async () => {
          // One that is misplaced is worth less than the rule that it takes up.
          const astray = pagesOf(route.ruleArn, at.rules, at.tags)
          for (const { arn } of astray) await loadBalancing.deleteRule(arn)
          return astray.length > 0
        })
        throw soon(
          next.its.arn === route.ruleArn
            ? `a page was just put in front of route ${route.name}`
            : `a page of rule ${next.its.arn} has the number of that of route ${route.name}, and was just put where it belongs`,
        )
      }
    }
  }

  /** On the way back blue starts after it: whatever is in its way, it keeps nobody waiting. */
  const showPage: Deed<'showPage'> = async (call) => {
    try {
      return await put(call)
    } catch (error) {
      if (!call.input.ifPossible || error instanceof CancelledFailure) throw error
      // What is not so yet has a budget of its own.
      const isNearly = isFailure(error) && error.type === 'NotReady'
      const isFinal = isFailure(error) && error.nonRetryable === true
      if (isNearly || (!isFinal && !hasWaited(PUT_WITHIN))) throw error
      return servedWithout(call.input.route, error instanceof Error ? error.message : String(error))
    }
  }

  const removePage: Deed<'removePage'> = async (call) => {
    const { route, on } = call.input
    const { world, rules, tags } = await found(outside, call)
    const pages = pagesOf(route.ruleArn, rules, tags)
    const before = remembered(nothing)
    if (pages.length === 0) {
      const noneSinceMs = before.noneSinceMs ?? Date.now()
      remember({ ...before, noneSinceMs } satisfies Removing)
      if (Date.now() - noneSinceMs < TOLD_MS)
        throw notYet(
          `no page is told in front of route ${route.name}, and ELB may tell of one late`,
          budgets.weight,
          '2s',
          noneSinceMs,
        )
      return { note: 'no page is in front of it' }
    }
    const driver = routeDriver(world, route, call)
    const { healthy, expected } = await driver.health(on)
    // Blue served before, and whoever goes back is in a hurry: some of it is better than a page.
    const enough = on === 'green' ? healthy > 0 && healthy === expected : healthy > 0
    const polls = enough ? before.polls + 1 : 0
    remember({ polls } satisfies Removing)
    if (polls < (on === 'green' ? POLLS : 1))
      throw notYet(
        `visitors get the page until ${on} serves: ${healthy} of ${expected} targets of route ${route.name} are healthy (seen so ${polls} times)`,
        budgets.targets,
        '1s',
      )
    const sinceMs = firstDoneAtMs('taken away')
    for (const { arn } of pages) {
      const askedMs = doneAt(`take ${arn} away`)
      if (askedMs === undefined) noteDone(`take ${arn} away`)
      await unlessGone(
        `the page of route ${route.name}`,
        budgets.weight,
        // Its listing is late as well, so what was asked for just now may have been done.
        async () =>
          (askedMs !== undefined && Date.now() - askedMs < TOLD_MS) ||
          !(await world.loadBalancing.rulesBeside(arn)).some((rule) => rule.arn === arn),
        () => world.loadBalancing.deleteRule(arn),
        () => sinceMs,
      )
    }
    throw notYet(`the page of route ${route.name} was just taken away`, budgets.weight, '1s', sinceMs)
  }

  return { findPageRoom, showPage, removePage }
}

async function found(outside: Outside, { input: { route }, scope }: Asked) {
  const world: Proven = await proven(outside, scope)
  const rules = await world.loadBalancing.rulesBeside(route.ruleArn)
  const tags = await onceKnown(`a rule beside that of route ${route.name}`, budgets.weight, () =>
    world.loadBalancing.tagsOf(rules.filter(answersItself).map(({ arn }) => arn)),
  )
  return { world, rules, tags }
}

/**
 * What ELB refuses is told with what to do about it. `makesRoom`: where the load balancer has no room for another rule, has it let
 * go of what can be spared; false: of nothing.
 */
async function refusedFor(
  { name }: AlbRoute,
  ifPossible: boolean | undefined,
  work: () => Promise<void>,
  makesRoom: () => Promise<boolean> = async () => false,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (isQuotaExceeded(error) && (await makesRoom()))
      throw notYet(
        `a page of route ${name} had the last rule of its load balancer, at another place`,
        budgets.weight,
        '1s',
      )
    if (!isDenied(error) && !isQuotaExceeded(error) && !isInvalidInput(error)) throw error
    const why = `no page was put in front of route ${name}: ${error.message}`
    const remedy = isDenied(error)
      ? 'Allow it (deploy/iam/move.json)'
      : isQuotaExceeded(error)
        ? 'Raise the quota, or take a rule away'
        : 'Have its owner write the conditions of its rule so that ELB takes them again'
    throw noPage({ why, remedy }, ifPossible)
  }
}

function ruleOf(route: AlbRoute, rules: readonly ListedRule[]): ListedRule {
  const its = rules.find(({ arn }) => arn === route.ruleArn)
  if (!its) throw notFound(`rule ${route.ruleArn} of route ${route.name} is not there`)
  return its
}

/** Nobody waits for people on the way back, least of all for a page. */
const servedWithout = ({ name }: AlbRoute, why: string): Receipt => ({
  note: 'without a page',
  findings: [
    warning(
      'page-missing',
      name,
      `its visitors get errors until blue serves: ${why}`,
      'nothing; before it moves again, see to what stood in the way',
    ),
  ],
})

/** On the way back nobody is asked, and things are stopped: it is told why, and no more. */
const noPage = ({ why, remedy }: NoRoom, ifPossible = false) =>
  contested(
    ifPossible
      ? why
      : `${why}; nothing was stopped yet. ${remedy}, then retry. skip: go on without a page, and visitors get errors`,
  )
