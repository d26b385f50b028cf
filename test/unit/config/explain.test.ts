import { expect, test } from 'vitest'
import { explanation } from '../../../src/cli/render/explanation.ts'
import { explain } from '../../../src/config/explain.ts'

const name = 'platforms/toy.yaml'
const file = {
  name,
  text: `apiVersion: norikae.io/v1
platform: toy
teams:
  scala:
    approvers: [chiba@example.com, doi@example.com]
environments:
  test: {}
  production: { weights: [5, 25, 100] }
apps:
  chat-actor: { workloads: { actor: { handover: singleton, downtime: 60s } } }
`,
}
const screen = { width: 80, colour: false, now: '2026-11-24T04:00:00Z' }

test('every field of the schema is explained in words of its own, as deep as they go', () => {
  const seen: string[] = []
  const go = (path: string): void => {
    const it = explain(path)
    seen.push(path)
    expect(it.means, path).not.toBe('')
    for (const f of it.fields) go(path === '' ? f.name : `${path}.${f.name}`)
  }
  go('')
  expect(seen).toContain('teams.<name>.notify.webhook')
  expect(seen).toContain('apps.<name>.workloads.<name>.inFlight.http')
  expect(seen.length).toBeGreaterThan(80)
})

test.for([
  { path: 'teams.scala.approvers', from: 'file', where: `${name}:5:5` },
  { path: 'environments.production.weights[1]', from: 'file', where: `${name}:8:30`, value: 25 },
  { path: 'soak', from: 'default', where: 'default', value: '7d' },
  { path: 'environments.test.observe', from: 'default', where: 'default', value: '2m' },
  { path: 'environments.nope.observe', from: 'nowhere', where: `${name} has no environments.nope` },
  { path: 'blue', from: 'blue', where: 'found on blue: the cluster that is named <platform>-<major>-<minor>' },
  { path: 'apps.legacy-php.team', from: 'blue', where: 'found on blue: the label of its namespaces (discover.team)' },
  { path: 'apps.legacy-php.deploy', from: 'default', where: 'default', value: 'copy' },
  { path: 'apps.chat-actor.workloads["actor"].downtime', from: 'file', where: `${name}:10:60`, value: '60s' },
] as const)('$path: $from', ({ path, from, where, ...more }) => {
  const { now } = explain(path, file)
  expect(now).toMatchObject({ from, where, problems: [], ...more })
})

test('what is wrong with it is said with it', () => {
  const wrong = { name: 'p.yaml', text: 'apiVersion: norikae.io/v1\nsoak: 7\n' }
  expect(explain('soak', wrong).now).toMatchObject({
    from: 'file',
    where: 'p.yaml:2:1',
    problems: ['soak: "7" is not a duration; write 60s, 1m30s or 2h'],
  })
})

test.for([
  ['teams.scala.aprovers', 'teams.scala has no aprovers (did you mean approvers?)'],
  ['nope', /^a platform file has no nope; it has apiVersion, platform, /],
  ['soak.x', 'soak has nothing in it; see: norikae explain soak'],
  [
    'apps.x.route',
    'apps.x.route is not there yet; leave it out: listener rules of load balancers are found by their TargetGroupBindings',
  ],
  ['__proto__', /has no __proto__/],
] as const)('%s is refused: %s', ([path, says]) => {
  expect(() => explain(path)).toThrow(says)
})

test('the screen of a field, at 80 columns', () => {
  expect(explanation(explain('apps.chat-actor.workloads.actor.proof', file), screen)).toMatchInlineSnapshot(`
    "FIELD  apps.<name>.workloads.<name>.proof
    TYPE   text or mapping
    WITH   handover: singleton
    MEANS  PromQL, or a number over HTTP: 0 once nobody is it any more. Nothing
           is no proof.
    WRITE  PromQL with {cluster} in it, or { http: ":2020/api/v1/storage", value:
           /storage_layer/chunks/total_chunks }
    NOW    not written in platforms/toy.yaml, and there is no default

    FIELDS  TYPE
    http    text; must be there
      Asked through the API server: ":<port>/<path>" of every pod of the workload,
      or http://<service>.<namespace>:<port>/<path>.
    value   text; must be there
      A JSON pointer to the number; * stands for every key or item, and all that is
      found is added up.

    norikae explain apps.<name>.workloads.<name>.proof.<field> says more"
  `)
  expect(explanation(explain('quiet', file), screen)).toMatchInlineSnapshot(`
    "FIELD    quiet
    TYPE     mapping
    MEANS    When blue counts as quiet after an app moved.
    DEFAULT  {}
    WRITE    { for: 5m, requests: 0 }
    NOW      {}
             default

    FIELDS       TYPE
    for          duration
      How long. Load balancers are asked where it is a minute or more.
    requests     whole number from 0 to 1000000
      How many requests blue may still get in that time, by each of its pods and its
      load balancers.
    connections  whole number from 0 to 1000000
      How many connections to blue may still be open, where its load balancer or
      open tells of them.
    callers      text
      PromQL with {cluster}, {namespaces} and {window}: requests within the window
      by who makes them. Each series is one, named by its labels.
    open         text
      PromQL with {cluster} and {namespaces}: connections that are open (WebSockets,
      gRPC), in one number or by who has them. Where it tells nothing, that is
      waited for and asked about.
    accept       list of text
      Who may go on to use blue, and loses it in the end: by the name that is told
      while they are waited for.

    norikae explain quiet.<field> says more"
  `)
  expect(explanation(explain('teams', file), screen)).toMatchInlineSnapshot(`
    "FIELD  teams
    TYPE   mapping by name; must be there
    MEANS  By name: people who own apps.
    WRITE  { sre: { approvers: [aoki@example.com, baba@example.com] } }
    NOW    { scala }
           platforms/toy.yaml:3:1

    FIELDS  TYPE
    <name>  mapping"
  `)
})
