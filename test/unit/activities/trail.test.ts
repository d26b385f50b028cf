import { expect, test } from 'vitest'
import { denied } from '../../../src/activities/errors.ts'
import { byTrail } from '../../../src/activities/routes/trail.ts'

/** Who wrote a weight last, by pages of calls of the whole account, the newest first. */

const call = (by: string, rule: string) => ({
  at: '2026-11-24T04:00:00Z',
  by: `arn:aws:sts::1:assumed-role/${by}/ci`,
  parameters: { rule },
})
const [own, others] = [call('norikae', 'web'), call('deploy', 'other')]

test.for([
  { says: 'on the first page', pages: [[own, call('deploy', 'web')]], role: 'deploy', read: 1 },
  { says: 'behind a page of others', pages: [[own, others], [], [call('deploy', 'web')]], role: 'deploy', read: 3 },
  { says: 'and the newest alone', pages: [[call('ops', 'web')], [call('deploy', 'web')]], role: 'ops', read: 1 },
  { says: 'on none', pages: [[own], [others]], role: undefined, read: 2 },
  {
    says: 'on one that nobody waits for',
    pages: [...Array.from({ length: 6 }, () => [others]), [call('deploy', 'web')]],
    role: undefined,
    read: 6,
  },
  { says: 'where it may not be asked', pages: undefined, role: undefined, read: 0 },
])('$says', async ({ pages, role, read }) => {
  let asked = 0
  async function* calls() {
    if (!pages) throw denied('not authorized to perform cloudtrail:LookupEvents')
    for (const page of pages) {
      asked += 1
      yield page
    }
  }
  const world = { trail: () => ({ calls }), principalArn: 'arn:aws:sts::1:assumed-role/norikae/worker' }
  const who = await byTrail(world, 'us-east-1', 'ModifyRule', ({ rule }) => rule === 'web')
  expect([who, asked]).toEqual([role && `arn:aws:sts::1:assumed-role/${role}/ci at 2026-11-24T04:00:00Z`, read])
})
