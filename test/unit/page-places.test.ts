import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PAGE_TAG, pageAction, type Page } from '../../src/domain/maintenance.ts'
import { nextForPage, pagesOf, pagesOfNobody, roomBefore, type ListedRule } from '../../src/domain/page-places.ts'

const page: Page = { status: 503, type: 'text/plain', body: 'back soon' }
const LISTENER = 'arn:aws:elasticloadbalancing:r:1:listener-rule/app/shop/1/2'
const arnOf = (name: string) => `${LISTENER}/${name}`
const forHost = (...hosts: string[]): ListedRule['conditions'] => [{ Field: 'host-header', Values: hosts }]

const aRule = (name: string, priority: number, more: Partial<ListedRule> = {}): ListedRule => ({
  arn: arnOf(name),
  priority,
  conditions: forHost(`${name}.test`),
  actions: [{ type: 'forward', targetGroups: [{ arn: 'arn:group', weight: 100 }] }],
  ...more,
})
/** In front of `web`. */
const aPage = (name: string, priority: number, more: Partial<ListedRule> = {}): ListedRule =>
  aRule(name, priority, { conditions: forHost('web.test'), actions: [pageAction(page)], ...more })
const tagged = (pages: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(pages).map(([name, of]) => [arnOf(name), { [PAGE_TAG]: arnOf(of) }]))

const web = aRule('web', 10)

/** A route of this rule, with pages that name it in their tags among the others. */
const aRoute = (
  its: ListedRule,
  pages: readonly ListedRule[] = [],
  rules: readonly ListedRule[] = [its, ...pages],
) => ({
  name: nameOf(its),
  its,
  rules,
  tags: Object.fromEntries(pages.map(({ arn }) => [arn, { [PAGE_TAG]: its.arn }])),
})

const nameOf = ({ arn }: ListedRule) => arn.slice(LISTENER.length + 1)
/** As whoever is told the command leaves the listener. */
function carriedOut(said: ReturnType<typeof roomBefore>, rules: readonly ListedRule[]): ListedRule[] {
  const moved = new Map(
    [...(said?.remedy ?? '').matchAll(/RuleArn=(\S+),Priority=(\d+)/g)].map(([, arn, to]) => [arn, Number(to)]),
  )
  return rules.map((rule) => ({ ...rule, priority: moved.get(rule.arn) ?? rule.priority }))
}

describe('what is next for a page', () => {
  const other = pageAction({ ...page, body: 'later' })
  test.for<{ says: string; pages?: ListedRule[]; rules?: ListedRule[]; its?: ListedRule; next: object }>([
    { says: 'it is put up in front', next: { is: 'create', priority: 9 } },
    { says: 'it is up', pages: [aPage('p', 9)], next: { is: 'up' } },
    { says: 'it gets other words', pages: [aPage('p', 9, { actions: [other] })], next: { is: 'rewrite' } },
    {
      says: 'it gets other requests',
      pages: [aPage('p', 9, { conditions: forHost('old.test') })],
      next: { is: 'rewrite', arn: arnOf('p') },
    },
    {
      says: 'one elsewhere stays until another is up',
      pages: [aPage('p', 5)],
      next: { is: 'create', priority: 9 },
    },
    {
      says: 'one elsewhere goes once another is up',
      pages: [aPage('p', 5), aPage('q', 9)],
      next: { is: 'remove', arns: [arnOf('p')] },
    },
    {
      says: 'one elsewhere stays until the other is right',
      pages: [aPage('p', 5), aPage('q', 9, { actions: [other] })],
      next: { is: 'rewrite', arn: arnOf('q') },
    },
    { says: 'people make room', rules: [aRule('theirs', 9)], next: { is: 'full' } },
    { says: 'people make room in front of the first', its: aRule('web', 1), next: { is: 'full' } },
    { says: 'the first number is one', its: aRule('web', 2), next: { is: 'create', priority: 1 } },
  ])('$says', ({ pages = [], rules = [], its = web, next }) => {
    expect(nextForPage(aRoute(its, pages, [its, ...rules, ...pages]), page)).toMatchObject(next)
  })

  test('one of a rule that is no more gets the tag of this one before anything else', () => {
    const left = aPage('p', 9, { actions: [other] })
    const route = { ...aRoute(web, [left]), tags: tagged({ p: 'gone' }) }
    expect(nextForPage(route, page)).toEqual({ is: 'adopt', arn: left.arn })
    expect(nextForPage({ ...route, tags: tagged({ p: 'web' }) }, page)).toMatchObject({ is: 'rewrite' })
    // It goes as soon as another is up.
    const astray = aPage('p', 5)
    expect(nextForPage({ ...aRoute(web, [astray]), tags: tagged({ p: 'gone' }) }, page)).toMatchObject({ is: 'create' })
  })

  test('it is the same however ELB tells its conditions', () => {
    const condition = { Field: 'host-header', Values: ['a', 'b'], HostHeaderConfig: { Values: ['a', 'b'] } }
    const turned = { HostHeaderConfig: { Values: ['b', 'a'] }, Values: ['b', 'a'], Field: 'host-header' }
    const path = { Field: 'path-pattern', Values: ['/x'] }
    const its = aRule('web', 10, { conditions: [condition, path] })
    const up = aPage('p', 9, { conditions: [path, turned] })
    expect(nextForPage(aRoute(its, [up]), page)).toEqual({ is: 'up' })
  })

  test('visitors have a page throughout, whatever was left and however often it is asked', () => {
    const left = fc.uniqueArray(fc.record({ at: fc.integer({ min: 1, max: 40 }), fits: fc.boolean() }), {
      selector: (it) => it.at,
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(left, fc.integer({ min: 2, max: 41 }), (these, priority) => {
        const its = aRule('web', priority)
        fc.pre(these.every(({ at }) => at !== priority))
        let pages = these.map(({ at, fits }) => aPage(`p${at}`, at, fits ? {} : { conditions: forHost('old.test') }))
        const covered = () => pages.some((it) => JSON.stringify(it.conditions) === JSON.stringify(its.conditions))
        const wasCovered = covered()
        for (let n = 0; n < 4; n += 1) {
          const next = nextForPage(aRoute(its, pages), page)
          if (next.is === 'create') pages = [...pages, aPage('new', next.priority)]
          if (next.is === 'rewrite')
            pages = pages.map((it) => (it.arn === next.arn ? { ...it, conditions: its.conditions } : it))
          if (next.is === 'remove') pages = pages.filter(({ arn }) => !next.arns.includes(arn))
          if (wasCovered) expect(covered()).toBe(true)
        }
        expect(pages.map((it) => it.priority)).toEqual([priority - 1])
        expect(covered()).toBe(true)
      }),
    )
  })
})

describe('a number that the page of another rule has', () => {
  const shop = aRule('shop', 20)
  const words = { ...page, body: 'shop moves' }
  const its = (priority: number, more: Partial<ListedRule> = {}) =>
    aPage('p', priority, { conditions: shop.conditions, actions: [pageAction(words)], ...more })
  const full = { is: 'full' }
  test.for<{ says: string; rules: ListedRule[]; tags?: Record<string, string>; next: object }>([
    {
      says: 'is free once that one is where it belongs',
      rules: [shop, its(9)],
      next: { is: 'create', its: shop, priority: 19, page: words },
    },
    {
      says: 'is free once that one is gone, where another is in its place',
      rules: [shop, its(9), aPage('q', 19, { conditions: shop.conditions })],
      tags: { p: 'shop', q: 'shop' },
      next: { is: 'remove', arns: [arnOf('p')] },
    },
    {
      says: 'is free once that one is gone, which nobody gets',
      rules: [aRule('shop', 5), its(9)],
      next: { is: 'remove', arns: [arnOf('p')] },
    },
    {
      says: 'is free once the page of a rule that was made anew is where it belongs',
      rules: [shop, its(9)],
      tags: { p: 'gone' },
      next: { is: 'create', its: shop, priority: 19 },
    },
    { says: 'is not free where its own is taken too', rules: [shop, aRule('api', 19), its(9)], next: full },
    {
      says: 'is not free where others get it than would in its place',
      rules: [shop, its(9, { conditions: forHost('old.test') })],
      next: full,
    },
    { says: 'is not free where it is nobody’s', rules: [its(9)], tags: { p: 'gone' }, next: full },
    { says: 'is not free where it is no page', rules: [shop, its(9)], tags: {}, next: full },
    {
      says: 'is not free where people have made something else of it',
      rules: [shop, its(9, { actions: [{ type: 'other', raw: { Type: 'redirect' } }] })],
      next: full,
    },
  ])('$says', ({ rules, tags = { p: 'shop' }, next }) => {
    const route = { ...aRoute(web, [], [web, ...rules]), tags: tagged(tags) }
    expect(nextForPage(route, page)).toMatchObject(next)
    expect(roomBefore([route]) === undefined).toBe(next !== full)
  })

  test('is got without a moment in which its visitors have none', () => {
    const priorities = fc.uniqueArray(fc.integer({ min: 2, max: 14 }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(priorities, ([first = 0, second = 0, at = 0]) => {
        const [one, other] = [aRule('web', first), aRule('shop', second)]
        let pages = [its(at)]
        let tags = tagged({ p: 'shop' })
        const rules = () => [one, other, ...pages]
        /** What who asks for the shop gets. */
        const answer = () =>
          rules()
            .filter(({ conditions }) => JSON.stringify(conditions) === JSON.stringify(other.conditions))
            .toSorted((a, b) => a.priority - b.priority)[0]?.actions[0]
        const hadPage = answer()?.type !== 'forward'
        for (let n = 0; n < 4; n += 1) {
          const next = nextForPage({ name: 'web', its: one, rules: rules(), tags }, page)
          if (next.is === 'create') {
            const made = { conditions: next.its.conditions, actions: [pageAction(next.page)] }
            pages = [...pages, aPage(`new${n}`, next.priority, made)]
            tags = { ...tags, [arnOf(`new${n}`)]: { [PAGE_TAG]: next.its.arn } }
          }
          if (next.is === 'remove') pages = pages.filter(({ arn }) => !next.arns.includes(arn))
          const hasNone = second === first - 1 || (at === first - 1 && second === first + 1)
          if (n === 3) expect(next.is).toBe(hasNone ? 'full' : 'up')
          expect(answer()?.type !== 'forward').toBe(hadPage)
        }
      }),
    )
  })
})

describe('pages of a rule', () => {
  const rules = [web, aRule('www', 20), aPage('p', 9), aRule('theirs', 8, { actions: [pageAction(page)] })]
  test.for([
    { says: 'are told by their tag', tags: tagged({ p: 'web' }), of: ['p'], nobodys: [] },
    { says: 'are nobody else’s', tags: tagged({ p: 'www' }), of: [], nobodys: [] },
    { says: 'are not what others answer', tags: {}, of: [], nobodys: [] },
    { says: 'are those of the rule that it was made anew from', tags: tagged({ p: 'gone' }), of: ['p'], nobodys: [] },
  ])('$says', ({ tags, of, nobodys }) => {
    expect(pagesOf(web.arn, rules, tags).map(({ arn }) => arn)).toEqual(of.map(arnOf))
    expect(pagesOfNobody(rules, tags, [web.arn])).toEqual(nobodys)
  })

  test('are nobody’s where the rule that was made anew is no route that is asked for', () => {
    expect(pagesOfNobody(rules, tagged({ p: 'gone' }), [arnOf('www')])).toEqual([{ arn: arnOf('p'), gets: 'web.test' }])
    // Of a rule that is there another cutover may be under way.
    expect(pagesOfNobody(rules, tagged({ p: 'web' }), [arnOf('www')])).toEqual([])
  })

  test('that is gone with all it served are told with whom they answer', () => {
    const left = aPage('p', 9, { conditions: [...forHost('old.test'), { Field: 'path-pattern', Values: ['/shop*'] }] })
    const tags = { [left.arn]: { [PAGE_TAG]: arnOf('gone'), 'norikae.io/platform': 'demo' } }
    expect(pagesOf(web.arn, [web, left], tags)).toEqual([])
    expect(pagesOfNobody([web, left], tags, [web.arn])).toEqual([
      { arn: left.arn, gets: 'old.test /shop*', platform: 'demo' },
    ])
  })
})

describe('the command that makes room', () => {
  const rules = [9, 10, 11, 12, 13, 15].map((n) => aRule(`r${n}`, n))
  const named = (name: string, all = rules) => {
    const its = all.find(({ arn }) => arn === arnOf(name)) ?? web
    return aRoute(its, [], all)
  }
  const frontedAmong = (all: readonly ListedRule[], wanted: readonly ListedRule[]) =>
    all.filter(({ arn }) => wanted.some((it) => it.arn === arn)).map((its) => aRoute(its, [], all))

  test('moves all rules up to the first number that is free', () => {
    expect(roomBefore([named('r10')])?.remedy).toMatch(
      /--rule-priorities RuleArn=\S+r10,Priority=11 RuleArn=\S+r11,Priority=12 RuleArn=\S+r12,Priority=13 RuleArn=\S+r13,Priority=14$/,
    )
  })

  test('is one for a listener, and one for another', () => {
    const elsewhere = [1, 2].map((n) => aRule(`s${n}`, n, { arn: `${LISTENER.replace('/2', '/3')}/s${n}` }))
    const [, second = web] = elsewhere
    const said = roomBefore([named('r10'), named('r12'), { ...aRoute(second, [], elsewhere), name: 's2' }])
    expect(said?.remedy.split('set-rule-priorities')).toHaveLength(3)
    expect(said?.remedy).toContain('r12,Priority=14')
    expect(said?.why).toMatch(
      /r10 of route r10 \(10\) and rule \S+r12 of route r12 \(12\) and rule \S+s2 of route s2 \(2\)/,
    )
  })

  test('leaves the room that another route of the environment has', () => {
    const pageOfR12 = aPage('p', 11, { conditions: forHost('r12.test') })
    const all = [9, 10, 12, 14, 16].map((n) => aRule(`r${n}`, n)).concat(pageOfR12)
    const its = { ...named('r12', all), tags: tagged({ p: 'r12' }) }
    const after = carriedOut(roomBefore([named('r10', all), its, named('r14', all), named('r16', all)]), all)
    expect(after.toSorted((a, b) => a.priority - b.priority).map((rule) => `${nameOf(rule)} ${rule.priority}`)).toEqual(
      ['r9 9', 'r10 11', 'p 12', 'r12 13', 'r14 15', 'r16 17'],
    )
  })

  test('is none where there is room, or a page already', () => {
    expect(roomBefore([named('r9'), named('r15')])).toBeUndefined()
    const all = [aPage('p', 9), web]
    expect(roomBefore([aRoute(web, all.slice(0, 1), all)])).toBeUndefined()
  })

  test('makes room for all of them, and changes no order', () => {
    const numbers = fc.uniqueArray(
      fc.oneof(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 49_970, max: 50_000 }),
      ),
      { minLength: 1, maxLength: 60 },
    )
    fc.assert(
      fc.property(numbers, fc.infiniteStream(fc.boolean()), (taken, wants) => {
        const before = taken.map((n) => aRule(`r${n}`, n))
        const wanted = before.filter(() => wants.next().value)
        const after = carriedOut(roomBefore(frontedAmong(before, wanted)), before)
        const inOrder = (rules: readonly ListedRule[]) =>
          rules.toSorted((a, b) => a.priority - b.priority).map(({ arn }) => arn)
        expect(inOrder(after)).toEqual(inOrder(before))
        expect(new Set(after.map(({ priority }) => priority)).size).toBe(after.length)
        for (const { priority } of after) expect(priority >= 1 && priority <= 50_000).toBe(true)
        expect(roomBefore(frontedAmong(after, wanted))).toBeUndefined()
      }),
    )
  })
})
