import { owners } from './owners.ts'
import { z } from 'zod'
import { SITES } from '../domain/datadog.ts'
import { jobKinds } from '../domain/one-shot-jobs.ts'
import { deployers } from '../domain/platform-file.ts'
import { platformGates, teamGate } from './gates.ts'
import { gateway, httpRoute } from './gateway.ts'
import { handover, platformHandover } from './handover.ts'
import { maintenance } from './maintenance.ts'
import { prices } from './prices.ts'
import { check, DEFAULT_CHECKS } from './checks.ts'
import { quiet, quietOfApp } from './quiet.ts'
import { schedule } from './schedule.ts'
import { transform } from './transform.ts'
import { closedDays, hours, timeZone } from './calendar.ts'
import { A_WAIVER, waiver } from './waiver.ts'
import {
  account,
  ADDRESS,
  address,
  balanced,
  clusterName,
  count,
  duration,
  endpoint,
  ENVIRONMENT,
  expecting,
  hostedZone,
  issuer,
  labelName,
  labelPattern,
  listOf,
  name,
  named,
  oneOf,
  platformName,
  publicKey,
  query,
  RECORD,
  region,
  slackChannel,
  time,
  url,
  words,
} from './pieces.ts'

/** What most web services export; a platform that counts otherwise says so. No such metric: no verdict, never a pass. */
const REQUESTS = 'http_requests_total{cluster="{cluster}",namespace=~"{namespaces}"'
const DEFAULT_REQUESTS = `sum(increase(${REQUESTS}}[{window}]))`
const mapping = (write: string) => expecting('a mapping', write)

const health = z.strictObject(
  {
    prometheus: z
      .strictObject(
        { url: url.describe('Where its HTTP API is.') },
        mapping('{ url: http://prometheus.monitoring:9090 }'),
      )
      .describe('The Prometheus that knows both clusters.'),
    datadog: z
      .strictObject(
        { site: oneOf(SITES).default('datadoghq.com').describe('Which of its sites the organization is on.') },
        mapping('{ site: ap1.datadoghq.com }'),
      )
      .prefault({})
      .describe(
        'The Datadog that checks may ask. Its keys are of the worker: NORIKAE_DATADOG_API_KEY, NORIKAE_DATADOG_APP_KEY.',
      ),
    requests: query
      .default(DEFAULT_REQUESTS)
      .describe('PromQL with {cluster}, {namespaces} and {window}: how many requests a side served within the window.'),
    checks: named(check, '{ errors: { query: <PromQL>, atMost: 0.02 } }')
      .prefault(DEFAULT_CHECKS)
      .describe(
        'By name: what must hold on green from its first request until blue goes. Default: what the load balancer counts of its target groups, as CloudWatch tells it.',
      ),
    every: time.prefault('15s').describe('Time between two readings.'),
  },
  mapping('{ prometheus: { url: http://prometheus.monitoring:9090 } }'),
)

const team = z.strictObject(
  {
    approvers: listOf(address, 'a list', '[aoki@example.com]')
      .min(1, { error: 'needs at least one address' })
      .describe('Who may approve for the team.'),
    notify: z
      .strictObject(
        {
          slack: slackChannel
            .exactOptional()
            .describe('A Slack channel, such as "#scala". The token is of the worker: NORIKAE_SLACK_TOKEN.'),
          webhook: url
            .exactOptional()
            .describe('One JSON object by POST for each notice, as schema/webhook.json has it. No place for a secret.'),
        },
        mapping('{ slack: "#scala" }'),
      )
      .prefault({})
      .describe(
        'Where the team is told what waits for it and what happened; the platform team is told everything. The log always is.',
      ),
    deadline: time
      .exactOptional()
      .describe('What it has not answered for so long, the platform team may decide too. Default: never.'),
    escalatesTo: name('a team', 'leads')
      .exactOptional()
      .describe(
        'Which team may decide too after its deadline. Default: the platform team, which itself has to name one.',
      ),
    remindEvery: time.exactOptional().describe('How often it is reminded of what waits for it. Default: 4h.'),
  },
  mapping('{ approvers: [aoki@example.com] }'),
)

export const environment = z.strictObject(
  {
    weights: listOf(count(1, 100), 'a list', '[5, 25, 50, 100]')
      .min(1, { error: 'needs at least one weight; write [100] to move in one step' })
      .max(20, { error: ({ input }) => `has ${Array.isArray(input) ? input.length : ''} weights; write at most 20` })
      .default([100])
      .describe("Green's shares of the traffic in per cent, one step after the other, rising to 100."),
    observe: duration.prefault('2m').describe('How long the checks must hold at each weight.'),
    approval: oneOf(['team', 'none'])
      .default('none')
      .describe("team: an approver of the app's team is asked before it moves."),
    ...teamGate,
  },
  mapping('{} for the defaults'),
)

const person = z.strictObject(
  {
    keys: listOf(publicKey, 'a list', '["ed25519:…"], as norikae keys show prints it')
      .min(1, { error: 'needs at least one key; make one with norikae keys create' })
      .describe('Public keys; several for several machines, or while one replaces another.'),
  },
  mapping('{ keys: ["ed25519:…"] }'),
)

const external = z.strictObject(
  {
    endpoint: endpoint.describe('host:port, reached from green before the app moves.'),
    connections: count(1, 1_000_000).describe('How many connections one side opens at full size.'),
    limit: count(1, 1_000_000).describe('How many connections there may be, of both sides together.'),
  },
  mapping('{ endpoint: db.example.com:5432, connections: 40, limit: 200 }'),
)

const record = z.strictObject(
  {
    zone: hostedZone.describe('The hosted zone that it is in, by its id.'),
    target: balanced.describe(
      'The Service of type LoadBalancer, or the Ingress, that has a load balancer on each cluster: Service/<namespace>/<name>.',
    ),
    capacity: count(0, 1_000_000)
      .exactOptional()
      .describe(
        "LCU to reserve for green's load balancer before its first weight, until commit; 0 for none. Default: what blue's had at its peak of the last week, where a new one does not hold that.",
      ),
  },
  mapping('{ zone: Z0123456789ABCDEFGHIJ, target: Service/legacy-production/web }'),
)

/** A name of the workload, or its kind and name where two kinds use one. */
export const WORKLOAD = /^((Deployment|StatefulSet|DaemonSet|CronJob)\/)?[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

/** Of a Job, or of what else has a name in a namespace. */
export const OBJECT = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

const appNames = listOf(name('an app', 'chat-api'), 'a list of apps', 'their names, such as [chat-api]').default([])

const app = z.strictObject(
  {
    team: name('a team', 'scala').exactOptional().describe("Instead of the team that the namespaces' label names."),
    deploy: oneOf(deployers)
      .default('copy')
      .describe(
        'Who brings it to green. copy: Norikae does. external: somebody else, and Norikae waits for it. argocd: Argo CD, which Norikae asks. flux: Flux, which it asks too.',
      ),
    dependsOn: appNames.describe(
      'Apps that move before this one, in each environment that both have by the same name.',
    ),
    movesWith: appNames.describe('Apps that move with it: they share gate and weights, and go back together.'),
    reachedBy: z
      .literal('route', expecting('route', 'route, or leave it out'))
      .exactOptional()
      .describe(
        'route: other apps call it by the name that its route serves, never by that of a Service. What still names a Service behind its routes is told as an info, and no more.',
      ),
    workloads: named(handover, '{ worker: { handover: schedule } }', WORKLOAD)
      .default({})
      .describe('By name, or Kind/name: how a workload changes sides, where that cannot be inferred.'),
    jobs: named(oneOf(jobKinds), '{ warm-up: repeatable }', OBJECT)
      .exactOptional()
      .describe(
        'By name: what a Job is that nothing else makes. once: never made on green. repeatable: made there too, with the app.',
      ),
    checks: named(check, '{ answers: { probe: { http: "http://web.{namespace}:8080/healthz" } } }')
      .exactOptional()
      .describe('By name: its own checks, beside those of health.checks or in place of one of that name.'),
    httpRoutes: named(
      listOf(httpRoute, 'a list of HTTPRoutes', '[{ namespace: edge, name: shop, backend: "Service/shop-{cluster}" }]'),
      '{ production: [{ namespace: edge, name: shop, backend: "Service/shop-{cluster}" }] }',
      ENVIRONMENT,
    )
      .exactOptional()
      .describe('By environment: the HTTPRoutes on the cluster of gateway that split its traffic.'),
    quiet: quietOfApp
      .exactOptional()
      .describe('What may be left of its traffic on blue after it moved, in place of what the platform says.'),
    maintenance: maintenance
      .exactOptional()
      .describe(
        'A page that visitors get while what is stopped for its handover runs on neither side, in place of errors. {} for a plain 503.',
      ),
    externals: named(external, '{ orders-db: { endpoint: db.example.com:5432, connections: 40, limit: 200 } }')
      .default({})
      .describe('By name: databases and queues outside both clusters.'),
    records: named(
      record,
      '{ legacy.example.com: { zone: Z0123456789ABCDEFGHIJ, target: Service/legacy-production/web } }',
      RECORD,
    )
      .exactOptional()
      .describe('By DNS name: records of Route 53 that lead to a load balancer of its own on each cluster.'),
  },
  mapping('{ workloads: { worker: { handover: schedule } } }, or leave the app out'),
)

/** The platform file as people write it: shape, defaults and descriptions. What goes beyond the shape is in `rules/`. */
export const schema = z
  .strictObject({
    apiVersion: z
      .literal('norikae.io/v1', expecting('the version of this file', 'norikae.io/v1'))
      .describe('Always norikae.io/v1.'),
    platform: platformName.describe('The cluster as its tenants know it; it outlives its clusters.'),
    account: account.describe('The AWS account, in quotes. Any other is refused.'),
    region: region.describe('The AWS region of both clusters.'),
    timeZone: timeZone.exactOptional().describe('Whose clocks hours, closed days and windows go by, as Asia/Tokyo.'),
    hours: hours
      .exactOptional()
      .describe('When apps are given their turns, and the removal of blue begins. Default: always.'),
    closed: closedDays
      .exactOptional()
      .describe('Days on which no app is given its turn, no window opens, and the removal of blue does not begin.'),
    blue: clusterName
      .exactOptional()
      .describe(
        'The cluster that serves now. Default: the one that is named <platform>-<major>-<minor>, or with -r2, -r3 … behind it.',
      ),
    green: z
      .strictObject(
        {
          clone: z
            .literal(true, expecting('possible', 'true: green is made like blue'))
            .exactOptional()
            .describe('Green is made like blue. The default.'),
          adopt: clusterName
            .exactOptional()
            .describe(
              'The cluster that is to serve next, made by Terraform, eksctl or anything else: it is compared with blue, and left as it is.',
            ),
          amis: named(
            z.string(expecting('a text', 'what is in its place on green')),
            '{ AL2_x86_64: AL2023_x86_64_STANDARD, ami-0123456789abcdef0: ami-0fedcba9876543210 }',
            /^[^]+$/,
          )
            .default({})
            .describe(
              "What green's nodes boot from where EKS does not choose: by an image of your own that blue's launch templates name the one built for the new Kubernetes, by a type of Amazon Linux 2 the type in its place.",
            ),
        },
        mapping('{ clone: true }'),
      )
      .prefault({})
      .describe('Where the cluster that is to serve next comes from.'),
    health: health.describe('How it is known that an app is well.'),
    teams: named(team, '{ sre: { approvers: [aoki@example.com, baba@example.com] } }').describe(
      'By name: people who own apps.',
    ),
    platformTeam: name('a team', 'sre').describe('The team that owns the platform, with at least two approvers.'),
    environments: named(environment.nullable(), '{ test: {}, production: {} }', ENVIRONMENT)
      .refine((all) => Object.keys(all).length > 0, { error: 'needs at least one; write production: {}' })
      .meta({ minProperties: 1 })
      .describe('By name, in the order in which they move. {} takes the defaults.'),
    gates: platformGates
      .exactOptional()
      .describe(
        "What may be said of the platform team's own gates: how many approve, and for how long they are asked.",
      ),
    discover: z
      .strictObject(
        {
          app: labelName.default('app').describe('The label that names the app.'),
          team: labelName.default('team').describe('The label that names the team.'),
          environment: labelName.default('env').describe('The label that names the environment.'),
        },
        mapping('{ app: app, team: team, environment: env }'),
      )
      .prefault({})
      .describe('Labels of namespaces that say whose they are.'),
    apps: named(app, '{ chat-api: { dependsOn: [chat-auth] } }')
      .default({})
      .describe('By name: exceptions. Apps themselves are discovered.'),
    argocd: z
      .strictObject(
        {
          cluster: clusterName.describe('The EKS cluster that Argo CD runs on.'),
          namespace: name('a namespace', 'argocd').default('argocd').describe('Its namespace there.'),
          applications: listOf(name('a namespace', 'team-a'), 'a list of namespaces', '[team-a]')
            .exactOptional()
            .describe(
              'Further namespaces there that have Applications, as application.namespaces of Argo CD lists them.',
            ),
          label: labelPattern
            .default('norikae.io/{app}.{environment}=enabled')
            .describe("The label of a cluster's Secret that its ApplicationSets deploy an environment of an app by."),
        },
        mapping('{ cluster: tools-1-35 }'),
      )
      .exactOptional()
      .describe('Where Argo CD is that deploys apps of deploy: argocd.'),
    gateway: gateway.exactOptional().describe('Where Gateway API splits the traffic of apps with httpRoutes.'),
    transforms: listOf(transform, 'a list', '[{ match: { kind: ConfigMap, name: settings }, patch: { data: { … } } }]')
      .default([])
      .describe('What is to be other on green, of all that Norikae copies; one after the other.'),
    platformApps: z
      .object(
        {
          waves: listOf(
            listOf(
              name('a platform app', 'external-dns'),
              'a list of apps',
              'the names of one wave, such as [external-dns]',
            ),
            'a list of waves',
            '[[aws-load-balancer-controller], [fluentd]]',
          )
            .default([])
            .describe('By the label or name of their namespaces, wave by wave: each is ready before the next begins.'),
        },
        mapping('{ waves: [[aws-load-balancer-controller]] }'),
      )
      .catchall(platformHandover)
      .prefault({})
      .describe(
        "The platform team's own apps: on green before any tenant, and how those that hold something are drained.",
      ),
    soak: duration.prefault('7d').describe('How long blue is kept after the last app moved.'),
    rest: duration.prefault('12h').describe('Time on the environment before, until the last one may start.'),
    quiet: quiet.prefault({}).describe('When blue counts as quiet after an app moved.'),
    idle: time.prefault('1h').describe('How long blue must be without traffic, jobs and buffers before it is deleted.'),
    order: oneOf(['breadth', 'depth'])
      .default('breadth')
      .describe("breadth: every app's first environment before anybody's second. depth: each app by itself."),
    maxParallel: count(1, 1000).default(4).describe('How many apps move at once.'),
    maxFailed: count(1, 1000).default(2).describe('With so many in trouble, no further app starts.'),
    autoRollback: duration.prefault('24h').describe('How long after it moved an app goes back by itself.'),
    owners: owners.prefault({}).describe('Whose AWS resources are, where no tag of AWS says so.'),
    decommission: z
      .strictObject(
        {
          deletes: oneOf(['owner', 'norikae'])
            .default('owner')
            .describe(
              'Who deletes what of blue CloudFormation, eksctl or Terraform made. owner: Norikae empties it, says what to remove, and waits until it is gone. norikae: Norikae does.',
            ),
        },
        mapping('{ deletes: norikae }'),
      )
      .prefault({})
      .describe('How blue goes.'),
    schedule: schedule
      .exactOptional()
      .describe('When upgrades start by themselves, with norikae schedule create. {} for each quarter.'),
    prices: prices
      .exactOptional()
      .describe('What things cost you, so that it is told what keeping both clusters costs, and what is left behind.'),
    waivers: listOf(waiver, 'a list', `[${A_WAIVER}]`)
      .max(200, { error: 'has more than 200 waivers; mend some of what they are about' })
      .default([])
      .describe('Blockers that an upgrade goes on in spite of, each with who answers for it, why and until when.'),
    trust: oneOf(['namespace', 'signed', 'oidc'])
      .default('namespace')
      .describe(
        "Whose word counts. namespace: whoever may write to Temporal's namespace. signed: who holds a key of the person (people). oidc: who has a token of the person (oidc).",
      ),
    people: named(person, '{ aoki@example.com: { keys: ["ed25519:…"] } }', ADDRESS)
      .exactOptional()
      .describe('By address: the keys that approvers sign with. Every approver has one where trust is signed.'),
    oidc: z
      .strictObject(
        {
          issuer: issuer.describe('Who makes the tokens: its address, as tokens name it (iss).'),
          audience: words('whom tokens are for', 'the name that the issuer knows Norikae by')
            .default('norikae')
            .describe('Whom tokens must be for (aud).'),
          claim: words('a claim', 'one that has the address, such as email')
            .default('email')
            .describe('The claim that has the address of the person.'),
        },
        mapping('{ issuer: https://login.example.com }'),
      )
      .exactOptional()
      .describe('Who vouches for people, where trust is oidc.'),
  })
  .meta({ title: 'Platform file of Norikae' })

export type Written = z.output<typeof schema>
