import { invalidInput, unreachable } from '../activities/errors.ts'
import { secondsIn } from './patience.ts'
import { isTimeout, whyNoAnswer } from './words.ts'

export interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: Headers
  /** For how many seconds it asks to be left alone. */
  readonly retryAfter?: number
}

interface Post {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** In errors, where not even the path may be told; left out: `shown`. */
  readonly calledAs?: string
}

/**
 * One POST, without following redirects (they would drop the body). A user and password in the URL go as basic
 * authentication, as `curl` does it. Throws `unreachable` where there is no answer, `invalidInput` where the URL is none.
 */
export const post = (url: string, { calledAs = shown(url), ...how }: Post): Promise<Answer> =>
  send('POST', url, calledAs, how)

/** One GET, likewise: a redirect would take its headers elsewhere. */
export const get = (url: string, how: Omit<Post, 'body' | 'calledAs'>): Promise<Answer> =>
  send('GET', url, shown(url), how)

async function send(
  method: 'GET' | 'POST',
  url: string,
  calledAs: string,
  { body, headers, timeoutMs }: Omit<Post, 'body' | 'calledAs'> & { readonly body?: string },
): Promise<Answer> {
  const target = parse(url)
  const authorization = basic(target)
  target.username = ''
  target.password = ''
  try {
    const response = await fetch(target, {
      method,
      ...(body !== undefined && { body }),
      headers: { ...headers, ...(authorization && { authorization }) },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const retryAfter = secondsIn(response.headers.get('retry-after'))
    const { status } = response
    const text = await response.text()
    return { status, text, headers: response.headers, ...(retryAfter !== undefined && { retryAfter }) }
  } catch (error) {
    const why = isTimeout(error) ? `no answer in ${timeoutMs / 1000}s` : whyNoAnswer(error)
    throw unreachable(`${method} ${calledAs}: ${why}`)
  }
}

/** The URL as it may stand in a message: its query and its user part can be secrets. */
export function shown(url: string): string {
  const parsed = URL.parse(url)
  return parsed === null ? 'a URL that cannot be read' : `${parsed.origin}${parsed.pathname}`
}

export function parse(url: string): URL {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw invalidInput(`${shown(url)} is no http or https URL`)
  return parsed
}

const basic = ({ username, password }: URL): string | undefined =>
  username === '' && password === ''
    ? undefined
    : `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`
