import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineQuery,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow'
import { blank } from '../domain/journal.ts'
import type { Outcome, UpgradeRequest, UpgradeResult, UpgradeStatus } from '../domain/messages.ts'
import { pauseOf, type Pause } from '../domain/pausing.ts'
import { blockers, type Phase } from '../domain/plan.ts'
import { figures } from '../domain/figures.ts'
import { joined, reportOf } from '../domain/report.ts'
import { blindness } from '../domain/notices.ts'
import { aheadOf, statusOf } from '../domain/status.ts'
import { originFault } from '../domain/starting.ts'
import { question, type Prepared } from './activities.ts'
import { executor, REPLACED, type LiveRun } from './executor.ts'
import { fleet } from './fleet.ts'
import { handsFor } from './leaf.ts'
import { listen } from './listen.ts'
import { alarm, lookout, overseer } from './lookout.ts'
import { anOffice, furnish, proves, resting, show, tellEnded, untoldOf } from './office.ts'
import { failed, problemOf, shown, wasStopped } from './problems.ts'
import { replanning, type Replanning } from './replanning.ts'
import { tag } from './search-attributes.ts'
import { under } from './under.ts'

/**
 * One cluster upgrade, from the first look to the report.
 *
 * Its id is `cluster-upgrade/<platform>`, so there is one at a time. Fails with `InvalidInput` when the request or the
 * platform file cannot be read as meant; every other end is a result.
 */
export async function clusterUpgrade(request: UpgradeRequest): Promise<UpgradeResult> {
  const office = anOffice(request?.by)
  let prepared: Prepared | undefined
  const apps = fleet(office, request?.by)
  let aborted: string | undefined
  let again: Replanning | undefined

  setHandler(defineQuery('status'), (): UpgradeStatus => ({
    platform: shown(request?.platform),
    from: prepared?.from ?? '',
    to: prepared?.to ?? shown(request?.to),
    since: workflowInfo().startTime.toISOString(),
    by: office.desk.requester,
    paused: office.paused,
    ...pausedBy(pauseOf(office.desk, office.paused)),
    ...(office.runs[0] && { run: statusOf(office.runs[0], office.desk, office.paused) }),
    apps: apps.standings(),
    ...(prepared && { order: prepared.platform.order, ahead: aheadOf(office.runs[0]) }),
    members: office.desk.members,
    findings: office.runs[0]?.plan.findings ?? [],
    ...(aborted !== undefined && { ending: aborted }),
    ...heldBy(office.blind ? blindness(office.blind) : office.held),
    ...untoldOf(office),
    refused: office.desk.log
      .filter((l) => l.became === 'refused')
      .slice(-20)
      .map((l) => `${l.message}: ${l.because ?? ''}`),
    ...proves(office),
    ...again?.told(),
  }))
  listen(office, {
    ...resting(office),
    abort: ({ by, reason }) => {
      aborted = `${by} aborted it: ${reason ?? 'no reason given'}`
    },
    rollback: () => undefined, // refused: it is for an app
    replan: (order) => again?.order(order),
  })
  const fault = originFault(request?.platform, request?.by, workflowInfo().parent?.workflowId)
  if (fault !== undefined) throw failed('InvalidInput', fault)
  prepared = await question('prepare', 'prepare', `look at ${shown(request?.platform)} and plan`, 'survey', request)
  const { platform, plan, from } = prepared
  tag({ platform: platform.name, team: platform.platformTeam })
  furnish(office, platform)
  apps.know(platform)
  const run: LiveRun = { plan, journal: blank, goingBack: false }
  office.runs = [run]
  show(office)

  const replans = replanning(office, run, apps, { request, prepared })
  again = replans
  const { forward, back } = executor(
    replans.interruptible(
      handsFor(office, run, {
        apps: { go: (step) => apps.go(step, () => aborted ?? ''), onGreen: apps.onGreen },
      }),
    ),
  )
  run.ended = blockers(plan).length > 0 ? 'blocked' : await upgrade()
  const { ended } = run
  show(office)
  const report = () => joined([reportOf([run], office.desk), ...apps.reports()])
  return CancellationScope.nonCancellable(async () => {
    tellEnded(office, plan.subject, ended, figures(apps.standings(), report()))
    await office.teller.allTold()
    await condition(allHandlersFinished)
    return { outcome: ended, from, report: report() }
  })

  async function upgrade(): Promise<Outcome> {
    try {
      await under(
        () => lookout(office, plan.subject, platform.metrics.url),
        () =>
          under(
            () => overseer(office, plan.subject, apps.stopped),
            () =>
              under(
                () => alarm(office, plan.subject, apps.together),
                () =>
                  under(replans.work, async () => {
                    for (let phase = replans.next(); phase; phase = replans.next()) await travel(phase)
                  }),
              ),
          ),
      )
      return 'done'
    } catch (error) {
      const cancelled = CancellationScope.current().consideredCancelled
      const problem = cancelled ? { type: 'Ordered', message: 'it was cancelled' } : problemOf(error)
      aborted ??= problem.message
      for (const phase of run.plan.phases.toReversed()) await back(phase)
      return problem.type === 'Rejected' ? 'rejected' : 'rolled-back'
    }
  }

  async function travel(phase: Phase): Promise<void> {
    // Turns are given to the end: an app that went back or left in the soak moves again.
    const move = async () => {
      await under(apps.giveTurns, () => forward(phase)).catch((error: unknown) => {
        // The next phase is the first of the new plan that is not over.
        if (wasStopped(error) || problemOf(error).type !== REPLACED) throw error
      })
    }
    if (!phase.pointOfNoReturn) return under(whenAborted, move)
    // Who pauses right before it may still say that all goes back.
    await under(whenAborted, async () => {
      while (office.paused) {
        await condition(() => !office.paused)
        // In one task signals are heard before a cancellation, whichever was said first: one that came before counts.
        await sleep('1s', { summary: 'whether it was cancelled before it was resumed' })
      }
    })
    return CancellationScope.nonCancellable(move)
  }

  async function whenAborted(): Promise<never> {
    await condition(() => aborted !== undefined)
    throw failed('Ordered', aborted ?? '')
  }
}

const pausedBy = (pause: Pause | undefined) => (pause === undefined ? {} : { pause })
const heldBy = (held: string | undefined) => (held === undefined ? {} : { held })
