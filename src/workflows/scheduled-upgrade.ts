import { defineSearchAttributeKey, SearchAttributeType, WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  isCancellation,
  ParentClosePolicy,
  setCurrentDetails,
  startChild,
  workflowInfo,
} from '@temporalio/workflow'
import { upgradeId } from '../domain/messages.ts'
import {
  announcement,
  BY_SCHEDULE,
  followingDetails,
  notSeenAgain,
  pausedBecause,
  teamTold,
  undecided,
  waitingDetails,
  type ScheduledAbout,
  type ScheduledRequest,
  type ScheduledResult,
} from '../domain/scheduled.ts'
import { scheduledFaults } from '../domain/requests.ts'
import { question } from './activities.ts'
import { Clock } from './clock.ts'
import type { clusterUpgrade } from './cluster-upgrade.ts'
import { anOffice, furnish, tellScheduled, untoldInWords } from './office.ts'
import { failed, problemOf, shown, summary } from './problems.ts'
import { tag } from './search-attributes.ts'

// Set by the server on what a schedule starts; what somebody starts by hand has none.
const SCHEDULED_AT = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME)

/**
 * What a Temporal Schedule starts: decides whether there is something to upgrade to, tells everybody, waits until the
 * day has come, starts `clusterUpgrade` and follows it. Cancelled, it leaves this time out; the upgrade itself, once
 * started, goes on whatever becomes of this. Where nothing can be decided the platform team is told, as far as its schedule
 * knows it.
 *
 * Fails with `EndedBadly` where the upgrade ended as anything but `done`, so that the schedule pauses itself; with
 * `InvalidInput` where the platform file cannot be read as meant or has no schedule.
 */
export async function scheduledUpgrade(request: ScheduledRequest): Promise<ScheduledResult> {
  let says = ''
  const office = anOffice(BY_SCHEDULE, () => say(says))
  const { startTime, workflowId, typedSearchAttributes } = workflowInfo()
  const firedAt = (typedSearchAttributes.get(SCHEDULED_AT) ?? startTime).toISOString()
  const foresee = async () => {
    const faults = scheduledFaults(request)
    if (faults.length > 0) throw failed('InvalidInput', `${faults.join('\n')}\nNothing was started`)
    const { platform } = request
    const words = `look whether ${platform} is to be upgraded`
    return question('foresee', 'foresee', words, 'survey', { platform, firedAt })
  }
  const outlook = await foresee().catch(async (error: unknown) => {
    const told = isCancellation(error) ? undefined : teamTold(request)
    if (!told) throw error
    furnish(office, told)
    tell('schedule-paused', undecided(shown(request?.platform), problemOf(error).message))
    await office.teller.allTold()
    throw error
  })
  const { platform, platformTeam, decision, start } = outlook
  furnish(office, outlook)
  tag({ platform, team: platformTeam })
  const { to, because } = decision
  const refresh = decision.do === 'refresh'
  if (to === undefined) {
    say(because.join('\n'))
    return { outcome: 'nothing', because }
  }
  if (start && start.at > start.announcedAt) {
    tell('announced', `${announcement(outlook, to)}: ${because.join('. ')}`)
    say(waitingDetails(outlook, to, workflowId))
    tag({ phase: ['announced'] })
    let off: string | undefined
    try {
      await new Clock(firedAt).until(
        () => false,
        start.at,
        summary(`until ${platform} is ${refresh ? 'refreshed at' : 'upgraded to'} ${to}`),
      )
      const words = `look whether ${to} is still right`
      const { why } = await question('lookAgain', 'look-again', words, 'survey', {
        platform,
        to,
        ...(refresh && { refreshes: outlook.blue }),
      })
      off = why
    } catch (error) {
      // Everybody was told that it comes.
      const why = isCancellation(error) ? 'it was cancelled' : notSeenAgain(platform, problemOf(error).message)
      await CancellationScope.nonCancellable(() => calledOff(why))
      throw error
    }
    if (off !== undefined) return calledOff(off)
  }
  const upgrade = await begin(platform, to, refresh)
  if (!upgrade) return calledOff('an upgrade was started by somebody meanwhile')
  say(followingDetails(outlook, to))
  tag({ phase: ['upgrading'] })
  const ended = await upgrade.result().then(({ outcome }) => outcome, endOf)
  if (ended === 'done') return end({ outcome: 'done', to, ...(refresh && { refresh }), because })
  const paused = pausedBecause(outlook, to, ended)
  tell('schedule-paused', paused)
  await office.teller.allTold()
  throw failed('EndedBadly', paused)

  function say(what: string): void {
    says = what
    setCurrentDetails([...untoldInWords(office).flatMap((line) => [line, '']), what].join('\n'))
  }

  function tell(about: ScheduledAbout, title: string): void {
    const { platformTeam: ours, teams } = office
    tellScheduled(office, {
      about,
      platform: shown(request?.platform),
      title,
      teams: about === 'schedule-paused' ? [ours] : Object.keys(teams),
    })
  }

  function calledOff(why: string): Promise<ScheduledResult> {
    tell('called-off', `${announcement(outlook, to ?? '')} was announced, and is called off: ${why}`)
    return end({ outcome: 'called-off', because: [why] })
  }

  async function end(result: ScheduledResult): Promise<ScheduledResult> {
    await office.teller.allTold()
    return result
  }
}

/** Undefined: one is open. It is not cancelled with what started it: that would take it back. */
const begin = (platform: string, to: string, refresh: boolean) =>
  startChild<typeof clusterUpgrade>('clusterUpgrade', {
    workflowId: upgradeId(platform),
    args: [{ platform, to, by: BY_SCHEDULE }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    workflowTaskTimeout: '60s',
    staticSummary: refresh ? `refresh ${platform} at ${to}` : `upgrade ${platform} to ${to}`,
    staticDetails:
      "Started by the schedule, with the worker's own platform file. Who is waited for, and the JSON to send, is in the current details.",
  }).catch((error: unknown) => {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined
    throw error
  })

/** How it ended that has no result. */
function endOf(error: unknown): string {
  // Not the upgrade, but what follows it.
  if (CancellationScope.current().consideredCancelled) throw error
  return problemOf(error).message
}
