import { ServiceError } from '@temporalio/client'
import { expect, test } from 'vitest'
import { seenFromWorker } from '../../src/client/doctor.ts'
import type { Temporal } from '../../src/client/connect.ts'

/** A server whose answer ends like this. */
function ending(cause: Error) {
  const ended: string[] = []
  const until: number[] = []
  const handle = {
    result: () => Promise.reject(new ServiceError('Failed to get result', { cause })),
    terminate: (why: string) => Promise.resolve(ended.push(why)),
  }
  const client = {
    withDeadline: (at: number, work: () => unknown) => {
      until.push(at - Date.now())
      return work()
    },
    workflow: { start: () => Promise.resolve(handle) },
  }
  const temporal = { client, namespace: 'default', taskQueue: 'norikae' } as never as Temporal // as much as is asked of it
  return { ended, until, seen: () => seenFromWorker(temporal, { platform: 'toy' }) }
}
const grpc = (code: number) =>
  Object.assign(new Error('grpc'), { code, details: 'connection refused', metadata: { get: () => [] } })

test.for([
  {
    says: 'who is late',
    code: 4,
    as: 'no-answer',
    words: /^a worker asks for work on task queue norikae, and did not say within 100s/,
  },
  { says: 'a server that is gone', code: 14, as: 'no-server', words: /connection refused/ },
])('$says is told as that, and nothing is left running', async ({ code, as, words }) => {
  const { seen, ended, until } = ending(grpc(code))
  await expect(seen()).rejects.toMatchObject({ name: 'NotReady', code: as, message: expect.stringMatching(words) })
  expect(ended).toEqual(['who asked has gone'])
  // Three looks one after the other, of half a minute each.
  expect(until.at(-1)).toBeGreaterThan(90_000)
})
