import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { unreachable } from '../../../src/activities/errors.ts'
import { healthActivities } from '../../../src/activities/health.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import type { KubernetesObject } from '../../../src/domain/kubernetes-objects.ts'
import type { Check } from '../../../src/domain/verdict.ts'
import { errors } from '../../support/builders.ts'
import { driven } from '../../support/driven.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-26T01:00:00Z') }))
afterEach(() => void vi.useRealTimers())

const subject = { platform: 'chat', account: '1', region: 'r', blue: 'b', green: 'g', team: 'scala' }
const smoke: Check = {
  name: 'smoke',
  source: { kind: 'job', job: { image: 'smoke:1', timeout: '5m' }, namespaces: ['web'] },
  limit: { atMost: 0 },
  minSamples: 1,
  breachAfter: 1,
  every: '60s',
}

/** A green with nothing but Jobs, which run until a test says otherwise. */
function aGreen(more: { readonly metrics?: () => number; readonly remove?: () => never } = {}) {
  let pods: readonly KubernetesObject[] = []
  const jobs = new Map<string, KubernetesObject>()
  const made: KubernetesObject[] = []
  const removed: unknown[] = []
  const cluster = {
    find: async (_kind: string, _namespace: string, name: string) => jobs.get(name),
    list: async (kind: string) => (kind === 'Job' ? [...jobs.values()] : pods),
    create: async (job: KubernetesObject) => {
      const stamped = { uid: `uid-${made.push(job)}`, creationTimestamp: new Date().toISOString() }
      jobs.set(job.metadata.name, { ...job, metadata: { ...job.metadata, ...stamped } })
      return true
    },
    remove: async (...of: unknown[]) => {
      more.remove?.()
      removed.push(of)
    },
  }
  const known = {
    identity: { whoAmI: async () => ({ account: '1', principalArn: 'arn' }) },
    kubernetes: async () => cluster,
    metrics: { query: async () => more.metrics?.() ?? 0 },
  }
  const others = { get: (of: object, name: string) => Reflect.get(of, name) ?? (() => ({})) }
  const outside = { ports: new Proxy(known, others), upgradeStatus: async () => undefined }
  const { observe } = healthActivities(outside as unknown as Outside)
  return { observe, jobs, made, removed, run: (now: typeof pods) => void (pods = now) }
}
const minutely = { between: () => void vi.setSystemTime(Date.now() + 60_000) }

test('one that is gone before its end was seen is not run once more, and says nothing', async () => {
  const { observe, jobs, made } = aGreen()
  const between = () => {
    minutely.between()
    jobs.clear()
  }
  const { answer } = await driven(observe, { subject, for: '1m', checks: [smoke], run: 'r1' }, { between })
  expect(made).toMatchObject([{ metadata: { labels: { 'norikae.io/run': 'r1' } } }])
  expect(answer).toMatchObject([
    { verdict: 'inconclusive', because: expect.stringMatching(/^Job web\/norikae-check-.* is gone, and nobody saw/) },
  ])
})

test('one that still runs when its window fails is ended, and no other of its name', async () => {
  const { observe, made, removed } = aGreen({ metrics: () => 1 })
  const { answer } = await driven(observe, { subject, for: '10m', checks: [errors, smoke] }, minutely)
  expect(answer.map((j) => j.verdict)).toEqual(['fail', 'inconclusive'])
  expect(removed).toEqual([['Job', 'web', made[0]?.metadata.name, 'uid-1']])
})

test.for([
  { says: 'one whose pods are gone at its end had some', had: true, ends: /did not end within 5m$/ },
  { says: 'one that never had any says so', had: false, ends: /did not end within 5m: no pod of it was made\./ },
])('$says', async ({ had, ends }) => {
  const { observe, jobs, run } = aGreen()
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'uid-1', controller: true }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'web', ownerReferences: [owner] } }
  let looks = 0
  const between = () => {
    minutely.between()
    looks += 1
    run(had && looks === 1 ? [pod] : [])
    const conditions = [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded' }]
    if (looks === 2) for (const [name, job] of jobs) jobs.set(name, { ...job, status: { conditions } })
  }
  const { answer } = await driven(observe, { subject, for: '10m', checks: [smoke] }, { between })
  expect(answer).toMatchObject([{ verdict: 'fail', because: expect.stringMatching(ends) }])
})

test('one that has ended stays for people to look at', async () => {
  const { observe, jobs, removed } = aGreen()
  const between = () => {
    minutely.between()
    for (const [name, job] of jobs)
      jobs.set(name, { ...job, status: { conditions: [{ type: 'Failed', status: 'True', message: 'm' }] } })
  }
  const { answer } = await driven(observe, { subject, for: '10m', checks: [smoke] }, { between })
  expect([answer[0]?.verdict, removed]).toEqual(['fail', []])
})

test('what still runs of an earlier window is ended first: two of one check never run side by side', async () => {
  const { observe, jobs, made, removed } = aGreen()
  const earlier = (name: string, run: string, check: string): [string, KubernetesObject] => {
    const [labels, annotations] = [{ 'norikae.io/run': run }, { 'norikae.io/check': check }]
    const metadata = { name, namespace: 'web', uid: name, labels, annotations }
    return [name, { apiVersion: 'batch/v1', kind: 'Job', metadata }]
  }
  jobs.set(...earlier('norikae-check-1', 'r1', 'smoke'))
  jobs.set(...earlier('norikae-check-2', 'r1', 'another'))
  jobs.set(...earlier('norikae-check-3', 'r0', 'smoke'))
  const madeBeside: number[] = []
  const between = () => {
    minutely.between()
    madeBeside.push(made.length)
    if (removed.length > 0) jobs.delete('norikae-check-1')
  }
  await driven(observe, { subject, for: '2m', checks: [smoke], run: 'r1' }, { between })
  expect(madeBeside.slice(0, 2)).toEqual([0, 1])
  expect(removed[0]).toEqual(['Job', 'web', 'norikae-check-1', 'norikae-check-1'])
  expect(made).toHaveLength(1)
})

test('that it cannot be ended keeps no verdict back', async () => {
  const remove = () => {
    throw unreachable('DELETE: no answer in 20s')
  }
  const { observe } = aGreen({ metrics: () => 1, remove })
  const { answer } = await driven(observe, { subject, for: '10m', checks: [errors, smoke] }, minutely)
  expect(answer[0]?.verdict).toBe('fail')
})
