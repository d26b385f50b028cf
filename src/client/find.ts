import { upgradeId } from '../domain/messages.ts'
import { recalled, type Recalled } from '../domain/remembered.ts'
import type { SearchAttributeName } from '../domain/search-attributes.ts'
import { asking, type Run } from './ask.ts'
import type { Temporal } from './connect.ts'
import { BadInput, NotReady } from './problems.ts'

/** What Temporal's visibility knows: which upgrades and cutovers there are, and where they say they stand. */

/** A cutover as its search attributes tell it; a second or so behind the workflow itself. */
export interface Sighting {
  readonly workflowId: string
  readonly app: string
  /** `production: moving`, one an environment. */
  readonly phase: readonly string[]
  readonly waitingFor: readonly string[]
  /** The gates that its memo remembers, and how many more there are. */
  readonly gates: readonly Recalled[]
  readonly more: number
}

/** Ended runs that are of interest beside the open ones. */
const LATEST = 10
const MOST = 2000

export async function openUpgrades(temporal: Temporal): Promise<Run[]> {
  return list(temporal, `WorkflowType = 'clusterUpgrade' AND ExecutionStatus = 'Running'`, MOST)
}

/** The latest first. */
export const endedUpgrades = (temporal: Temporal, atMost = LATEST): Promise<Run[]> =>
  list(temporal, `WorkflowType = 'clusterUpgrade' AND ExecutionStatus != 'Running'`, atMost)

/** The latest first. */
export const completedBefore = (temporal: Temporal, platform: string, before: Date): Promise<Run[]> =>
  list(
    temporal,
    `WorkflowId = '${quoted(upgradeId(platform))}' AND ExecutionStatus = 'Completed' AND CloseTime <= '${before.toISOString()}'`,
    LATEST,
  )

/** Open and ended, the latest first. `since`: an ISO time. */
export const upgradesSince = (temporal: Temporal, platform: string, since: string): Promise<Run[]> =>
  list(temporal, `WorkflowId = '${quoted(upgradeId(platform))}' AND StartTime >= '${since}'`, MOST)

/** Open ones, also those whose upgrade is over: apps outlive it. */
export const openCutovers = (temporal: Temporal, platform: string): Promise<Sighting[]> =>
  sightings(temporal, `NorikaePlatform = '${quoted(platform)}' AND ExecutionStatus = 'Running'`)

/** Those that an upgrade has started since then, and any that is still open; the latest run of each. */
export async function cutoversSince(temporal: Temporal, platform: string, since: Date): Promise<Sighting[]> {
  const all = await sightings(
    temporal,
    `NorikaePlatform = '${quoted(platform)}' AND (ExecutionStatus = 'Running' OR StartTime >= '${since.toISOString()}')`,
  )
  // The latest comes first: https://docs.temporal.io/list-filter
  return [...new Map(all.toReversed().map((s) => [s.workflowId, s])).values()]
}

const sightings = async (temporal: Temporal, where: string): Promise<Sighting[]> =>
  (await list(temporal, `WorkflowType = 'appCutover' AND ${where}`, MOST)).map((it) => {
    const { gates, more } = recalled(it.status.name === 'RUNNING' ? it.memo : undefined)
    return {
      workflowId: it.workflowId,
      app: attribute(it, 'NorikaeApp')[0] ?? '',
      phase: attribute(it, 'NorikaePhase'),
      waitingFor: attribute(it, 'NorikaeWaitingFor'),
      gates,
      more,
    }
  })

export const platformOf = ({ workflowId }: Pick<Run, 'workflowId'>): string =>
  workflowId.startsWith(upgradeId('')) ? workflowId.slice(upgradeId('').length) : workflowId

/** The one that is meant when none is named: the only open one. */
export async function thePlatform(temporal: Temporal, named: string | undefined): Promise<string> {
  if (named !== undefined) return named
  const open = (await openUpgrades(temporal)).map(platformOf)
  const [only, ...others] = open
  if (only !== undefined && others.length === 0) return only
  if (only !== undefined)
    throw new BadInput(
      `${open.length} upgrades are open: ${open.toSorted().join(', ')}; say which with --platform <name>`,
    )
  throw new NotReady('not-found', 'no upgrade is open; see: norikae status, or name one with --platform <name>')
}

export const attribute = (it: Run, name: SearchAttributeName): string[] => {
  const found: unknown = it.typedSearchAttributes.getAll().find(({ key }) => key.name === name)?.value
  return Array.isArray(found) ? found.map(String) : typeof found === 'string' ? [found] : []
}

const list = (temporal: Temporal, query: string, atMost: number): Promise<Run[]> =>
  asking(temporal, 'upgrade', async () => {
    const found: Run[] = []
    for await (const it of temporal.client.workflow.list({ query, pageSize: Math.min(atMost, 1000) })) {
      found.push(it)
      if (found.length === atMost) break
    }
    return found
  })

// Visibility queries are SQL-like: https://docs.temporal.io/list-filter
const quoted = (text: string): string => text.replaceAll("'", "''")
