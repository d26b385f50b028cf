import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Rule } from '../disturbances.ts'
import { disturbed } from '../disturbed.ts'
import { listen, readBody, send, type Listening } from '../listen.ts'
import { Channels, SlackError } from './channels.ts'

/**
 * Slack's Web API as far as Norikae uses it, as https://docs.slack.dev/reference/methods tells it: POST of a form or of JSON
 * to a method's name, and an answer that says `ok` or which error, nearly always with status 200.
 */
export interface SandboxSlack extends Listening {
  readonly token: string
  readonly channels: Channels
  readonly faults: SlackFaults
}

export type SlackFault = 'limited' | 'down' | 'lost' | 'invalid-token'

/** The next requests that go wrong, in order. */
export class SlackFaults {
  readonly #next: SlackFault[] = []

  add(fault: SlackFault, times = 1): void {
    for (let n = 0; n < times; n += 1) this.#next.push(fault)
  }

  get left(): number {
    return this.#next.length
  }

  take(): SlackFault | undefined {
    return this.#next.shift()
  }

  clear(): void {
    this.#next.length = 0
  }
}

const TOKEN = 'xoxb-sandbox'

type Fields = Readonly<Record<string, string>>

export async function startSlack(
  names: readonly string[],
  port = 0,
  disturb: Rule = () => undefined,
): Promise<SandboxSlack> {
  const channels = new Channels(names)
  const faults = new SlackFaults()
  const methods: Readonly<Record<string, (fields: Fields) => object>> = {
    'auth.test': () => ({ user: 'norikae', team: 'Sandbox' }),
    'chat.postMessage': (fields) => channels.post(fields),
    'chat.update': (fields) => channels.update(fields),
    'conversations.list': () => ({ channels: channels.list() }),
    'conversations.history': (fields) => channels.history(fields),
    'conversations.replies': (fields) => channels.replies(fields),
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const fields = fieldsIn(request, await readBody(request))
    const fault = faults.take()
    if (fault === 'limited') return send(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': '1' })
    if (fault === 'down') return send(response, 503, 'upstream connect error')
    const it = said(() => {
      if (fault === 'invalid-token' || tokenOf(request, fields) !== TOKEN) throw new SlackError('invalid_auth')
      const method = methods[methodOf(request)]
      if (!method) throw new SlackError('unknown_method')
      return method(fields)
    })
    // It was done, and nobody hears of it.
    if (fault === 'lost') return void request.socket.destroy()
    send(response, 200, it)
  }
  const serve: RequestListener = (request, response) => {
    answer(request, response).catch((error: unknown) => send(response, 500, String(error)))
  }
  const server = await listen(disturbed(disturb, 'slack', methodOf, serve), port)
  return { ...server, url: `${server.url}/api/`, token: TOKEN, channels, faults }
}

const methodOf = ({ url = '' }: IncomingMessage): string => url.replace(/^\/api\//, '')

function said(work: () => object): object {
  try {
    return { ok: true, ...work() }
  } catch (error) {
    if (error instanceof SlackError) return { ok: false, error: error.code }
    throw error
  }
}

function fieldsIn({ headers }: IncomingMessage, body: string): Fields {
  if (!headers['content-type']?.includes('json')) return Object.fromEntries(new URLSearchParams(body))
  const fields = JSON.parse(body) as Readonly<Record<string, unknown>> // one JSON object, or it is no request to Slack
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

const tokenOf = ({ headers }: IncomingMessage, fields: Fields): string | undefined =>
  headers.authorization?.replace(/^Bearer /, '') ?? fields['token']
