import {
  type EKS,
  type Insight as ToldInsight,
  type InsightSummary,
  paginateListInsights,
  paginateListUpdates,
} from '@aws-sdk/client-eks'
import type { UpdateDescription } from '../../domain/eks-objects.ts'
import type { Insight, InsightsRefresh } from '../../domain/insights.ts'
import { each } from '../../activities/few-at-a-time.ts'
import { ask, askFor, askForAll } from '../aws-errors.ts'

/** Of a rollback nobody asks here: `ROLLBACK_READINESS` is left out. */
export async function insightsOf(client: EKS, clusterName: string): Promise<Insight[]> {
  const summaries = await askForAll(
    `ListInsights ${clusterName}`,
    (o) =>
      paginateListInsights(
        { client },
        { clusterName, filter: { categories: ['UPGRADE_READINESS', 'MISCONFIGURATION'] } },
        o,
      ),
    (page) => page.insights,
  )
  return each(summaries, async (summary) => {
    const { id, insightStatus } = summary
    if (id === undefined || insightStatus?.status === 'PASSING') return insightOf(summary)
    const found = await askFor(`DescribeInsight ${clusterName} ${id}`, (o) =>
      client.describeInsight({ clusterName, id }, o),
    )
    return insightOf(found?.insight ?? summary)
  })
}

function insightOf(told: InsightSummary & Pick<ToldInsight, 'recommendation' | 'categorySpecificSummary'>): Insight {
  const { deprecationDetails = [], addonCompatibilityDetails = [] } = told.categorySpecificSummary ?? {}
  return {
    name: told.name ?? '',
    category: told.category ?? '',
    ...(told.kubernetesVersion !== undefined && { version: told.kubernetesVersion }),
    status: told.insightStatus?.status ?? 'UNKNOWN',
    reason: told.insightStatus?.reason ?? '',
    recommendation: told.recommendation ?? '',
    ...(told.lastRefreshTime && { refreshedAt: told.lastRefreshTime.toISOString() }),
    deprecations: deprecationDetails.map(({ usage = '', replacedWith, stopServingVersion, clientStats = [] }) => ({
      usage,
      ...(replacedWith !== undefined && { replacedWith }),
      ...(stopServingVersion !== undefined && { stopServing: stopServingVersion }),
      clients: clientStats.map(({ userAgent = 'somebody', numberOfRequestsLast30Days = 0, lastRequestTime }) => ({
        agent: userAgent,
        requests: numberOfRequestsLast30Days,
        ...(lastRequestTime && { last: lastRequestTime.toISOString() }),
      })),
    })),
    ofAddons: addonCompatibilityDetails.length > 0,
  }
}

export async function lastRefresh(client: EKS, clusterName: string): Promise<InsightsRefresh | undefined> {
  const told = await askFor(`DescribeInsightsRefresh ${clusterName}`, (o) =>
    client.describeInsightsRefresh({ clusterName }, o),
  )
  if (told?.status === undefined) return undefined
  return {
    status: told.status,
    ...(told.startedAt && { startedAt: told.startedAt.toISOString() }),
    ...(told.endedAt && { endedAt: told.endedAt.toISOString() }),
  }
}

export async function refreshInsights(client: EKS, clusterName: string): Promise<void> {
  await ask(`StartInsightsRefresh ${clusterName}`, (o) => client.startInsightsRefresh({ clusterName }, o))
}

export async function updatesUnderWay(
  client: EKS,
  name: string,
  nodegroupName: string | undefined,
): Promise<UpdateDescription[]> {
  const of = { name, ...(nodegroupName !== undefined && { nodegroupName }) }
  const ids = await askForAll(
    `ListUpdates ${name}`,
    (o) => paginateListUpdates({ client }, of, o),
    (page) => page.updateIds,
  )
  const all = await each(ids, async (updateId) => {
    const found = await askFor(`DescribeUpdate ${name}`, (o) => client.describeUpdate({ ...of, updateId }, o))
    return found?.update
  })
  return all.flatMap((update) =>
    update?.status === 'InProgress'
      ? [{ type: update.type ?? 'an update', startedAt: update.createdAt?.toISOString() ?? '' }]
      : [],
  )
}
