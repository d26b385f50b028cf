import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eachOperation, kindsOfDisturbance, type EachOperation } from '../../src/sandbox/disturbances.ts'
import { aBed, GREEN, type Bed } from './bed.ts'
import { endState, wellOn } from './end-state.ts'
import { EVERY, report } from './every.ts'
import { played } from './played.ts'

/** Longer than the clients of AWS and Kubernetes wait for an answer, or enough to be out of order. */
const LATE_MS = EVERY ? 17_000 : 1_500
/** `lost` first: what is asked for only once is asked for again. */
const sweeps: readonly EachOperation['are'][number][][] = EVERY
  ? [...kindsOfDisturbance.map((kind) => [kind, kind, kind, kind]), [...kindsOfDisturbance]]
  : [[...kindsOfDisturbance]]

test.for(sweeps.map((are) => ({ are, says: are.join(', ') })))(
  'every call of AWS and Kubernetes is $says, and nothing is changed by it',
  async ({ are }) => {
    await using bed = await aBed()
    const { rule, met } = eachOperation({ are, ms: LATE_MS })
    await bed.worker().ready()
    bed.world.disturbances.add(rule)
    await bed.begin()
    const { view, asked } = await played(bed)
    const operations = Object.entries(met())
    const all = operations.filter(([, times]) => times === are.length)
    report(`${are.join(', ')}: ${operations.length} operations, ${all.length} of them by each`, asked)
    expect(view.outcome).toBe('done')
    expect(await endState(bed)).toEqual(wellOn(GREEN))
    // Of each service and of both clusters; whoever asks but once in the end has met no more.
    expect(operations.length).toBeGreaterThan(80)
    expect(all.length / operations.length).toBeGreaterThan(0.8)
  },
)

test('credentials that expire are renewed in the midst of everything', async () => {
  await using bed = await aBed()
  const file = join(bed.folder, 'credentials.json')
  const config = join(bed.folder, 'aws.config')
  await writeFile(config, `[default]\nregion = ap-northeast-1\ncredential_process = cat ${file}\n`)
  await written(bed, file)
  const env = { AWS_CONFIG_FILE: config, AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
  const worker = bed.worker(() => undefined, { env })
  await worker.ready()
  await bed.begin()
  let phase: string | undefined
  let renewed = 0
  const { view, asked } = await played(bed, {
    // At the beginning of each phase: whatever is at work then has signed with keys that nobody knows any more.
    async look({ status }) {
      if (status.run?.phase === phase || status.run?.phase === undefined) return
      phase = status.run.phase
      renewed += 1
      bed.world.aws.renewKeys()
      await written(bed, file)
    },
  })
  const refused = bed.world.aws.calls().filter((c) => /Expired/.test(c.error ?? '')).length
  report(`credentials: renewed ${renewed} times, ${refused} calls refused`, asked)
  expect(view.outcome).toBe('done')
  expect(await endState(bed)).toEqual(wellOn(GREEN))
  expect(refused).toBeGreaterThan(renewed)
})

/** The SDK keeps what it read until five minutes before its end: for twenty seconds here. */
async function written({ world }: Bed, file: string): Promise<void> {
  const { accessKeyId, secretAccessKey } = world.info().aws
  const Expiration = new Date(Date.now() + 320_000).toISOString()
  await writeFile(
    file,
    JSON.stringify({ Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Expiration }),
  )
}
