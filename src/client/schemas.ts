import { z } from 'zod'
import {
  list,
  texts,
  maybe,
  time,
  count,
  outcome,
  runOutcome,
  message,
  waiting,
  upgradeStatus,
  cutoverStatus,
  openGate,
  outline,
  reportBody,
  summary,
  where,
} from './schema-parts.ts'

/**
 * Everything that `-o json` prints and that a webhook receives, as schemas: `json-schemas.ts` makes the files in
 * `schema/` of them. Not used at run time; a test holds them to the TypeScript types, both ways.
 */

export const plan = z
  .object({ from: z.string(), to: z.string(), upgrade: outline, cutovers: list(outline) })
  .describe('norikae plan -o json')

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
    to: z.string(),
    by: z.string(),
    workflowId: z.string(),
    runId: z.string(),
    outcome,
    startedAt: time,
    closedAt: time,
    report: reportBody,
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

export const batches = z
  .object({
    done: list(done),
    refused: list(z.object({ workflowId: z.string(), gates: texts, code: z.string(), message: z.string() })),
  })
  .describe('norikae approve --all, approve --ahead and withdraw, with -o json')

export const signed = z
  .object({ workflowId: z.string(), message, body: z.record(z.string(), z.union([z.string(), texts])).readonly() })
  .describe('norikae sign -o json: what is sent to the workflow')

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

export const version = z.object({ norikae: z.string(), node: z.string() }).describe('norikae version -o json')

export const notice = z
  .object({
    id: z.string(),
    about: z.enum(['gate', 'reminder', 'deploy', 'blind', 'went-back', 'ended']),
    platform: z.string(),
    app: maybe,
    environment: maybe,
    workflowId: z.string(),
    runId: z.string(),
    title: z.string(),
    teams: texts,
    waiting: waiting.exactOptional(),
  })
  .describe('the body of a webhook; id is the same for a repetition')
