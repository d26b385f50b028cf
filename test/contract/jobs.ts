import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/domain/kubernetes-objects.ts'
import { jobState } from '../../src/domain/slots.ts'
import { driven, ending } from '../support/driven.ts'
import { eventually } from '../support/eventually.ts'
import { call, scope } from '../support/small-world.ts'
import { aNamespace } from './servers.ts'
import type { WorldUnderTest } from './workload-actions.ts'

const patience = { withinMs: 60_000 }
const answersLost = { ...patience, lost: true }
const TIMES = { timeout: 180_000 }

/** What becomes of Jobs that nothing else makes, on whichever API servers and controllers. */
export function jobsContract(of: () => WorldUnderTest): void {
  const placeOf = (namespace: string) => ({ app: 'shop', environment: 'test', namespaces: [namespace] })

  test(
    'what may run again runs on green too, what ran once never does, and both go with their app',
    TIMES,
    async () => {
      const { activities, blue, green } = of()
      const namespace = await aNamespace(blue, green)
      for (const job of [
        aJob('import', namespace),
        aJob('migrate', namespace, { annotations: { 'norikae.io/job': 'once' } }),
        aJob('seed', namespace, { annotations: { 'norikae.io/job': 'repeatable' } }),
        aJob('warm-up', namespace),
      ])
        await blue.applyAs('team', job)
      const ended = (side: typeof blue, name: string) =>
        eventually(
          `${name} has ended on ${side.name}`,
          async () => {
            const found = await side.admin.find('Job', namespace, name)
            return found !== undefined && jobState(found) === 'succeeded'
          },
          patience,
        )
      for (const name of ['import', 'migrate', 'seed', 'warm-up']) await ended(blue, name)

      const jobs = { 'warm-up': 'repeatable' } as const
      const place = { ...placeOf(namespace), on: 'green' } as const
      const dryRun = call<'dryRunObjects'>({ ...place, jobs, movesNext: true })
      const tried = await driven(activities.dryRunObjects, dryRun, answersLost)
      expect(tried.answer.note).toBe('2 objects would be taken')
      await driven(activities.deploy, call<'deploy'>({ ...place, jobs, asleep: [] }), answersLost)
      const on = async () => (await green.admin.list('Job', { namespace })).map((j) => j.metadata.name).toSorted()
      expect(await on()).toEqual(['seed', 'warm-up'])
      for (const name of await on()) await ended(green, name)

      await driven(activities.withdraw, call<'withdraw'>(place), answersLost)
      expect(await on()).toEqual([])
      expect(await blue.admin.list('Job', { namespace })).toHaveLength(4)
    },
  )

  test('one that runs has to say what it is before its app moves, and is only told of before', TIMES, async () => {
    const { activities, blue, green } = of()
    const namespace = await aNamespace(blue, green)
    await blue.applyAs('team', {
      ...aJob('import', namespace),
      spec: { ...aJob('import', namespace).spec, suspend: true },
    })
    const place = { ...placeOf(namespace), on: 'green' } as const
    const early = await driven(activities.dryRunObjects, call<'dryRunObjects'>(place), patience)
    expect(early.answer.findings).toMatchObject([{ level: 'warning', code: 'job-undeclared' }])
    const next = call<'dryRunObjects'>({ ...place, movesNext: true })
    expect(await ending(activities.dryRunObjects, next, patience)).toMatchObject({
      type: 'Failed',
      message: expect.stringContaining(
        `${scope.green} cannot take shop test while nothing tells what 1 of its Jobs are: Job/${namespace}/import: nothing makes it again`,
      ),
    })
    const declared = call<'dryRunObjects'>({ ...place, movesNext: true, jobs: { import: 'once' } })
    expect((await driven(activities.dryRunObjects, declared, patience)).answer.findings).toEqual([])
  })

  test('a Job that somebody else has put on green is not taken for this one', TIMES, async () => {
    const { activities, blue, green } = of()
    const namespace = await aNamespace(blue, green)
    for (const side of [blue, green]) await side.applyAs('team', aJob('seed', namespace))
    const deploy = call<'deploy'>({ ...placeOf(namespace), on: 'green', asleep: [], jobs: { seed: 'repeatable' } })
    expect(await ending(activities.deploy, deploy, patience)).toMatchObject({
      type: 'Contested',
      message: expect.stringContaining(`Job ${namespace}/seed on ${scope.green} were not made by this run`),
    })
  })
}

const aJob = (name: string, namespace: string, more: object = {}): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace, ...more },
  spec: {
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'registry.test/job:1' }] } },
  },
})
