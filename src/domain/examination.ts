import { isNamedAfter } from './cluster-name.ts'
import type { ClusterDescription } from './eks-objects.ts'
import type { Finding } from './findings.ts'
import type { PlatformFile } from './platform-file.ts'

/** What `norikae doctor` finds: whether a thing that an upgrade needs works, what was seen of it, and what to do. */
export interface Seen {
  readonly about: string
  /** `look`: it works, and somebody should have a look. `unknown`: it was not looked at, and why not is what was seen. */
  readonly is: 'works' | 'broken' | 'look' | 'unknown'
  readonly saw: string
  /** What to do about it; absent where there is nothing. */
  readonly todo?: string
}

/** What the worker alone can look at, each by itself, in this order. */
export const organs = ['file', 'identity', 'clusters', 'rights', 'network', 'volumes', 'metrics', 'teams'] as const
export type Organ = (typeof organs)[number]

/** Those of which nothing is to be had with credentials of another account. */
export const ofAccount: readonly Organ[] = ['clusters', 'rights', 'network', 'volumes']

/** What people call it. */
export const called = {
  file: 'platform file',
  identity: 'AWS identity',
  clusters: 'clusters',
  rights: 'rights on blue',
  network: 'load balancers',
  volumes: 'volumes and nodes',
  metrics: 'metrics',
  teams: 'teams',
} as const satisfies Record<Organ, string>

/** `file`: the platform file's text; else the worker reads its own. */
export interface ExaminationRequest {
  readonly platform: string
  readonly file?: string
}

const seen = (of: Organ, is: Seen['is'], saw: string, todo?: string): Seen => ({
  about: called[of],
  is,
  saw,
  ...(todo !== undefined && { todo }),
})

/** Where looking itself failed. */
export const couldNotLook = (of: Organ, message: string): Seen => seen(of, 'broken', message, remedies[of])

/** Without the file nobody knows where to look, and without the account's credentials nobody may. */
export const notLookedAt = (some: readonly Organ[], without: Extract<Organ, 'file' | 'identity'>): Seen[] =>
  some.flatMap((of) => (of === without ? [] : [seen(of, 'unknown', `needs the ${called[without]} first`)]))

const remedies: Partial<Record<Organ, string>> = {
  identity: 'give the worker credentials of the account, as its AWS SDK looks for them',
  clusters: 'give the worker deploy/iam/preflight.json',
  rights: 'let the worker reach the API server, and give it deploy/rbac/norikae.yaml and an access entry on blue',
  network: 'give the worker deploy/iam/preflight.json',
  volumes: 'give the worker deploy/iam/preflight.json',
  metrics: 'let the worker reach it, or mend health.prometheus.url',
  teams: "let the worker reach Slack's API",
}

export function seenFile({ platform, teams, environments, account, region }: PlatformFile, name: string): Seen {
  const counts = `${Object.keys(teams).length} teams, ${environments.map((e) => e.name).join(', ')}`
  return seen('file', 'works', `${name}: ${platform} in ${account}, ${region}; ${counts}`)
}

/** `removes`: the role that clusters are removed as, or why it may not be assumed. */
export const seenRemover = (removes: string | { readonly denied: string }): Seen =>
  typeof removes === 'string'
    ? { about: 'removing blue', is: 'works', saw: `as ${removes}` }
    : {
        about: 'removing blue',
        // It is needed weeks later only, and some let the worker in no sooner.
        is: 'look',
        saw: removes.denied,
        todo: 'let the worker assume it before blue is to go: its trust policy, and BecomeWhoDecommissions of deploy/iam/upgrade.json',
      }

export const seenIdentity = (
  { account }: Pick<PlatformFile, 'account'>,
  found: { readonly account: string; readonly principalArn: string },
): Seen =>
  found.account === account
    ? seen('identity', 'works', `${found.principalArn}, in account ${account}`)
    : seen(
        'identity',
        'broken',
        `${found.principalArn} is of account ${found.account}; the platform is in ${account}`,
        `start a worker with credentials of ${account}`,
      )

/** The platform's own among all clusters of the region, by the name that the file gives, or by their form. */
export const namesOfPlatform = (
  all: readonly string[],
  { platform, blue }: Pick<PlatformFile, 'platform' | 'blue'>,
): string[] => all.filter((name) => name === blue || isNamedAfter(platform, name))

export function seenClusters(
  found: readonly ClusterDescription[],
  { platform, blue }: Pick<PlatformFile, 'platform' | 'blue'>,
): Seen {
  const list = found.map((c) => `${c.name} (${c.version}, ${c.status})`).join(', ')
  if (found.length === 0)
    return seen(
      'clusters',
      'broken',
      `none is called ${blue ?? `${platform}-<major>-<minor>`}`,
      'say in the platform file which serves now: blue: <name>',
    )
  if (blue !== undefined && !found.some((c) => c.name === blue))
    return seen('clusters', 'broken', `${list}, and not ${blue}`, 'mend blue in the platform file')
  const asleep = found.filter((c) => c.status !== 'ACTIVE')
  return asleep.length > 0
    ? seen('clusters', 'look', list, `see why ${asleep.map((c) => c.name).join(', ')} is not ACTIVE`)
    : seen('clusters', 'works', list)
}

/** One line a cluster: what its API server said, and what is missing of the worker's rights there. */
export function seenRights(cluster: string, version: string, findings: readonly Finding[]): Seen {
  const of = { about: called.rights.replace('blue', cluster) }
  if (findings.length === 0)
    return { ...of, is: 'works', saw: `its API server answers (${version}); nothing is missing` }
  return {
    ...of,
    is: findings.some((f) => f.level === 'blocker') ? 'broken' : 'look',
    saw: findings.map((f) => f.message).join('; '),
    todo: [...new Set(findings.map((f) => f.remedy))].join('; '),
  }
}

export const seenNetwork = (region: string): Seen =>
  seen('network', 'works', `Elastic Load Balancing of ${region} answers`)

export const seenVolumes = (region: string): Seen => seen('volumes', 'works', `EC2 of ${region} answers`)

/** `requests`: what the platform's own query of requests gave for blue, over all namespaces; null: nothing. */
export function seenMetrics(url: string, blue: string | undefined, requests: number | null): Seen {
  if (blue === undefined) return seen('metrics', 'look', `${url} answers; there is no cluster to ask about`)
  return requests === null
    ? seen(
        'metrics',
        'look',
        `${url} answers, and counts no requests of ${blue}`,
        'hold health.requests against what your services export: no metric, no verdict',
      )
    : seen('metrics', 'works', `${url} answers: ${Math.round(requests)} requests of ${blue} in the last 5m`)
}

/** Of a question about nobody: that it may be asked. */
export const seenCloudWatch = (region: string): Seen =>
  seen('metrics', 'works', `CloudWatch of ${region} answers, a minute after each minute`)

/** `why`: it does not work; absent: it answered a question about nobody. */
export const seenDatadog = (site: string, why?: string): Seen =>
  why === undefined
    ? seen('metrics', 'works', `Datadog (${site}) answers, and knows the worker's keys`)
    : seen('metrics', 'broken', `Datadog (${site}): ${why}`, 'see docs/how-to/declare-checks.md#datadog')

/** What Slack says to the worker's token; absent: the worker has none. */
export type SeenChat = { readonly user: string; readonly workspace: string } | { readonly refused: string }

/** Who is told, one line a team. Nothing is sent: whatever arrives there is read by people. */
export const seenTeams = ({ teams }: Pick<PlatformFile, 'teams'>, chat?: SeenChat): Seen[] =>
  Object.entries(teams).map(([name, { approvers, notify }]): Seen => {
    const about = `team ${name}`
    const who = `${approvers.length} ${approvers.length === 1 ? 'approver' : 'approvers'}`
    if (Object.keys(notify).length === 0)
      return {
        about,
        is: 'look',
        saw: `${who}; nobody is told when they are asked`,
        todo: `write teams.${name}.notify, or have them watch: norikae watch --as <them>`,
      }
    const told = `${who}; told by ${Object.keys(notify).join(', ')}`
    if (notify.slack === undefined) return { about, is: 'unknown', saw: `${told}, where nothing was sent to try` }
    if (chat === undefined)
      return {
        about,
        is: 'broken',
        saw: `${told}, and NORIKAE_SLACK_TOKEN is not set where the worker runs: ${notify.slack} is told nothing`,
        todo: `set it there, as docs/how-to/notifications.md says, or take teams.${name}.notify.slack out`,
      }
    if ('refused' in chat)
      return { about, is: 'broken', saw: `${told}: ${chat.refused}`, todo: 'see docs/how-to/notifications.md' }
    return {
      about,
      is: 'unknown',
      saw: `${told}, where nothing was sent to try; Slack knows the worker's token (${chat.user} in ${chat.workspace})`,
    }
  })
