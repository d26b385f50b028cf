import { ResponseContext, SelfDecodingBody, wrapHttpLibrary, type RequestContext } from '@kubernetes/client-node'
import { request } from 'undici'

/**
 * How client-node's requests are sent: by undici itself. Its own library goes through `fetch`, whose streams cost more than
 * all that Norikae does with an answer (measured: docs/adr/0010). Rejects with undici's errors, or the signal's reason.
 */
export const undiciLibrary = wrapHttpLibrary({
  async send(context: RequestContext): Promise<ResponseContext> {
    const dispatcher = context.getDispatcher()
    const signal = context.getSignal()
    const body = context.getBody()
    const {
      statusCode,
      headers,
      body: answer,
    } = await request(context.getUrl(), {
      method: context.getHttpMethod(),
      headers: context.getHeaders(),
      ...(typeof body === 'string' && { body }),
      ...(dispatcher && { dispatcher }),
      ...(signal && { signal }),
    })
    const plain = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
    )
    return new ResponseContext(
      statusCode,
      plain,
      new SelfDecodingBody(answer.arrayBuffer().then((b) => Buffer.from(b))),
    )
  },
})
