import { describe, expect, test } from 'vitest'
import { changed, problemsIn } from './a-platform-file.ts'

describe('what a later release reads is refused by name', () => {
  test.for([
    {
      says: 'timeZone',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\ntimeZone: Asia/Tokyo',
      gives: ['15:1  timeZone: is not supported yet; leave it out: there are no hours yet that would need one'],
    },
    {
      says: 'hours',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nhours: Mon-Thu 10:00-16:00',
      gives: [
        '15:1  hours: is not supported yet; leave it out and start, pause and resume the upgrade in the hours that suit you',
      ],
    },
    {
      says: 'closed',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nclosed: [2026-12-25/2027-01-05]',
      gives: ['15:1  closed: is not supported yet; leave it out and pause the upgrade over closed days'],
    },
    {
      says: 'green.adopt',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\ngreen: { adopt: chat-1-36 }',
      gives: ['15:10  green.adopt: is not supported yet; write green: { clone: true }; green is then made like blue'],
    },
    {
      says: 'a route by Route 53',
      from: '    team: scala\n',
      to: '    team: scala\n    route: { route53: api.example.com }\n',
      gives: [
        '21:5  apps.api.route: is not supported yet; leave it out: listener rules of load balancers are found by their TargetGroupBindings',
      ],
    },
    {
      says: 'a route by the Gateway API',
      from: '    team: scala\n',
      to: '    team: scala\n    route: { gateway: web }\n',
      gives: [
        '21:5  apps.api.route: is not supported yet; leave it out: listener rules of load balancers are found by their TargetGroupBindings',
      ],
    },
    {
      says: 'no route',
      from: '    team: scala\n',
      to: '    team: scala\n    route: none\n',
      gives: [
        '21:5  apps.api.route: is not supported yet; leave it out: listener rules of load balancers are found by their TargetGroupBindings',
      ],
    },
    {
      says: "a workload's window",
      from: 'idempotent: true',
      to: "idempotent: true, window: 'Wed 10:00-11:00'",
      gives: [
        '22:55  apps.api.workloads.worker.window: is not supported yet; leave it out and approve the app when its time has come',
      ],
    },
    {
      says: "an environment's window",
      from: 'test: {}',
      to: "test: { window: 'Wed 10:00-11:00' }",
      gives: [
        '16:11  environments.test.window: is not supported yet; leave it out and write approval: team; approve when its time has come',
      ],
    },
    {
      says: 'Slack',
      from: 'approvers: [chiba@example.com]',
      to: "approvers: [chiba@example.com]\n    notify: { slack: '#scala' }",
      gives: [
        '14:15  teams.scala.notify.slack: is not supported yet; write webhook: https://… and pass it on from there',
      ],
    },
    {
      says: 'prices',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nprices: {}',
      gives: ['15:1  prices: is not supported yet; leave it out: the plan names no cost yet'],
    },
    {
      says: 'signed decisions',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\ntrust: signed',
      gives: ['15:1  trust: is not supported yet; write namespace, and let only approvers write to the namespace'],
    },
    {
      says: 'decisions with a token',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\ntrust: oidc',
      gives: ['15:1  trust: is not supported yet; write namespace, and let only approvers write to the namespace'],
    },
    {
      says: 'CloudWatch',
      from: '  checks:',
      to: '  cloudwatch: {}\n  checks:',
      gives: [
        '7:3  health.cloudwatch: is not supported yet; leave it out and write what it asks as PromQL in health.checks',
      ],
    },
    {
      says: 'Datadog',
      from: '  checks:',
      to: '  datadog: {}\n  checks:',
      gives: [
        '7:3  health.datadog: is not supported yet; leave it out and write what it asks as PromQL in health.checks',
      ],
    },
    {
      says: 'a probe',
      from: 'atMost: 0.1',
      to: 'probe: /health, atMost: 0.1',
      gives: ['8:58  health.checks.errors.probe: is not supported yet; write what it asks as PromQL in query'],
    },
    {
      says: 'a job',
      from: 'atMost: 0.1',
      to: 'job: smoke, atMost: 0.1',
      gives: ['8:58  health.checks.errors.job: is not supported yet; write what it asks as PromQL in query'],
    },
  ])('$says', ({ from, to, gives }) => expect(problemsIn(changed(from, to))).toEqual(gives))
})
