import { describe, expect, test } from 'vitest'
import { apart, unlikeItsClass } from '../../src/domain/contradictions.ts'
import type { Handover } from '../../src/domain/platform.ts'
import { anApp, anEnvironment, workload } from '../support/builders.ts'

const singleton: Handover = { class: 'singleton', downtime: '60s' }

test.for<{ says: string; handover: Handover; found: Parameters<typeof workload>[2]; codes: string[] }>([
  { says: 'a singleton that stops in time', handover: singleton, found: { replicas: 1, graceS: 60 }, codes: [] },
  { says: 'one that may not', handover: singleton, found: { replicas: 1, graceS: 61 }, codes: ['singleton-slow'] },
  {
    says: "by Kubernetes' own grace",
    handover: { ...singleton, downtime: '20s' },
    found: {},
    codes: ['singleton-slow'],
  },
  {
    says: 'a consumer that stops slowly',
    handover: { class: 'consumer', idempotent: true },
    found: { graceS: 600 },
    codes: [],
  },
  { says: 'a singleton of two pods', handover: singleton, found: { replicas: 2 }, codes: ['singleton-several'] },
  {
    says: 'a singleton with an autoscaler',
    handover: singleton,
    found: { scaled: true },
    codes: ['singleton-several'],
  },
  { says: 'two pods that agree on one', handover: { ...singleton, lease: 'x' }, found: { replicas: 2 }, codes: [] },
  {
    says: 'stateful without volumes',
    handover: { class: 'stateful', by: 'handover' },
    found: {},
    codes: ['stateful-without-volumes'],
  },
  {
    says: 'stateful with them',
    handover: { class: 'stateful', by: 'handover' },
    found: { hasVolumes: true },
    codes: [],
  },
])('$says: $codes', ({ handover, found, codes }) => {
  const facts = workload('Deployment', 'actor', found)
  const findings = unlikeItsClass({ ref: facts.ref, scaled: facts.scaled, handover }, facts)
  expect(findings.map((f) => f.code)).toEqual(codes)
  for (const f of findings) expect(f).toMatchObject({ level: 'warning', about: 'Deployment/shop/actor' })
})

describe('apps that are to move at the same time', () => {
  const app = (name: string, movesWith: string[], ...environments: string[]) =>
    anApp(name, { movesWith, environments: environments.map((e) => anEnvironment(e)) })
  test.for([
    { says: 'and have the same environments', b: ['test', 'production'], is: [] },
    {
      says: 'and share one',
      b: ['production'],
      is: ['info a: a and b are to move at the same time, and a alone has test: there it moves by itself'],
    },
    {
      says: 'and share none',
      b: ['stage'],
      is: [
        'warning a: a and b are to move at the same time, and a alone has test, a alone has production, b alone has stage: they never do',
      ],
    },
  ])('$says', ({ b, is }) => {
    const apps = [app('b', ['a'], ...b), app('a', ['b'], 'test', 'production'), app('c', [], 'test')]
    expect(apart(apps).map((f) => `${f.level} ${f.about}: ${f.message}`)).toEqual(is)
  })
})
