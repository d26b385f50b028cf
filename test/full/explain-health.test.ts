import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { health } from '../../src/client/upgrades.ts'
import type { HealthExplained } from '../../src/domain/health-explained.ts'
import { eventually } from '../support/eventually.ts'
import { aBed, BLUE, GREEN, PLATFORM, SICK, type Bed } from './bed.ts'
import { played } from './played.ts'

const ask = ({ temporal }: Bed, app: string): Promise<HealthExplained> =>
  health(
    temporal,
    { platform: PLATFORM, app },
    { signal: new AbortController().signal, news: () => undefined, everyMs: 200 },
  )
const said = (it: HealthExplained): string[] =>
  it.environments.flatMap((e) => e.checks.map((c) => `${e.judges} ${c.check} ${c.verdict}`))

test('what checks say of blue before an upgrade, also while it fails, and of green while nobody is sent there', async () => {
  await using bed = await aBed()
  await bed.worker().ready()
  const all = ['api-server', 'errors', 'latency', 'ready', 'restarts', 'scheduling']
  const well = all.map((check) => `blue ${check} pass`)
  await eventually('blue serves', async () => said(await ask(bed, SICK)).join() === well.join(), { withinMs: 30_000 })
  const before = await ask(bed, SICK)
  expect(before).toMatchObject({
    blue: BLUE,
    app: SICK,
    environments: [{ environment: 'production', verdict: 'pass' }],
  })
  expect(before.green).toBeUndefined()
  const sick = (cluster: 'blue' | 'green') => ({ app: SICK, environment: 'production', cluster, rate: 0.5 })
  bed.world.faults.set('app-failing', sick('blue'))
  await eventually('blue fails', async () => said(await ask(bed, SICK)).includes('blue errors fail'))
  bed.world.faults.clear('app-failing')
  bed.world.faults.set('app-failing', sick('green'))

  await bed.begin()
  const seen = new Set<string>()
  const { view } = await played(bed, {
    async look({ cutovers }) {
      const run = cutovers.find((c) => c.app === SICK)?.runs[0]
      // Before its gate is answered, and while it moves.
      if (run && run.state !== 'pending' && seen.size < 20) for (const one of said(await ask(bed, SICK))) seen.add(one)
    },
  })
  expect(view.outcome).toBe('done')
  expect([...seen]).toEqual(expect.arrayContaining(['green errors inconclusive', 'green ready pass']))
  const after = await ask(bed, SICK)
  expect([after.blue, after.green]).toEqual([GREEN, undefined])
})

test('a query with a slip in it is found before anybody is asked or sent to green', async () => {
  await using bed = await aBed()
  const file = join(bed.folder, 'platforms', `${PLATFORM}.yaml`)
  const slip = `sum(rate(http_requests_total{k8s_cluster="{cluster}",namespace=~"{namespaces}"}[{window}]))`
  const text = await readFile(file, 'utf8')
  const own = `apps:\n  chat-search:\n    checks: { slip: { query: '${slip}', atLeast: 0 } }\n`
  await writeFile(file, text.replace('apps:\n', own))
  const sooner = {
    file: 'domain/before-requests.ts',
    from: "SILENT_AFTER: Duration = '10m'",
    to: "SILENT_AFTER: Duration = '3s'",
  }
  await bed.worker(() => undefined, { rewrites: [sooner] }).ready()
  await bed.begin()
  const told = new Set<string>()
  const isTold = () => [...told].some((one) => one.includes('slip'))
  await played(bed, {
    look({ cutovers }) {
      for (const run of cutovers.find((c) => c.app === 'chat-search')?.runs ?? []) told.add(run.problem ?? '')
      if (isTold()) throw new Error('it was told')
    },
  }).catch((error: unknown) => {
    if (!isTold()) throw error
  })
  expect([...told].find((one) => one.includes('slip'))).toContain(
    'slip (Prometheus): Prometheus has no series at all by {k8s_cluster=',
  )
  expect(bed.world.judge.judgement().requests.lastDropped).toEqual([])
})
