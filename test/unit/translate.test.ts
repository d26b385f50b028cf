import { ServiceError } from '@temporalio/client'
import { expect, test } from 'vitest'
import type { Temporal } from '../../src/client/connect.ts'
import { NotReady } from '../../src/client/problems.ts'
import { isLate, translated } from '../../src/client/translate.ts'

// Of what a connection has, an error's words take the names alone.
const temporal = { namespace: 'payments', taskQueue: 'norikae' } as Temporal

/** As the client wraps what gRPC says. */
const said = (code: number, details: string): ServiceError =>
  new ServiceError('Failed to query Workflow', {
    cause: Object.assign(new Error(`${code}: ${details}`), { code, details, metadata: {} }),
  })

test.each([
  // https://grpc.io/docs/guides/status-codes/
  [1, 'Call cancelled', 'no-worker', 'no worker answers on task queue norikae'],
  [2, 'stream removed', 'no-server', 'the Temporal server could not answer: stream removed'],
  [4, 'Deadline exceeded after 8s', 'no-worker', 'no worker answers on task queue norikae'],
  [5, 'Namespace payments is not found.', 'no-namespace', 'this Temporal server has no namespace payments'],
  [7, 'Request unauthorized.', 'no-server', 'does not let you in namespace payments: Request unauthorized.'],
  [8, 'consistent query buffer is full, cannot accept new', 'no-worker', 'no worker answers on task queue norikae'],
  [8, 'namespace rate limit exceeded', 'no-server', 'the Temporal server is too busy: namespace rate limit exceeded'],
  [9, 'no poller seen for task queue recently', 'no-worker', 'no worker answers on task queue norikae'],
  [10, 'shard moved', 'no-server', 'the Temporal server could not answer: shard moved'],
  [13, 'Received RST_STREAM with code 2', 'no-server', 'the Temporal server could not answer: Received RST_STREAM'],
  [14, 'connection refused', 'no-server', 'the Temporal server does not answer: connection refused'],
  [16, 'jwt expired', 'no-server', 'does not let you in namespace payments: jwt expired'],
])('gRPC code %i, "%s": %s', (code, details, is, words) => {
  const problem = translated(said(code, details), temporal, 'upgrade of chatwork-prod')
  expect(problem).toBeInstanceOf(NotReady)
  expect(problem).toMatchObject({ code: is, message: expect.stringContaining(words) as string })
})

test('what nobody foresaw stays as it was, and is printed as such', () => {
  const error = said(15, 'unrecoverable')
  expect(translated(error, temporal, 'upgrade')).toBe(error)
})

test('a deadline is one, whichever side says so', () => {
  expect([1, 4, 8, 14].map((code) => isLate(said(code, 'x')))).toEqual([true, true, false, false])
})
