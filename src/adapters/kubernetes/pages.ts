import type { Answer, ApiServer, Request } from './api-server.ts'

/** A list as it is asked for; `query` has its limit. */
export type Asked = Pick<Request, 'resource' | 'query' | 'accept'>

const GONE = 410

/**
 * The answers to a list, page by page, each of the same moment; the last is one that is no success where there was one.
 * A cluster keeps past moments for five to ten minutes, and then says 410 with a token for the rest as it is by now
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks). `goesOn`: that
 * is taken, so that each object that stays is seen once, though not all in one moment.
 */
export async function* pagesOf(
  server: Pick<ApiServer, 'answer'>,
  { resource, query, accept }: Asked,
  { goesOn }: { readonly goesOn: boolean },
): AsyncGenerator<Answer> {
  let next: string | undefined
  let isRest = false
  do {
    const request = { method: 'GET', resource, query: { ...query, ...(next && { continue: next }) } } as const
    const answer = await server.answer({ ...request, ...(accept !== undefined && { accept }) })
    next = tokenIn(answer.body)
    const expired = answer.status === GONE
    // What is handed out with a 410 does not grow old; a server that says so all the same is not asked for ever.
    if (expired && goesOn && !isRest && next !== undefined) {
      isRest = true
      continue
    }
    isRest = false
    yield answer
    if (answer.failure) return
  } while (next)
}

/**
 * All of them at once, of one moment: that nothing is in it may be a proof. Where its next page was kept no longer it
 * begins anew, once.
 */
export async function wholeOf(server: Pick<ApiServer, 'answer'>, asked: Asked): Promise<readonly Answer[]> {
  const take = async () => {
    const answers: Answer[] = []
    for await (const answer of pagesOf(server, asked, { goesOn: false })) answers.push(answer)
    return answers
  }
  const answers = await take()
  return answers.at(-1)?.status === GONE ? take() : answers
}

/** Of a list, or of what says that the next page is gone. */
function tokenIn(body: unknown): string | undefined {
  const { metadata } = (body ?? {}) as { readonly metadata?: { readonly continue?: unknown } } // whatever it is
  const token = metadata?.continue
  return typeof token === 'string' && token !== '' ? token : undefined
}
