import { z } from 'zod'
import type { JobFile } from '../domain/check-jobs.ts'
import type { CloudWatchFile } from '../domain/cloudwatch.ts'
import type { CheckFile } from '../domain/platform-file.ts'
import type { ProbeFile } from '../domain/probes.ts'
import type { Limit } from '../domain/verdict.ts'
import { amount, count, expecting, listOf, named, objectName, oneOf, query, text, time, words } from './pieces.ts'

const PROBE = '{ http: "http://{app}.{namespace}:8080/healthz" }'
const SERVICE = 'http://<service>.<namespace>:<port>/<path>, such as http://{app}.{namespace}:8080/healthz'

/** The rest of an address is for `rules/probes.ts`, which fills in what stands in braces. */
const web = (expected: string, write: string) => text(/^https?:\/\/\S+$/, expected, write)

const probe = z.strictObject(
  {
    http: web('the address of a Service', SERVICE)
      .exactOptional()
      .describe(
        'A Service of the cluster, asked through its API server: http://<service>.<namespace>:<port>/<path>, with {app}, {environment} and {namespace}.',
      ),
    url: web('an address on the web', 'https://{cluster}.example.com/healthz')
      .exactOptional()
      .describe('An address outside, asked by the worker; with {cluster}, which tells the sides apart.'),
    host: text(/^[\w.{}-]+(:\d+)?$/, 'a host name', 'one such as chat.example.com')
      .exactOptional()
      .describe('With url: the host that is asked for, in HTTP and in TLS.'),
    timeout: time.prefault('5s').describe('How long an answer may take; 20s at most.'),
    gives: oneOf(['failures', 'latency'])
      .default('failures')
      .describe('failures: how many did not answer with 200 to 399. latency: seconds that the slowest took.'),
  },
  expecting('a mapping', PROBE),
)

const METRIC =
  '{ namespace: AWS/SQS, metric: ApproximateAgeOfOldestMessage, dimensions: { QueueName: "orders-{cluster}" }, statistic: Maximum }'
const STATISTIC = /^(Sum|Average|Minimum|Maximum|SampleCount|p\d{1,2}(\.\d{1,10})?|p100)$/

/** As CloudWatch wants ids to be. */
export const METRIC_NAME = /^[a-z]\w{0,62}$/

const metric = z.strictObject(
  {
    namespace: words('a namespace of CloudWatch', 'one such as AWS/SQS').describe('Its namespace, such as AWS/SQS.'),
    metric: words('the name of a metric', 'it as CloudWatch lists it').describe('Its name there.'),
    dimensions: z
      .record(z.string(), words('the value of a dimension', 'a text'), expecting('a mapping', '{ QueueName: orders }'))
      .default({})
      .describe('All of its dimensions; with {cluster}, {app}, {environment} and {namespace}, the first one.'),
    statistic: text(STATISTIC, 'a statistic', 'Sum, Average, Minimum, Maximum, SampleCount or a percentile such as p99')
      .default('Average')
      .describe('What is made of the measurements of a minute.'),
  },
  expecting('a mapping', METRIC),
)

const cloudwatch = z.strictObject(
  {
    of: oneOf(['errors', 'latency'])
      .exactOptional()
      .describe(
        "What the load balancer counts of the app's target groups. errors: the share of requests answered with 5xx or refused by targets. latency: seconds, the 99th percentile.",
      ),
    metrics: named(metric, `{ age: ${METRIC} }`, METRIC_NAME)
      .exactOptional()
      .describe('Metrics of your own, by a name that the expression knows them by.'),
    expression: words('metric math', 'one such as failures / requests')
      .exactOptional()
      .describe('Metric math over metrics, where there are several.'),
  },
  expecting('a mapping', '{ of: errors }'),
)

const job = z.strictObject(
  {
    cronJob: objectName
      .exactOptional()
      .describe(
        'A CronJob of the environment, as whose Jobs it is made; a suspended one is as good. The first namespace that has it.',
      ),
    image: words('an image', 'it as pods name it, such as registry.example.com/smoke:1')
      .exactOptional()
      .describe('Or an image, run in the first namespace; with {cluster}, {app}, {environment} and {namespace}.'),
    command: listOf(z.string(expecting('a text', 'it in quotes')), 'a list', '["/smoke", "--of", "{app}"]')
      .exactOptional()
      .describe('With image: what is run in it, with the same. Default: the command of the image.'),
    timeout: time.prefault('5m').describe('Within how long it has to end; 1h at most.'),
  },
  expecting('a mapping', '{ cronJob: smoke-test }'),
)

/** Sources of which a check has one. `rules/health.ts` sees to that. */
export const SOURCES = ['query', 'probe', 'cloudwatch', 'datadog', 'job', 'kubernetes'] as const
export const LIMITS = ['atMost', 'atLeast', 'timesBlue'] as const

const oneOfThese = (keys: readonly string[]) => keys.map((key) => ({ required: [key] }))

export const check = z
  .strictObject(
    {
      query: query
        .exactOptional()
        .describe('PromQL with {cluster}, {namespaces} (a regular expression) and {window}: one number.'),
      probe: probe.exactOptional().describe('A GET of each address a look; without a limit none may fail.'),
      cloudwatch: cloudwatch.exactOptional().describe('A number a minute, which CloudWatch tells a minute late.'),
      datadog: words('a query', "Datadog's own with {cluster} in it")
        .exactOptional()
        .describe(
          'A query of Datadog with {cluster}, {app}, {environment}, {namespace} (the first one) and {namespaces} (all, for IN): one series.',
        ),
      job: job
        .exactOptional()
        .describe('A Job on green for each window, and before the app moves: it has to end well.'),
      kubernetes: oneOf(['restarts', 'scheduling', 'api-server'])
        .exactOptional()
        .describe(
          'What is built in, with a limit of your own. restarts: within ten minutes, of the container that is still started again, most often. scheduling: seconds that the slowest pod waits for a node. api-server: seconds that it takes to tell one object.',
        ),
      atMost: amount.exactOptional().describe('The number may be this at most.'),
      atLeast: amount.exactOptional().describe('The number must be this at least.'),
      timesBlue: amount.exactOptional().describe("The number may be this many times blue's, over the same window."),
      fineUpTo: amount
        .exactOptional()
        .describe("With timesBlue: up to this the number is fine, whatever blue's is. Default: it is always compared."),
      minSamples: count(1, 1000).default(3).describe('Fewer readings give no verdict.'),
      breachAfter: count(1, 1000).default(2).describe('How many bad readings in a row make a breach.'),
      window: time
        .prefault('1m')
        .describe('With query: what {window} stands for. With datadog: of how long the mean is taken.'),
    },
    expecting('a mapping', '{ query: <PromQL>, atMost: 0.02 }'),
  )
  .meta({
    oneOf: [
      { required: ['query'], anyOf: oneOfThese(LIMITS) },
      { required: ['probe'] },
      { required: ['cloudwatch'], anyOf: oneOfThese(LIMITS) },
      { required: ['datadog'], anyOf: oneOfThese(LIMITS) },
      { required: ['job'] },
      { required: ['kubernetes'], anyOf: oneOfThese(LIMITS) },
    ],
  })

/**
 * What every load balancer counts. A minute is a sample of many requests, and two of them a breach. Latency has no limit that
 * fits all, so it is blue's; of little, and of few requests, twice is nothing.
 */
export const DEFAULT_CHECKS = {
  errors: { cloudwatch: { of: 'errors' }, atMost: 0.02, minSamples: 2 },
  latency: { cloudwatch: { of: 'latency' }, timesBlue: 2, fineUpTo: 0.5, minSamples: 2, breachAfter: 3 },
} as const

type Written = z.output<typeof check>

/** `rules/health.ts` saw that there is one source and a limit. */
export function checkOf(written: Written): CheckFile {
  const { query: promql = '', probe: asked, cloudwatch: counted, window, minSamples, breachAfter, ...more } = written
  const { kubernetes, datadog, job: run, ...limits } = more
  // It is run once, and ends well or does not.
  if (run) return { job: jobOf(run), limit: { atMost: 0 }, minSamples: 1, breachAfter: 1 }
  const common = { minSamples, breachAfter, limit: limitOf(limits) }
  if (kubernetes) return { ...common, kubernetes }
  if (datadog !== undefined) return { ...common, datadog, window }
  if (asked) return { ...common, probe: probeOf(asked) }
  return counted ? { ...common, cloudwatch: countedOf(counted) } : { ...common, query: promql, window }
}

const jobOf = ({ cronJob = '', image, command, timeout }: z.output<typeof job>): JobFile =>
  image === undefined ? { timeout, cronJob } : { timeout, image, ...(command && { command }) }

const countedOf = ({ of, metrics = {}, expression }: z.output<typeof cloudwatch>): CloudWatchFile =>
  of ?? { metrics, ...(expression !== undefined && { expression }) }

/** Of a probe without one: nothing may fail. */
const limitOf = (limits: Limit): Limit => (LIMITS.some((key) => limits[key] !== undefined) ? limits : { atMost: 0 })

const probeOf = ({ http = '', url, host, gives, timeout }: z.output<typeof probe>): ProbeFile =>
  url === undefined ? { gives, timeout, http } : { gives, timeout, url, ...(host !== undefined && { host }) }
