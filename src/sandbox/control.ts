/** How the sandbox is asked and steered from outside: by tests, by the demo and by hand. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Rule } from './disturbances.ts'
import { disturbed } from './disturbed.ts'
import { BadFault, NoSuchFault, type Faults } from './faults.ts'
import type { Judge } from './judge.ts'
import { BINDING } from './load-balancer-controller.ts'
import { listen, readBody, type Listening } from './listen.ts'
import type { Channels } from './slack/channels.ts'
import type { Load } from './traffic/load.ts'
import type { KubernetesCall, KubernetesObject, SandboxAws, SandboxCluster } from './types.ts'

export interface ControlOptions {
  readonly aws: Pick<SandboxAws, 'calls' | 'eks' | 'elbv2'>
  readonly clusters: () => readonly Pick<SandboxCluster, 'name' | 'version' | 'url' | 'list' | 'pods'>[]
  /** Of all clusters, also of those that are gone. */
  readonly kubernetesCalls: () => readonly KubernetesCall[]
  readonly judge: Pick<Judge, 'judgement'>
  readonly faults: Faults
  readonly load: Load
  /** Of the ways to the apps. */
  readonly handOver: () => Promise<readonly string[]>
  readonly slack: Pick<Channels, 'told'>
  readonly info: () => unknown
  /** Of the webhooks; who steers is never disturbed. */
  readonly disturb?: Rule
  readonly port?: number
}

interface Asked {
  readonly url: URL
  readonly request: IncomingMessage
  /** The last part of the path. */
  readonly name: string
}
type Answer = (asked: Asked) => unknown

const ok = { ok: true } as const
const TOLD_AT_MOST = 5_000

export function startControl(options: ControlOptions): Promise<Listening> {
  const { judge, faults, load, disturb = () => undefined, port } = options
  const told: { team: string; at: string; id: string | undefined; notice: unknown }[] = []
  const routes: Readonly<Record<string, Answer>> = {
    'GET /info': () => options.info(),
    'GET /judge': () => judge.judgement(),
    'GET /calls': ({ url }) => calls(options, url.searchParams),
    'GET /inventory': () => inventory(options),
    'GET /faults': () => ({ names: faults.names(), active: faults.active() }),
    'PUT /faults/*': async ({ name, request }) => {
      faults.set(name, await parameters(request))
      return ok
    },
    'DELETE /faults/*': ({ name }) => {
      faults.clear(name)
      return ok
    },
    // Where the teams' webhooks lead in a sandbox.
    'POST /webhooks/*': async ({ name, request }) => {
      told.push({ team: name, at: new Date().toISOString(), id: idOf(request), notice: await parameters(request) })
      if (told.length > TOLD_AT_MOST) told.shift()
      return ok
    },
    'GET /notices': () => told,
    'GET /slack': () => options.slack.told(),
    // As owners of load balancers do before blue goes with them.
    'POST /hand-over': () => options.handOver(),
    'POST /traffic/stop': async () => {
      await load.stop()
      return ok
    },
    'POST /traffic/start': () => {
      load.start()
      return ok
    },
  }

  const serve: RequestListener = (request, response) => {
    const url = new URL(request.url ?? '/', 'http://control')
    const [, room = '', name = ''] = url.pathname.split('/')
    const route =
      routes[`${request.method} ${url.pathname}`] ?? (name ? routes[`${request.method} /${room}/*`] : undefined)
    if (!route) return send(response, 404, { error: `there is only ${Object.keys(routes).join(', ')}` })
    const asked = { url, request, name: decodeURIComponent(name) }
    Promise.resolve(asked)
      .then(route)
      .then(
        (body) => send(response, 200, body),
        (error: unknown) =>
          send(response, statusOf(error), { error: error instanceof Error ? error.message : String(error) }),
      )
  }
  const webhooks = disturbed(disturb, 'webhook', () => 'post', serve)
  return listen((request, response) => (isWebhook(request) ? webhooks : serve)(request, response), port)
}

const isWebhook = ({ url = '' }: IncomingMessage): boolean => url.startsWith('/webhooks/')

const statusOf = (error: unknown) => (error instanceof NoSuchFault ? 404 : error instanceof BadFault ? 400 : 500)

async function parameters(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request)
  try {
    return body.trim() === '' ? {} : JSON.parse(body)
  } catch (error) {
    throw new BadFault(`body: is not JSON: ${String(error)}`)
  }
}

const idOf = ({ headers }: IncomingMessage): string | undefined => headers['webhook-id']?.toString()

/** `?service=` eks, elasticloadbalancing, sts or kubernetes; `?since=` an ISO time. */
function calls({ aws, kubernetesCalls }: ControlOptions, query: URLSearchParams) {
  const service = query.get('service')
  const since = query.get('since') ?? ''
  return [...aws.calls(), ...kubernetesCalls().map((c) => ({ service: 'kubernetes', ...c }))]
    .filter((c) => (service === null || c.service === service) && c.at >= since)
    .toSorted((a, b) => a.at.localeCompare(b.at))
}

function inventory({ aws, clusters }: ControlOptions) {
  return {
    aws: { clusters: aws.eks.inventory(), ...aws.elbv2.inventory() },
    kubernetes: clusters().map((cluster) => ({
      cluster: cluster.name,
      version: cluster.version,
      url: cluster.url,
      nodes: cluster.list('v1', 'Node').length,
      pods: cluster.pods(),
      objects: [...summaries].flatMap(([[apiVersion, kind], summary]) =>
        cluster.list(apiVersion, kind).map((object) => ({
          kind,
          namespace: object.metadata.namespace,
          name: object.metadata.name,
          annotations: object.metadata.annotations ?? {},
          ...summary(object),
        })),
      ),
    })),
  }
}

const summaries = new Map<readonly [string, string], (object: KubernetesObject) => Record<string, unknown>>([
  [
    ['apps/v1', 'Deployment'],
    ({ spec, status }) => ({ replicas: spec?.['replicas'], ready: status?.['readyReplicas'] }),
  ],
  [['batch/v1', 'CronJob'], ({ spec }) => ({ suspend: spec?.['suspend'], schedule: spec?.['schedule'] })],
  [['autoscaling/v2', 'HorizontalPodAutoscaler'], ({ spec }) => ({ min: spec?.['minReplicas'] })],
  [[BINDING.apiVersion, BINDING.kind], ({ spec }) => ({ targetGroupARN: spec?.['targetGroupARN'] })],
])

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body, undefined, 2)}\n`)
}
