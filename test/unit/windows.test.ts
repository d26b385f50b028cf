import { expect, test } from 'vitest'
import { calendarActivities } from '../../src/activities/calendar.ts'
import { openingGate } from '../../src/domain/asking.ts'
import { opened, type Desk } from '../../src/domain/gates.ts'
import { blank, write } from '../../src/domain/journal.ts'
import type { Handover } from '../../src/domain/platform.ts'
import { details, statusOf } from '../../src/domain/status.ts'
import { leaves, type Step, type WaitStep } from '../../src/domain/steps.ts'
import {
  aCutoverPlan,
  anApp,
  anEnvironment,
  anUpgradePlan,
  aPlatform,
  fullEnvironment,
  fullFacts,
} from '../support/builders.ts'

const calendar = { timeZone: 'Asia/Tokyo', hours: ['Mon-Thu 10:00-16:00'], closed: ['2026-12-25'] }
const window = ['Wed 10:00-11:00']
const planned = (handovers: Readonly<Record<string, Handover>>, within = calendar) =>
  aCutoverPlan(
    anApp('api'),
    anEnvironment('production', { handovers: { ...fullEnvironment.handovers, ...handovers } }),
    fullFacts,
    aPlatform({ calendar: within }),
  )
const plan = planned({ 'Deployment/shop/leader': { class: 'singleton', downtime: '30s', window } })
const lanesOf = (steps: readonly Step[]) =>
  steps.flatMap((s) => (s.kind === 'group' ? [s] : [])).find((s) => s.id === 'production/handover')
const raise = (why: string): never => {
  throw new Error(why)
}
const isWait = (s: Step): s is WaitStep => s.kind === 'wait'
const step = leaves(plan.phases[0]?.forward ?? []).find(isWait) ?? raise('it waits for no window')

test('a handover waits first of all, and takes no place of another while it does', () => {
  const group = lanesOf(plan.phases[0]?.forward ?? [])
  const lane = group?.lanes.find((l) => l.some((s) => s.id.includes('leader')))
  expect(lane?.map((s) => s.id.replace('production/shop/deployment/leader/', ''))).toEqual([
    'window',
    'stop-blue',
    'start-green',
  ])
  expect(group?.atMost).toBe((lanesOf(planned({}).phases[0]?.forward ?? [])?.atMost ?? 0) + 1)
  expect(group?.title).toBe(
    "hand over api's workloads; wait for the window of leader: Wed 10:00-11:00, not on closed days (Asia/Tokyo)",
  )
  expect(leaves(plan.phases[0]?.back ?? []).filter(isWait)).toEqual([])
})

test('its window is its own, and closed days are everybody’s', () => {
  expect(step).toMatchObject({
    title: 'wait for the window of leader: Wed 10:00-11:00, not on closed days (Asia/Tokyo)',
    until: { open: { timeZone: 'Asia/Tokyo', hours: window, closed: ['2026-12-25'] } },
  })
  expect(planned({}).digest).not.toBe(plan.digest)
  // The hours of turns are no part of how an environment moves.
  expect(planned({}, { ...calendar, hours: ['Fri'] }).digest).toBe(planned({}).digest)
})

test('an upgrade says when it gives turns out, and waits for its hours between the answer and the removal', () => {
  const { phases } = anUpgradePlan(aPlatform({ calendar }))
  expect(phases.find((p) => p.name === 'cutovers')?.title).toBe(
    'move the apps; turns are given out Mon-Thu 10:00-16:00, not on closed days (Asia/Tokyo)',
  )
  const soak = phases.find((p) => p.name === 'soak')?.forward.map((s) => s.id) ?? []
  expect(soak.slice(soak.indexOf('soak/gate'))).toEqual([
    'soak/gate',
    'soak/still-on-green',
    'soak/hours',
    'soak/still-idle',
  ])
})

test('a place without hours holds nothing', () => {
  const { phases } = anUpgradePlan(aPlatform({ calendar: { timeZone: 'Asia/Tokyo', hours: [], closed: [] } }))
  expect(phases.find((p) => p.name === 'cutovers')?.title).toBe('move the apps')
  expect(phases.flatMap((p) => leaves(p.forward)).map((s) => s.id)).not.toContain('soak/hours')
})

const desk: Desk = { gates: [], ahead: [], log: [], requester: 'aoki', members: { scala: ['chiba'], sre: ['aoki'] } }
const changes = '2026-12-02T01:00:00.000Z'
const opening = { at: '2026-12-01T06:00:00.000Z', open: false, changes, onTheWall: 'Wed 2026-12-02 10:00 (Asia/Tokyo)' }

test('while it waits it moves, asks nobody, and says until when and what goes on before', () => {
  const gates = opened(desk, openingGate(plan, step, { attempt: 1, times: 1 }, opening, 'sre', opening.at))
  const journal = write(blank, { step: step.id, attempt: 1, state: 'running', startedAt: opening.at })
  const status = statusOf({ plan, journal, goingBack: false }, gates, false)
  expect(status).toMatchObject({ state: 'moving', doing: [step.title] })
  expect(status.waitingFor).toMatchObject([
    {
      who: ['scala', 'sre'],
      people: ['chiba', 'aoki'],
      opensAt: changes,
      onTheWall: opening.onTheWall,
      needs: '0 of 1: skip',
    },
  ])
  expect(details([status]))
    .toContain(`- **waiting until ${changes}**: ${step.title}; it opens ${opening.onTheWall}. skip: go on now (scala or sre)
- to skip, send \`skip\` \`{"gate":"${step.id}@${plan.digest.slice(0, 8)}.1","by":"<you>"}\``)
})

test('the activity answers for now, or for what the workflow knows to have come', async () => {
  const { opening: ask } = calendarActivities()
  const always = { timeZone: 'UTC', hours: [], closed: [] }
  const before = Date.now()
  expect(Date.parse((await ask({ calendar: always, at: '1970-01-01T00:00:00.000Z' })).at)).toBeGreaterThanOrEqual(
    before,
  )
  expect(await ask({ calendar, at: '2100-01-01T00:00:00.000Z' })).toEqual({
    at: '2100-01-01T00:00:00.000Z',
    open: false,
    changes: '2100-01-04T01:00:00.000Z',
    onTheWall: 'Mon 2100-01-04 10:00 (Asia/Tokyo)',
  })
  await expect(ask({ calendar: { ...calendar, timeZone: 'Nowhere/At_All' }, at: opening.at })).rejects.toThrow(
    RangeError,
  )
})
