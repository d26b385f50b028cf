import { CancellationScope } from '@temporalio/workflow'
import { begun, type Problem } from '../domain/journal.ts'
import type { CutoverRequest } from '../domain/messages.ts'
import { lossesOnReturn } from '../domain/plan.ts'
import type { Environment } from '../domain/platform.ts'
import { mustHold, otherImages } from '../domain/verdict.ts'
import { ALONG_ORDERED, isAlong, mayGoBack } from '../domain/why-back.ts'
import { question } from './activities.ts'
import type { LiveRun } from './executor.ts'
import { bothSides, type Office } from './office.ts'
import { problemOf, wasStopped } from './problems.ts'
import { noWayBack } from './way-back.ts'

/** An environment of an app on its way. */
export interface OnItsWay {
  readonly office: Office
  readonly request: CutoverRequest
  readonly environment: Environment
  readonly run: LiveRun
  /** When it came to green, milliseconds since 1970; undefined: it is not there. */
  readonly since: number | undefined
  /** Tells the upgrade that it breaches. */
  breaching(why: string): Promise<unknown>
}

/** Why it stays where it is and people are asked, by what ended its way; undefined: it goes back. */
export async function whyHold(error: unknown, it: OnItsWay): Promise<string | undefined> {
  if (CancellationScope.current().consideredCancelled) return undefined
  const problem = problemOf(error)
  const { type, message } = problem
  if (type === 'Blind') return message
  // Somebody sends traffic back already, so that only what is lost by it is for people to say.
  if (type === 'MovedBack') return forLoss(it, message)
  if (isAlong(problem)) return notAlong(it, problem)
  if (type !== 'Unhealthy') return mayGoBack.has(type) ? undefined : afterFailure(it, message)
  // Before blue is asked: those that breach in the same moment hear of one another.
  await it.breaching(message)
  return (
    forLoss(it, message) ?? (await forNoWayBack(it, message, 'way-back/breach')) ?? (await blueIsNoBetter(it, message))
  )
}

/** What is lost by it, where there is no way back, and a blue that is no better, are no less so because another went. */
async function notAlong(it: OnItsWay, { type, message }: Problem): Promise<string | undefined> {
  const why = forLoss(it, message) ?? (await forNoWayBack(it, message, 'way-back/along'))
  if (why !== undefined || type === ALONG_ORDERED || !isServed(it)) return why
  return blueIsNoBetter(it, message)
}

/** A step that failed takes its environment back, but not where that loses something; nor, once green serves, onto another release. */
async function afterFailure(it: OnItsWay, message: string): Promise<string | undefined> {
  const losing = forLoss(it, message)
  if (losing !== undefined || !isServed(it)) return losing
  const gone = await forNoWayBack(it, message, 'way-back/failed')
  if (gone !== undefined) return gone
  const { office, run, environment } = it
  const { differing = [] } = (await bothSides(office, run.plan.subject, `${environment.name}/images`)) ?? {}
  if (differing.length === 0) return undefined
  return `${message}; not rolled back by itself: ${otherImages(differing)}. \`rollback\` takes it back`
}

/** Green has had visitors. */
function isServed({ run: { plan, journal } }: OnItsWay): boolean {
  const from = plan.phases[0]?.health?.from
  return from !== undefined && begun(journal, from)
}

async function blueIsNoBetter(
  { request, environment: { name, checks }, run, since }: OnItsWay,
  message: string,
): Promise<string | undefined> {
  const { app, platform, related = [] } = request
  const ask = question('compare', `${name}/compare`, `ask blue about ${app.name} ${name}`, 'quick', {
    subject: run.plan.subject,
    checks,
    related,
  })
  // Whoever cannot see blue must not send traffic there unasked.
  const known = await ask.catch((error: unknown) => {
    if (wasStopped(error)) throw error
    return { blue: 'inconclusive' as const, differing: [], unrelated: [], at: undefined }
  })
  const moved =
    since === undefined || known.at === undefined ? {} : { secondsSinceMoved: (Date.parse(known.at) - since) / 1000 }
  const because = mustHold({ ...known, because: message, ...moved }, platform.autoRollback)
  return because && `${message}; not rolled back by itself: ${because}. \`rollback\` takes it back`
}

/** Its owner has handed over what led to blue. Who goes back waits no longer than half a minute for the answer. */
async function forNoWayBack(it: OnItsWay, message: string, as: string): Promise<string | undefined> {
  const { environment, request, run } = it
  const gone = await noWayBack({ subject: run.plan.subject, environment, made: request.made, as, pace: 'glance' })
  return gone && `${message}; not rolled back by itself: ${gone}`
}

/** Where going back loses something, people say so first. */
function forLoss({ run: { plan, journal } }: OnItsWay, message: string): string | undefined {
  const losses = plan.phases.flatMap((phase) => lossesOnReturn(phase, journal))
  return losses.length === 0
    ? undefined
    : `${message}; not rolled back by itself: ${losses.join('; ')}. \`rollback\` asks for it`
}
