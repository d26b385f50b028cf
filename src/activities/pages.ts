import { CancelledFailure } from '@temporalio/common'
import type { ActionCall, Receipt } from '../domain/actions.ts'
import { madeTags } from '../domain/clone.ts'
import { counted } from '../domain/counted.ts'
import type { Duration } from '../domain/duration.ts'
import { warning } from '../domain/findings.ts'
import { PAGE_TAG, pageAction, priorityInFront, type Page } from '../domain/maintenance.ts'
import { canonicalJson } from '../domain/plan.ts'
import type { AlbRoute } from '../domain/platform.ts'
import { contested, isDenied, isFailure, isInvalidInput, isQuotaExceeded, notFound } from './errors.ts'
import { proven, type Deed, type Outside, type Proven } from './outside.ts'
import type { ListedRule } from './ports.ts'
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

/** A page in front of a route, and away again: whatever the route's own rule says stays as it is. */
export const pageActions = (outside: Outside) => {
  const findPageRoom: Deed<'findPageRoom'> = async ({ input: { routes }, scope }) => {
    const full: { readonly why: string; readonly remedy: string }[] = []
    for (const route of routes) {
      const { rules, pages } = await found(outside, { input: { route }, scope })
      const its = ruleOf(route, rules)
      const room = pages.some((it) => standsBefore(it, its)) ? undefined : placeFor(route, its, without(rules, pages))
      if (room && 'why' in room) full.push(room)
    }
    if (full.length === 0) return { note: 'there is room for it' }
    throw noPage({
      why: full.map(({ why }) => why).join('; '),
      remedy: full.map(({ remedy }) => remedy).join('; '),
    })
  }

  const put: Deed<'showPage'> = async (call) => {
    const { route, page } = call.input
    const { world, rules, pages } = await found(outside, call)
    const its = ruleOf(route, rules)
    const up = pages.find((it) => standsBefore(it, its))
    const astray = without(pages, up ? [up] : [])
    if (astray.length > 0) {
      for (const { arn } of astray) await world.loadBalancing.deleteRule(arn)
      throw notYet(
        `a page that is not right in front of route ${route.name} as it is now was just taken away`,
        budgets.weight,
        '1s',
      )
    }
    if (up && says(up, page)) return { note: `visitors get a page (${page.status})` }
    if (up) {
      await world.loadBalancing.setActions(up.arn, [pageAction(page)])
      throw notYet(`the page of route ${route.name} was there, and was just given other words`, budgets.weight, '1s')
    }
    const room = placeFor(route, its, rules)
    if ('why' in room) throw noPage(room, call.input.ifPossible)
    const { scope, run } = call
    try {
      await world.loadBalancing.createPage(its, room.priority, page, {
        ...madeTags({ platform: scope.platform, run }),
        [PAGE_TAG]: route.ruleArn,
      })
    } catch (error) {
      if (!isDenied(error) && !isQuotaExceeded(error) && !isInvalidInput(error)) throw error
      const why = `no page was put in front of route ${route.name}: ${error.message}`
      const remedy = isDenied(error)
        ? 'Allow it (deploy/iam/move.json)'
        : isQuotaExceeded(error)
          ? 'Raise the quota, or take a rule away'
          : 'Have its owner write the conditions of its rule so that ELB takes them again'
      throw noPage({ why, remedy }, call.input.ifPossible)
    }
    throw notYet(`a page was just put in front of route ${route.name}`, budgets.weight, '1s')
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
    const { world, pages } = await found(outside, call)
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

/** Pages are told by their tags: whichever cutover put them in front of this rule, and whoever wrote over them since. */
async function found(
  outside: Outside,
  { input: { route }, scope }: { readonly input: { readonly route: AlbRoute } } & Pick<ActionCall<'showPage'>, 'scope'>,
) {
  const world: Proven = await proven(outside, scope)
  const rules = await world.loadBalancing.rulesBeside(route.ruleArn)
  // What forwards to somebody is no page: a load balancer may have a hundred rules, and most do.
  const answering = rules.filter(({ actions }) => actions.every((action) => action.type !== 'forward'))
  const tags = await onceKnown(`a rule beside that of route ${route.name}`, budgets.weight, () =>
    world.loadBalancing.tagsOf(answering.map(({ arn }) => arn)),
  )
  const pages = answering.filter(({ arn }) => tags[arn]?.[PAGE_TAG] === route.ruleArn)
  return { world, rules, pages }
}

function says({ actions }: ListedRule, { status, type, body }: Page): boolean {
  const [action] = actions
  const raw = action?.type === 'other' ? action.raw : {}
  const { StatusCode, ContentType, MessageBody } = (raw['FixedResponseConfig'] ?? {}) as Readonly<
    Record<string, unknown>
  > // told by ELB
  // An empty one may be told as none.
  const told = typeof MessageBody === 'string' ? MessageBody : ''
  return StatusCode === String(status) && ContentType === type && told.trim() === body.trim()
}

const without = (rules: readonly ListedRule[], these: readonly ListedRule[]): ListedRule[] =>
  rules.filter(({ arn }) => !these.some((it) => it.arn === arn))

/** One that a terminated cutover left may be in front of what its rule was then. */
const standsBefore = (page: ListedRule, its: ListedRule): boolean =>
  page.priority === its.priority - 1 && inAnyOrder(page.conditions) === inAnyOrder(its.conditions)

/** Conditions and their values mean the same in whatever order ELB tells them. */
function inAnyOrder(told: unknown): string {
  if (Array.isArray(told)) return `[${told.map(inAnyOrder).toSorted().join()}]`
  if (typeof told !== 'object' || told === null) return canonicalJson(told)
  return canonicalJson(Object.fromEntries(Object.entries(told).map(([key, value]) => [key, inAnyOrder(value)])))
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
const noPage = ({ why, remedy }: { readonly why: string; readonly remedy: string }, ifPossible = false) =>
  contested(
    ifPossible
      ? why
      : `${why}; nothing was stopped yet. ${remedy}, then retry. skip: go on without a page, and visitors get errors`,
  )

/** Where a page of this route goes, or why it goes nowhere. */
function placeFor(
  route: AlbRoute,
  its: ListedRule,
  rules: readonly ListedRule[],
): { readonly priority: number } | { readonly why: string; readonly remedy: string } {
  const priority = priorityInFront(
    rules.map((rule) => rule.priority),
    its.priority,
  )
  return priority === undefined ? { why: noRoom(route, its, rules), remedy: makeRoom(its, rules) } : { priority }
}

const noRoom = ({ name }: AlbRoute, its: ListedRule, rules: readonly ListedRule[]): string =>
  `no priority is free right in front of rule ${its.arn} of route ${name} (${its.priority}, of ${counted(rules.length, 'rule')}), so no page can be put there`

function makeRoom(its: ListedRule, rules: readonly ListedRule[]): string {
  // As many as have no gap between them: the last of these has a number free behind it.
  const numbers = new Map(rules.map((rule) => [rule.priority, rule]))
  const moved: string[] = []
  for (let n = its.priority, rule = numbers.get(n); rule; rule = numbers.get(++n))
    moved.push(`RuleArn=${rule.arn},Priority=${n + 1}`)
  return `Move it and the rules right behind it one number on: aws elbv2 set-rule-priorities --rule-priorities ${moved.join(' ')}`
}
