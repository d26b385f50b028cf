import { z } from 'zod'
import type { OutlineStep } from '../domain/outline.ts'

/** What the schemas of `schemas.ts` have in common: the domain's own words. */

export const list = <T extends z.ZodType>(of: T) => z.array(of).readonly()
export const texts = list(z.string())
export const maybe = z.string().exactOptional()
/** ISO 8601, UTC. */
export const time = z.string()
export const count = z.number().int().min(0)

export const outcome = z.enum(['done', 'rolled-back', 'rejected', 'blocked'])
export const runOutcome = z.enum([...outcome.options, 'running', 'failed', 'cancelled', 'terminated', 'timed-out'])
const answer = z.enum(['approve', 'reject', 'retry', 'skip', 'rerun'])
export const message = z.enum([...answer.options, 'withdraw', 'pause', 'resume', 'abort', 'rollback', 'replan'])

export const proves = z
  .object({ kind: z.enum(['signed', 'oidc']), run: z.string(), audience: maybe })
  .exactOptional()
  .describe('how people prove what they say; absent where names are believed')

export const where = z.enum(['blue', 'both', 'green'])

export const finding = z.object({
  level: z.enum(['blocker', 'warning', 'info']),
  code: z.string(),
  about: z.string(),
  field: maybe,
  message: z.string(),
  remedy: z.string(),
  source: maybe.describe('what was read that it comes from'),
  waived: z
    .object({ by: z.string(), reason: z.string(), until: z.string() })
    .exactOptional()
    .describe('of a blocker that the platform file waives: who answers for it'),
})

const subject = z.object({
  platform: z.string(),
  account: z.string(),
  region: z.string(),
  blue: z.string(),
  green: z.string(),
  adopted: z.object({ arn: z.string(), createdAt: z.string() }).exactOptional(),
  team: z.string(),
  app: maybe,
  environment: maybe,
  refresh: z.literal(true).exactOptional().describe("of an upgrade whose green gets blue's own version"),
})

export const waiting = z.object({
  gate: z.string(),
  what: z.string(),
  since: time,
  who: texts,
  people: texts.exactOptional(),
  approvedBy: texts.exactOptional(),
  excluded: z
    .record(z.string(), z.string())
    .readonly()
    .exactOptional()
    .describe('of the people, who may not approve it, and why not'),
  needs: z.string(),
  differing: texts.exactOptional().describe('what runs other images on blue than on green, or why that is not known'),
  hazards: texts.exactOptional().describe('what Argo CD would do by itself to either side'),
  send: list(z.object({ message: answer, body: z.record(z.string(), z.string()).readonly() })),
  opensAt: time.exactOptional().describe('when it goes on by itself: it waits for its hours, and nobody has to answer'),
  onTheWall: maybe.describe('the same by the clocks of its calendar'),
  escalates: z.object({ to: texts, at: time }).exactOptional().describe('who may answer too, and from when on'),
  opens: z
    .object({ forward: texts, back: texts })
    .exactOptional()
    .describe('what an approval begins, up to the next gate, and what would take that back'),
})

const state = z.enum([
  'pending',
  'moving',
  'waiting',
  'paused',
  'going-back',
  'stuck',
  'rolled-back',
  'on-green',
  ...outcome.options,
])

const status = z.object({
  subject,
  digest: z.string(),
  state,
  phase: z.string(),
  doing: texts,
  done: count,
  of: count,
  weight: z.number().min(0).max(100).exactOptional(),
  where: where.exactOptional().describe('where pipelines deploy it now'),
  waitingFor: list(waiting),
  toCome: list(
    z.object({
      gate: z.string(),
      what: z.string(),
      who: texts,
      people: texts,
      approvedBy: texts,
    }),
  )
    .exactOptional()
    .describe('gates that are planned and not open, which may be approved ahead'),
  awaits: texts.exactOptional().describe('teams that must do something outside, as deploying their app'),
  can: z
    .object({ pause: maybe, resume: maybe, abort: maybe, rollback: maybe, replan: maybe })
    .describe('why something may not be ordered now; absent where it may'),
  wayBack: texts,
  verdicts: texts.exactOptional(),
  noticed: list(finding).exactOptional().describe('by the steps of the phase it is in'),
  problem: maybe,
  cost: z
    .object({
      currency: z.string(),
      blue: z.number(),
      green: z.number(),
      missing: texts.describe('what has no price, and is in neither'),
      extended: z.number().exactOptional().describe("part of blue's"),
      since: time.exactOptional().describe('when green began'),
    })
    .exactOptional()
    .describe('of an upgrade whose platform file has prices: what each cluster costs a day'),
})

const untold = list(z.object({ place: z.string(), why: z.string() }))
  .exactOptional()
  .describe('places that did not take what they were told last')

export const upgradeStatus = z.object({
  platform: z.string(),
  from: z.string(),
  to: z.string(),
  since: time,
  by: z.string(),
  paused: z.boolean(),
  pause: z
    .object({ by: z.string(), at: time, reason: maybe })
    .exactOptional()
    .describe('who paused it and why, while it is'),
  run: status.exactOptional(),
  apps: list(
    z.object({
      app: z.string(),
      team: z.string(),
      dependsOn: texts.exactOptional(),
      movesWith: texts.exactOptional(),
      environments: list(
        z.object({
          name: z.string(),
          is: z.enum(['pending', 'moving', 'awaited', 'window', 'trouble', 'committed', 'back', 'on-green']),
          note: maybe,
          onBlue: z.literal(true).exactOptional().describe('of one in trouble: nothing of it is on green'),
          with: texts.exactOptional().describe('whom it meets there and goes back with'),
          waits: z
            .object({ where: z.string(), for: texts, since: time })
            .exactOptional()
            .describe('for which of those that it moves with'),
        }),
      ),
      breachedAt: time.exactOptional(),
      unanswered: z.literal(true).exactOptional(),
    }),
  ),
  order: z.enum(['breadth', 'depth']).exactOptional(),
  ahead: texts.exactOptional().describe('the phases that come after the one it is in'),
  members: z.record(z.string(), texts).readonly().describe('who is asked, by team'),
  findings: list(finding),
  ending: maybe,
  held: maybe,
  untold,
  refused: texts,
  proves,
  replans: list(
    z.object({
      app: z.string(),
      by: z.string(),
      at: time,
      became: z.enum(['looking', 'joins', 'changes', 'leaves', 'unchanged', 'refused']),
      note: maybe,
    }),
  )
    .exactOptional()
    .describe('apps that were looked for again'),
})

export const logged = z.object({
  at: time,
  message: z.string(),
  body: z.unknown().exactOptional(),
  became: z.enum(['counted', 'ahead', 'void', 'refused']),
  because: maybe,
})

export const cutoverStatus = z.object({
  platform: z.string(),
  app: z.string(),
  team: z.string(),
  paused: z.boolean(),
  runs: list(status),
  findings: list(finding),
  log: list(logged),
  untold,
  proves,
})

export const openGate = waiting.extend({
  platform: z.string(),
  app: maybe,
  environment: maybe,
  workflowId: z.string(),
  digest: z.string(),
  proves,
  findings: list(finding),
  wayBack: texts,
  environments: list(z.object({ name: z.string(), state, verdicts: texts })),
  problem: maybe,
  holdsUp: texts.exactOptional().describe('what cannot go on before it is answered, whatever else happens'),
})

// By name, because a step holds lanes of steps.
const lane: z.ZodType<readonly OutlineStep[]> = z.lazy(() => list(outlineStep))
const outlineStep = z.object({
  id: z.string(),
  title: z.string(),
  asks: texts.exactOptional(),
  lanes: list(lane).exactOptional(),
})

const twinChange = z.object({ setting: z.string(), blue: maybe, green: z.string(), why: z.string() })

export const twinPart = z
  .object({ part: z.string(), same: texts, changed: list(twinChange), own: texts, notCopied: texts })
  .describe('a part of green beside the same of blue')

export const ownedRow = z
  .object({
    resource: z.string(),
    owner: z.string(),
    written: z.enum(['own', 'through', 'requested', 'left']),
    does: z.string(),
  })
  .describe('what a plan writes or deletes in AWS, and whose it is')

export const outline = z.object({
  subject,
  digest: z.string(),
  findings: list(finding),
  traffic: z
    .object({
      perMinute: z.number().describe('requests, median of the hours of last week'),
      from: z.enum(['CloudWatch', 'Prometheus']),
      observe: z.string().describe('how long a weight is observed'),
      longest: z.number().describe('seconds that this is made at most where samples are to come'),
      weights: list(
        z.object({
          weight: z.number(),
          check: z.string().describe('the one that takes longest'),
          seconds: z.number().exactOptional().describe('until it has its samples; absent: it never will'),
          sees: z.number().describe('the share of its readings that would see a request'),
        }),
      ),
    })
    .exactOptional()
    .describe('of an environment whose traffic is known: what each weight needs'),
  phases: list(
    z.object({
      name: z.string(),
      title: z.string(),
      forward: list(outlineStep),
      back: list(outlineStep),
      commit: list(outlineStep),
      pointOfNoReturn: z.literal(true).exactOptional(),
    }),
  ),
})

const place = { app: maybe, environment: maybe }

export const effort = z
  .object({ app: maybe, team: z.string(), seconds: z.number(), answered: count, acts: count })
  .describe('what it took of people: seconds from asked to answered, gates that were answered, answers and orders')

export const reportBody = z.object({
  subjects: list(z.object({ ...place, digest: z.string(), ended: maybe })),
  decisions: list(logged.extend(place)),
  effort: list(effort),
  waits: list(z.object({ ...place, gate: z.string(), seconds: z.number(), ended: z.string(), by: texts })),
  weights: list(z.object({ app: z.string(), step: z.string(), at: time, note: z.string() })),
  problems: list(z.object({ app: z.string(), step: z.string(), attempt: count, at: time, message: z.string() })),
  rollbacks: list(z.object({ app: z.string(), environment: z.string(), at: time, why: z.string() })),
  findings: list(finding),
  leftovers: texts,
  cost: z
    .object({ currency: z.string(), days: z.number(), total: z.number(), missing: texts })
    .exactOptional()
    .describe('what both clusters cost while there were both'),
})

export const summary = z.object({
  platform: z.string(),
  to: z.string(),
  by: z.string(),
  workflowId: z.string(),
  runId: z.string(),
  startedAt: time,
  closedAt: time.exactOptional(),
  outcome: runOutcome,
  phase: texts,
  waitingFor: texts,
})
