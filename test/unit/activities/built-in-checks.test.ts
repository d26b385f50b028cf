import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { unreachable } from '../../../src/activities/errors.ts'
import { healthActivities } from '../../../src/activities/health.ts'
import type { Outside } from '../../../src/activities/outside.ts'
import { checksFor } from '../../../src/domain/checks.ts'
import type { KubernetesObject } from '../../../src/domain/kubernetes-objects.ts'
import { takesBack, type Check } from '../../../src/domain/verdict.ts'
import { aWatched, watching } from '../../support/a-watch.ts'
import { driven } from '../../support/driven.ts'
import { aFile } from '../../support/found.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-26T01:00:00Z') }))
afterEach(() => void vi.useRealTimers())

const subject = { platform: 'chat', account: '1', region: 'r', blue: 'b', green: 'g', team: 'scala' }
/** Nothing of its routes is looked at here. */
const green = (checks: readonly Check[]) => [aWatched('test', { checks })]
const watched = { app: 'web', environment: 'test', namespaces: ['web'], routes: [], asked: false }
const builtIn = checksFor(aFile().health, { blue: 'b', green: 'g' }, watched)
const named = (name: string) => builtIn.filter((c) => c.name === name)

interface Side {
  readonly deployments?: () => readonly KubernetesObject[]
  readonly pods?: (namespace: string) => readonly KubernetesObject[]
  readonly finds?: () => void
  readonly answersAfterMs?: number
}

function activities(sides: { readonly b?: Side; readonly g?: Side }) {
  const asked: string[] = []
  const kubernetes = async (_region: string, name: 'b' | 'g') => ({
    list: async (kind: string, { namespace }: { readonly namespace: string }) => {
      asked.push(`${name} ${kind}`)
      const { deployments = () => [], pods = () => [] } = sides[name] ?? {}
      return kind === 'Pod' ? pods(namespace) : kind === 'Deployment' ? deployments() : []
    },
    find: async () => {
      sides[name]?.finds?.()
      await new Promise((resolve) => setTimeout(resolve, sides[name]?.answersAfterMs ?? 0))
    },
  })
  const known = { identity: { whoAmI: async () => ({ account: '1', principalArn: 'arn' }) }, kubernetes }
  const others = { get: (of: object, name: string) => Reflect.get(of, name) ?? (() => ({})) }
  const outside = { ports: new Proxy(known, others), upgradeStatus: async () => undefined }
  const all = outside as unknown as Outside // all that is asked
  return { ...healthActivities(all), outside: all, asked }
}

const minutely = { between: () => void vi.setSystemTime(Date.now() + 60_000) }
const quarterly = { between: () => void vi.setSystemTime(Date.now() + 15_000) }
const iso = (ms: number) => new Date(ms).toISOString().replace('.000', '')

const container = (restartCount: number) => ({
  metadata: { name: 'web-1', namespace: 'web', creationTimestamp: iso(Date.now()) },
  spec: { restartPolicy: 'Always' },
  status: {
    containerStatuses: [{ name: 'app', restartCount, lastState: { terminated: { reason: 'Error', exitCode: 1 } } }],
  },
})
const aPod = (of: object) => ({ apiVersion: 'v1', kind: 'Pod', ...of }) as KubernetesObject

describe('restarts', () => {
  test('environments that are asked about in one activity are not held against one another', async () => {
    const old = (namespace: string) => ({ ...container(40), metadata: { ...container(40).metadata, namespace } })
    const { observe } = activities({ g: { pods: (namespace) => (namespace === 'web' ? [] : [aPod(old(namespace))]) } })
    const both = ['web', 'web-production'].flatMap((namespace) =>
      named('restarts').map((check): Check => ({
        ...check,
        name: namespace,
        source: { kind: 'kubernetes', of: 'restarts', namespaces: [namespace] },
        minSamples: 2,
      })),
    )
    const { answer } = await driven(observe, { subject, for: '1m', checks: both }, minutely)
    expect(answer).toMatchObject([{ verdict: 'pass' }, { verdict: 'pass' }])
  })
  test('what needs a database that is away for minutes is none once it is over', async () => {
    let looks = 0
    const { observe } = activities({ g: { pods: () => [aPod(container(looks++ === 0 ? 0 : 4))] } })
    const { answer } = await driven(observe, { subject, for: '8m', checks: named('restarts') }, minutely)
    expect(answer).toMatchObject([{ verdict: 'pass' }])
  })
  test('one that is started again every five minutes is', async () => {
    const loops = () => {
      const { status, ...pod } = container(30)
      const state = { waiting: { reason: 'CrashLoopBackOff' } }
      return aPod({ ...pod, status: { containerStatuses: status.containerStatuses.map((c) => ({ ...c, state })) } })
    }
    const { outside } = activities({ g: { pods: () => [loops()] } })
    expect(await watching(outside, green(named('restarts')), minutely)).toMatchObject({
      message: expect.stringContaining('restarts (Kubernetes) 3, 3 in a row, where'),
    })
  })
  test('a container that loops on green alone is a breach', async () => {
    let count = 7
    const { outside } = activities({ g: { pods: () => [aPod(container(count++))] } })
    expect(await watching(outside, green(named('restarts')), minutely)).toMatchObject({
      type: 'Unhealthy',
      message:
        "test: restarts (Kubernetes) 3, 4 in a row, where at most 2, or 2 times blue's 0, is allowed (container app of pod web/web-1, last by Error, exit code 1)",
    })
  })
  test('one that does so on blue too is none', async () => {
    let [blue, green] = [0, 0]
    const { observe } = activities({
      b: { pods: () => [aPod(container(blue++))] },
      g: { pods: () => [aPod(container(green++))] },
    })
    const { answer } = await driven(observe, { subject, for: '8m', checks: named('restarts') }, minutely)
    expect(answer).toMatchObject([{ verdict: 'pass' }])
  })
  test('once or twice is none', async () => {
    let looks = 0
    const { observe } = activities({ g: { pods: () => [aPod(container(Math.min(2, looks++)))] } })
    const { answer } = await driven(observe, { subject, for: '8m', checks: named('restarts') }, minutely)
    expect(answer).toMatchObject([{ verdict: 'pass' }])
  })
})

describe('an API server of blue that is away', () => {
  const away = () => {
    throw unreachable('GET https://blue: no answer in 20s')
  }
  test('keeps nobody from being watched on green', async () => {
    const { observe } = activities({ b: { pods: away, finds: away } })
    const checks = builtIn.filter(({ source }) => source.kind === 'kubernetes')
    const { answer } = await driven(observe, { subject, for: '2m', checks }, minutely)
    expect(answer.map((j) => `${j.check} ${j.verdict}`)).toEqual([
      'restarts pass',
      'scheduling pass',
      'api-server pass',
    ])
  })
  test('leaves open what would need it', async () => {
    let count = 4
    const { observe } = activities({ b: { pods: away }, g: { pods: () => [aPod(container((count += 3)))] } })
    const { answer } = await driven(observe, { subject, for: '2m', checks: named('restarts') }, minutely)
    expect(answer).toMatchObject([{ verdict: 'inconclusive' }])
  })
})

test('blue is asked how fast it is where green is slow', async () => {
  const found: string[] = []
  const finds = (name: string) => () => void found.push(name)
  const { observe } = activities({ b: { finds: finds('b') }, g: { finds: finds('g') } })
  await driven(observe, { subject, for: '30s', checks: named('api-server') }, minutely)
  expect(new Set(found)).toEqual(new Set(['g']))
})

test('pods are asked for once a look, however many checks go by them', async () => {
  const { observe, asked } = activities({})
  const checks = [...named('restarts'), ...named('scheduling')]
  await driven(observe, { subject, for: '30s', checks }, minutely)
  expect(asked.toSorted()).toEqual(['b Pod', 'b Pod', 'g Pod', 'g Pod'])
})

test('an API server of green that is slower than one second and than twice blue’s stops what moves', async () => {
  const slow = named('api-server').map((check): Check => ({ ...check, limit: { ...check.limit, fineUpTo: 0.005 } }))
  const { observe } = activities({ g: { answersAfterMs: 300 } })
  const { answer } = await driven(observe, { subject, for: '10m', checks: slow }, minutely)
  expect(answer).toMatchObject([{ check: 'api-server', verdict: 'fail' }])
  expect(named('api-server')).toMatchObject([{ limit: { fineUpTo: 1, timesBlue: 2 }, breachAfter: 3 }])
})

test('one slow answer is looked at again, also in a window of seconds', async () => {
  // What is answered at once is as far from the limit as a busy machine needs.
  const slow = named('api-server').map((check): Check => ({ ...check, limit: { ...check.limit, fineUpTo: 0.25 } }))
  const green = { answersAfterMs: 300 }
  const { observe } = activities({ g: green })
  const after = () => {
    vi.setSystemTime(Date.now() + 15_000)
    green.answersAfterMs = 0
  }
  const checks = [...slow, ...named('ready')]
  const { answer, waits } = await driven(observe, { subject, for: '3s', checks }, { between: after })
  expect(answer).toMatchObject([{ verdict: 'pass' }, { verdict: 'pass' }])
  expect(waits).toHaveLength(4)
})

test('what a cluster is like for all apps takes back none that is there', () => {
  expect(builtIn.filter(takesBack).map((c) => c.name)).toEqual(['restarts', 'ready'])
})

describe('pods that are not ready', () => {
  const deployment = (wanted: number, available: number) =>
    ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'web' },
      spec: { replicas: wanted, template: { metadata: { labels: { app: 'web' } } } },
      status: { availableReplicas: available },
    }) as KubernetesObject
  const starting = (sinceMs: number) =>
    aPod({
      metadata: { name: 'web-9', namespace: 'web', labels: { app: 'web' }, creationTimestamp: iso(sinceMs) },
      status: {
        phase: 'Running',
        startTime: iso(sinceMs),
        conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: iso(sinceMs) }],
      },
    })

  test('an app that grows on green is no breach while its new pods start', async () => {
    const since = Date.now()
    const ready = () => Date.now() - since > 120_000
    const { observe } = activities({
      g: { deployments: () => [deployment(3, ready() ? 3 : 2)], pods: () => (ready() ? [] : [starting(since)]) },
    })
    const { answer } = await driven(observe, { subject, for: '4m', checks: named('ready') }, quarterly)
    expect(answer).toMatchObject([{ verdict: 'pass' }])
  })
  test('a blue whose pods still start does not take everything back', async () => {
    const since = Date.now()
    const { compare } = activities({ b: { deployments: () => [deployment(3, 2)], pods: () => [starting(since)] } })
    const { answer } = await driven(compare, { subject, checks: named('ready') })
    expect(answer.blue).toBe('fail')
  })
  test.for([
    { says: 'one that does not get ready in five minutes is', pods: (since: number) => [starting(since)] },
    { says: 'one that is not even made is', pods: () => [] },
  ])('$says', async ({ pods }) => {
    const since = Date.now()
    const { outside } = activities({ g: { deployments: () => [deployment(3, 2)], pods: () => pods(since) } })
    expect(await watching(outside, green(named('ready')), quarterly)).toMatchObject({
      type: 'Unhealthy',
      message: 'test: ready (pods) 1, 1 in a row, where at most 0 is allowed',
    })
  })
})
