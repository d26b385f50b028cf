import { blocker, info, warning, type Finding } from './findings.ts'
import { slug, workloadName, type AlbRoute, type Environment, type Handover, type Route } from './platform.ts'
import type { PageOfNobody } from './page-places.ts'
import type { RuleAction } from './target-groups.ts'

/**
 * A page that visitors get while what serves them is stopped on one side and not yet started on the other: a listener rule of
 * its own, right in front of the route's (docs/adr/0087).
 */

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_FixedResponseActionConfig.html */
export const CONTENT_TYPES = [
  'text/plain',
  'text/css',
  'text/html',
  'application/javascript',
  'application/json',
] as const
/** Characters. */
export const LONGEST_BODY = 1024

export interface Page {
  readonly status: number
  readonly type: (typeof CONTENT_TYPES)[number]
  readonly body: string
}

/** A tag of the page's rule: the ARN of the rule that it is in front of. */
export const PAGE_TAG = 'norikae.io/page-of'

interface Moved {
  readonly ref: Parameters<typeof slug>[0]
  readonly handover: Handover
}

/** Is there a time in which it runs on neither side? What is fetched and run by itself keeps nobody waiting. */
export const stops = ({ handover: h }: Pick<Moved, 'handover'>): boolean =>
  h.class === 'singleton' || h.class === 'stateful' || (h.class === 'consumer' && !h.idempotent)

const isRule = (route: Route): route is AlbRoute => route.kind === 'alb'

export interface Shown {
  readonly page: Page
  readonly routes: readonly AlbRoute[]
}

/** What is put in front of which routes while these change sides; undefined where nothing is. */
export function shownFor({ page, routes }: Environment, workloads: readonly Moved[]): Shown | undefined {
  if (page === undefined || routes.length === 0 || !workloads.some(stops)) return undefined
  const rules = routes.filter(isRule)
  return rules.length === routes.length ? { page, routes: rules } : undefined
}

/**
 * What visitors get before anything begins. Whoever puts a page up takes over the one that is there and takes it away in the
 * end; nobody else looks for one, and an app that has moved would answer nobody.
 */
export function leftPageFindings(environment: Environment, workloads: readonly Moved[]): Finding[] {
  const taken = shownFor(environment, workloads) !== undefined
  return Object.entries(environment.pagesLeft ?? {}).map(([route, pages]) => {
    const remedy = `see that blue serves, then take it away: ${takingAway(pages)}`
    const now = 'its visitors get a page now, which a cutover that was terminated left in front of it'
    return taken
      ? warning('page-left', route, `${now}; the next one takes it over`, `nothing where it moves soon; else ${remedy}`)
      : blocker('page-left', route, `${now}, and nothing here would take it away`, remedy)
  })
}

/** Such a page is in front of what its owner made instead of the rule, or hides it one day: no cutover would take it away. */
export const nobodysPageFindings = (pages: readonly PageOfNobody[], platform: string): Finding[] =>
  pages
    .filter((page) => page.platform === undefined || page.platform === platform)
    .map(({ arn, gets }) =>
      blocker(
        'page-left',
        gets,
        `a page of a cutover answers ${gets}, and the listener rule that it was put in front of is no more, so nothing here would take it away`,
        `see who is to serve ${gets}, then take it away: ${takingAway([arn])}`,
      ),
    )

const takingAway = (pages: readonly string[]): string =>
  pages.map((arn) => `aws elbv2 delete-rule --rule-arn ${arn}`).join(' && ')

/** What people see of it before they approve, and what stands in its way. */
export function pageFindings(environment: Environment, workloads: readonly Moved[]): Finding[] {
  const { page, routes, name } = environment
  if (page === undefined) return []
  const stopped = workloads.filter(stops)
  if (stopped.length === 0 || routes.length === 0)
    return [
      info(
        'page-unneeded',
        name,
        `${routes.length === 0 ? 'it has no route' : 'nothing of it is stopped before it runs on green'}, so its visitors get no page`,
        'nothing, or take maintenance out of the platform file',
      ),
    ]
  const unfit = routes
    .filter((route) => !isRule(route))
    .map((route) =>
      blocker(
        'page-unfit',
        route.name,
        'maintenance is a listener rule in front of the rule of a TargetGroupBinding, on a load balancer that no cluster owns, and this route is another kind (Unsupported)',
        'take maintenance out of the platform file and put a page up by hand, or serve the app by such a rule',
      ),
    )
  const windows = new Set(stopped.flatMap(({ handover: h }) => (h.window ? [JSON.stringify(h.window)] : [])))
  const apart =
    windows.size < 2
      ? []
      : [
          blocker(
            'page-unfit',
            name,
            `${stopped.map(({ ref }) => workloadName(ref)).join(' and ')} wait for windows of their own, and one page is up for all of them`,
            'give them the same window',
          ),
        ]
  if (unfit.length + apart.length > 0) return [...unfit, ...apart]
  return [
    warning(
      'page-planned',
      name,
      `visitors of ${routes.map((route) => route.name).join(', ')} get a page (${page.status}) from before ${stopped.map(({ ref }) => workloadName(ref)).join(' and ')} ${stopped.length === 1 ? 'is' : 'are'} stopped on blue until green serves; then all of them are served by green at once. The same on the way back`,
      'approve it at an hour at which they can do without',
    ),
  ]
}

/** What a rule that answers with this page does. */
export const pageAction = ({ status, type, body }: Page): RuleAction => ({
  type: 'other',
  raw: {
    Type: 'fixed-response',
    FixedResponseConfig: { StatusCode: String(status), ContentType: type, MessageBody: body },
  },
})
