import type { WorkflowExecutionDescription } from '@temporalio/client'
import type { AppStanding, UpgradeStatus } from '../domain/messages.ts'
import type { Plan } from '../domain/plan.ts'
import type { Platform } from '../domain/platform.ts'
import { recalled, type Recalled } from '../domain/remembered.ts'
import type { RunState } from '../domain/run.ts'
import { leaves } from '../domain/steps.ts'
import { asking, requestOf, type Run } from './ask.ts'
import type { Temporal } from './connect.ts'
import { attribute, cutoversSince, type Sighting } from './find.ts'
import { plannedIn } from './planned.ts'
import type { OpenGate, UpgradeView } from './shapes.ts'

/**
 * An upgrade as Temporal itself has kept it: memo, search attributes, what is pending, and the plan in its history. For
 * when no worker answers queries; what only the workflow knows (weights, verdicts, the way back) is not in it.
 */
export async function keptView(temporal: Temporal, platform: string, run: Run, silent: string): Promise<UpgradeView> {
  const { workflowId, runId, startTime } = run
  const describing = asking(temporal, workflowId, () =>
    temporal.client.workflow.getHandle(workflowId, runId).describe(),
  )
  const [{ to = '', by = '' }, description, planned, cutovers, at] = await Promise.all([
    requestOf(temporal, workflowId, runId),
    describing,
    describing.then(({ memo }) => plannedIn(temporal, workflowId, runId, memo)),
    cutoversSince(temporal, platform, startTime),
    lastSign(temporal, workflowId, runId),
  ])
  const { gates, more, paused } = recalled(description.memo)
  const phase = attribute(description, 'NorikaePhase')
  const names = planned?.plan.phases.map((p) => p.name) ?? []
  const status: UpgradeStatus = {
    platform,
    from: planned?.from ?? '',
    to: planned?.to ?? to,
    since: startTime.toISOString(),
    by,
    paused,
    apps: (planned?.platform.apps ?? []).map((app) => standing(app, cutovers)),
    ...(planned && { order: planned.platform.order, ahead: names.slice(names.indexOf(phase[0] ?? '') + 1) }),
    members: Object.fromEntries(
      Object.entries(planned?.platform.teams ?? {}).map(([name, team]) => [name, team.approvers]),
    ),
    findings: planned?.plan.findings ?? [],
    refused: [],
  }
  const untold = more + cutovers.reduce((sum, c) => sum + c.more, 0)
  return {
    at: new Date().toISOString(),
    workflowId,
    runId,
    outcome: 'running',
    status,
    cutovers: [],
    gates: [
      ...gates.map((g) => keptGate(platform, workflowId, g)),
      ...cutovers.flatMap((c) => c.gates.map((g) => keptGate(platform, c.workflowId, g, c.app))),
    ],
    silent: untold === 0 ? silent : `${silent}; ${untold} more gates are open than Temporal keeps`,
    kept: { at, phase, doing: doing(description, planned?.plan) },
  }
}

/** What the memo does not remember of a gate is left out. */
export const keptGate = (
  platform: string,
  workflowId: string,
  { waiting, environment }: Recalled,
  app?: string,
): OpenGate => ({
  ...waiting,
  platform,
  ...(app !== undefined && { app }),
  ...(environment !== undefined && { environment }),
  workflowId,
  digest: /@(\w+)\.\d+$/.exec(waiting.gate)?.[1] ?? '',
  findings: [],
  wayBack: [],
  environments: [],
})

const byState = {
  pending: 'pending',
  moving: 'moving',
  waiting: 'moving',
  paused: 'moving',
  'going-back': 'trouble',
  stuck: 'trouble',
  'rolled-back': 'trouble',
  'on-green': 'on-green',
  done: 'committed',
  rejected: 'back',
  blocked: 'back',
} as const satisfies Record<RunState, AppStanding['environments'][number]['is']>

/** The search attribute has `production: moving`, one an environment. */
function standing(
  { name: app, team, environments, dependsOn, movesWith }: Platform['apps'][number],
  cutovers: readonly Sighting[],
): AppStanding {
  const phases = cutovers.find((c) => c.app === app)?.phase ?? []
  const states = new Map(phases.map((p) => p.split(': ', 2) as [string, string]))
  return {
    app,
    team,
    ...(dependsOn.length > 0 && { dependsOn }),
    ...(movesWith.length > 0 && { movesWith }),
    environments: environments.map(({ name }) => {
      const state = states.get(name) ?? 'pending'
      return { name, is: Object.hasOwn(byState, state) ? byState[state as RunState] : 'pending' }
    }),
  }
}

/** What it is waiting for outside, by the titles of its plan; telling people is not waited for. */
function doing({ raw }: Pick<WorkflowExecutionDescription, 'raw'>, plan: Plan | undefined): string[] {
  const steps = plan?.phases.flatMap((p) => leaves([...p.forward, ...p.back, ...p.commit])) ?? []
  return (raw.pendingActivities ?? []).flatMap(({ activityId, lastFailure }) => {
    const title = steps.find((s) => s.id === activityId)?.title
    if (title === undefined) return []
    const said = lastFailure?.message ?? ''
    return [said === '' ? title : `${title} (${said})`]
  })
}

/** When its last event was. */
async function lastSign(temporal: Temporal, workflowId: string, runId: string): Promise<string> {
  const { namespace, client } = temporal
  const { history } = await asking(temporal, workflowId, () =>
    client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    }),
  )
  const { seconds, nanos } = history?.events?.[0]?.eventTime ?? {}
  return new Date(Number(seconds ?? 0) * 1000 + Number(nanos ?? 0) / 1e6).toISOString()
}
