import { describe, expect, test } from 'vitest'
import { blank, write, type Journal } from '../../src/domain/journal.ts'
import { afterWayBack, wayBack, type Phase } from '../../src/domain/plan.ts'
import { changes, leaves, type LeafStep } from '../../src/domain/steps.ts'
import {
  aCutoverPlan,
  anAdoptingPlatform,
  anUpgradePlan,
  anApp,
  anEnvironment,
  aPlatform,
  clusterFacts,
  someFacts,
  someRoles,
  workload,
} from '../support/builders.ts'
import { ToyWorld } from '../support/toy-world.ts'

const once = ['payer', 'leader', 'db', 'invoices']
const record = (step: string, state: 'done' | 'failed') => ({ step, state, attempt: 1, startedAt: '' })
const plans = [
  aCutoverPlan(),
  aCutoverPlan(anApp('api'), anEnvironment('production', { weights: [5, 25, 100] }), someFacts),
  aCutoverPlan(
    anApp('api'),
    anEnvironment('behind-a-page', {
      page: { status: 503, type: 'text/plain', body: 'back soon' },
      handovers: { 'Deployment/shop/leader': { class: 'singleton', downtime: '1m' } },
    }),
    { images: '', workloads: [workload('Deployment', 'leader')] },
  ),
  anUpgradePlan(),
  anUpgradePlan(anAdoptingPlatform()),
  anUpgradePlan(aPlatform(), { ...clusterFacts, roles: someRoles }),
  anUpgradePlan(aPlatform({ waves: [] }), { ...clusterFacts, addons: [] }),
  anUpgradePlan(aPlatform({ waves: [] }), { ...clusterFacts, addons: [], nodeGroups: [] }),
]
const phases = plans.flatMap((p) => p.phases)
const reversible = phases.filter((p) => !p.pointOfNoReturn)

/** All steps of the phases before it, then the first `n` of this one; the last of them perhaps failed before or after it did its work. */
function interrupted(
  before: readonly Phase[],
  phase: Phase,
  n: number,
  last: 'done' | 'undone',
): { world: ToyWorld; journal: Journal } {
  const world = new ToyWorld()
  once.forEach((name) => world.once.add(name))
  let journal = blank
  const steps = [...before.flatMap((p) => leaves(p.forward)), ...leaves(phase.forward).slice(0, n)]
  steps.forEach((step, i) => {
    const isLast = i === steps.length - 1
    journal = write(journal, record(step.id, isLast ? 'failed' : 'done'))
    if (step.kind === 'action' && (!isLast || last === 'done')) world.act('app', step)
  })
  return { world, journal }
}

describe.each(plans)('a plan of $subject', ({ phases: all }) => {
  test.each(all.filter((p) => !p.pointOfNoReturn))(
    '$name, interrupted anywhere and taken back with every undo run twice, leaves the world as it was',
    (phase) => {
      const before = all.slice(0, all.indexOf(phase))
      for (let n = 0; n <= leaves(phase.forward).length; n += 1) {
        for (const last of ['done', 'undone'] as const) {
          const { world, journal } = interrupted(before, phase, n, last)
          for (const p of [phase, ...before.toReversed()]) {
            for (const step of leaves(wayBack(p, journal)))
              if (step.kind === 'action') [1, 2].forEach(() => world.act('app', step))
            expect(
              Object.keys(afterWayBack(p, journal).steps).filter((id) => leaves(p.forward).some((s) => s.id === id)),
            ).toEqual([])
          }
          expect(world.snapshot(), `${phase.name} after ${n} steps, last ${last}`).toBe('[]')
          expect(world.twice).toEqual([])
        }
      }
    },
  )
})

describe('a cutover that begins anew, wherever an earlier one was terminated', () => {
  const cutovers = reversible.filter((p) => p.forward.some((s) => s.kind === 'action' && s.action === 'deploy'))
  test.each(cutovers)('$title: ends nothing that runs, and says so before it changes anything of it', (phase) => {
    let refused = 0
    for (let n = 0; n <= leaves(phase.forward).length; n += 1) {
      const { world } = interrupted([], phase, n, 'done')
      const running = () => {
        const up = ([key, is]: readonly [string, unknown]) => (/\/(blue|green)$/.test(key) && is === 'up' ? [key] : [])
        const down = [...world.facts].flatMap(([key, is]) => (key.endsWith('/blue') && is === 'asleep' ? [key] : []))
        const green = new Set([...world.facts].flatMap(up))
        return down.map((key) => key.replace(/blue$/, 'green')).filter((key) => green.has(key))
      }
      const before = running()
      let journal = blank
      const tryOut = (steps: readonly LeafStep[]) =>
        steps.every((step) => {
          journal = write(journal, record(step.id, 'done'))
          try {
            if (step.kind === 'action') world.act('app', step, true)
            return true
          } catch (error) {
            expect(error).toMatchObject({ type: 'Contested' })
            return false
          }
        })
      const all = leaves(phase.forward)
      // As far as its gate, which people reject.
      const arrived = tryOut(all.slice(0, all.findIndex((s) => s.kind === 'gate') + 1 || all.length))
      const home = tryOut(leaves(wayBack(phase, journal)))
      refused += arrived && home ? 0 : 1
      if (before.length > 0) expect(running(), `cut after ${n} steps`).toEqual(before)
      if (home && before.length === 0) expect(world.twice).toEqual([])
    }
    expect(refused).toBeGreaterThan(0)
  })
})

test('whatever changes the world names what undoes it, and every undo names what it undoes', () => {
  for (const phase of reversible) {
    const undone = new Set(leaves(phase.back).flatMap((s) => s.undoes ?? []))
    expect(
      leaves(phase.forward)
        .filter((s) => changes(s) && !undone.has(s.id))
        .map((s) => s.id),
    ).toEqual([])
    expect(
      leaves(phase.back)
        .filter((s) => !s.undoes?.length)
        .map((s) => s.id),
    ).toEqual([])
  }
})

test('step ids are unique in a plan', () => {
  for (const { phases: all } of plans) {
    const ids = all.flatMap((p) => leaves([...p.forward, ...p.back, ...p.commit])).map((s) => s.id)
    expect(ids.filter((id, n) => ids.indexOf(id) !== n)).toEqual([])
  }
})

test('a skipped undo keeps its way back', () => {
  const [phase] = aCutoverPlan().phases as [Phase]
  const open = 'stage/route/web/open'
  const journal = write(write(blank, record(open, 'done')), {
    ...record('stage/route/web/close', 'done'),
    state: 'skipped',
  })
  const after = afterWayBack(phase, journal)
  expect(Object.keys(after.steps)).toEqual([open])
  expect(leaves(wayBack(phase, after)).map((s) => s.id)).toContain('stage/route/web/close')
})

const addonsBefore = clusterFacts.addons.filter(({ needsNodes }) => !needsNodes)
test.for<{ says: string; facts: Partial<typeof clusterFacts> }>([
  { says: 'with add-ons that need nodes', facts: {} },
  { says: 'without such', facts: { addons: addonsBefore } },
  { says: 'without any', facts: { addons: [] } },
  { says: 'without node groups either, as in Auto Mode', facts: { addons: [], nodeGroups: [] } },
  {
    says: 'where others are let in too',
    facts: { addons: [], nodeGroups: [], accessEntries: ['arn:aws:iam::123456789012:role/team'] },
  },
])('what controllers of green made outside it goes before green does, from when it is there: $says', (it) => {
  const { phases: all } = anUpgradePlan(aPlatform({ waves: [] }), { ...clusterFacts, ...it.facts })
  const provision = all.find(({ name }) => name === 'provision')
  const steps = leaves(provision?.forward ?? []).map(({ id }) => id)
  expect(steps[0]).toBe('cluster/create')
  for (const n of steps.keys()) {
    const { journal } = provision ? interrupted([], provision, n + 1, 'done') : { journal: blank }
    const back = leaves(provision ? wayBack(provision, journal) : []).map(({ id }) => id)
    expect([steps[n], back.find((id) => /^(nodegroup|cluster)\//.test(id))]).toEqual([steps[n], 'cluster/empty'])
  }
})
