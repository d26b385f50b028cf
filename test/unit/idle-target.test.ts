import { expect, test } from 'vitest'
import { planUpgrade } from '../../src/domain/plan-upgrade.ts'
import { LOOK_BACK_MS, spansToLookIn, targetFault } from '../../src/domain/idle-target.ts'
import { leaves } from '../../src/domain/steps.ts'
import { anApp, aPlatform, clusterFacts } from '../support/builders.ts'

const identity = { arn: 'arn:aws:eks:r:1:cluster/demo-1-35', createdAt: '2026-01-01T00:00:00.000Z' }
const blue = { name: 'demo-1-35', ...identity, tags: {} }

test.for<{
  says: string
  found?: Partial<typeof blue> & { tags?: object }
  planned?: typeof identity | undefined
  tells?: RegExp
}>([
  { says: 'it is the one of the plan' },
  { says: 'the plan is older than what it keeps of it', found: { arn: 'arn:another' }, planned: undefined },
  { says: 'an earlier run made it', found: { tags: { 'norikae.io/run': 'run-0' } } },
  {
    says: 'this run made it',
    found: { tags: { 'norikae.io/run': 'run-1' } },
    tells: /one that this run made: it is green/,
  },
  {
    says: 'it is of another account',
    found: { arn: 'arn:aws:eks:r:2:cluster/demo-1-35' },
    tells: /what was approved is/,
  },
  {
    says: 'it is of another region',
    found: { arn: 'arn:aws:eks:q:1:cluster/demo-1-35' },
    tells: /what was approved is/,
  },
  { says: 'it was made later', found: { createdAt: '2026-02-01T00:00:00.000Z' }, tells: /made 2026-02-01/ },
])('of a cluster where $says', ({ found, tells, ...it }) => {
  const planned = 'planned' in it ? it.planned : identity
  const fault = targetFault({ ...blue, ...found }, { identity: planned, run: 'run-1' })
  if (tells) expect(fault).toMatch(tells)
  else expect(fault).toBeUndefined()
})

test.for([
  { idle: 4_000, near: 4_000_000 },
  { idle: 3_600_000, near: LOOK_BACK_MS },
  { idle: 30 * 86_400_000, near: LOOK_BACK_MS },
])('requests of the last month are looked for, and near by none is missed: $idle', ({ idle, near }) => {
  const spans = spansToLookIn(10 * LOOK_BACK_MS, idle)
  expect(spans.map((s) => s.untilMs - s.fromMs)).toEqual([...new Set([near, LOOK_BACK_MS])])
  for (const { fromMs, untilMs, stepMs } of spans) expect((untilMs - fromMs) / stepMs).toBeLessThan(11_000)
  expect(spans[0]?.stepMs).toBeLessThanOrEqual(idle)
})

test.for([
  [clusterFacts, {}],
  [{ ...clusterFacts, served: true as const }, { served: true }],
] as const)(
  'both proofs are of the cluster that the plan was made of, with whether that saw it serve',
  ([facts, more]) => {
    const { phases } = planUpgrade(aPlatform({ apps: [anApp('api')] }), facts, [])
    const proofs = phases
      .flatMap((p) => leaves(p.forward))
      .filter((s) => s.kind === 'action' && s.action === 'proveIdle')
    expect(proofs).toHaveLength(2)
    for (const proof of proofs) {
      expect(proof).toMatchObject({ input: { cluster: aPlatform().blue, identity: facts.blue, ...more } })
      expect('served' in (proof as { input: object }).input).toBe('served' in more)
    }
  },
)
