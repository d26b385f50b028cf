import { describe, expect, test } from 'vitest'
import { readPlatformFile } from '../../../src/config/read.ts'
import { changed, problemsIn } from './a-platform-file.ts'

const ERRORS = `    errors: { query: 'rate(e{c="{cluster}"}[{window}])', atMost: 0.1 }`
const withCheck = (written: string) => changed(ERRORS, `${ERRORS}\n    it: ${written}`)
const ofApp = (written: string) => changed('    team: scala\n', `    team: scala\n    checks: { it: ${written} }\n`)
const read = (text: string) => {
  const reading = readPlatformFile(text, 'x.yaml')
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  return reading.file
}
/** Without where it stands. */
const saysOf = (text: string) => problemsIn(text).map((line) => line.replace(/^\d+:\d+ +/, ''))

describe('what is read', () => {
  test.for([
    {
      says: 'a Service in the cluster, of which no look may fail',
      written: '{ probe: { http: "http://{app}.{namespace}:8080/healthz" } }',
      gives: {
        probe: { gives: 'failures', timeout: '5s', http: 'http://{app}.{namespace}:8080/healthz' },
        limit: { atMost: 0 },
        minSamples: 3,
        breachAfter: 2,
      },
    },
    {
      says: 'an address outside, and how long it takes',
      written:
        '{ probe: { url: "https://{cluster}.example.com/", host: chat.example.com, gives: latency, timeout: 2s }, atMost: 1, timesBlue: 2, fineUpTo: 0.2 }',
      gives: {
        probe: { gives: 'latency', timeout: '2s', url: 'https://{cluster}.example.com/', host: 'chat.example.com' },
        limit: { atMost: 1, timesBlue: 2, fineUpTo: 0.2 },
        minSamples: 3,
        breachAfter: 2,
      },
    },
    {
      says: 'what the load balancer counts',
      written: '{ cloudwatch: { of: errors }, atMost: 0.02 }',
      gives: { cloudwatch: 'errors', limit: { atMost: 0.02 }, minSamples: 3, breachAfter: 2 },
    },
    {
      says: 'a metric of one’s own',
      written:
        '{ cloudwatch: { metrics: { age: { namespace: AWS/SQS, metric: Age, dimensions: { QueueName: "q-{cluster}" }, statistic: p99.9 } }, expression: age / 60 }, atMost: 5 }',
      gives: {
        cloudwatch: {
          metrics: {
            age: { namespace: 'AWS/SQS', metric: 'Age', dimensions: { QueueName: 'q-{cluster}' }, statistic: 'p99.9' },
          },
          expression: 'age / 60',
        },
        limit: { atMost: 5 },
        minSamples: 3,
        breachAfter: 2,
      },
    },
    {
      says: 'a Job like those of a CronJob',
      written: '{ job: { cronJob: smoke-test } }',
      gives: { job: { cronJob: 'smoke-test', timeout: '5m' }, limit: { atMost: 0 }, minSamples: 1, breachAfter: 1 },
    },
    {
      says: 'a Job of an image',
      written: '{ job: { image: "registry.example.com/smoke:1", command: ["/smoke", "{app}"], timeout: 2m } }',
      gives: {
        job: { image: 'registry.example.com/smoke:1', command: ['/smoke', '{app}'], timeout: '2m' },
        limit: { atMost: 0 },
        minSamples: 1,
        breachAfter: 1,
      },
    },
    {
      says: 'a query of Datadog',
      written: '{ datadog: "sum:e{c:{cluster}}.as_count()", atMost: 5 }',
      gives: {
        datadog: 'sum:e{c:{cluster}}.as_count()',
        window: '1m',
        limit: { atMost: 5 },
        minSamples: 3,
        breachAfter: 2,
      },
    },
    {
      says: 'what is built in, with a limit of its own',
      written: '{ kubernetes: restarts, atMost: 20 }',
      gives: { kubernetes: 'restarts', limit: { atMost: 20 }, minSamples: 3, breachAfter: 2 },
    },
    {
      says: 'a query with two limits',
      written: `{ query: 'up{c="{cluster}"}', atLeast: 1, atMost: 2 }`,
      gives: {
        query: 'up{c="{cluster}"}',
        window: '1m',
        limit: { atLeast: 1, atMost: 2 },
        minSamples: 3,
        breachAfter: 2,
      },
    },
  ])('$says', ({ written, gives }) => {
    expect(read(withCheck(written)).health.checks['it']).toEqual(gives)
    expect(read(ofApp(written)).apps['api']?.checks).toEqual({ it: gives })
  })
})

describe('what is refused', () => {
  const query = `query: 'up{c="{cluster}"}'`
  const metric = '{ namespace: N, metric: M, dimensions: { C: "{cluster}" } }'
  const probe = 'probe: { http: "http://web.{namespace}:80/" }'
  test.for([
    {
      says: 'nothing to read',
      written: '{ atMost: 1 }',
      gives: ['it: has nothing to read; write one of query, probe, cloudwatch, datadog, job, kubernetes'],
    },
    {
      says: 'two sources',
      written: `{ ${query}, ${probe}, atMost: 1 }`,
      gives: ['it.probe: is a second source beside query; make it a check of its own'],
    },
    {
      says: 'no limit',
      written: `{ ${query} }`,
      gives: ['it: has no limit; write atMost, atLeast, timesBlue, or more than one of them'],
    },
    {
      says: 'latency without a limit',
      written: '{ probe: { http: "http://web.{namespace}:80/", gives: latency } }',
      gives: ['it: has no limit; write atMost, atLeast, timesBlue, or more than one of them'],
    },
    {
      says: 'limits between which nothing is',
      written: `{ ${query}, atMost: 1, atLeast: 2 }`,
      gives: ['it.atLeast: is more than atMost: nothing is at least 2 and at most 1'],
    },
    {
      says: 'what is fine without blue',
      written: `{ ${query}, atMost: 1, fineUpTo: 1 }`,
      gives: ['it.fineUpTo: goes with timesBlue; write atMost, which needs no blue'],
    },
    {
      says: 'a Job of nothing',
      written: '{ job: {} }',
      gives: ['it.job: runs nothing; write cronJob, one of the app to make it from, or image'],
    },
    {
      says: 'a Job of two things, and for too long',
      written: '{ job: { cronJob: smoke, image: smoke, timeout: 2h } }',
      gives: [
        'it.job.image: is a second thing to run beside cronJob; keep one',
        'it.job.timeout: "2h" is too long to hold a window up; write 1h or less',
      ],
    },
    {
      says: 'a command for a CronJob',
      written: '{ job: { cronJob: smoke, command: [a] } }',
      gives: ['it.job.command: goes with image; a cronJob has its own'],
    },
    {
      says: 'a slip in a command, and not what only looks like one',
      written: `{ job: { image: smoke, command: [jq, "{id}", "{cluter}"] } }`,
      gives: ['it.job: {cluter} stands for nothing (did you mean {cluster}?)'],
    },
    {
      says: 'limits of a Job',
      written: '{ job: { cronJob: smoke }, atMost: 1, breachAfter: 3 }',
      gives: [
        'it.atMost: is of numbers, and a job ends well or does not; take it out',
        'it.breachAfter: is of numbers, and a job ends well or does not; take it out',
      ],
    },
    {
      says: 'what is built in, without a limit',
      written: '{ kubernetes: scheduling }',
      gives: ['it: has no limit; write atMost, atLeast, timesBlue, or more than one of them'],
    },
    {
      says: 'a window of a probe',
      written: `{ ${probe}, window: 1m }`,
      gives: ['it.window: is for {window} of a query; take it out'],
    },
    {
      says: 'a query of Datadog that is not about one side',
      written: '{ datadog: "sum:e{env:x}", atMost: 1 }',
      gives: ["it.datadog: has no {cluster}; without it the number is not about one side's app"],
    },
    {
      says: 'one with a slip, and not what only looks like one',
      written: '{ datadog: "sum:e{c:{cluster},n:{namespce}} by {host}", atMost: 1 }',
      gives: ['it.datadog: {namespce} stands for nothing (did you mean {namespace}?)'],
    },
    {
      says: 'a probe of nobody',
      written: '{ probe: {} }',
      gives: ['it.probe: asks nobody; write http, a Service in the cluster, or url, an address outside'],
    },
    {
      says: 'a probe of two',
      written: '{ probe: { http: "http://web.{namespace}:80/", url: "https://{cluster}.example.com" } }',
      gives: ['it.probe.url: is a second address beside http; keep one'],
    },
    {
      says: 'a host inside the cluster',
      written: '{ probe: { http: "http://web.{namespace}:80/", host: web.example.com } }',
      gives: ['it.probe.host: goes with url; take it out'],
    },
    {
      says: 'what is no Service',
      written: '{ probe: { http: "http://web:80/" } }',
      gives: [
        'it.probe.http: "http://web:80/" is not the address of a Service; write http://<service>.<namespace>:<port>/<path>, such as http://{app}.{namespace}:8080/healthz',
      ],
    },
    {
      says: 'one address for both sides',
      written: '{ probe: { url: "https://chat.example.com/" } }',
      gives: ['it.probe.url: has no {cluster}; without it both sides are asked at one address'],
    },
    {
      says: 'a placeholder that is none',
      written: '{ probe: { url: "https://{clutser}.example.com/" } }',
      gives: [
        'it.probe.url: {clutser} stands for nothing; known are {cluster}, {app}, {environment}, {namespace} (did you mean {cluster}?)',
      ],
    },
    {
      says: 'CloudWatch without a question',
      written: '{ cloudwatch: {}, atMost: 1 }',
      gives: ['it.cloudwatch: asks nothing; write of: errors or of: latency, or metrics of your own'],
    },
    {
      says: 'CloudWatch with two',
      written: `{ cloudwatch: { of: errors, metrics: { a: ${metric} }, expression: a }, atMost: 1 }`,
      gives: [
        'it.cloudwatch.metrics: is a second question beside of; keep one of them',
        'it.cloudwatch.expression: goes with metrics; take it out',
      ],
    },
    {
      says: 'no limit of CloudWatch',
      written: '{ cloudwatch: { of: errors } }',
      gives: ['it: has no limit; write atMost, atLeast, timesBlue, or more than one of them'],
    },
    {
      says: 'several metrics that are no number',
      written: `{ cloudwatch: { metrics: { a: ${metric}, b: ${metric} } }, atMost: 1 }`,
      gives: ['it.cloudwatch: has 2 metrics and no expression; write one number of them: a / b'],
    },
    {
      says: 'one number for both sides',
      written: '{ cloudwatch: { metrics: { a: { namespace: N, metric: M } } }, atMost: 1 }',
      gives: [
        "it.cloudwatch.metrics: has no {cluster} in any dimension; without it the number is not about one side's app",
      ],
    },
    {
      says: 'a dimension with a placeholder that is none',
      written:
        '{ cloudwatch: { metrics: { a: { namespace: N, metric: M, dimensions: { C: "{cluster}", T: "{team}" } } } }, atMost: 1 }',
      gives: [
        'it.cloudwatch.metrics.a.dimensions.T: {team} stands for nothing; known are {cluster}, {app}, {environment}, {namespace}',
      ],
    },
    {
      says: 'a metric that has the name of the result',
      written: `{ cloudwatch: { metrics: { result: ${metric} } }, atMost: 1 }`,
      gives: ['it.cloudwatch.metrics.result: is what the expression gives; call the metric something else'],
    },
    {
      says: 'a metric with a name that CloudWatch does not take',
      written: `{ cloudwatch: { metrics: { Big: ${metric} } }, atMost: 1 }`,
      gives: [
        'it.cloudwatch.metrics.Big: "Big" is not a name for a metric; write a small letter, then letters, digits and "_", such as requests',
      ],
    },
    {
      says: 'more patience than there is',
      written: '{ probe: { http: "http://web.{namespace}:80/", timeout: 1m } }',
      gives: ['it.probe.timeout: "1m" is too long to wait for an answer; write 20s or less'],
    },
  ])('$says', ({ written, gives }) => {
    expect(saysOf(withCheck(written))).toEqual(gives.map((g) => `health.checks.${g}`))
    expect(saysOf(ofApp(written))).toEqual(gives.map((g) => `apps.api.checks.${g}`))
  })

  test('a check of an app that has the name of the built-in one', () => {
    expect(saysOf(changed('    team: scala\n', `    team: scala\n    checks: { ready: { ${probe} } }\n`))).toEqual([
      expect.stringContaining('apps.api.checks.ready: "ready" is not a free name'),
    ])
  })
})
