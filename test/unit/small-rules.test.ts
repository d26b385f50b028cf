import { describe, expect, test } from 'vitest'
import { checksFor, filled, requestsOn } from '../../src/domain/checks.ts'
import { classify, startsAsleep } from '../../src/domain/handover.ts'
import { compareVersions, isKubernetesVersion } from '../../src/domain/kubernetes-version.ts'
import { afterFailure } from '../../src/domain/asking.ts'
import type { Handover } from '../../src/domain/platform.ts'
import { commandToMake } from '../../src/domain/search-attributes.ts'
import { aCutoverPlan, route, workload } from '../support/builders.ts'
import { aFile } from '../support/found.ts'

describe('a Kubernetes version', () => {
  test.for(['1.36', '1.0', '1.100'])('%s is one', (v) => expect(isKubernetesVersion(v)).toBe(true))
  test.for(['1', '1.', '1.036', '2.1', 'v1.36', '1.36.1', ' 1.36', '1.3a', '1.1000', ''])('"%s" is none', (v) =>
    expect(isKubernetesVersion(v)).toBe(false),
  )
  test('is older by its number, not by its letters', () => {
    expect([
      compareVersions('1.9', '1.10') < 0,
      compareVersions('1.36', '1.36'),
      compareVersions('1.36', '1.35') > 0,
    ]).toEqual([true, 0, true])
  })
})

describe('checks', () => {
  const { health } = aFile()
  const scope = { blue: 'b', green: 'g' }
  const watched = { app: 'web', environment: 'test', namespaces: ['x'], routes: [], asked: false }
  test('a query is put to one side, its namespaces and its window', () => {
    expect(
      filled('{cluster} {namespaces} {window} {cluster}', { cluster: 'b', namespaces: ['x', 'y'], window: '2m' }),
    ).toBe('b x|y 2m b')
    expect(filled('{window}', { cluster: 'b', namespaces: [] })).toBe('1m')
    expect(requestsOn({ url: 'u', requests: '{cluster}' }, { cluster: 'b', namespaces: [] })).toEqual({
      url: 'u',
      query: 'b',
    })
  })
  test('where requests come in the file’s checks are asked of both sides, and readiness always', () => {
    const checks = checksFor(health, scope, { ...watched, routes: [route('web')] })
    const [errors, ready] = [checks[0], checks.at(-1)]
    expect(errors?.source).toEqual({
      kind: 'prometheus',
      window: '2m',
      url: 'http://prometheus',
      queries: { blue: 'errors{cluster="b",namespace=~"x"}[2m]', green: 'errors{cluster="g",namespace=~"x"}[2m]' },
    })
    expect(errors).toMatchObject({
      name: 'errors',
      limit: { atMost: 0.01 },
      minSamples: 5,
      breachAfter: 2,
      every: '15s',
    })
    expect(ready).toMatchObject({ name: 'ready', source: { kind: 'readiness', namespaces: ['x'] }, breachAfter: 2 })
  })
  test('where none come in only what is built in is', () => {
    const names = checksFor(health, scope, watched).map((c) => c.name)
    expect(names).toEqual(['restarts', 'scheduling', 'api-server', 'ready'])
  })
  test('one that is written takes the place of one that is built in', () => {
    const restarts = { kubernetes: 'restarts', limit: { atMost: 9 }, minSamples: 1, breachAfter: 2 } as const
    const [first, ...others] = checksFor(health, scope, { ...watched, own: { restarts } })
    expect(first).toMatchObject({ name: 'restarts', limit: { atMost: 9 }, every: '60s' })
    expect(others.map((c) => c.name)).toEqual(['scheduling', 'api-server', 'ready'])
  })
})

describe('how a workload changes sides', () => {
  const web = workload('Deployment', 'w', { behindService: true })
  const stateful: Handover = { class: 'stateful', by: 'copy' }
  test.for([
    ['a Deployment behind a Service', web, undefined, 'overlap'],
    ['a CronJob', workload('CronJob', 'w'), undefined, 'schedule'],
    ['a Deployment that nothing calls', workload('Deployment', 'w'), undefined, 'handover-undeclared'],
    ['a DaemonSet', workload('DaemonSet', 'w', { behindService: true }), undefined, 'handover-undeclared'],
    ['volumes', { ...web, hasVolumes: true }, undefined, 'handover-stateful'],
    ['a StatefulSet', workload('StatefulSet', 'w', { behindService: true }), undefined, 'handover-stateful'],
    ['what is declared wins', web, { class: 'singleton', downtime: '1m' }, 'singleton'],
    ['also over volumes', { ...web, hasVolumes: true }, { class: 'overlap' }, 'overlap'],
    ['declared stateful', web, stateful, 'stateful'],
    ['a CronJob that is no schedule', workload('CronJob', 'w'), { class: 'overlap' }, 'handover-unfit'],
    [
      'a pod for each node that may run once',
      workload('DaemonSet', 'w'),
      { class: 'singleton', downtime: '1m' },
      'handover-unfit',
    ],
  ] as const)('%s', ([, found, declared, is]) => {
    const it = classify(found, declared, { clocks: true })
    expect('handover' in it ? it.handover.class : it.code).toBe(is)
    if ('code' in it) expect(it).toMatchObject({ level: 'blocker', about: `${found.ref.kind}/shop/w` })
  })
  test.for([
    ['overlap', false],
    ['buffer', false],
    ['consumer', true],
    ['schedule', true],
    ['singleton', true],
  ] as const)('%s starts asleep: %s', ([kind, asleep]) => {
    expect(startsAsleep({ ref: web.ref, scaled: false, handover: { class: kind } as Handover })).toBe(asleep)
  })
})

test.for([
  ['Unhealthy', 'rollback'],
  ['Rejected', 'rollback'],
  ['Failed', 'rollback'],
  ['MovedBack', 'rollback'],
  ['Contested', 'ask'],
  ['Busy', 'ask'],
  ['Stuck', 'ask'],
  ['Undelivered', 'ask'],
  ['Called', 'ask'],
  ['Inconclusive', 'ask'],
] as const)('an environment whose step ends %s: %s', ([type, what]) => {
  const [phase] = aCutoverPlan().phases
  expect(phase && afterFailure(phase, { type, message: '' })).toBe(what)
})

test('the command that makes search attributes', () => {
  expect(commandToMake(['NorikaeApp', 'NorikaePhase'], 'prod')).toBe(
    'temporal operator search-attribute create --namespace prod --name NorikaeApp --type Keyword --name NorikaePhase --type KeywordList',
  )
})
