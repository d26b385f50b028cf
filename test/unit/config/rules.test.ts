import { describe, expect, test } from 'vitest'
import { changed, problemsIn } from './a-platform-file.ts'

describe('beyond the shape', () => {
  test.for([
    {
      says: 'a green that is made twice',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\ngreen: { clone: true, adopt: chat-1-36 }',
      gives: [
        '15:23  green.adopt: green is made like blue (clone) or by others (adopt), and not both; leave one of them out',
      ],
    },
    {
      says: 'a green that is blue',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\nblue: chat-1-36\ngreen: { adopt: chat-1-36 }',
      gives: [
        '16:10  green.adopt: is blue too; once it serves, take green.adopt out, or name the cluster that is to serve next',
      ],
    },
    {
      says: 'weights that fall',
      from: '[5, 25, 100]',
      to: '[5, 50, 25, 100]',
      gives: ['17:34  environments.production.weights[2]: 25 comes after 50; weights rise from step to step'],
    },
    {
      says: 'weights that stay',
      from: '[5, 25, 100]',
      to: '[5, 5, 100]',
      gives: ['17:30  environments.production.weights[1]: 5 comes after 5; weights rise from step to step'],
    },
    {
      says: 'weights over 100',
      from: '[5, 25, 100]',
      to: '[5, 101]',
      gives: ['17:30  environments.production.weights[1]: 101 is not a whole number from 1 to 100'],
    },
    {
      says: 'weights of zero',
      from: '[5, 25, 100]',
      to: '[0, 100]',
      gives: ['17:27  environments.production.weights[0]: 0 is not a whole number from 1 to 100'],
    },
    {
      says: 'weights that end before 100',
      from: '[5, 25, 100]',
      to: '[5, 50]',
      gives: ['17:17  environments.production.weights: ends at 50; the last weight is 100, when blue serves nothing'],
    },
    {
      says: 'half a per cent',
      from: '[5, 25, 100]',
      to: '[0.5, 100]',
      gives: ['17:27  environments.production.weights[0]: 0.5 is not a whole number from 1 to 100'],
    },
    {
      says: 'no weights',
      from: '[5, 25, 100]',
      to: '[]',
      gives: ['17:17  environments.production.weights: needs at least one weight; write [100] to move in one step'],
    },
    {
      says: 'one weight without a list',
      from: '[5, 25, 100]',
      to: '100',
      gives: ['17:17  environments.production.weights: 100 is not a list; write [5, 25, 50, 100]'],
    },
    {
      says: 'too many weights',
      from: '[5, 25, 100]',
      to: '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 100]',
      gives: ['17:17  environments.production.weights: has 21 weights; write at most 20'],
    },
    {
      says: 'no environments',
      from: 'environments:\n  test: {}\n  production: { weights: [5, 25, 100], approval: team }',
      to: 'environments: {}',
      gives: ['15:1  environments: needs at least one; write production: {}'],
    },
    {
      says: 'an app of an unknown team',
      from: '    team: scala\n',
      to: '    team: scla\n',
      gives: ['20:5  apps.api.team: "scla" is not a team; write one of sre, scala (did you mean scala?)'],
    },
    {
      says: 'a platform team that is none',
      from: 'platformTeam: sre',
      to: 'platformTeam: ops',
      gives: ['14:1  platformTeam: "ops" is not a team; write one of sre, scala'],
    },
    {
      says: 'a platform team with one approver',
      from: ', baba@example.com',
      to: '',
      gives: [
        '11:5  teams.sre.approvers: needs a second address: sre is the platform team, and who approves the start may not approve decommissioning',
      ],
    },
    {
      says: 'a platform team with one approver in two spellings',
      from: 'baba@example.com',
      to: 'Aoki@example.com',
      gives: [
        '11:5  teams.sre.approvers: needs a second address: sre is the platform team, and who approves the start may not approve decommissioning',
        '11:35  teams.sre.approvers[1]: "Aoki@example.com" is in this list already; take one of them out',
      ],
    },
    {
      says: 'two of the platform team for each of its gates, where there are two',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\ngates: { start: { approvals: 2 } }',
      gives: [
        '11:5  teams.sre.approvers: needs 3 addresses: sre is the platform team, and who approves the start may not approve decommissioning',
      ],
    },
    {
      says: 'more approvals than any team has people',
      from: 'approval: team }',
      to: 'approval: team, approvals: 3 }',
      gives: [
        '17:56  environments.production.approvals: 3 have to approve, and no team has more than 2 approvers; write 2 at most',
      ],
    },
    {
      says: 'a time for an approval that nobody is asked for',
      from: '  test: {}',
      to: '  test: { expires: 3d }',
      gives: [
        '16:11  environments.test.expires: is for approval: team, and nobody is asked here; add that, or take it out',
      ],
    },
    {
      says: 'a team that another is to answer for, never',
      from: '[chiba@example.com]',
      to: '[chiba@example.com]\n    escalatesTo: sre',
      gives: [
        '14:5  teams.scala.escalatesTo: is for what the team has not answered within its deadline; add deadline: 3d, or take it out',
      ],
    },
    {
      says: 'a team that is to answer for itself',
      from: '[chiba@example.com]',
      to: '[chiba@example.com]\n    deadline: 3d\n    escalatesTo: scala',
      gives: ['15:5  teams.scala.escalatesTo: scala would wait for itself; write another team'],
    },
    {
      says: 'a team that nobody knows, to answer for another',
      from: '[chiba@example.com]',
      to: '[chiba@example.com]\n    deadline: 3d\n    escalatesTo: srr',
      gives: ['15:5  teams.scala.escalatesTo: "srr" is not a team (did you mean sre?); write one of those under teams'],
    },
    {
      says: 'an approver written twice',
      from: '[chiba@example.com]',
      to: '[chiba@example.com, doi@example.com, chiba@example.com]',
      gives: ['13:53  teams.scala.approvers[2]: "chiba@example.com" is in this list already; take one of them out'],
    },
    {
      says: 'an approval that nobody can give',
      from: '[chiba@example.com]',
      to: '[]',
      gives: [
        '13:5  teams.scala.approvers: needs at least one address',
        '20:5  apps.api.team: scala has no approvers, and production asks for its approval; name one, or write approval: none',
      ],
    },
    {
      says: 'a circle of two',
      from: '    team: scala\n',
      to: '    dependsOn: [web]\n  web: { dependsOn: [api] }\n  api2:\n',
      gives: ['21:22  apps.web.dependsOn[0]: goes in a circle: api → web → api; take one of them out'],
    },
    {
      says: 'a circle of three behind a chain',
      from: '    team: scala\n',
      to: '    dependsOn: [a]\n  a: { dependsOn: [b] }\n  b: { dependsOn: [c, d] }\n  c: { dependsOn: [a] }\n  api2:\n',
      gives: ['23:20  apps.c.dependsOn[0]: goes in a circle: a → b → c → a; take one of them out'],
    },
    {
      says: 'two circles',
      from: '    team: scala\n',
      to: '    dependsOn: [a]\n  a: { dependsOn: [api] }\n  b: { dependsOn: [c] }\n  c: { dependsOn: [b] }\n  api2:\n',
      gives: [
        '21:20  apps.a.dependsOn[0]: goes in a circle: api → a → api; take one of them out',
        '23:20  apps.c.dependsOn[0]: goes in a circle: b → c → b; take one of them out',
      ],
    },
    {
      says: 'a circle over apps that move together',
      from: '    team: scala\n',
      to: '    dependsOn: [a]\n  a: { movesWith: [b] }\n  b: { dependsOn: [api] }\n  api2:\n',
      gives: ['22:20  apps.b.dependsOn[0]: goes in a circle: api → a with b → api; take one of them out'],
    },
    {
      says: 'an app that depends on itself',
      from: '    team: scala\n',
      to: '    dependsOn: [api]\n',
      gives: ['20:17  apps.api.dependsOn[0]: api depends on itself; take it out'],
    },
    {
      says: 'an app that moves with itself',
      from: '    team: scala\n',
      to: '    movesWith: [api]\n',
      gives: ['20:17  apps.api.movesWith[0]: api moves with itself; take it out'],
    },
    {
      says: 'an app that moves with one that it depends on',
      from: '    team: scala\n',
      to: '    movesWith: [web]\n    dependsOn: [web]\n',
      gives: [
        '21:17  apps.api.dependsOn[0]: api moves with web and depends on it; it cannot move at the same time and later, so keep one of them',
      ],
    },
    {
      says: 'an app that moves with one that depends on it',
      from: '    team: scala\n',
      to: '    movesWith: [web]\n  web: { dependsOn: [api] }\n  api2:\n',
      gives: [
        '21:22  apps.web.dependsOn[0]: web moves with api and depends on it; it cannot move at the same time and later, so keep one of them',
      ],
    },
    {
      says: 'an app named twice in a list',
      from: '    team: scala\n',
      to: '    dependsOn: [web, web]\n',
      gives: ['20:22  apps.api.dependsOn[1]: "web" is in this list already; take one of them out'],
    },
    {
      says: 'a platform app in two waves',
      from: '[[ingress]',
      to: '[[ingress, postfix]',
      gives: ['24:41  platformApps.waves[1][1]: "postfix" is in wave 1 already; take one of them out'],
    },
    {
      says: 'a platform app in no wave',
      from: '[fluentd, postfix]',
      to: '[fluentd]',
      gives: ['25:3  platformApps.postfix: is in no wave; add it to platformApps.waves'],
    },
    {
      says: 'a platform app that is misspelt in its settings',
      from: '  postfix: {',
      to: '  postfx: {',
      gives: ['25:3  platformApps.postfx: is in no wave; add it to platformApps.waves (did you mean postfix?)'],
    },
    {
      says: 'an app that is a platform app too',
      from: '[[ingress]',
      to: '[[api]',
      gives: ['19:3  apps.api: is a platform app too; keep it under apps or under platformApps'],
    },
    {
      says: 'an app that waits for a platform app',
      from: '    team: scala\n',
      to: '    dependsOn: [ingress]\n',
      gives: [
        '20:17  apps.api.dependsOn[0]: "ingress" is a platform app, and on green before any app moves; take it out',
      ],
    },
    {
      says: 'a check without a limit',
      from: ', atMost: 0.1',
      to: '',
      gives: ['8:5  health.checks.errors: has no limit; write atMost, atLeast, timesBlue, or more than one of them'],
    },
    {
      says: 'a check with limits that nothing meets',
      from: 'atMost: 0.1',
      to: 'atMost: 0.1, atLeast: 2',
      gives: ['8:71  health.checks.errors.atLeast: is more than atMost: nothing is at least 2 and at most 0.1'],
    },
    {
      says: 'no check at all',
      from: `checks:\n    errors: { query: 'rate(e{c="{cluster}"}[{window}])', atMost: 0.1 }`,
      to: 'checks: {}',
      gives: ['7:3  health.checks: needs at least one check; leave checks out to watch the share of 5xx'],
    },
    {
      says: 'a check with the name of the built-in one',
      from: '    errors: {',
      to: '    ready: {',
      gives: [
        '8:5  health.checks.ready: "ready" is not a free name for a check; write a-z, 0-9 and "-", at most 63 characters, such as errors; ready is built in',
      ],
    },
    {
      says: 'a query for both clusters at once',
      from: 'rate(e{c="{cluster}"}[{window}])',
      to: 'rate(e[{window}])',
      gives: ["8:15  health.checks.errors.query: has no {cluster}; without it the number is not about one side's app"],
    },
    {
      says: 'a depth of both clusters at once',
      from: 'queue{c="{cluster}"}',
      to: 'queue',
      gives: ["25:44  platformApps.postfix.depth: has no {cluster}; without it the number is not about one side's app"],
    },
    {
      says: 'requests of everybody',
      from: '  checks:',
      to: `  requests: 'sum(r{c="{cluster}"})'\n  checks:`,
      gives: [
        "7:3  health.requests: has no {namespaces} and no {window}; without it the number is not about one side's app",
      ],
    },
    {
      says: 'a placeholder that is none',
      from: '[{window}]',
      to: '[{windw}]',
      gives: [
        '8:15  health.checks.errors.query: {windw} stands for nothing; known are {cluster}, {namespaces}, {window} (did you mean {window}?)',
      ],
    },
    {
      says: 'what is in flight where a message may be worked on twice',
      from: 'idempotent: true',
      to: 'idempotent: true, inFlight: sum(unacked)',
      gives: [
        '22:55  apps.api.workloads.worker.inFlight: is waited for with idempotent: false only; take it out, or say that no message may be worked on twice',
      ],
    },
    {
      says: 'what is in flight, asked of those that are stopped',
      from: 'idempotent: true',
      to: 'idempotent: false, inFlight: { http: ":8080/stats", value: /n }',
      gives: [
        '22:68  apps.api.workloads.worker.inFlight.http: asks the pods of the consumer, and they are stopped by then; ask its queue: http://<service>.<namespace>:<port>/<path>',
      ],
    },
    {
      says: 'a proof that stopped pods are asked for',
      from: 'handover: consumer, idempotent: true',
      to: 'handover: singleton, downtime: 1m, proof: { http: ":8080/stats", value: /n }',
      gives: [
        '22:61  apps.api.workloads.worker.proof.http: asks the pods of the singleton, and they are stopped by then; ask who would know: http://<service>.<namespace>:<port>/<path>',
      ],
    },
    {
      says: 'an image in place of what is none, and a type in place of an image',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\ngreen: { amis: { AL2023_x86_64_STANDARD: x, ami-0123456789: AL2023_x86_64_STANDARD } }',
      gives: [
        '15:18  green.amis.AL2023_x86_64_STANDARD: is neither an image nor a type of Amazon Linux 2; write ami-…, AL2_x86_64, AL2_x86_64_GPU or AL2_ARM_64',
        '15:45  green.amis.ami-0123456789: "AL2023_x86_64_STANDARD" is no image; write the ami-… that was built in its place',
      ],
    },
    {
      says: 'a type that is as old, and one for another processor',
      from: 'platformTeam: sre',
      to: 'platformTeam: sre\ngreen: { amis: { AL2_x86_64: AL2_ARM_64, AL2_ARM_64: BOTTLEROCKET_x86_64 } }',
      gives: [
        '15:18  green.amis.AL2_x86_64: "AL2_ARM_64" is no type in its place; write one of AL2023 or Bottlerocket, such as AL2023_x86_64_STANDARD',
        '15:42  green.amis.AL2_ARM_64: "BOTTLEROCKET_x86_64" is for another processor than AL2_ARM_64; write one for ARM_64',
      ],
    },
    {
      says: 'a transform that changes nothing',
      from: 'platformApps:',
      to: `transforms:\n  - { match: {} }\nplatformApps:`,
      gives: ['24:5  transforms[0]: changes nothing; write patch or replace'],
    },
    {
      says: 'a patch of nobody knows what',
      from: 'platformApps:',
      to: `transforms:\n  - { match: {}, patch: { spec: {} } }\nplatformApps:`,
      gives: [
        '24:7  transforms[0].match: says no kind, and a patch fits objects of one; write match: { kind: Deployment }',
      ],
    },
    {
      says: 'a patch of a Secret',
      from: 'platformApps:',
      to: `transforms:\n  - { match: { kind: Secret }, patch: { data: { a: b } } }\nplatformApps:`,
      gives: [
        '24:32  transforms[0].patch: would be in the plan and the history for all to read, and this is a Secret; use replace, or put it on green by what makes it',
      ],
    },
    {
      says: 'a patch of what an object is',
      from: 'platformApps:',
      to: `transforms:\n  - { match: { kind: Service }, patch: { kind: Pod, metadata: { name: x, labels: {} } } }\nplatformApps:`,
      gives: [
        '24:42  transforms[0].patch.kind: cannot be changed; take it out',
        '24:65  transforms[0].patch.metadata.name: cannot be changed; only annotations and labels can',
      ],
    },
    {
      says: 'a patch of an image',
      from: 'platformApps:',
      to: `transforms:\n  - { match: { kind: Deployment }, patch: { spec: { template: { spec: { containers: [{ image: a }] } } } } }\nplatformApps:`,
      gives: [
        '24:88  transforms[0].patch.spec.template.spec.containers[0].image: is an image, and both sides run the same; take it out',
      ],
    },
    {
      says: 'a transform of an environment that is none',
      from: 'platformApps:',
      to: `transforms:\n  - { match: { environments: [tset] }, replace: { a: b } }\nplatformApps:`,
      gives: ['24:31  transforms[0].match.environments[0]: is no environment of this file; known are test, production'],
    },
    {
      says: 'a transform of a kind that is not copied',
      from: 'platformApps:',
      to: `transforms:\n  - { match: { kind: Pod }, replace: { a: b } }\nplatformApps:`,
      gives: [
        '24:16  transforms[0].match.kind: "Pod" is not LimitRange or ResourceQuota or ServiceAccount or Secret or ConfigMap or Role or RoleBinding or NetworkPolicy or Service or PodDisruptionBudget or StatefulSet or DaemonSet or Deployment or CronJob or HorizontalPodAutoscaler or TriggerAuthentication or ScaledObject',
      ],
    },
    {
      says: 'a budget for nothing',
      from: 'idempotent: true',
      to: 'idempotent: false, budget: 5m',
      gives: [
        '22:56  apps.api.workloads.worker.budget: is for inFlight, and there is none; add inFlight, or take it out',
      ],
    },
    {
      says: 'a number over HTTP that is nowhere in the cluster',
      from: `depth: 'queue{c="{cluster}"}'`,
      to: 'depth: { http: "https://queue.example.com/depth", value: /n }',
      gives: [
        '25:53  platformApps.postfix.depth.http: "https://queue.example.com/depth" is not an address in the cluster; write ":<port>/<path>" for every pod of the workload, or http://<service>.<namespace>:<port>/<path>',
      ],
    },
    {
      says: 'a path that an API server does not pass on',
      from: `depth: 'queue{c="{cluster}"}'`,
      to: 'depth: { http: "http://mq.queues:15672/api/queues/%2F/orders", value: /messages }',
      gives: [
        '25:53  platformApps.postfix.depth.http: has a %2F in its path, which an API server does not pass on; ask an exporter, or write PromQL',
      ],
    },
    {
      says: 'a number over HTTP without its place',
      from: `depth: 'queue{c="{cluster}"}'`,
      to: 'depth: { http: ":2020/depth" }',
      gives: [
        '25:44  platformApps.postfix.depth: a mapping is neither a query nor { http, value }; write PromQL with {cluster} in it, or { http: ":2020/api/v1/storage", value: /storage_layer/chunks/total_chunks }',
      ],
    },
    {
      says: 'a place that is no pointer',
      from: `depth: 'queue{c="{cluster}"}'`,
      to: 'depth: { http: ":2020/depth", value: n }',
      gives: [
        '25:74  platformApps.postfix.depth.value: "n" is not a JSON pointer; write one such as /storage_layer/chunks/total_chunks',
      ],
    },
    {
      says: 'a key that a number over HTTP has not',
      from: `depth: 'queue{c="{cluster}"}'`,
      to: 'depth: { http: ":2020/depth", value: /n, port: 1 }',
      gives: ['25:85  platformApps.postfix.depth.port: is not known here; known are http, value'],
    },
    {
      says: 'a number where a measure belongs',
      from: `depth: 'queue{c="{cluster}"}'`,
      to: 'depth: 5',
      gives: [
        '25:44  platformApps.postfix.depth: 5 is neither a query nor { http, value }; write PromQL with {cluster} in it, or { http: ":2020/api/v1/storage", value: /storage_layer/chunks/total_chunks }',
      ],
    },
    {
      says: 'a preset that nobody knows',
      from: `depth: 'queue{c="{cluster}"}'`,
      to: 'preset: sendmail',
      gives: ['25:44  platformApps.postfix.preset: "sendmail" is not fluentd or fluent-bit or postfix'],
    },
    {
      says: 'a workload said twice',
      from: '      worker: {',
      to: '      Deployment/worker: { handover: overlap }\n      worker: {',
      gives: [
        '22:7  apps.api.workloads.Deployment/worker: is spoken of by worker too; write both with their kind, or one of them',
      ],
    },
    {
      says: 'a schedule that is no CronJob',
      from: 'worker: { handover: consumer, idempotent: true }',
      to: 'Deployment/worker: { handover: schedule }',
      gives: [
        '22:28  apps.api.workloads.Deployment/worker.handover: schedule is for CronJobs, and this is a Deployment; write overlap or consumer or singleton or buffer or stateful',
      ],
    },
    {
      says: 'a CronJob that would run on both sides',
      from: 'worker: { handover: consumer, idempotent: true }',
      to: 'CronJob/worker: { handover: overlap }',
      gives: [
        '22:25  apps.api.workloads.CronJob/worker.handover: overlap is for Deployments and StatefulSets and DaemonSets, and this is a CronJob; write schedule',
      ],
    },
    {
      says: 'a copy that does not say what is lost',
      from: 'consumer, idempotent: true',
      to: 'stateful, by: copy',
      gives: [
        '22:7  apps.api.workloads.worker.lossOnReturn: is missing; say what going back from a copy loses, for people to accept',
      ],
    },
    {
      says: 'a loss where nothing is lost',
      from: 'consumer, idempotent: true',
      to: 'stateful, by: handover, lossOnReturn: all',
      gives: [
        '22:51  apps.api.workloads.worker.lossOnReturn: belongs to by: copy; the volumes themselves go back, nothing is lost',
      ],
    },
    {
      says: "a team's name",
      from: '  scala:\n',
      to: '  Scala Team:\n',
      gives: [
        '12:3  teams["Scala Team"]: "Scala Team" is not the name of a team; write a-z, 0-9 and "-", at most 63 characters, such as scala',
        '20:5  apps.api.team: "scala" is not a team; write one of sre, Scala Team',
      ],
    },
    {
      says: "an environment's name with a digit first",
      from: '  test: {}',
      to: '  1: {}',
      gives: [
        '16:3  environments.1: "1" is not the name of an environment; write a letter, then a-z, 0-9 and "-", such as production',
      ],
    },
    {
      says: "an app's name",
      from: '  api:\n',
      to: '  api_v2:\n',
      gives: [
        '19:3  apps.api_v2: "api_v2" is not the name of an app; write a-z, 0-9 and "-", at most 63 characters, such as chat-api',
      ],
    },
    {
      says: 'a Job with its kind',
      from: 'team: scala\n',
      to: 'team: scala\n    jobs: { Job/warm-up: repeatable }\n',
      gives: [
        '21:13  apps.api.jobs.Job/warm-up: "Job/warm-up" is not the name of a Job; write it as kubectl get jobs lists it, such as warm-up',
      ],
    },
    {
      says: "a workload's name",
      from: '      worker: {',
      to: '      ReplicaSet/worker: {',
      gives: [
        '22:7  apps.api.workloads.ReplicaSet/worker: "ReplicaSet/worker" is not a workload; write its name, or Deployment/, StatefulSet/, DaemonSet/ or CronJob/ and its name',
      ],
    },
  ])('$says', ({ from, to, gives }) => expect(problemsIn(changed(from, to))).toEqual(gives))
})
