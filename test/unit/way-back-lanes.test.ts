import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blank, write, type Journal } from '../../src/domain/journal.ts'
import { wayBack, type Phase, type Plan } from '../../src/domain/plan.ts'
import type { Handover } from '../../src/domain/platform.ts'
import { deployers } from '../../src/domain/platform-file.ts'
import { leaves, type LeafStep, type Step } from '../../src/domain/steps.ts'
import {
  aCutoverPlan,
  anApp,
  anEnvironment,
  anUpgradePlan,
  aPlatform,
  byArgo,
  clusterFacts,
  ref,
  route,
  workload,
} from '../support/builders.ts'
import { ToyWorld } from '../support/toy-world.ts'

/** Lanes run side by side, so a crash finds them anywhere: here every interleaving may come, not only prefixes. */

const classes: Readonly<Record<string, Handover>> = {
  overlap: { class: 'overlap' },
  idempotent: { class: 'consumer', idempotent: true },
  consumer: { class: 'consumer', idempotent: false },
  awaited: { class: 'consumer', idempotent: false, inFlight: 'unacked', settlesWithin: '15m' },
  schedule: { class: 'schedule' },
  singleton: { class: 'singleton', downtime: '30s', lease: 'l' },
  buffer: { class: 'buffer', drainWithin: '1h', depth: 'depth{cluster}' },
  volumes: { class: 'stateful', by: 'handover' },
  copied: { class: 'stateful', by: 'copy', lossOnReturn: 'a day' },
}
const onlyOnce = ['consumer', 'awaited', 'schedule', 'singleton', 'volumes', 'copied']

const platforms: fc.Arbitrary<Plan> = fc
  .record({
    waves: fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
    nodeGroups: fc.integer({ min: 0, max: 5 }),
    apps: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ waves, nodeGroups, apps }) =>
    anUpgradePlan(
      aPlatform({
        waves: waves.map((wave, n) =>
          wave.map((buffered, m) => ({
            name: `own-${n}-${m}`,
            namespaces: [`own-${n}-${m}`],
            buffers: buffered
              ? [{ workload: ref('Deployment', `b-${n}-${m}`), drainWithin: '1h' as const, depth: 'd' }]
              : [],
          })),
        ),
        apps: Array.from({ length: apps }, (_, n) =>
          anApp(`app${n}`, { dependsOn: n > 0 && n % 2 === 1 ? [`app${n - 1}`] : [] }),
        ),
      }),
      { ...clusterFacts, nodeGroups: Array.from({ length: nodeGroups }, (_, n) => `n${n}`) },
    ),
  )

const cutovers: fc.Arbitrary<Plan> = fc
  .record({
    kinds: fc.array(fc.constantFrom(...Object.keys(classes)), { minLength: 1, maxLength: 7 }),
    routes: fc.integer({ min: 0, max: 3 }),
    weights: fc.constantFrom([100], [5, 100], [1, 10, 50, 100]),
    scaled: fc.boolean(),
    deploy: fc.constantFrom(...deployers),
  })
  .map(({ kinds, routes, weights, scaled, deploy }) => {
    const named = kinds.map((kind, n) => ({ kind, name: `${kind}-${n}` }))
    const kindOf = (kind: string) => (kind === 'schedule' ? 'CronJob' : 'Deployment')
    return aCutoverPlan(
      anApp('api', { deploy }),
      anEnvironment('production', {
        ...(deploy === 'argocd' && { argocd: byArgo }),
        weights,
        routes: Array.from({ length: routes }, (_, n) => route(`r${n}`)),
        handovers: Object.fromEntries(
          named.flatMap(({ kind, name }) => {
            const handover = classes[kind]
            return handover ? [[`${kindOf(kind)}/shop/${name}`, handover]] : []
          }),
        ),
      }),
      { images: '', workloads: named.map(({ kind, name }) => workload(kindOf(kind), name, { scaled })) },
    )
  })

/** What somebody else deployed is not withdrawn: it is asleep there, and the fence is closed before it. */
function staysOnGreen(plan: Plan, key: string, value: string | number): boolean {
  const external = plan.phases.some((p) => leaves(p.forward).some((s) => s.id.endsWith('/deployed')))
  if (!external || !key.startsWith('app/')) return false
  return key.startsWith('app/fence/')
    ? key.endsWith('/green') && value === 'up'
    : (key.endsWith('/green/fence') && value === 'closed') || (key.endsWith('/green') && value === 'asleep')
}

/** Steps in some order that the executor may run them in; `next` chooses among the lanes that may go on. */
function* interleaved(steps: readonly Step[], next: (n: number) => number): Generator<LeafStep> {
  for (const step of steps) {
    if (step.kind !== 'group') {
      yield step
      continue
    }
    const waiting = step.lanes.map((lane) => [...lane])
    const open: LeafStep[][] = []
    for (;;) {
      while (open.length < step.atMost && waiting.length > 0) open.push(...waiting.splice(0, 1))
      const lane = open[next(open.length)]
      if (lane === undefined) break
      const [leaf] = lane.splice(0, 1)
      if (leaf) yield leaf
      if (lane.length === 0) open.splice(open.indexOf(lane), 1)
    }
  }
}

class Try {
  readonly world = new ToyWorld()
  journal: Journal = blank
  act(step: LeafStep): void {
    if (step.kind === 'action') this.world.act('app', step)
  }
  note(step: LeafStep, state: 'done' | 'running'): void {
    this.journal = write(this.journal, { step: step.id, attempt: 1, state, startedAt: '' })
  }
}
function once(plan: Plan): string[] {
  return plan.phases.flatMap((p) =>
    [...interleaved(p.forward, () => 0)].flatMap((s) =>
      s.kind === 'action' && 'workload' in s.input ? [s.input.workload.name] : [],
    ),
  )
}

function interruptedAnywhere(plan: Plan, choices: readonly number[], stopAfter: number, touched: readonly boolean[]) {
  const it = new Try()
  for (const name of once(plan)) {
    if (onlyOnce.some((kind) => name.startsWith(`${kind}-`))) it.world.once.add(name)
    if (name.startsWith('copied-')) it.world.copied.add(name)
  }
  let n = 0
  const next = (of: number) => (choices[n++ % choices.length] ?? 0) % Math.max(1, of)
  const phases: Phase[] = plan.phases.filter((p) => !p.pointOfNoReturn)
  let left = stopAfter
  const entered: Phase[] = []
  for (const phase of phases) {
    entered.unshift(phase)
    const steps = [...interleaved(phase.forward, next)]
    for (const [i, step] of steps.entries()) {
      if (left <= 0) {
        // The crash: this and what its neighbours' lanes were about to do are begun, and their work was done or not.
        const inFlight = phase.forward.some((s) => s.kind === 'group' && s.lanes.some((l) => l.includes(step)))
          ? [step, ...steps.slice(i + 1, i + 3).filter((s) => firstOfLane(phase, s))]
          : [step]
        for (const [m, s] of inFlight.entries()) {
          it.note(s, 'running')
          if (touched[m] === true) it.act(s)
        }
        return { it, entered }
      }
      left -= 1
      it.note(step, 'running')
      it.act(step)
      it.note(step, 'done')
    }
  }
  return { it, entered }
}
const firstOfLane = (phase: Phase, step: LeafStep): boolean =>
  phase.forward.some((s) => s.kind === 'group' && s.lanes.some((lane) => lane[0] === step))

describe.each([
  ['a cutover of any classes, routes and weights', cutovers],
  ['an upgrade of any waves, buffers, node groups and apps', platforms],
] as const)('%s', (_, plans) => {
  test('stopped anywhere in any interleaving and taken back, each undo twice, leaves the world as it was', () => {
    fc.assert(
      fc.property(
        plans,
        fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 80 }),
        fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        (plan, choices, stopAfter, touched) => {
          const { it, entered } = interruptedAnywhere(plan, choices, stopAfter, touched)
          let n = 0
          for (const phase of entered)
            for (const step of interleaved(
              wayBack(phase, it.journal),
              (of) => (choices[n++ % choices.length] ?? 0) % Math.max(1, of),
            ))
              [1, 2].forEach(() => it.act(step))
          expect([...it.world.facts].filter(([key, value]) => !staysOnGreen(plan, key, value))).toEqual([])
          expect(it.world.twice).toEqual([])
        },
      ),
      { numRuns: 400 },
    )
  })
})
