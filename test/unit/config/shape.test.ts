import { describe, expect, test } from 'vitest'
import { changed, problemsIn } from './a-platform-file.ts'

describe('keys', () => {
  test.for([
    {
      says: 'an unknown key, with the nearest known one',
      from: '  scala:\n    approvers',
      to: '  scala:\n    aprovers: []\n    approvers',
      gives: ['13:5  teams.scala.aprovers: is not known here (did you mean approvers?)'],
    },
    {
      says: 'an unknown key at the top',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nmaxParalel: 3',
      gives: ['15:1  maxParalel: is not known here (did you mean maxParallel?)'],
    },
    {
      says: 'an unknown key that is like none',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nfoo: 3',
      gives: [
        '15:1  foo: is not known here; known are apiVersion, platform, account, region, timeZone, hours, closed, blue, green, health, teams, platformTeam, environments, gates, discover, apps, argocd, gateway, transforms, platformApps, soak, rest, quiet, idle, order, maxParallel, maxFailed, autoRollback, owners, decommission, schedule, prices, waivers, trust, people, oidc',
      ],
    },
    {
      says: 'an unknown key of one that has few',
      from: 'prometheus: { url:',
      to: 'prometheus: { token: x, url:',
      gives: ['6:17  health.prometheus.token: is not known here; known is url'],
    },
    {
      says: 'a key of another handover class',
      from: 'idempotent: true',
      to: 'idempotent: true, downtime: 30s',
      gives: [
        '22:55  apps.api.workloads.worker.downtime: belongs to handover: singleton, and this is consumer; take it out, or change the class',
      ],
    },
    {
      says: 'a key of no handover class',
      from: 'idempotent: true',
      to: 'idempotent: true, idempotnt: true',
      gives: ['22:55  apps.api.workloads.worker.idempotnt: is not known here (did you mean idempotent?)'],
    },
    {
      says: 'a key under a platform app',
      from: 'budget: 2h,',
      to: 'budget: 2h, downtime: 3s,',
      gives: [
        '25:44  platformApps.postfix.downtime: is not known here; known are handover, budget, preset, depth, flush',
      ],
    },
    {
      says: 'a missing key, at its parent',
      from: 'approvers: [chiba@example.com]',
      to: 'notify: {}',
      gives: [
        '12:3  teams.scala.approvers: is missing; write [aoki@example.com]',
        '20:5  apps.api.team: scala has no approvers, and production asks for its approval; name one, or write approval: none',
      ],
    },
    {
      says: 'a missing key of the file, at its beginning',
      from: 'region: ap-northeast-1\n',
      to: '',
      gives: ['1:1  region: is missing; write its code, such as ap-northeast-1'],
    },
    {
      says: 'a missing key of a mapping in a line',
      from: 'prometheus: { url: http://prometheus:9090 }',
      to: 'prometheus: {}',
      gives: ['6:3  health.prometheus.url: is missing; write http://… or https://…'],
    },
    {
      says: 'a key without a value',
      from: 'region: ap-northeast-1',
      to: 'region:',
      gives: ['4:1  region: is empty; write its code, such as ap-northeast-1'],
    },
    {
      says: 'a mapping without a value',
      from: '    approvers: [chiba@example.com]\n',
      to: '',
      gives: [
        '12:3  teams.scala: is empty; write { approvers: [aoki@example.com] }',
        '19:5  apps.api.team: scala has no approvers, and production asks for its approval; name one, or write approval: none',
      ],
    },
    {
      says: 'what an idempotent consumer needs',
      from: ', idempotent: true',
      to: '',
      gives: [
        '22:7  apps.api.workloads.worker.idempotent: is missing; write true if one message may be worked on twice, else false',
      ],
    },
    {
      says: 'what a singleton needs',
      from: 'consumer, idempotent: true',
      to: 'singleton',
      gives: ['22:7  apps.api.workloads.worker.downtime: is missing; write 60s, 1m30s or 2h'],
    },
    {
      says: 'what a buffer needs',
      from: 'consumer, idempotent: true',
      to: 'buffer',
      gives: [
        '22:7  apps.api.workloads.worker.budget: is missing; write 60s, 1m30s or 2h',
        '22:7  apps.api.workloads.worker.depth: is missing; write what has not been delivered yet, as PromQL with {cluster} in it, or preset: fluentd, fluent-bit or postfix',
      ],
    },
    {
      says: 'what a volume needs',
      from: 'consumer, idempotent: true',
      to: 'stateful',
      gives: ['22:7  apps.api.workloads.worker.by: is missing; write handover or copy'],
    },
    {
      says: 'what a platform app needs',
      from: `, depth: 'queue{c="{cluster}"}'`,
      to: '',
      gives: [
        '25:3  platformApps.postfix.depth: is missing; write what has not been delivered yet, as PromQL with {cluster} in it, or preset: fluentd, fluent-bit or postfix',
      ],
    },
  ])('$says', ({ from, to, gives }) => expect(problemsIn(changed(from, to))).toEqual(gives))
})

describe('values', () => {
  test.for([
    {
      says: 'another version',
      from: 'norikae.io/v1',
      to: 'norikae.io/v2',
      gives: ['1:1  apiVersion: "norikae.io/v2" is not the version of this file; write norikae.io/v1'],
    },
    {
      says: 'a platform in capitals',
      from: 'platform: chat',
      to: 'platform: Chat',
      gives: [
        '2:1  platform: "Chat" is not a DNS label of at most 40 characters; write a-z, 0-9 and "-", such as chatwork-prod',
      ],
    },
    {
      says: 'a platform with 41 characters',
      from: 'platform: chat',
      to: 'platform: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      gives: [
        '2:1  platform: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" is not a DNS label of at most 40 characters; write a-z, 0-9 and "-", such as chatwork-prod',
      ],
    },
    {
      says: 'an account without quotes',
      from: '"123456789012"',
      to: '123456789012',
      gives: ['3:1  account: 123456789012 is a number to YAML; write it in quotes: "123456789012"'],
    },
    {
      says: 'an account that lost its zero',
      from: '"123456789012"',
      to: '012345678901',
      gives: ['3:1  account: 12345678901 is not an AWS account; write its 12 digits in quotes, such as "123456789012"'],
    },
    {
      says: 'an account with 11 digits',
      from: '"123456789012"',
      to: '"12345678901"',
      gives: [
        '3:1  account: "12345678901" is not an AWS account; write its 12 digits in quotes, such as "123456789012"',
      ],
    },
    {
      says: 'a region by its place',
      from: 'ap-northeast-1',
      to: 'tokyo',
      gives: ['4:1  region: "tokyo" is not an AWS region; write its code, such as ap-northeast-1'],
    },
    {
      says: 'a cluster name with a dot',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nblue: chat-1.35',
      gives: [
        '15:1  blue: "chat-1.35" is not the name of an EKS cluster; write it as EKS lists it, such as chatwork-prod-1-35',
      ],
    },
    {
      says: 'a duration without a unit in quotes',
      from: 'budget: 2h',
      to: 'budget: "60"',
      gives: ['25:32  platformApps.postfix.budget: "60" is not a duration; write 60s, 1m30s or 2h'],
    },
    {
      says: 'a duration without a unit',
      from: 'budget: 2h',
      to: 'budget: 60',
      gives: ['25:32  platformApps.postfix.budget: "60" is not a duration; write 60s, 1m30s or 2h'],
    },
    {
      says: 'a duration with a fraction',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nsoak: 1.5h',
      gives: ['15:1  soak: "1.5h" is not a duration; write 60s, 1m30s or 2h'],
    },
    {
      says: 'a duration with its units the wrong way round',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nrest: 30m1h',
      gives: ['15:1  rest: "30m1h" is not a duration; write 60s, 1m30s or 2h'],
    },
    {
      says: 'a duration of another type',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nrest: [1h]',
      gives: ['15:1  rest: a list is not a duration; write 60s, 1m30s or 2h'],
    },
    {
      says: 'no time at all where something is waited for',
      from: 'budget: 2h',
      to: 'budget: 0s',
      gives: ['25:32  platformApps.postfix.budget: is no time at all; write 1s or more'],
    },
    {
      says: 'more than a year',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nsoak: 366d',
      gives: ['15:1  soak: "366d" is more than a year; write 365d or less'],
    },
    {
      says: 'a web address without http',
      from: 'http://prometheus:9090',
      to: 'prometheus:9090',
      gives: [
        '6:17  health.prometheus.url: "prometheus:9090" is not an address on the web; write http://… or https://…',
      ],
    },
    {
      says: 'a webhook that is none',
      from: 'approvers: [chiba@example.com]',
      to: "approvers: [chiba@example.com]\n    notify: { webhook: '#scala' }",
      gives: ['14:15  teams.scala.notify.webhook: "#scala" is not an address on the web; write http://… or https://…'],
    },
    {
      says: 'a Slack channel that is none',
      from: 'approvers: [chiba@example.com]',
      to: 'approvers: [chiba@example.com]\n    notify: { slack: Scala Team }',
      gives: [
        '14:15  teams.scala.notify.slack: "Scala Team" is not a Slack channel; write its name in quotes, such as "#scala", or its id, such as C0123456789',
      ],
    },
    {
      says: 'a Slack channel without quotes',
      from: 'approvers: [chiba@example.com]',
      to: 'approvers: [chiba@example.com]\n    notify:\n      slack: #scala',
      gives: [
        '15:7  teams.scala.notify.slack: is empty; write its name in quotes, such as "#scala", or its id, such as C0123456789',
      ],
    },
    {
      says: 'an approver without an address',
      from: '[chiba@example.com]',
      to: '[chiba]',
      gives: ['13:17  teams.scala.approvers[0]: "chiba" is not an address; write one such as aoki@example.com'],
    },
    {
      says: 'approvers that are no list',
      from: '[chiba@example.com]',
      to: 'chiba@example.com',
      gives: [
        '13:5  teams.scala.approvers: "chiba@example.com" is not a list; write [aoki@example.com]',
        '20:5  apps.api.team: scala has no approvers, and production asks for its approval; name one, or write approval: none',
      ],
    },
    {
      says: 'a team without approvers',
      from: '[chiba@example.com]',
      to: '[]',
      gives: [
        '13:5  teams.scala.approvers: needs at least one address',
        '20:5  apps.api.team: scala has no approvers, and production asks for its approval; name one, or write approval: none',
      ],
    },
    {
      says: 'a number where a mapping belongs',
      from: 'test: {}',
      to: 'test: 5',
      gives: ['16:3  environments.test: 5 is not a mapping; write {} for the defaults'],
    },
    {
      says: 'a list where a mapping belongs',
      from: 'test: {}',
      to: 'test: []',
      gives: ['16:3  environments.test: a list is not a mapping; write {} for the defaults'],
    },
    {
      says: 'one of two words',
      from: 'approval: team',
      to: 'approval: yes',
      gives: ['17:40  environments.production.approval: "yes" is not team or none'],
    },
    {
      says: 'another order',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\norder: deep',
      gives: ['15:1  order: "deep" is not breadth or depth'],
    },
    {
      says: 'nothing in parallel',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nmaxParallel: 0',
      gives: ['15:1  maxParallel: 0 is not a whole number from 1 to 1000'],
    },
    {
      says: 'half a request',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nquiet: { requests: 0.5 }',
      gives: ['15:10  quiet.requests: 0.5 is not a whole number from 0 to 1000000'],
    },
    {
      says: 'nobody who may go on calling',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nquiet: { connections: some, accept: [""] }',
      gives: [
        '15:10  quiet.connections: "some" is not a whole number from 0 to 1000000',
        '15:38  quiet.accept[0]: "" is not a name; write who may go on, as they are named while they are waited for',
      ],
    },
    {
      says: 'a page that no listener rule can answer with',
      from: '    team: scala',
      to: `    team: scala\n    maintenance: { status: 302, type: text/xml, body: ${'x'.repeat(1025)} }`,
      gives: [
        '21:20  apps.api.maintenance.status: 302 is not a status that a listener rule may answer with: 200 to 299, or 400 to 599; write 503',
        '21:33  apps.api.maintenance.type: "text/xml" is not text/plain or text/css or text/html or application/javascript or application/json',
        '21:49  apps.api.maintenance.body: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" is not a text of 1 to 1024 characters; write This service moves, and is back in a few minutes.',
      ],
    },
    {
      says: 'an app that is reached by something else',
      from: '    team: scala',
      to: '    team: scala\n    reachedBy: mesh',
      gives: ['21:5  apps.api.reachedBy: "mesh" is not route; write route, or leave it out'],
    },
    {
      says: 'a page with nothing on it',
      from: '    team: scala',
      to: '    team: scala\n    maintenance: { body: "" }',
      gives: [
        '21:20  apps.api.maintenance.body: "" is not a text of 1 to 1024 characters; write This service moves, and is back in a few minutes.',
      ],
    },
    {
      says: 'a page of an app that a name leads to',
      from: '    team: scala',
      to: '    team: scala\n    maintenance: {}\n    records: { a.example.com: { zone: Z0123456789ABCDEFGHIJ, target: Service/a/web } }',
      gives: [
        '21:5  apps.api.maintenance: is a page of a listener rule, and the app has records; leave it out and put a page up by hand',
      ],
    },
    {
      says: 'a negative limit',
      from: 'atMost: 0.1',
      to: 'atMost: -1',
      gives: ['8:58  health.checks.errors.atMost: -1 is not a number from 0 up, such as 0.02'],
    },
    {
      says: 'yes for true',
      from: 'idempotent: true',
      to: 'idempotent: yes',
      gives: [
        '22:37  apps.api.workloads.worker.idempotent: "yes" is not true or false; write true if one message may be worked on twice, else false',
      ],
    },
    {
      says: 'a clone that is none',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\ngreen: { clone: false }',
      gives: ['15:10  green.clone: false is not possible; write true: green is made like blue'],
    },
    {
      says: 'an unknown handover class',
      from: 'handover: consumer',
      to: 'handover: consumr',
      gives: [
        '22:17  apps.api.workloads.worker.handover: "consumr" is no handover class; write one of overlap, consumer, schedule, singleton, buffer, stateful (did you mean consumer?)',
      ],
    },
    {
      says: "external as a workload's class",
      from: 'handover: consumer',
      to: 'handover: external',
      gives: [
        '22:17  apps.api.workloads.worker.handover: external is not for workloads; list what is outside under externals of the app',
      ],
    },
    {
      says: 'a class where a mapping belongs',
      from: '{ handover: consumer, idempotent: true }',
      to: 'consumer',
      gives: ['22:7  apps.api.workloads.worker: "consumer" is not a mapping; write { handover: <class> }'],
    },
    {
      says: 'another class for a platform app',
      from: `postfix: { handover: buffer, budget: 2h, depth: 'queue{c="{cluster}"}' }`,
      to: 'postfix: { handover: singleton }',
      gives: [
        '25:14  platformApps.postfix.handover: "singleton" is not for platform apps; write buffer, or leave the app out of the settings',
      ],
    },
    {
      says: 'something else for a platform app',
      from: `postfix: { handover: buffer, budget: 2h, depth: 'queue{c="{cluster}"}' }`,
      to: 'postfix: 2h',
      gives: [
        '25:3  platformApps.postfix: "2h" is not a mapping; write { handover: buffer, budget: 2h, preset: fluentd }, or with depth: <PromQL>',
      ],
    },
    {
      says: "a Job's kind as a workload's class",
      from: 'handover: consumer',
      to: 'handover: once',
      gives: [
        '22:17  apps.api.workloads.worker.handover: once is for Jobs; write it under jobs of the app: jobs: { <name>: once }',
      ],
    },
    {
      says: 'a Job of a kind that there is not',
      from: 'team: scala\n',
      to: 'team: scala\n    jobs: { warm-up: twice }\n',
      gives: ['21:13  apps.api.jobs.warm-up: "twice" is not once or repeatable'],
    },
    {
      says: 'an endpoint without a port',
      from: 'team: scala\n',
      to: 'team: scala\n    externals: { db: { endpoint: db.example.com, connections: 1, limit: 2 } }\n',
      gives: [
        '21:24  apps.api.externals.db.endpoint: "db.example.com" is not a host with its port; write one such as db.example.com:5432',
      ],
    },
    {
      says: 'a port that is none',
      from: 'team: scala\n',
      to: "team: scala\n    externals: { db: { endpoint: 'db:65536', connections: 1, limit: 2 } }\n",
      gives: [
        '21:24  apps.api.externals.db.endpoint: "db:65536" is not a host with its port; write one such as db.example.com:5432',
      ],
    },
    {
      says: 'a label that is none',
      from: 'platformTeam: sre',
      to: "platformTeam: sre\ndiscover: { app: 'a b' }",
      gives: ['15:13  discover.app: "a b" is not the name of a label; write one such as app or example.com/app'],
    },
    {
      says: 'a trust that is none',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\ntrust: me',
      gives: ['15:1  trust: "me" is not namespace or signed or oidc'],
    },
    {
      says: 'an empty query',
      from: `query: 'rate(e{c="{cluster}"}[{window}])'`,
      to: "query: ''",
      gives: ['8:15  health.checks.errors.query: "" is not a query; write PromQL with {cluster} in it'],
    },
  ])('$says', ({ from, to, gives }) => expect(problemsIn(changed(from, to))).toEqual(gives))
})
