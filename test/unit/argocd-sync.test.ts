import { describe, expect, test } from 'vitest'
import { standing, syncRequest, unwell } from '../../src/domain/argocd-sync.ts'
import { anApplication } from '../support/applications.ts'
import { ref } from '../support/builders.ts'

const ASKED = 'run/step/1'
const automated = { syncPolicy: { automated: {} } }
const own = (phase: string, revision: string) => ({
  phase,
  message: 'said so',
  operation: { info: [{ name: 'norikae', value: ASKED }] },
  syncResult: { revision },
})
const outOfSync = { status: 'OutOfSync', revision: 'b' }

test.for([
  { says: 'synced to what is wanted is there', it: {}, is: 'there' },
  {
    says: 'in which something only waits to be pruned is there',
    it: {
      status: { sync: { ...outOfSync, revision: 'a' }, resources: [{ status: 'OutOfSync', requiresPruning: true }] },
    },
    is: 'there',
  },
  { says: 'that nobody syncs is to be asked', it: { status: { sync: outOfSync } }, is: 'to ask' },
  { says: 'that was never compared is to be asked', it: { status: { sync: {} } }, is: 'to ask' },
  {
    says: 'synced to something else is to be asked',
    it: { status: { sync: { status: 'Synced', revision: 'b' } } },
    is: 'to ask',
  },
  { says: 'with a sync ahead is waited for', it: { operation: { sync: {} } }, is: 'waited for' },
  { says: 'that syncs is waited for', it: { status: { operationState: { phase: 'Running' } } }, is: 'waited for' },
  {
    says: 'that syncs by itself is behind',
    it: { spec: automated, status: { sync: outOfSync } },
    is: 'behind',
    why: /^it runs nothing, OutOfSync$/,
  },
  {
    says: 'that cannot be compared says why',
    it: {
      spec: automated,
      status: { sync: {}, conditions: [{ type: 'ComparisonError', message: 'no such repository' }] },
    },
    is: 'behind',
    why: /^ComparisonError: no such repository$/,
  },
  {
    says: 'whose own syncs have failed is to be asked',
    it: { spec: automated, status: { sync: outOfSync, operationState: { phase: 'Failed' } } },
    is: 'to ask',
  },
  {
    says: 'that was synced to what is wanted is there, whatever was committed since',
    it: { status: { sync: outOfSync, operationState: own('Succeeded', 'a') } },
    is: 'there',
  },
  {
    says: 'that somebody else synced some time is to be asked',
    it: { status: { sync: outOfSync, operationState: { ...own('Succeeded', 'a'), operation: {} } } },
    is: 'to ask',
  },
  {
    says: 'whose sync failed has failed',
    it: { status: { sync: outOfSync, operationState: own('Error', 'a') } },
    is: 'failed',
    why: /^its sync failed: said so$/,
  },
  {
    says: 'that an earlier try failed on is to be asked anew',
    it: {
      status: {
        sync: outOfSync,
        operationState: { ...own('Failed', 'a'), operation: { info: [{ name: 'norikae', value: 'run/step/0' }] } },
      },
    },
    is: 'to ask',
  },
])('an Application $says', ({ it, is, why }) => {
  const stands = standing(anApplication(it), ['a'], ASKED)
  expect(stands.is).toBe(is)
  if (why) expect('why' in stands && stands.why).toMatch(why)
})

describe('a sync is asked for', () => {
  test('with the Application’s own options and retries, of the version that was read, and prunes nothing', () => {
    const syncPolicy = { syncOptions: ['RespectIgnoreDifferences=true'], retry: { limit: 3 } }
    const it = anApplication({ metadata: { resourceVersion: '7' }, spec: { syncPolicy } })
    expect(syncRequest(it, ['a'], ASKED)).toEqual({
      metadata: { resourceVersion: '7' },
      operation: {
        initiatedBy: { username: 'norikae' },
        info: [{ name: 'norikae', value: ASKED }],
        sync: { revision: 'a', syncOptions: ['RespectIgnoreDifferences=true'] },
        retry: { limit: 3 },
      },
    })
  })
  test('of several sources by the revision of each', () => {
    const it = anApplication({ spec: { sources: [{ repoURL: 'a' }, { repoURL: 'b' }] } })
    expect(syncRequest(it, ['a', '1.2'], ASKED)).toMatchObject({ operation: { sync: { revisions: ['a', '1.2'] } } })
  })
})

const asleep = [ref('CronJob', 'report')]
const suspended = (name: string) => ({
  health: { status: 'Suspended' },
  resources: [{ kind: 'CronJob', namespace: 'shop', name, health: { status: 'Suspended' } }],
})
test.for([
  { says: 'healthy', status: {}, why: undefined },
  { says: 'suspended for what sleeps', status: suspended('report'), why: undefined },
  { says: 'suspended, and nothing says for what', status: { health: { status: 'Suspended' } }, why: undefined },
  { says: 'suspended for something else', status: suspended('other'), why: 'Suspended: CronJob other' },
  { says: 'suspended though nothing sleeps', status: suspended('report'), none: true, why: 'Suspended' },
  { says: 'degraded', status: { health: { status: 'Degraded', message: 'no image' } }, why: 'Degraded: no image' },
  { says: 'not looked at', status: { health: {} }, why: 'Unknown' },
])('an Application that is $says', ({ status, why, none = false }) => {
  const is = unwell(anApplication({ status }), none ? [] : asleep)
  if (why === undefined) expect(is).toBeUndefined()
  else expect(is).toContain(why)
})
