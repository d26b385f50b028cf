import type { Answer } from '../aws/route53/answers.ts'

/** As many as share a rate in such a way that most ask again for each few requests, and none of them is all of the traffic. */
const MANY = 8

/**
 * Clients of a name, who take turns: each keeps an answer for as long as its TTL says, and asks one of the two name servers.
 * Answers where the next request goes; undefined: the name leads nowhere.
 */
export function createClients(
  ask: (server: 'first' | 'last') => Answer | undefined,
  now: () => number = () => performance.now(),
): () => string | undefined {
  const known = Array.from({ length: MANY }, () => ({ host: '', untilMs: Number.NEGATIVE_INFINITY }))
  let requests = 0
  return () => {
    const n = requests++ % MANY
    const kept = known[n]
    if (kept && now() < kept.untilMs) return kept.host
    const answer = ask(n % 2 === 0 ? 'first' : 'last')
    if (answer) known[n] = { host: answer.host, untilMs: now() + answer.ttl * 1000 }
    return answer?.host
  }
}
