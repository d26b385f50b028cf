import { z } from 'zod'
import { count, duration, expecting, listOf, query, text } from './pieces.ts'

/** When a side counts as quiet that traffic was moved away from. */

const mapping = (write: string) => expecting('a mapping', write)
const requests = count(0, 1_000_000)
const connections = count(0, 1_000_000)
const accept = listOf(
  text(/\S/, 'a name', 'who may go on, as they are named while they are waited for'),
  'a list',
  '[batch]',
)

export const quiet = z.strictObject(
  {
    for: duration.prefault('5m').describe('How long. Load balancers are asked where it is a minute or more.'),
    requests: requests
      .default(0)
      .describe('How many requests blue may still get in that time, by each of its pods and its load balancers.'),
    connections: connections
      .default(0)
      .describe('How many connections to blue may still be open, where its load balancer or open tells of them.'),
    callers: query
      .exactOptional()
      .describe(
        'PromQL with {cluster}, {namespaces} and {window}: requests within the window by who makes them. Each series is one, named by its labels.',
      ),
    open: query
      .exactOptional()
      .describe(
        'PromQL with {cluster} and {namespaces}: connections that are open (WebSockets, gRPC), in one number or by who has them. Where it tells nothing, that is waited for and asked about.',
      ),
    accept: accept
      .default([])
      .describe(
        'Who may go on to use blue, and loses it in the end: by the name that is told while they are waited for.',
      ),
  },
  mapping('{ for: 5m, requests: 0 }'),
)

export const quietOfApp = z.strictObject(
  {
    requests: requests.exactOptional().describe('In place of quiet.requests.'),
    connections: connections.exactOptional().describe('In place of quiet.connections.'),
    accept: accept.exactOptional().describe('Beside those of quiet.accept.'),
  },
  mapping('{ accept: [batch] }'),
)
