import type {
  DescribeInsightRequest,
  DescribeInsightResponse,
  DescribeInsightsRefreshRequest,
  DescribeInsightsRefreshResponse,
  Insight,
  ListInsightsRequest,
  ListInsightsResponse,
  StartInsightsRefreshRequest,
  StartInsightsRefreshResponse,
} from '@aws-sdk/client-eks'
import { notFound } from '../errors.ts'
import { page, type Operations, type Serve } from '../protocol/operations.ts'
import { clusterNamed, type EksWorld } from './world.ts'

/** What EKS says of a cluster that is to be upgraded, as somebody told it: nothing, where nobody did. */
export interface ToldInsights {
  readonly insights: readonly Insight[]
  /** What becomes of a refresh that is asked for. It ends at once. */
  readonly refreshes: 'COMPLETED' | 'FAILED' | 'IN_PROGRESS'
  refresh?: DescribeInsightsRefreshResponse
}

export const nothingTold = (): ToldInsights => ({ insights: [], refreshes: 'COMPLETED' })

export const insightOperations = (world: EksWorld) =>
  ({
    /** https://docs.aws.amazon.com/eks/latest/APIReference/API_ListInsights.html */
    ListInsights: (({ clusterName, filter = {}, nextToken, maxResults }) => {
      const { categories, statuses, kubernetesVersions } = filter
      const isAsked = <T>(wanted: readonly T[] | undefined, is: T | undefined) =>
        wanted === undefined || wanted.length === 0 || (is !== undefined && wanted.includes(is))
      const matching = clusterNamed(world, clusterName).told.insights.filter(
        (i) =>
          isAsked(categories, i.category) &&
          isAsked(statuses, i.insightStatus?.status) &&
          isAsked(kubernetesVersions, i.kubernetesVersion),
      )
      const { items, next } = page(matching, nextToken, maxResults)
      return {
        insights: items.map(
          ({ recommendation: _r, resources: _s, categorySpecificSummary: _c, ...summary }) => summary,
        ),
        nextToken: next,
      }
    }) satisfies Serve<ListInsightsRequest, ListInsightsResponse>,

    DescribeInsight: (({ clusterName, id }) => {
      const insight = clusterNamed(world, clusterName).told.insights.find((i) => i.id === id)
      if (!insight) throw notFound(`No insight found for ID: ${id}`, { clusterName })
      return { insight }
    }) satisfies Serve<DescribeInsightRequest, DescribeInsightResponse>,

    StartInsightsRefresh: (({ clusterName }) => {
      const { told } = clusterNamed(world, clusterName)
      const now = new Date()
      const ended = told.refreshes !== 'IN_PROGRESS'
      told.refresh = { status: told.refreshes, startedAt: now, ...(ended && { endedAt: now }) }
      return { status: 'IN_PROGRESS', message: 'Refreshing insights' }
    }) satisfies Serve<StartInsightsRefreshRequest, StartInsightsRefreshResponse>,

    DescribeInsightsRefresh: (({ clusterName }) => {
      const { told } = clusterNamed(world, clusterName)
      if (!told.refresh) throw notFound(`No insights refresh found for cluster: ${clusterName}`, { clusterName })
      return told.refresh
    }) satisfies Serve<DescribeInsightsRefreshRequest, DescribeInsightsRefreshResponse>,
  }) satisfies Operations
