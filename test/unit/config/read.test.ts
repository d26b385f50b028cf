import { bufferPresets } from '../../../src/domain/buffer-presets.ts'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { formatProblems, type Problem } from '../../../src/config/problem.ts'
import { readPlatformFile } from '../../../src/config/read.ts'
import { aPlatformFile, changed, problemsIn } from './a-platform-file.ts'

const fileOf = (text: string) => {
  const read = readPlatformFile(text, 'x.yaml')
  if (!read.ok) throw new Error(formatProblems(read.problems))
  return read.file
}
const example = (name: string) => readFileSync(new URL(`../../../examples/${name}.yaml`, import.meta.url), 'utf8')

test('all errors come at once, in the order of the text', () => {
  const text = changed('platform: chat\n', 'platform: Chat\nplatform: Chat\nprices: 3\n')
    .replace('[chiba@example.com]', '[]')
    .replace('[5, 25, 100]', '[25, 5]')
    .replace('budget: 2h', 'budget: 60, buget: 2h')
  expect(problemsIn(text)).toEqual([
    '3:1  platform: is written twice; the first is on line 2',
    '3:1  platform: "Chat" is not a DNS label of at most 40 characters; write a-z, 0-9 and "-", such as chatwork-prod',
    '4:1  prices: 3 is not a mapping; write { cluster: 0.10, instances: { m6i.large: 0.124 } }',
    '15:5  teams.scala.approvers: needs at least one address',
    '19:17  environments.production.weights: ends at 5; the last weight is 100, when blue serves nothing',
    '19:31  environments.production.weights[1]: 5 comes after 25; weights rise from step to step',
    '22:5  apps.api.team: scala has no approvers, and production asks for its approval; name one, or write approval: none',
    '27:32  platformApps.postfix.budget: "60" is not a duration; write 60s, 1m30s or 2h',
    '27:44  platformApps.postfix.buget: is not known here (did you mean budget?)',
  ])
})

test('people read file, line, column, path and what to write', () => {
  const text = changed('  test: {}\n', '').replace('budget: 2h', 'budget: 60').replace('[5, 25, 100]', '[]')
  const read = readPlatformFile(text, 'examples/x.yaml')
  expect(read.ok ? [] : formatProblems(read.problems).split('\n')).toEqual([
    'examples/x.yaml:16:17  environments.production.weights: needs at least one weight; write [100] to move in one step',
    'examples/x.yaml:24:32  platformApps.postfix.budget: "60" is not a duration; write 60s, 1m30s or 2h',
    '2 problems; nothing was started',
  ])
})

test('what is wrong and what comes later are told apart by their codes', () => {
  const read = readPlatformFile(
    changed('platformTeam: sre', 'platformTeam: ops').replace('  test: {}', '  test: { window: Tue }'),
    'x.yaml',
  )
  expect(read.ok ? [] : read.problems.map(({ code, path, line, column }) => [code, path, line, column])).toEqual([
    ['InvalidInput', 'platformTeam', 14, 1],
    ['Unsupported', 'environments.test.window', 16, 11],
  ])
})

test('a message shows what it repeats, on one line and not without end', () => {
  const text = changed(
    '  scala:',
    `  "s\\tcala": { approvers: [a@example.com] }\n  ${'x'.repeat(900)}: {}\n  scala:`,
  ).replace('team: scala', 'team: nobody')
  const unknown = problemsIn(text).at(-1) ?? ''
  expect(unknown).toContain('"nobody" is not a team; write one of sre, s\\u0009cala, xxx')
  expect(unknown.length).toBeLessThan(700)
})

describe('formatProblems', () => {
  const problem: Problem = {
    code: 'InvalidInput',
    file: 'x.yaml',
    line: 1,
    column: 2,
    path: 'soak',
    message: 'is wrong',
  }
  test('counts one', () =>
    expect(formatProblems([problem])).toBe('x.yaml:1:2  soak: is wrong\n1 problem; nothing was started'))
  test('has no path for the file as a whole', () =>
    expect(formatProblems([{ ...problem, path: '' }])).toMatch(/^x\.yaml:1:2 {2}is wrong\n/))
  test('shows the first hundred of thousands, and counts all', () => {
    const lines = formatProblems(Array.from({ length: 1234 }, () => problem)).split('\n')
    expect(lines).toHaveLength(102)
    expect(lines.slice(-2)).toEqual(['… and 1134 more', '1234 problems; nothing was started'])
  })
})

test('what is not written has its default', () => {
  const least = `
apiVersion: norikae.io/v1
platform: chat
account: "123456789012"
region: eu-central-1
health: { prometheus: { url: http://prometheus:9090 } }
teams: { sre: { approvers: [a@example.com, b@example.com] } }
platformTeam: sre
environments: { production: , test: {} }
apps: { web: {} }
`
  expect(fileOf(least)).toMatchInlineSnapshot(`
    {
      "account": "123456789012",
      "amis": {},
      "apps": {
        "web": {
          "dependsOn": [],
          "deploy": "copy",
          "externals": [],
          "movesWith": [],
          "workloads": {},
        },
      },
      "autoRollback": "24h",
      "decommission": {
        "deletes": "owner",
      },
      "discover": {
        "app": "app",
        "environment": "env",
        "team": "team",
      },
      "environments": [
        {
          "approval": "none",
          "name": "production",
          "observe": "2m",
          "weights": [
            100,
          ],
        },
        {
          "approval": "none",
          "name": "test",
          "observe": "2m",
          "weights": [
            100,
          ],
        },
      ],
      "health": {
        "checks": {
          "errors": {
            "breachAfter": 2,
            "cloudwatch": "errors",
            "limit": {
              "atMost": 0.02,
            },
            "minSamples": 2,
          },
          "latency": {
            "breachAfter": 3,
            "cloudwatch": "latency",
            "limit": {
              "fineUpTo": 0.5,
              "timesBlue": 2,
            },
            "minSamples": 2,
          },
        },
        "datadog": {
          "site": "datadoghq.com",
        },
        "every": "15s",
        "prometheus": {
          "url": "http://prometheus:9090",
        },
        "requests": "sum(increase(http_requests_total{cluster="{cluster}",namespace=~"{namespaces}"}[{window}]))",
      },
      "idle": "1h",
      "maxFailed": 2,
      "maxParallel": 4,
      "order": "breadth",
      "owners": {},
      "platform": "chat",
      "platformApps": {
        "handovers": {},
        "waves": [],
      },
      "platformTeam": "sre",
      "quiet": {
        "accept": [],
        "connections": 0,
        "for": "5m",
        "requests": 0,
      },
      "region": "eu-central-1",
      "rest": "12h",
      "soak": "7d",
      "teams": {
        "sre": {
          "approvers": [
            "a@example.com",
            "b@example.com",
          ],
          "notify": {},
        },
      },
      "transforms": [],
      "waivers": [],
    }
  `)
})

describe('as written, in the words of the domain', () => {
  test.for([
    ['overlap', { class: 'overlap' }],
    ['schedule', { class: 'schedule' }],
    ['consumer, idempotent: false', { class: 'consumer', idempotent: false }],
    ['singleton, downtime: 1m', { class: 'singleton', downtime: '1m' }],
    ['singleton, downtime: 1m, lease: leader', { class: 'singleton', downtime: '1m', lease: 'leader' }],
    [
      'singleton, downtime: 1m, proof: \'h{c="{cluster}"}\'',
      { class: 'singleton', downtime: '1m', proof: 'h{c="{cluster}"}' },
    ],
    [
      'buffer, budget: 1m, depth: \'d{c="{cluster}"}\'',
      { class: 'buffer', drainWithin: '1m', depth: 'd{c="{cluster}"}' },
    ],
    ['buffer, budget: 1m, preset: fluentd', { class: 'buffer', drainWithin: '1m', ...bufferPresets.fluentd }],
    [
      'buffer, budget: 1m, preset: fluentd, depth: \'d{c="{cluster}"}\'',
      { class: 'buffer', drainWithin: '1m', depth: 'd{c="{cluster}"}', flush: bufferPresets.fluentd.flush },
    ],
    [
      'buffer, budget: 1m, preset: postfix, flush: ":8080/relay"',
      { class: 'buffer', drainWithin: '1m', ...bufferPresets.postfix, flush: ':8080/relay' },
    ],
    [
      'buffer, budget: 1m, preset: fluentd, flush: ":24445/x"',
      { class: 'buffer', drainWithin: '1m', ...bufferPresets.fluentd, flush: ':24445/x' },
    ],
    ['buffer, budget: 1m, preset: fluent-bit', { class: 'buffer', drainWithin: '1m', ...bufferPresets['fluent-bit'] }],
    ['buffer, budget: 1m, preset: postfix', { class: 'buffer', drainWithin: '1m', ...bufferPresets.postfix }],
    [
      'buffer, budget: 1m, depth: { http: ":2020/x", value: /a/*/b }',
      { class: 'buffer', drainWithin: '1m', depth: { http: ':2020/x', value: '/a/*/b' } },
    ],
    [
      'consumer, idempotent: false, inFlight: sum(unacked)',
      { class: 'consumer', idempotent: false, inFlight: 'sum(unacked)', settlesWithin: '15m' },
    ],
    [
      'consumer, idempotent: false, inFlight: { http: "http://mq.queues:15672/q", value: /n }, budget: 2m',
      {
        class: 'consumer',
        idempotent: false,
        inFlight: { http: 'http://mq.queues:15672/q', value: '/n' },
        settlesWithin: '2m',
      },
    ],
    ['stateful, by: handover', { class: 'stateful', by: 'handover' }],
    ['stateful, by: copy, lossOnReturn: uploads', { class: 'stateful', by: 'copy', lossOnReturn: 'uploads' }],
  ] as const)('handover: %s', ([written, planned]) =>
    expect(fileOf(changed('consumer, idempotent: true', written)).apps['api']?.workloads).toEqual({ worker: planned }),
  )

  test('what Jobs are, where it is written', () => {
    expect(
      fileOf(changed('team: scala\n', 'team: scala\n    jobs: { warm-up: repeatable }\n')).apps['api']?.jobs,
    ).toEqual({
      'warm-up': 'repeatable',
    })
    expect(fileOf(changed('team: scala\n', 'team: scala\n')).apps['api']).not.toHaveProperty('jobs')
  })

  test.for([{ atMost: 0 }, { atLeast: 2 }, { timesBlue: 1.5 }])('limit %o', (limit) => {
    const written = JSON.stringify(limit).replaceAll(/[{}"]/g, '').replace(':', ': ')
    expect(fileOf(changed('atMost: 0.1', written)).health.checks['errors']?.limit).toEqual(limit)
  })

  test('environments keep their order', () =>
    expect(fileOf(changed('  test: {}\n', '  zulu: {}\n  alpha:\n')).environments.map((e) => e.name)).toEqual([
      'zulu',
      'alpha',
      'production',
    ]))

  test('names of JavaScript are names like others', () => {
    const file = fileOf(aPlatformFile.replaceAll('scala', 'constructor').replace('  api:', '  valueof:'))
    expect(file.apps['valueof']?.team).toBe('constructor')
  })
})

describe('examples', () => {
  test('the reference is valid', () => expect(problemsIn(example('chatwork-prod'))).toEqual([]))

  test('the reference shows the defaults that are the defaults', () => {
    const text = example('chatwork-prod')
    const uncommented = text.replaceAll(
      /^( *)# (?=(every|requests|minSamples|breachAfter|window|discover|soak|rest|quiet|idle|order|maxParallel|maxFailed|autoRollback|trust): )/gm,
      '$1',
    )
    expect(uncommented.split('\n').filter((line, i) => line !== text.split('\n')[i])).toHaveLength(15)
    expect(fileOf(uncommented)).toEqual(fileOf(text))
  })

  test('the demo is as the demo needs it', () =>
    expect(fileOf(example('demo'))).toMatchInlineSnapshot(`
      {
        "account": "123456789012",
        "amis": {},
        "apps": {
          "billing": {
            "dependsOn": [],
            "deploy": "copy",
            "externals": [],
            "movesWith": [],
            "records": [
              {
                "name": "billing.chatwork.test",
                "target": {
                  "kind": "Service",
                  "name": "web",
                  "namespace": "billing-production",
                },
                "zone": "Z04CHATWORKSANDBOX00",
              },
            ],
            "workloads": {},
          },
          "chat-actor": {
            "dependsOn": [],
            "deploy": "copy",
            "externals": [],
            "movesWith": [],
            "workloads": {
              "actor": {
                "class": "singleton",
                "downtime": "30s",
              },
            },
            "writtenAt": {
              "actor": "x.yaml:58:7",
            },
          },
          "chat-archiver": {
            "dependsOn": [],
            "deploy": "copy",
            "externals": [],
            "httpRoutes": {
              "production": [
                {
                  "backend": "Service/chat-archiver-{cluster}",
                  "name": "chat-archiver",
                  "namespace": "edge",
                },
              ],
            },
            "movesWith": [],
            "workloads": {},
          },
          "chat-push": {
            "dependsOn": [
              "chat-api",
            ],
            "deploy": "copy",
            "externals": [],
            "movesWith": [],
            "workloads": {},
          },
          "chat-worker": {
            "dependsOn": [],
            "deploy": "copy",
            "externals": [],
            "movesWith": [],
            "workloads": {
              "worker": {
                "class": "consumer",
                "idempotent": true,
              },
            },
            "writtenAt": {
              "worker": "x.yaml:61:7",
            },
          },
          "mail-sender": {
            "dependsOn": [],
            "deploy": "copy",
            "externals": [],
            "movesWith": [],
            "workloads": {
              "worker": {
                "class": "consumer",
                "idempotent": false,
              },
            },
            "writtenAt": {
              "worker": "x.yaml:64:7",
            },
          },
        },
        "autoRollback": "24h",
        "decommission": {
          "deletes": "owner",
        },
        "discover": {
          "app": "app",
          "environment": "env",
          "team": "team",
        },
        "environments": [
          {
            "approval": "none",
            "name": "test",
            "observe": "3s",
            "weights": [
              100,
            ],
          },
          {
            "approval": "none",
            "name": "stage",
            "observe": "3s",
            "weights": [
              100,
            ],
          },
          {
            "approval": "team",
            "name": "production",
            "observe": "4s",
            "weights": [
              5,
              25,
              50,
              100,
            ],
          },
        ],
        "gateway": {
          "cluster": "edge-1-35",
        },
        "health": {
          "checks": {
            "errors": {
              "breachAfter": 2,
              "limit": {
                "atMost": 0.02,
              },
              "minSamples": 3,
              "query": "(sum(rate(http_requests_total{cluster="{cluster}",namespace=~"{namespaces}",code=~"5.."}[{window}])) or vector(0)) / sum(rate(http_requests_total{cluster="{cluster}",namespace=~"{namespaces}"}[{window}]))",
              "window": "5s",
            },
            "latency": {
              "breachAfter": 2,
              "limit": {
                "atMost": 0.5,
              },
              "minSamples": 3,
              "query": "sum(rate(http_request_duration_seconds_sum{cluster="{cluster}",namespace=~"{namespaces}"}[{window}])) / sum(rate(http_request_duration_seconds_count{cluster="{cluster}",namespace=~"{namespaces}"}[{window}]))",
              "window": "5s",
            },
          },
          "datadog": {
            "site": "datadoghq.com",
          },
          "every": "1s",
          "prometheus": {
            "url": "http://127.0.0.1:9090",
          },
          "requests": "sum(increase(http_requests_total{cluster="{cluster}",namespace=~"{namespaces}"}[{window}]))",
        },
        "idle": "4s",
        "maxFailed": 2,
        "maxParallel": 12,
        "order": "breadth",
        "owners": {},
        "platform": "chatwork-prod",
        "platformApps": {
          "handovers": {
            "fluentd": {
              "class": "buffer",
              "depth": "sum(fluentd_output_status_buffer_queue_length{cluster="{cluster}",namespace=~"{namespaces}"}) + (sum(fluentd_output_status_buffer_stage_length{cluster="{cluster}",namespace=~"{namespaces}"}) or vector(0))",
              "drainWithin": "60s",
              "flush": ":24444/api/plugins.flushBuffers",
            },
            "postfix": {
              "class": "buffer",
              "depth": "sum(postfix_showq_message_size_bytes_count{cluster="{cluster}",namespace=~"{namespaces}"})",
              "drainWithin": "60s",
            },
          },
          "waves": [
            [
              "aws-load-balancer-controller",
            ],
            [
              "fluentd",
              "postfix",
            ],
          ],
        },
        "platformTeam": "sre",
        "quiet": {
          "accept": [],
          "connections": 0,
          "for": "3s",
          "requests": 0,
        },
        "region": "ap-northeast-1",
        "rest": "5s",
        "soak": "25s",
        "teams": {
          "php": {
            "approvers": [
              "endo@example.com",
              "fujita@example.com",
            ],
            "notify": {
              "slack": "#php",
              "webhook": "http://127.0.0.1:9099/webhooks/php",
            },
          },
          "scala": {
            "approvers": [
              "chiba@example.com",
              "doi@example.com",
            ],
            "notify": {
              "slack": "#scala",
              "webhook": "http://127.0.0.1:9099/webhooks/scala",
            },
          },
          "sre": {
            "approvers": [
              "aoki@example.com",
              "baba@example.com",
            ],
            "notify": {
              "slack": "#sre",
              "webhook": "http://127.0.0.1:9099/webhooks/sre",
            },
          },
        },
        "transforms": [],
        "waivers": [],
      }
    `))
})
