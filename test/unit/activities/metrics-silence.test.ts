import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { invalidInput, unreachable } from '../../../src/activities/errors.ts'
import { healthActivities } from '../../../src/activities/health.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import { driven } from '../../support/driven.ts'

const URL = 'http://prometheus.monitoring:9090'
const began = Date.parse('2026-11-26T01:00:00Z')
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: began }))
afterEach(() => void vi.useRealTimers())

/** Metrics that answer, or do not, as `answers` says of the minute. */
const awaited = (until: 'silent' | 'answering', answers: (minute: number) => boolean | 'refuses') => {
  const query = async () => {
    const says = answers((Date.now() - began) / 60_000)
    if (says === 'refuses') throw invalidInput('unknown function')
    if (!says) throw unreachable(`${URL} does not answer`)
    return 1
  }
  const { awaitMetrics } = healthActivities({ ports: { metrics: { query } } } as unknown as Outside)
  const minutely = { between: () => void vi.setSystemTime(Date.now() + 60_000) }
  return driven(awaitMetrics, { url: URL, until }, minutely)
}

test('metrics that do not answer for half an hour are silent, since they last did', async () => {
  const { answer } = await awaited('silent', (minute) => minute < 5)
  expect(answer).toEqual({ since: '2026-11-26T01:05:00.000Z', why: `${URL} does not answer` })
  expect(Date.now() - began).toBe(35 * 60_000)
})

test('those that answer in between are not, and whoever refuses a query has answered', async () => {
  const { waits } = await awaited('silent', (minute) => minute % 29 === 0 && minute < 90)
  expect(waits.filter((w) => w === 'they answer')).toHaveLength(4)
  const refused = await awaited('answering', () => 'refuses')
  expect(refused.waits).toEqual([])
})

test('they are waited for until they answer', async () => {
  const { waits } = await awaited('answering', (minute) => minute >= 3)
  expect(waits).toHaveLength(3)
})
