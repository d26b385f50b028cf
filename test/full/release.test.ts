import { expect, test } from 'vitest'
import { aBed, GREEN } from './bed.ts'
import { endState, wellOn } from './end-state.ts'
import { report } from './every.ts'
import { played } from './played.ts'
import type { Rewrite } from './patience.ts'

/** The next release takes jobs back before traffic. */
const nextPlanner: Rewrite = {
  file: 'domain/plan-cutover.ts',
  from: '[...traffic.back, ...jobs.back]',
  to: '[...jobs.back, ...traffic.back]',
}

test('a release with another planner in the middle of it: what moves keeps its plan, what begins then gets the new one', async () => {
  await using bed = await aBed(['test', 'production'])
  const worker = bed.worker()
  await worker.ready()
  await bed.begin()
  const before = new Map<string, { readonly digest: string; readonly began: boolean }>()
  const after = new Map<string, string>()
  let released = false
  const { view, asked } = await played(bed, {
    async look({ cutovers }) {
      const runs = cutovers.flatMap((c) =>
        c.runs.map(({ subject, state, digest }) => ({ name: `${c.app} ${subject.environment}`, state, digest })),
      )
      if (released) return runs.forEach(({ name, digest }) => after.set(name, digest))
      const moving = runs.filter(({ name, state }) => state === 'moving' && name.endsWith(' test'))
      if (moving.length === 0) return
      released = true
      for (const { name, digest, state } of runs) before.set(name, { digest, began: state !== 'pending' })
      await worker.stop()
      await bed.worker(() => undefined, { rewrites: [nextPlanner] }).ready()
    },
  })
  report('a release', asked)
  expect(view.outcome).toBe('done')
  expect(await endState(bed)).toEqual(wellOn(GREEN))
  const same = (name: string) => after.get(name) === before.get(name)?.digest
  const began = [...before].filter(([, run]) => run.began).map(([name]) => name)
  expect(began.filter((name) => !same(name))).toEqual([])
  // What has its turn later is planned by the release that is there then; of these the two planners say different things.
  const later = ['chat-actor production', 'mail-sender production']
  expect(later.filter((name) => began.includes(name) || same(name))).toEqual([])
})
