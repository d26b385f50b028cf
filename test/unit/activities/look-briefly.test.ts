import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { expect, test } from 'vitest'
import { lookBriefly } from '../../../src/activities/cluster-survey.ts'
import { denied, unreachable } from '../../../src/activities/errors.ts'
import { warning, type Finding } from '../../../src/domain/findings.ts'

/** Room and permissions are good to know: who does not tell them stops no preflight. */

const found = [warning('quota-reached', 'x', '', '')]
const silent = () => Promise.reject(unreachable('no answer in 25s'))

test.for<{ says: string; attempt?: number; at: () => Promise<typeof found>; is: string }>([
  { says: 'answers', at: async () => found, is: 'quota-reached ' },
  { says: 'does not answer once', at: silent, is: 'again: no answer in 25s' },
  {
    says: 'does not answer however often it is asked',
    attempt: 3,
    at: silent,
    is: 'not-looked-at it cannot be looked at: no answer in 25s',
  },
  {
    says: 'has too much to tell',
    at: () => new Promise(() => undefined),
    is: 'not-looked-at it cannot be looked at: it was not read in 0.02s',
  },
  {
    says: 'may not be asked',
    at: () => Promise.reject(denied('not authorized')),
    is: 'not-looked-at it cannot be looked at: not authorized',
  },
  {
    says: 'is a bug of ours',
    attempt: 9,
    at: () => Promise.reject(new TypeError('undefined')),
    is: 'again: undefined',
  },
])('where AWS $says', async ({ attempt = 1, at, is }) => {
  const environment = new MockActivityEnvironment({ attempt }, { logger: new DefaultLogger('ERROR') })
  const said = await environment
    .run((): Promise<Finding[]> => lookBriefly('quotas', 'blue', at, 20))
    .then(
      (some) => some.map((f) => `${f.code} ${f.message}`),
      (error: Error) => [`again: ${error.message}`],
    )
  expect(said).toEqual([is])
})
