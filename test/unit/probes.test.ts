import { describe, expect, test } from 'vitest'
import { checksFor } from '../../src/domain/checks.ts'
import type { CheckFile } from '../../src/domain/platform-file.ts'
import { leaves } from '../../src/domain/steps.ts'
import { isWell, lookOf, probeTargets, type ProbeTarget } from '../../src/domain/probes.ts'
import { aCutoverPlan, anApp, anEnvironment, errors, route, rule } from '../support/builders.ts'
import { aFile } from '../support/found.ts'

const place = { cluster: 'chat-1-36', app: 'web', environment: 'test', namespaces: ['web-a', 'web-b'] }
const asks = { gives: 'failures', timeout: '5s' } as const

describe('who is asked', () => {
  test('a Service in each namespace, where the address names it', () => {
    const of = (http: string) => probeTargets({ ...asks, http }, place)
    expect(of('http://{app}.{namespace}:8080/healthz?of={environment}')).toEqual(
      place.namespaces.map((namespace) => ({
        of: 'service',
        scheme: 'http',
        service: 'web',
        namespace,
        port: '8080',
        path: '/healthz?of=test',
      })),
    )
    expect(of('https://web.shared/')).toHaveLength(1)
    expect(of('https://web.shared/')[0]).toMatchObject({ namespace: 'shared', port: '443', path: '/' })
  })
  test('an address outside, by its side', () => {
    const probe = { ...asks, url: 'https://{cluster}.example.com/', host: '{app}.example.com' }
    expect(probeTargets(probe, place)).toEqual([
      { of: 'outside', url: 'https://chat-1-36.example.com/', host: 'web.example.com' },
    ])
  })
})

describe('what a look comes to', () => {
  const target: ProbeTarget = { of: 'outside', url: 'https://green.example.com/healthz?key=secret' }
  const of = (...probed: readonly Parameters<typeof isWell>[0][]) => probed.map((p) => ({ target, probed: p }))
  test.for([
    [200, true],
    [204, true],
    [301, true],
    [399, true],
    [400, false],
    [404, false],
    [503, false],
    [101, false],
  ] as const)('%i is well: %s', ([status, is]) => expect(isWell({ status, seconds: 0 })).toBe(is))
  test('how many failed, with what was said and no secret', () => {
    const answers = of(
      { status: 200, seconds: 0.1 },
      { status: 503, seconds: 0.2 },
      { seconds: 5, why: 'no answer in 5s' },
    )
    expect(lookOf('failures', answers)).toEqual({
      value: 2,
      saw: 'https://green.example.com/healthz: 503; https://green.example.com/healthz: no answer in 5s',
    })
  })
  test('how long the slowest took, and nothing where nobody was asked', () => {
    expect(lookOf('latency', of({ status: 200, seconds: 0.1 }, { status: 200, seconds: 0.3 }))).toEqual({ value: 0.3 })
    expect(lookOf('failures', of({ status: 200, seconds: 0.1 }))).toEqual({ value: 0 })
    expect(lookOf('failures', [])).toEqual({ value: null })
  })
})

describe('checks of an environment', () => {
  const probe: CheckFile = {
    probe: { ...asks, http: 'http://{app}.{namespace}:8080/healthz' },
    limit: { atMost: 0 },
    minSamples: 3,
    breachAfter: 2,
  }
  const { health } = aFile()
  const watched = { app: 'web', environment: 'test', namespaces: ['web-test'], routes: [], asked: false }
  const of = (more: object) =>
    checksFor(health, { blue: 'b', green: 'g' }, { ...watched, ...more }).filter((c) => c.source.kind !== 'kubernetes')
  test('an app’s own are there also where no requests come in', () => {
    expect(of({ own: { answers: probe } }).map((c) => c.name)).toEqual(['answers', 'ready'])
    expect(of({}).map((c) => c.name)).toEqual(['ready'])
  })
  test('they stand beside the platform’s, or in place of one', () => {
    const routes = [route('web')]
    expect(of({ routes, own: { answers: probe } }).map((c) => c.name)).toEqual(['errors', 'answers', 'ready'])
    expect(of({ routes, own: { errors: probe } }).map((c) => c.source.kind)).toEqual(['probe', 'readiness'])
  })
  test('a probe makes samples up where nobody is asked', () => {
    const source = (asked: boolean) => of({ asked, own: { answers: probe } })[0]?.source
    expect([source(false), source(true)]).toMatchObject([{ makesUp: true }, { makesUp: false }])
    expect(of({ own: { slow: { ...probe, probe: { ...probe.probe, gives: 'latency' } } } })[0]?.source).toMatchObject({
      makesUp: false,
    })
  })

  test('are asked on green before anybody is asked to let it move, where they need no traffic', () => {
    const [answers] = of({ own: { answers: probe } })
    const environment = anEnvironment('production', {
      gate: rule('scala'),
      checks: answers ? [errors, answers] : [],
    })
    const plan = aCutoverPlan(anApp('web'), environment)
    const steps = leaves(plan.phases[0]?.forward ?? [])
    const before = steps.findIndex((s) => s.id === 'production/observe/before')
    expect(before).toBeLessThan(steps.findIndex((s) => s.kind === 'gate'))
    expect(steps[before]).toMatchObject({ kind: 'observe', for: '45s', checks: [{ name: 'answers' }] })
    const without = aCutoverPlan(anApp('web'), anEnvironment('production', { checks: [errors] }))
    expect(leaves(without.phases[0]?.forward ?? []).some((s) => s.id.endsWith('/before'))).toBe(false)
  })
})
