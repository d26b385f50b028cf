import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { plan } from '../../src/cli/render/plan.ts'
import { blocker, warning } from '../../src/domain/findings.ts'
import { outlineOf, type PlannedUpgrade } from '../../src/domain/outline.ts'
import { aCutoverPlan, anUpgradePlan } from '../support/builders.ts'
import { screen } from './views.ts'

test('a plan of many environments says where their steps are', () => {
  const planned = {
    from: '1.35',
    to: '1.36',
    upgrade: outlineOf(anUpgradePlan()),
    twin: [],
    owned: [],
    cutovers: Array.from({ length: 9 }, () => outlineOf(aCutoverPlan())),
  }
  const shown = plan(planned, screen())
  expect(shown).toContain('each step of each environment: norikae plan -o wide; and at its gate')
  expect(shown).not.toContain('deploy api to green')
  expect(plan(planned, screen(), true)).toContain('deploy api to green')
})

test('a plan says what last week gives each weight, of many environments only of those with too little', () => {
  const ahead = (perMinute: number, seconds?: number) => ({
    perMinute,
    from: 'CloudWatch' as const,
    observe: '10m' as const,
    longest: 1800,
    weights: [
      { weight: 5, check: 'errors', sees: 0.2, ...(seconds !== undefined && { seconds }) },
      { weight: 100, check: 'errors', sees: 1, seconds: 75 },
    ],
  })
  const cutovers = [ahead(640, 240), ahead(8.72)].map((traffic) => ({ ...outlineOf(aCutoverPlan(), false), traffic }))
  const planned = { from: '1.35', to: '1.36', upgrade: outlineOf(anUpgradePlan()), twin: [], owned: [], cutovers }
  const of = (text: string) => text.split('\n\n').find((part) => part.startsWith('traffic')) ?? ''
  expect(of(plan(planned, screen()))).toMatchInlineSnapshot(`
    "traffic: the median of last week's hours, and how long each weight needs for its samples
    APP  ENVIRONMENT  A MINUTE  OBSERVED          NEEDS
    api  stage        640       10m, 30m at most  5 %: 4m, 100 %: 75s
    api  stage        8.7       10m, 30m at most  5 %: no verdict, 100 %: 75s"
  `)
  const all = Array.from({ length: 13 }, (_, n) => ({
    ...outlineOf(aCutoverPlan(), false),
    traffic: ahead(n, n === 0 ? undefined : 240),
  }))
  const many = of(plan({ ...planned, cutovers: all }, screen()))
  expect(many).toContain('12 more have enough: norikae plan -o wide')
  expect(many.split('\n')).toHaveLength(4)
  expect(plan({ ...planned, cutovers: all.slice(1).concat(all.slice(1)) }, screen())).toContain(
    "last week's traffic is enough for every weight of 24 environments: norikae plan -o wide",
  )
})

const everything: PlannedUpgrade = {
  from: '1.35',
  to: '1.36',
  upgrade: outlineOf({
    ...anUpgradePlan(),
    findings: [warning('pdb', 'api', 'a budget allows no disruption', 'allow one')],
  }),
  twin: [
    {
      part: 'cluster toy-1-36',
      same: ['roleArn', 'logging'],
      changed: [{ setting: 'version', blue: '1.35', green: '1.36', why: 'what was asked for' }],
      own: ['endpoint', 'oidcIssuer'],
      notCopied: ['outpostConfig'],
    },
    { part: 'node group apps', same: ['taints'], changed: [], own: [], notCopied: [] },
  ],
  owned: [
    { resource: 'cluster toy-1-36', owner: 'Norikae', written: 'own' as const, does: 'makes it' },
    {
      resource: 'cluster toy-1-35',
      owner: 'Terraform (infra)',
      written: 'requested' as const,
      does: 'empties it, and waits until its owner has removed it',
    },
  ],
  cutovers: [
    outlineOf({ ...aCutoverPlan(), findings: [blocker('stateful', 'api stage db', 'has a volume', 'declare it')] }),
  ],
}

test('the plan shows phases, who is asked, and the way back', () => {
  expect(plan(everything, screen())).toMatchInlineSnapshot(`
    "toy 1.35 → 1.36   toy-1-35 → toy-1-36   plan 537197b1

    PHASE         STEPS  WAY BACK  ASKS  WHAT
    start         1      -         sre   agree to begin
    provision     6      5         -     build toy-1-36
    bootstrap     6      2         -     bring up the platform itself
    verify        2      1         -     try every object on green
    cutovers      3      3         -     move the apps
    soak          7      -         sre   keep toy-1-35 as the way back
    decommission  9      none      -     remove toy-1-35

    start
      → upgrade toy from 1.35 to 1.36  asks sre

    provision
      → create cluster toy-1-36 (1.36) like toy-1-35
      → let arn:aws:iam::123456789012:role/norikae into toy-1-36 as into toy-1-35
      → install vpc-cni v1
      → create the node groups (2 steps)
      → install coredns v1
      ↩ remove load balancers and volumes of toy-1-36
      ↩ delete the node groups (2 steps)
      ↩ delete cluster toy-1-36
      ↩ look for what is left of toy-1-36

    bootstrap
      → platform apps, wave 1 (3 steps)
      → platform apps, wave 2 (3 steps)
      ↩ drain Deployment shop/fluentd on green within 1h
      ↩ remove load balancers and volumes of toy-1-36

    verify
      → namespaces of every app on green (1 step)
      → dry-run every app on green (1 step)
      ↩ remove the namespaces of every app from green (1 step)

    cutovers
      → move the apps (3 steps)
      ↩ take the apps back (1 step)
      ↩ take the apps back (2 steps)

    soak
      → live on green for 7d
      → wait until every app is on green, for 7d or longer
      → drain Deployment shop/fluentd on blue within 1h
      → prove that nothing used toy-1-35 for 1h
      → delete toy-1-35 for good, after nothing used it for 1h  asks sre
      → wait until every app is on green, for 7d or longer
      → prove that nothing used toy-1-35 for 1h

    decommission
      → let go of the way back (3 steps)
      → drain Deployment shop/fluentd on blue within 1h
      → remove load balancers and volumes of toy-1-35
      → delete node group a of toy-1-35
      → delete node group b of toy-1-35
      → delete cluster toy-1-35
      → look for what is left of toy-1-35

    GREEN BESIDE BLUE
    ~ changed  + new  ✖ not copied  * its own  = same
    cluster toy-1-36
      ~ version: 1.35 → 1.36
          what was asked for
      ✖ outpostConfig is not copied
      * endpoint, oidcIssuer
          EKS makes it anew for each cluster
      = 2 settings
    node group apps
      = 1 setting

    IN AWS            OWNED BY           WRITTEN    THE UPGRADE
    cluster toy-1-36  Norikae            own        makes it
    cluster toy-1-35  Terraform (infra)  requested  empties it, and waits until its owner has removed it

    APP  ENVIRONMENT  TEAM   STEPS  WAY BACK  ASKS   PLAN
    api  stage        scala  30     20        scala  06f4fbdf

    api stage
      → dry-run api's objects of stage on green; deploy api to green, fenced; point pipelines of api stage at both sides;
        wait until api is ready on green; size green like blue (1 step); add green to route api at 0 %; add green to route
        web at 0 %; reach rds:5432 from green; see that errors can tell of api on green; ask scala; route api: 1 % to green;
        route web: 1 % to green; observe api at 1 %; route api: 25 % to green; route web: 25 % to green; observe api at 25
        %; route api: 100 % to green; route web: 100 % to green; observe api at 100 %; hand over api's workloads (9 steps);
        observe api after the handover; no request on blue for 5m
      ↩ take the routes of api back (2 steps); hand api's workloads back (8 steps); take the fence of shop on blue down; no
        request on green for 5m; leave only blue in route web; leave only blue in route api; give sizes back to their owners
        (2 steps); point pipelines of api stage at blue; drain Deployment shop/postfix on green within 1h; withdraw api from
        green; take the fence of shop on green down

    ✖ blocker  api stage db  stateful
        has a volume
      → declare it
    ▲ warning  api  pdb
        a budget allows no disruption
      → allow one

    1 app in 1 environment, 3 gates, 1 blocker"
  `)
  const wide = plan(everything, screen(), true)
  expect(wide).toContain('↩ ')
  expect(wide).toContain('asks sre')
  expect(wide).toContain('soak/gate')
})

const tags = {
  setting: 'tags',
  blue: 'cost-center team',
  green: 'cost-center norikae.io/run team',
  why: 'those of others stay',
}
const twins: PlannedUpgrade = {
  ...everything,
  twin: ['node group apps', 'node group batch'].map((part) => ({
    part,
    same: ['taints', 'labels'],
    changed: [tags, { setting: 'deletionProtection', green: 'true', why: 'nobody deletes green by mistake' }],
    own: ['arn'],
    notCopied: [],
  })),
}

test('green is beside blue in as many lines as it takes, and a reason is said once', () => {
  const text = plan(twins, screen({ width: 60 }))
  expect(text.slice(text.indexOf('GREEN'), text.indexOf('APP '))).toMatchInlineSnapshot(`
    "GREEN BESIDE BLUE
    ~ changed  + new  ✖ not copied  * its own  = same
    node group apps
      ~ tags: cost-center team → cost-center norikae.io/run team
          those of others stay
      + deletionProtection: true
          nobody deletes green by mistake
      * arn
          EKS makes it anew for each cluster
      = 2 settings
    node group batch
      ~ tags: cost-center team → cost-center norikae.io/run team
      + deletionProtection: true
      * arn
      = 2 settings

    IN AWS
        OWNED BY           WRITTEN    THE UPGRADE
    cluster toy-1-36
        Norikae            own        makes it
    cluster toy-1-35
        Terraform (infra)  requested  empties it, and waits
                                      until its owner has
                                      removed it

    "
  `)
  expect(plan(twins, screen(), true)).toContain('  = taints, labels\n')
})

test.for([60, 80, 100, 120])('on a terminal of %i columns nothing of a plan is cut', (width) => {
  const words = (text: string) => text.split(/\s+/).toSorted()
  const text = plan(twins, screen({ width }))
  for (const line of text.split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(width)
  expect(text).not.toContain('…')
  expect(words(text)).toEqual(words(plan(twins, screen({ width: Infinity }))))
})
