import { Agent, fetch } from 'undici'

/** An API server as its administrator asks it, in JSON. */
export interface Administrator {
  /**
   * What it answers. Throws what it said where that is no success. `accept`: statuses besides 2xx that are one, such as 409
   * for what is there already.
   */
  ask(request: AdminRequest): Promise<object>
  close(): Promise<void>
}

export interface AdminRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: object
  /** Of a patch: which of its forms. */
  readonly contentType?: string
  readonly accept?: readonly number[]
}

export function administrator({
  url,
  ca,
  token,
}: {
  readonly url: string
  readonly ca: string
  readonly token: string
}) {
  const dispatcher = new Agent({ connect: { ca } })
  const it: Administrator = {
    async ask({ method, path, body, contentType = 'application/json', accept = [] }) {
      const answer = await fetch(`${url}${path}`, {
        method,
        dispatcher,
        headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
        ...(body && { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (!answer.ok && !accept.includes(answer.status))
        throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`)
      return text === 'ok' ? {} : (JSON.parse(text) as object)
    },
    close: () => dispatcher.close(),
  }
  return it
}
