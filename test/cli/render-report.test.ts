import { expect, test } from 'vitest'
import { report } from '../../src/cli/render/report.ts'
import { span } from '../../src/cli/render/words.ts'
import { ago, now } from './views.ts'

test('the report names decisions with their reasons, and what people wrote breaks no table', () => {
  const at = now
  const text = report({
    platform: 'toy',
    from: '1.35',
    to: '1.36',
    by: 'aoki',
    workflowId: 'w',
    runId: 'r',
    outcome: 'rolled-back',
    startedAt: ago(150),
    closedAt: now,
    report: {
      subjects: [{ app: 'api', environment: 'test', digest: 'd' }],
      decisions: [
        { at, message: 'approve', body: { gate: 'start@d.1', by: 'aoki', comment: 'a | b\nc' }, became: 'counted' },
        {
          at,
          message: 'rollback',
          body: { by: 'chiba', reason: 'sick' },
          became: 'counted',
          app: 'api',
          environment: 'test',
        },
        { at, message: 'approve', body: 'junk', became: 'refused', because: 'malformed: send one JSON object' },
      ],
      effort: [
        { team: 'sre', seconds: 125, answered: 1, acts: 1 },
        { app: 'api', team: 'scala', seconds: 60, answered: 1, acts: 1 },
      ],
      waits: [
        { gate: 'start@d.1', seconds: 125, ended: 'approve', by: ['aoki'] },
        { app: 'api', environment: 'test', gate: 'test@d.1', seconds: 60, ended: 'retry', by: ['chiba'] },
      ],
      weights: [],
      problems: [],
      rollbacks: [{ app: 'api', environment: 'test', at, why: 'errors' }],
      findings: [],
      leftovers: ['delete node group a'],
      cost: { currency: 'USD', days: 2, total: 36, missing: [] },
    },
    before: {
      runId: 'b',
      from: '1.35',
      to: '1.35',
      closedAt: ago(60 * 24 * 90),
      effort: [
        { team: 'sre', seconds: 600, answered: 2, acts: 4 },
        { app: 'old', team: 'php', seconds: 3000, answered: 1, acts: 1 },
        { app: 'api', team: 'scala', seconds: 1200, answered: 3, acts: 3 },
      ],
    },
  })
  expect(text).toMatchInlineSnapshot(`
    "# toy 1.35 → 1.36: rolled back

    Started by aoki, 2026-11-24 01:30 UTC to 2026-11-24 04:00 UTC (2h 30m). 1 app, 3 messages from people.

    It cost 36.00 USD for both clusters in the 2.0 days since green began.

    ## What it took of people

    From the moment that people were asked until they had answered, and how often they said something. Before: the refresh at 1.35, which ended 2026-08-26 04:00 UTC.

    |  | apps | asked to answered | an app | acts | before | an app | acts |
    | --- | --- | --- | --- | --- | --- | --- | --- |
    | all | 1 | 3m 5s | 3m 5s | 2 | 1h 20m | 40m | 8 |
    | team sre | 0 | 2m 5s |  | 1 | 10m |  | 4 |
    | team scala | 1 | 1m | 1m | 1 | 20m | 20m | 3 |

    | app | team | asked to answered | answers | acts | before | acts |
    | --- | --- | --- | --- | --- | --- | --- |
    | the upgrade itself | sre | 2m 5s | 1 | 1 | 10m | 4 |
    | api | scala | 1m | 1 | 1 | 20m | 3 |

    ## Left to do by hand

    - delete node group a

    ## Decisions

    | when | who | what | app | about | became |
    | --- | --- | --- | --- | --- | --- |
    | 2026-11-24 04:00 UTC | aoki | approve |  | start@d.1 "a \\| b c" | counted |
    | 2026-11-24 04:00 UTC | chiba | rollback | api test | "sick" | counted |
    | 2026-11-24 04:00 UTC |  | approve |  |  | refused: malformed: send one JSON object |

    ## Waiting for people

    | app | gate | for | ended | by |
    | --- | --- | --- | --- | --- |
    |  | start@d.1 | 2m 5s | approve | aoki |
    | api test | test@d.1 | 1m | retry | chiba |

    ## Went back to blue

    | when | app | environment | why |
    | --- | --- | --- | --- |
    | 2026-11-24 04:00 UTC | api | test | errors |"
  `)
})

test.for([
  [0, '0s'],
  [59.4, '59s'],
  [61, '1m 1s'],
  [3600, '1h'],
  [90_000, '1d 1h'],
  [-5, '0s'],
] as const)('%f seconds are %s', ([seconds, text]) => {
  expect(span(seconds)).toBe(text)
})
