import { PLATFORM_TAG } from './clone.ts'
import { CONTENT_TYPES, PAGE_TAG, pageAction, type Page } from './maintenance.ts'
import { canonicalJson } from './plan.ts'
import { listenerOf, type RuleAction } from './target-groups.ts'

/** Where pages stand among the rules of a listener, and what is done next so that one stands where it belongs. */

/** A rule as its listener tries it: in the order of priorities, which are from 1 to 50,000. The default one is none of these. */
export interface ListedRule {
  readonly arn: string
  readonly priority: number
  /** In the API's own words. */
  readonly conditions: readonly Readonly<Record<string, unknown>>[]
  readonly actions: readonly RuleAction[]
}

type Tags = Readonly<Record<string, Readonly<Record<string, string>>>>

/** What forwards to somebody is no page: of the hundred rules that a load balancer may have, the tags of few are asked for. */
export const answersItself = ({ actions }: Pick<ListedRule, 'actions'>): boolean =>
  actions.every((action) => action.type !== 'forward')

/**
 * The pages in front of this rule, whichever cutover put them there: they name it in their tag. One that names a rule which is
 * no more is in front of whichever gets the same requests now, since its owner made that one instead.
 */
export function pagesOf(ruleArn: string, rules: readonly ListedRule[], tags: Tags): ListedRule[] {
  const its = rules.find(({ arn }) => arn === ruleArn)
  return pagesAmong(rules, tags)
    .filter((page) => page.of === ruleArn || (page.lost && its !== undefined && sameRequests(page.rule, its)))
    .map(({ rule }) => rule)
}

/** A page of a rule that is no more, in front of no route that is known: no cutover would look for it. */
export interface PageOfNobody {
  readonly arn: string
  /** Whose cutover put it there; absent: its tag is gone. */
  readonly platform?: string
  /** Which requests get it, in words. */
  readonly gets: string
}

/** `routes`: ARNs of the rules of those that are known. */
export function pagesOfNobody(rules: readonly ListedRule[], tags: Tags, routes: readonly string[]): PageOfNobody[] {
  const known = new Set(routes.flatMap((arn) => pagesOf(arn, rules, tags)).map(({ arn }) => arn))
  return pagesAmong(rules, tags)
    .filter(({ rule, lost }) => lost && !known.has(rule.arn))
    .map(({ rule }) => {
      const platform = tags[rule.arn]?.[PLATFORM_TAG]
      return { arn: rule.arn, gets: requestsInWords(rule), ...(platform !== undefined && { platform }) }
    })
}

/** Hosts and paths are told twice, and say most of it. */
function requestsInWords({ conditions }: ListedRule): string {
  const values = conditions.flatMap(({ Field, Values, RegexValues }) =>
    Field === 'host-header' || Field === 'path-pattern' ? [Values, RegexValues].flat() : [],
  )
  return values.filter((value) => typeof value === 'string').join(' ') || 'some requests'
}

const pagesAmong = (rules: readonly ListedRule[], tags: Tags) =>
  rules.filter(answersItself).flatMap((rule) => {
    const of = tags[rule.arn]?.[PAGE_TAG]
    return of === undefined ? [] : [{ rule, of, lost: !rules.some(({ arn }) => arn === of) }]
  })

/** One call of ELB, or none. */
export type NextForPage =
  | { readonly is: 'up' }
  | Creating
  /** One has the number, and the tag of a rule that is no more: without this one's nobody finds it once their requests differ. */
  | { readonly is: 'adopt'; readonly arn: string }
  /** One has the number, and other words or the requests of what its rule was then. */
  | { readonly is: 'rewrite'; readonly arn: string }
  | Removing
  | ({ readonly is: 'full' } & NoRoom)

/** `its`: the rule that it is in front of, with its requests. Another's than the route's own where that one's is in the way. */
interface Creating {
  readonly is: 'create'
  readonly its: ListedRule
  readonly priority: number
  readonly page: Page
}
interface Removing {
  readonly is: 'remove'
  readonly arns: readonly string[]
}

/** Why something cannot be, and what to do about it. */
export interface NoRoom {
  readonly why: string
  readonly remedy: string
}

/**
 * What is done so that visitors of this rule get this page. What stands elsewhere is taken away last: until another one is up, it
 * is all that keeps visitors from what is stopped.
 */
export function nextForPage(route: Fronted, page: Page): NextForPage {
  const { its, tags } = route
  const there = pageRightBefore(route)
  if (there) {
    if (tags[there.arn]?.[PAGE_TAG] !== its.arn) return { is: 'adopt', arn: there.arn }
    if (!says(there, page) || !sameRequests(there, its)) return { is: 'rewrite', arn: there.arn }
    const astray = pagesOfRoute(route).flatMap(({ arn }) => (arn === there.arn ? [] : [arn]))
    return astray.length > 0 ? { is: 'remove', arns: astray } : { is: 'up' }
  }
  const full = roomBefore([route])
  if (full) return { is: 'full', ...full }
  return outOfTheWay(route) ?? { is: 'create', its, priority: its.priority - 1, page }
}

/**
 * What is done with the page of another rule that has this one's number, as its owner has moved that one elsewhere: it is put
 * in front of it, and then taken away here. Undefined: none has it, or others would get it there than get it here.
 */
function outOfTheWay({ its, rules, tags }: Fronted): Creating | Removing | undefined {
  const page = rules.find(({ priority }) => priority === its.priority - 1)
  if (!page || tags[page.arn]?.[PAGE_TAG] === undefined) return undefined
  const pagesOfOther = (other: ListedRule) => (answersItself(other) ? [] : pagesOf(other.arn, rules, tags))
  const whose = rules.find((other) => pagesOfOther(other).some(({ arn }) => arn === page.arn))
  if (!whose || !sameRequests(page, whose)) return undefined
  const priority = whose.priority - 1
  const there = rules.find((rule) => rule.priority === priority)
  const isInPlace = there && sameRequests(there, whose) && pagesOfOther(whose).some(({ arn }) => arn === there.arn)
  if (isInPlace || page.priority > whose.priority) return { is: 'remove', arns: [page.arn] }
  const words = wordsOf(page)
  return words && !there && priority > 0 ? { is: 'create', its: whose, priority, page: words } : undefined
}

/** A route's name and its rule, with all rules of its listener and the tags of those that answer by themselves. */
export interface Fronted {
  readonly name: string
  readonly its: ListedRule
  readonly rules: readonly ListedRule[]
  readonly tags: Tags
}

const pagesOfRoute = ({ its, rules, tags }: Fronted): ListedRule[] => pagesOf(its.arn, rules, tags)

/**
 * Undefined where each of these routes has a number for its page, or one of its own there already. `remedy`: after it each has,
 * also those that have now.
 */
export function roomBefore(routes: readonly Fronted[]): NoRoom | undefined {
  const full = routes.filter(isFull)
  if (full.length === 0) return undefined
  // Who has room keeps it, whatever is moved past it.
  const wanting = routes.filter((route) => !pageRightBefore(route))
  const listeners = [...Map.groupBy(full, ({ its }) => listenerOf(its.arn))].map(([listener, those]) => ({
    full: those,
    wanting: wanting.filter(({ its }) => listenerOf(its.arn) === listener),
  }))
  return {
    why: `no priority is free right in front of ${full.map(({ name, its }) => `rule ${its.arn} of route ${name} (${its.priority})`).join(' and ')}, so no page can be put there`,
    remedy: listeners.map(orderToMove).join('; '),
  }
}

const pageRightBefore = (route: Fronted): ListedRule | undefined =>
  pagesOfRoute(route).find(({ priority }) => priority === route.its.priority - 1)

function isFull(route: Fronted): boolean {
  const before = route.its.priority - 1
  const isFree = pageRightBefore(route) !== undefined || route.rules.every(({ priority }) => priority !== before)
  return before < 1 || !(isFree || outOfTheWay(route))
}

/** One command for all of a listener: two would move the same rules to different numbers. */
function orderToMove(ofOne: { readonly full: readonly Fronted[]; readonly wanting: readonly Fronted[] }): string {
  const moved = makingRoom(new Set(ofOne.wanting.map(({ its }) => its.arn)), ofOne.full[0]?.rules ?? [])
  const to = moved.map(({ arn, priority }) => `RuleArn=${arn},Priority=${priority}`).join(' ')
  return `Move ${ofOne.full.length === 1 ? 'it' : 'them'} and the rules that are in the way: aws elbv2 set-rule-priorities --rule-priorities ${to}`
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html */
const LAST_PRIORITY = 50_000

/**
 * New numbers for as few rules as need one, in the same order, with one left free right in front of each that is `wanted`.
 * Numbers go up; where there are no more above, those in the way go down.
 */
function makingRoom(
  wanted: ReadonlySet<string>,
  rules: readonly ListedRule[],
): { readonly arn: string; readonly priority: number }[] {
  const inOrder = rules.toSorted((a, b) => a.priority - b.priority)
  let next = 1
  const up = inOrder.map(({ arn, priority }) => {
    const to = Math.max(priority, next + (wanted.has(arn) ? 1 : 0))
    next = to + 1
    return { arn, to, was: priority }
  })
  let last = LAST_PRIORITY
  const fitting = up.toReversed().map(({ arn, to, was }) => {
    const priority = Math.min(to, last)
    last = priority - (wanted.has(arn) ? 2 : 1)
    return { arn, priority, was }
  })
  return fitting
    .toReversed()
    .filter(({ priority, was }) => priority !== was)
    .map(({ arn, priority }) => ({ arn, priority }))
}

/** Conditions and their values mean the same in whatever order ELB tells them. */
const sameRequests = (one: ListedRule, other: ListedRule): boolean =>
  inAnyOrder(one.conditions) === inAnyOrder(other.conditions)

function inAnyOrder(told: unknown): string {
  if (Array.isArray(told)) return `[${told.map(inAnyOrder).toSorted().join()}]`
  if (typeof told !== 'object' || told === null) return canonicalJson(told)
  return canonicalJson(Object.fromEntries(Object.entries(told).map(([key, value]) => [key, inAnyOrder(value)])))
}

/** Undefined where people have made something else of a page. */
function wordsOf({ actions }: ListedRule): Page | undefined {
  const [status, told, body] = answerOf(actions[0])
  const type = CONTENT_TYPES.find((known) => known === told)
  return type && typeof body === 'string' ? { status: Number(status), type, body } : undefined
}

function says({ actions }: ListedRule, page: Page): boolean {
  const [told, wanted] = [actions[0], pageAction(page)].map(answerOf)
  return JSON.stringify(told) === JSON.stringify(wanted)
}

/** ELB may tell a body without the blanks around it. */
function answerOf(action: RuleAction | undefined): readonly unknown[] {
  const raw = action?.type === 'other' ? action.raw : {}
  const { StatusCode, ContentType, MessageBody } = (raw['FixedResponseConfig'] ?? {}) as Readonly<
    Record<string, unknown>
  > // told by ELB, or made by `pageAction`
  return [StatusCode, ContentType, typeof MessageBody === 'string' ? MessageBody.trim() : '']
}
