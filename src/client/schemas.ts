import { z } from 'zod'
import { months, weekdays } from '../domain/days.ts'
import { targets } from '../domain/schedule.ts'
import { scheduledAbout } from '../domain/scheduled.ts'
import {
  list,
  texts,
  maybe,
  time,
  count,
  effort,
  finding,
  outcome,
  runOutcome,
  message,
  waiting,
  upgradeStatus,
  cutoverStatus,
  openGate,
  outline,
  proves,
  reportBody,
  summary,
  ownedRow,
  twinPart,
  where,
} from './schema-parts.ts'

/**
 * Everything that `-o json` prints and that a webhook receives, as schemas: `json-schemas.ts` makes the files in
 * `schema/` of them. Not used at run time; a test holds them to the TypeScript types, both ways.
 */

export const plan = z
  .object({
    proves,
    from: z.string(),
    to: z.string(),
    upgrade: outline,
    twin: list(twinPart),
    owned: list(ownedRow),
    cutovers: list(outline),
  })
  .describe('norikae plan -o json')

export const preflight = z
  .object({
    platform: z.string(),
    blue: z.string(),
    green: z.string(),
    from: z.string(),
    to: z.string(),
    because: texts.describe('why this version, where nobody said one'),
    blockers: count.describe('that would end an upgrade; waived ones are not among them'),
    teams: list(z.object({ team: z.string(), findings: list(finding) })).describe('who has to act'),
  })
  .describe('norikae preflight -o json')

export const requestedChanges = z
  .object({
    platform: z.string(),
    blue: z.string(),
    green: z.string(),
    at: time.describe('when everything was read'),
    roles: list(
      z.object({
        role: z.string(),
        arn: z.string(),
        owner: z.string(),
        by: z.string().describe('who gets it on blue'),
        missing: texts.describe('statements to be added to its trust policy, as JSON'),
        document: maybe.describe(
          'as JSON: its whole new trust policy; of another account, these statements alone; absent where nobody here knows any',
        ),
        isWhole: z.boolean(),
        tooLong: maybe,
        commands: texts.describe('by hand; <file> stands for the file with the document'),
        where: z.string(),
        terraform: maybe.describe('the statements as blocks of aws_iam_policy_document'),
      }),
    ),
    others: list(z.object({ step: z.string(), about: z.string(), commands: texts })),
    waits: texts.exactOptional().describe('what the open upgrade does while it waits for others, by its plan'),
    unread: texts.exactOptional().describe('what the worker may not read, so that nothing is said of it'),
  })
  .describe('norikae requested -o json')

export const view = z
  .object({
    at: time,
    workflowId: z.string(),
    runId: z.string(),
    outcome: runOutcome,
    message: maybe,
    status: upgradeStatus,
    cutovers: list(cutoverStatus),
    gates: list(openGate),
    silent: maybe,
    kept: z
      .object({ at: time, phase: texts, doing: texts })
      .exactOptional()
      .describe('there where no worker answered: what Temporal itself has kept of the run'),
  })
  .describe('norikae status <platform> -o json')

export const overview = z
  .object({ upgrades: list(summary), gates: list(openGate), silent: maybe })
  .describe('norikae status -o json')

export const whereabouts = z
  .object({
    platform: z.string(),
    app: z.string(),
    environment: z.string(),
    where,
    clusters: texts,
    waitingFor: maybe,
  })
  .describe('norikae where <app>/<environment> -o json')

export const gates = z.object({ gates: list(openGate) }).describe('norikae approve -o json, without a name')

export const report = z
  .object({
    platform: z.string(),
    from: z.string(),
    to: z.string().describe('the same as from, where it was a refresh'),
    by: z.string(),
    workflowId: z.string(),
    runId: z.string(),
    outcome,
    startedAt: time,
    closedAt: time,
    report: reportBody,
    before: z
      .object({ runId: z.string(), from: z.string(), to: z.string(), closedAt: time, effort: list(effort) })
      .exactOptional()
      .describe('the upgrade, or refresh, of this platform that was done last before it'),
  })
  .describe('norikae report -o json')

export const change = z
  .object({
    at: time,
    platform: z.string(),
    what: z.enum(['phase', 'environment', 'waiting', 'closed', 'note', 'ended']),
    app: maybe,
    environment: maybe,
    before: maybe,
    now: z.string(),
    weight: z.number().min(0).max(100).exactOptional(),
    gate: openGate.exactOptional(),
    outcome: runOutcome.exactOptional(),
  })
  .describe('one line of norikae watch -o json')

export const done = z
  .object({
    did: z.enum([...message.options, 'start', 'attach']),
    platform: z.string(),
    workflowId: z.string(),
    by: z.string(),
    message: z.string(),
    runId: maybe,
    gate: maybe,
    gates: texts.exactOptional(),
    app: maybe,
    environment: maybe,
  })
  .describe('what a command did, with -o json')

const start = z.object({ announcedAt: time, at: time, movedFrom: maybe })

export const outlook = z
  .object({
    platform: z.string(),
    blue: z.string(),
    from: z.string(),
    timeZone: z.string(),
    decision: z.object({ do: z.enum(['nothing', 'upgrade', 'refresh']), to: maybe, because: texts }),
    start: start.exactOptional(),
    later: list(start),
    versions: list(
      z.object({
        version: z.string(),
        support: z.enum(['standard', 'extended', 'none']),
        until: maybe,
        isDefault: z.boolean(),
      }),
    ),
  })
  .describe('norikae next -o json')

const kept = z.object({
  schedule: z.object({
    months: list(z.enum(months)),
    nth: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
    weekday: z.enum(weekdays),
    time: z.string(),
    announceDays: count,
    target: z.enum(targets),
    refreshDays: count.exactOptional().describe('absent: blue is never built anew at its own version'),
  }),
  timeZone: z.string(),
  closed: texts,
  tells: z
    .object({ team: z.string(), slack: maybe, webhook: maybe })
    .describe('who is told where nothing can be decided'),
})

export const schedule = z
  .object({
    platform: z.string(),
    scheduleId: z.string(),
    paused: z.boolean(),
    note: maybe,
    kept: kept.exactOptional(),
    next: list(start),
    last: list(
      z.object({
        firedAt: time,
        workflowId: z.string(),
        runId: z.string(),
        outcome: z.enum([...runOutcome.options, 'nothing', 'called-off', 'forgotten']),
        to: maybe,
        refresh: z.literal(true).exactOptional().describe("to was blue's own version"),
        because: texts,
      }),
    ),
    open: texts,
  })
  .describe('norikae schedule show -o json')

export const scheduleDone = z
  .object({
    did: z.enum(['create', 'update', 'keep', 'pause', 'resume', 'trigger', 'delete']),
    platform: z.string(),
    scheduleId: z.string(),
    by: z.string(),
    message: z.string(),
    changes: texts,
  })
  .describe('what norikae schedule create, pause, resume, trigger or delete did, with -o json')
const unsaid = z.object({ workflowId: z.string(), gates: texts, code: z.string(), message: z.string() })
export const batches = z
  .object({
    done: list(done),
    refused: list(unsaid),
    failed: list(unsaid).exactOptional(),
  })
  .describe('norikae approve --all, approve --ahead and withdraw, with -o json')

export const signed = z
  .object({
    workflowId: z.string(),
    message: z.enum([...message.options, 'start']),
    body: z.record(z.string(), z.union([z.string(), texts])).readonly(),
  })
  .describe('norikae sign -o json: what is sent to the workflow, or starts it')

export const key = z.object({ file: z.string(), publicKey: z.string() }).describe('norikae keys -o json')

export const complaint = z
  .object({ error: z.object({ code: z.string(), message: z.string(), exit: z.number().int() }) })
  .describe('what -o json prints when a command did not do it')

export const validation = z
  .object({
    file: z.string(),
    valid: z.boolean(),
    problems: list(
      z.object({
        code: z.enum(['InvalidInput', 'Unsupported']),
        file: z.string(),
        line: count,
        column: count,
        path: z.string(),
        message: z.string(),
      }),
    ),
  })
  .describe('norikae validate -o json')

const field = z.object({
  name: z.string(),
  type: z.string(),
  needed: z.boolean(),
  means: z.string(),
  classes: texts.exactOptional(),
})

export const explanation = z
  .object({
    field: z.string(),
    type: z.string(),
    needed: z.boolean(),
    means: z.string(),
    write: maybe,
    default: z.unknown().exactOptional(),
    classes: texts.exactOptional().describe('handover classes that have it'),
    fields: list(field),
    now: z
      .object({
        from: z.enum(['file', 'default', 'blue', 'nowhere']),
        value: z.unknown().exactOptional(),
        where: z.string(),
        problems: texts,
      })
      .exactOptional(),
  })
  .describe('norikae explain -o json')

const seen = z.object({
  about: z.string(),
  is: z.enum(['works', 'broken', 'look', 'unknown']),
  saw: z.string(),
  todo: maybe,
})

export const examination = z
  .object({
    well: z.boolean().describe('nothing is broken'),
    here: list(seen).describe('seen from where the command runs'),
    worker: list(seen).describe('seen from where the worker runs'),
  })
  .describe('norikae doctor -o json')

const reading = z.number().nullable().exactOptional()
const verdict = z.enum(['pass', 'fail', 'inconclusive'])

export const healthExplained = z
  .object({
    platform: z.string(),
    app: z.string(),
    team: z.string(),
    file: z.string().describe('the platform file that it goes by'),
    blue: z.string(),
    green: maybe.describe('absent: there is none yet, and blue is judged by itself'),
    at: time,
    environments: list(
      z.object({
        environment: z.string(),
        judges: z.enum(['blue', 'green']).describe('who is held against the limits'),
        verdict,
        observe: z.string().describe('how long a weight is observed'),
        checks: list(
          z.object({
            check: z.string(),
            source: z.string(),
            blue: reading.describe('its newest number; null: it has none; absent: it was not asked'),
            green: reading.describe('likewise'),
            known: count.describe('readings that gave a number'),
            of: count.describe('readings'),
            needs: count.describe('readings with a number that a verdict needs'),
            breachAfter: count,
            lookedBack: z.number().describe('seconds'),
            limit: z.string(),
            verdict,
            because: z.string(),
          }),
        ),
      }),
    ),
  })
  .describe('norikae explain health -o json')

export const version = z.object({ norikae: z.string(), node: z.string() }).describe('norikae version -o json')

export const notice = z
  .object({
    id: z.string().describe('the same for a repetition'),
    about: z.enum([
      'gate',
      'reminder',
      'deploy',
      'contested',
      'blind',
      'held',
      'breaches',
      'went-back',
      'settled',
      'ended',
      ...scheduledAbout,
    ]),
    thing: z.string().describe('the same in all that is told of one thing, until it is settled'),
    platform: z.string(),
    app: maybe,
    environment: maybe,
    workflowId: z.string(),
    runId: z.string(),
    at: time,
    title: z.string(),
    teams: texts.describe('whom it concerns; the platform team is told everything'),
    waiting: waiting.exactOptional(),
    missing: texts.exactOptional().describe('who may answer and has not'),
    evidence: texts.exactOptional().describe('what was seen, a line each'),
    link: maybe.describe("the workflow in Temporal's UI"),
  })
  .describe('the body of a webhook')
