import { expect, test } from 'vitest'
import { examined } from '../../src/cli/render/examined.ts'
import { seenWorkers } from '../../src/client/doctor.ts'
import { couldNotLook, notLookedAt, seenIdentity, seenTeams } from '../../src/domain/examination.ts'
import { screen } from './views.ts'

test('the doctor says what works, what does not, and what to do', () => {
  const worker = [
    seenIdentity({ account: '1' }, { account: '2', principalArn: 'arn:aws:iam::2:role/norikae' }),
    ...notLookedAt(['identity', 'clusters'], 'identity'),
    couldNotLook('metrics', 'POST http://prometheus.monitoring:9090: connection refused'),
    ...seenTeams({ teams: { sre: { approvers: ['aoki', 'baba'], notify: {} } } }),
  ]
  const here = [{ about: 'workers', ...seenWorkers('norikae', [{ identity: '7@host norikae 0.0.9' }], '0.1.0') }]
  expect(examined({ well: false, here, worker }, screen({ width: 80 }))).toMatchInlineSnapshot(`
    "FROM HERE
    ▲ look       workers       1 on task queue norikae: 7@host norikae 0.0.9
                               → this command is norikae 0.1.0: bring both to one
                                 release

    FROM THE WORKER
    ✖ broken     AWS identity  arn:aws:iam::2:role/norikae is of account 2; the
                               platform is in 1
                               → start a worker with credentials of 1
    · not tried  clusters      needs the AWS identity first
    ✖ broken     metrics       POST http://prometheus.monitoring:9090: connection
                               refused
                               → let the worker reach it, or mend
                                 health.prometheus.url
    ▲ look       team sre      2 approvers; nobody is told when they are asked
                               → write teams.sre.notify, or have them watch: norikae
                                 watch --as <them>

    ✖ 2 things are broken; 2 to look at"
  `)
})

test.for([
  { says: 'the newest release', workers: ['1@a norikae 0.1.0'], is: 'works' },
  { says: 'another release', workers: ['1@a norikae 0.1.0', '2@b norikae 0.0.9'], is: 'look' },
  { says: 'nobody', workers: [], is: 'broken' },
])('workers: $says', ({ workers, is }) => {
  const pollers = workers.map((identity) => ({ identity }))
  expect(seenWorkers('norikae', pollers, '0.1.0').is).toBe(is)
})
