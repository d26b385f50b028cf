import { describe, expect, test } from 'vitest'
import {
  leftPageFindings,
  nobodysPageFindings,
  pageFindings,
  shownFor,
  type Page,
} from '../../src/domain/maintenance.ts'
import { movable } from '../../src/domain/movable.ts'
import { leaves, type Step } from '../../src/domain/steps.ts'
import type { Environment, Handover, RecordRoute } from '../../src/domain/platform.ts'
import type { Calendar } from '../../src/domain/calendar.ts'
import { aCutoverPlan, anApp, anEnvironment, aPlatform, ref, route, workload } from '../support/builders.ts'

const page: Page = { status: 503, type: 'text/plain', body: 'back soon' }
const singleton: Handover = { class: 'singleton', downtime: '1m' }
const record: RecordRoute = {
  kind: 'route53',
  name: 'a.example.com',
  zone: 'Z1',
  namespace: 'shop',
  target: 'Service/web',
}

const moved = (handover: Handover) => ({ ref: ref('Deployment', 'w'), handover })

describe('a page', () => {
  test.for<{ says: string; handover: Handover; shown: boolean }>([
    { says: 'is shown for a singleton', handover: singleton, shown: true },
    { says: 'is shown for volumes', handover: { class: 'stateful', by: 'handover' }, shown: true },
    { says: 'is shown for a consumer that stops', handover: { class: 'consumer', idempotent: false }, shown: true },
    { says: 'is not for one that never stops', handover: { class: 'consumer', idempotent: true }, shown: false },
    { says: 'is not for a schedule', handover: { class: 'schedule' }, shown: false },
    { says: 'is not for what runs on both sides', handover: { class: 'overlap' }, shown: false },
  ])('$says', ({ handover, shown }) => {
    const environment = anEnvironment('e', { page })
    expect(shownFor(environment, [moved(handover)]) !== undefined).toBe(shown)
    expect(pageFindings(environment, [moved(handover)]).map((f) => [f.level, f.code])).toEqual([
      shown ? ['warning', 'page-planned'] : ['info', 'page-unneeded'],
    ])
  })

  test.for<{ says: string; more: Partial<Environment>; windows?: readonly (readonly string[])[]; told: string[] }>([
    { says: 'nothing where nobody asked for one', more: {}, told: [] },
    { says: 'what it is for', more: { page }, told: ['page-planned'] },
    { says: 'each route of another kind', more: { page, routes: [route('web'), record] }, told: ['page-unfit'] },
    { says: 'that there is no route', more: { page, routes: [] }, told: ['page-unneeded'] },
    { says: 'windows apart', more: { page }, windows: [['Sat'], ['Sun']], told: ['page-unfit'] },
    { says: 'nothing of windows that are one', more: { page }, windows: [['Sat'], ['Sat']], told: ['page-planned'] },
  ])('tells $says', ({ more, windows = [[]], told }) => {
    const workloads = windows.map((window) => moved(window.length > 0 ? { ...singleton, window } : singleton))
    expect(pageFindings(anEnvironment('e', more), workloads).map((f) => f.code)).toEqual(told)
  })

  test.for<{ says: string; more: Partial<Environment>; handover: Handover; level: string | undefined }>([
    { says: 'none is up', more: { page }, handover: singleton, level: undefined },
    { says: 'taken over', more: { page, pagesLeft: { web: ['arn:p'] } }, handover: singleton, level: 'warning' },
    { says: 'out of the file', more: { pagesLeft: { web: ['arn:p'] } }, handover: singleton, level: 'blocker' },
    {
      says: 'of what no longer stops',
      more: { page, pagesLeft: { web: ['arn:p'] } },
      handover: { class: 'overlap' },
      level: 'blocker',
    },
  ])('that an earlier cutover left is told: $says', ({ more, handover, level }) => {
    const told = leftPageFindings(anEnvironment('e', more), [moved(handover)])
    expect(told.map((f) => [f.level, f.code, f.about])).toEqual(level ? [[level, 'page-left', 'web']] : [])
    for (const { remedy } of told) expect(remedy).toMatch(/aws elbv2 delete-rule --rule-arn arn:p$/)
  })

  test.for([
    { says: 'its own', platform: 'demo', told: ['blocker page-left shop.test'] },
    { says: 'one whose tag is gone', platform: undefined, told: ['blocker page-left shop.test'] },
    { says: 'none of another platform', platform: 'other', told: [] },
  ])('of a rule that is no more is told: $says', ({ platform, told }) => {
    const left = { arn: 'arn:p', gets: 'shop.test', ...(platform !== undefined && { platform }) }
    const findings = nobodysPageFindings([left], 'demo')
    expect(findings.map((f) => `${f.level} ${f.code} ${f.about}`)).toEqual(told)
    for (const { remedy } of findings) expect(remedy).toMatch(/aws elbv2 delete-rule --rule-arn arn:p$/)
  })

  test('lets a singleton serve that is alone behind a route', () => {
    const w = workload('Deployment', 'w', { behindService: true, routes: ['web'] })
    const codes = (more: Partial<Environment>) =>
      movable([w], anEnvironment('e', { handovers: { 'Deployment/shop/w': singleton }, ...more }), {
        clocks: false,
      }).findings.map((f) => f.code)
    expect(codes({})).toContain('route-asleep')
    expect(codes({ page })).toEqual(['page-planned'])
    expect(codes({ page, routes: [route('web'), record] })).toContain('route-asleep')
  })
})

const ids = (steps: readonly Step[] = []): string[] => leaves(steps).map((s) => s.id)
const environment = anEnvironment('e', {
  page,
  weights: [5, 100],
  checks: [],
  handovers: { 'Deployment/shop/w': singleton },
})
const [phase] = aCutoverPlan(anApp('api'), environment, {
  images: '',
  workloads: [workload('Deployment', 'w', { behindService: true, routes: ['web'] })],
}).phases

test('visitors get the page from before anything stops until green serves, and again on the way back', () => {
  expect(ids(phase?.forward).slice(ids(phase?.forward).indexOf('e/route/web/open'))).toEqual([
    'e/route/web/open',
    'e/page-room',
    'e/route/web/page',
    'e/shop/deployment/w/stop-blue',
    'e/shop/deployment/w/start-green',
    'e/route/web/100',
    'e/route/web/served',
    'e/observe/handover',
    'e/quiet/blue',
  ])
  expect(ids(phase?.back).slice(0, 7)).toEqual([
    'e/route/web/page-again',
    'e/route/web/back',
    'e/shop/deployment/w/stop-green',
    'e/shop/deployment/w/start-blue',
    'e/route/web/served-again',
    'e/unfence-blue',
    'e/quiet/green',
  ])
  expect(phase?.health?.from).toBe('e/observe/handover')
  const open = leaves(phase?.forward ?? []).find((s) => s.id === 'e/route/web/open')
  expect(open).toMatchObject({ input: { mayBeAsleep: true, left: { weights: [5, 100] } } })
})

test.for([
  { says: 'the page alone', begun: ['e/route/web/page'], undone: ['e/route/web/served-again'] },
  {
    says: 'a handover that began',
    begun: ['e/route/web/page', 'e/shop/deployment/w/stop-blue'],
    undone: ['e/route/web/page-again', 'e/shop/deployment/w/start-blue', 'e/route/web/served-again', 'e/unfence-blue'],
  },
  {
    says: 'an open route, in front of which an earlier cutover may have left a page',
    begun: ['e/route/web/open'],
    undone: ['e/route/web/served-again', 'e/route/web/close'],
  },
])('the way back from $says', ({ begun, undone }) => {
  const back = leaves(phase?.back ?? []).filter((s) => s.undoes?.some((id) => begun.includes(id)))
  expect(back.map((s) => s.id)).toEqual(undone)
})

test('what going back loses is asked before the page is up again: green serves until then', () => {
  const handovers: Record<string, Handover> = {
    'StatefulSet/shop/db': { class: 'stateful', by: 'copy', lossOnReturn: 'a day' },
    'Deployment/shop/w': singleton,
  }
  const workloads = [
    workload('StatefulSet', 'db', { routes: ['web'] }),
    workload('Deployment', 'w', { behindService: true, routes: ['web'] }),
  ]
  const [copied] = aCutoverPlan(anApp('api'), { ...environment, handovers }, { images: '', workloads }).phases
  const back = ids(copied?.back)
  expect(back.slice(0, 3)).toEqual(['e/shop/statefulset/db/accept-loss', 'e/route/web/page-again', 'e/route/web/back'])
  expect(back.filter((id) => id.endsWith('/accept-loss'))).toHaveLength(1)
  expect(back).toEqual(expect.arrayContaining(['e/shop/statefulset/db/start-blue', 'e/shop/deployment/w/start-blue']))
})

test('a window is waited for before the page is up, and once', () => {
  const window = ['Sat 02:00-04:00']
  const handovers = { 'Deployment/shop/w': { ...singleton, window }, 'Deployment/shop/v': { ...singleton, window } }
  const calendar: Calendar = { timeZone: 'Asia/Tokyo', hours: [], closed: [] }
  const [timed] = aCutoverPlan(
    anApp('api'),
    { ...environment, handovers },
    { images: '', workloads: ['w', 'v'].map((name) => workload('Deployment', name)) },
    aPlatform({ calendar }),
  ).phases
  const all = leaves(timed?.forward ?? [])
  expect(all.filter((s) => s.kind === 'wait')).toHaveLength(1)
  const at = (id: string) => all.findIndex((s) => s.id === id)
  expect(all.findIndex((s) => s.kind === 'wait')).toBeLessThan(at('e/route/web/page'))
})

test('whoever never stops is handed over once visitors are served, and its window keeps no page waiting', () => {
  const handovers: Record<string, Handover> = {
    'Deployment/shop/w': singleton,
    'Deployment/shop/queue': { class: 'consumer', idempotent: true, window: ['Sat 02:00-04:00'] },
  }
  const [mixed] = aCutoverPlan(
    anApp('api'),
    { ...environment, handovers },
    {
      images: '',
      workloads: [workload('Deployment', 'w'), workload('Deployment', 'queue'), workload('CronJob', 'nightly')],
    },
    aPlatform({ calendar: { timeZone: 'Asia/Tokyo', hours: [], closed: [] } }),
  ).phases
  const forward = ids(mixed?.forward)
  expect(forward.slice(forward.indexOf('e/route/web/page'))).toEqual([
    'e/route/web/page',
    'e/shop/deployment/w/stop-blue',
    'e/shop/deployment/w/start-green',
    'e/route/web/100',
    'e/route/web/served',
    'e/observe/served',
    'e/shop/cronjob/nightly/suspend-blue',
    'e/shop/cronjob/nightly/resume-green',
    'e/shop/deployment/queue/window',
    'e/shop/deployment/queue/start-green',
    'e/shop/deployment/queue/stop-blue',
    'e/observe/handover',
    'e/quiet/blue',
  ])
  expect(leaves(mixed?.forward ?? []).filter((s) => s.kind === 'wait')).toHaveLength(1)
  expect(mixed?.health?.from).toBe('e/observe/served')
  const back = ids(mixed?.back)
  expect(back.indexOf('e/route/web/served-again')).toBeLessThan(back.indexOf('e/shop/cronjob/nightly/resume-blue'))
})
