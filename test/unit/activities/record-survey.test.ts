import { afterEach, expect, test, vi } from 'vitest'
import type { KubernetesPort } from '../../../src/activities/ports.ts'
import type { Proven } from '../../../src/activities/outside.ts'
import { recordSurvey } from '../../../src/activities/record-survey.ts'
import type { AppFile } from '../../../src/domain/platform-file.ts'
import { driven } from '../../support/driven.ts'

afterEach(() => vi.useRealTimers())

test('records are looked at once each, over as many attempts as Route 53 needs for them', async () => {
  const names = Array.from({ length: 40 }, (_, n) => `app-${n}.example.com`)
  const asked: string[] = []
  let [began, longest] = [0, 0]
  const slowly = async (what: string) => {
    asked.push(what)
    vi.setSystemTime(Date.now() + 334)
    longest = Math.max(longest, Date.now() - began)
    return []
  }
  const world = {
    records: {
      named: (_: string, name: string) => slowly(name),
      protectedTypes: (_: string, name: string) => slowly(`protected ${name}`),
    },
    cloudWatch: { data: async () => ({}) },
    loadBalancing: { findBalancer: async (host: string) => asked.push(host) && { arn: 'a', name: host, zone: 'ZELB' } },
  } as unknown as Proven // nothing else is asked
  const service = { metadata: { name: 'web' }, status: { loadBalancer: { ingress: [{ hostname: 'blue.elb' }] } } }
  const blue = { list: async (kind: string) => asked.push(kind) && [service] } as unknown as KubernetesPort
  const target = { kind: 'Service', namespace: 'a', name: 'web' } as const
  const app = { records: names.map((name) => ({ name, zone: 'Z1', target })) } as unknown as AppFile

  const { answer, waits } = await driven(async () => {
    began = Date.now()
    return recordSurvey(world, blue, { apps: { app } })
  }, undefined)
  expect(answer.map((r) => r.name)).toEqual(names)
  expect(answer.every((r) => r.balancer?.name === 'blue.elb')).toBe(true)
  expect(waits.at(-1)).toBe('40 records were looked at')
  expect(longest).toBeLessThan(30_000)
  expect(asked.filter((a) => names.includes(a))).toEqual(names)
  // Each attempt that asked for records has listed load balancers once.
  expect(asked.filter((a) => a === 'blue.elb')).toHaveLength(waits.length)
})
